"""How far the linear stage is from the best there can be: stated weights in, a bound and our distance out.

The linear stage is what is drawn and its least squares. A linear unbiased Gaussian mechanism for a workload
W of which one row moves at most one entry per table cannot have a smaller weighted variance than
(sum of the singular values of W P^1/2)^2, for any spread P of persons over rows (Li and Miklau 2013, the SVD
bound, is the even P; the best P makes it tight). Here W is one venue: all levels of its areas, and its
other partitions. Variances are in units of K / (2 rho), K the bound on venues, which both sides share.

The bound is over mechanisms that treat venues apart from each other, as ours does. Where a policy draws
its areas under a bound of their own (first venues), they are on neither side: alone, an area's own draw is
the best there is, and what it tells of the districts comes on top.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.measures import ATTENDANCE_BANDS, CHANNEL_MIXES, Axis, Dimension, Keyset
from privacy.estimate import estimate_cells
from privacy.fitting import NoisyTable
from privacy.policy import Policy
from privacy.workload import districts, regions_of

Floats = NDArray[np.float64]

AREAS = "reach_by_area"
LEVELS = ("cell", "district", "region", "core")
PARTITIONS = {"attendance_bands": ATTENDANCE_BANDS, "reach_by_channel": CHANNEL_MIXES}
DIMENSIONS = {"attendance_bands": Dimension.BAND, "reach_by_channel": Dimension.CHANNEL_MIX}
ROUNDS = 200
SAYS_NOTHING = 1e5  # the scale of areas that are drawn elsewhere


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue's workload: its areas, and each table's name, size and weight of a cell's variance."""

    areas: tuple[str, ...]
    regions: Mapping[str, str]
    weights: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.weights)


@dataclass(frozen=True, slots=True)
class Distance:
    """Weighted variances: the even bound, the tight one, ours with the best shares and with the policy's."""

    svd: float
    tight: float
    best: float
    policy: float
    best_shares: Mapping[str, float]


def relative_weights(policy: Policy, areas: Sequence[str], regions: Mapping[str, str]) -> dict[str, float]:
    """Every table counts alike, by its mean squared error relative to the policy's typical cell."""
    sizes = _sizes(areas, regions)
    found = {}
    for plan in policy.tables:
        name = plan.level if plan.measure == AREAS else plan.measure
        if plan.measure == AREAS or plan.measure in PARTITIONS:
            found[name] = 1.0 / (sizes[name] * plan.typical**2)
    return found


def aimed_weights(policy: Policy, areas: Sequence[str], regions: Mapping[str, str]) -> dict[str, float]:
    """As the policy divides, by its aims: what a variance weighs there at the policy's own shares."""
    venue = Venue(tuple(areas), regions, relative_weights(policy, areas, regions))
    shares, sizes = policy_shares(policy), _sizes(areas, regions)
    found = {}
    for plan in policy.tables:
        name = plan.level if plan.measure == AREAS else plan.measure
        if name in venue.weights:
            alone = Venue(venue.areas, regions, {name: 1.0 / sizes[name]})
            error = math.sqrt(weighted_variance(alone, shares))
            found[name] = 1.0 / (2 * plan.aim * plan.typical * error * sizes[name])
    return found


def policy_shares(policy: Policy) -> dict[str, float]:
    """What each of these tables gets of what they get together."""
    given = {
        plan.level if plan.measure == AREAS else plan.measure: float(policy.loss(plan).nano_rho)
        for plan in policy.tables
        if plan.measure == AREAS or plan.measure in PARTITIONS
    }
    total = sum(given.values())
    return {name: loss / total for name, loss in given.items()}


def distance(
    policy: Policy, areas: Sequence[str], regions: Mapping[str, str], weights: Mapping[str, float]
) -> Distance:
    """The policy's linear stage and the best of its kind, against the bounds, for these weights."""
    venue = Venue(tuple(areas), regions, weights)
    shares = policy_shares(policy)
    best = best_shares(venue, shares)
    return Distance(
        svd_bound(venue),
        tight_bound(venue),
        weighted_variance(venue, best),
        weighted_variance(venue, shares),
        best,
    )


def weighted_variance(venue: Venue, shares: Mapping[str, float]) -> float:
    """What least squares leaves when each table is drawn with its share, by the production path."""
    cells = estimate_cells(_drawn(venue, shares), venue.regions)
    variance = np.array(cells["sigma"].to_pylist()) ** 2
    measures, levels = cells["measure"].to_pylist(), cells["level"].to_pylist()
    total = 0.0
    for name, weight in venue.weights.items():
        wanted = {"core": ("reach", "core")}.get(name, (AREAS, name) if name in LEVELS else (name, "cell"))
        here = [pair == wanted for pair in zip(measures, levels, strict=True)]
        total += weight * float(variance[here].sum())
    return total


def best_shares(venue: Venue, start: Mapping[str, float]) -> dict[str, float]:
    """The shares with the least weighted variance: where each table's last bit buys the same."""
    shares = dict(start)
    for _ in range(60):
        now = weighted_variance(venue, shares)
        step = 1e-3
        gains = {
            name: max(now - weighted_variance(venue, {**shares, name: share * (1 + step)}), 0.0)
            / (share * step)
            for name, share in shares.items()
        }
        moved = {name: max(share * math.sqrt(gains[name] / now), 1e-6) for name, share in shares.items()}
        total = sum(moved.values())
        moved = {name: share / total for name, share in moved.items()}
        settled = max(abs(moved[name] - share) for name, share in shares.items()) < 1e-5
        shares = moved
        if settled:
            break
    return shares


def svd_bound(venue: Venue) -> float:
    """The bound with persons spread evenly over the rows."""
    return _bound(venue, _shape(venue), None)[0]


def tight_bound(venue: Venue) -> float:
    """The largest bound over spreads of persons over districts."""
    shape = _shape(venue)
    per_area = np.full(len(shape.sizes), 1.0 / shape.sizes.sum())
    best = 0.0
    for _ in range(ROUNDS):
        found, slope = _bound(venue, shape, per_area)
        best = max(best, found)
        per_area = per_area * np.sqrt(slope)
        per_area /= float((per_area * shape.sizes).sum())
    return best


@dataclass(frozen=True, slots=True)
class _Shape:
    """Areas in each district, and which region each district lies in."""

    sizes: Floats
    region: NDArray[np.int64]


def _shape(venue: Venue) -> _Shape:
    of, region = districts(venue.areas, venue.regions), regions_of(venue.areas, venue.regions)
    _, first, sizes = np.unique(of, return_index=True, return_counts=True)
    _, number = np.unique(np.array(region)[first], return_inverse=True)
    return _Shape(sizes.astype(float), number)


def _bound(venue: Venue, shape: _Shape, per_area: Floats | None) -> tuple[float, Floats]:
    """The bound and its slope in each district's share per area.

    Contrasts within a district have one singular value each; what is left is a matrix over districts.
    Contrasts within another partition are apart from all of it.
    """
    m = shape.sizes
    p = np.full(len(m), 1.0 / m.sum()) if per_area is None else per_area
    w = venue.weights
    whole = w["core"] + sum(w[name] / len(labels) for name, labels in PARTITIONS.items() if name in w)
    together = (shape.region[:, None] == shape.region[None, :]) * w["region"] + whole
    cell = w.get("cell", 0.0)
    inside = np.diag(cell + w["district"] * m) + together * np.sqrt(np.outer(m, m))
    root = np.sqrt(p)
    values, vectors = np.linalg.eigh(root[:, None] * inside * root)
    values = np.sqrt(np.maximum(values, 0.0))
    apart = sum(
        (len(labels) - 1) * math.sqrt(w[name] / len(labels))
        for name, labels in PARTITIONS.items()
        if name in w
    )
    contrasts = np.sqrt(p * cell)
    total = float(values.sum() + ((m - 1) * contrasts).sum()) + apart
    half = ((vectors * values) * vectors).sum(axis=1)  # the diagonal of the matrix's square root
    slope = (half + (m - 1) * contrasts) / (p * m)
    return total**2, slope / float((slope * p * m).sum())


def _sizes(areas: Sequence[str], regions: Mapping[str, str]) -> dict[str, int]:
    return {
        "cell": len(areas),
        "district": len(set(districts(areas, regions))),
        "region": len(set(regions_of(areas, regions))),
        "core": 1,
        **{name: len(labels) for name, labels in PARTITIONS.items()},
    }


def _drawn(venue: Venue, shares: Mapping[str, float]) -> list[NoisyTable]:
    """One venue's tables, nothing in them, each with the noise that its share buys."""
    place = Axis(Dimension.VENUE, ("venue",))
    levels = {
        "cell": venue.areas,
        "district": tuple(dict.fromkeys(districts(venue.areas, venue.regions))),
        "region": tuple(dict.fromkeys(regions_of(venue.areas, venue.regions))),
    }
    tables = []
    scales = {name: math.sqrt(1.0 / share) for name, share in shares.items()}
    for name, scale in ({"cell": SAYS_NOTHING} | scales).items():
        if name in LEVELS:
            axes = (place,) if name == "core" else (place, Axis(Dimension.AREA, levels[name]))
            measure, title, level = AREAS, AREAS if name == "cell" else f"{AREAS}@{name}", name
        else:
            axes = (place, Axis(DIMENSIONS[name], PARTITIONS[name]))
            measure, title, level = name, name, "cell"
        keyset = Keyset(axes)
        nothing = np.zeros(keyset.size, dtype=np.int64)
        tables.append(NoisyTable(title, measure, level, keyset, nothing, scale))
    return tables
