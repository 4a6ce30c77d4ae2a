"""Which extract speaks for which performance: an accepted one replaces, undo gives back what it replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store import ExtractStatus, VersionState, extracts, performance_versions, productions

SHRINKS_ABOVE = 0.10
_version = performance_versions.c


class UnknownExtractError(LookupError):
    """There is no extract of that id."""


class WrongStatusError(Exception):
    """The extract is no longer in the state that the deed needs: look at its page again."""


@dataclass(frozen=True, slots=True)
class PerformanceChange:
    """One performance before and after; tickets are those sold."""

    performance_ref: str
    tickets_before: int
    tickets_after: int

    @property
    def shrinks(self) -> bool:
        return self.tickets_before - self.tickets_after > self.tickets_before * SHRINKS_ABOVE


@dataclass(frozen=True, slots=True)
class Preview:
    """What replacing changes for the performances that the extract names. `shrinking` must be confirmed."""

    performances: int
    new_performances: int
    tickets_before: int
    tickets_after: int
    shrinking: tuple[PerformanceChange, ...]

    @property
    def shrinks(self) -> bool:
        return bool(self.shrinking)

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "shrinks": self.shrinks}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Preview:
        shrinking = tuple(PerformanceChange(**change) for change in raw["shrinking"])
        fields = {name: raw[name] for name in cls.__dataclass_fields__ if name != "shrinking"}
        return cls(**fields, shrinking=shrinking)


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an extract; `needs_confirmation` again means that the preview had changed meanwhile."""

    extract_id: str
    status: ExtractStatus
    preview: Preview


def preview(connection: sa.Connection, venue: str, versions: Sequence[Mapping[str, Any]]) -> Preview:
    """What these versions (performance_ref, tickets) of the venue's performances would replace."""
    before = current_tickets(connection, venue)
    changes = [
        PerformanceChange(v["performance_ref"], before.get(v["performance_ref"], 0), v["tickets"])
        for v in versions
    ]
    return Preview(
        performances=len(changes),
        new_performances=sum(change.performance_ref not in before for change in changes),
        tickets_before=sum(change.tickets_before for change in changes),
        tickets_after=sum(change.tickets_after for change in changes),
        shrinking=tuple(change for change in changes if change.shrinks),
    )


def current_tickets(connection: sa.Connection, venue: str) -> dict[str, int]:
    """Tickets sold of each current performance of the venue."""
    query = sa.select(_version.performance_ref, _version.tickets).where(
        _version.venue == venue, _version.state == VersionState.CURRENT.value
    )
    return {row.performance_ref: row.tickets for row in connection.execute(query)}


def confirm(connection: sa.Connection, extract_id: str, *, by: str, now: datetime) -> Decision:
    """Let an extract replace although something shrinks. Commits nothing: the caller does."""
    extract = _needs(connection, extract_id, ExtractStatus.NEEDS_CONFIRMATION)
    fresh = preview(connection, extract.venue, versions_of(connection, extract_id))
    if fresh != Preview.from_dict(extract.preview):
        # Another upload came between: what was confirmed is not what would happen.
        _update(connection, extract_id, by=by, now=now, preview=fresh.to_dict())
        return Decision(extract_id, ExtractStatus.NEEDS_CONFIRMATION, fresh)
    let_speak(connection, extract_id, extract.venue)
    _update(connection, extract_id, by=by, now=now, status=ExtractStatus.RECEIVED.value)
    return Decision(extract_id, ExtractStatus.RECEIVED, fresh)


def undo(connection: sa.Connection, extract_id: str, *, by: str, now: datetime) -> Decision:
    """Take an extract back. Each performance returns to the latest extract before it that still stands."""
    extract = _needs(connection, extract_id, ExtractStatus.RECEIVED, ExtractStatus.NEEDS_CONFIRMATION)
    shown = Preview.from_dict(extract.preview)
    spoke = connection.scalars(
        sa.select(_version.performance_ref).where(
            _version.extract_id == extract_id, _version.state == VersionState.CURRENT.value
        )
    ).all()
    connection.execute(
        sa.update(performance_versions)
        .where(_version.extract_id == extract_id)
        .values(state=VersionState.UNDONE.value)
    )
    _restore(connection, extract.venue, spoke)
    _name_productions(connection, extract.venue)
    waiting = extract.status == ExtractStatus.NEEDS_CONFIRMATION.value
    status = ExtractStatus.DISCARDED if waiting else ExtractStatus.UNDONE
    _update(connection, extract_id, by=by, now=now, status=status.value)
    return Decision(extract_id, status, shown)


def let_speak(connection: sa.Connection, extract_id: str, venue: str) -> None:
    """Make the extract's proposed versions current and supersede those that they replace."""
    mine = sa.select(_version.performance_ref).where(_version.extract_id == extract_id).scalar_subquery()
    connection.execute(
        sa.update(performance_versions)
        .where(
            _version.venue == venue,
            _version.state == VersionState.CURRENT.value,
            _version.performance_ref.in_(mine),
        )
        .values(state=VersionState.SUPERSEDED.value)
    )
    connection.execute(
        sa.update(performance_versions)
        .where(_version.extract_id == extract_id, _version.state == VersionState.PROPOSED.value)
        .values(state=VersionState.CURRENT.value)
    )
    _name_productions(connection, venue)


def versions_of(connection: sa.Connection, extract_id: str) -> list[dict[str, Any]]:
    """What the extract says of each performance it names."""
    query = sa.select(performance_versions).where(_version.extract_id == extract_id).order_by(_version.id)
    return [dict(row._mapping) for row in connection.execute(query)]


def _restore(connection: sa.Connection, venue: str, spoke: Sequence[str]) -> None:
    replaced = connection.execute(
        sa.select(_version.performance_ref, sa.func.max(_version.id).label("id"))
        .where(_version.venue == venue, _version.state == VersionState.SUPERSEDED.value)
        .group_by(_version.performance_ref)
    )
    wanted = set(spoke)
    restored = [{"row": row.id} for row in replaced if row.performance_ref in wanted]
    if restored:
        connection.execute(
            sa.update(performance_versions)
            .where(_version.id == sa.bindparam("row"))
            .values(state=VersionState.CURRENT.value),
            restored,
        )


def _name_productions(connection: sa.Connection, venue: str) -> None:
    """The venue's own titles, from what its current performances say; the latest extract has the word."""
    query = (
        sa.select(_version.production_ref, _version.production_title, _version.genre)
        .where(_version.venue == venue, _version.state == VersionState.CURRENT.value)
        .order_by(_version.id)
    )
    said = {row.production_ref: row for row in connection.execute(query)}
    connection.execute(sa.delete(productions).where(productions.c.venue == venue))
    if said:
        connection.execute(
            sa.insert(productions),
            [
                {"venue": venue, "production_ref": ref, "title": row.production_title, "genre": row.genre}
                for ref, row in said.items()
            ],
        )


def _needs(connection: sa.Connection, extract_id: str, *statuses: ExtractStatus) -> sa.Row[Any]:
    extract = connection.execute(sa.select(extracts).where(extracts.c.id == extract_id)).one_or_none()
    if extract is None:
        raise UnknownExtractError(f"There is no extract {extract_id}.")
    if extract.status not in {status.value for status in statuses}:
        raise WrongStatusError(f"The extract {extract_id} is {extract.status} by now.")
    return extract


def _update(connection: sa.Connection, extract_id: str, *, by: str, now: datetime, **values: Any) -> None:
    connection.execute(
        sa.update(extracts).where(extracts.c.id == extract_id).values(changed_by=by, changed_at=now, **values)
    )
