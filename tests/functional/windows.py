"""Windows of a real browser for the tests: whatever the console complains of fails the test."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.functional.house import Running


def open_page(
    browser: Browser,
    app: Running,
    email: str | None,
    *,
    width: int = 1280,
    language: str = "en-GB",
    scheme: str = "light",
    scripts: bool = True,
) -> Page:
    """A window of somebody who is logged in; whatever the console complains of fails the test."""
    window = browser.new_context(
        viewport={"width": width, "height": 900},
        locale=language,
        color_scheme=scheme,
        java_script_enabled=scripts,
    )  # type: ignore[arg-type]
    page = window.new_page()
    # A refused file is an answer of 422, which the console notes as well.
    page.on(
        "console",
        lambda said: (
            pytest.fail(said.text) if said.type == "error" and "status of 422" not in said.text else None
        ),
    )
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    if email is not None:
        window.add_cookies([{"name": "foyer", "value": app.cookie(email), "url": app.address}])
    return page
