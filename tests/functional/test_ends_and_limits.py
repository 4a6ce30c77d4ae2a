"""What ends by itself and what is too much: log-ins, tokens, links, requests; and what a cookie is like."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from limits import RateLimitItemPerMinute
from sqlalchemy import Table, select, update

from service import auth, quota, tables
from tests.functional.house import PASSWORD, Guest, Running, running, settings

MANAGER = "manager@dok.example"
OUT = "/login"
SECOND = timedelta(seconds=1)


def shift(app: Running, table: Table, secret: str, **moments: datetime) -> None:
    """Put another moment beside a session, token or link, as if time had passed."""
    with app.runtime.writing() as connection:
        changed = connection.execute(
            update(table).where(table.c.digest == auth.digest(secret)).values(**moments)
        )
    assert changed.rowcount == 1


def is_in(guest: Guest) -> bool:
    answer = guest.get("/account")
    assert answer.status_code == 200 or answer.headers["location"] == OUT
    return answer.status_code == 200


def test_a_log_in_ends_after_its_hours_whatever_happens(house: Running) -> None:
    guest = house.guest(MANAGER)
    cookie = guest.client.cookies["foyer"]
    with house.runtime.reading() as connection:
        row = connection.execute(
            select(tables.sessions).where(tables.sessions.c.digest == auth.digest(cookie))
        ).one()
    assert row.ends_at - row.created_at == timedelta(hours=house.runtime.settings.session_hours)
    shift(house, tables.sessions, cookie, ends_at=auth.moment() - SECOND, seen_at=auth.moment())
    assert not is_in(guest)


def test_a_log_in_ends_when_it_is_idle_and_use_keeps_it(house: Running) -> None:
    """Within the idle time it goes on, and from that use the time is counted anew."""
    guest = house.guest(MANAGER)
    cookie = guest.client.cookies["foyer"]
    idle = timedelta(minutes=house.runtime.settings.session_idle_minutes)
    shift(house, tables.sessions, cookie, seen_at=auth.moment() - idle + timedelta(minutes=1))
    assert is_in(guest)
    with house.runtime.reading() as connection:
        seen = connection.execute(
            select(tables.sessions.c.seen_at).where(tables.sessions.c.digest == auth.digest(cookie))
        ).scalar_one()
    assert auth.moment() - seen < timedelta(minutes=1)
    shift(house, tables.sessions, cookie, seen_at=auth.moment() - idle - SECOND)
    assert not is_in(guest)


def test_a_token_ends(house: Running) -> None:
    token = house.guest(MANAGER).post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    asked = {"url": f"{house.address}/api/v1/extracts", "headers": {"Authorization": f"Bearer {token}"}}
    assert httpx.get(**asked).status_code == 200
    shift(house, tables.tokens, token, ends_at=auth.moment() - SECOND)
    assert httpx.get(**asked).status_code == 401


def letter(app: Running) -> str:
    """The secret of the newest letter in the outbox."""
    newest = max((app.runtime.settings.data / "outbox").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return newest.read_text("utf-8").strip().rsplit("/join/", 1)[1]


def test_a_link_ends(fresh: Running) -> None:
    guest = fresh.guest()
    guest.post("/forgot", data={"email": MANAGER})
    secret = letter(fresh)
    assert guest.get(f"/join/{secret}").status_code == 200
    shift(fresh, tables.invites, secret, ends_at=auth.moment() - SECOND)
    assert guest.get(f"/join/{secret}").status_code == 404
    assert guest.post(f"/join/{secret}", data={"password": PASSWORD}).status_code == 404


def test_a_new_password_ends_every_session_of_before(fresh: Running) -> None:
    """Whoever resets a password after a theft is alone again, and the old one opens nothing."""
    thief = fresh.guest(MANAGER)
    owner = fresh.guest()
    owner.post("/forgot", data={"email": MANAGER})
    assert owner.post(f"/join/{letter(fresh)}", data={"password": "een nieuwe lange zin"}).status_code == 303
    assert is_in(owner)
    assert not is_in(thief)
    assert fresh.guest().log_in(MANAGER).status_code == 401


def test_whether_there_is_an_account_is_not_told(fresh: Running) -> None:
    """The same page for both, and a letter for one of them alone."""
    guest = fresh.guest()
    known, unknown = (guest.post("/forgot", data={"email": e}) for e in (MANAGER, "nobody@dok.example"))
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert [MANAGER in path.read_text() for path in (fresh.runtime.settings.data / "outbox").iterdir()] == [
        True
    ]


def test_an_unknown_address_is_checked_as_long_as_a_known_one(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password is verified for each, so that time does not tell who has an account."""
    verified: list[str] = []
    hasher = auth._hasher

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return bool(hasher.verify(stored, password))

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    monkeypatch.setattr(auth, "_hasher", Watched())
    for email in ("manager@gracht.example", "nobody@gracht.example"):
        assert house.guest().log_in(email, "fout fout fout").status_code == 401
    assert len(verified) == 2


def test_who_is_slowed_down_can_still_log_in_from_elsewhere(fresh: Running) -> None:
    """Wrong passwords from one place lock nobody out of their own account in another."""
    guesser = fresh.guest()
    for _ in range(11):
        guesser.log_in(MANAGER, "fout fout fout")
    assert guesser.log_in(MANAGER).status_code == 429
    elsewhere = httpx.Client(base_url=fresh.address, transport=httpx.HTTPTransport(local_address="127.0.0.2"))
    with elsewhere:
        answer = elsewhere.post(
            "/login", data={"email": MANAGER, "password": PASSWORD}, headers={"Origin": fresh.address}
        )
    assert answer.status_code == 303


TWO = RateLimitItemPerMinute(2)


@pytest.mark.parametrize(
    ("limit", "method", "path", "more"),
    [
        ("service.identity.REQUEST", "GET", "/api/v1/oprf/key", {}),
        ("service.quota.UPLOAD", "POST", "/api/v1/extracts", {"content": b"no"}),
        ("service.routes.entry.LETTER", "POST", "/forgot", {"data": {"email": "x@x.example"}}),
        ("service.routes.public_pages.REPORTS", "POST", "/csp-report", {"content": b"{}"}),
    ],
)
def test_more_than_a_minute_allows_waits(
    fresh: Running, monkeypatch: pytest.MonkeyPatch, limit: str, method: str, path: str, more: dict[str, Any]
) -> None:
    monkeypatch.setattr(limit, TWO)
    guest = fresh.guest("box_office@dok.example")
    answers = [guest.send(method, path, **more) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_one_persons_requests_slow_down_nobody_else(fresh: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.identity.REQUEST", TWO)
    one, other = fresh.guest("box_office@dok.example"), fresh.guest(MANAGER)
    assert [one.get("/api/v1/oprf/key").status_code for _ in range(3)] == [200, 200, 429]
    assert other.get("/api/v1/oprf/key").status_code == 200


def test_the_limits_are_those_of_people_not_of_programs() -> None:
    assert quota.LOG_IN.amount <= 10
    assert quota.LETTER.amount <= 5


@pytest.fixture(params=["http://127.0.0.1:8000", "https://foyer.example"])
def reached(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Running, bool]]:
    """An app that people reach over http, or over https."""
    with running(settings(tmp_path / "var", url=request.param)) as app:
        yield app, request.param.startswith("https")


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(reached: tuple[Running, bool]) -> None:
    """Over https the cookie is tied to the host and to https, and the browser is told to stay there."""
    app, secure = reached
    answer = app.guest().log_in(MANAGER)
    name, *attributes = (part.strip() for part in answer.headers["set-cookie"].split(";"))
    assert name.startswith("__Host-foyer=" if secure else "foyer=")
    words = {attribute.lower() for attribute in attributes}
    assert words >= {"httponly", "samesite=lax", "path=/"}
    assert ("secure" in words) is secure
    assert not any(word.startswith("domain") for word in words)
    assert ("strict-transport-security" in answer.headers) is secure


def test_a_report_of_a_broken_rule_is_one_short_line_of_the_log(
    house: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Anyone may send one: it forges no line, and fills no disk."""
    with caplog.at_level(logging.WARNING, "foyer.csp"):
        answer = httpx.post(f"{house.address}/csp-report", content=b"one\nFORGED\r\x1b[31m" + b"x" * 100_000)
    assert answer.status_code == 204
    [said] = [r.getMessage() for r in caplog.records if r.name == "foyer.csp"]
    assert not set("\n\r\x1b") & set(said)
    assert len(said) < 6000
