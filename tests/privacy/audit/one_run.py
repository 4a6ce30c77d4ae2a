"""The one-run audit: many canaries, each there or not by a coin, one release; who guesses the coins?

A canary is a booker who is alone in some cells. After one release the cells are read and the coins of the
clearest canaries guessed. At epsilon 1 nearly every guess is blind: this audit sees gross leaks and no other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tests.privacy.audit import pipeline
from tests.privacy.audit.chance import least_one_run_epsilon
from tests.privacy.audit.worlds import Network, World, visit
from tests.spec.rows import Row

DELTA = 1e-6


@dataclass(frozen=True, slots=True)
class Canary:
    """A booker with one ticket at each place (venue, area); `present` is the coin."""

    name: str
    places: tuple[tuple[str, str], ...]
    present: bool

    @property
    def rows(self) -> list[Row]:
        return [visit(self.name, venue, 1, area) for venue, area in self.places] if self.present else []


@dataclass(frozen=True, slots=True)
class Guessed:
    """How the guessing went, and the least epsilon that explains it."""

    canaries: int
    guesses: int
    right: int
    epsilon: float


def alone(where: Network, seed: int) -> list[Canary]:
    """One canary in each cell of the map by area."""
    toss = random.Random(seed)
    return [
        Canary(f"canary-{venue}-{area}", ((venue, area),), toss.random() < 0.5)
        for venue in where.venues
        for area in where.areas
    ]


def everywhere(where: Network, seed: int) -> list[Canary]:
    """One canary in each area, who goes to every venue: far beyond the bound."""
    toss = random.Random(seed)
    return [
        Canary(f"canary-{area}", tuple((venue, area) for venue in where.venues), toss.random() < 0.5)
        for area in where.areas
    ]


def guess(
    canaries: Sequence[Canary], told: Mapping[tuple[str, str], float], guesses: int, alpha: float
) -> Guessed:
    """Guess the coins of those whose cells lie furthest from half of them, as many in as out.

    `told` is the raw integer by venue and area; one that is missing or zero speaks for an absent canary.
    """
    scores = [sum(_shown(told.get(place)) for place in canary.places) for canary in canaries]
    order = sorted(range(len(canaries)), key=scores.__getitem__)
    half = guesses // 2
    right = sum(not canaries[n].present for n in order[:half])
    right += sum(canaries[n].present for n in order[-half:])
    least = least_one_run_epsilon(len(canaries), 2 * half, right, alpha, DELTA)
    return Guessed(len(canaries), 2 * half, right, least)


def _shown(number: float | None) -> float:
    """A bare zero counts for little in honest noise, and for much where zeros are left without noise."""
    return -1e9 if number is None else float(number) or -1e6


def raw_map(cells: pa.Table) -> dict[tuple[str, str], float]:
    """The raw integers of the postcode table, by venue and area; those that are told."""
    columns = (cells[name].to_pylist() for name in ("venue", "label", "dimension", "level", "noisy"))
    return {
        (venue, label): float(number)
        for venue, label, dimension, level, number in zip(*columns, strict=True)
        if venue and dimension == "area" and level == "cell" and number is not None
    }


def run(canaries: Sequence[Canary], where: Network, guesses: int, alpha: float) -> Guessed:
    """Count and publish once with the canaries whose coin says so, and guess."""
    rows = [row for canary in canaries for row in canary.rows]
    published = pipeline.publish(pipeline.count(World(rows, (), where)), where.regions)
    return guess(canaries, raw_map(published.read()), guesses, alpha)
