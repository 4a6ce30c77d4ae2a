"""Two people publish: whom a coordinator invited is no second person until somebody else says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from service import db, people, tables
from service.access import Role
from service.cli import main
from tests.functional.house import PASSWORD, Guest, Running, running, settings
from tests.functional.test_publishing import deliver

ELS, MURAT = "els@net.example", "murat@net.example"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Running]:
    """A network in which one venue delivered; jobs wait, since nothing here needs one done."""
    with running(settings(tmp_path / "var", worker=False)) as found:
        deliver(found.runtime, ("aak",), bookers=5)
        yield found


def invited(app: Running, by: Guest, name: str) -> Guest:
    """Somebody whom this coordinator invites, and who has chosen a password and is logged in."""
    outbox = app.runtime.settings.data / "outbox"
    before = set(outbox.iterdir()) if outbox.exists() else set()
    email = f"{name}@net.example"
    sent = by.post("/people/invite", data={"name": name, "email": email, "role": "coordinator"})
    assert sent.status_code == 303, sent.text
    (letter,) = set(outbox.iterdir()) - before
    guest = app.guest()
    link = letter.read_text("utf-8").rsplit("/join/", 1)[1].strip()
    assert guest.post(f"/join/{link}", data={"password": PASSWORD}).status_code == 303
    return guest


def number_of(app: Running, name: str) -> int:
    with app.runtime.reading() as connection:
        query = select(tables.users.c.id).where(tables.users.c.email == f"{name}@net.example")
        return int(connection.execute(query).scalar_one())


def admit(app: Running, by: Guest, name: str) -> httpx.Response:
    return by.post(f"/people/{number_of(app, name)}/admit")


def propose(guest: Guest) -> httpx.Response:
    return guest.post("/api/v1/releases", json={"season": "2025-26"})


def approve(guest: Guest, proposed: httpx.Response) -> httpx.Response:
    return guest.post("/api/v1/releases", json={"approve": proposed.json()["id"]})


def publication_of(guest: Guest, proposed: httpx.Response, deed: str, **form: str) -> httpx.Response:
    return guest.post(f"/publish/{proposed.json()['id']}/{deed}", data=form)


def test_one_coordinator_cannot_approve_through_an_account_of_her_own_making(app: Running) -> None:
    """The invited one looks, and can neither approve nor cancel nor invite, nor be admitted by her."""
    els = app.guest(ELS)
    second = invited(app, els, "tweede")
    proposed = propose(els)
    assert proposed.status_code == 202
    for refused in (
        approve(second, proposed),
        publication_of(second, proposed, "approve"),
        publication_of(second, proposed, "cancel"),
        publication_of(second, proposed, "view", view="held", reason="x"),
        second.post("/people/invite", data={"name": "D", "email": "d@net.example", "role": "coordinator"}),
        second.post(f"/people/{number_of(app, 'murat')}/disable"),
        admit(app, second, "tweede"),
        admit(app, els, "tweede"),
    ):
        assert refused.status_code == 403, refused.url
    assert approve(second, proposed).status_code == 403
    page = second.get(f"/publish/{proposed.json()['id']}")
    assert page.status_code == 200
    assert "/approve" not in page.text
    assert "admits you before" in page.text


def test_an_invited_coordinator_does_not_propose_what_the_one_who_invited_approves(app: Running) -> None:
    """The same the other way round."""
    second = invited(app, app.guest(ELS), "tweede")
    assert propose(second).status_code == 403
    assert second.post("/publish", data={"season": "2025-26"}).status_code == 403
    page = second.get("/publish").text
    assert '<select id="season"' not in page
    assert "once you are admitted" in page


def test_whom_another_coordinator_admits_takes_part(app: Running) -> None:
    els, murat = app.guest(ELS), app.guest(MURAT)
    second = invited(app, els, "tweede")
    shown = {
        name: f"/people/{number_of(app, 'tweede')}/admit" in guest.get("/people").text
        for name, guest in (("els", els), ("murat", murat), ("tweede", second))
    }
    assert shown == {"els": False, "murat": True, "tweede": False}
    assert admit(app, murat, "tweede").status_code == 303
    assert admit(app, murat, "tweede").status_code == 404
    proposed = propose(els)
    assert approve(second, proposed).status_code == 202
    with app.runtime.reading() as connection:
        admitted = connection.execute(select(tables.audit).where(tables.audit.c.action == "admit")).one()
    assert admitted.actor == f"user:{number_of(app, 'murat')}"
    assert admitted.subject == f"user:{number_of(app, 'tweede')}"


def test_a_chain_of_invitations_makes_nobody_a_second_person(app: Running) -> None:
    """Who is not admitted invites nobody, and whom an admitted one invited needs somebody else again."""
    els, murat = app.guest(ELS), app.guest(MURAT)
    second = invited(app, els, "tweede")
    assert admit(app, murat, "tweede").status_code == 303
    third = invited(app, second, "derde")
    assert admit(app, second, "derde").status_code == 403
    assert admit(app, third, "derde").status_code == 403
    assert approve(third, propose(els)).status_code == 403


def test_the_operator_admits_by_command(
    app: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for the second coordinator of a network whose operator made one."""
    monkeypatch.setenv("FOYER_DATA", str(app.runtime.settings.data))
    els = app.guest(ELS)
    second = invited(app, els, "tweede")
    for words in (["nobody@net.example"], [MURAT], ["manager@aak.example"]):
        assert main(["admin", "admit", *words]) == 1
        assert "waits to be admitted" in capsys.readouterr().err
    assert main(["admin", "admit", " Tweede@net.example"]) == 0
    assert approve(second, propose(els)).status_code == 202


@pytest.mark.parametrize("name", ["els", "murat"])
def test_only_who_waits_is_admitted(app: Running, name: str) -> None:
    """Coordinators whom the operator made, managers, and people of other organisations are not there."""
    with app.runtime.reading() as connection:
        others = connection.execute(
            select(tables.users.c.id).where(tables.users.c.email != f"{name}@net.example")
        ).scalars()
        numbers = list(others)
    answers = {app.guest(f"{name}@net.example").post(f"/people/{n}/admit").status_code for n in numbers}
    assert answers == {404}


def test_who_waits_in_another_organisation_is_not_there(app: Running) -> None:
    with app.runtime.writing() as connection:
        number = people.create_user(
            connection,
            email="vreemd@aak.example",
            name="Vreemd",
            organisation="huis-aak",
            role=Role.COORDINATOR,
            invited_by=1,
        )
    assert app.guest(MURAT).post(f"/people/{number}/admit").status_code == 404


def test_people_of_a_venue_need_nobody_to_admit_them(app: Running) -> None:
    manager = app.guest("manager@aak.example")
    outbox = app.runtime.settings.data / "outbox"
    manager.post("/people/invite", data={"name": "N", "email": "n@aak.example", "role": "manager"})
    (letter,) = outbox.iterdir()
    invited_one = app.guest()
    link = letter.read_text("utf-8").rsplit("/join/", 1)[1].strip()
    assert invited_one.post(f"/join/{link}", data={"password": PASSWORD}).status_code == 303
    again = invited_one.post(
        "/people/invite", data={"name": "M", "email": "m@aak.example", "role": "box_office"}
    )
    assert again.status_code == 303


def test_the_pages_say_the_rule_in_both_languages(app: Running) -> None:
    for language, words in (("en", "nobody is two people"), ("nl", "niemand is twee personen")):
        guest = app.guest(ELS)
        guest.post("/language", data={"language": language})
        for path in ("/publish", "/people"):
            assert re.search(words, guest.get(path).text), (language, path)


def test_coordinators_who_were_invited_before_the_rule_wait_as_well(tmp_path: Path) -> None:
    """The migration reads from the trail who invited whom."""
    from alembic import command
    from alembic.config import Config

    engine = db.open_engine(tmp_path / "foyer.db")
    config = Config()
    config.set_main_option("script_location", str(Path(db.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO organisations VALUES ('net', 'Net', 'net', 1, NULL)")
        for number, name in ((7, "made"), (8, "invited")):
            connection.exec_driver_sql(
                "INSERT INTO users (id, email, name, organisation, role, language, created_at) "
                f"VALUES ({number}, '{name}', '{name}', 'net', 'coordinator', '', '2026-01-01')"
            )
        connection.exec_driver_sql(
            "INSERT INTO audit VALUES (1, '2026-01-01', 'user:7', 'invite', 'user:8', '{}', 'x', 'y')"
        )
    db.migrate(engine)
    with engine.begin() as connection:
        rows = connection.exec_driver_sql("SELECT id, invited_by, admitted_by FROM users ORDER BY id").all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [(7, None, None), (8, 7, None)]
