"""The lake: durable before it is named, immutable, swept, and in one order."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from ingest.lake import LAKE_SCHEMA, Lake, bucket_of
from ingest.receive import Limits, receive
from ingest.seasons import Season
from tests.unit.ingest_receive.desk import EXPECTED, NOW, PEPPER, Desk, performances

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


def test_each_step_is_durable_before_the_next_and_all_before_the_commit(
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
            connection, desk.lake, path, expected=EXPECTED, limits=Limits(), pepper=PEPPER, by="a", now=NOW
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
    assert [folder for name, folder in steps[: renamed - 1] if name == "fsync"] == [
        desk.folder.name, "lake", "season=2025",
    ]  # fmt: skip
    assert names.index("sql") == renamed + 2
    assert names[-2:] == ["acknowledge", "commit"]
    assert steps[names.index("sql")][1].startswith(("SAVEPOINT", "INSERT", "BEGIN"))


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
