"""A venue sends better figures after publication: two coordinators correct the season, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from privacy import corrections
from privacy.policy import POLICY
from service.app import make_worker
from tests.functional.house import Guest, Running, extract, running, season_of_sales, settings, wait_for
from tests.functional.test_publishing import SEASON, coordinators, deliver
from tests.functional.windows import open_page

E1, E2 = "2025-26.season.e1", "2025-26.season.e2"
RELEASES = "/api/v1/releases"


def forgotten(app: Running, venue: str, bookers: int) -> None:
    """The venue finds that half of its season was missing."""
    body = extract(app.runtime, venue, season_of_sales(venue, bookers, 2025), first=date(2025, 11, 4))
    answer = app.guest(f"box_office@{venue}.example").post("/api/v1/extracts", content=body)
    assert (answer.status_code, answer.json()["status"]) == (201, "received")


def decided(app: Running, **asked: str) -> str:
    """Proposed by one coordinator and approved by the other; the state in which the job ends."""
    els, murat = app.guest("els@net.example"), app.guest("murat@net.example")
    proposed = els.post(RELEASES, json=asked)
    assert proposed.status_code == 202, proposed.text
    approved = murat.post(RELEASES, json={"approve": proposed.json()["id"]})
    assert approved.status_code == 202, approved.text
    return wait_for(murat, approved.json()["job"])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A season published, a venue that sends more, and the correction published."""
    with running(settings(tmp_path_factory.mktemp("corrected"))) as app:
        deliver(app.runtime, bookers=400)
        assert decided(app, season="2025-26") == "done"
        forgotten(app, "aak", 2000)
        assert decided(app, season="2025-26", corrects="aak") == "done"
        yield app


def integers(guest: Guest, release: str) -> dict[str, int]:
    """Every noisy integer that this person reads in a release."""
    found: dict[str, int] = {}
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        answer = guest.get(f"{RELEASES}/{release}/cells", params={"limit": 2000, **more}).json()
        found |= {c["cell_id"]: c["noisy"] for c in answer["cells"] if c["noisy"] is not None}
        cursor = answer.get("next")
        if not cursor:
            return found


def test_D_06_both_editions_can_be_read_and_the_newest_stands_first(app: Running) -> None:
    told = app.guest().get(RELEASES).json()
    assert [(one["edition"], one["corrects"]) for one in told] == [(2, "aak"), (1, "")]


def test_D_06_another_venue_reads_its_own_integers_unchanged(app: Running) -> None:
    guest = app.guest("manager@dok.example")
    before, after = integers(guest, E1), integers(guest, E2)
    own = [cell for cell in before if "/dok" in cell]
    assert len(own) > 100
    assert {cell: before[cell] for cell in own} == {cell: after[cell] for cell in own}


def test_D_06_the_venue_itself_reads_all_of_its_integers_anew(app: Running) -> None:
    guest = app.guest("manager@aak.example")
    before, after = integers(guest, E1), integers(guest, E2)
    own = [cell for cell in before if "/aak" in cell]
    assert own == [cell for cell in after if "/aak" in cell]
    assert sum(before[cell] != after[cell] for cell in own) > 0.9 * len(own)
    assert after["reach/aak/core"] - before["reach/aak/core"] > 1000


def test_D_06_the_public_ledger_shows_what_the_correction_cost(app: Running) -> None:
    page = app.guest().get("/ledger").text
    expected = corrections.expected_charges(POLICY, SEASON, look_back=True)
    for charge in expected:
        assert f"{charge.loss.nano_rho:,}" in page
    assert "Correction" in page


def test_pages_show_the_newest_edition_and_the_earlier_one_where_it_is_held(app: Running) -> None:
    guest = app.guest("manager@aak.example")

    def reach() -> float:
        rows = guest.get("/api/v1/benchmarks/aak").json()["comparisons"]
        return float(next(row for row in rows if row["figure"] == "reach")["own"]["estimate"])

    assert reach() > 1500
    els = app.guest("els@net.example")
    link = next(
        line.split('"')[1]
        for line in els.get("/publish").text.split("<a href=")
        if "corrected for Theater Aak" in line
    )
    for view, least, most in (("held", 0, 1200), ("shown", 1500, 4000)):
        assert els.post(f"{link}/view", data={"view": view, "reason": "looked at again"}).status_code == 303
        assert least <= reach() < most


def test_what_cannot_be_corrected_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with running(settings(tmp_path / "var", worker=False)) as app:
        deliver(app.runtime, ("aak", "brug"), bookers=5)
        els = app.guest("els@net.example")

        def refused(**asked: str) -> str:
            answer = els.post(RELEASES, json=asked)
            assert answer.status_code == 409
            return str(answer.json()["detail"])

        correction = {"season": "2025-26", "corrects": "aak"}
        assert "nothing to correct" in refused(**correction)
        proposed = els.post(RELEASES, json={"season": "2025-26"}).json()["id"]
        assert "on its way" in refused(**correction)
        murat = app.guest("murat@net.example")
        murat.post(RELEASES, json={"approve": proposed})
        assert make_worker(app.runtime).run_one()
        assert "not in the published season" in refused(season="2025-26", corrects="zolder")
        assert els.post(RELEASES, json=correction).status_code == 202
        assert "on its way" in refused(**correction)
        clerk = app.guest("box_office@aak.example")
        assert clerk.post(RELEASES, json=correction).status_code in (403, 404)


def test_a_second_correction_passes_the_plan_only_with_a_reason(app: Running) -> None:
    els, _ = coordinators(app.runtime)
    asked = {"season": "2025-26", "corrects": "brug"}
    assert decided(app, **asked) == "failed"
    page = app.guest(els.email).get("/publish")
    link = next(
        part.split('"')[1]
        for part in page.text.split("<a href=")
        if part.startswith('"/publish/') and "edition 3" in part
    )
    assert "left in the part for" in app.guest(els.email).get(link).text
    assert app.guest(els.email).post(f"{link}/cancel").status_code == 303
    assert decided(app, **asked, beyond_plan="two files were wrong") == "done"


@pytest.mark.browser
def test_two_coordinators_correct_a_season_in_the_browser(browser: Browser, tmp_path: Path) -> None:
    """The form names season and venue; the dry run says what it costs; the account says what it was."""
    with running(settings(tmp_path / "var")) as app:
        deliver(app.runtime, bookers=20)
        assert decided(app, season="2025-26") == "done"
        page = open_page(browser, app, "els@net.example")
        page.goto(f"{app.address}/publish")
        page.locator("#corrects").select_option("dok")
        page.get_by_role("button", name="Propose the correction").click()
        page.wait_for_url(f"{app.address}/publish/*")
        said = page.inner_text("main")
        assert "Edition 2: the figures of Theater Dok are corrected." in said
        cost = corrections.expected_charges(POLICY, SEASON, look_back=True)[0].loss.nano_rho
        assert f"{cost:,}" in said
        other = open_page(browser, app, "murat@net.example")
        other.goto(page.url)
        other.get_by_role("button", name="Approve and publish").click()
        other.locator(".tag", has_text="In view").wait_for(timeout=120_000)
        assert "This edition corrects 2025-26.season.e1 for dok." in other.inner_text("main")
        assert app.app.state.csp_reports == 0
        page.context.close()
        other.context.close()
