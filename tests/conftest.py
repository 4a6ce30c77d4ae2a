"""What every kind of test shares: the browser switch, and doors that stay shut."""

from __future__ import annotations

import shutil

import pytest

CHROMIUM = shutil.which("chromium")
HOW = "No Chromium here. On Debian: apt-get install chromium; then run the tests again."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-browser", action="store_true", help="fail, not skip, where Chromium is missing")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    if config.getoption("--require-browser"):
        raise pytest.UsageError(HOW)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=HOW))
