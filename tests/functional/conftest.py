"""Running apps for the tests over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
