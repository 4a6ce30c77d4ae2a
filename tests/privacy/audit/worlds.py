"""Neighbouring worlds: what an attacker tries to tell apart, as rows of the lake.

A world is one network's accepted rows of a season and of the season before. A pair is two worlds that differ
in one unit: all rows of one booker in one season, or one order without a booker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aggregation.bounds import Bounds
from aggregation.keysets import Keysets
from ingest.seasons import Season
from tests.spec.rows import Row, a_ticket

SEASON = Season(2025)
PERFORMANCES = 9
KINDS = ("single", "pass", "concession", "school")
THRESHOLD = 10
LEAST_ID = bytes(15) + b"\x01"


@dataclass(frozen=True, slots=True)
class Network:
    """The declared lists of a world. The last two areas are kept for the pairs."""

    venues: tuple[str, ...]
    areas: tuple[str, ...]

    @property
    def regions(self) -> Mapping[str, str]:
        return {area: f"Region {4 * n // len(self.areas)}" for n, area in enumerate(self.areas)}

    @property
    def nobodys(self) -> str:
        """Where nobody lives but the rare visitor."""
        return self.areas[-1]

    @property
    def scarce(self) -> str:
        """Where one booker fewer than the threshold lives."""
        return self.areas[-2]

    @property
    def keysets(self) -> Keysets:
        return Keysets(self.venues, self.areas)

    @property
    def programme(self) -> tuple[tuple[str, str, str], ...]:
        """What was performed, whoever was there."""
        return tuple((venue, f"p{n}", "x") for venue in self.venues for n in range(PERFORMANCES))


def network(venues: int, areas: int) -> Network:
    """So many venues, and areas spread over the codes of a country."""
    return Network(
        tuple(f"venue-{n:02d}" for n in range(venues)),
        tuple(f"NL-{1000 + n * 8999 // areas}" for n in range(areas)),
    )


FULL = network(24, 5)
WIDE = network(24, 135)
# With few venues, and bounds below them, a release is cheap enough to make thousands.
SMALL = network(6, 4)
SMALL_BOUNDS = Bounds(
    first_venues=2,
    core_venues=4,
    tail_venues=5,
    crossover_venues=4,
    genres_per_venue=2,
    classes_per_venue=1,
    network_genres=3,
    network_classes=2,
    tickets_per_venue=6,
    tickets_per_order=6,
    visits_beyond=12,
    kinds_beyond=4,
)


@dataclass(frozen=True, slots=True)
class World:
    """Rows of the season and of the season before."""

    rows: Sequence[Row]
    before: Sequence[Row] = field(default=())
    where: Network = FULL


@dataclass(frozen=True, slots=True)
class Pair:
    """Two worlds that differ in one unit of one season."""

    name: str
    season: Season
    there: World
    gone: World


def base(where: Network = FULL, bookers: int = 240, seed: int = 7) -> World:
    """A network in which nobody comes near a bound: exact counts are the truth."""
    draw = np.random.default_rng(seed)
    most = 4 if len(where.venues) > 6 else 3
    rows: list[Row] = []
    for n in range(bookers):
        area = where.areas[draw.integers(len(where.areas) - 2)]
        for venue in draw.choice(where.venues, draw.integers(1, most), replace=False):
            rows += [
                visit(f"b{n}", str(venue), int(p), area, genre=("theatre", "film")[n % 2])
                for p in draw.choice(PERFORMANCES, draw.integers(1, 4), replace=False)
            ]
    for n in range(THRESHOLD - 1):
        rows.append(visit(f"scarce-{n}", where.venues[0], n, where.scarce))
    rows += [visit(None, venue, 0, None, order=f"door-{venue}") for venue in where.venues for _ in range(3)]
    return World(rows, [row for row in rows if row["venue"] in where.venues[::3]], where)


def visit(booker: str | None, venue: str, performance: int, area: str | None, **more: str) -> Row:
    """One used ticket; what belongs to the performance follows from it."""
    return a_ticket(booker, venue, f"p{performance}", day=f"2025-11-{1 + performance:02d}", area=area, **more)


def devotee(where: Network, year: int = 2025) -> list[Row]:
    """200 performances at 24 venues, five seats at each, every genre and kind of ticket, from all over."""
    genres = where.keysets.genres
    return [
        a_ticket(
            "devotee",
            where.venues[n % len(where.venues)],
            f"p{n // len(where.venues) % PERFORMANCES}",
            day=f"{year}-11-{1 + n // len(where.venues) % PERFORMANCES:02d}",
            order=f"order-{n}",
            genre=genres[n % len(genres)],
            product_class=KINDS[n % len(KINDS)],
            channel="online_vod" if n % 5 == 0 else "web",
            area=where.areas[n % len(where.areas)],
        )
        for n in range(200)
        for _ in range(5)
    ]


def pairs(without: World) -> tuple[Pair, ...]:
    """The persons whose presence is most telling, each against the world without them (protection A-2)."""
    where, venues = without.where, without.where.venues
    first = [visit("first", venues[n % 3], n, where.areas[0]) for n in range(PERFORMANCES) for _ in range(8)]
    persons = {
        "few": [visit("few", venues[5], 2, where.areas[1])],
        "many": devotee(where),
        "rare": [visit("rare", venues[3], 1, where.nobodys)],
        "first row": [{**row, "booker": LEAST_ID} for row in first],
        "threshold": [visit("tenth", venues[0], 4, where.scarce)],
        "no booker": [visit(None, venues[2], 3, None, order="coach") for _ in range(60)],
    }
    found = [
        Pair(name, SEASON, World([*rows, *without.rows], without.before, where), without)
        for name, rows in persons.items()
    ]
    present = next(pair.there for pair in found if pair.name == "many")
    back = World(present.rows, [*devotee(where, 2024), *without.before], where)
    return (*found, Pair("season before", SEASON.previous, back, present))
