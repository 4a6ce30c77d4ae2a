"""The intake's tables: which extracts were received and which of them speaks for each performance."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum

import sqlalchemy as sa

metadata = sa.MetaData()


class ExtractStatus(str, Enum):
    """What became of an extract. Stored, apart from `refused`, which leaves nothing behind."""

    RECEIVED = "received"
    NEEDS_CONFIRMATION = "needs_confirmation"
    UNDONE = "undone"
    DISCARDED = "discarded"
    REFUSED = "refused"


class VersionState(str, Enum):
    """Whether an extract's word on one performance counts. Stored."""

    PROPOSED = "proposed"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    UNDONE = "undone"


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment with its zone in Python, UTC in the database: SQLite would forget the zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A stored moment needs its time zone.")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


extracts = sa.Table(
    "extracts",
    metadata,
    sa.Column("id", sa.String(12), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("organisation", sa.String(80), nullable=False, index=True),
    sa.Column("venue", sa.String(80), nullable=False, index=True),
    sa.Column("header", sa.JSON, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("received_by", sa.String(200), nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("changed_by", sa.String(200), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    # erasures: goes up whenever its stored rows may have changed, so that a digest tells
    sa.Column("erasures", sa.Integer, nullable=False, default=0),
    sa.Column("rows_in", sa.Integer, nullable=False),
    sa.Column("rows_accepted", sa.Integer, nullable=False),
    sa.Column("rows_rejected", sa.Integer, nullable=False),
    # findings: [Finding as code, severity, count, rows, column, detail]
    sa.Column("findings", sa.JSON, nullable=False),
    # rejected: every rejected row, as [{"code", "column", "rows": [line numbers]}]
    sa.Column("rejected", sa.JSON, nullable=False),
    # preview: what the person was shown before she confirmed
    sa.Column("preview", sa.JSON, nullable=False),
)

performance_versions = sa.Table(
    "performance_versions",
    metadata,
    # A higher id was accepted later: undo restores the latest one that is left.
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("venue", sa.String(80), nullable=False),
    sa.Column("performance_ref", sa.String(120), nullable=False),
    sa.Column("extract_id", sa.String(12), sa.ForeignKey("extracts.id"), nullable=False, index=True),
    sa.Column("production_ref", sa.String(120), nullable=False),
    sa.Column("production_title", sa.String(400), nullable=False),
    sa.Column("genre", sa.String(40), nullable=False),
    sa.Column("starts_at", UtcTime, nullable=False),
    sa.Column("local_day", sa.Date, nullable=False),
    sa.Column("season", sa.Integer, nullable=False),
    sa.Column("capacity", sa.Integer),
    sa.Column("tickets", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.UniqueConstraint("venue", "performance_ref", "extract_id"),
    sa.Index("ix_performance_versions_season", "season", "state"),
    sa.Index(
        "uq_performance_versions_current",
        "venue",
        "performance_ref",
        unique=True,
        sqlite_where=sa.text("state = 'current'"),
        postgresql_where=sa.text("state = 'current'"),
    ),
)

# Who was erased at a venue, as keyed hashes, so that an old export does not bring them back.
tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("venue", sa.String(80), primary_key=True),
    sa.Column("mark", sa.String(32), primary_key=True),
)

# One row per request. One without an end was cut off by a crash and is carried out at the next start.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("id", sa.String(12), primary_key=True),
    sa.Column("venue", sa.String(80), nullable=False),
    sa.Column("begun_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
)

productions = sa.Table(
    "productions",
    metadata,
    sa.Column("venue", sa.String(80), primary_key=True),
    sa.Column("production_ref", sa.String(120), primary_key=True),
    sa.Column("title", sa.String(400), nullable=False),
    sa.Column("genre", sa.String(40), nullable=False),
)
