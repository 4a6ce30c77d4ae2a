"""Lake rows for tests: readable tables in, Parquet files and a Snapshot out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from aggregation.counts import Bounds, ExactTable, Keysets, count_tables
from aggregation.engines.duckdb import DuckDBEngine
from ingest.lake import LAKE_SCHEMA
from ingest.seasons import Season
from ingest.snapshot import CURRENT_SCHEMA, Snapshot

Row = dict[str, Any]
SEASON = Season(2025)
SALT = b"\x07" * 32
ENGINE = DuckDBEngine(threads=1)


def booker_bytes(name: str | None) -> bytes | None:
    """The 16 bytes by which a named booker goes in the lake."""
    return None if not name else hashlib.sha256(name.encode()).digest()[:16]


def a_ticket(
    booker: str | None = "b1",
    venue: str = "v1",
    performance: str = "p1",
    *,
    production: str = "",
    day: str = "2025-10-03",
    order: str = "",
    area: str | None = "NL-1011",
    country: str | None = None,
    bought: str | None = "2025-09-01",
    channel: str = "web",
    product_class: str = "single",
    genre: str = "theatre",
    status: str = "sold",
    scanned: bool | None = None,
    extract: str = "x",
) -> Row:
    """One lake row. An order is one booker's at one performance unless it is named."""
    booker, area, bought = booker or None, area or None, bought or None
    start = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return {
        "organisation": "o",
        "venue": venue,
        "extract_id": extract,
        "order_ref": order or f"order-{booker}-{venue}-{performance}",
        "ticket_ref": "",
        "booker": booker_bytes(booker),
        "country": country or (area[:2] if area else None),
        "area": area,
        "production_ref": production or f"production-{performance}",
        "genre": genre,
        "performance_ref": performance,
        "local_day": date.fromisoformat(day),
        "starts_at": start,
        "hall_capacity": None,
        "purchased_at": datetime.fromisoformat(bought).replace(tzinfo=UTC) if bought else None,
        "channel": channel,
        "product_class": product_class,
        "pass_scheme": None,
        "price_paid_cents": None,
        "currency": None,
        "status": status,
        "scanned": scanned,
    }


def parse_table(text: str) -> list[dict[str, str]]:
    """An ASCII table with | between its columns; a rule of dashes and blank lines are passed over."""
    lines = [line.split("|") for line in text.splitlines() if line.strip(" |-")]
    names, *rows = ([cell.strip() for cell in line] for line in lines)
    return [dict(zip(names, row, strict=True)) for row in rows]


def tickets(text: str) -> list[Row]:
    """An ASCII table of tickets; a column `times` repeats a line."""
    found = []
    for line in parse_table(text):
        times = int(line.pop("times", "1"))
        given: dict[str, Any] = dict(line)
        if "scanned" in given:
            given["scanned"] = {"yes": True, "no": False, "": None}[given["scanned"]]
        found += [a_ticket(**given) for _ in range(times)]
    return found


def snapshot_of(
    folder: Path,
    rows: Iterable[Row],
    season: Season = SEASON,
    current: Iterable[tuple[str, str, str]] | None = None,
    buckets: int = 1,
) -> Snapshot:
    """Store the rows; every performance is current in extract `x` unless `current` says otherwise."""
    listed = list(rows)
    files = []
    for bucket in range(buckets):
        part = [row for row in listed if (row["booker"] or b"\0")[0] % buckets == bucket]
        path = folder / f"season={season.start_year}" / f"bucket={bucket:02d}" / "x.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(part, schema=LAKE_SCHEMA).write_parquet(path)
        files.append(path)
    if current is None:
        current = sorted({(row["venue"], row["performance_ref"], "x") for row in listed})
    names = CURRENT_SCHEMA.names
    table = pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in current], schema=CURRENT_SCHEMA
    )
    return Snapshot(season, tuple(files), table, "digest")


def keysets(
    venues: Iterable[str] = ("v1", "v2", "v3"), areas: Iterable[str] = ("NL-1011", "NL-1012")
) -> Keysets:
    """The declared lists of a small network."""
    return Keysets(tuple(venues), tuple(areas))


def counted(
    folder: Path,
    rows: Iterable[Row],
    previous: Iterable[Row] | None = None,
    bounds: Bounds | None = None,
    declared: Keysets | None = None,
) -> dict[str, ExactTable]:
    """All tables of these rows, through the real engine."""
    this = snapshot_of(folder, rows)
    before = snapshot_of(folder, previous, SEASON.previous) if previous is not None else None
    tables = count_tables(ENGINE, this, before, declared or keysets(), bounds or Bounds(), SALT)
    return {table.measure: table for table in tables}


def cells(table: ExactTable) -> dict[tuple[str, ...], int]:
    """A table's cells that are not zero."""
    return {cell: int(n) for cell, n in zip(table.keyset.cells(), table.counts, strict=True) if n}


def expected(text: str) -> dict[tuple[str, ...], int]:
    """An ASCII table of cells, the count in the last column."""
    rows: list[Mapping[str, str]] = list(parse_table(text))
    return {tuple(list(row.values())[:-1]): int(list(row.values())[-1]) for row in rows}
