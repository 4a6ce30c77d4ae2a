"""Receiving against a bare typed Polars read of the same file: CPU seconds, rows per second and their ratio.

    python benchmarks/bench_receive.py [--rows 25000 250000] [--repeats 5]

Both sides read the same file in the same process and take turns, after a warm-up; the medians count.
The bare read is `read_csv` with a schema plus `to_datetime` for the two moments, which is the faster of
Polars' two ways to typed columns. Receiving is everything up to the point where the rows are durable in
the lake: guard, checks, forbidden content, spreading, sorting, Parquet, fsync. Re-keying is on its own
line and not in the ratio.
"""

from __future__ import annotations

import argparse
import base64
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from ingest.extract import COLUMN_NAMES, ExtractHeader
from ingest.identity.rekey import booker_ids
from ingest.lake import Lake
from ingest.receive import Expected, Limits, examine, rekey, stage

KEY = "bench"
TARGET = 6.0
TYPES = {"hall_capacity": pl.Int32, "price_paid_cents": pl.Int32, "scanned": pl.Boolean}
MOMENTS = ("performance_start", "purchased_at")
EXPECTED = Expected("bench", frozenset({"bench"}), {KEY: "check"})


def write_extract(path: Path, rows: int, seed: int = 20261101) -> None:
    """An imagined extract: 150 performances, orders of one to four tickets, 15 % of them without a booker."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([1, 2, 2, 2, 3, 4], rows)
    order = np.repeat(np.arange(rows), sizes)[:rows]
    first = np.diff(order, prepend=-1) > 0
    tokens = [
        f"{KEY}.{base64.urlsafe_b64encode(rng.bytes(32)).decode().rstrip('=')}"
        for _ in range(max(1, rows // 6))
    ]
    booker = np.where(rng.random(rows) < 0.85, rng.integers(0, len(tokens), rows), -1)[order]
    performance = np.minimum(rng.integers(0, 150, rows), rng.integers(0, 150, rows))[order]
    known = booker >= 0
    day = np.datetime64("2025-09-01") + performance
    bought = np.datetime64("2025-08-01T00:00:00") + rng.integers(0, 20_000_000, rows)[order]
    frame = pl.DataFrame(
        {
            "order_ref": [f"{number:024x}" for number in order.tolist()],
            "ticket_ref": [f"{number:024x}" for number in (rng.permutation(rows) + rows).tolist()],
            "booker_token": [
                tokens[b] if k and f else None for b, k, f in zip(booker, known, first, strict=True)
            ],
            "country": np.where(known, "NL", ""),
            "postcode_area": np.where(known, rng.integers(1000, 9999, rows)[order].astype(str), ""),
            "production_ref": [f"production-{p % 40}" for p in performance],
            "production_title": [f"Titel{', deel' if p % 4 == 0 else ''} {p % 40}" for p in performance],
            "genre": [("theatre", "film", "dance")[p % 3] for p in performance],
            "performance_ref": [f"production-{p % 40}:{p}" for p in performance],
            "performance_start": [f"{d}T20:15:00+01:00" for d in day],
            "hall_capacity": 420,
            "purchased_at": [f"{moment}+02:00" for moment in bought],
            "channel": rng.choice(["web", "desk", "online_vod"], rows),
            "product_class": rng.choice(["single", "concession", "comp"], rows),
            "pass_scheme": "",
            "price_paid_cents": rng.choice([0, 1250, 1800, 2500], rows),
            "currency": "EUR",
            "status": rng.choice(["sold", "refunded"], rows, p=[0.95, 0.05]),
            "scanned": rng.choice(["true", "false", ""], rows),
        }
    ).select(COLUMN_NAMES)
    first, last = str(day.min()), str(day.max())
    header = ExtractHeader("bench", "bench", "pretix-positions", KEY, "check", first, last, rows)
    with path.open("wb") as file:
        file.write(f"{header.line()}\n".encode())
        frame.write_csv(file)


def read_bare(path: Path) -> pl.DataFrame:
    """What Polars needs to have the same file in typed columns, nothing checked."""
    schema = {name: TYPES.get(name, pl.String) for name in COLUMN_NAMES}
    frame = pl.read_csv(path, skip_rows=1, schema=schema)
    return frame.with_columns(
        pl.col(MOMENTS).str.to_datetime("%Y-%m-%dT%H:%M:%S%:z", time_unit="us", time_zone="UTC")
    )


def cpu_seconds(works: list[Callable[[], object]], repeats: int) -> list[float]:
    """The median CPU time of each, over all threads. They take turns, so that a busy neighbour hits all."""
    for work in works:
        work()
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, times in zip(works, spent, strict=True):
            started = time.process_time()
            work()
            times.append(time.process_time() - started)
    return [median(times) for times in spent]


def measure(rows: int, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, lake = Path(folder) / "bench.foyer.csv", Lake(Path(folder) / "lake")
        write_extract(path, rows)
        limits = Limits(bytes=4 * 1024**3, rows=rows)
        examined = examine(path, EXPECTED, limits)
        if examined.frame is None or examined.rows_accepted != rows:
            raise SystemExit(f"The benchmark's own extract was not accepted: {examined.report.to_list()}")
        tokens = examined.frame.get_column("token").drop_nulls().unique().to_list()
        pepper = bytes(32)
        works: list[Callable[[], object]] = [
            lambda: read_bare(path),
            lambda: booker_ids(pepper, tokens),
            lambda: stage(lake, rekey(examine(path, EXPECTED, limits), pepper)),
        ]
        bare, rekeying, whole = cpu_seconds(works, repeats)
    ratio = (whole - rekeying) / bare
    print(f"{rows:,} rows")
    print(f"  bare typed read    {bare:8.3f} CPU s {rows / bare:12,.0f} rows/s")
    print(f"  re-keying          {rekeying:8.3f} CPU s {len(tokens) / rekeying:12,.0f} bookers/s")
    print(f"  receive            {whole - rekeying:8.3f} CPU s {rows / (whole - rekeying):12,.0f} rows/s")
    print(f"  receive and re-key {whole:8.3f} CPU s {rows / whole:12,.0f} rows/s")
    print(f"  ratio              {ratio:8.2f} times the bare read (target: at most {TARGET:.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=[25_000, 250_000])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    for rows in arguments.rows:
        measure(rows, arguments.repeats)


if __name__ == "__main__":
    main()
