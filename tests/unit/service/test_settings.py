"""Settings are read once, from FOYER_ variables, and every wrong one is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from service.settings import Settings, SettingsError


def test_variables_become_values() -> None:
    read = Settings.from_environment(
        {
            "FOYER_DATA": "/srv/foyer",
            "FOYER_CLOCK": "2026-11-01",
            "FOYER_URL": "https://foyer.example/",
            "FOYER_HOSTS": "a.example, b.example",
            "FOYER_WORKER": "no",
            "FOYER_THREADS": "",
            "PATH": "/bin",
        }
    )
    assert (read.data, read.clock, read.worker) == (Path("/srv/foyer"), date(2026, 11, 1), False)
    assert read.secure
    assert read.answered_hosts == ("foyer.example", "a.example", "b.example")
    assert read.threads == Settings().threads


def test_every_wrong_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as problem:
        Settings.from_environment({"FOYER_CLOCK": "soon", "FOYER_THREADS": "0", "FOYER_WORKER": "perhaps"})
    assert all(name in str(problem.value) for name in ("FOYER_CLOCK", "FOYER_THREADS", "FOYER_WORKER"))


def test_the_clock_sets_the_day_of_every_moment() -> None:
    settings = Settings(clock=date(2026, 11, 1))
    assert settings.today() == settings.now().date() == date(2026, 11, 1)
    assert settings.now().tzinfo is not None
