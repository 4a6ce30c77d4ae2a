"""Erasures over HTTP: own venue only, the same answer for whoever was there, and nobody comes back."""

from __future__ import annotations

import argparse
import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from sqlalchemy import select

from aggregation.counts import count_tables
from ingest import erasure
from ingest.identity.normalise import email_input
from ingest.identity.oprf import local_identify
from ingest.identity.rekey import booker_ids
from ingest.seasons import Season
from privacy import ledger
from service import people, publication, publication_job, tables, workflow
from service.app import make_worker
from service.cli import build_parser
from service.client import Client
from service.commands import erase as erase_command
from service.erasure import erase_bookers
from service.publication import StandsOtherwiseError
from service.runtime import Runtime, open_runtime
from tests.functional.house import SLUGS, Guest, Running, Sale, extract, populate, season_of_sales, settings

URL = "/api/v1/erasures"
SEASON = Season(2025)


def tokens(runtime: Runtime, *emails: str) -> list[str]:
    """What a venue recomputes from these addresses."""
    return local_identify(runtime.keys.evaluator)([email_input(email) or b"" for email in emails])


def ask(guest: Guest, runtime: Runtime, venue: str, *emails: str) -> httpx.Response:
    return guest.post(URL, json={"venue": venue, "tokens": tokens(runtime, *emails)})


def sales(number: int = 8, **more: Any) -> list[Sale]:
    return [Sale(str(n), n % 2, f"b{n}@post.example", **more) for n in range(number)]


def held(runtime: Runtime, venue: str) -> list[bytes | None]:
    """The bookers of a venue's stored rows."""
    paths = runtime.lake.root.rglob("*.parquet")
    rows = pl.concat(pl.read_parquet(path, hive_partitioning=False) for path in paths)
    return rows.filter(pl.col("venue") == venue)["booker"].to_list()


def deliver(runtime: Runtime, venue: str, rows: list[Sale]) -> None:
    path = runtime.settings.data / "extract.csv"
    clerk = workflow.person_by_email(runtime, f"box_office@{venue}.example")
    path.write_bytes(extract(runtime, venue, rows))
    assert workflow.receive_extract(runtime, clerk, path).status == "received"


def test_the_rows_go_the_counts_follow_and_an_old_export_does_not_bring_them_back(fresh: Running) -> None:
    runtime, office = fresh.runtime, fresh.guest("box_office@aak.example")
    for venue in ("aak", "brug"):
        deliver(runtime, venue, sales())
    one, other = booker_ids(runtime.keys.pepper, tokens(runtime, "b0@post.example", "b1@post.example"))
    manager = workflow.person_by_email(runtime, "manager@aak.example")
    with runtime.reading() as connection:
        own = next(v for v in people.all_venues(connection) if v.slug == "aak")
    before = workflow.own_counts(runtime, manager, own, SEASON)

    answer = ask(office, runtime, "aak", "b0@post.example")
    assert answer.status_code == 200
    assert one not in held(runtime, "aak")
    assert held(runtime, "aak").count(other) == 1
    assert one in held(runtime, "brug")
    after = workflow.own_counts(runtime, manager, own, SEASON)
    assert after != before

    again = office.post("/api/v1/extracts", content=extract(runtime, "aak", sales(9)))
    assert (again.status_code, again.json()["status"]) == (201, "received")
    assert (again.json()["rows_accepted"], again.json()["rows_rejected"]) == (8, 1)
    (found,) = (f for f in again.json()["findings"] if f["code"] == "erased")
    assert (found["count"], found["rows"], found["column"]) == (1, [], None)
    assert one not in held(runtime, "aak")
    csv = office.get(f"/extracts/{again.json()['id']}/findings.csv").text
    assert csv.count(",erased\r\n") == 1
    page = office.get(f"/extracts/{again.json()['id']}", headers={"Accept-Language": "nl"})
    assert page.status_code == 200
    assert "heeft laten wissen" in page.text


def test_the_answer_is_the_same_for_present_absent_and_erased_before(fresh: Running) -> None:
    office = fresh.guest("manager@aak.example")
    deliver(fresh.runtime, "aak", sales())
    emails = ("b0@post.example", "nobody@post.example", "b0@post.example")
    answers = [ask(office, fresh.runtime, "aak", email) for email in emails]
    bodies = [answer.json() for answer in answers]
    assert [set(body) for body in bodies] == [{"id", "erased_on"}] * 3
    assert {body["erased_on"] for body in bodies} == {"2026-11-01"}
    assert {len(answer.content) for answer in answers} == {len(answers[0].content)}
    assert len({body["id"] for body in bodies}) == 3
    volatile = {"date", "x-request-id"}
    assert len({str(sorted((k, v) for k, v in a.headers.items() if k not in volatile)) for a in answers}) == 1


def test_nothing_of_a_person_stands_in_trail_or_database(fresh: Running) -> None:
    deliver(fresh.runtime, "aak", sales())
    answer = ask(fresh.guest("box_office@aak.example"), fresh.runtime, "aak", "b0@post.example")
    (token,) = tokens(fresh.runtime, "b0@post.example")
    (booker,) = booker_ids(fresh.runtime.keys.pepper, [token])
    with fresh.runtime.reading() as connection:
        entry = connection.execute(select(tables.audit).where(tables.audit.c.action == "erase")).one()
        everything = [
            str(row)
            for name in connection.dialect.get_table_names(connection)
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
        ]
    assert (entry.subject, json.loads(entry.detail)) == (f"erasure:{answer.json()['id']}", {"venue": "aak"})
    tail = token.rpartition(".")[2]
    assert not [row for row in everything if tail in row or booker.hex() in row or repr(booker) in row]


@pytest.mark.parametrize("venue", ["brug", "nergens"])
def test_a_venue_that_is_not_ones_own_is_not_there_and_loses_nothing(fresh: Running, venue: str) -> None:
    deliver(fresh.runtime, "brug", sales())
    before = held(fresh.runtime, "brug")
    answer = ask(fresh.guest("manager@aak.example"), fresh.runtime, venue, "b0@post.example")
    nowhere = ask(fresh.guest("manager@aak.example"), fresh.runtime, "elders", "b0@post.example")
    assert (answer.status_code, answer.content) == (404, nowhere.content)
    assert held(fresh.runtime, "brug") == before


def broken(name: str, given: str) -> dict[str, Any]:
    cases: dict[str, dict[str, Any]] = {
        "none": {"venue": "aak", "tokens": []},
        "too many": {"venue": "aak", "tokens": [given] * 2001},
        "an address": {"venue": "aak", "tokens": ["b0@post.example"]},
        "not a token": {"venue": "aak", "tokens": [given[:-1]]},
        "another key": {"venue": "aak", "tokens": ["old." + given.rpartition(".")[2]]},
        "no venue": {"tokens": [given]},
        "more than asked": {"venue": "aak", "tokens": [given], "organisation": "huis-brug"},
    }
    return cases[name]


@pytest.mark.parametrize(
    "name", ["none", "too many", "an address", "not a token", "another key", "no venue", "more than asked"]
)
def test_what_cannot_be_read_is_refused_without_repeating_it(house: Running, name: str) -> None:
    (given,) = tokens(house.runtime, "b0@post.example")
    answer = house.guest("box_office@aak.example").post(URL, json=broken(name, given))
    assert answer.status_code == 422
    assert given.rpartition(".")[2][:-1] not in answer.text
    assert "b0@" not in answer.text
    with house.runtime.reading() as connection:
        assert not erasure.unfinished(connection)
        assert not connection.execute(select(tables.audit).where(tables.audit.c.action == "erase")).all()


def test_two_thousand_go_at_once_and_the_twenty_first_request_of_a_minute_waits(fresh: Running) -> None:
    office = fresh.guest("box_office@aak.example")
    (given,) = tokens(fresh.runtime, "b0@post.example")
    head, tail = given[:-43], given[-43:]
    many = [f"{head}{n:05d}{tail[5:]}" for n in range(2000)]
    answers = [office.post(URL, json={"venue": "aak", "tokens": many})]
    answers += [office.post(URL, json={"venue": "aak", "tokens": [given]}) for _ in range(20)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def proposed(runtime: Runtime) -> tuple[workflow.Person, str]:
    els, murat = (workflow.person_by_email(runtime, f"{name}@net.example") for name in ("els", "murat"))
    return murat, workflow.propose_publication(runtime, els, SEASON)


@pytest.fixture
def runtime(tmp_path: Path) -> Any:
    """An opened service with a season of data, without HTTP and without a worker."""
    opened = open_runtime(settings(tmp_path / "var", lease_seconds=1))
    populate(opened)
    for venue in SLUGS:
        deliver(opened, venue, season_of_sales(venue, 40, 2025))
    yield opened
    opened.close()


def erase_one(runtime: Runtime, email: str = "b0@post.example") -> None:
    clerk = workflow.person_by_email(runtime, "box_office@aak.example")
    erase_bookers(runtime, clerk, "aak", tokens(runtime, email))


def test_a_proposal_from_before_an_erasure_is_proposed_again(runtime: Runtime) -> None:
    murat, publication_id = proposed(runtime)
    erase_one(runtime)
    with pytest.raises(StandsOtherwiseError):
        workflow.approve_publication(runtime, murat, publication_id)


def test_an_erasure_while_it_is_counted_stops_the_publication_before_anything_is_charged(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(*given: Any) -> Any:
        tables_ = count_tables(*given)
        erase_one(runtime)
        return tables_

    monkeypatch.setattr(publication_job, "count_tables", counted)
    murat, publication_id = proposed(runtime)
    workflow.approve_publication(runtime, murat, publication_id)
    assert make_worker(runtime).run_one()
    with runtime.reading() as connection:
        standing = publication.get(connection, publication_id)
        assert list(ledger.entries(connection)) == []
    assert (standing.state, standing.release) == ("failed", None)
    assert "erased" in str(standing.reason)


def test_an_erasure_makes_no_release_and_leaves_those_there_are(runtime: Runtime) -> None:
    murat, publication_id = proposed(runtime)
    workflow.approve_publication(runtime, murat, publication_id)
    assert make_worker(runtime).run_one()
    files = {p: p.read_bytes() for p in runtime.releases.root.rglob("*") if p.is_file()}
    erase_one(runtime)
    assert not make_worker(runtime).run_one()
    assert {p: p.read_bytes() for p in runtime.releases.root.rglob("*") if p.is_file()} == files
    with runtime.reading() as connection:
        assert len(publication.everything(connection)) == 1
        assert len(publication.releases_in_view(runtime, connection)) == 1


def test_what_a_crash_cut_off_is_carried_out_at_the_next_start(runtime: Runtime) -> None:
    (booker,) = booker_ids(runtime.keys.pepper, tokens(runtime, "b0@post.example"))
    with runtime.writing() as connection:
        erasure.begin(connection, runtime.keys.tombstones, "aak", [booker], now=runtime.settings.now())
    assert booker in held(runtime, "aak")
    again = open_runtime(replace(runtime.settings))
    assert booker not in held(runtime, "aak")
    assert booker in held(runtime, "brug")
    with again.reading() as connection:
        assert not erasure.unfinished(connection)
    again.close()


def test_what_a_full_disk_cut_off_is_carried_out_with_the_next_erasure(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (booker,) = booker_ids(runtime.keys.pepper, tokens(runtime, "b0@post.example"))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(runtime.lake), "rewrite", full)
    with pytest.raises(OSError, match="No space"):
        erase_one(runtime)
    monkeypatch.undo()
    with runtime.reading() as connection:
        assert erasure.unfinished(connection) == ("aak",)
    bucket = runtime.lake.bucket_of(booker)
    others = {f"b{n}@post.example": tokens(runtime, f"b{n}@post.example") for n in range(1, 20)}
    elsewhere = (
        email
        for email, found in others.items()
        if runtime.lake.bucket_of(booker_ids(runtime.keys.pepper, found)[0]) != bucket
    )
    erase_one(runtime, next(elsewhere))
    assert booker not in held(runtime, "aak")
    with runtime.reading() as connection:
        assert not erasure.unfinished(connection)


def command(house: Running, folder: Path, text: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Run `foyer erase` against the house; its exit code, and every body that it sent."""
    bearer = house.guest("box_office@aak.example").post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    (folder / "token").write_text(bearer)
    (folder / "addresses.txt").write_bytes(text)
    profile = {"organisation": "huis-aak", "venue": "aak", "name": "Aak", "country": "NL"}
    profile |= {"timezone": "Europe/Amsterdam", "currency": "EUR", "layout": "pretix-positions"}
    (folder / "venue.json").write_text(json.dumps(profile))
    arguments = build_parser().parse_args(
        ["erase", str(folder / "addresses.txt"), "--venue", str(folder / "venue.json"),
         "--server", house.address, "--token-file", str(folder / "token")]
    )  # fmt: skip
    sent: list[dict[str, Any]] = []
    return watched(arguments, sent), sent


def watched(arguments: argparse.Namespace, sent: list[dict[str, Any]]) -> int:
    ask_: Callable[..., Any] = Client._answer

    def noting(client: Client, method: str, path: str, **more: Any) -> Any:
        sent.append({"path": path, **more})
        return ask_(client, method, path, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_answer", noting)
        return erase_command.run(arguments)


def test_the_command_sends_tokens_and_nothing_else(
    fresh: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(fresh.runtime, "aak", sales())
    text = "\ufeff\r\nB0@Post.example\r\n\r\n b1@post.example \nb1@post.example\n12345\n".encode()
    code, sent = command(fresh, tmp_path, text)
    assert code == 0
    assert [one["path"] for one in sent] == ["/oprf/key", "/oprf/evaluate", "/erasures"]
    assert "example" not in json.dumps([one.get("json") for one in sent])
    assert "12345" not in json.dumps([one.get("json") for one in sent])
    assert set(sent[2]["json"]) == {"venue", "tokens"}
    assert len(sent[2]["json"]["tokens"]) == 3
    assert tokens(fresh.runtime, "b0@post.example")[0] in sent[2]["json"]["tokens"]
    left = held(fresh.runtime, "aak")
    gone = booker_ids(fresh.runtime.keys.pepper, tokens(fresh.runtime, "b0@post.example", "b1@post.example"))
    assert len(left) == 6
    assert not set(left) & set(gone)
    assert "example" not in "".join(capsys.readouterr())


def test_the_command_names_lines_that_are_nobody_and_erases_the_rest(
    fresh: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(fresh.runtime, "aak", sales())
    code, _ = command(fresh, tmp_path, b"info@post.example\nb0@post.example\nb1@\n")
    said = capsys.readouterr()
    assert code == 1
    assert "line 1, 3" in said.err
    assert "post.example" not in said.err + said.out
    assert len(held(fresh.runtime, "aak")) == 7


@pytest.mark.parametrize("text", [b"caf\xe9@post.example\n", b"\n"])
def test_a_file_that_cannot_be_read_or_names_nobody_sends_nothing(
    house: Running, tmp_path: Path, text: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    code, sent = command(house, tmp_path, text)
    assert (code, sent) == (1, [])
    assert "Traceback" not in capsys.readouterr().err
