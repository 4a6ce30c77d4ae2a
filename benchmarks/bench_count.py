"""Bound and count every measure, against one raw count(distinct) over the same rows; prints the ratio.

The rows are made by a process of its own, into the Parquet of a lake; then both sides read them, in turn. CPU
seconds of the whole process, the better of the runs. Both read both seasons: a publication looks back. The
season alone, without the measures that look back, stands on a line of its own.
Run with the number of tickets per season: `python -m benchmarks.bench_count 2_000_000`.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from aggregation.counts import Bounds, Keysets, count_tables
from aggregation.engines.duckdb import DuckDBEngine
from benchmarks.lake_rows import area_codes, venue_names, write_season
from ingest.lake import Lake
from ingest.seasons import Season
from ingest.snapshot import Snapshot

RAW = "SELECT venue, area, count(DISTINCT booker) AS n FROM lake GROUP BY venue, area"
ENGINE = DuckDBEngine()
MANY = 10_000_000  # from here on one run is enough: it takes minutes, and chance evens out


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def raw_count(*snapshots: Snapshot) -> None:
    for snapshot in snapshots:
        with ENGINE.open({"lake": snapshot.files}, {}) as session:
            session.ask(RAW, {})


def make_rows(folder: Path, rows: int) -> tuple[Snapshot, Snapshot, float, float]:
    """This season and the one before, the CPU seconds they took and the most memory in GB."""
    lake = Lake(folder)
    this, previous = write_season(lake, Season(2025), rows, 5), write_season(lake, Season(2024), rows, 6)
    return this, previous, time.process_time(), peak()


def peak() -> float:
    """The most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def measure(rows: int, folder: Path) -> None:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        this, previous, made_in, made_with = pool.submit(make_rows, folder, rows).result()
    keysets, salt = Keysets(venue_names(), area_codes()), b"\x01" * 32
    works: tuple[Callable[[], object], ...] = (
        lambda: raw_count(this, previous),
        lambda: count_tables(ENGINE, this, previous, keysets, Bounds(), salt),
        lambda: raw_count(this),
        lambda: count_tables(ENGINE, this, None, keysets, Bounds(), salt),
    )
    turns = [[cpu_seconds(work) for work in works] for _ in range(1 if rows >= MANY else 3)]
    raw_both, both, raw, alone = (min(times) for times in zip(*turns, strict=True))
    for tickets, plain, ours, said in (
        (2 * rows, raw_both, both, "both seasons, as published"),
        (rows, raw, alone, "the season alone, nothing that looks back"),
    ):
        print(f"{tickets:>12,}  {plain:>9.2f}  {ours:>18.2f}  {ours / plain:>5.1f}  {said}")
    made = f"the rows made in {made_in:.0f} CPU s and {made_with:.1f} GB"
    print(f"  peak memory of counting {peak():.1f} GB; {made}")


def main(arguments: list[str] | None = None) -> None:
    print(f"{'tickets':>12}  {'raw CPU s':>9}  {'all measures CPU s':>18}  ratio")
    for rows in arguments or ["2_000_000", "20_000_000"]:
        with tempfile.TemporaryDirectory() as folder:
            measure(int(rows), Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
