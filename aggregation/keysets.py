"""The public lists of a publication: venues, areas, genres, product classes → each measure's cells."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import combinations

from aggregation.measures import (
    AREA_ABROAD,
    AREA_UNKNOWN,
    ATTENDANCE_BANDS,
    CHANNEL_MIXES,
    CUTS,
    KIND_CUTS,
    VENUE_BANDS,
    Axis,
    Dimension,
    Keyset,
    Measure,
)
from ingest.vocabulary import Genre, ProductClass

MOST_VENUES = 248  # crossover.sql keeps a set of venues in four words of 62 bits


@dataclass(frozen=True, slots=True)
class Keysets:
    """The declared lists, frozen before anything is counted. Areas carry their country ("NL-1011")."""

    venues: tuple[str, ...]
    areas: tuple[str, ...]
    genres: tuple[str, ...] = tuple(genre.value for genre in Genre)
    product_classes: tuple[str, ...] = tuple(kind.value for kind in ProductClass)
    home: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for labels in (self.venues, self.areas, self.genres, self.product_classes):
            if len(set(labels)) != len(labels):
                raise ValueError("A declared list names a label twice.")
        if not 1 <= len(self.venues) <= MOST_VENUES:
            raise ValueError(f"A network has 1 to {MOST_VENUES} venues.")

    @property
    def countries(self) -> tuple[str, ...]:
        """The network's own countries: as stated, or those of its areas. Anywhere else is abroad."""
        return self.home or tuple(sorted({area.split("-", 1)[0] for area in self.areas}))

    def labels(self, dimension: Dimension) -> tuple[str, ...]:
        """A dimension's declared labels, in their published order."""
        if dimension is Dimension.VENUE_PAIR:
            return tuple(f"{one}|{other}" for one, other in combinations(sorted(self.venues), 2))
        return {
            Dimension.VENUE: self.venues,
            Dimension.AREA: (*self.areas, AREA_ABROAD, AREA_UNKNOWN),
            Dimension.BAND: ATTENDANCE_BANDS,
            Dimension.GENRE: self.genres,
            Dimension.PRODUCT_CLASS: self.product_classes,
            Dimension.CHANNEL_MIX: CHANNEL_MIXES,
            Dimension.VENUE_BAND: VENUE_BANDS,
            Dimension.CUT: CUTS,
            Dimension.KIND_CUT: KIND_CUTS,
        }[dimension]

    def for_measure(self, measure: Measure) -> Keyset:
        """All public cells of a measure's table."""
        return Keyset(tuple(Axis(dimension, self.labels(dimension)) for dimension in measure.dimensions))

    @property
    def digest(self) -> str:
        """SHA-256 over the declared lists."""
        lists = (self.venues, self.areas, self.genres, self.product_classes, self.countries)
        return hashlib.sha256("\n".join("\t".join(labels) for labels in lists).encode()).hexdigest()
