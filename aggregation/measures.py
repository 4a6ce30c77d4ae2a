"""The vocabulary: what is counted, by what, over which public cells. Holds no data.

Any later layer may import this module. Definitions follow the field's usage; the source stands
with each measure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import product
from math import prod


class Dimension(str, Enum):
    """By what a count is split. Stored in releases."""

    VENUE = "venue"
    AREA = "area"
    BAND = "attendance_band"
    GENRE = "genre"
    PRODUCT_CLASS = "product_class"
    CHANNEL_MIX = "channel_mix"
    VENUE_BAND = "venue_band"
    VENUE_PAIR = "venue_pair"


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension with its declared labels, in their published order."""

    dimension: Dimension
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyset:
    """All public cells of a table: the product of its axes, last axis fastest. Declared, never read from data."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(axis.labels) for axis in self.axes)

    @property
    def size(self) -> int:
        return prod(self.shape)

    def cells(self) -> Iterator[tuple[str, ...]]:
        """Every cell's labels, in the order in which counts are stored."""
        return product(*(axis.labels for axis in self.axes))

    @property
    def digest(self) -> str:
        """SHA-256 over the declared labels."""
        text = "\n".join(f"{a.dimension.value}\t" + "\t".join(a.labels) for a in self.axes)
        return hashlib.sha256(text.encode()).hexdigest()


ATTENDANCE_BANDS = ("1", "2", "3-5", "6+")
VENUE_BANDS = ("1", "2", "3-4", "5+")
CHANNEL_MIXES = ("hall", "online", "both")
AREA_UNKNOWN = "unknown"
AREA_ABROAD = "abroad"


class Scope(str, Enum):
    """Whose figure it is: each venue's own, or the network's as one, deduplicated."""

    VENUE = "venue"
    NETWORK = "network"


class Unit(str, Enum):
    """What one count is."""

    BOOKERS = "bookers"
    VISITS = "visits"
    TICKETS = "tickets"


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry of the vocabulary.

    `names` and `definitions` are in en, nl, fr and de. `query` is the file under `queries/`.
    `looks_back` says that the previous season is read, and so charged, as well.
    """

    id: str
    scope: Scope
    unit: Unit
    dimensions: tuple[Dimension, ...]
    query: str
    looks_back: bool
    names: dict[str, str]
    definitions: dict[str, str]
    source: str


# The registry MEASURES: dict[str, Measure] is filled in below by the vocabulary work.
