"""Foyer beside its peers: the same visits and the same epsilon; errors by table, CPU seconds and memory.

A peer bounds a person once for a whole release. Two such releases of venue, district and area are asked
for, epsilon shared evenly: one under the bound that is best for districts, one under the bound that is
best for the three together. And each table is asked for alone, with all of epsilon, under its best bound:
the most that a peer can do for it, having then told nothing else. Bounds and the kind of noise are chosen
on the truth, in the peer's favour, which nobody could do in earnest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from aggregation.measures import Axis, Dimension, Keyset
from benchmarks.accuracy.counted import Counted
from benchmarks.accuracy.fixed import RHO
from benchmarks.accuracy.peers import PEERS, Answer, Cost, PeerError
from benchmarks.accuracy.peers.kept import Asking, asked
from benchmarks.accuracy.visits_file import GAUSSIAN, LAPLACE, TABLES, Visits, visits_file
from privacy.estimate import estimate_cells
from privacy.fitting import NoisyTable

EPSILON, DELTA = 1.0, 1e-6
BOUNDS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 30)
LEVELS = {"venue": "core", "district": "district", "area": "cell"}
# What each peer can draw, and what a Gaussian of L2 1 needs there for one of n tables.
ZCDP = ("opendp_polars", "tumult")
NO_GAUSSIAN = ("smartnoise",)
BEST_FOR_DISTRICTS, BEST_TOGETHER = "three tables, best bound for districts", "three tables, best bound"
ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Request:
    """One release under one bound, with one kind of noise."""

    name: str
    tables: tuple[str, ...]
    bound: int
    noise: str


@dataclass(frozen=True, slots=True)
class Row:
    """One table of one release: errors as told, with nothing below zero, and after our post-processing."""

    peer: str
    request: Request
    table: str
    raw: float
    clipped: float
    processed: float
    median_raw: float
    median_processed: float


@dataclass(frozen=True, slots=True)
class Beside:
    """All rows; what each peer used for areas alone; and the peers that could not be asked, with why."""

    rows: tuple[Row, ...]
    costs: Mapping[str, Cost]
    missing: Mapping[str, str]


def beside(data: Counted, asking: Asking = Asking.NEW) -> Beside:
    """Every peer that can be installed and answers, or has."""
    visits = visits_file(data, BOUNDS)
    rows: list[Row] = []
    costs: dict[str, Cost] = {}
    missing: dict[str, str] = {}
    for name, title in PEERS.items():
        try:
            wanted = requests(name, visits)
            first = [request for request in wanted if request.tables == ("area",)]
            rest = [request for request in wanted if request not in first]
            answers = [
                (part, asked(name, _given(visits, part), data.folder / "peers", asking))
                for part in (first, rest)
            ]
        except PeerError as error:
            missing[title] = str(error)
            continue
        costs[title] = answers[0][1].cost
        for part, answer in answers:
            rows += [row for request in part for row in _judged(title, request, answer, visits, data)]
        print(f"{title}: asked, {costs[title].cpu:.0f} CPU s for areas alone", flush=True)
    return Beside(tuple(rows), costs, missing)


def requests(peer: str, visits: Visits) -> list[Request]:
    """What to ask a peer for, each under the bound and noise that serve it best here."""
    found = []
    for name, over in ((BEST_FOR_DISTRICTS, ("district",)), (BEST_TOGETHER, TABLES)):
        bound, noise = _best(peer, visits, over, len(TABLES))
        found.append(Request(name, TABLES, bound, noise))
    for table in TABLES:
        bound, noise = _best(peer, visits, (table,), 1)
        found.append(Request(f"{ALONE} {table}", (table,), bound, noise))
    return found


def deviation(peer: str, noise: str, bound: int, tables: int) -> float:
    """The standard deviation of a peer's noise when epsilon is shared by so many tables."""
    if noise == LAPLACE:
        return math.sqrt(2) * bound * tables / EPSILON
    if peer in ZCDP:
        return math.sqrt(bound * tables / (2 * RHO.rho))
    return math.sqrt(bound) * analytic_gaussian(EPSILON / tables, DELTA / tables)


def analytic_gaussian(epsilon: float, delta: float) -> float:
    """The smallest sigma at L2 1 for this epsilon and delta (Balle and Wang 2018, theorem 8)."""

    def spent(sigma: float) -> float:
        a, b = 1 / (2 * sigma) - epsilon * sigma, -1 / (2 * sigma) - epsilon * sigma
        return _normal(a) - math.exp(epsilon) * _normal(b)

    low, high = 1e-3, 1e4
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if spent(middle) > delta else (low, middle)
    return high


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _best(peer: str, visits: Visits, over: tuple[str, ...], tables: int) -> tuple[int, str]:
    """The bound and noise with the least product of errors over these tables."""
    kinds = (LAPLACE,) if peer in NO_GAUSSIAN else (LAPLACE, GAUSSIAN)
    left_out = {(b, t): rmse(visits.bounded[b][t], visits.truth[t]) for b in BOUNDS for t in over}

    def error(choice: tuple[int, str]) -> float:
        bound, noise = choice
        sigma = deviation(peer, noise, bound, tables)
        return math.prod(math.hypot(left_out[bound, table], sigma) for table in over)

    return min(((bound, noise) for bound in BOUNDS for noise in kinds), key=error)


def rmse(found: NDArray[np.number], truth: NDArray[np.number]) -> float:
    """Root mean square error over all cells."""
    return float(np.sqrt(np.mean((found.astype(float) - truth) ** 2)))


def median_error(found: NDArray[np.number], truth: NDArray[np.number], least: int = 100) -> float:
    """Median relative error on cells of so many or more; not a number where there is none."""
    large = truth >= least
    off = np.abs(found[large].astype(float) - truth[large]) / truth[large]
    return float(np.median(off)) if large.any() else math.nan


def _given(visits: Visits, wanted: list[Request]) -> dict[str, object]:
    return {
        "visits": str(visits.path.resolve()),
        "keys": str(visits.keys.resolve()),
        "epsilon": EPSILON,
        "delta": DELTA,
        "rho": RHO.rho,
        "requests": [
            {"name": r.name, "tables": r.tables, "bound": r.bound, "noise": r.noise} for r in wanted
        ],
    }


def _judged(peer: str, request: Request, answer: Answer, visits: Visits, data: Counted) -> list[Row]:
    told = {table: answer.tables[f"{request.name}/{table}"] for table in request.tables}
    sigma = {table: answer.sigma[f"{request.name}/{table}"] for table in request.tables}
    processed = post_processed(told, sigma, visits, data)
    return [
        Row(
            peer,
            request,
            table,
            rmse(told[table], visits.truth[table]),
            rmse(np.maximum(told[table], 0.0), visits.truth[table]),
            rmse(processed[table], visits.truth[table]),
            median_error(told[table], visits.truth[table]),
            median_error(processed[table], visits.truth[table]),
        )
        for table in request.tables
    ]


def post_processed(
    told: Mapping[str, NDArray[np.float64]], sigma: Mapping[str, float], visits: Visits, data: Counted
) -> dict[str, NDArray[np.float64]]:
    """A peer's numbers after our least squares, leaning and projection, as if they were our draws."""
    if "area" not in told:
        return {table: np.maximum(values, 0.0) for table, values in told.items()}
    venues = Axis(Dimension.VENUE, data.world.venues)
    tables = []
    for table, values in told.items():
        level = LEVELS[table]
        axes = (venues,) if table == "venue" else (venues, Axis(Dimension.AREA, visits.labels[table]))
        name = "reach_by_area" if level == "cell" else f"reach_by_area@{level}"
        drawn = np.rint(values).astype(np.int64)
        tables.append(NoisyTable(name, "reach_by_area", level, Keyset(axes), drawn, sigma[table]))
    everywhere = told["area"].reshape(len(venues.labels), -1).sum(axis=0)
    spread = dict(zip(visits.labels["area"], np.maximum(everywhere, 0.0).tolist(), strict=True))
    cells = estimate_cells(tables, data.world.regions, spread, data.world.near)
    return {table: _told(cells, table, visits, data) for table in told}


def _told(cells: pa.Table, table: str, visits: Visits, data: Counted) -> NDArray[np.float64]:
    """The estimates of one table, in the order of the peers' answers."""
    measure = "reach" if table == "venue" else "reach_by_area"
    here = cells.filter(pc.and_(pc.equal(cells["measure"], measure), pc.equal(cells["level"], LEVELS[table])))
    found = dict(
        zip(
            zip(here["venue"].to_pylist(), here["label"].to_pylist(), strict=True),
            here["estimate"].to_pylist(),
            strict=True,
        )
    )
    return np.array([found[v, label] for v in data.world.venues for label in visits.labels[table]])
