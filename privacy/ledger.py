"""The append-only account: charges go in before anything is drawn, and what each season has spent comes out.

The connection is handed in and the caller commits. Every entry carries the hash of the one before,
and that link is unique in the database: two writers who read the same balance cannot both append,
whatever the isolation level. With SQLite the caller begins with BEGIN IMMEDIATE, so that the second
one waits instead of failing. Spent stays spent: there is no entry that gives budget back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from ingest.seasons import Season
from privacy.budget import Budget, Charge, PrivacyLoss, Purpose
from privacy.entries import (
    GENESIS,
    Entry,
    EntryKind,
    Fault,
    Pin,
    append,
    entries,
    head,
    ledger_entries,
    metadata,
    verify,
)

__all__ = [
    "GENESIS", "Account", "Entry", "EntryKind", "Fault", "Pin", "PublicationState", "Reservation", "account",
    "entries", "finalise", "forfeit", "head", "ledger_entries", "metadata", "reserve", "seasons", "state_of",
    "verify",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reservation:
    """Charges that stand in the account for one publication.

    `id` is its first entry's number; `hash` is its last entry's, and so stands for the account up to there.
    """

    id: int
    publication: str
    digest: str
    entries: tuple[int, ...]
    hash: str


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
        Reservation(
            last[0].reservation, publication, last[0].digest, tuple(e.number for e in last), last[-1].hash
        ),
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
        append(
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
    return Reservation(first, publication, digest, tuple(numbers), head(connection).hash)


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
    number = append(
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
