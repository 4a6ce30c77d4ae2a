"""Seeded seasons for coverage: a scene of made-up bookers on real places in, hundreds of its releases out.

Two scenes. In one, bookers live near the venues they go to, as estimates expect; in the other distance
means nothing. Some bookers exceed every bound, so that the bounded count and the truth differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

import privacy.publish
from aggregation.geography import Area, kilometres_from, load_pack
from privacy.disclosure import network_spread
from privacy.nearness import Nearness
from privacy.policy import POLICY
from tests.privacy.audit import pipeline
from tests.privacy.audit.mutants import MUTANTS
from tests.privacy.audit.pipeline import Tables, drawn_tables
from tests.privacy.audit.worlds import PERFORMANCES, SEASON, Network, World, visit
from tests.privacy.small_network import exact_by_cell
from tests.spec.rows import Row

Floats = NDArray[np.float64]
EVERY = 50  # of some 4,070 areas
VENUES = 12
BOOKERS = 5000
KILOMETRES = 12.0
LAG_OVER = date(2026, 12, 1)
GENRES = ("theatre", "film", "dance", "opera", "jazz_world", "family")


@dataclass(frozen=True)
class RealPlaces(Network):
    """Areas of the real map with their real regions."""

    known: tuple[Area, ...] = ()

    @property
    def regions(self) -> Mapping[str, str]:
        return {area.code: area.region for area in self.known}


@dataclass(frozen=True, slots=True)
class Scene:
    """A seeded season, what is publicly known of its places, and the exact numbers behind each cell.

    `bounded` are the counts as bounded, `true` what happened, by cell.
    """

    name: str
    tables: Tables
    near: Nearness
    regions: Mapping[str, str]
    owners: Mapping[str, str]
    bounded: Mapping[str, float]
    true: Mapping[str, float]


def scene(*, gravity: bool, bookers: int = BOOKERS, every: int = EVERY, seed: int = 20) -> Scene:
    """One of the two scenes, counted twice by the real engine: as bounded, and with every bound open."""
    draw = np.random.default_rng(seed)
    known = tuple(load_pack("NL").areas[::every])
    homes = known[:: len(known) // VENUES][:VENUES]
    where = RealPlaces(
        tuple(f"venue-{n:02d}" for n in range(VENUES)), tuple(area.code for area in known), known
    )
    inhabitants = np.rint(np.exp(draw.normal(8.0, 1.0, len(known))))
    kilometres = np.array([kilometres_from(home, known) for home in homes])
    nearby = np.exp(-kilometres / KILOMETRES) if gravity else draw.dirichlet(np.full(len(known), 0.3), VENUES)
    pull = nearby * np.exp(draw.normal(0, 0.8, VENUES))[:, None]
    rows = [row for n in range(bookers) for row in _booker(draw, n, where, inhabitants, pull)]
    before = [row for row in rows if row["booker"] and row["booker"][0] % 3 == 0]
    world = World(rows, before, where)
    near = Nearness(
        where.areas,
        dict(zip(where.areas, inhabitants.tolist(), strict=True)),
        dict(zip(where.venues, kilometres, strict=True)),
    )
    tables, opened = pipeline.count(world), _unbounded(world)
    return Scene(
        "near the venues" if gravity else "anywhere",
        tables,
        near,
        where.regions,
        {venue: venue for venue in where.venues},
        _exact(tables, where),
        _exact(opened, where),
    )


def _booker(
    draw: np.random.Generator, number: int, where: Network, inhabitants: Floats, pull: Floats
) -> Iterator[Row]:
    """One in fifty goes everywhere, with a bus; one in eight orders has no booker."""
    eager = number % 50 == 0
    chances = inhabitants * pull.sum(axis=0)
    home = int(draw.choice(len(where.areas), p=chances / chances.sum()))
    weights = pull[:, home] / pull[:, home].sum()
    count = 12 if eager else min(1 + draw.geometric(0.75) - 1, VENUES)
    venues = range(VENUES) if eager else draw.choice(VENUES, min(count, (weights > 0).sum()), False, weights)
    named = None if number % 8 == 7 else f"b{number}"
    for venue in venues:
        for performance in draw.choice(PERFORMANCES, min(draw.geometric(0.55), 6), replace=False):
            genre = GENRES[(venue + int(performance)) % len(GENRES)]
            area = where.areas[home] if number % 20 else None
            for _ in range(30 if eager and performance == 0 else draw.integers(1, 4)):
                yield visit(
                    named, where.venues[venue], int(performance), area, genre=genre, order=f"{number}-{venue}"
                )


def _unbounded(world: World) -> Tables:
    """What happened: the same count with every bound open."""
    (opened,) = (mutant for mutant in MUTANTS if mutant.name == "no bound")
    with opened.applied():
        return pipeline.count(world)


def _exact(tables: Tables, where: RealPlaces) -> dict[str, float]:
    """The exact number of each cell, ratios included."""
    found: dict[str, float] = dict(exact_by_cell(tables, where.regions))
    for venue in where.venues:
        visits, unnamed = found[f"visits/{venue}"], found[f"unidentified_visits/{venue}"]
        found[f"visits_per_booker/{venue}"] = visits / found[f"reach/{venue}/core"]
        found[f"unidentified_share/{venue}"] = unnamed / (unnamed + visits)
    return found


@dataclass(frozen=True, slots=True)
class Releases:
    """Many releases of one scene: what stands still, per cell; what each drew, release by cell."""

    scene: Scene
    cells: tuple[str, ...]
    measure: NDArray[np.object_]
    level: NDArray[np.object_]
    venue: NDArray[np.object_]
    label: NDArray[np.object_]
    scale: Floats
    numbers: Mapping[str, Floats]

    @property
    def bounded(self) -> Floats:
        return np.array([self.scene.bounded[cell] for cell in self.cells])

    @property
    def true(self) -> Floats:
        return np.array([self.scene.true[cell] for cell in self.cells])


def release_often(where: Scene, runs: int) -> Releases:
    """So many releases, made as the service makes them: leaning on distances, inhabitants and the network."""

    def spread(cells: object) -> Mapping[str, float]:
        return network_spread(cells, where.owners, SEASON, LAG_OVER, where.regions)

    names = ("noisy", "estimate", "low", "high")
    drawn: dict[str, list[Floats]] = {name: [] for name in names}
    kept: NDArray[np.int64] | None = None
    for _ in range(runs):
        release = privacy.publish.protect(where.tables, POLICY, where.regions, spread, where.near)
        if kept is None:
            ids = release.cells["cell_id"].to_pylist()
            kept = np.array([n for n, cell in enumerate(ids) if cell in where.bounded])
            first = release.cells.take(kept)
            stated = drawn_tables(release.facts)
        table = release.cells.take(kept)
        shown = np.array(table["status"].to_pylist()) != "withheld"
        for name in names:
            values = table[name].to_numpy(zero_copy_only=False).astype(float)
            drawn[name].append(np.where(shown, values, np.nan))
    text = {
        name: np.array(first[name].to_pylist(), dtype=object)
        for name in ("measure", "level", "venue", "label")
    }
    places = zip(text["measure"], text["level"], strict=True)
    return Releases(
        where,
        tuple(first["cell_id"].to_pylist()),
        **text,
        scale=np.array([stated.get(place, np.nan) for place in places]),
        numbers={name: np.stack(values) for name, values in drawn.items()},
    )
