"""Booker ids that a venue asks to erase enter; that venue's rows of them are gone, and stay gone.

An erasure is begun in one transaction and carried out in the next, both under the writers' lock. The first
keeps the tombstones and tells every digest that the venue's files are about to change; the second changes
them and tells it again. So no digest ever stands for rows other than those it was taken of, and what a
crash cuts off is carried out at the next start. The work does not depend on who was there: each stored
file of the venue in the asked bookers' buckets is read and written anew, whether or not a row leaves it.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

import polars as pl
import sqlalchemy as sa

from ingest.lake import Lake
from ingest.store import erasures, extracts, performance_versions, tombstones
from ingest.vocabulary import TicketStatus

MARK_BYTES = 16
KEY_BYTES = 32
_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Who was erased at one venue: not their booker ids but hashes of them under a key of their own.

    The venue is part of what is hashed, so the marks of two venues do not show a booker of both.
    """

    venue: str
    key: bytes = field(repr=False)
    marks: frozenset[str] = field(repr=False)

    @classmethod
    def read(cls, connection: sa.Connection, key: bytes, venue: str) -> Tombstones:
        """All tombstones of the venue."""
        query = sa.select(tombstones.c.mark).where(tombstones.c.venue == venue)
        return cls(venue, key, frozenset(connection.scalars(query)))

    def cover(self, bookers: pl.Series) -> pl.Series:
        """For each row whether its booker was erased; rows without a booker stay."""
        known = bookers.drop_nulls().unique().to_list() if self.marks else []
        gone = [booker for booker in known if mark(self.key, self.venue, booker) in self.marks]
        covered = bookers.is_in(pl.Series(gone, dtype=pl.Binary).implode()).fill_null(False)
        return covered.alias("erased")


def mark(key: bytes, venue: str, booker: bytes) -> str:
    """What is kept of an erased booker; raises ValueError on a key too short to protect."""
    if len(key) < KEY_BYTES:
        raise ValueError("The key of the tombstones must have at least 32 bytes.")
    name = venue.encode()
    return hmac.digest(key, len(name).to_bytes(2, "big") + name + booker, "sha256")[:MARK_BYTES].hex()


def begin(
    connection: sa.Connection, key: bytes, venue: str, bookers: Iterable[bytes], *, now: datetime
) -> str:
    """Keep the tombstones and note an erasure that is still to be carried out; its id. Commits nothing."""
    erasure_id = token_hex(6)
    marks = sorted({mark(key, venue, booker) for booker in bookers})
    # Away and back rather than only what is new: the same statements for those who were erased before.
    connection.execute(sa.delete(tombstones).where(tombstones.c.venue == venue, tombstones.c.mark.in_(marks)))
    connection.execute(sa.insert(tombstones), [{"venue": venue, "mark": each} for each in marks])
    connection.execute(sa.insert(erasures).values(id=erasure_id, venue=venue, begun_at=now))
    _touch(connection, venue)
    return erasure_id


def carry_out(
    connection: sa.Connection,
    lake: Lake,
    key: bytes,
    venue: str,
    *,
    now: datetime,
    only: str | None = None,
    buckets: Collection[int] | None = None,
) -> None:
    """Take every row that a tombstone covers out of the venue's files, superseded and undone ones included.

    Finishes the erasure `only`, or all that are open, which then takes every bucket. Done twice it changes
    nothing more. Commits nothing; the caller holds the writers' lock, so no upload is half-way.
    """
    named = {row.id: row.venue for row in connection.execute(sa.select(extracts.c.id, extracts.c.venue))}
    # Under the lock whatever nothing names was left by a crash, and might hold the same bookers.
    lake.sweep(named, older_than=_AT_ONCE)
    own = [extract_id for extract_id, of in named.items() if of == venue]
    erased = Tombstones.read(connection, key, venue)
    paths = lake.files_of(own)
    for path in paths:
        if buckets is None or lake.bucket_of_file(path) in buckets:
            lake.rewrite(path, lambda rows: erased.cover(rows.get_column("booker")))
    _recount(connection, own, paths)
    _touch(connection, venue)
    done = erasures.c.venue == venue if only is None else erasures.c.id == only
    connection.execute(
        sa.update(erasures).where(done, erasures.c.finished_at.is_(None)).values(finished_at=now)
    )


def unfinished(connection: sa.Connection) -> tuple[str, ...]:
    """The venues with an erasure that was begun and not carried out."""
    query = sa.select(erasures.c.venue).where(erasures.c.finished_at.is_(None)).distinct()
    return tuple(connection.scalars(query.order_by(erasures.c.venue)))


def _touch(connection: sa.Connection, venue: str) -> None:
    connection.execute(
        sa.update(extracts).where(extracts.c.venue == venue).values(erasures=extracts.c.erasures + 1)
    )


def _recount(connection: sa.Connection, own: Sequence[str], paths: Sequence[Path]) -> None:
    """Bring the tickets of each performance to what is stored: counted, since a repeat subtracts twice."""
    sold = _sold(paths)
    version = performance_versions.c
    query = sa.select(version.id, version.extract_id, version.performance_ref)
    rows = connection.execute(query.where(version.extract_id.in_(own))).all()
    if rows:
        connection.execute(
            sa.update(performance_versions)
            .where(version.id == sa.bindparam("row"))
            .values(tickets=sa.bindparam("sold")),
            [{"row": row.id, "sold": sold.get((row.extract_id, row.performance_ref), 0)} for row in rows],
        )


def _sold(paths: Sequence[Path]) -> dict[tuple[str, str], int]:
    if not paths:
        return {}
    names = ["extract_id", "performance_ref"]
    counts = (
        pl.concat([pl.scan_parquet(path, hive_partitioning=False) for path in paths])
        .filter(pl.col("status") == TicketStatus.SOLD.value)
        .group_by(names)
        .len()
        .collect()
    )
    return {(extract_id, performance): count for extract_id, performance, count in counts.iter_rows()}
