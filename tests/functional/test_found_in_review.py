"""What a review found, each as a test: tokens on pages, bodies without end, jobs taken over, file modes."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from aggregation.measures import MEASURES, Scope
from ingest.seasons import Season
from privacy.policy import POLICY
from service import auth, people, publication, tables, workflow
from service.body import MOST_BYTES
from service.jobs import JobFailedError
from service.keys import KeyFileError
from service.publication import StandsOtherwiseError
from service.routes import publish_pages
from service.runtime import Runtime, open_runtime
from tests.functional.house import SLUGS, Running, extract, populate, season_of_sales, settings

MANAGER = "manager@dok.example"
SEASON = Season(2025)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """An opened service with a season of one venue, without HTTP and without a worker."""
    opened = open_runtime(settings(tmp_path / "var", lease_seconds=1))
    populate(opened)
    path = tmp_path / "extract.csv"
    clerk = workflow.person_by_email(opened, "box_office@dok.example")
    path.write_bytes(extract(opened, "dok", season_of_sales("dok", 30, 2025)))
    assert workflow.receive_extract(opened, clerk, path).status == "received"
    yield opened
    opened.close()


def approved(runtime: Runtime) -> str:
    """A publication whose job waits."""
    els, murat = (workflow.person_by_email(runtime, f"{name}@net.example") for name in ("els", "murat"))
    publication_id = workflow.propose_publication(runtime, els, SEASON)
    workflow.approve_publication(runtime, murat, publication_id)
    return publication_id


def run_job(runtime: Runtime, publication_id: str) -> None:
    workflow.run_publication(runtime, {"publication": publication_id, "actor": "user:1"}, lambda *_: None)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/tokens", {"name": "for ever"}),
        ("/people/invite", {"name": "M", "email": "m@elsewhere.example", "role": "manager"}),
    ],
)
def test_a_stolen_token_cannot_make_itself_last_through_the_pages(
    house: Running, path: str, form: dict[str, str]
) -> None:
    """The API refuses a token that asks for a token; the forms beside it must not take it either."""
    token = house.guest(MANAGER).post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{house.address}{path}", data=form, headers=bearer)
    assert answer.status_code == 401
    assert httpx.get(f"{house.address}/api/v1/extracts", headers=bearer).status_code == 200


def test_a_new_password_ends_the_tokens_too(runtime: Runtime) -> None:
    """Whoever resets a password after a theft expects to be alone again."""
    manager = workflow.person_by_email(runtime, MANAGER)
    with runtime.writing() as connection:
        _, token = auth.issue_token(connection, manager.id, "x")
        assert auth.person_by_token(connection, token) is not None
        letter = people.request_reset(connection, runtime.settings, MANAGER)
        assert letter is not None
        secret = letter.read_text().strip().rpartition("/")[2]
        people.use_link(connection, runtime.settings, secret, "een andere lange zin")
        assert auth.person_by_token(connection, token) is None


def test_a_body_without_end_is_cut_off_before_anyone_asks_who_sends_it(house: Running) -> None:
    """Bodies of forms and JSON are read into memory before the log-in is looked at."""
    origin = {"Origin": house.address, "Content-Type": "application/json"}
    stated = httpx.post(
        f"{house.address}/api/v1/oprf/evaluate", content=b"[" * (MOST_BYTES + 1), headers=origin
    )
    assert stated.status_code == 413
    pieces = (b"[" * 65_536 for _ in range(64))
    unstated = httpx.post(f"{house.address}/api/v1/oprf/evaluate", content=pieces, headers=origin)
    assert unstated.status_code == 413


def test_a_job_taken_over_after_it_published_ends_well(runtime: Runtime) -> None:
    """Killed between publishing and saying so, it used to end as "nothing was shown to anyone"."""
    publication_id = approved(runtime)
    run_job(runtime, publication_id)
    run_job(runtime, publication_id)
    with runtime.reading() as connection:
        assert publication.get(connection, publication_id).state == "published"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_taken_over_after_its_publication_ended_draws_nothing(runtime: Runtime, state: str) -> None:
    """A worker killed after it noted the failure left its job to others, who charged the season for it."""
    publication_id = approved(runtime)
    with runtime.writing() as connection:
        connection.execute(update(tables.publications).values(state=state))
    with pytest.raises(JobFailedError):
        run_job(runtime, publication_id)
    assert runtime.releases.ids() == ()
    with runtime.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger_entries").scalar_one() == 0


def test_a_publication_whose_job_was_given_up_can_be_cancelled(runtime: Runtime) -> None:
    """Otherwise its season could never be published: neither cancelled nor proposed again."""
    publication_id = approved(runtime)
    els = workflow.person_by_email(runtime, "els@net.example")
    with pytest.raises(StandsOtherwiseError):
        workflow.cancel_publication(runtime, els, publication_id)
    with runtime.writing() as connection:
        connection.execute(update(tables.jobs).values(state="failed"))
    workflow.cancel_publication(runtime, els, publication_id)
    workflow.propose_publication(runtime, els, SEASON)


def test_what_is_kept_is_for_the_service_alone(tmp_path: Path) -> None:
    """Also where the operator made the folder himself, open to everyone."""
    folder = tmp_path / "open"
    folder.mkdir(mode=0o755)
    opened = open_runtime(settings(folder))
    try:
        opened.count_engine()
        for name in ("foyer.db", "foyer.db-wal", "keys", "releases", "spill", "incoming"):
            mode = stat.S_IMODE((folder / name).stat().st_mode)
            assert mode & 0o077 == 0, (name, oct(mode))
        assert sqlite3.connect(folder / "foyer.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)
    finally:
        opened.close()


@pytest.mark.parametrize("slug", ["coordinator", "public", "Huis", "a/b", "a|b", "", "../x"])
def test_a_venue_is_not_called_like_an_audience_or_a_path(runtime: Runtime, slug: str) -> None:
    """A venue called `coordinator` had its own cells stored as the coordinators' file."""
    home = people.Venue(slug, "huis-dok", "X", "theatre", "1", "NL", "U", "NL-1011")
    with runtime.writing() as connection, pytest.raises(ValueError, match="cannot be called"):
        people.create_venue(connection, home)


def test_the_dry_run_shows_coordinators_no_figure_of_a_venue(tmp_path: Path) -> None:
    """The middle one of an odd number of venues is one venue: sizes come from the coordinators' own file."""
    opened = open_runtime(settings(tmp_path / "var"))
    populate(opened)
    try:
        path = tmp_path / "extract.csv"
        for venue in SLUGS:
            sales = season_of_sales(venue, 120, 2024)
            path.write_bytes(extract(opened, venue, sales, first=date(2024, 9, 5)))
            workflow.receive_extract(
                opened, workflow.person_by_email(opened, f"box_office@{venue}.example"), path
            )
        els, murat = (workflow.person_by_email(opened, f"{name}@net.example") for name in ("els", "murat"))
        workflow.publish_season(opened, Season(2024), proposer=els, approver=murat)
        with opened.reading() as connection:
            shown = publish_pages._dry_run(opened, connection, SEASON)["errors"]
        of_venues = [error for error in shown if MEASURES[error.measure].scope is Scope.VENUE]
        assert len(of_venues) > 10
        assert not any(error.from_release for error in of_venues)
        assert {e.typical for e in of_venues} <= {float(plan.typical) for plan in POLICY.tables}
    finally:
        opened.close()


@pytest.mark.parametrize("name", ["pepper", "oprf-k1"])
def test_a_lost_key_is_not_quietly_made_anew(runtime: Runtime, name: str) -> None:
    """Under another key each booker of the stored rows would be a second one, above every bound."""
    (runtime.keys.folder / name).unlink()
    with pytest.raises(KeyFileError, match=f"lacks {name}.*Restore"):
        open_runtime(runtime.settings)
    assert not (runtime.keys.folder / name).exists()


def test_a_damaged_salt_is_refused(runtime: Runtime) -> None:
    """An empty file would be a salt that everybody knows."""
    path = runtime.keys.folder / "salt-2025-26"
    runtime.keys.salt(SEASON)
    path.chmod(0o600)
    path.write_bytes(b"")
    with pytest.raises(KeyFileError, match="whole key"):
        runtime.keys.salt(SEASON)
