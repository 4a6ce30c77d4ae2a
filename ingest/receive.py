"""An uploaded extract enters; its rows stand in the lake, its word in the store; a receipt leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from ingest.erasure import Tombstones
from ingest.examine import Examined, Expected, examine
from ingest.extract import ExtractHeader
from ingest.findings import Finding, FindingReport
from ingest.findings.receive import NOTHING_LEFT, from_stored, to_stored
from ingest.findings.receive_rows import ERASED
from ingest.guard import Limits
from ingest.identity.rekey import booker_ids
from ingest.lake import LAKE_SCHEMA, Lake
from ingest.replace import Preview, confirm, let_speak, preview, undo
from ingest.seasons import Season
from ingest.store import ExtractStatus, VersionState, extracts, performance_versions
from ingest.vocabulary import TicketStatus

__all__ = [
    "Examined", "Expected", "Limits", "Preview", "Receipt", "Staged", "confirm", "examine", "preview",
    "receive", "register", "rekey", "stage", "undo",
]  # fmt: skip

ID_LENGTH = 12
_GONE = frozenset({ExtractStatus.UNDONE.value, ExtractStatus.DISCARDED.value})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an upload came to. A refused file has no id and left nothing behind."""

    extract_id: str | None
    status: ExtractStatus
    report: FindingReport
    preview: Preview | None
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """An extract whose rows are durable in the lake, but which nothing names yet."""

    extract_id: str
    sha256: str
    header: ExtractHeader
    examined: Examined
    versions: tuple[dict[str, Any], ...]


def receive(
    connection: sa.Connection,
    lake: Lake,
    path: Path,
    *,
    expected: Expected,
    limits: Limits | None = None,
    pepper: bytes,
    tombstone_key: bytes,
    by: str,
    now: datetime,
    after_write: Callable[[], None] | None = None,
) -> Receipt:
    """Examine, store and register one upload.

    Commits nothing: acknowledge only after the caller's commit. The first SQL statement comes after the
    file was read, so a connection that has not begun holds no lock meanwhile; from there on it holds the
    writers' lock, so that no erasure can come between who is left out and what is written.
    """
    examined = rekey(examine(path, expected, limits), pepper)
    if examined.header is not None and examined.frame is not None:
        tombstones = Tombstones.read(connection, tombstone_key, examined.header.venue)
        examined = leave_out(examined, tombstones)
    staged = stage(lake, examined)
    if staged is None:
        return _refusal(examined)
    if after_write is not None:
        after_write()
    return register(connection, staged, by=by, now=now)


def rekey(examined: Examined, pepper: bytes) -> Examined:
    """The same with booker ids in the place of tokens; nobody is left out yet."""
    if examined.frame is None:
        return examined
    tokens = examined.frame.get_column("token").drop_nulls().unique()
    bookers = pl.Series(booker_ids(pepper, tokens.to_list()), dtype=pl.Binary)
    booker = pl.col("token").replace_strict(tokens, bookers, default=None, return_dtype=pl.Binary)
    frame = examined.frame.with_columns(booker.alias("booker"), pl.lit(False).alias("erased")).drop("token")
    return replace(examined, frame=frame)


def leave_out(examined: Examined, tombstones: Tombstones) -> Examined:
    """Reject the rows of bookers who were erased at this venue.

    Their line numbers are told nowhere: with the extract beside it they would say who it was.
    """
    if examined.frame is None:
        return examined
    erased = tombstones.cover(examined.frame.get_column("booker"))
    count = int(erased.sum())
    if not count:
        return examined
    findings = [*examined.report.findings, Finding(ERASED, count)]
    left = examined.rows_accepted - count
    if not left:
        findings.insert(0, Finding(NOTHING_LEFT))
    return replace(
        examined,
        frame=examined.frame.with_columns(erased.alias("erased")) if left else None,
        report=FindingReport(tuple(findings)),
        rows_rejected=examined.rows_rejected + count,
        rejected=(*examined.rejected, {"code": ERASED.code, "column": None, "rows": []}),
    )


def stage(lake: Lake, examined: Examined) -> Staged | None:
    """Write the rows of a re-keyed extract; None when the file was refused. No SQL."""
    if examined.frame is None or examined.header is None:
        return None
    extract_id = examined.sha256[:ID_LENGTH]
    rows = _lake_rows(examined.frame, examined.header, extract_id)
    versions = _versions(examined.frame)
    seasons = {Season(version["season"]) for version in versions}
    for season in sorted(seasons):
        within = pl.col("local_day").is_between(season.first_day, season.last_day)
        # Nearly every extract is of one season: then nothing needs to be copied.
        lake.write(extract_id, season, rows if len(seasons) == 1 else rows.filter(within))
    return Staged(extract_id, examined.sha256, examined.header, examined, versions)


def register(connection: sa.Connection, staged: Staged, *, by: str, now: datetime) -> Receipt:
    """Name a staged extract. It replaces at once, or waits for a confirmation if a performance shrinks."""
    stamp = {"changed_at": now, "changed_by": by, "received_at": now, "received_by": by}
    if not _claim(connection, staged, stamp):
        return receipt_of(connection, staged.extract_id, duplicate=True)
    connection.execute(
        sa.insert(performance_versions),
        [
            {**version, "venue": staged.header.venue, "extract_id": staged.extract_id,
             "state": VersionState.PROPOSED.value}
            for version in staged.versions
        ],
    )  # fmt: skip
    change = preview(connection, staged.header.venue, staged.versions)
    status = ExtractStatus.NEEDS_CONFIRMATION if change.shrinks else ExtractStatus.RECEIVED
    if status is ExtractStatus.RECEIVED:
        let_speak(connection, staged.extract_id, staged.header.venue)
    connection.execute(
        sa.update(extracts)
        .where(extracts.c.id == staged.extract_id)
        .values(status=status.value, preview=change.to_dict())
    )
    return receipt_of(connection, staged.extract_id)


def receipt_of(connection: sa.Connection, extract_id: str, *, duplicate: bool = False) -> Receipt:
    """The receipt of a stored extract, as it stands now."""
    row = connection.execute(sa.select(extracts).where(extracts.c.id == extract_id)).one()
    return Receipt(
        extract_id,
        ExtractStatus(row.status),
        from_stored(row.findings),
        Preview.from_dict(row.preview),
        row.rows_in,
        row.rows_accepted,
        row.rows_rejected,
        duplicate,
    )


def _refusal(examined: Examined) -> Receipt:
    rows = examined.rows_in
    return Receipt(None, ExtractStatus.REFUSED, examined.report, None, rows, 0, rows)


def _claim(connection: sa.Connection, staged: Staged, stamp: Mapping[str, Any]) -> bool:
    """Insert the extract, or revive it after an undo; False when these bytes are already received.

    Inserting first, and asking only after it failed, leaves no moment in which two uploads of the same
    bytes could both find nothing.
    """
    values = {**_facts(staged), **stamp}
    try:
        with connection.begin_nested():
            connection.execute(
                sa.insert(extracts).values(id=staged.extract_id, sha256=staged.sha256, **values)
            )
    except sa.exc.IntegrityError:
        revived = connection.execute(
            sa.update(extracts)
            .where(extracts.c.sha256 == staged.sha256, extracts.c.status.in_(_GONE))
            .values(values)
        )
        if not revived.rowcount:
            _check_same_bytes(connection, staged)
            return False
        connection.execute(
            sa.delete(performance_versions).where(performance_versions.c.extract_id == staged.extract_id)
        )
    return True


def _check_same_bytes(connection: sa.Connection, staged: Staged) -> None:
    stored = connection.scalar(sa.select(extracts.c.sha256).where(extracts.c.id == staged.extract_id))
    if stored != staged.sha256:
        raise RuntimeError("Two different extracts share an id; this one is not stored.")


def _facts(staged: Staged) -> dict[str, Any]:
    examined = staged.examined
    return {
        "organisation": staged.header.organisation,
        "venue": staged.header.venue,
        "header": asdict(staged.header),
        "status": ExtractStatus.NEEDS_CONFIRMATION.value,
        "rows_in": examined.rows_in,
        "rows_accepted": examined.rows_accepted,
        "rows_rejected": examined.rows_rejected,
        "findings": to_stored(examined.report),
        "rejected": list(examined.rejected),
        "preview": {},
    }


def _lake_rows(frame: pl.DataFrame, header: ExtractHeader, extract_id: str) -> pl.DataFrame:
    kept = frame.filter(~pl.col("erased")) if frame.get_column("erased").any() else frame
    return kept.with_columns(
        pl.lit(header.organisation).alias("organisation"),
        pl.lit(header.venue).alias("venue"),
        pl.lit(extract_id).alias("extract_id"),
    ).select(list(LAKE_SCHEMA))


def _versions(frame: pl.DataFrame) -> tuple[dict[str, Any], ...]:
    """What the extract says of each performance: one row of performance_versions each.

    A performance of which every row was erased is still spoken for, with no tickets.
    """
    sold = (pl.col("status") == TicketStatus.SOLD.value) & ~pl.col("erased")
    facts = ("production_ref", "production_title", "genre", "starts_at", "local_day")
    performances = frame.group_by("performance_ref", maintain_order=True).agg(
        *(pl.col(name).first() for name in facts),
        pl.col("hall_capacity").max().alias("capacity"),
        sold.sum().cast(pl.Int64).alias("tickets"),
    )
    return tuple({**row, "season": _season(row["local_day"])} for row in performances.iter_rows(named=True))


def _season(day: date) -> int:
    return Season.of(day).start_year
