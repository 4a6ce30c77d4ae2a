"""The append-only account: charges go in before anything is drawn, and what each season has spent comes out.

The connection is handed in and the caller commits. Every entry carries the hash of the one before,
and that link is unique in the database: two writers who read the same balance cannot both append,
whatever the isolation level. With SQLite the caller begins with BEGIN IMMEDIATE, so that the second
one waits instead of failing. Spent stays spent: there is no entry that gives budget back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, func, select

from ingest.seasons import Season
from privacy.budget import Budget, Charge, PrivacyLoss, Purpose

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
class Reservation:
    """Charges that stand in the account for one publication. `id` is its first entry's number."""

    id: int
    publication: str
    digest: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublicationState:
    """Where a publication stands: neither field set means that it was never begun, or forfeited."""

    reserved: Reservation | None
    finalised: Entry | None


@dataclass(frozen=True, slots=True)
class Account:
    """What one season has spent, and what is left of its plan and of the hard limit."""

    season: Season
    spent: Mapping[Purpose, PrivacyLoss]
    budget: Budget

    @property
    def total(self) -> PrivacyLoss:
        return PrivacyLoss.total(self.spent.values())

    @property
    def left_in_plan(self) -> PrivacyLoss:
        return PrivacyLoss(max(0, self.budget.plan.nano_rho - self.total.nano_rho))

    @property
    def left_to_limit(self) -> PrivacyLoss:
        return PrivacyLoss(max(0, self.budget.limit.nano_rho - self.total.nano_rho))


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


def account(connection: Connection, season: Season, budget: Budget) -> Account:
    """One season's account, summed from its entries."""
    query = (
        select(ledger_entries.c.purpose, func.sum(ledger_entries.c.nano_rho).label("spent"))
        .where(ledger_entries.c.season == season.start_year)
        .group_by(ledger_entries.c.purpose)
    )
    spent = {Purpose(row.purpose): PrivacyLoss(int(row.spent)) for row in connection.execute(query)}
    return Account(season, {purpose: spent.get(purpose, PrivacyLoss(0)) for purpose in Purpose}, budget)


def seasons(connection: Connection) -> tuple[Season, ...]:
    """Every season that has an account, oldest first."""
    column = ledger_entries.c.season
    return tuple(Season(row.season) for row in connection.execute(select(column).distinct().order_by(column)))


def state_of(connection: Connection, publication: str) -> PublicationState:
    """Read where this publication stands; the latest reservation counts unless it was forfeited."""
    rows = [
        Entry(**row)
        for row in connection.execute(
            select(ledger_entries)
            .where(ledger_entries.c.publication == publication)
            .order_by(ledger_entries.c.number)
        ).mappings()
    ]
    finalised = next((entry for entry in rows if entry.kind == EntryKind.FINALISE.value), None)
    forfeited = {entry.reservation for entry in rows if entry.kind == EntryKind.FORFEIT.value}
    standing = [e for e in rows if e.kind == EntryKind.RESERVE.value and e.reservation not in forfeited]
    if not standing:
        return PublicationState(None, finalised)
    last = [entry for entry in standing if entry.reservation == standing[-1].reservation]
    return PublicationState(
        Reservation(last[0].reservation, publication, last[0].digest, tuple(e.number for e in last)),
        finalised,
    )


def reserve(
    connection: Connection,
    *,
    publication: str,
    digest: str,
    charges: Sequence[Charge],
    budget: Budget,
    actor: str,
    at: datetime,
    beyond_plan: str = "",
) -> Reservation:
    """Charge every account that the publication reads, all or none; raises BudgetExhaustedError.

    `beyond_plan` is the reason two people gave for passing the plan; the hard limit holds all the same.
    """
    if not charges or len({charge.season for charge in charges}) != len(charges):
        raise ValueError("A reservation charges each season it reads once.")
    for charge in charges:
        spent = account(connection, charge.season, budget).spent
        budget.check(charge, spent, beyond_plan=bool(beyond_plan))
    first = head(connection).number + 1
    numbers = [
        _append(
            connection,
            EntryKind.RESERVE,
            publication=publication,
            reservation=first,
            season=charge.season.start_year,
            purpose=charge.purpose.value,
            nano_rho=charge.loss.nano_rho,
            digest=digest,
            actor=actor,
            at=at,
            reason=beyond_plan,
        )
        for charge in charges
    ]
    return Reservation(first, publication, digest, tuple(numbers))


def finalise(
    connection: Connection, reservation: Reservation, *, manifest_digest: str, actor: str, at: datetime
) -> Entry:
    """Say that what was drawn is stored and may be seen; its manifest's hash stands in the account."""
    return _close(connection, EntryKind.FINALISE, reservation, manifest_digest, actor, at, "")


def forfeit(
    connection: Connection, reservation: Reservation, *, actor: str, at: datetime, reason: str
) -> Entry:
    """Say that nothing came of a reservation. Its charges stay: noise may have been drawn and seen."""
    return _close(connection, EntryKind.FORFEIT, reservation, "", actor, at, reason)


def verify(connection: Connection, pins: Sequence[Pin] = ()) -> tuple[Fault, ...]:
    """Every entry that was edited, removed, reordered or cut off. Pins are hashes kept elsewhere."""
    faults: list[Fault] = []
    seen: dict[int, str] = {0: GENESIS}
    previous = GENESIS
    for expected, entry in enumerate(entries(connection), start=1):
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


def _close(
    connection: Connection,
    kind: EntryKind,
    reservation: Reservation,
    digest: str,
    actor: str,
    at: datetime,
    reason: str,
) -> Entry:
    state = state_of(connection, reservation.publication)
    if state.finalised is not None or state.reserved is None or state.reserved.id != reservation.id:
        raise ValueError("This reservation is closed already, or was never made.")
    season = connection.execute(
        select(ledger_entries.c.season).where(ledger_entries.c.number == reservation.id)
    ).scalar_one()
    number = _append(
        connection,
        kind,
        publication=reservation.publication,
        reservation=reservation.id,
        season=season,
        purpose=Purpose.OWN.value,
        nano_rho=0,
        digest=digest,
        actor=actor,
        at=at,
        reason=reason,
    )
    return next(entries(connection, after=number - 1, limit=1))


def _append(connection: Connection, kind: EntryKind, *, at: datetime, **fields: Any) -> int:
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
