"""The intake's tables and the lake enter; what a publication counts leaves: files, performances, digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from ingest.lake import Lake
from ingest.seasons import Season
from ingest.store import VersionState, extracts, performance_versions

MATURES_AFTER = timedelta(days=7)

CURRENT_SCHEMA = pa.schema(
    [
        pa.field("venue", pa.string(), nullable=False),
        pa.field("performance_ref", pa.string(), nullable=False),
        pa.field("extract_id", pa.string(), nullable=False),
    ]
)


class LakeIncompleteError(Exception):
    """A current extract has no rows in the lake: restore them from a backup before anything is counted."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One season's input, frozen. `current` says which extract speaks for which matured performance."""

    season: Season
    files: tuple[Path, ...]
    current: pa.Table
    digest: str
    # How often each extract was touched by an erasure when this was taken.
    erasures: tuple[tuple[str, int], ...] = ()


def current_snapshot(
    connection: sa.Connection, lake: Lake, season: Season, *, matured_before: date
) -> Snapshot:
    """What counts on the clock's day `matured_before`: performances that lie 7 days back or more."""
    rows = connection.execute(_matured(season, matured_before)).all()
    named = {row.extract_id for row in rows}
    files = tuple(path for path in lake.files(season) if path.stem in named)
    missing = named - {path.stem for path in files}
    if missing:
        raise LakeIncompleteError(f"The lake has no rows of {', '.join(sorted(missing))} in {season.label}.")
    current = pa.table(
        {name: [getattr(row, name) for row in rows] for name in CURRENT_SCHEMA.names}, schema=CURRENT_SCHEMA
    )
    lines = [
        season.slug,
        *(f"{row.venue}\t{row.performance_ref}\t{row.sha256}\t{row.erasures}" for row in rows),
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    erasures = tuple(sorted({(row.extract_id, row.erasures) for row in rows}))
    return Snapshot(season, files, current, digest, erasures)


def erased_since(connection: sa.Connection, snapshot: Snapshot) -> bool:
    """Whether an erasure touched a file of the snapshot after it was taken: then a count may be of both."""
    query = sa.select(extracts.c.id, extracts.c.erasures).where(
        extracts.c.id.in_([extract_id for extract_id, _ in snapshot.erasures])
    )
    now = sorted((row.id, row.erasures) for row in connection.execute(query))
    return tuple(now) != snapshot.erasures


def _matured(season: Season, today: date) -> sa.Select[tuple[str, str, str, str, int]]:
    version = performance_versions.c
    return (
        sa.select(
            version.venue,
            version.performance_ref,
            version.extract_id,
            extracts.c.sha256,
            extracts.c.erasures,
        )
        .join(extracts, extracts.c.id == version.extract_id)
        .where(
            version.season == season.start_year,
            version.state == VersionState.CURRENT.value,
            version.local_day <= today - MATURES_AFTER,
        )
        .order_by(version.venue, version.performance_ref)
    )
