"""An accepted extract: what stands in the lake and the store, and that the same bytes are one upload."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa

from ingest.findings.receive import from_stored, to_stored
from ingest.identity.rekey import booker_id
from ingest.lake import LAKE_SCHEMA
from ingest.receive import Limits, examine, receive
from ingest.store import ExtractStatus, extracts, performance_versions, productions
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
    performances,
    token,
)

TWO_SEASONS = lines(
    [
        a_ticket(1, order_ref="o1", hall_capacity=""),
        a_ticket(2, order_ref="o1", booker_token=""),
        a_ticket(3, booker_token="", country="", postcode_area="", status="refunded"),
        a_ticket(4, performance_ref="hamlet:old", performance_start="2025-07-31T23:59:00+02:00"),
        a_ticket(5, genre="toneel"),
    ],
    changed(first_day="2025-07-31"),
)


def test_accepted_rows_stand_in_the_lake_by_season_and_bucket_without_tokens(desk: Desk) -> None:
    receipt = desk.send(TWO_SEASONS)
    assert (receipt.status, receipt.rows_in, receipt.rows_accepted) == (ExtractStatus.RECEIVED, 5, 4)
    assert {path.parent.parent.name for path in desk.stored_files()} == {"season=2024", "season=2025"}
    assert {path.name for path in desk.stored_files()} == {f"{receipt.extract_id}.parquet"}
    rows = pl.concat(pl.read_parquet(path, hive_partitioning=False) for path in desk.stored_files())
    assert rows.schema == pl.Schema(LAKE_SCHEMA)
    by_ticket = {row["ticket_ref"]: row for row in rows.iter_rows(named=True)}
    assert by_ticket["t1"]["booker"] == by_ticket["t2"]["booker"] == booker_id(PEPPER, token("b1"))
    assert by_ticket["t3"]["booker"] is None
    assert by_ticket["t1"]["area"] == "NL-1011"
    assert by_ticket["t4"]["local_day"] == date(2025, 7, 31)
    assert {row["extract_id"] for row in by_ticket.values()} == {receipt.extract_id}
    everything = b"".join(path.read_bytes() for path in desk.stored_files())
    assert token("b1").encode() not in everything


def test_a_booker_is_in_one_bucket_whatever_the_venue(desk: Desk) -> None:
    desk.send(performances({"a": 40}))
    desk.send(performances({"b": 40}, changed(venue="de-es")))
    places: dict[bytes, set[str]] = {}
    for path in desk.stored_files():
        for booker in pl.read_parquet(path, hive_partitioning=False)["booker"]:
            places.setdefault(booker, set()).add(path.parent.name)
    assert len(places) == 40
    assert all(len(buckets) == 1 for buckets in places.values())
    assert len(set().union(*places.values())) == 4


def test_another_engine_reads_the_files_as_they_are_meant(desk: Desk) -> None:
    desk.send(TWO_SEASONS)
    files = [str(path) for path in desk.stored_files()]
    with duckdb.connect() as engine:
        described = engine.execute(
            "describe select * from read_parquet(?, hive_partitioning = false)", [files]
        )
        types = {name: kind for name, kind, *_ in described.fetchall()}
    assert list(types) == list(LAKE_SCHEMA)
    assert types["booker"] == "BLOB"
    assert types["local_day"] == "DATE"
    assert types["starts_at"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["price_paid_cents"], types["scanned"], types["genre"]) == ("INTEGER", "BOOLEAN", "VARCHAR")


def test_the_store_says_who_sent_what_when_and_every_rejected_row(desk: Desk) -> None:
    receipt = desk.send(TWO_SEASONS, by="kees@linde.example")
    with desk.engine.connect() as connection:
        row = connection.execute(sa.select(extracts)).one()
    assert (row.id, row.sha256[:12], row.venue, row.organisation) == (
        receipt.extract_id, receipt.extract_id, "de-linde", "theater-de-linde",
    )  # fmt: skip
    assert (row.received_by, row.received_at) == ("kees@linde.example", NOW)
    assert (row.rows_in, row.rows_accepted, row.rows_rejected) == (5, 4, 1)
    assert row.rejected == [{"code": "unknown_word", "column": "genre", "rows": [7]}]
    assert from_stored(row.findings) == receipt.report
    assert to_stored(receipt.report) == row.findings


def test_performances_and_productions_are_listed_with_tickets_sold(desk: Desk) -> None:
    desk.send(TWO_SEASONS)
    with desk.engine.connect() as connection:
        versions = {r.performance_ref: r for r in connection.execute(sa.select(performance_versions))}
        titles = connection.execute(sa.select(productions)).all()
    assert {ref: (v.season, v.tickets, v.capacity, v.state) for ref, v in versions.items()} == {
        "hamlet:1": (2025, 2, 420, "current"),
        "hamlet:old": (2024, 1, 420, "current"),
    }
    assert versions["hamlet:1"].starts_at.isoformat() == "2025-10-03T18:15:00+00:00"
    assert [tuple(title) for title in titles] == [("de-linde", "hamlet", "Hamlet", "theatre")]


def test_nothing_is_visible_before_the_caller_commits(desk: Desk) -> None:
    path = desk.folder / "x.part"
    path.write_bytes(TWO_SEASONS)
    with desk.engine.connect() as connection:
        receive(
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
        connection.rollback()
    assert desk.states() == {}


def test_no_lock_is_taken_while_the_file_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.folder / "x.part"
    path.write_bytes(TWO_SEASONS)
    seen: list[bool] = []
    with desk.engine.connect() as connection:

        def examined(*given: Any) -> Any:
            found = examine(*given)
            seen.append(connection.in_transaction())
            return found

        monkeypatch.setattr("ingest.receive.examine", examined)
        receive(
            connection, desk.lake, path, expected=EXPECTED, limits=Limits(), pepper=PEPPER,
            tombstone_key=TOMBSTONE_KEY, by="a", now=NOW,
            after_write=lambda: seen.append(connection.in_transaction()),
        )  # fmt: skip
        connection.rollback()
    assert seen == [False, True]


def test_the_same_bytes_twice_are_one_upload(desk: Desk) -> None:
    first = desk.send(TWO_SEASONS, by="anna")
    files = desk.stored_files()
    second = desk.send(TWO_SEASONS, by="kees", now=NOW + timedelta(days=1))
    assert second.duplicate
    assert not first.duplicate
    assert (second.extract_id, second.status, second.report) == (first.extract_id, first.status, first.report)
    assert desk.stored_files() == files
    with desk.engine.connect() as connection:
        assert [(r.received_by, r.received_at) for r in connection.execute(sa.select(extracts))] == [
            ("anna", NOW)
        ]


def test_eight_threads_with_the_same_bytes_at_once_are_one_upload(desk: Desk) -> None:
    content = performances({"a": 30, "b": 20})
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: desk.send(content), range(8)))
    _assert_one_upload(
        desk, [receipt.extract_id or "" for receipt in receipts], [r.duplicate for r in receipts]
    )


CLIENT = """
import sys
from pathlib import Path
from tests.unit.ingest_receive.desk import open_desk, performances
desk = open_desk(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
receipt = desk.send(performances({"a": 30, "b": 20}))
print(receipt.extract_id, receipt.duplicate)
"""


def test_eight_processes_with_the_same_bytes_at_once_are_one_upload(desk: Desk) -> None:
    clients = [
        subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(desk.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for client in clients:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    answers = [client.communicate(timeout=120)[0].split() for client in clients]
    assert [client.returncode for client in clients] == [0] * 8
    _assert_one_upload(desk, [answer[0] for answer in answers], [answer[1] == "True" for answer in answers])


def _assert_one_upload(desk: Desk, ids: list[str], duplicates: list[bool]) -> None:
    assert len(ids) == 8
    assert len(set(ids)) == 1
    assert sorted(duplicates) == [False] + [True] * 7
    assert desk.current() == {"a": (ids[0], 30), "b": (ids[0], 20)}
    assert {path.name for path in desk.stored_files()} == {f"{ids[0]}.parquet"}
    rows = pl.concat(pl.read_parquet(path, hive_partitioning=False) for path in desk.stored_files())
    assert rows.height == 50


def test_a_moment_without_its_zone_is_not_stored(desk: Desk) -> None:
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        desk.send(TWO_SEASONS, now=NOW.replace(tzinfo=None))
    assert desk.states() == {}


def test_two_extracts_of_one_id_are_not_confused(desk: Desk) -> None:
    receipt = desk.send(TWO_SEASONS)
    with desk.engine.begin() as connection:
        connection.execute(sa.update(extracts).values(sha256="0" * 64))
    with pytest.raises(RuntimeError, match="share an id"):
        desk.send(TWO_SEASONS)
    assert set(desk.states().values()) == {"current"}
    assert receipt.extract_id is not None


def test_an_extract_with_rejected_rows_names_them_to_its_sender(desk: Desk) -> None:
    assert codes(desk.send(TWO_SEASONS)) == {"unknown_word": (7,)}
