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

from aggregation.measure_texts import BOOKER, MEASURE_TEXTS


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
    CUT = "cut"
    KIND_CUT = "kind_cut"


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension with its declared labels, in their published order."""

    dimension: Dimension
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyset:
    """All public cells of a table: the product of its axes, last axis fastest. Declared, never data."""

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
# The last bands tell what the bounds on a booker's venues leave out (privacy/truncation.py).
VENUE_BANDS = ("1", "2", "3", "4", "5-6", "7-12", "13-20", "21+")
CUTS = ("visits", "tickets")
KIND_CUTS = ("genre", "product_class", "network_genre", "network_product_class")
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


def _measure(
    measure: str,
    scope: Scope,
    *dimensions: Dimension,
    source: str,
    unit: Unit = Unit.BOOKERS,
    looks_back: bool = False,
) -> Measure:
    texts = MEASURE_TEXTS[measure]
    booker = BOOKER if unit is Unit.BOOKERS else dict.fromkeys(texts, "")
    return Measure(
        id=measure,
        scope=scope,
        unit=unit,
        dimensions=dimensions,
        query=f"{measure}.sql",
        looks_back=looks_back,
        names={language: name for language, (name, _) in texts.items()},
        definitions={lang: f"{said} {booker[lang]}".strip() for lang, (_, said) in texts.items()},
        source=source,
    )


_V, _N, _D = Scope.VENUE, Scope.NETWORK, Dimension
_REACH = "Reach: distinct bookers, as in Halo and Purple Seven; here the order holder (AudienceView: Bought)."
_FREQUENCY = "Reach and frequency (Halo): the share reached exactly k times, the last band open."
_CROSSOVER = "Crossover as in Dutch audience studies (EMC Cultuuronderzoeken); the formula is ours."

_ENTRIES = (
    _measure("reach_by_area", _V, _D.VENUE, _D.AREA, source=_REACH),
    _measure("reach_by_area_first", _V, _D.VENUE, _D.AREA, source=_REACH),
    _measure(
        "returning",
        _V,
        _D.VENUE,
        looks_back=True,
        source="First-time and retained attenders (SPX benchmarks) with a look-back of one season.",
    ),
    _measure("attendance_bands", _V, _D.VENUE, _D.BAND, source=_FREQUENCY),
    _measure(
        "reach_by_genre",
        _V,
        _D.VENUE,
        _D.GENRE,
        source="Breadth over genres; CBS disciplines, film, and what families look for.",
    ),
    _measure(
        "reach_by_product_class",
        _V,
        _D.VENUE,
        _D.PRODUCT_CLASS,
        source="Pass and subscription share of bookers, as Podiumpas reports it.",
    ),
    _measure(
        "reach_by_channel",
        _V,
        _D.VENUE,
        _D.CHANNEL_MIX,
        source="Hall and online audiences of art-house cinemas (Picl); the three groups are ours.",
    ),
    _measure(
        "visits",
        _V,
        _D.VENUE,
        unit=Unit.VISITS,
        source="Visits (CBS 70077): attendances of people, not people.",
    ),
    _measure(
        "tickets",
        _V,
        _D.VENUE,
        unit=Unit.TICKETS,
        source="Tickets sold: the numerator of occupancy at CBS and VSCD, no-shows included.",
    ),
    _measure(
        "reach_beyond", _V, _D.VENUE, source="The tail of the contribution bound; published reach adds it."
    ),
    _measure(
        "unidentified_visits",
        _V,
        _D.VENUE,
        unit=Unit.VISITS,
        source="Data capture rate (TRG metric 3): sales with an identified contact; this is the rest.",
    ),
    _measure("network_reach_by_area", _N, _D.AREA, source=_REACH),
    _measure(
        "network_returning",
        _N,
        looks_back=True,
        source="Retention, year on year (SPX), for the network as one.",
    ),
    _measure("network_attendance_bands", _N, _D.BAND, source=_FREQUENCY),
    _measure("network_reach_by_genre", _N, _D.GENRE, source="Breadth over genres, for the network as one."),
    _measure(
        "network_reach_by_product_class",
        _N,
        _D.PRODUCT_CLASS,
        source="Pass and subscription share of bookers, for the network as one.",
    ),
    _measure(
        "network_reach_by_channel",
        _N,
        _D.CHANNEL_MIX,
        source="Hall and online audiences, for the network as one.",
    ),
    _measure("network_venues_per_booker", _N, _D.VENUE_BAND, source=_CROSSOVER),
    _measure("crossover", _N, _D.VENUE_PAIR, source=_CROSSOVER),
    _measure(
        "visits_beyond",
        _N,
        _D.CUT,
        unit=Unit.VISITS,
        source="What the bounds leave out of visits and tickets, so that their intervals allow for it.",
    ),
    _measure(
        "kinds_beyond",
        _N,
        _D.KIND_CUT,
        source="What the bounds leave out of genres and kinds of ticket, so that intervals allow for it.",
    ),
)

MEASURES: dict[str, Measure] = {entry.id: entry for entry in _ENTRIES}
