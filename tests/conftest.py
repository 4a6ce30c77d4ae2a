"""What every kind of test shares: the browser switch, and doors that stay shut."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from service.demo import Demo
    from service.settings import Settings

CHROMIUM = shutil.which("chromium")
HOW = "No Chromium here. On Debian: apt-get install chromium; then run the tests again."

# For `make broken`: that a test fails is the question there, not by how small an example.
settings.register_profile("no-shrinking", phases=(Phase.explicit, Phase.reuse, Phase.generate))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-browser", action="store_true", help="fail, not skip, where Chromium is missing"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CHROMIUM is not None:
        return
    if config.getoption("--require-browser"):
        raise pytest.UsageError(HOW)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=HOW))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    """The demo network at a twentieth of its size, made once by the very steps of `foyer demo`."""
    from service.demo import build, demo_settings

    settings = demo_settings(tmp_path_factory.mktemp("demo"), 8000)
    return BuiltDemo(settings, build(settings, scale=0.05, seed=20261101))


@dataclass(frozen=True, slots=True)
class BuiltDemo:
    """The settings to open it with, and what `foyer demo` would print."""

    settings: Settings
    facts: Demo

    @property
    def truth(self) -> Path:
        return self.settings.data.parent / "raw" / "truth" / "counts.parquet"
