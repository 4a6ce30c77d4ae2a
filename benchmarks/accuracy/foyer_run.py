"""What Foyer itself uses for the fixed workload: counting, drawing and estimating all twelve tables.

Run in a process of its own and watched as the peers are; laying out the made world is part of it, which
is against us.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from aggregation.counts import count_tables
from aggregation.engines.duckdb import DuckDBEngine
from aggregation.keysets import Keysets
from benchmarks.accuracy.counted import SALT, SEED, Counted, Size
from benchmarks.accuracy.fixed import FIXED
from benchmarks.accuracy.peers import Cost, watched
from benchmarks.accuracy.tickets import SEASON, snapshot
from benchmarks.accuracy.world import lay_out
from ingest.lake import Lake
from privacy.publish import protect

ROOT = Path(__file__).parents[2]


def foyer_cost(data: Counted, size: Size) -> Cost:
    """CPU seconds and memory of `run` on this world's lake."""
    asked = (
        f"{data.world.name!r}, {str(data.folder.resolve())!r}, {size.tickets}, {size.venues}, {size.areas}"
    )
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {__name__} import run; run({asked})"
    with tempfile.TemporaryDirectory() as folder:
        return watched([sys.executable, "-c", code], Path(folder) / "log")


def run(name: str, folder: str, tickets: int, venues: int, areas: int) -> int:
    """From the lake to the cells of a release; returns how many there are."""
    size = Size(tickets, venues, areas)
    world, lake = lay_out(name, SEED, size.venues, size.areas), Lake(Path(folder) / "lake")
    now, before = snapshot(lake, world, SEASON), snapshot(lake, world, SEASON.previous)
    keysets = Keysets(world.venues, world.areas)
    measures = {plan.measure for plan in FIXED.tables}
    counted = count_tables(DuckDBEngine(), now, before, keysets, FIXED.bounds, SALT)
    tables = [table for table in counted if table.measure in measures]
    return protect(tables, FIXED, world.regions, near=world.near).cells.num_rows
