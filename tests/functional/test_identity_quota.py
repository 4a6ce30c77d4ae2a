"""P-3: how many identities a venue may have evaluated: in a day, in a month, and who hears of more."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from ingest.identity.oprf import blind
from service import quota, tables
from service.cli import main
from service.errors import ProblemError
from service.quota import Allowance
from service.settings import Settings
from tests.functional.house import Guest, Running, declaration, running, settings

OFFICE = "box_office@eik.example"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Running]:
    """A house where who declared nothing has ten bookers: fifteen identities in a month, forty in a day."""
    with running(settings(tmp_path / "var", declared_bookers=10, oprf_per_day=40)) as found:
        yield found


def ask(guest: Guest, count: int) -> httpx.Response:
    blinded = [element.hex() for element, _ in blind([b"somebody %d" % n for n in range(count)])]
    return guest.post("/api/v1/oprf/evaluate", json={"key_id": "k1", "blinded": blinded})


def alerts(app: Running) -> list[tuple[str, str]]:
    with app.runtime.reading() as connection:
        rows = connection.execute(select(tables.audit).where(tables.audit.c.action == quota.REFUSED))
        return [(row.actor, row.subject) for row in rows]


def test_p3_a_month_allows_one_and_a_half_times_the_declared_bookers(
    app: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Exactly to the number; what is above it is refused, costs nothing, and is told to trail and log."""
    office = app.guest(OFFICE)
    assert ask(office, 10).status_code == 200
    assert alerts(app) == []
    with caplog.at_level(logging.WARNING, "foyer"):
        refused = ask(office, 6)
    assert refused.status_code == 429
    assert refused.json()["code"] == "evaluations_spent"
    assert "declare more bookers" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert "huis-eik" in caplog.text
    assert ask(office, 5).status_code == 200
    assert ask(office, 1).status_code == 429
    assert [subject for _, subject in alerts(app)] == ["organisation:huis-eik"]
    assert ask(app.guest("box_office@fort.example"), 15).status_code == 200


def test_p3_who_declares_more_has_more(
    app: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The operator declares it by command, and the trail holds that."""
    office = app.guest(OFFICE)
    assert ask(office, 16).status_code == 429
    monkeypatch.setenv("FOYER_DATA", str(app.runtime.settings.data))
    assert main(["admin", "bookers", "huis-eik", "12"]) == 0
    assert ask(office, 18).status_code == 200
    assert ask(office, 1).status_code == 429
    assert main(["admin", "bookers", "huis-elders", "12"]) == 1
    assert "no organisation called huis-elders" in capsys.readouterr().err
    with app.runtime.reading() as connection:
        entry = connection.execute(
            select(tables.audit).where(tables.audit.c.action == "declare bookers")
        ).one()
    assert (entry.actor, entry.subject) == ("operator", "organisation:huis-eik")


def spend(app: Running, day: date, count: int, allowed: Allowance) -> None:
    with app.runtime.writing() as connection:
        quota.spend_evaluations(connection, "huis-eik", day, count, allowed)


def test_the_day_has_only_so_many_identities(app: Running) -> None:
    """A dictionary attack ends at the day's number, and a refused batch costs nothing."""
    day, allowed = date(2026, 11, 1), Allowance(per_day=100, per_month=1000)
    spend(app, day, 90, allowed)
    with pytest.raises(ProblemError) as refused:
        spend(app, day, 11, allowed)
    assert (refused.value.status, refused.value.title) == (429, "Today's identities are used up.")
    spend(app, day, 10, allowed)


def test_days_add_up_to_their_month_and_the_next_one_begins_anew(app: Running) -> None:
    allowed = Allowance(per_day=100, per_month=150)
    spend(app, date(2026, 11, 1), 100, allowed)
    with pytest.raises(ProblemError):
        spend(app, date(2026, 11, 30), 51, allowed)
    spend(app, date(2026, 11, 30), 50, allowed)
    spend(app, date(2026, 12, 1), 100, allowed)
    spend(app, date(2027, 11, 1), 100, allowed)


def test_p3_a_million_guesses_are_more_than_a_day_allows() -> None:
    """As it comes, without any setting."""
    usual = Settings()
    assert usual.oprf_per_day < 1_000_000
    assert usual.declared_bookers * 1.5 < 1_000_000


def test_a_network_declares_its_bookers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = declaration()
    declared["organisations"][3]["bookers"] = 50_000
    monkeypatch.setenv("FOYER_DATA", str(tmp_path / "var"))
    (tmp_path / "network.json").write_text(json.dumps(declared), "utf-8")
    assert main(["admin", "network", str(tmp_path / "network.json")]) == 0
    from service.runtime import open_runtime

    opened = open_runtime(Settings(data=tmp_path / "var"))
    with opened.reading() as connection:
        found = [
            quota.allowance(connection, slug, opened.settings).per_month for slug in ("huis-eik", "huis-dok")
        ]
    opened.close()
    assert found == [75_000, 150_000]


@pytest.mark.parametrize("bookers", [0, -1, 1.5, "many", True])
def test_a_number_of_bookers_that_is_none_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bookers: object
) -> None:
    declared = declaration()
    declared["organisations"][0]["bookers"] = bookers
    monkeypatch.setenv("FOYER_DATA", str(tmp_path / "var"))
    (tmp_path / "network.json").write_text(json.dumps(declared), "utf-8")
    assert main(["admin", "network", str(tmp_path / "network.json")]) == 1
    assert "whole number above zero" in capsys.readouterr().err
