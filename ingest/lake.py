"""Verified rows enter, Parquet by season and booker bucket stays, durable before it is named.

A file is immutable but for one thing: rows of erased bookers are taken out of it, whole or not at all.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Collection, Iterator
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
BUCKETS_FILE = "buckets"


class LakeBucketsError(ValueError):
    """The lake has another number of buckets than it is opened with; nothing was read or written."""


class Lake:
    """The rows of the whole network. A booker's rows of a season all lie in one bucket.

    Counting takes bookers bucket by bucket, so rows of one booker in two buckets would make two bookers
    of one and break the bounds. The lake keeps its number of buckets beside its rows, from the first on.
    """

    def __init__(self, root: Path, buckets: int = 4) -> None:
        self.root = root
        self.buckets = buckets
        self._check_buckets()

    def write(self, extract_id: str, season: Season, frame: pl.DataFrame) -> tuple[Path, ...]:
        """Store one extract's rows of one season; on return they survive a power cut.

        No rows at all make one empty file: the extract has been here, and nothing of it is missing.
        """
        if frame.schema != pl.Schema(LAKE_SCHEMA):
            raise ValueError("These rows are not in the lake's columns and types.")
        self._keep_buckets()
        if frame.is_empty():
            target = self._folder(season) / "bucket=00" / f"{extract_id}.parquet"
            self._store(target, frame)
            return (target,)
        written = []
        for bucket, order in _bucket_orders(frame, self.buckets):
            target = self._folder(season) / f"bucket={bucket:02d}" / f"{extract_id}.parquet"
            self._store(target, frame[order])
            written.append(target)
        return tuple(written)

    def files(self, season: Season) -> tuple[Path, ...]:
        """Every stored file of the season, whoever names it, in a fixed order."""
        return tuple(sorted(self._folder(season).glob("bucket=*/*.parquet")))

    def files_of(self, extracts: Collection[str]) -> tuple[Path, ...]:
        """Every stored file of these extracts, in all seasons, in a fixed order."""
        named = frozenset(extracts)
        return tuple(p for p in sorted(self.root.glob("season=*/bucket=*/*.parquet")) if p.stem in named)

    def bucket_of(self, booker: bytes) -> int:
        """In which bucket all rows of a booker lie."""
        return int.from_bytes(booker[:4], "big") % self.buckets

    def bucket_of_file(self, path: Path) -> int:
        """In which bucket a stored file lies."""
        return int(path.parent.name.removeprefix("bucket="))

    def rewrite(self, path: Path, leaves: Callable[[pl.DataFrame], pl.Series]) -> None:
        """Put a file in the old one's place that lacks the rows for which `leaves` says so.

        The order stays. At any moment the name stands for the whole old file or the whole new one; who has
        the old one open goes on reading it. Written anew even where no row leaves, so that the time taken
        does not tell.
        """
        rows = pl.read_parquet(path, hive_partitioning=False, memory_map=False)
        if rows.schema != pl.Schema(LAKE_SCHEMA):
            raise ValueError("These rows are not in the lake's columns and types.")
        self._store(path, rows.filter(~leaves(rows)))

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

    def _check_buckets(self) -> None:
        """Raise LakeBucketsError when the lake has another number of buckets than we were told."""
        mark = self.root / BUCKETS_FILE
        if mark.exists():
            kept = mark.read_text("utf-8").strip()
        else:
            # A lake restored without its mark: a bucket that we would never write gives it away.
            beyond = [path.name for path in self.root.glob("season=*/bucket=*") if self._is_beyond(path.name)]
            if not beyond:
                return
            kept = f"more than {self.buckets}"
        if kept != str(self.buckets):
            raise LakeBucketsError(
                f"The lake at {self.root} has {kept} buckets and was opened with {self.buckets}. "
                "Open it with the number it has. To change it, fill an empty lake with every extract again."
            )

    def _is_beyond(self, folder: str) -> bool:
        number = folder.removeprefix("bucket=")
        return number.isdigit() and int(number) >= self.buckets

    def _keep_buckets(self) -> None:
        """Write the number down durably before the first row, once, whoever comes first."""
        mark = self.root / BUCKETS_FILE
        if not mark.exists():
            _make_folder(self.root)
            temporary = mark.with_name(f".{BUCKETS_FILE}.{uuid4().hex}{TEMPORARY_SUFFIX}")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(f"{self.buckets}\n")
                    file.flush()
                    os.fsync(file.fileno())
                # A link, not a rename: it never replaces what another process wrote first.
                os.link(temporary, mark)
            except FileExistsError:
                pass
            finally:
                temporary.unlink()
            _sync_folder(self.root)
        self._check_buckets()

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
    folder.mkdir(exist_ok=True, mode=0o700)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
