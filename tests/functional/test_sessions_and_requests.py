"""Who is who over HTTP: sessions, tokens, forged requests, one shape of errors, headers everywhere."""

from __future__ import annotations

import re

import httpx
import pytest

from service import auth, workflow
from service.errors import MEDIA_TYPE
from tests.functional.house import PASSWORD, Running

MANAGER = "manager@dok.example"


def test_a_session_ends_on_the_server(house: Running) -> None:
    """After log-out the old cookie is worth nothing, even when it is sent again."""
    guest = house.guest(MANAGER)
    cookie = dict(guest.client.cookies)
    assert guest.get("/account").status_code == 200
    guest.post("/logout")
    guest.client.cookies.update(cookie)
    assert guest.get("/account").headers["location"] == "/login"


def test_logging_in_again_gives_a_new_session(house: Running) -> None:
    """The cookie of before the log-in does not survive it (no fixation)."""
    guest = house.guest(MANAGER)
    first = guest.client.cookies["foyer"]
    guest.log_in(MANAGER)
    assert guest.client.cookies["foyer"] != first
    assert httpx.get(f"{house.address}/account", cookies={"foyer": first}).status_code == 401


def test_log_out_everywhere_ends_every_session(house: Running) -> None:
    one, other = house.guest("manager@eik.example"), house.guest("manager@eik.example")
    one.post("/account/sessions/end")
    assert other.get("/account").status_code == 303


def test_a_removed_colleague_is_out_at_once(fresh: Running) -> None:
    """Session and token stop with the removal."""
    clerk = fresh.guest("box_office@dok.example")
    token = clerk.post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    person = workflow.person_by_email(fresh.runtime, "box_office@dok.example")
    bearer = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{fresh.address}/api/v1/extracts", headers=bearer).status_code == 200
    fresh.guest(MANAGER).post(f"/people/{person.id}/disable")
    assert clerk.get("/upload").headers["location"] == "/login"
    assert httpx.get(f"{fresh.address}/api/v1/extracts", headers=bearer).status_code == 401
    assert fresh.guest().log_in("box_office@dok.example").status_code == 401


def test_nobody_removes_themselves(house: Running) -> None:
    """Or an organisation could be left with nobody who can invite."""
    keeper = house.guest("manager@gracht.example")
    person = workflow.person_by_email(house.runtime, "manager@gracht.example")
    assert keeper.post(f"/people/{person.id}/disable").status_code == 404
    assert keeper.get("/people").status_code == 200


def test_a_revoked_token_stops(house: Running) -> None:
    guest = house.guest(MANAGER)
    made = guest.post("/api/v1/tokens", json={"name": "x"}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert httpx.get(f"{house.address}/api/v1/extracts", headers=bearer).status_code == 200
    assert guest.send("DELETE", f"/api/v1/tokens/{made['id']}").status_code == 204
    assert httpx.get(f"{house.address}/api/v1/extracts", headers=bearer).status_code == 401


def test_a_token_makes_no_tokens(house: Running) -> None:
    token = house.guest(MANAGER).post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    answer = httpx.post(
        f"{house.address}/api/v1/tokens", json={"name": "y"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 403


def test_secrets_are_stored_as_hashes_only(fresh: Running) -> None:
    """Neither a cookie nor a token nor a password stands in the database file."""
    guest = fresh.guest(MANAGER)
    token = guest.post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    stored = b"".join(path.read_bytes() for path in fresh.runtime.settings.data.glob("foyer.db*"))
    for secret in (token, guest.client.cookies["foyer"], PASSWORD):
        assert secret.encode() not in stored
    assert auth.digest(token).encode() in stored


def test_wrong_passwords_slow_down_and_say_the_same(fresh: Running) -> None:
    """An unknown address answers like a known one; after ten tries it says when to come back."""
    guest = fresh.guest()
    known = guest.log_in(MANAGER, "fout fout fout")
    unknown = guest.log_in("niemand@dok.example", "fout fout fout")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace(MANAGER, "") == unknown.text.replace("niemand@dok.example", "")
    for _ in range(9):
        guest.log_in(MANAGER, "fout fout fout")
    slowed = guest.log_in(MANAGER, PASSWORD)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elders.example"},
        {"Origin": "null"},
        {"Origin": "https://elders.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elders.example", "Authorization": "Basic eDp4"},
        {"Origin": "http://elders-{host}"},
        {"Origin": "http://{host}.elders.example"},
        {"Origin": "{host}"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/account/sessions/end"),
        ("POST", "/api/v1/tokens"),
        ("DELETE", "/api/v1/extracts/0123"),
        ("POST", "/login"),
    ],
)
def test_requests_from_elsewhere_are_refused(
    house: Running, headers: dict[str, str], method: str, path: str
) -> None:
    """With the cookie of somebody who is logged in, from another site or from nowhere: 403, nothing done."""
    guest = house.guest("manager@fort.example")
    host = house.address.removeprefix("http://")
    sent = {name: value.replace("{host}", host) for name, value in headers.items()}
    answer = guest.client.request(method, path, headers=sent, content=b'{"name":"x"}')
    assert answer.status_code == 403
    assert answer.json()["code"] == "cross_site"
    assert guest.get("/account").status_code == 200


@pytest.mark.parametrize("path", ["/account/sessions/end", "/api/v1/tokens"])
def test_a_made_up_bearer_token_does_not_let_a_cookie_through(house: Running, path: str) -> None:
    """The guard lets a bearer token pass, so nobody may be found by the cookie beside it."""
    guest = house.guest("manager@fort.example")
    elsewhere = {"Origin": "https://elders.example", "Authorization": "Bearer foyer_none"}
    assert guest.client.post(path, headers=elsewhere, json={"name": "x"}).status_code == 401
    assert guest.get("/account").status_code == 200


ERRORS = [
    ("GET", "/api/v1/nothing", {}, 404),
    ("GET", "/api/v1/extracts", {}, 401),
    ("PUT", "/api/v1/ledger", {}, 405),
    ("GET", "/api/v1/ledger?after=x", {}, 422),
    ("GET", "/api/v1/releases/none", {}, 404),
    ("POST", "/api/v1/oprf/evaluate", {"json": {"key_id": "x", "blinded": []}}, 422),
    ("POST", "/api/v1/oprf/evaluate", {"json": {"key_id": "k1", "blinded": [], "more": 1}}, 422),
    ("POST", "/api/v1/tokens", {"json": {"name": "x", "user_id": 1}}, 422),
    ("POST", "/api/v1/oprf/evaluate", {"json": {"key_id": "k1", "blinded": ["00" * 32]}}, 422),
    ("POST", "/api/v1/oprf/evaluate", {"json": {"key_id": "k1", "blinded": ["ff" * 32]}}, 422),
    ("POST", "/api/v1/oprf/evaluate", {"content": b"{"}, 422),
    ("POST", "/api/v1/releases", {"json": {}}, 403),
    ("GET", "/api/v1/releases/none/cells", {}, 403),
]


@pytest.mark.parametrize(("method", "path", "more", "status"), ERRORS)
def test_every_error_has_one_shape(
    house: Running, method: str, path: str, more: dict[str, object], status: int
) -> None:
    guest = house.guest("box_office@dok.example") if status != 401 else house.guest()
    answer = guest.send(method, path, headers={"Accept": "application/json"}, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    body = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(body)
    assert body["status"] == status


def test_a_forced_failure_says_nothing_of_what_failed(
    fresh: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The body holds a number only, the log neither message nor value."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("/var/secret anna@post.example")

    monkeypatch.setattr("service.routes.service_api.ledger.head", broken)
    answer = fresh.guest().get("/api/v1/health", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert re.search(r"number: [0-9a-f]{8}", answer.json()["detail"])
    assert "anna@" not in answer.text + "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("foyer")
    )


@pytest.mark.parametrize(
    "path", ["/login", "/methods", "/api/v1/health", "/api/v1/nothing", "/static/foyer.css"]
)
def test_every_answer_carries_the_security_headers(house: Running, path: str) -> None:
    answer = house.guest().get(path)
    assert dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    ) == {
        "default-src": "'none'",
        **dict.fromkeys(("script-src", "style-src", "img-src", "font-src", "connect-src"), "'self'"),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "report-uri": "/csp-report",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in answer.headers["permissions-policy"]
    assert ("no-store" in answer.headers["cache-control"]) != path.startswith("/static")


def test_other_host_names_are_not_answered(house: Running) -> None:
    assert httpx.get(f"{house.address}/login", headers={"Host": "elders.example"}).status_code == 400


def test_an_invitation_works_once(fresh: Running) -> None:
    """From invite through the letter in the outbox to a log-in; the link is used up then."""
    manager = fresh.guest(MANAGER)
    sent = manager.post(
        "/people/invite", data={"name": "Noor", "email": "noor@dok.example", "role": "box_office"}
    )
    assert sent.status_code == 303
    letter = next((fresh.runtime.settings.data / "outbox").iterdir()).read_text("utf-8")
    link = letter.rsplit("/join/", 1)[1].strip()
    guest = fresh.guest()
    assert guest.post(f"/join/{link}", data={"password": "kort"}).status_code == 422
    assert guest.post(f"/join/{link}", data={"password": "een heel lang woord"}).status_code == 303
    assert guest.get("/upload").status_code == 200
    assert fresh.guest().get(f"/join/{link}").status_code == 404


def test_a_manager_cannot_make_a_coordinator(fresh: Running) -> None:
    sent = fresh.guest(MANAGER).post(
        "/people/invite", data={"name": "N", "email": "n@dok.example", "role": "coordinator"}
    )
    assert sent.status_code == 404


def test_the_language_form_never_leads_elsewhere(house: Running) -> None:
    for back in ("https://elders.example", "//elders.example", "/\\elders.example"):
        answer = house.guest().post("/language", data={"language": "nl", "back": back})
        assert answer.headers["location"] == "/"
