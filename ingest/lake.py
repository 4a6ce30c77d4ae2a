"""Verified rows enter, immutable Parquet by season and booker bucket stays, durable before it is named."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.seasons import Season

LAKE_SCHEMA: dict[str, pl.DataType] = {
    "organisation": pl.String(),
    "venue": pl.String(),
    "extract_id": pl.String(),
    "order_ref": pl.String(),
    "ticket_ref": pl.String(),
    "booker": pl.Binary(),
    "country": pl.String(),
    "area": pl.String(),
    "production_ref": pl.String(),
    "genre": pl.String(),
    "performance_ref": pl.String(),
    "local_day": pl.Date(),
    "starts_at": pl.Datetime("us", "UTC"),
    "hall_capacity": pl.Int32(),
    "purchased_at": pl.Datetime("us", "UTC"),
    "channel": pl.String(),
    "product_class": pl.String(),
    "pass_scheme": pl.String(),
    "price_paid_cents": pl.Int32(),
    "currency": pl.String(),
    "status": pl.String(),
    "scanned": pl.Boolean(),
}

TEMPORARY_SUFFIX = ".tmp"
SWEEP_AFTER = timedelta(hours=6)


class Lake:
    """The rows of the whole network. A booker's rows of a season all lie in one bucket."""

    def __init__(self, root: Path, buckets: int = 4) -> None:
        self.root = root
        self.buckets = buckets

    def write(self, extract_id: str, season: Season, frame: pl.DataFrame) -> tuple[Path, ...]:
        """Store one extract's rows of one season; on return they survive a power cut."""
        if frame.schema != pl.Schema(LAKE_SCHEMA):
            raise ValueError("These rows are not in the lake's columns and types.")
        written = []
        for bucket, order in _bucket_orders(frame, self.buckets):
            target = self._folder(season) / f"bucket={bucket:02d}" / f"{extract_id}.parquet"
            self._store(target, frame[order])
            written.append(target)
        return tuple(written)

    def files(self, season: Season) -> tuple[Path, ...]:
        """Every stored file of the season, whoever names it, in a fixed order."""
        return tuple(sorted(self._folder(season).glob("bucket=*/*.parquet")))

    def sweep(self, named: Collection[str], older_than: timedelta = SWEEP_AFTER) -> tuple[Path, ...]:
        """Remove what a crash left: temporary files, and rows of extracts that nothing names.

        Young files are kept, since an upload under way has rows here before its extract is named.
        """
        oldest_kept = time.time() - older_than.total_seconds()
        removed = []
        for path in self._leftovers(frozenset(named)):
            if path.stat().st_mtime <= oldest_kept:
                path.unlink(missing_ok=True)
                removed.append(path)
        return tuple(removed)

    def _leftovers(self, named: frozenset[str]) -> Iterator[Path]:
        for path in sorted(self.root.glob("season=*/bucket=*/*")):
            if path.suffix == TEMPORARY_SUFFIX or (path.suffix == ".parquet" and path.stem not in named):
                yield path

    def _folder(self, season: Season) -> Path:
        return self.root / f"season={season.start_year}"

    def _store(self, target: Path, rows: pl.DataFrame) -> None:
        _make_folder(target.parent)
        temporary = target.with_name(f".{target.stem}.{uuid4().hex}{TEMPORARY_SUFFIX}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                rows.write_parquet(file, compression="zstd", compression_level=1)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(target)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(target.parent)


def bucket_of(frame: pl.DataFrame, buckets: int) -> pl.Series:
    """The bucket of each row: by booker, or by order where nobody is known.

    A booker id is already an even hash; an order reference is the venue's, so it gets a CRC, which
    unlike Polars' own hash is the same in every version.
    """
    by_booker = pl.col("booker").bin.slice(0, 4).bin.reinterpret(dtype=pl.UInt32, endianness="big")
    unknown = frame.get_column("order_ref").filter(frame.get_column("booker").is_null()).unique()
    hashes = pl.Series([zlib.crc32(order.encode()) for order in unknown.to_list()], dtype=pl.UInt32)
    by_order = pl.col("order_ref").replace_strict(unknown, hashes, default=None)
    return frame.select(
        (pl.coalesce(by_booker, by_order) % buckets).cast(pl.UInt8).alias("bucket")
    ).to_series()


def _bucket_orders(frame: pl.DataFrame, buckets: int) -> Iterator[tuple[int, npt.NDArray[np.intp]]]:
    """The rows of each bucket that has any, sorted by booker, those without a booker last.

    An extract is of one venue, so this is also the order of (booker, venue). Eight bytes of the booker
    settle the order: sorting on whole binary values takes ten times as long and tells no more apart.
    """
    leading = pl.col("booker").bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="big")
    last = np.iinfo(np.uint64).max
    keys = frame.select(leading.fill_null(last).alias("key")).to_series().to_numpy()
    places = bucket_of(frame, buckets).to_numpy()
    for bucket in np.unique(places):
        rows = np.flatnonzero(places == bucket)
        yield int(bucket), rows[np.argsort(keys[rows], kind="stable")]


def _make_folder(folder: Path) -> None:
    """Make a folder whose own entry survives a power cut, as do its parents'."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
