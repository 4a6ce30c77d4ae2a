"""What the intake's tests share: a readable extract, a store and a lake."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from ingest.extract import COLUMN_NAMES, ExtractHeader
from ingest.lake import BUCKETS_FILE, Lake
from ingest.receive import Examined, Expected, Limits, Receipt, examine, receive
from ingest.store import metadata, performance_versions

KEY = "2026a"
PEPPER = bytes(range(32))
TOMBSTONE_KEY = bytes(range(32, 64))
NOW = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
EXPECTED = Expected("theater-de-linde", frozenset({"de-linde", "de-es"}), {KEY: f"{KEY}.check"})
HEADER = ExtractHeader(
    organisation="theater-de-linde",
    venue="de-linde",
    layout="pretix-positions",
    key_id=KEY,
    key_check=f"{KEY}.check",
    first_day="2025-10-03",
    last_day="2025-10-03",
    rows=0,
)
TICKET = {
    "country": "NL",
    "postcode_area": "1011",
    "production_ref": "hamlet",
    "production_title": "Hamlet",
    "genre": "theatre",
    "performance_ref": "hamlet:1",
    "performance_start": "2025-10-03T20:15:00+02:00",
    "hall_capacity": "420",
    "purchased_at": "2025-09-01T10:00:00+02:00",
    "channel": "web",
    "product_class": "single",
    "price_paid_cents": "2500",
    "currency": "EUR",
    "status": "sold",
    "scanned": "true",
}


def token(booker: str, key: str = KEY) -> str:
    """A token as it would come out of the OPRF under this key."""
    tail = hashlib.sha256(b"under a key" + booker.encode()).digest()
    return f"{key}.{base64.urlsafe_b64encode(tail).decode().rstrip('=')}"


def a_ticket(number: int = 1, **cells: str) -> dict[str, str]:
    """One row; the order and the booker follow the ticket's number unless given."""
    return {
        **dict.fromkeys(COLUMN_NAMES, ""),
        **TICKET,
        "order_ref": f"o{number}",
        "ticket_ref": f"t{number}",
        "booker_token": token(f"b{number}"),
        **cells,
    }


def lines(rows: Iterable[Mapping[str, str]], header: ExtractHeader = HEADER) -> bytes:
    """The bytes of an extract; cells are written as they are, so a test may quote them itself.

    Its first line counts the rows, but where the header says another number than none.
    """
    written = [",".join(row[n] for n in COLUMN_NAMES) for row in rows]
    text = [replace(header, rows=header.rows or len(written)).line(), ",".join(COLUMN_NAMES), *written]
    return ("\n".join(text) + "\n").encode()


def performances(sizes: Mapping[str, int], header: ExtractHeader = HEADER, status: str = "sold") -> bytes:
    """An extract of performances with so many tickets each."""
    rows = [
        a_ticket(number, performance_ref=reference, ticket_ref=f"{reference}-{number}", status=status)
        for reference, size in sizes.items()
        for number in range(size)
    ]
    return lines(rows, header)


def look(folder: Path, content: bytes, limits: Limits | None = None) -> Examined:
    """Examine these bytes as if they had been uploaded."""
    path = folder / "upload.foyer.csv"
    path.write_bytes(content)
    return examine(path, EXPECTED, limits)


def codes(examined: Examined | Receipt) -> dict[str, tuple[int, ...]]:
    """Each finding's code and the first rows it stands on."""
    return {finding.kind.code: finding.rows for finding in examined.report.findings}


@dataclass(frozen=True)
class Desk:
    """A service's intake in a folder of its own."""

    folder: Path
    engine: sa.Engine
    lake: Lake

    def send(self, content: bytes, by: str = "anna@linde.example", now: datetime = NOW) -> Receipt:
        path = self.folder / f"{uuid4().hex}.part"
        path.write_bytes(content)
        with self.engine.begin() as connection:
            return receive(
                connection, self.lake, path, expected=EXPECTED, limits=Limits(), pepper=PEPPER,
                tombstone_key=TOMBSTONE_KEY, by=by, now=now,
            )  # fmt: skip

    def states(self) -> dict[tuple[str, str], str]:
        """(performance, extract) → state."""
        query = sa.select(performance_versions)
        with self.engine.connect() as connection:
            return {(r.performance_ref, r.extract_id): r.state for r in connection.execute(query)}

    def current(self) -> dict[str, tuple[str, int]]:
        """performance → (extract, tickets) of what counts."""
        query = sa.select(performance_versions).where(performance_versions.c.state == "current")
        with self.engine.connect() as connection:
            return {r.performance_ref: (r.extract_id, r.tickets) for r in connection.execute(query)}

    def stored_files(self) -> list[Path]:
        """Everything in the lake but its own note of how many buckets it has."""
        files = (path for path in self.lake.root.rglob("*") if path.is_file())
        return sorted(path for path in files if path.name != BUCKETS_FILE)


def open_desk(folder: Path) -> Desk:
    """A database that takes the write lock at BEGIN, as the service's does, and an empty lake."""
    engine = sa.create_engine(
        f"sqlite:///{folder / 'foyer.sqlite'}", connect_args={"timeout": 60, "check_same_thread": False}
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        metadata.create_all(connection)
    return Desk(folder, engine, Lake(folder / "lake"))


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def changed(**fields: Any) -> ExtractHeader:
    """The usual header with some fields changed."""
    return ExtractHeader(**{**asdict(HEADER), **fields})


GOOD_HEAD = lines([])
