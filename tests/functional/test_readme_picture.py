"""The pictures of the README: a manager of the sample network logs in and looks at Reach and at Postcodes.

The committed pictures come from the full-size sample network, which this test is too quick to build. It
takes its own where one is missing, or where FOYER_PICTURES is set, and otherwise leaves the tree alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from service.app import create_app
from tests.conftest import CHROMIUM
from tests.functional.house import serving

if TYPE_CHECKING:
    from service.settings import Settings
    from tests.conftest import BuiltDemo

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parent / "screenshots"
PAGES = ("reach", "postcodes")
MOST_BYTES = 300_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def look(browser: Browser, settings: Settings, email: str, password: str) -> dict[str, bytes]:
    """Every page's first screen as PNG; fails on a broken picture, a console error or a broken rule."""
    app = create_app(settings)
    complaints: list[str] = []
    with serving(app) as address:
        window = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-GB", color_scheme="light"
        )
        page = window.new_page()
        page.on("console", lambda said: complaints.extend(_errors(said)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _log_in(page, address, email, password)
        taken = {name: _picture(page, f"{address}/{name}") for name in PAGES}
        window.close()
    assert complaints == []
    assert app.state.csp_reports == 0
    return taken


def _errors(said: ConsoleMessage) -> list[str]:
    return [said.text] if said.type == "error" else []


def _log_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("main button.main")
    page.wait_for_url(f"{address}/")


def _picture(page: Page, address: str) -> bytes:
    page.goto(address)
    page.evaluate("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
    page.wait_for_load_state("networkidle")
    images = page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert len(images) > 1, "the mark and at least one chart"
    assert all(images)
    return page.screenshot()


def test_the_readme_shows_what_a_manager_sees(demo: BuiltDemo) -> None:
    """Both pages open without a complaint; a picture that is missing is taken."""
    manager = next(one for one in demo.facts.people if one["role"] == "manager")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        taken = look(browser, demo.settings, manager["email"], demo.facts.password)
        browser.close()
    for name, picture in taken.items():
        path = PICTURES / f"{name}.png"
        if "FOYER_PICTURES" in os.environ or not path.exists():
            PICTURES.mkdir(exist_ok=True)
            path.write_bytes(picture)
        for content in (picture, path.read_bytes()):
            assert content.startswith(SIGNATURE)
            assert len(content) < MOST_BYTES
