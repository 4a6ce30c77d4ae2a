"""The made country of the accuracy benchmark: areas, venues and what draws people from one to the other.

Areas and where they lie are real (the geography pack); inhabitants and venues are invented. Two worlds:
in `gravity` the pull of a venue falls with distance, yet unevenly (each pair of venue and area, and of
venue and district, has a factor of its own that nothing public predicts); in `scattered` distance means
nothing and only such factors do, so that an estimator which believes in gravity is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.geography import Area, kilometres_from, load_pack
from privacy.nearness import Nearness

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WORLDS = ("gravity", "scattered")
THEATRE, CINEMA, CONCERT_HALL = 0, 1, 2
KIND_SHARES = (0.60, 0.28, 0.12)
# Kilometres at which the pull is halved, and how steeply it falls further out.
REACH_KM = np.array([6.0, 4.0, 10.0])
STEEPNESS = 2.4
KM_PER_DEGREE = 111.2
# What a taste (stage, music, family, film) makes of a kind of house.
TASTE_SHARES = np.array([0.40, 0.19, 0.15, 0.26])
TASTE_PULL = np.array([[1.5, 0.9, 1.5, 0.25], [0.35, 0.3, 0.5, 3.0], [0.35, 3.2, 0.4, 0.2]])
# Standard deviations, in the logarithm, of what nothing public explains.
OF_AN_AREA, OF_A_DISTRICT, SCATTERED = 0.5, 0.3, 1.5
TAKE_UP = 0.4  # of bookers among an area's inhabitants, at all venues alike
SIZE_SPREAD = 0.8  # of venues: the largest of 40 sells some thirty times what the smallest does
BALANCING_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class World:
    """`homes` is the running share of bookers by area, `choice[taste, area]` that of venues.

    `near` is what the geography says to everyone: inhabitants, and how far each area lies from each venue.
    """

    name: str
    areas: tuple[str, ...]
    regions: dict[str, str]
    venues: tuple[str, ...]
    stands_in: tuple[str, ...]
    near: Nearness
    kinds: Ints
    homes: Floats
    choice: Floats
    anywhere: Floats


def lay_out(name: str, seed: int, venues: int = 40, areas: int = 4000) -> World:
    """The country of this name; the same arguments give the same country."""
    if name not in WORLDS:
        raise ValueError(f"There is no world {name!r}. Choose one of {', '.join(WORLDS)}.")
    rng = np.random.default_rng([seed, 1])
    found = sorted(load_pack("NL").areas, key=lambda area: area.code)
    north, east = np.array([a.latitude for a in found]), np.array([a.longitude for a in found])
    people = _inhabitants(north, east, rng)
    kept = np.sort(np.argsort(-people, kind="stable")[:areas])
    north, east, people = north[kept], east[kept], people[kept]
    codes = tuple(found[int(i)].code for i in kept)
    stands = _sites(people, north, east, venues, rng)
    kinds = rng.choice(3, venues, p=KIND_SHARES)
    size = rng.lognormal(0.0, SIZE_SPREAD, venues)
    pull = _pull(name, north, east, stands, kinds, np.array([code[:5] for code in codes]), rng)
    takers = people * rng.lognormal(0.0, TAKE_UP, len(people))
    living, choosing = _balanced(takers, pull, kinds, size / size.sum())
    names = tuple(f"venue-{number:02d}" for number in range(venues))
    return World(
        name,
        codes,
        {found[int(i)].code: found[int(i)].region for i in kept},
        names,
        tuple(codes[int(i)] for i in stands),
        _near([found[int(i)] for i in kept], people, names, stands),
        kinds,
        _running(living),
        _running(choosing),
        _running(size / size.sum()),
    )


def pick(running: Floats, at: Ints, rng: np.random.Generator) -> Ints:
    """One place in each of these rows of running shares."""
    found = np.empty(len(at), dtype=np.int64)
    for start in range(0, len(at), 200_000):
        part = slice(start, start + 200_000)
        rows = running[at[part]]
        found[part] = (rows < rng.random(len(rows))[:, None]).sum(axis=1)
    return found


def _near(areas: list[Area], people: Floats, venues: tuple[str, ...], stands: Ints) -> Nearness:
    """As the service makes it of the pack and a source of inhabitants."""
    codes = tuple(area.code for area in areas)
    kilometres = {
        venue: kilometres_from(areas[int(at)], areas) for venue, at in zip(venues, stands, strict=True)
    }
    return Nearness(codes, dict(zip(codes, np.rint(people).tolist(), strict=True)), kilometres)


def _running(shares: Floats) -> Floats:
    total = np.cumsum(shares, axis=-1)
    total[..., -1] = 1.0
    return total


def _inhabitants(north: Floats, east: Floats, rng: np.random.Generator) -> Floats:
    """More where areas lie close together, and uneven. Invented, not the statistics office's."""
    _, cell, count = np.unique(
        np.stack([np.floor(north * 12), np.floor(east * 7.5)], axis=1),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    near = count[cell.ravel()] / count.mean()
    return np.asarray(2400 * near**0.5 * rng.lognormal(0.0, 0.6, len(north)) + 5)


def _sites(people: Floats, north: Floats, east: Floats, venues: int, rng: np.random.Generator) -> Ints:
    """Venues stand where many live within a few kilometres; a large town has several."""
    around = np.array([people[_km(north, east, n, e) < 4.0].sum() for n, e in zip(north, east, strict=True)])
    return rng.choice(len(people), venues, replace=False, p=around**1.2 / (around**1.2).sum())


def _km(north: Floats, east: Floats, to_north: Floats, to_east: Floats) -> Floats:
    """A flat country needs no sphere."""
    return np.asarray(np.hypot((east - to_east) * np.cos(np.radians(52.1)), north - to_north) * KM_PER_DEGREE)


def _pull(
    name: str,
    north: Floats,
    east: Floats,
    stands: Ints,
    kinds: Ints,
    district: NDArray[np.str_],
    rng: np.random.Generator,
) -> Floats:
    """How strongly each area is drawn to each venue, whatever the venue's size."""
    shape = (len(north), len(stands))
    if name == "scattered":
        return rng.lognormal(0.0, SCATTERED, shape)
    away = _km(north[:, None], east[:, None], north[stands], east[stands])
    _, of = np.unique(district, return_inverse=True)
    own = rng.lognormal(0.0, OF_AN_AREA, shape)
    shared = rng.lognormal(0.0, OF_A_DISTRICT, (int(of.max()) + 1, len(stands)))[of]
    return own * shared / (1 + (away / REACH_KM[kinds]) ** STEEPNESS)


def _balanced(people: Floats, pull: Floats, kinds: Ints, wanted: Floats) -> tuple[Floats, Floats]:
    """Where bookers live and what each taste chooses there, such that each venue gets what it should.

    Who lives far from every venue seldom goes, so bookers are not spread as inhabitants are.
    """
    taste = TASTE_PULL[kinds].T[:, None, :]
    mass = wanted / pull.mean(axis=0)
    for _ in range(BALANCING_ROUNDS):
        drawn = (pull * mass).sum(axis=1)
        living = people * (drawn / (drawn + np.median(drawn)) + 0.05)
        living /= living.sum()
        choosing = pull * mass * taste
        choosing /= choosing.sum(axis=2, keepdims=True)
        got = np.einsum("a,tav,t->v", living, choosing, TASTE_SHARES)
        mass = mass * (wanted / got) ** 0.7
    return living, choosing
