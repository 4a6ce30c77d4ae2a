"""Contribution bounds as values: how much one unit may add to a table. Data-free; set by the policy."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from itertools import combinations

from aggregation.measures import CUTS, KIND_CUTS, Measure
from ingest.seasons import Season


@dataclass(frozen=True, slots=True)
class Bounds:
    """The caps that are applied before anything is counted."""

    first_venues: int = 2
    core_venues: int = 6
    tail_venues: int = 20
    crossover_venues: int = 8
    genres_per_venue: int = 4
    classes_per_venue: int = 2
    network_genres: int = 6
    network_classes: int = 3
    tickets_per_venue: int = 20
    tickets_per_order: int = 10
    visits_beyond: int = 120
    kinds_beyond: int = 12

    def __post_init__(self) -> None:
        if any(getattr(self, field.name) < 1 for field in fields(self)):
            raise ValueError("Every bound is at least 1.")
        if not self.first_venues <= self.core_venues < self.tail_venues or self.crossover_venues < 2:
            raise ValueError("First venues, core and tail end in this order; a crossover needs two venues.")


@dataclass(frozen=True, slots=True)
class TableBound:
    """One unit moves at most `cells` cells of a table, each by at most `size`."""

    cells: int
    size: int

    @property
    def l2(self) -> float:
        return self.size * math.sqrt(self.cells)


def table_bounds(measure: Measure, bounds: Bounds, season: Season) -> dict[Season, TableBound]:
    """What one unit's rows of each season that is read can move in the measure's table."""
    core, pairs = bounds.core_venues, len(list(combinations(range(bounds.crossover_venues), 2)))
    this = {
        "reach_by_area_first": TableBound(bounds.first_venues, 1),
        "reach_by_genre": TableBound(core * bounds.genres_per_venue, 1),
        "reach_by_product_class": TableBound(core * bounds.classes_per_venue, 1),
        "visits": TableBound(core, bounds.tickets_per_venue),
        "tickets": TableBound(core, bounds.tickets_per_venue),
        "reach_beyond": TableBound(bounds.tail_venues - core, 1),
        # Here the unit is an order without a booker, and an order is placed at one venue.
        "unidentified_visits": TableBound(1, bounds.tickets_per_order),
        "network_reach_by_genre": TableBound(bounds.network_genres, 1),
        "network_reach_by_product_class": TableBound(bounds.network_classes, 1),
        "crossover": TableBound(pairs, 1),
        "visits_beyond": TableBound(len(CUTS), bounds.visits_beyond),
        "kinds_beyond": TableBound(len(KIND_CUTS), bounds.kinds_beyond),
    }.get(measure.id, TableBound(core if measure.scope.value == "venue" else 1, 1))
    # Taking away the season before only unmarks bookers as returning, one per cell that holds them.
    return {season: this, season.previous: this} if measure.looks_back else {season: this}
