"""Bound and count every measure, against one raw count(distinct) over the same rows; prints the ratio.

CPU seconds of the whole process, the better of two runs each, from the Parquet of the lake; the rows are made
up here. Both read both seasons: a publication looks back. The season alone stands on a line of its own.
Run with the number of tickets per season: `python -m benchmarks.bench_count 2_000_000`.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from aggregation.counts import Bounds, Keysets, count_tables
from aggregation.engines.duckdb import DuckDBEngine
from benchmarks.lake_rows import area_codes, venue_names, write_season
from ingest.lake import Lake
from ingest.seasons import Season
from ingest.snapshot import Snapshot

RAW = "SELECT venue, area, count(DISTINCT booker) AS n FROM lake GROUP BY venue, area"
ENGINE = DuckDBEngine()


def cpu_seconds(work: Callable[[], object]) -> float:
    """The better of two runs."""
    return min(_once(work) for _ in range(2))


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def raw_count(*snapshots: Snapshot) -> None:
    for snapshot in snapshots:
        with ENGINE.open({"lake": snapshot.files}, {}) as session:
            session.ask(RAW, {})


def measure(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        this, previous = write_season(lake, Season(2025), rows, 5), write_season(lake, Season(2024), rows, 6)
        keysets, salt = Keysets(venue_names(), area_codes()), b"\x01" * 32
        raw, raw_both = cpu_seconds(lambda: raw_count(this)), cpu_seconds(lambda: raw_count(this, previous))
        alone = cpu_seconds(lambda: count_tables(ENGINE, this, None, keysets, Bounds(), salt))
        both = cpu_seconds(lambda: count_tables(ENGINE, this, previous, keysets, Bounds(), salt))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'tickets':>12}  {'raw CPU s':>9}  {'all measures CPU s':>18}  ratio")
    for tickets, ours, plain, said in (
        (2 * rows, both, raw_both, "both seasons, as published"),
        (rows, alone, raw, "the season alone, nothing that looks back"),
    ):
        print(f"{tickets:>12,}  {plain:>9.2f}  {ours:>18.2f}  {ours / plain:>5.1f}  {said}")
    print(f"peak memory of the process, making the rows included: {peak:.1f} GB")


def main(arguments: list[str] | None = None) -> None:
    for rows in arguments or ["2_000_000", "20_000_000"]:
        measure(int(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
