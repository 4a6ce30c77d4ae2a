"""What a publication may count: current, matured performances of the season, and a digest that says so."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from ingest.receive import confirm, undo
from ingest.seasons import Season
from ingest.snapshot import LakeIncompleteError, Snapshot, current_snapshot
from tests.unit.ingest_receive.desk import NOW, Desk, a_ticket, changed, lines, performances

SEASON = Season(2025)
DAY = date(2025, 10, 3)
LATE = date(2026, 11, 1)


def snapshot(desk: Desk, season: Season = SEASON, today: date = LATE) -> Snapshot:
    with desk.engine.connect() as connection:
        return current_snapshot(connection, desk.lake, season, matured_before=today)


def current(taken: Snapshot) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in taken.current.to_pylist()]


@pytest.mark.parametrize(("days", "counts"), [(0, False), (6, False), (7, True), (8, True)])
def test_a_performance_counts_from_the_seventh_day_after_it(desk: Desk, days: int, counts: bool) -> None:
    receipt = desk.send(performances({"a": 3}))
    taken = snapshot(desk, today=DAY + timedelta(days=days))
    assert current(taken) == ([("de-linde", "a", receipt.extract_id)] if counts else [])
    assert bool(taken.files) is counts


def test_maturity_goes_by_the_local_day(desk: Desk) -> None:
    # 1 October in UTC, 2 October at the venue.
    row = a_ticket(1, performance_start="2025-10-02T00:30:00+02:00")
    desk.send(lines([row], changed(first_day="2025-10-02", last_day="2025-10-02")))
    assert current(snapshot(desk, today=date(2025, 10, 8))) == []
    assert len(current(snapshot(desk, today=date(2025, 10, 9)))) == 1


def test_waiting_and_undone_and_superseded_extracts_do_not_count(desk: Desk) -> None:
    first = desk.send(performances({"a": 10, "b": 4}))
    waiting = desk.send(performances({"a": 2}))
    assert current(snapshot(desk)) == [
        ("de-linde", "a", first.extract_id),
        ("de-linde", "b", first.extract_id),
    ]
    with desk.engine.begin() as connection:
        confirm(connection, waiting.extract_id or "", by="a", now=NOW)
    assert current(snapshot(desk)) == [
        ("de-linde", "a", waiting.extract_id),
        ("de-linde", "b", first.extract_id),
    ]
    with desk.engine.begin() as connection:
        undo(connection, first.extract_id or "", by="a", now=NOW)
    assert current(snapshot(desk)) == [("de-linde", "a", waiting.extract_id)]
    assert {path.stem for path in snapshot(desk).files} == {waiting.extract_id}


def test_each_season_has_its_own(desk: Desk) -> None:
    rows = [
        a_ticket(1, performance_ref="last", performance_start="2025-07-31T20:00:00+02:00"),
        a_ticket(2, performance_ref="first", performance_start="2025-08-01T20:00:00+02:00"),
    ]
    desk.send(lines(rows, changed(first_day="2025-07-31", last_day="2025-08-01")))
    assert [row[1] for row in current(snapshot(desk, Season(2024)))] == ["last"]
    assert [row[1] for row in current(snapshot(desk, Season(2025)))] == ["first"]
    held = pl.concat(
        pl.read_parquet(path, hive_partitioning=False) for path in snapshot(desk, Season(2024)).files
    )
    assert held["performance_ref"].unique().to_list() == ["last"]


def test_an_empty_season_has_an_empty_snapshot_of_the_same_shape(desk: Desk) -> None:
    taken = snapshot(desk)
    assert (taken.files, taken.current.num_rows) == ((), 0)
    assert taken.current.schema.names == ["venue", "performance_ref", "extract_id"]


def test_the_digest_names_the_input_and_nothing_else(desk: Desk) -> None:
    empty = snapshot(desk).digest
    first = desk.send(performances({"a": 10}))
    one = snapshot(desk).digest
    assert one != empty
    assert snapshot(desk).digest == one
    assert snapshot(desk, Season(2024)).digest != empty
    second = desk.send(performances({"a": 11}))
    assert snapshot(desk).digest not in {one, empty}
    with desk.engine.begin() as connection:
        undo(connection, second.extract_id or "", by="a", now=NOW)
    assert snapshot(desk).digest == one
    assert first.extract_id is not None


def test_rows_that_are_missing_from_the_lake_are_not_counted_as_nobody(desk: Desk) -> None:
    receipt = desk.send(performances({"a": 10}))
    for path in desk.stored_files():
        path.unlink()
    with pytest.raises(LakeIncompleteError, match=receipt.extract_id):
        snapshot(desk)
