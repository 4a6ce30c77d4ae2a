"""How exact a release is, by size of group (N-10): its cells and the owners go in, typical margins come out.

Post-processing of what was released. One venue must not be read from it, so each owner gives one number
and the median of owners is shown, by the rule for order statistics (V-7): from five owners, the mean of
neighbours, rounded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from privacy.disclosure_rules import order_statistics, owner_of

STRATA = ((1.0, 20.0), (20.0, 100.0), (100.0, float("inf")))
"""By the estimate: under 20, 20 to 99, 100 and more. What reads as nothing has no share of itself."""

TABLES = (
    ("reach", "total"),
    ("returning", "cell"),
    ("attendance_bands", "cell"),
    ("reach_by_genre", "cell"),
    ("reach_by_product_class", "cell"),
    ("reach_by_channel", "cell"),
    ("visits", "cell"),
    ("unidentified_visits", "cell"),
    ("reach_by_area", "region"),
    ("reach_by_area", "district"),
    ("reach_by_area", "cell"),
)
"""Measure and level of what a venue reads about itself: counts only."""


@dataclass(frozen=True, slots=True)
class TypicalMargin:
    """Of one table, or one region's areas: half the width of the 95 % interval over the estimate.

    `margins` has one number per stratum, None where fewer than five owners have such cells.
    """

    measure: str
    level: str
    region: str
    margins: tuple[float | None, ...]


def typical_margins(cells: pa.Table, owners: Mapping[str, str]) -> tuple[TypicalMargin, ...]:
    """For each of `TABLES` that the release has, in that order."""
    shown = _of_venues(cells)
    keys = list(zip(shown["measure"].to_pylist(), shown["level"].to_pylist(), strict=True))
    margins = _by_key(shown, keys, owners)
    return tuple(TypicalMargin(*table, "", margins[table]) for table in TABLES if table in margins)


def typical_margins_by_region(
    cells: pa.Table, owners: Mapping[str, str], regions: Mapping[str, str]
) -> tuple[TypicalMargin, ...]:
    """For the postcode areas of each region, by name; areas of no region (unknown, abroad) are left out."""
    areas = pc.and_(pc.equal(cells["measure"], "reach_by_area"), pc.equal(cells["level"], "cell"))
    shown = _of_venues(cells.filter(areas))
    keys = [("reach_by_area", regions.get(label, "")) for label in shown["label"].to_pylist()]
    margins = _by_key(shown, keys, owners)
    return tuple(
        TypicalMargin(measure, "cell", region, margins[measure, region])
        for measure, region in sorted(margins)
        if region
    )


def _of_venues(cells: pa.Table) -> pa.Table:
    keep = pc.and_(pc.not_equal(cells["venue"], ""), pc.not_equal(cells["status"], "withheld"))
    return cells.filter(pc.and_(keep, pc.greater_equal(cells["estimate"], STRATA[0][0])))


def _by_key(
    cells: pa.Table, keys: Sequence[tuple[str, str]], owners: Mapping[str, str]
) -> dict[tuple[str, str], tuple[float | None, ...]]:
    low, high, estimate = (cells[name].to_numpy() for name in ("low", "high", "estimate"))
    relative = (high - low) / 2 / estimate
    stratum = np.searchsorted([start for start, _ in STRATA], estimate, side="right") - 1
    owner = np.array([owner_of(owners, venue) for venue in cells["venue"].to_pylist()])
    names = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    which = np.array([names[key] for key in keys], dtype=np.int64)
    found: dict[tuple[str, str], tuple[float | None, ...]] = {}
    for key, n in names.items():
        parts = ((which == n) & (stratum == s) for s in range(len(STRATA)))
        found[key] = tuple(_median_owner(relative[part], owner[part]) for part in parts)
    return found


def _median_owner(relative: NDArray[np.float64], owner: NDArray[np.str_]) -> float | None:
    each = np.array([np.median(relative[owner == name]) for name in np.unique(owner)])
    return order_statistics(each).get("median")
