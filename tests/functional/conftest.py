"""Running apps and a browser for the tests over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import CHROMIUM
from tests.functional.attacked import Attacked, attacked
from tests.functional.house import Running, running, settings


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One app for a whole module, for tests that leave nothing behind that others would mind."""
    with running(settings(tmp_path_factory.mktemp("house"))) as app:
        yield app


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Running]:
    """An app of the test's own."""
    with running(settings(tmp_path / "var")) as app:
        yield app


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """A published network full of canaries, made once; the last test of test_canaries.py changes its data."""
    with attacked(tmp_path_factory.mktemp("attacked")) as network:
        yield network
