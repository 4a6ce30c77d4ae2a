"""The audit trail: every deed that changes something leaves who did what to which, and no figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from service import tables
from service.app import make_worker
from tests.functional.house import Guest, Running, Sale, extract, running, settings
from tests.functional.test_second_person import ELS, MURAT, admit, invited, number_of


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Running]:
    with running(settings(tmp_path / "var", worker=False)) as found:
        yield found


def trail(app: Running) -> list[tuple[str, str, str]]:
    """(who, what, of what) in order, log-ins apart."""
    with app.runtime.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.number)).all()
    return [(row.actor, row.action, row.subject) for row in rows if row.action != "log in"]


def details(app: Running) -> str:
    with app.runtime.reading() as connection:
        return "\n".join(connection.execute(select(tables.audit.c.detail)).scalars())


def actor(app: Running, guest: Guest) -> str:
    """Who this is, as the latest log-in says."""
    guest.get("/account")
    with app.runtime.reading() as connection:
        rows = connection.execute(
            select(tables.audit.c.actor)
            .where(tables.audit.c.action == "log in")
            .order_by(tables.audit.c.number.desc())
        )
        return str(rows.scalars().first())


def sales(number: int) -> list[Sale]:
    return [Sale(str(n), n % 2, f"b{n}@post.example") for n in range(number)]


def test_a_log_in_stands_in_the_trail(app: Running) -> None:
    app.guest("manager@dok.example")
    with app.runtime.reading() as connection:
        entry = connection.execute(select(tables.audit)).one()
    assert (entry.action, entry.actor) == ("log in", entry.subject)


def test_what_a_box_office_does_stands_in_the_trail(app: Running) -> None:
    """Sent, sent again smaller and confirmed, taken back; twice the same bytes are one deed."""
    office = app.guest("box_office@dok.example")
    who = actor(app, office)
    sent = [
        office.post("/api/v1/extracts", content=extract(app.runtime, "dok", sales(n))).json()["id"]
        for n in (1231, 1013, 1013)
    ]
    assert office.post(f"/extracts/{sent[1]}/confirm").status_code == 303
    assert office.send("DELETE", f"/api/v1/extracts/{sent[1]}").status_code == 200
    assert trail(app) == [
        (who, "upload", f"extract:{sent[0]}"),
        (who, "upload", f"extract:{sent[1]}"),
        (who, "confirm", f"extract:{sent[1]}"),
        (who, "undo", f"extract:{sent[1]}"),
    ]
    assert not re.search(r"1231|1013|1,231|1,013", details(app))


def test_what_keepers_of_people_do_stands_in_the_trail(app: Running) -> None:
    els, murat = (number_of(app, name) for name in ("els", "murat"))
    keeper = app.guest(ELS)
    invited(app, keeper, "tweede")
    second = number_of(app, "tweede")
    assert admit(app, app.guest(MURAT), "tweede").status_code == 303
    assert keeper.post(f"/people/{second}/disable").status_code == 303
    assert trail(app) == [
        (f"user:{els}", "invite", f"user:{second}"),
        (f"user:{second}", "accept invite", f"user:{second}"),
        (f"user:{murat}", "admit", f"user:{second}"),
        (f"user:{els}", "disable", f"user:{second}"),
    ]


def test_what_coordinators_do_stands_in_the_trail(app: Running) -> None:
    """Proposed and cancelled, proposed and approved, published, held with its reason."""
    office = app.guest("box_office@dok.example")
    body = extract(app.runtime, "dok", sales(1231))
    assert office.post("/api/v1/extracts", content=body).status_code == 201
    els, murat = (f"user:{number_of(app, name)}" for name in ("els", "murat"))
    guests = {ELS: app.guest(ELS), MURAT: app.guest(MURAT)}

    def propose() -> str:
        answer = guests[ELS].post("/api/v1/releases", json={"season": "2025-26"})
        return str(answer.json()["id"])

    first = propose()
    assert guests[MURAT].post(f"/publish/{first}/cancel").status_code == 303
    second = propose()
    assert guests[MURAT].post(f"/publish/{second}/approve").status_code == 303
    assert make_worker(app.runtime).run_one()
    held = guests[ELS].post(f"/publish/{second}/view", data={"view": "held", "reason": "dok asked"})
    assert held.status_code == 303
    assert trail(app)[1:] == [
        (els, "propose", f"publication:{first}"),
        (murat, "cancel", f"publication:{first}"),
        (els, "propose", f"publication:{second}"),
        (murat, "approve", f"publication:{second}"),
        (murat, "publish", "release:2025-26.season.e1"),
        (els, "view held", f"publication:{second}"),
    ]
    assert "dok asked" in details(app)
    assert not re.search(r"1231|1,231", details(app))
    with app.runtime.reading() as connection:
        approved = connection.execute(select(tables.audit).where(tables.audit.c.action == "approve")).one()
        bound = connection.execute(
            select(tables.publications.c.digest).where(tables.publications.c.id == second)
        ).scalar_one()
    assert json.loads(approved.detail)["digest"] == bound
