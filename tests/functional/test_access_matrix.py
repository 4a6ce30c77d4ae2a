"""Role x organisation x route, generated from the router: a route without a row here fails."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from service import access, auth, jobs, people, workflow
from tests.functional.house import Guest, Running, Sale, extract

ROLES = ("box_office", "manager", "coordinator")


@dataclass(frozen=True)
class Row:
    """Who may call a route: everyone, or these roles. `theirs` is the parameter of somebody's thing."""

    roles: frozenset[str] | None
    theirs: str | None = None


OPEN = Row(None)
ALL = Row(frozenset(ROLES))
OFFICE = Row(frozenset({"box_office", "manager"}))
MANAGER = Row(frozenset({"manager"}))
KEEPERS = Row(frozenset({"manager", "coordinator"}))
COORDINATOR = Row(frozenset({"coordinator"}))
V1 = "/api/v1"

MATRIX: dict[str, Row] = {
    "GET /login": OPEN, "POST /login": OPEN, "POST /logout": OPEN, "POST /language": OPEN,
    "GET /forgot": OPEN,
    "POST /forgot": OPEN, "GET /join/{secret}": OPEN, "POST /join/{secret}": OPEN, "GET /methods": OPEN,
    "GET /ledger": OPEN, "GET /.well-known/dp-deployment.yaml": OPEN,
    "GET /api": OPEN, "POST /csp-report": OPEN,
    f"GET {V1}/openapi.json": OPEN, f"GET {V1}/health": OPEN, f"GET {V1}/measures": OPEN,
    f"GET {V1}/regions": OPEN, f"GET {V1}/releases": OPEN, f"GET {V1}/releases/{{release_id}}": OPEN,
    f"GET {V1}/ledger": OPEN, f"GET {V1}/ledger/signed": OPEN, f"GET {V1}/ledger/checkpoint": OPEN,
    "GET /": ALL, "GET /account": ALL, "POST /account/tokens": ALL, "POST /account/sessions/end": ALL,
    "POST /account/tokens/{token_id}/revoke": Row(frozenset(ROLES), "token_id"),
    f"POST {V1}/tokens": ALL, f"DELETE {V1}/tokens/{{token_id}}": Row(frozenset(ROLES), "token_id"),
    f"GET {V1}/oprf/key": ALL, f"POST {V1}/oprf/evaluate": OFFICE,
    f"GET {V1}/jobs/{{job_id}}": Row(frozenset(ROLES), "job_id"),
    f"GET {V1}/jobs/{{job_id}}/events": Row(frozenset(ROLES), "job_id"),
    "GET /upload": OFFICE, "GET /own": OFFICE, "GET /own/{venue}": Row(OFFICE.roles, "venue"),
    "GET /extracts/{extract_id}": Row(OFFICE.roles, "extract_id"),
    "GET /extracts/{extract_id}/findings.csv": Row(OFFICE.roles, "extract_id"),
    "POST /extracts/{extract_id}/confirm": Row(OFFICE.roles, "extract_id"),
    "POST /extracts/{extract_id}/undo": Row(OFFICE.roles, "extract_id"),
    f"GET {V1}/extracts": OFFICE, f"POST {V1}/extracts": OFFICE, f"POST {V1}/erasures": OFFICE,
    f"GET {V1}/extracts/{{extract_id}}": Row(OFFICE.roles, "extract_id"),
    f"DELETE {V1}/extracts/{{extract_id}}": Row(OFFICE.roles, "extract_id"),
    f"POST {V1}/extracts/{{extract_id}}/confirm": Row(OFFICE.roles, "extract_id"),
    "GET /reach": MANAGER, "GET /postcodes": MANAGER, "GET /loyalty": MANAGER,
    "GET /reach/{venue}": Row(MANAGER.roles, "venue"), "GET /postcodes/{venue}": Row(MANAGER.roles, "venue"),
    "GET /loyalty/{venue}": Row(MANAGER.roles, "venue"),
    "GET /charts/{venue}/{season}/{name}.{kind}": Row(MANAGER.roles, "venue"),
    "GET /download/{page_name}/{venue}.csv": Row(MANAGER.roles, "venue"),
    f"GET {V1}/benchmarks/{{venue}}": Row(MANAGER.roles, "venue"),
    f"GET {V1}/releases/{{release_id}}/cells": KEEPERS,
    "GET /people": KEEPERS, "POST /people/invite": KEEPERS,
    "POST /people/{user_id}/disable": Row(KEEPERS.roles, "user_id"),
    "POST /people/{user_id}/admit": Row(COORDINATOR.roles, "user_id"),
    "GET /publish": COORDINATOR, "POST /publish": COORDINATOR, "GET /publish/{publication_id}": COORDINATOR,
    "POST /publish/{publication_id}/approve": COORDINATOR,
    "POST /publish/{publication_id}/cancel": COORDINATOR,
    "POST /publish/{publication_id}/view": COORDINATOR, f"POST {V1}/releases": COORDINATOR,
}  # fmt: skip

# A request that is well-formed, so that what refuses it is who asks.
FORMS: dict[str, dict[str, Any]] = {
    "POST /publish": {"data": {"season": "2019-20"}},
    "POST /publish/{publication_id}/view": {"data": {"view": "held", "reason": "x"}},
    "POST /people/invite": {"data": {"name": "N", "email": "n@nobody.example", "role": "box_office"}},
    "POST /account/tokens": {"data": {"name": "x"}},
    "POST /language": {"data": {"language": "en"}},
    f"POST {V1}/tokens": {"json": {"name": "x"}},
    f"POST {V1}/oprf/evaluate": {"json": {"key_id": "none", "blinded": []}},
    f"POST {V1}/extracts": {"content": b"not an extract"},
    f"POST {V1}/erasures": {"json": {"venue": "aak", "tokens": ["none." + "A" * 43]}},
    f"POST {V1}/releases": {"json": {"season": "2019-20"}},
}


def routes(app: FastAPI) -> set[str]:
    """Every method and path that the app answers, the mounted files apart."""
    return {
        f"{method} {context.path}"
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or set()) - {"HEAD"}
    }


@dataclass(frozen=True)
class Things:
    """Somebody's own: what the parameters of the paths name."""

    venue: str
    extract_id: str
    token_id: int
    user_id: int
    job_id: str


NOTHING = Things("nergens", "000000000000", 999_999, 999_999, "0" * 16)


def things_of(house: Running, venue: str) -> Things:
    """An extract, a token of the manager, a colleague and a job of this house."""
    body = extract(house.runtime, venue, [Sale("1", 0, "a@post.example")])
    sent = house.guest(f"box_office@{venue}.example").post("/api/v1/extracts", content=body)
    person = workflow.person_by_email(house.runtime, f"manager@{venue}.example")
    with house.runtime.writing() as connection:
        token_id, _ = auth.issue_token(connection, person.id, "x")
        job = jobs.enqueue(connection, "publish", {"publication": "none", "actor": "x"}, person.organisation)
        colleague = people.create_user(
            connection,
            email=f"colleague@{venue}.example",
            name="Colleague",
            organisation=person.organisation,
            role=access.Role.BOX_OFFICE,
        )
    return Things(venue, sent.json()["id"], token_id, colleague, job)


@pytest.fixture(scope="module")
def foreign(house: Running) -> Things:
    """Things of the organisation huis-aak."""
    return things_of(house, "aak")


@pytest.fixture(scope="module")
def own(house: Running) -> Things:
    """Things of huis-brug, where the box office and the manager of these tests are."""
    return things_of(house, "brug")


@pytest.fixture(scope="module")
def guests(house: Running) -> dict[str, Guest]:
    """One of each role, at huis-brug or the network, and nobody."""
    found = {role: house.guest(f"{role}@brug.example") for role in ("box_office", "manager")}
    return {**found, "coordinator": house.guest("els@net.example"), "nobody": house.guest()}


def call(guest: Guest, name: str, things: Things) -> httpx.Response:
    """Ask a route for these things, as a program would."""
    method, path = name.split(" ", 1)
    own = {
        "season": "2025-26",
        "name": "reach",
        "kind": "svg",
        "page_name": "reach",
        "publication_id": "none",
        "release_id": "none",
        "secret": "none",
    }
    values = {field: str(value) for field, value in asdict(things).items()} | own
    address = re.sub(r"{(\w+)}", lambda match: values[match[1]], path)
    return guest.send(method, address, headers={"Accept": "application/json"}, **FORMS.get(name, {}))


def test_every_route_has_a_row(house: Running) -> None:
    assert routes(house.app) == set(MATRIX)


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.roles is not None])
def test_nobody_gets_in(guests: dict[str, Guest], foreign: Things, name: str) -> None:
    """Without a log-in: 401, whether or not the thing exists."""
    for things in (foreign, NOTHING):
        assert call(guests["nobody"], name, things).status_code == 401


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.roles is not None])
def test_other_roles_are_refused(guests: dict[str, Guest], own: Things, name: str) -> None:
    """Asked for what their own organisation has, so that nothing but the role stands in the way."""
    row = MATRIX[name]
    for role in set(ROLES) - set(row.roles or ()):
        # A coordinator's organisation runs no venue: whichever it is, it is not there.
        homeless = role == "coordinator" and row.theirs == "venue"
        assert call(guests[role], name, own).status_code == (404 if homeless else 403), role


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.theirs])
def test_another_organisations_things_are_not_there(
    guests: dict[str, Guest], foreign: Things, name: str
) -> None:
    """The right role elsewhere: the same 404, to the byte, as for what does not exist at all."""
    for role in MATRIX[name].roles or ():
        theirs, nothing = call(guests[role], name, foreign), call(guests[role], name, NOTHING)
        assert theirs.status_code == nothing.status_code == 404, role
        assert theirs.content == nothing.content


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if row.roles and not row.theirs])
def test_the_right_roles_get_through(guests: dict[str, Guest], name: str) -> None:
    """Neither refused nor broken; what the request itself is worth is tested elsewhere."""
    if name == "POST /account/sessions/end":
        pytest.skip("it would log out the guests of the other rows; test_sessions has it")
    for role in MATRIX[name].roles or ():
        assert call(guests[role], name, NOTHING).status_code not in {401, 403, 500}, role
