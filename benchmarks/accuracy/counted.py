"""What an evaluation needs and does not change with the estimator: counted once, kept under .cache.

Made by the production path (lake, snapshot, count_tables) and by the independent truth. Delete the folder,
or pass --recount, after a change to the world, the queries or the bounding.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from aggregation.bounds import Bounds, table_bounds
from aggregation.counts import ExactTable, count_tables
from aggregation.engines.duckdb import DuckDBEngine
from aggregation.keysets import Keysets
from aggregation.measures import MEASURES
from benchmarks.accuracy.tickets import SEASON, snapshot, write_seasons
from benchmarks.accuracy.truth import count_truth
from benchmarks.accuracy.world import World, lay_out
from ingest.lake import Lake
from ingest.snapshot import Snapshot

CACHE = Path(".cache/accuracy")
SALT = b"\x01" * 32
SEED = 2025


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is."""

    tickets: int = 2_000_000
    venues: int = 40
    areas: int = 4000


@dataclass(frozen=True, slots=True)
class Counted:
    """A world with its bounded tables and its truth, the latter as tables of the same shape."""

    folder: Path
    now: Snapshot
    before: Snapshot
    world: World
    keysets: Keysets
    exact: tuple[ExactTable, ...]
    truth: tuple[ExactTable, ...]


def counted(
    name: str,
    bounds: Bounds,
    size: Size = Size(),
    *,
    seed: int = SEED,
    cache: Path = CACHE,
    recount: bool = False,
) -> Counted:
    """The world's tables under these bounds, from the cache where they are there."""
    world = lay_out(name, seed, size.venues, size.areas)
    keysets = Keysets(world.venues, world.areas)
    folder = cache / f"{name}-{seed}-{size.tickets}-{size.venues}-{size.areas}"
    lake = Lake(folder / "lake")
    if recount or not (folder / "written").exists():
        write_seasons(lake, world, size.tickets, seed)
        (folder / "written").touch()
    now, before = snapshot(lake, world, SEASON), snapshot(lake, world, SEASON.previous)
    truth, exact = folder / "truth.npz", folder / f"exact-{_digest(bounds)}.npz"
    if recount or not truth.exists():
        np.savez_compressed(truth, **count_truth(now.files, before.files, keysets))
    if recount or not exact.exists():
        tables = count_tables(DuckDBEngine(), now, before, keysets, bounds, SALT)
        np.savez_compressed(exact, **{table.measure: table.counts for table in tables})
    return Counted(
        folder,
        now,
        before,
        world,
        keysets,
        _tables(exact, keysets, bounds),
        _tables(truth, keysets, bounds),
    )


def _digest(bounds: Bounds) -> str:
    return hashlib.sha256(json.dumps(asdict(bounds), sort_keys=True).encode()).hexdigest()[:12]


def _tables(path: Path, keysets: Keysets, bounds: Bounds) -> tuple[ExactTable, ...]:
    with np.load(path) as kept:
        return tuple(
            ExactTable(name, keysets.for_measure(m), kept[name], table_bounds(m, bounds, SEASON))
            for name, m in MEASURES.items()
        )
