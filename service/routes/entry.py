"""Getting in and out: log-in, log-out, links from letters, language. Forms in, redirects out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from reports.wording import LANGUAGES
from service import audit, auth, people
from service.identity import (
    LANGUAGE_COOKIE,
    House,
    cookie_name,
    session_secret,
    set_session_cookie,
)
from service.pages import Pages
from service.quota import LETTER, LOG_IN

router = APIRouter(include_in_schema=False)
YEAR = 365 * 24 * 3600


@router.get("/login")
def login_page(page: Pages) -> Response:
    """The log-in form."""
    if page.visitor is not None:
        return RedirectResponse("/", 303)
    return page.show("login.html", problem=None, email="")


@router.post("/login")
def login(
    request: Request,
    page: Pages,
    house: House,
    email: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1024)],
) -> Response:
    """Check the password and start a fresh session."""
    # By address and by where it comes from: the owner of an address is slowed, never locked out elsewhere.
    who = email.strip().lower(), request.client.host if request.client else ""
    house.quotas.check(LOG_IN, *who)
    with house.reading() as connection:
        person = auth.check_password(connection, email, password)
    if person is None:
        house.quotas.spend(LOG_IN, *who)
        words = page.say("This address and password do not belong together.")
        return page.show("login.html", 401, problem=words, email=email)
    with house.writing() as connection:
        old = session_secret(request, house.settings)
        if old:
            auth.close_session(connection, old)
        secret = auth.open_session(connection, person, house.settings)
        audit.record(
            connection, at=house.settings.now(), actor=person.actor, action="log in", subject=person.actor
        )
    response = RedirectResponse("/", 303)
    set_session_cookie(response, house.settings, secret)
    return response


@router.post("/logout")
def logout(request: Request, house: House) -> Response:
    """End this session on the server."""
    secret = session_secret(request, house.settings)
    if secret:
        with house.writing() as connection:
            auth.close_session(connection, secret)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(house.settings), path="/", secure=house.settings.secure, httponly=True)
    return response


@router.post("/language")
def choose_language(
    house: House, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    """Remember the language in this browser."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if inside else "/", 303)
    if language in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=YEAR,
            samesite="lax",
            httponly=True,
            secure=house.settings.secure,
        )
    return response


@router.get("/forgot")
def forgot_page(page: Pages) -> Response:
    """Ask for a link."""
    return page.show("forgot.html", sent=False)


@router.post("/forgot")
def forgot(
    request: Request, page: Pages, house: House, email: Annotated[str, Form(max_length=320)]
) -> Response:
    """Send a link where there is an account; say the same where there is none."""
    house.quotas.spend(LETTER, request.client.host if request.client else "")
    with house.writing() as connection:
        people.request_reset(connection, house.settings, email)
    return page.show("forgot.html", sent=True)


@router.get("/join/{secret}")
def join_page(secret: str, page: Pages, house: House) -> Response:
    """Choose a password with the link from a letter."""
    with house.reading() as connection:
        row = people.open_link(connection, secret)
    return page.show("join.html", email=row.email, problem=None)


@router.post("/join/{secret}")
def join(secret: str, page: Pages, house: House, password: Annotated[str, Form(max_length=1024)]) -> Response:
    """Save the password and log in."""
    with house.writing() as connection:
        row = people.open_link(connection, secret)
        try:
            person = people.use_link(connection, house.settings, secret, password)
        except auth.WeakPasswordError:
            words = page.say("Choose a password of at least 12 characters.")
            return page.show("join.html", 422, email=row.email, problem=words)
        fresh = auth.open_session(connection, person, house.settings)
    response = RedirectResponse("/", 303)
    set_session_cookie(response, house.settings, fresh)
    return response
