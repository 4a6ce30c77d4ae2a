"""Postcode areas and venues → where people live, and how near each venue is to them (gravity)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sample_data.venues import CINEMA, CONCERT_HALL, THEATRE, Venue

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# People travel further for a concert than for a film: kilometres at which the pull is halved.
REACH_KM = {THEATRE: 6.0, CINEMA: 4.0, CONCERT_HALL: 10.0}
STEEPNESS = 2.4
KM_PER_DEGREE = 111.2
BALANCING_ROUNDS = 8

TASTES = ("stage", "music", "family", "film")
TASTE_SHARES = (0.40, 0.19, 0.15, 0.26)
TASTE_PULL = {
    THEATRE: (1.5, 0.9, 1.5, 0.25),
    CINEMA: (0.35, 0.3, 0.5, 3.0),
    CONCERT_HALL: (0.35, 3.2, 0.4, 0.2),
}


class PlaceLike(Protocol):
    """What is read of an area."""

    @property
    def code(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def place(self) -> str: ...


class GeographyLike(Protocol):
    """What is read of a geography."""

    @property
    def areas(self) -> Sequence[PlaceLike]: ...


@dataclass(frozen=True, slots=True)
class Places:
    """Areas in code order. `homes` is the running share of bookers by area; `choice[taste]` the running
    share of venues for each area."""

    codes: tuple[str, ...]
    towns: tuple[str, ...]
    population: Ints
    homes: Floats
    choice: Floats
    venue_shares: Floats
    venue_regions: tuple[str, ...]

    def draw_homes(self, rng: np.random.Generator, n: int) -> Ints:
        """An area for each of n bookers."""
        return np.searchsorted(self.homes, rng.random(n), side="right").astype(np.int64)

    def draw_venues(self, rng: np.random.Generator, homes: Ints, tastes: Ints) -> Ints:
        """A venue for each attendance, by where its booker lives and what they like."""
        rows = self.choice[tastes, homes]
        return np.asarray((rows < rng.random(len(homes))[:, None]).sum(axis=1), dtype=np.int64)


def lay_out(geography: GeographyLike, venues: Sequence[Venue], seed: int) -> Places:
    """Spread an invented population over real areas and let the venues pull on it."""
    areas = sorted(geography.areas, key=lambda a: a.code)
    latitude, longitude = np.array([a.latitude for a in areas]), np.array([a.longitude for a in areas])
    distance = _distances(latitude, longitude, venues)
    population = _population(latitude, longitude, np.random.default_rng([seed, 1]))
    living, choosing, shares = _balanced(population, distance, venues)
    homes, choice = np.cumsum(living), np.cumsum(choosing, axis=2)
    homes[-1], choice[:, :, -1] = 1.0, 1.0
    return Places(
        tuple(a.code for a in areas),
        tuple(a.place for a in areas),
        population,
        homes,
        choice,
        shares,
        tuple(areas[int(i)].region for i in distance.argmin(axis=0)),
    )


def _distances(latitude: Floats, longitude: Floats, venues: Sequence[Venue]) -> Floats:
    """Kilometres from each area to each venue; a flat country needs no sphere."""
    east = (longitude[:, None] - [v.longitude for v in venues]) * np.cos(np.radians(latitude))[:, None]
    north = latitude[:, None] - [v.latitude for v in venues]
    return np.asarray(np.hypot(east, north) * KM_PER_DEGREE)


def _population(latitude: Floats, longitude: Floats, rng: np.random.Generator) -> Ints:
    """Inhabitants: more where areas lie close together, and uneven. Invented, not the statistics office's."""
    cells = np.stack([np.floor(latitude * 12), np.floor(longitude * 7.5)], axis=1)
    _, cell, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    density = count[cell.ravel()] / count.mean()
    return np.asarray(2400 * density**0.5 * rng.lognormal(0.0, 0.6, len(latitude)), dtype=np.int64) + 5


def _balanced(population: Ints, distance: Floats, venues: Sequence[Venue]) -> tuple[Floats, Floats, Floats]:
    """Where bookers live, what each taste chooses from there, and the share of each venue in the end.

    Each venue's mass is corrected a few times by what it gets against what it should get: two venues in
    one town would else halve each other's public.
    """
    decay = 1 / (1 + (distance / [REACH_KM[v.kind] for v in venues]) ** STEEPNESS)
    taste = np.array([TASTE_PULL[v.kind] for v in venues]).T[:, None, :]
    wanted = np.array([v.tickets for v in venues])
    wanted = wanted / wanted.sum()
    mass = wanted / decay.sum(axis=0)
    for _ in range(BALANCING_ROUNDS):
        living, choosing, shares = _drawn(population, decay * mass, taste)
        mass = mass * (wanted / shares) ** 0.7
    return living, choosing, shares


def _drawn(population: Ints, pull: Floats, taste: Floats) -> tuple[Floats, Floats, Floats]:
    # A little everywhere: every network has a few visitors from the far end of the country.
    wanting = population * (pull.sum(axis=1) + 0.0004 * pull.sum(axis=1).max())
    living = wanting / wanting.sum()
    choosing = pull * taste
    choosing = choosing / choosing.sum(axis=2, keepdims=True)
    return living, choosing, np.einsum("a,tav,t->v", living, choosing, np.array(TASTE_SHARES))
