"""Publishing: two people, one spending, and a kill at any moment that shows nothing unpaid."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import pytest

from ingest.seasons import Season
from privacy import ledger
from privacy.publish import publish
from privacy.release import StoredRelease
from reports.wording import translator
from service import publication, publication_job, workflow
from service.access import RefusedError
from service.app import make_worker
from service.labels import CATALOGUE, LABELS
from service.publication import StandsOtherwiseError
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from tests.functional.house import (
    SLUGS,
    extract,
    populate,
    running,
    season_of_sales,
    settings,
    wait_for,
)

SEASON = Season(2025)


def deliver(runtime: Runtime, venues: tuple[str, ...] = SLUGS, bookers: int = 60) -> None:
    """A season of a few bookers for each venue."""
    path = runtime.settings.data / "extract.csv"
    for venue in venues:
        clerk = workflow.person_by_email(runtime, f"box_office@{venue}.example")
        path.write_bytes(extract(runtime, venue, season_of_sales(venue, bookers, 2025)))
        assert workflow.receive_extract(runtime, clerk, path).status == "received"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """An opened service with a season of data, without HTTP and without a worker."""
    opened = open_runtime(settings(tmp_path / "var", lease_seconds=1))
    populate(opened)
    deliver(opened)
    yield opened
    opened.close()


def coordinators(runtime: Runtime) -> tuple[workflow.Person, workflow.Person]:
    return tuple(workflow.person_by_email(runtime, f"{name}@net.example") for name in ("els", "murat"))  # type: ignore[return-value]


def reservations(runtime: Runtime) -> int:
    with runtime.reading() as connection:
        entries = [e for e in ledger.entries(connection) if e.season == SEASON.start_year]
    return sum(entry.kind == "reserve" for entry in entries)


def test_who_proposes_cannot_approve(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    proposed = workflow.propose_publication(runtime, els, SEASON)
    with pytest.raises(RefusedError):
        workflow.approve_publication(runtime, els, proposed)
    workflow.approve_publication(runtime, murat, proposed)


@pytest.mark.parametrize(("year", "read"), [(2025, {Season(2024), Season(2025)}), (2024, {Season(2024)})])
def test_a_release_looks_back_by_declaration_and_not_by_what_was_delivered(
    tmp_path: Path, year: int, read: set[Season]
) -> None:
    """One season was delivered each time: what was delivered before it shows in neither cells nor charges."""
    house = open_runtime(settings(tmp_path / "var"))
    populate(house)
    clerk = workflow.person_by_email(house, "box_office@aak.example")
    path = tmp_path / "extract.csv"
    path.write_bytes(extract(house, "aak", season_of_sales("aak", 20, year), first=date(year, 9, 5)))
    assert workflow.receive_extract(house, clerk, path).status == "received"
    els, murat = coordinators(house)
    release = house.releases.open(workflow.publish_season(house, Season(year), proposer=els, approver=murat))
    with house.reading() as connection:
        charged = {Season(entry.season) for entry in ledger.entries(connection) if entry.kind == "reserve"}
    assert charged == read
    assert ("returning" in release.cells()["measure"].to_pylist()) is (len(read) == 2)
    house.close()


def test_proposing_and_approving_spend_nothing(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    workflow.approve_publication(runtime, murat, workflow.propose_publication(runtime, els, SEASON))
    assert reservations(runtime) == 0


def test_a_season_is_proposed_once(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    workflow.propose_publication(runtime, els, SEASON)
    with pytest.raises(StandsOtherwiseError):
        workflow.propose_publication(runtime, murat, SEASON)


def test_a_cancelled_proposal_makes_room(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    workflow.cancel_publication(runtime, els, workflow.propose_publication(runtime, els, SEASON))
    workflow.propose_publication(runtime, murat, SEASON)


def test_seasons_that_run_or_are_empty_are_not_proposed(runtime: Runtime) -> None:
    els, _ = coordinators(runtime)
    for season in (Season(2026), Season(2019)):
        with pytest.raises(StandsOtherwiseError):
            workflow.propose_publication(runtime, els, season)


def test_data_that_changed_since_the_proposal_needs_a_new_one(runtime: Runtime) -> None:
    """What was approved is bound: a further upload makes the approval void before anything is charged."""
    els, murat = coordinators(runtime)
    proposed = workflow.propose_publication(runtime, els, SEASON)
    deliver(runtime, ("aak",), bookers=90)
    with pytest.raises(StandsOtherwiseError):
        workflow.approve_publication(runtime, murat, proposed)


def test_data_that_changed_after_the_approval_stops_the_job_unpaid(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    proposed = workflow.propose_publication(runtime, els, SEASON)
    workflow.approve_publication(runtime, murat, proposed)
    deliver(runtime, ("aak",), bookers=90)
    assert make_worker(runtime).run_one()
    with runtime.reading() as connection:
        standing = publication.get(connection, proposed)
    assert standing.state == "failed"
    assert reservations(runtime) == 0
    workflow.cancel_publication(runtime, els, proposed)
    workflow.publish_season(runtime, SEASON, proposer=els, approver=murat)


def test_publishing_in_process_shows_one_release(runtime: Runtime) -> None:
    els, murat = coordinators(runtime)
    release = workflow.publish_season(runtime, SEASON, proposer=els, approver=murat)
    with runtime.reading() as connection:
        shown = publication.releases_in_view(runtime, connection)
    assert [stored.id for stored in shown] == [release]
    assert shown[0].verify(runtime.keys.signing.public_key()) == ()


def test_what_is_withdrawn_never_comes_back_and_every_view_has_its_reason(runtime: Runtime) -> None:
    """Held and shown again as often as it takes; withdrawn is for good."""
    els, murat = coordinators(runtime)
    proposed = workflow.propose_publication(runtime, els, SEASON)
    with pytest.raises(StandsOtherwiseError, match="Only a published release"):
        workflow.set_view(runtime, els, proposed, "held", "too early")
    workflow.approve_publication(runtime, murat, proposed)
    assert make_worker(runtime).run_one()
    with pytest.raises(StandsOtherwiseError, match="Give a reason"):
        workflow.set_view(runtime, els, proposed, "held", "  ")
    assert len(in_view(runtime)) == 1
    for view, reason, shown in (
        ("held", "a venue asked", 0),
        ("shown", "settled", 1),
        ("withdrawn", "wrong", 0),
    ):
        workflow.set_view(runtime, els, proposed, view, reason)
        assert len(in_view(runtime)) == shown
        with runtime.reading() as connection:
            standing = publication.get(connection, proposed)
        assert (standing.view, standing.reason) == (view, reason)
    for view in ("shown", "held"):
        with pytest.raises(StandsOtherwiseError, match="Only a published release"):
            workflow.set_view(runtime, els, proposed, view, "after all")
    assert in_view(runtime) == []


def test_two_coordinators_at_once_spend_once(tmp_path: Path) -> None:
    """Both propose, both approve what stands, at the same moments over HTTP: one release, one reservation."""
    with running(settings(tmp_path / "var")) as app:
        deliver(app.runtime)
        guests = [app.guest(f"{name}@net.example") for name in ("els", "murat")]
        with ThreadPoolExecutor(8) as pool:
            proposed = list(
                pool.map(lambda guest: guest.post("/api/v1/releases", json={"season": "2025-26"}), guests * 4)
            )
            assert sorted(answer.status_code for answer in proposed) == [202] + [409] * 7
            chosen = next(answer.json()["id"] for answer in proposed if answer.status_code == 202)
            approved = list(
                pool.map(lambda guest: guest.post("/api/v1/releases", json={"approve": chosen}), guests * 4)
            )
        assert sorted(answer.status_code for answer in approved) == [202] + [403] * 4 + [409] * 3
        job = next(answer.json()["job"] for answer in approved if answer.status_code == 202)
        assert wait_for(guests[0], job) == "done"
        assert reservations(app.runtime) == 1
        assert len(guests[0].get("/api/v1/releases").json()) == 1


def test_progress_comes_as_events(tmp_path: Path) -> None:
    """The stream ends with the job and tells each step in the reader's language, and nothing else."""
    with running(settings(tmp_path / "var")) as app:
        deliver(app.runtime)
        els, murat = app.guest("els@net.example"), app.guest("murat@net.example")
        proposed = els.post("/api/v1/releases", json={"season": "2025-26"}).json()["id"]
        job = murat.post("/api/v1/releases", json={"approve": proposed}).json()["job"]
        with murat.client.stream(
            "GET", f"/api/v1/jobs/{job}/events", headers={"Accept-Language": "nl"}
        ) as stream:
            told = "".join(stream.iter_text())
        events = [json.loads(line[6:]) for line in told.splitlines() if line.startswith("data: ")]
        assert events[-1] == {"state": "done", "step": "Klaar", "done": 6, "of": 6}
        say = translator("nl", CATALOGUE)
        steps = {
            say(LABELS[step]) for step in ("count", "reserved", "signed", "drawn", "stored", "finalised")
        }
        for event in events:
            # Neither a count of rows nor how long a step takes: a closed list of words, six at most.
            assert set(event) == {"state", "step", "done", "of"}
            assert event["step"] in steps | {""}
            assert (event["of"], event["done"]) in {(0, 0), *((6, done) for done in range(1, 7))}


def die_at(where: Settings, point: str) -> None:
    """Run the waiting job in a process of its own and kill that process at this point."""

    def dying(*given: object, **named: object) -> object:
        def checkpoint(name: str) -> None:
            if name == point:
                os.kill(os.getpid(), signal.SIGKILL)

        return publish(*given, **{**named, "checkpoint": checkpoint})  # type: ignore[arg-type]

    with patch.object(publication_job, "publish", dying):
        make_worker(open_runtime(where)).run_one()


def killed_at(runtime: Runtime, point: str) -> str:
    """A publication whose job was killed there; its lease has run out since."""
    els, murat = coordinators(runtime)
    proposed = workflow.propose_publication(runtime, els, SEASON)
    workflow.approve_publication(runtime, murat, proposed)
    process = get_context("spawn").Process(target=die_at, args=(replace(runtime.settings), point))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    assert reservations(runtime) == 1
    assert in_view(runtime) == []
    time.sleep(1.2)
    return proposed


def in_view(runtime: Runtime) -> list[StoredRelease]:
    """What anyone could see; each holds against its signature, and the ledger against itself."""
    with runtime.reading() as connection:
        shown = publication.releases_in_view(runtime, connection)
        assert ledger.verify(connection) == ()
    assert [stored.verify(runtime.keys.signing.public_key()) for stored in shown] == [()] * len(shown)
    return shown


def test_what_was_drawn_before_a_kill_becomes_the_release_for_the_one_charge(runtime: Runtime) -> None:
    killed_at(runtime, "drawn")
    assert list(runtime.releases.root.glob(".drawn-*"))
    assert make_worker(runtime).run_one()
    assert len(in_view(runtime)) == 1
    assert reservations(runtime) == 1
    assert not list(runtime.releases.root.glob(".drawn-*"))


@pytest.mark.parametrize("point", ["stored", "finalised"])
def test_what_was_stored_before_a_kill_is_shown_and_charged_once(runtime: Runtime, point: str) -> None:
    """Another worker takes the job over and finds the same bytes."""
    killed_at(runtime, point)
    before = {path: path.read_bytes() for path in runtime.releases.root.glob("*/manifest.json")}
    assert make_worker(runtime).run_one()
    assert len(in_view(runtime)) == 1
    assert reservations(runtime) == 1
    assert {path: path.read_bytes() for path in before} == before != {}


@pytest.mark.parametrize("point", ["reserved", "signed"])
def test_what_was_lost_in_a_kill_stays_charged(runtime: Runtime, point: str) -> None:
    """A second draw passes the plan: the job stops unpaid, and only two people with a reason can go on."""
    proposed = killed_at(runtime, point)
    assert make_worker(runtime).run_one()
    assert in_view(runtime) == []
    els, murat = coordinators(runtime)
    workflow.cancel_publication(runtime, els, proposed)
    again = workflow.propose_publication(runtime, els, SEASON, "the first draw was lost in a crash")
    workflow.approve_publication(runtime, murat, again)
    assert make_worker(runtime).run_one()
    assert len(in_view(runtime)) == 1
    assert reservations(runtime) == 2
