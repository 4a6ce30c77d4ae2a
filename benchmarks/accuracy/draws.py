"""Releases of the made worlds by the production path, and what their errors are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from benchmarks.accuracy.counted import Counted
from benchmarks.accuracy.evaluate import cells_of, compared, evaluation
from benchmarks.accuracy.fixed import FIXED
from benchmarks.accuracy.targets import TARGETS
from benchmarks.accuracy.tickets import SEASON
from privacy.disclosure import network_spread
from privacy.policy import POLICY, Policy
from privacy.publish import protect

POLICIES = {"fixed": FIXED, "full": POLICY}
AFTER_THE_LAG, BEFORE_THE_LAG = date(2027, 3, 1), date(2026, 8, 10)
LARGE = 100
MEDIAN_OF_NORMAL = 0.6745  # half of all draws lie within so many standard errors


@dataclass(frozen=True, slots=True)
class Floor:
    """One table's median relative error on large cells: found, from noise alone, from bounding alone."""

    name: str
    per_mille: int
    target: float
    found: float
    noise: float
    bounding: float


def released(data: Counted, policy: Policy, draws: int, today: date = AFTER_THE_LAG) -> list[pl.DataFrame]:
    """Draws of the whole release by the production path, each cell beside what it should be."""
    measures = {plan.measure for plan in policy.tables}
    tables = [table for table in data.exact if table.measure in measures]
    regions = data.world.regions
    owners = {venue: venue for venue in data.world.venues}
    bounded, truth = (
        cells_of(kind, regions, name) for kind, name in ((data.exact, "bounded"), (data.truth, "truth"))
    )

    def spread(cells: object) -> dict[str, float]:
        return network_spread(cells, owners, SEASON, today, regions)

    return [
        compared(protect(tables, policy, regions, spread, data.world.near).cells, bounded, truth)
        for _ in range(draws)
    ]


def floors(draws: Sequence[pl.DataFrame], policy: Policy) -> list[Floor]:
    """What the error of each table with a target is made of.

    Noise alone is what the signed fit's standard error makes of a count, nothing bounded and nothing leaned.
    """
    rows = pl.concat(list(draws)).filter(pl.col("truth") >= LARGE)
    share = {(plan.measure, plan.level): plan.per_mille for plan in policy.tables}
    share |= {
        ("reach", "total"): share["reach_by_area", "core"] + share["reach_beyond", "cell"],
        ("reach_by_area", "cell"): share["reach_by_area_first", "cell"],
        ("new", "cell"): share["returning", "cell"],
    }
    found = []
    for (measure, level), target in TARGETS.items():
        here = rows.filter((pl.col("measure") == measure) & (pl.col("level") == level))
        off, noise, cut = (
            _median(here, of)
            for of in (
                (pl.col("estimate") - pl.col("truth")).abs(),
                MEDIAN_OF_NORMAL * pl.col("sigma"),
                (pl.col("bounded") - pl.col("truth")).abs(),
            )
        )
        found.append(Floor(f"{measure}@{level}", share[measure, level], target, off, noise, cut))
    return found


def _median(rows: pl.DataFrame, off: pl.Expr) -> float:
    (value,) = rows.select((off / pl.col("truth")).median()).row(0)
    return float("nan") if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One policy's releases of one world, evaluated."""

    world: str
    policy: str
    found: pl.DataFrame
    floors: Sequence[Floor]

    def of(self, place: tuple[str, str], what: str) -> float:
        measure, level = place
        rows = self.found.filter((pl.col("measure") == measure) & (pl.col("level") == level))
        return float(rows[what].item())


def drawn(data: Counted, name: str, draws: int) -> Drawn:
    """So many releases under this policy."""
    policy: Policy = POLICIES[name]
    frames = released(data, policy, draws)
    return Drawn(data.world.name, name, evaluation(frames), floors(frames, policy) if name == "fixed" else ())
