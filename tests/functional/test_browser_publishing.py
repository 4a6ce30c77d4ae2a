"""In Chromium: two coordinators publish a season, and put aside what was given up."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ingest.seasons import Season
from service import workflow
from service.jobs import MOST_ATTEMPTS, Worker
from tests.functional.house import running, settings
from tests.functional.test_publishing import deliver
from tests.functional.windows import open_page

pytestmark = pytest.mark.browser


def test_two_coordinators_publish_and_the_page_follows_until_it_is_there(
    browser: Browser, tmp_path: Path
) -> None:
    """One proposes and cannot approve; the other does, and the page says by itself when it is published."""
    with running(settings(tmp_path / "var")) as app:
        deliver(app.runtime, bookers=20)
        page = open_page(browser, app, "els@net.example")
        page.goto(f"{app.address}/publish")
        page.get_by_role("button", name="Propose", exact=True).click()
        page.wait_for_url(f"{app.address}/publish/*")
        approve = "Approve and publish"
        assert page.get_by_role("button", name=approve).count() == 0
        assert "A second coordinator approves" in page.inner_text("main")
        other = open_page(browser, app, "murat@net.example")
        other.goto(page.url)
        other.get_by_role("button", name=approve).click()
        other.locator(".tag", has_text="In view").wait_for(timeout=120_000)
        assert "The account of this release" in other.inner_text("main")
        assert app.app.state.csp_reports == 0
        page.context.close()
        other.context.close()


def test_a_publication_whose_job_was_given_up_is_put_aside_and_proposed_again(
    browser: Browser, tmp_path: Path
) -> None:
    """While the job may still be done there is no button; once it is given up, the button makes room."""
    with running(settings(tmp_path / "var", worker=False)) as app:
        deliver(app.runtime, ("aak",), bookers=5)
        els, murat = (workflow.person_by_email(app.runtime, f"{n}@net.example") for n in ("els", "murat"))
        proposed = workflow.propose_publication(app.runtime, els, Season(2025))
        workflow.approve_publication(app.runtime, murat, proposed)
        page = open_page(browser, app, "els@net.example")
        page.goto(f"{app.address}/publish/{proposed}")
        aside = page.get_by_role("button", name="Put it aside, so that it can be proposed again")
        assert page.locator("[data-job]").count() == 1
        assert aside.count() == 0
        # Workers that die with it in hand, until the last of them gives it up.
        dying = Worker(app.runtime.engine, {}, 0.001)
        for _ in range(MOST_ATTEMPTS + 1):
            dying._claim()
            page.wait_for_timeout(20)
        # The page follows its job and opens anew when that has ended.
        aside.click()
        page.wait_for_url(f"{app.address}/publish")
        assert "Cancelled" in page.inner_text("main")
        page.select_option("#season", "2025-26")
        page.get_by_role("button", name="Propose", exact=True).click()
        page.wait_for_url(f"{app.address}/publish/*")
        assert not page.url.endswith(proposed)
        assert "Dry run" in page.inner_text("main")
        page.context.close()
