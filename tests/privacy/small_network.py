"""A small imagined network for tests of the promise: bookers go in, bounded exact tables come out.

Counted here in plain Python, so that these tests stand on the contract of an exact table and not on
the engine that counts the real ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from aggregation.bounds import TableBound
from aggregation.counts import ExactTable
from aggregation.measures import (
    ATTENDANCE_BANDS,
    CHANNEL_MIXES,
    CUTS,
    KIND_CUTS,
    MEASURES,
    VENUE_BANDS,
    Axis,
    Dimension,
    Keyset,
    Scope,
)
from ingest.seasons import Season
from privacy.policy import BOUNDS, POLICY, declared_bounds
from privacy.workload import districts

SEASON = Season(2025)
VENUES = tuple(f"venue-{n}" for n in range(1, 9))
AREAS = (*(f"NL-{1000 + 25 * n}" for n in range(60)), "abroad", "unknown")
REGIONS = {area: f"Region {n // 15}" for n, area in enumerate(AREAS[:60])}
DISTRICTS = dict(zip(AREAS, districts(AREAS, REGIONS), strict=True))
GENRES = ("theatre", "dance", "film", "opera", "family")
CLASSES = ("single", "pass", "school")

_VENUE = Axis(Dimension.VENUE, VENUES)
_INNER = {
    "reach_by_area": Axis(Dimension.AREA, AREAS),
    "reach_by_area_first": Axis(Dimension.AREA, AREAS),
    "attendance_bands": Axis(Dimension.BAND, ATTENDANCE_BANDS),
    "reach_by_genre": Axis(Dimension.GENRE, GENRES),
    "reach_by_product_class": Axis(Dimension.PRODUCT_CLASS, CLASSES),
    "reach_by_channel": Axis(Dimension.CHANNEL_MIX, CHANNEL_MIXES),
    "network_reach_by_area": Axis(Dimension.AREA, AREAS),
    "network_attendance_bands": Axis(Dimension.BAND, ATTENDANCE_BANDS),
    "network_reach_by_genre": Axis(Dimension.GENRE, GENRES),
    "network_reach_by_product_class": Axis(Dimension.PRODUCT_CLASS, CLASSES),
    "network_reach_by_channel": Axis(Dimension.CHANNEL_MIX, CHANNEL_MIXES),
    "network_venues_per_booker": Axis(Dimension.VENUE_BAND, VENUE_BANDS),
    "visits_beyond": Axis(Dimension.CUT, CUTS),
    "kinds_beyond": Axis(Dimension.KIND_CUT, KIND_CUTS),
    "crossover": Axis(Dimension.VENUE_PAIR, tuple("|".join(pair) for pair in combinations(VENUES, 2))),
}


def keyset_of(measure: str) -> Keyset:
    """The declared cells of a measure in this network."""
    inner = (_INNER[measure],) if measure in _INNER else ()
    network = MEASURES[measure].scope is Scope.NETWORK
    return Keyset(inner if network else (_VENUE, *inner))


def table(measure: str, counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> ExactTable:
    """An exact table with the bounds that the policy promises."""
    bound = declared_bounds(BOUNDS)[measure]
    here = TableBound(bound.cells, bound.size)
    looks_back = measure.endswith("returning")
    bounds = {SEASON: here, SEASON.previous: here} if looks_back else {SEASON: here}
    return ExactTable(measure, keyset_of(measure), np.asarray(counts, dtype=np.int64).ravel(), bounds)


def exact_tables(seed: int = 1, *, size: int = 4000, look_back: bool = True) -> tuple[ExactTable, ...]:
    """Every table of the workload over one imagined season, consistent with one another."""
    random = np.random.default_rng(seed)
    pull = random.dirichlet(np.full(len(AREAS), 0.3), size=len(VENUES))
    reach = random.integers(size // 2, size, len(VENUES))
    by_area = np.stack([random.multinomial(n, p) for n, p in zip(reach, pull, strict=True)])
    found: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = {
        "reach_by_area": by_area,
        # As if nobody here knew a third venue, so that the first venues hold all of the core.
        "reach_by_area_first": by_area,
        "attendance_bands": _split(random, reach, (0.55, 0.25, 0.15, 0.05)),
        "reach_by_channel": _split(random, reach, (0.85, 0.1, 0.05)),
        "returning": random.binomial(reach, 0.35),
        "reach_by_genre": _split(random, reach, (0.4, 0.1, 0.3, 0.05, 0.15)),
        "reach_by_product_class": _split(random, reach, (0.7, 0.2, 0.1)),
        "visits": reach * 3,
        "tickets": reach * 3 + 100,
        "reach_beyond": random.integers(0, 60, len(VENUES)),
        "unidentified_visits": reach // 2,
    }
    people = np.array([int(by_area.sum() * 0.7)])
    found |= {
        "network_reach_by_area": random.multinomial(int(people[0]), by_area.sum(axis=0) / by_area.sum()),
        "network_returning": random.binomial(people, 0.4),
        "network_attendance_bands": _split(random, people, (0.5, 0.25, 0.18, 0.07)),
        "network_reach_by_genre": _split(random, people, (0.4, 0.1, 0.3, 0.05, 0.15)),
        "network_reach_by_product_class": _split(random, people, (0.7, 0.2, 0.1)),
        "network_reach_by_channel": _split(random, people, (0.85, 0.1, 0.05)),
        "network_venues_per_booker": _split(random, people, (0.75, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        "visits_beyond": np.array([3000, 3100]),
        "kinds_beyond": np.array([400, 200, 150, 20]),
        "crossover": random.integers(0, 400, len(_INNER["crossover"].labels)),
    }
    wanted = dict.fromkeys(plan.measure for plan in POLICY.tables)
    return tuple(table(m, found[m]) for m in wanted if look_back or not m.endswith("returning"))


def _split(
    random: np.random.Generator,
    totals: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    shares: tuple[float, ...],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.stack([random.multinomial(int(total), shares) for total in totals])


def exact_by_cell(tables: tuple[ExactTable, ...], regions: Mapping[str, str] = REGIONS) -> Mapping[str, int]:
    """The exact count behind each released cell id, at every level; `new` and totals included."""
    by = {t.measure: t for t in tables}
    venues, areas = (axis.labels for axis in by["reach_by_area"].keyset.axes)
    district = dict(zip(areas, districts(areas, regions), strict=True))
    found: dict[str, int] = {}
    for t in tables:
        network = t.keyset.axes[0].dimension is not Dimension.VENUE if t.keyset.axes else True
        for labels, count in zip(t.keyset.cells(), t.counts, strict=True):
            found["/".join((t.measure, *labels))] = int(count)
            if t.measure.endswith("reach_by_area"):
                start, area = "/".join((t.measure, *labels[:-1])), labels[-1]
                wider = [f"{start}/region:{regions.get(area, area)}"]
                if not network:
                    wider.append(f"{start}/district:{district[area]}")
                if area in regions:
                    wider.append(f"{start}/country:{area.partition('-')[0]}")
                for cell in wider:
                    found[cell] = found.get(cell, 0) + int(count)
        if t.measure == "network_reach_by_area":
            found["network_reach"] = int(t.counts.sum())
    core = by["reach_by_area"].counts.reshape(len(venues), -1).sum(axis=1)
    for n, venue in enumerate(venues):
        found[f"reach/{venue}/core"] = int(core[n])
        found[f"reach/{venue}"] = int(core[n] + by["reach_beyond"].counts[n])
        if "returning" in by:
            found[f"new/{venue}"] = int(core[n] - by["returning"].counts[n])
    if "network_returning" in by:
        found["network_new"] = found["network_reach"] - int(by["network_returning"].counts[0])
    return found
