"""The lines of the account: each entry goes in with the hash of the one before; what was broken comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, select

metadata = MetaData()

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("publication", String(120), nullable=False, index=True),
    Column("reservation", Integer, nullable=False),
    Column("season", Integer, nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("nano_rho", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("actor", String(200), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", String(1000), nullable=False),
    Column("previous_hash", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False, unique=True),
)

GENESIS = "0" * 64


class EntryKind(str, Enum):
    """What an entry says. Stored: a change needs a migration."""

    RESERVE = "reserve"
    FINALISE = "finalise"
    FORFEIT = "forfeit"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account. `digest` is the approved publication's, or, when finalised, the manifest's."""

    number: int
    kind: str
    publication: str
    reservation: int
    season: int
    purpose: str
    nano_rho: int
    digest: str
    actor: str
    at: str
    reason: str
    previous_hash: str
    hash: str

    def expected_hash(self) -> str:
        """SHA-256 over everything in the entry but its own hash."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Pin:
    """A signed or otherwise kept memory of the chain: entry `number` had this hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and why."""

    number: int
    problem: str


def entries(connection: Connection, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
    """The account in order, from the first entry whose number is above `after`."""
    query = select(ledger_entries).where(ledger_entries.c.number > after).order_by(ledger_entries.c.number)
    for row in connection.execute(query if limit is None else query.limit(limit)).mappings():
        yield Entry(**row)


def head(connection: Connection) -> Pin:
    """The last entry's number and hash: keep it elsewhere, and a cut-off end is noticed too."""
    row = connection.execute(
        select(ledger_entries.c.number, ledger_entries.c.hash)
        .order_by(ledger_entries.c.number.desc())
        .limit(1)
    ).first()
    return Pin(0, GENESIS) if row is None else Pin(row.number, row.hash)


def append(connection: Connection, kind: EntryKind, *, at: datetime, **fields: Any) -> int:
    """Add one entry and return its number. Order is that of the numbers: a clock may jump."""
    if at.tzinfo is None:
        raise ValueError("An entry's moment has a zone: without one, the machine's own would be guessed.")
    last = head(connection)
    entry = Entry(
        number=last.number + 1,
        kind=kind.value,
        at=at.astimezone(UTC).isoformat(timespec="seconds"),
        previous_hash=last.hash,
        hash="",
        **fields,
    )
    connection.execute(ledger_entries.insert().values({**asdict(entry), "hash": entry.expected_hash()}))
    return entry.number


def enter(connection: Connection, found: Iterable[Entry]) -> None:
    """Put entries in that were written elsewhere, as they are. The caller has checked that they follow."""
    if rows := [asdict(entry) for entry in found]:
        connection.execute(ledger_entries.insert(), rows)


def verify(connection: Connection, pins: Sequence[Pin] = ()) -> tuple[Fault, ...]:
    """Every entry that was edited, removed, reordered or cut off. Pins are hashes kept elsewhere."""
    return faults_in(entries(connection), pins)


def faults_in(chain: Iterable[Entry], pins: Sequence[Pin] = ()) -> tuple[Fault, ...]:
    """The same of entries that lie somewhere else than in the database."""
    faults: list[Fault] = []
    seen: dict[int, str] = {0: GENESIS}
    previous = GENESIS
    for expected, entry in enumerate(chain, start=1):
        if entry.number != expected and expected not in seen and expected - 1 in seen:
            faults.append(Fault(expected, "is missing"))
        if entry.previous_hash != previous:
            faults.append(Fault(entry.number, "does not follow the entry before it"))
        if entry.hash != entry.expected_hash():
            faults.append(Fault(entry.number, "was changed after it was written"))
        seen[entry.number] = previous = entry.hash
    faults += [
        Fault(pin.number, "is not the entry that was pinned")
        for pin in pins
        if seen.get(pin.number) != pin.hash
    ]
    return tuple(faults)


def totals_of(chain: Iterable[Entry]) -> Mapping[int, int]:
    """What was charged in all, in nano-rho, by the year in which each season starts; oldest first."""
    found: dict[int, int] = {}
    for entry in chain:
        found[entry.season] = found.get(entry.season, 0) + entry.nano_rho
    return dict(sorted(found.items()))
