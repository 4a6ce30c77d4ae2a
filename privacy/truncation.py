"""What the bounds leave out: drawn tables go in, each table's share beyond its bound and wider intervals out.

A bound cuts a count short, so the bounded figure lies below what happened. How much is estimated from
released tables alone: the tail, the bands of venues per booker, and what the bounds leave out of visits
and kinds. The estimate itself is not moved, since nobody knows at which venue the rest lies; the
interval is, so that it holds what happened.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aggregation.bounds import Bounds
from privacy.fitting import NoisyTable
from privacy.policy import BEYOND_SPREAD, BOUNDS, VENUE_PARTITIONS
from privacy.release import WITHHELD

CORE = (*VENUE_PARTITIONS, "returning")
# Some venue pairs of a booker who visited more venues than crossover pairs: bands and a middling number.
MIDDLE_OF_BAND = {"7-12": 9, "13-20": 15, "21+": 24}


def shares_left_out(tables: Mapping[str, NoisyTable], bounds: Bounds = BOUNDS) -> dict[str, float]:
    """Each measure's share beyond its bound: one standard error above its estimate, never below nothing.

    A measure without a share here is counted whole.
    """
    found: dict[str, float] = {}
    core = next((tables[name] for name in CORE if name in tables), None)
    if core is not None and "reach_beyond" in tables:
        tail = _share(*_sum(tables["reach_beyond"]), core)
        found |= dict.fromkeys((*CORE, "new"), tail)
    if (visits := tables.get("visits_beyond")) is not None:
        for cut in visits.inner[1]:
            if cut in tables:
                found[cut] = _share(_cell(visits, cut), visits.scale, tables[cut])
    if (kinds := tables.get("kinds_beyond")) is not None:
        for cut in kinds.inner[1]:
            measure = (
                f"network_reach_by_{cut.removeprefix('network_')}" if "network" in cut else f"reach_by_{cut}"
            )
            if measure in tables:
                found[measure] = _share(_cell(kinds, cut), kinds.scale, tables[measure])
    bands, pairs = tables.get("network_venues_per_booker"), tables.get("crossover")
    if bands is not None and pairs is not None:
        weight = {band: _pairs(n) - _pairs(bounds.crossover_venues) for band, n in MIDDLE_OF_BAND.items()}
        missed = sum(max(w, 0) * _cell(bands, band) for band, w in weight.items())
        found["crossover"] = _share(missed, bands.scale * math.hypot(*weight.values()), pairs)
    if "visits" in found:
        found["visits_per_booker"] = found["unidentified_share"] = found["visits"]
    return found


def allow_for_bounds(cells: pa.Table, shares: Mapping[str, float]) -> pa.Table:
    """The cells with what their bounds leave out (`beyond`), and intervals that allow for it.

    One cell's share may be `BEYOND_SPREAD` times its table's.
    """
    share = np.array([shares.get(measure, 0.0) for measure in cells["measure"].to_pylist()])
    number = {name: cells[name].to_numpy() for name in ("estimate", "sigma", "low", "high")}
    told = np.array(cells["status"].to_pylist()) != WITHHELD
    # A larger denominator lowers the share of visits without a booker; everything else only grows.
    lowers = np.array(cells["measure"].to_pylist()) == "unidentified_share"
    beyond = np.where(told & ~lowers, share * _met_by(cells, number["estimate"]), 0.0)
    high = number["high"] + BEYOND_SPREAD * beyond
    low = np.where(told & lowers, number["low"] / (1 + BEYOND_SPREAD * share), number["low"])
    for name, values in (("low", low), ("high", high), ("beyond", beyond)):
        cells = cells.set_column(
            cells.schema.get_field_index(name), cells.schema.field(name), pa.array(values)
        )
    return cells


def _met_by(cells: pa.Table, estimate: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of a cut each cell bears: what it holds, and of pairs at least what a middling one does.

    Whoever knows too many venues for all their pairs to count is missed in small pairs as in large ones.
    """
    pair = np.array(cells["measure"].to_pylist()) == "crossover"
    least = float(estimate[pair].mean()) if pair.any() else 0.0
    return np.where(pair, np.maximum(estimate, least), estimate)


def _pairs(venues: int) -> int:
    return venues * (venues - 1) // 2


def _sum(table: NoisyTable) -> tuple[float, float]:
    cells = table.noisy.size // len(table.venues)
    return float(table.noisy.sum()), math.sqrt(float((table.scales**2).sum()) * cells)


def _cell(table: NoisyTable, label: str) -> float:
    return float(table.noisy[table.inner[1].index(label)])


def _share(missed: float, sigma: float, counted: NoisyTable) -> float:
    """What is missed, and one standard error more, over what was counted; nothing where nothing was."""
    whole = _sum(counted)[0]
    return (max(missed, 0.0) + sigma) / whole if whole > 0 else 0.0
