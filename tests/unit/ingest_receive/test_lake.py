"""The lake: durable before it is named, immutable, swept, and in one order."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from ingest.lake import LAKE_SCHEMA, Lake, LakeBucketsError, bucket_of
from ingest.receive import Limits, receive
from ingest.seasons import Season
from tests.unit.ingest_receive.desk import EXPECTED, NOW, PEPPER, TOMBSTONE_KEY, Desk, performances

SEASON = Season(2025)
AT_ONCE = timedelta(0)


def rows(bookers: list[bytes | None]) -> pl.DataFrame:
    """Lake rows that differ in booker and order only."""
    filled = {name: [None] * len(bookers) for name in LAKE_SCHEMA} | {
        "venue": ["de-linde"] * len(bookers),
        "booker": bookers,
        "order_ref": [f"o{number}" for number in range(len(bookers))],
    }
    return pl.DataFrame(filled, schema=LAKE_SCHEMA)


def test_each_step_is_durable_before_the_next_and_all_under_the_lock_before_the_commit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, str]] = []

    def spy(name: str, target: Callable[..., str]) -> None:
        original = getattr(os, name)

        def watched(*args: Any, **options: Any) -> Any:
            steps.append((name, target(*args)))
            return original(*args, **options)

        monkeypatch.setattr(os, name, watched)

    spy("fsync", lambda descriptor: Path(f"/proc/self/fd/{descriptor}").readlink().name)
    spy("rename", lambda _, target: Path(target).name)
    sa.event.listen(
        desk.engine, "before_cursor_execute", lambda c, u, statement, *_: steps.append(("sql", statement))
    )
    sa.event.listen(desk.engine, "commit", lambda c: steps.append(("commit", "")))
    path = desk.folder / "x.part"
    path.write_bytes(performances({"a": 1}))
    with desk.engine.connect() as connection:
        receipt = receive(
            connection,
            desk.lake,
            path,
            expected=EXPECTED,
            limits=Limits(),
            pepper=PEPPER,
            tombstone_key=TOMBSTONE_KEY,
            by="a",
            now=NOW,
        )
        steps.append(("acknowledge", ""))
        connection.commit()

    (stored,) = desk.stored_files()
    bucket = stored.parent.name
    names = [name for name, _ in steps]
    renamed = steps.index(("rename", f"{receipt.extract_id}.parquet"))
    assert steps[renamed - 1][0] == "fsync"
    assert steps[renamed - 1][1].endswith(".tmp")
    assert steps[renamed + 1] == ("fsync", bucket)
    # The new folders are durable too, from the root down, before anything is put into them.
    # So is the lake's note of its number of buckets (".buckets.….tmp", then the folder that links it).
    synced = [
        re.sub(r"\.[0-9a-f]{32}\.", ".", name) for step, name in steps[: renamed - 1] if step == "fsync"
    ]
    assert synced == [desk.folder.name, ".buckets.tmp", "lake", "lake", "season=2025"]
    # The lock is taken before the first row is written, so that no erasure comes between.
    assert names[0] == "sql"
    assert steps[0][1].startswith(("BEGIN", "SELECT"))
    assert "sql" in names[renamed + 2 :]
    assert names[-2:] == ["acknowledge", "commit"]


def test_a_failed_write_leaves_no_file_and_no_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def full(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".tmp":
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        desk.send(performances({"a": 3}))
    monkeypatch.undo()
    assert (desk.stored_files(), desk.states()) == ([], {})
    assert desk.send(performances({"a": 3})).extract_id is not None


def test_rows_lie_sorted_by_booker_with_unknown_bookers_last(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=1)
    bookers = [b"\xff" * 16, None, b"\x00" * 16, b"\x7f" * 16, b"\x80" * 16, None]
    (path,) = lake.write("e1", SEASON, rows(bookers))
    held = pl.read_parquet(path, hive_partitioning=False)["booker"].to_list()
    assert held == [*sorted(booker for booker in bookers if booker is not None), None, None]


def test_every_row_is_written_once_into_its_bucket(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=4)
    bookers = [bytes([0, 0, 0, number]) + bytes(12) for number in range(8)]
    frame = rows([*bookers, None, None, None])
    paths = lake.write("e1", SEASON, frame)
    held = {path.parent.name: pl.read_parquet(path, hive_partitioning=False) for path in paths}
    for number, booker in enumerate(bookers):
        assert booker in held[f"bucket={number % 4:02d}"]["booker"].to_list()
    assert sum(part.height for part in held.values()) == frame.height
    assert lake.files(SEASON) == tuple(sorted(paths))


def test_the_bucket_of_an_unknown_booker_never_moves() -> None:
    # The published check value of CRC-32: a changed hash would scatter one order's rows over buckets.
    frame = rows([None]).with_columns(pl.lit("123456789").alias("order_ref"))
    assert bucket_of(frame, 251).to_list() == [0xCBF43926 % 251]


def test_rows_of_another_shape_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns and types"):
        Lake(tmp_path).write("e1", SEASON, rows([None]).drop("venue"))
    assert list(tmp_path.iterdir()) == []


def test_sweeping_removes_what_nothing_names_and_what_was_left_half_written(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=1)
    (named,) = lake.write("named", SEASON, rows([None]))
    (orphan,) = lake.write("orphan", SEASON, rows([None]))
    half = named.with_name(".half.0123.tmp")
    half.write_bytes(b"PAR1")
    assert lake.sweep({"named"}) == ()
    assert set(lake.sweep({"named"}, older_than=AT_ONCE)) == {orphan, half}
    assert lake.files(SEASON) == (named,)


def test_sweeping_spares_an_upload_under_way(tmp_path: Path) -> None:
    lake = Lake(tmp_path, buckets=1)
    (young,) = lake.write("young", SEASON, rows([None]))
    (old,) = lake.write("old", SEASON, rows([None]))
    yesterday = time.time() - 86_400
    os.utime(old, (yesterday, yesterday))
    assert lake.sweep(set()) == (old,)
    assert lake.files(SEASON) == (young,)


def test_a_lake_keeps_its_number_of_buckets_and_opens_with_no_other(tmp_path: Path) -> None:
    """In two numbers of buckets one booker would lie twice, count twice and pass every bound."""
    Lake(tmp_path / "lake", buckets=4).write("one", SEASON, rows([bytes(16)]))
    assert (tmp_path / "lake" / "buckets").read_text() == "4\n"
    for other in (1, 3, 8):
        with pytest.raises(LakeBucketsError, match=rf"has 4 buckets and was opened with {other}\."):
            Lake(tmp_path / "lake", buckets=other)
    Lake(tmp_path / "lake", buckets=4).write("two", SEASON, rows([b"\xff" * 16]))


def test_of_two_that_start_a_lake_with_other_numbers_of_buckets_the_second_writes_nothing(
    tmp_path: Path,
) -> None:
    first, second = Lake(tmp_path, buckets=4), Lake(tmp_path, buckets=8)
    first.write("one", SEASON, rows([bytes(16)]))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LakeBucketsError, match="Open it with the number it has"):
        second.write("two", SEASON, rows([bytes(16)]))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_lake_without_its_mark_still_refuses_fewer_buckets_than_it_has(tmp_path: Path) -> None:
    Lake(tmp_path, buckets=8).write(
        "one", SEASON, rows([number.to_bytes(4, "big") * 4 for number in range(8)])
    )
    (tmp_path / "buckets").unlink()
    with pytest.raises(LakeBucketsError):
        Lake(tmp_path, buckets=4)
