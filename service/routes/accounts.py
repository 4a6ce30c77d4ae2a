"""Accounts: the own account with its tokens, and the people of the own organisation. Forms in, pages out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from service import auth, people, tables
from service.access import Person, Role
from service.identity import Coordinator, House, LoggedIn, PeopleKeeper
from service.pages import Page, Pages
from service.runtime import Runtime

router = APIRouter(include_in_schema=False)

ROLE_NAMES = {
    Role.BOX_OFFICE.value: "Box office",
    Role.MANAGER.value: "Manager",
    Role.COORDINATOR.value: "Coordinator",
}
LINE = Form(min_length=1, max_length=120)


@router.get("/account")
def account(page: Pages, person: LoggedIn, house: House) -> Response:
    """The own account."""
    return _account(page, person, house, None)


@router.post("/account/tokens")
def make_token(page: Pages, person: LoggedIn, house: House, name: Annotated[str, LINE]) -> Response:
    """Make a token and show it this once."""
    with house.writing() as connection:
        _, secret = auth.issue_token(connection, person.id, name)
    return _account(page, person, house, secret)


@router.post("/account/tokens/{token_id}/revoke")
def revoke_token(token_id: int, person: LoggedIn, house: House) -> Response:
    """Take back one of the own tokens."""
    with house.writing() as connection:
        auth.revoke_token(connection, person, token_id)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end")
def end_sessions(person: LoggedIn, house: House) -> Response:
    """Log out everywhere."""
    with house.writing() as connection:
        auth.close_all_sessions(connection, person.id)
    return RedirectResponse("/login", 303)


def _account(page: Page, person: Person, house: Runtime, fresh: str | None) -> Response:
    table = tables.tokens
    with house.reading() as connection:
        rows = connection.execute(
            select(table)
            .where(table.c.user_id == person.id, table.c.revoked_at.is_(None))
            .order_by(table.c.id)
        ).all()
        organisation = people.organisation_name(connection, person.organisation)
    return page.show(
        "account.html", tokens=rows, fresh=fresh, organisation=organisation, role_names=ROLE_NAMES
    )


@router.get("/people")
def everybody(page: Pages, person: PeopleKeeper, house: House, sent: bool = False) -> Response:
    """The people of the own organisation."""
    return _people(page, person, house, sent=sent, problem=None, status=200)


@router.post("/people/invite")
def invite(
    page: Pages,
    person: PeopleKeeper,
    house: House,
    name: Annotated[str, LINE],
    email: Annotated[str, Form(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$")],
    role: Annotated[Role, Form()],
) -> Response:
    """Invite a colleague."""
    try:
        with house.writing() as connection:
            people.invite(
                connection, house.settings, person, email=email, name=name, role=role, language=page.language
            )
    except people.TakenError:
        words = page.say("Somebody with this address has an account already.")
        return _people(page, person, house, sent=False, problem=words, status=409)
    return RedirectResponse("/people?sent=true", 303)


@router.post("/people/{user_id}/admit")
def admit(user_id: int, person: Coordinator, house: House) -> Response:
    """Let a coordinator take part whom a colleague invited."""
    with house.writing() as connection:
        people.admit(connection, house.settings, person, user_id)
    return RedirectResponse("/people", 303)


@router.post("/people/{user_id}/disable")
def disable(user_id: int, person: PeopleKeeper, house: House) -> Response:
    """Remove a colleague."""
    with house.writing() as connection:
        people.disable(connection, house.settings, person, user_id)
    return RedirectResponse("/people", 303)


def _people(
    page: Page, person: Person, house: Runtime, *, sent: bool, problem: str | None, status: int
) -> Response:
    roles = [Role.COORDINATOR] if person.role is Role.COORDINATOR else [Role.BOX_OFFICE, Role.MANAGER]
    with house.reading() as connection:
        rows = people.people_of(connection, person.organisation)
        organisation = people.organisation_name(connection, person.organisation)
    return page.show(
        "people.html",
        status,
        people=rows,
        organisation=organisation,
        sent=sent,
        problem=problem,
        role_names=ROLE_NAMES,
        roles=[role.value for role in roles],
    )
