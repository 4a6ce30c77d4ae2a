"""Intake use cases: an extract in; stored, shown, confirmed or taken back, and the own counts, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregation.counts import count_own
from ingest import receive
from ingest.receive import Expected, Limits, Receipt
from ingest.seasons import Season
from ingest.snapshot import Snapshot, current_snapshot
from ingest.store import ExtractStatus, extracts, performance_versions
from service import access, audit, people
from service.access import NotThereError, Person
from service.runtime import Runtime

OWN_COUNTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """One line of the upload history."""

    id: str
    venue: str
    organisation: str
    status: str
    received_at: datetime
    received_by: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    findings: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    preview: Mapping[str, Any]
    header: Mapping[str, Any]


def receive_extract(runtime: Runtime, person: Person, path: Path) -> Receipt:
    """Check a file and store its rows; a file that is refused leaves nothing behind."""
    access.check(person, access.may_upload)
    settings = runtime.settings
    with runtime.reading() as connection:
        venues = frozenset(venue.slug for venue in people.venues_of(connection, person.organisation))
    expected = Expected(person.organisation, venues, runtime.keys.key_checks)
    # Not `writing()`: the lock is taken by the first statement, which comes after the file was read.
    with runtime.engine.connect() as connection:
        receipt = receive.receive(
            connection,
            runtime.lake,
            path,
            expected=expected,
            limits=Limits(bytes=settings.upload_bytes, rows=settings.upload_rows),
            pepper=runtime.keys.pepper,
            tombstone_key=runtime.keys.tombstones,
            by=person.email,
            now=settings.now(),
        )
        if receipt.extract_id is not None and not receipt.duplicate:
            audit.record(
                connection,
                at=settings.now(),
                actor=person.actor,
                action="upload",
                subject=f"extract:{receipt.extract_id}",
                detail={"status": receipt.status.value},
            )
        connection.commit()
    return receipt


def confirm_extract(runtime: Runtime, person: Person, extract_id: str) -> None:
    """Let an extract count although something shrinks."""
    _change(runtime, person, extract_id, "confirm")


def undo_extract(runtime: Runtime, person: Person, extract_id: str) -> None:
    """Take an extract back; what it replaced counts again."""
    _change(runtime, person, extract_id, "undo")


def _change(runtime: Runtime, person: Person, extract_id: str, action: str) -> None:
    access.check(person, access.may_upload)
    now = runtime.settings.now()
    with runtime.writing() as connection:
        access.check_organisation(person, _owner(connection, extract_id))
        act = receive.confirm if action == "confirm" else receive.undo
        act(connection, extract_id, by=person.email, now=now)
        audit.record(connection, at=now, actor=person.actor, action=action, subject=f"extract:{extract_id}")


def _owner(connection: Connection, extract_id: str) -> str | None:
    row = connection.execute(select(extracts.c.organisation).where(extracts.c.id == extract_id)).first()
    return None if row is None else str(row.organisation)


def upload(connection: Connection, person: Person, extract_id: str) -> Upload:
    """One upload of the own organisation; raises NotThereError for any other."""
    row = connection.execute(select(extracts).where(extracts.c.id == extract_id)).first()
    access.check_organisation(person, None if row is None else row.organisation)
    if row is None:
        raise NotThereError
    return _upload(row)


def history(connection: Connection, organisation: str, limit: int = 100) -> list[Upload]:
    """Who sent what when, newest first."""
    query = select(extracts).where(extracts.c.organisation == organisation)
    return [
        _upload(row) for row in connection.execute(query.order_by(extracts.c.received_at.desc()).limit(limit))
    ]


def _upload(row: Row[Any]) -> Upload:
    return Upload(**{name: getattr(row, name) for name in Upload.__slots__})


def seasons_with_data(connection: Connection, venue: str | None = None) -> tuple[Season, ...]:
    """Seasons in which something counts, newest first."""
    table = performance_versions
    query = select(table.c.season).where(table.c.state == "current").distinct()
    if venue is not None:
        query = query.where(table.c.venue == venue)
    return tuple(Season(year) for year in sorted(connection.execute(query).scalars(), reverse=True))


def snapshots(runtime: Runtime, connection: Connection, season: Season) -> tuple[Snapshot, Snapshot]:
    """What counts for a season, and for the season before."""
    today = runtime.settings.today()
    now = current_snapshot(connection, runtime.lake, season, matured_before=today)
    return now, current_snapshot(connection, runtime.lake, season.previous, matured_before=today)


def own_counts(runtime: Runtime, person: Person, venue: people.Venue, season: Season) -> dict[str, Any]:
    """The venue's own exact figures, from its own extracts alone."""
    access.check(person, access.may_upload)
    access.check_organisation(person, venue.organisation)
    with runtime.reading() as connection:
        now, earlier = snapshots(runtime, connection, season)
    before = earlier if earlier.current.num_rows else None
    key = (f"{now.digest}/{earlier.digest}", venue.slug)
    kept = runtime.own_counts
    if key not in kept:
        if len(kept) >= OWN_COUNTS_KEPT:
            kept.clear()
        kept[key] = count_own(runtime.count_engine(), now, before, venue.slug, (venue.country,))
    return kept[key]


def waiting_for_confirmation(uploads: list[Upload]) -> list[Upload]:
    """Those that count only once a person confirms them."""
    return [one for one in uploads if one.status == ExtractStatus.NEEDS_CONFIRMATION.value]
