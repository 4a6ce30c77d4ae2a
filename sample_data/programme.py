"""Venues and a season → productions and dated performances, as arrays over the whole network."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from ingest.seasons import Season
from ingest.vocabulary import Genre
from sample_data import names
from sample_data.places import TASTES, Places
from sample_data.venues import CINEMA, CONCERT_HALL, THEATRE, Venue

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GENRES = tuple(g.value for g in Genre)
GENRE_MIX: dict[str, dict[Genre, float]] = {
    THEATRE: {
        Genre.THEATRE: 26,
        Genre.CABARET: 21,
        Genre.MUSICAL: 10,
        Genre.DANCE: 9,
        Genre.OPERA: 3,
        Genre.FAMILY: 12,
        Genre.POPULAR_MUSIC: 10,
        Genre.JAZZ_WORLD: 4,
        Genre.CLASSICAL: 4,
        Genre.OTHER: 1,
    },
    CINEMA: {Genre.FILM: 82, Genre.DOCUMENTARY: 16, Genre.FAMILY: 2},
    CONCERT_HALL: {
        Genre.CLASSICAL: 58,
        Genre.JAZZ_WORLD: 14,
        Genre.POPULAR_MUSIC: 16,
        Genre.OPERA: 6,
        Genre.FAMILY: 6,
    },
}
# How much more often people of a taste (stage, music, family, film) choose a genre.
GENRE_TASTE: dict[Genre, tuple[float, float, float, float]] = {
    Genre.THEATRE: (1.5, 0.5, 0.5, 1.2),
    Genre.CABARET: (1.4, 0.8, 0.6, 0.9),
    Genre.MUSICAL: (1.0, 1.2, 1.4, 0.6),
    Genre.DANCE: (1.2, 1.0, 0.7, 1.1),
    Genre.OPERA: (0.9, 1.8, 0.3, 0.8),
    Genre.CLASSICAL: (0.7, 1.6, 0.4, 0.8),
    Genre.POPULAR_MUSIC: (0.7, 1.5, 0.7, 1.0),
    Genre.JAZZ_WORLD: (0.8, 1.6, 0.5, 1.2),
    Genre.FAMILY: (0.4, 0.4, 3.4, 0.3),
    Genre.FILM: (1.0, 0.9, 1.0, 1.0),
    Genre.DOCUMENTARY: (1.1, 0.9, 0.5, 1.1),
    Genre.OTHER: (1.0, 1.0, 1.0, 1.0),
}
TOURING_SHARE = 0.3
TOURING_POOL = 30
FILM_POOL = 90
RUN = {THEATRE: 1.7, CINEMA: 12.0, CONCERT_HALL: 1.4}
FILL = {THEATRE: 0.60, CINEMA: 0.40, CONCERT_HALL: 0.62}
HOURS = {
    THEATRE: ((20, 15), (20, 0), (20, 30), (14, 30), (16, 0)),
    CINEMA: ((19, 0), (21, 15), (16, 30), (14, 0), (20, 45), (11, 0)),
    CONCERT_HALL: ((20, 15), (20, 0), (14, 15), (11, 30)),
}
ONLINE_HOURS = ((12, 0), (20, 0))
# These houses also play in the first and in the last hour of a season.
LATE_HOUSES = ("de-linde", "nachtvlinder", "waalzicht", "spinnerij")


@dataclass(frozen=True, slots=True)
class Production:
    """A title at one venue in one season. `event` is the shop's own name for it."""

    venue: int
    season: int
    event: str
    ref: str
    title: str
    genre: Genre
    capacity: int | None
    online: bool
    price_cents: int


@dataclass(slots=True)
class Programme:
    """All productions, and their performances as parallel arrays in order of (venue, season, start)."""

    seasons: tuple[Season, ...]
    productions: list[Production] = field(default_factory=list)
    production: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    starts: NDArray[np.datetime64] = field(default_factory=lambda: np.zeros(0, "datetime64[s]"))
    weight: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def venue(self) -> Ints:
        return np.array([p.venue for p in self.productions])[self.production]

    @property
    def season(self) -> Ints:
        return np.array([p.season for p in self.productions])[self.production]

    @property
    def genre(self) -> Ints:
        return np.array([GENRES.index(p.genre.value) for p in self.productions])[self.production]

    @property
    def online(self) -> NDArray[np.bool_]:
        return np.array([p.online for p in self.productions])[self.production]

    @property
    def capacity(self) -> Ints:
        """Seats; 0 where there is no limit."""
        return np.array([p.capacity or 0 for p in self.productions])[self.production]


def plan(
    venues: Sequence[Venue],
    places: Places,
    seasons: tuple[Season, ...],
    tickets: int,
    scale: float,
    seed: int,
) -> Programme:
    """Enough performances for the tickets that are expected; a hall is about six tenths full.

    Above a scale of 4 the halls grow instead of the calendar: such a network is a load, not a picture.
    """
    rng = np.random.default_rng([seed, 2])
    growth = float(np.clip(scale, 0.2, 4.0))
    halls = max(1.0, scale / 4.0)
    programme = Programme(seasons)
    starts: list[np.datetime64] = []
    owner: list[int] = []
    weights: list[float] = []
    for s, season in enumerate(seasons):
        tours = _titles(rng, Genre.THEATRE, TOURING_POOL)
        tour_genres = _draw_genres(rng, THEATRE, TOURING_POOL)
        films = _titles(rng, Genre.FILM, FILM_POOL)
        for v, venue in enumerate(venues):
            expected = tickets / len(seasons) * float(places.venue_shares[v]) / max(scale, 1e-9) * growth
            pool = films if venue.kind == CINEMA else tours
            for production, times, weight in _season(
                rng, v, venue, s, season, expected, pool, tour_genres, halls
            ):
                programme.productions.append(production)
                starts += times
                owner += [len(programme.productions) - 1] * len(times)
                weights += [weight] * len(times)
    index = np.array(owner)
    when = np.array(starts, dtype="datetime64[s]")
    keys = np.array([(p.venue, p.season) for p in programme.productions])[index]
    order = np.lexsort((index, when, keys[:, 1], keys[:, 0]))
    programme.production, programme.starts = index[order], when[order]
    programme.weight = (np.array(weights) * rng.lognormal(0, 0.15, len(weights)))[order]
    return programme


def taste_weights(programme: Programme) -> Floats:
    """How likely each taste is to choose each performance, before the venue is known."""
    table = np.array([GENRE_TASTE[Genre(g)] for g in GENRES])
    return np.asarray(table[programme.genre].T * programme.weight)[: len(TASTES)]


def slugify(title: str) -> str:
    """A title as an address: "Café 'Nacht'" becomes "cafe-nacht"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


_Drawn = tuple[Production, list[np.datetime64], float]


def _season(
    rng: np.random.Generator,
    v: int,
    venue: Venue,
    s: int,
    season: Season,
    expected: float,
    pool: list[str],
    pool_genres: list[Genre],
    halls: float,
) -> list[_Drawn]:
    rooms = _rooms(venue)
    size = sum(seats * share for seats, share in rooms)
    performances = max(8, round(expected / (size * FILL[venue.kind])))
    n = max(6, round(performances / RUN[venue.kind]))
    runs = np.maximum(1, np.round(rng.dirichlet(np.full(n, 1.2)) * performances)).astype(int)
    genres = _draw_genres(rng, venue.kind, n)
    own = _titles(rng, genres[0], n)
    touring = _touring(rng, venue, n, len(pool))
    drawn, taken = [], set()
    for i in range(n):
        title, genre = own[i], genres[i]
        if i < len(touring):
            title = pool[touring[i]]
            genre = genre if venue.kind == CINEMA else pool_genres[touring[i]]
        ref = slugify(title)
        if ref in taken:
            continue
        taken.add(ref)
        seats = int(rooms[int(rng.choice(len(rooms), p=[share for _, share in rooms]))][0] * halls)
        price = _price(rng, venue, genre)
        base = Production(v, s, f"{ref}-{season.start_year}", ref, title, genre, seats, False, price)
        times = _times(rng, season, venue.kind, int(runs[i]), edges=i == 0 and venue.slug in LATE_HOUSES)
        drawn.append((base, times, float(seats * np.clip(rng.lognormal(0, 0.22), 0.5, 1.45))))
        if venue.online and i < max(4, n // 3):
            online = Production(
                v, s, f"{ref}-online-{season.start_year}", ref, f"{title} (online)", genre, None, True, 850
            )
            drawn.append((online, _online_times(rng, season, 12), 1.0))
    return drawn


def _rooms(venue: Venue) -> tuple[tuple[int, float], ...]:
    """Rooms with the share of performances in each: a cinema has three, a big house a small hall."""
    if venue.kind == CINEMA:
        return ((venue.seats // 2, 0.45), (venue.seats * 3 // 10, 0.35), (venue.seats // 5, 0.20))
    if venue.seats >= 600:
        return ((venue.seats, 0.7), (max(120, venue.seats // 5), 0.3))
    return ((venue.seats, 1.0),)


def _touring(rng: np.random.Generator, venue: Venue, n: int, pool: int) -> list[int]:
    """Which titles of the shared pool come here: most films travel, three in ten stage productions do."""
    if venue.kind == CONCERT_HALL:
        return []
    wanted = round(n * (0.9 if venue.kind == CINEMA else TOURING_SHARE))
    return [int(i) for i in rng.permutation(pool)[:wanted]]


def _draw_genres(rng: np.random.Generator, kind: str, n: int) -> list[Genre]:
    mix = GENRE_MIX[kind]
    shares = np.array(list(mix.values())) / sum(mix.values())
    return [list(mix)[int(i)] for i in rng.choice(len(mix), n, p=shares)]


def _titles(rng: np.random.Generator, genre: Genre, n: int) -> list[str]:
    """n different titles; a number is added when the words run out."""
    heads: tuple[str, ...] = names.TITLE_HEADS
    tails: tuple[str, ...] = names.TITLE_TAILS
    if genre in (Genre.FILM, Genre.DOCUMENTARY):
        heads, tails = names.FILM_HEADS, names.FILM_TAILS
    elif genre in (Genre.CLASSICAL, Genre.OPERA):
        heads, tails = names.CONCERT_HEADS, names.CONCERT_TAILS
    every = [f"{head} {tail}".strip() for head in heads for tail in tails]
    order = rng.permutation(len(every))
    return [
        every[order[i % len(every)]] + (f" ({i // len(every) + 1})" if i >= len(every) else "")
        for i in range(n)
    ]


def _price(rng: np.random.Generator, venue: Venue, genre: Genre) -> int:
    if venue.kind == CINEMA:
        return int(rng.choice([1050, 1150, 1250]))
    base = 1600 + venue.seats * 1.2 + (800 if genre in (Genre.MUSICAL, Genre.OPERA) else 0)
    return int(round(base * rng.uniform(0.75, 1.3) / 50) * 50)


def _times(
    rng: np.random.Generator, season: Season, kind: str, n: int, *, edges: bool
) -> list[np.datetime64]:
    """n different starts within some weeks; with `edges` also in the season's first and last hour."""
    first_day, last_day = (0, 364) if kind == CINEMA else (31, 330)
    length = last_day - first_day
    window = min(length, max(10, n * (2 if kind == CINEMA else 4)))
    opening = first_day + int(rng.integers(0, length - window + 1))
    hours = HOURS[kind]
    slots = rng.choice(window * len(hours), size=min(n, window * len(hours)), replace=False)
    times = [
        _at(season.first_day, opening + int(slot) // len(hours), *hours[int(slot) % len(hours)])
        for slot in slots
    ]
    if edges:
        # Half past midnight on 1 August is still July in UTC; a late show on 31 July ends in the next season.
        times[0] = _at(season.first_day, 0, 0, 30)
        times.append(_at(season.last_day, 0, 23, 30))
    return times


def _online_times(rng: np.random.Generator, season: Season, days: int) -> list[np.datetime64]:
    """Two starts a day, so that one day at home can be two tickets and one attendance."""
    opening = int(rng.integers(0, 364 - days))
    return [_at(season.first_day, opening + day, *hour) for day in range(days) for hour in ONLINE_HOURS]


def _at(day: date, offset: int, hour: int, minute: int) -> np.datetime64:
    when = datetime(day.year, day.month, day.day, hour, minute) + timedelta(days=offset)
    return np.datetime64(when, "s")
