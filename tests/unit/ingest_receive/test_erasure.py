"""Erasing: that venue's rows of those bookers go, from every file and for good, and nothing else moves."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.erasure import Tombstones, begin, carry_out, mark, unfinished
from ingest.findings.receive_rows import ERASED
from ingest.identity.rekey import booker_id
from ingest.lake import LAKE_SCHEMA
from ingest.receive import Limits, examine, receive, undo
from ingest.seasons import Season
from ingest.snapshot import Snapshot, current_snapshot, erased_since
from ingest.store import erasures, tombstones
from tests.unit.ingest_receive.desk import (
    EXPECTED,
    NOW,
    PEPPER,
    TOMBSTONE_KEY,
    Desk,
    a_ticket,
    changed,
    codes,
    lines,
    open_desk,
    token,
)

SEASON = Season(2025)
LATE = date(2026, 11, 1)
VENUE = "de-linde"
LAST_OF_JULY = "2025-07-31T20:00:00+02:00"
OTHER = changed(venue="de-es")


def booker(name: str) -> bytes:
    return booker_id(PEPPER, token(name))


def erase(desk: Desk, *names: str, venue: str = VENUE) -> None:
    """What the service does with the tokens of these people."""
    bookers = [booker(name) for name in names]
    with desk.engine.begin() as connection:
        erasure = begin(connection, TOMBSTONE_KEY, venue, bookers, now=NOW)
    buckets = {desk.lake.bucket_of(one) for one in bookers}
    with desk.engine.begin() as connection:
        carry_out(connection, desk.lake, TOMBSTONE_KEY, venue, now=NOW, only=erasure, buckets=buckets)


def finish(desk: Desk) -> None:
    """What the service does when it starts."""
    with desk.engine.begin() as connection:
        for venue in unfinished(connection):
            carry_out(connection, desk.lake, TOMBSTONE_KEY, venue, now=NOW)


def held(desk: Desk) -> dict[Path, pl.DataFrame]:
    return {path: pl.read_parquet(path, hive_partitioning=False) for path in desk.stored_files()}


def taken(desk: Desk) -> Snapshot:
    with desk.engine.connect() as connection:
        return current_snapshot(connection, desk.lake, SEASON, matured_before=LATE)


def evening(*names: str, performance: str = "a", first: int = 1) -> list[dict[str, str]]:
    """One ticket for each of these people; "" is somebody unknown."""
    return [
        a_ticket(number, performance_ref=performance, booker_token=token(name) if name else "")
        for number, name in enumerate(names, start=first)
    ]


people = st.lists(st.sampled_from(["", "ann", "bo", "cas", "dee", "eva"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(ours=people, theirs=people, gone=st.sets(st.sampled_from(["ann", "bo", "cas", "fred"]), min_size=1))
def test_rows_of_all_others_stay_as_they_were_and_in_their_order(
    ours: list[str], theirs: list[str], gone: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(Path(folder))
        desk.send(lines(evening(*ours)))
        desk.send(lines(evening(*theirs), OTHER))
        before = held(desk)
        erase(desk, *gone)
        after = held(desk)
        desk.engine.dispose()
    leaving = [booker(name) for name in gone]
    assert set(after) == set(before)
    for path, rows in before.items():
        kept = [row for row in rows.rows() if row[1] != VENUE or row[5] not in leaving]
        assert after[path].rows() == kept
        assert after[path].schema == pl.Schema(LAKE_SCHEMA)


def test_files_that_lose_no_row_stay_the_same_to_the_byte(desk: Desk) -> None:
    desk.send(lines(evening("ann", "bo", "cas", "dee", "eva", "")))
    before = {path: path.read_bytes() for path in desk.stored_files()}
    erase(desk, "fred")
    assert {path: path.read_bytes() for path in desk.stored_files()} == before


def test_superseded_waiting_and_undone_extracts_lose_the_rows_too(desk: Desk) -> None:
    first = desk.send(lines(evening("ann", *"bcdefghijk")))
    undone = desk.send(lines(evening("ann", *"bcdefghijkl")))
    with desk.engine.begin() as connection:
        undo(connection, undone.extract_id or "", by="a", now=NOW)
    desk.send(lines(evening("ann", *"bcdefghijm")))
    waiting = desk.send(lines(evening("ann", "b")))
    assert {first.status.value, waiting.status.value} == {"received", "needs_confirmation"}
    erase(desk, "ann")
    rows = pl.concat(held(desk).values())
    assert booker("ann") not in rows["booker"].to_list()
    assert rows["extract_id"].n_unique() == 4


def test_other_rows_of_the_same_order_without_a_booker_stay(desk: Desk) -> None:
    rows = [
        a_ticket(1, order_ref="o1", booker_token=token("ann")),
        a_ticket(2, order_ref="o1", booker_token=""),
        a_ticket(3, order_ref="o1", booker_token="", performance_ref="b"),
    ]
    desk.send(lines(rows))
    erase(desk, "ann")
    left = pl.concat(held(desk).values())
    # The second row is of the same order and performance, and so of the same booker.
    assert left.select("order_ref", "performance_ref", "booker").rows() == [("o1", "b", None)]


def test_what_a_crash_left_unnamed_goes_as_a_whole(desk: Desk) -> None:
    desk.send(lines(evening("bo")))
    path = desk.folder / "lake" / "season=2025" / "bucket=00" / "0123456789ab.parquet"
    path.parent.mkdir(exist_ok=True)
    held(desk)[desk.stored_files()[0]].with_columns(pl.lit(booker("ann")).alias("booker")).write_parquet(path)
    erase(desk, "ann")
    assert path not in desk.stored_files()


def test_tickets_follow_what_is_stored_so_that_the_old_export_does_not_seem_to_shrink(desk: Desk) -> None:
    sent = lines(evening("ann", "ann", "bo", "") + evening("ann", performance="b", first=9))
    first = desk.send(sent)
    erase(desk, "ann")
    assert desk.current() == {"a": (first.extract_id, 2), "b": (first.extract_id, 0)}
    again = desk.send(lines(evening("ann", "ann", "bo", "cas") + evening("ann", performance="b", first=9)))
    assert again.status.value == "received"
    assert desk.current() == {"a": (again.extract_id, 2), "b": (again.extract_id, 0)}


def test_a_season_of_which_nothing_is_left_is_not_taken_for_a_loss(desk: Desk) -> None:
    both = [
        a_ticket(1, booker_token=token("bo")),
        a_ticket(2, booker_token=token("ann"), performance_ref="old", performance_start=LAST_OF_JULY),
    ]
    desk.send(lines(both))
    erase(desk, "ann")
    for _ in range(2):
        with desk.engine.connect() as connection:
            old = current_snapshot(connection, desk.lake, Season(2024), matured_before=LATE)
        assert (old.current.num_rows, len(old.files)) == (1, 1)
        # Another export of the same tells of nobody but the erased in that season.
        desk.send(lines([*both, a_ticket(3, booker_token=token("bo"))]))


def test_an_old_export_does_not_bring_anyone_back_and_its_finding_says_only_how_many(desk: Desk) -> None:
    erase(desk, "ann")
    receipt = desk.send(lines(evening("ann", "bo", "ann", "")))
    assert (receipt.rows_in, receipt.rows_accepted, receipt.rows_rejected) == (4, 2, 2)
    (finding,) = (f for f in receipt.report.findings if f.kind is ERASED)
    assert (finding.count, finding.rows, finding.column, dict(finding.detail)) == (2, (), None, {})
    assert finding.saw("nl") != finding.saw("en")
    assert sorted(pl.concat(held(desk).values())["booker"].to_list(), key=str) == [None, booker("bo")]
    with desk.engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT findings, rejected FROM extracts")).one()
    assert '"rows": []' in stored.rejected
    assert "3" not in stored.rejected


def test_the_same_bytes_again_do_not_bring_anyone_back(desk: Desk) -> None:
    sent = lines(evening("ann", "bo", "cas"))
    first = desk.send(sent)
    erase(desk, "ann")
    after = {path: path.read_bytes() for path in desk.stored_files()}
    assert desk.send(sent).duplicate
    with desk.engine.begin() as connection:
        undo(connection, first.extract_id or "", by="a", now=NOW)
    assert not desk.send(sent).duplicate
    assert {path: path.read_bytes() for path in desk.stored_files()} == after


def test_an_export_of_the_erased_alone_is_refused_and_stored_nowhere(desk: Desk) -> None:
    erase(desk, "ann")
    receipt = desk.send(lines(evening("ann")))
    assert receipt.extract_id is None
    assert set(codes(receipt)) == {"nothing_left", "erased"}
    assert (desk.states(), desk.stored_files()) == ({}, [])


def test_another_venue_of_the_same_organisation_keeps_its_own(desk: Desk) -> None:
    erase(desk, "ann")
    receipt = desk.send(lines(evening("ann", "bo"), OTHER))
    assert receipt.rows_rejected == 0
    assert booker("ann") in pl.concat(held(desk).values())["booker"].to_list()


def test_an_erasure_between_reading_and_storing_an_upload_is_heeded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examined(*given: Any) -> Any:
        found = examine(*given)
        # Another connection: SQLite lets it in because the upload holds no lock yet.
        erase(desk, "ann")
        return found

    monkeypatch.setattr("ingest.receive.examine", examined)
    path = desk.folder / "x.part"
    path.write_bytes(lines(evening("ann", "bo")))
    with desk.engine.connect() as connection:
        receive(
            connection, desk.lake, path, expected=EXPECTED, limits=Limits(), pepper=PEPPER,
            tombstone_key=TOMBSTONE_KEY, by="a", now=NOW,
        )  # fmt: skip
        connection.commit()
    assert pl.concat(held(desk).values())["booker"].to_list() == [booker("bo")]


def test_the_work_is_the_same_whether_or_not_anyone_was_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements, files read and files replaced, for a booker of the same bucket."""
    desk.send(lines(evening("ann", "bo", "cas", "dee", "eva", "")))
    bucket = desk.lake.bucket_of(booker("ann"))
    absent = next(n for n in map(str, range(99)) if desk.lake.bucket_of(booker(n)) == bucket)
    steps: list[str] = []

    def spy(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def watched(*given: Any, **options: Any) -> Any:
            steps.append(f"{name} {given[-1]}")
            return original(*given, **options)

        monkeypatch.setattr(owner, name, watched)

    spy(Path, "rename")
    spy(pl, "read_parquet")
    sa.event.listen(desk.engine, "before_cursor_execute", lambda c, u, text, *_: steps.append(text))
    works = []
    for name in (absent, "ann", "ann"):
        erase(desk, name)
        works.append(tuple(steps))
        steps.clear()
    assert works[0] == works[1] == works[2]
    assert sum(step.startswith("rename") for step in works[0]) == 1


def test_the_digest_tells_of_an_erasure_and_a_count_under_way_is_found_out(desk: Desk) -> None:
    desk.send(lines(evening("ann", "bo")))
    desk.send(lines(evening("ann"), OTHER))
    before = taken(desk)
    with desk.engine.begin() as connection:
        begin(connection, TOMBSTONE_KEY, VENUE, [booker("ann")], now=NOW)
    between = taken(desk)
    finish(desk)
    after = taken(desk)
    assert len({before.digest, between.digest, after.digest}) == 3
    with desk.engine.connect() as connection:
        found = [erased_since(connection, snapshot) for snapshot in (before, between, after)]
    assert found == [True, True, False]


def test_who_reads_the_old_file_goes_on_reading_it(desk: Desk) -> None:
    desk.send(lines(evening("ann")))
    (path,) = desk.stored_files()
    old = path.read_bytes()
    with path.open("rb") as reader:
        erase(desk, "ann")
        assert reader.read() == old
    assert path.read_bytes() != old


def test_tombstones_show_neither_a_booker_nor_who_was_erased_at_two_venues(desk: Desk) -> None:
    erase(desk, "ann")
    erase(desk, "ann", venue="de-es")
    with desk.engine.connect() as connection:
        kept = connection.execute(sa.select(tombstones)).all()
        own = Tombstones.read(connection, TOMBSTONE_KEY, VENUE)
    assert len({row.mark for row in kept}) == 2
    assert not any(booker("ann").hex()[:8] in row.mark for row in kept)
    assert mark(bytes(32), VENUE, booker("ann")) not in own.marks
    assert next(iter(own.marks)) not in repr(own)
    with pytest.raises(ValueError, match="32 bytes"):
        mark(b"short", VENUE, booker("ann"))


STAGES = """
import os, signal, sys
from pathlib import Path
from tests.unit.ingest_receive import test_erasure as tests
desk = tests.open_desk(Path(sys.argv[1]))
stage = sys.argv[2]
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
bookers = [tests.booker(name) for name in ("ann", "bo", "cas")]
with desk.engine.begin() as connection:
    tests.begin(connection, tests.TOMBSTONE_KEY, tests.VENUE, bookers, now=tests.NOW)
    if stage == "before it is noted":
        die()
if stage == "after it is noted":
    die()
renamed, rename, sync = [], os.rename, os.fsync
def renaming(old, new, **more):
    if stage == "before a rename" and len(renamed) == 1:
        die()
    rename(old, new, **more)
    renamed.append(new)
    if stage == "after a rename" and len(renamed) == 2:
        die()
def syncing(descriptor):
    if stage == "half-written" and len(renamed) == 1:
        die()
    sync(descriptor)
os.rename, os.fsync = renaming, syncing
with desk.engine.begin() as connection:
    tests.carry_out(connection, desk.lake, tests.TOMBSTONE_KEY, tests.VENUE, now=tests.NOW)
    assert len(renamed) == 4, renamed
    if stage == "before the commit":
        die()
die()
"""


@pytest.mark.parametrize(
    ("stage", "noted"),
    [
        ("before it is noted", False),
        ("after it is noted", True),
        ("half-written", True),
        ("before a rename", True),
        ("after a rename", True),
        ("before the commit", True),
        ("after the commit", True),
    ],
)
def test_a_kill_at_each_step_leaves_whole_files_and_the_next_start_completes_it(
    desk: Desk, stage: str, noted: bool
) -> None:
    names = [f"n{number}" for number in range(40)]
    desk.send(lines(evening("ann", "bo", "cas", *names)))
    before, digest = held(desk), taken(desk).digest
    assert len(before) == 4
    run = subprocess.run([sys.executable, "-c", STAGES, str(desk.folder), stage], check=False)
    assert run.returncode == -signal.SIGKILL

    gone = [booker(name) for name in ("ann", "bo", "cas")]
    without = {path: rows.filter(~rows["booker"].is_in(gone)) for path, rows in before.items()}
    for path, rows in held_parquet(desk).items():
        assert rows.equals(before[path]) or rows.equals(without[path])
    changed_rows = any(not rows.equals(before[path]) for path, rows in held_parquet(desk).items())
    assert (taken(desk).digest != digest) is noted
    assert noted or not changed_rows

    if noted:
        finish(desk)
    else:
        erase(desk, "ann", "bo", "cas")
    assert all(rows.equals(without[path]) for path, rows in held_parquet(desk).items())
    assert desk.current() == {"a": (taken(desk).current.to_pylist()[0]["extract_id"], 40)}
    with desk.engine.connect() as connection:
        assert connection.scalars(sa.select(erasures.c.finished_at)).all() == [NOW]


def held_parquet(desk: Desk) -> dict[Path, pl.DataFrame]:
    """What counts as stored: temporary files are nobody's rows."""
    return {
        path: pl.read_parquet(path, hive_partitioning=False)
        for path in sorted(desk.lake.root.rglob("*.parquet"))
    }
