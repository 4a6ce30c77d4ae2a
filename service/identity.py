"""Who asks: a request with a cookie or a token in; the person, or a refusal, out. Routes depend on this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.responses import Response

from reports.wording import LANGUAGES
from service import access, auth, people
from service.access import Person
from service.errors import LogInFirstError
from service.quota import REQUEST
from service.runtime import Runtime
from service.settings import Settings

LANGUAGE_COOKIE = "foyer_language"
API = "/api/"


def runtime_of(request: Request) -> Runtime:
    """The runtime that the app was made with."""
    return cast(Runtime, request.app.state.runtime)


House = Annotated[Runtime, Depends(runtime_of)]


def cookie_name(settings: Settings) -> str:
    """__Host- ties the cookie to this host and to https; browsers refuse that name on plain http."""
    return "__Host-foyer" if settings.secure else "foyer"


def set_session_cookie(response: Response, settings: Settings, secret: str) -> None:
    """Hand the session to the browser, out of reach of scripts and of other sites."""
    response.set_cookie(
        cookie_name(settings),
        secret,
        max_age=settings.session_hours * 3600,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
        path="/",
    )


def session_secret(request: Request, settings: Settings) -> str | None:
    """What the browser sent back."""
    return request.cookies.get(cookie_name(settings))


def find_person(request: Request, house: House) -> Person | None:
    """The person behind the request, or None. In the API a bearer token comes before a cookie."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    # A token is for the API: on a page it could make further tokens and invite people, and outlive itself.
    if kind.lower() == "bearer" and not request.scope["path"].startswith(API):
        return None
    with house.reading() as connection:
        if kind.lower() == "bearer":
            return auth.person_by_token(connection, secret.strip())
        cookie = session_secret(request, house.settings)
        found = auth.person_by_session(connection, cookie, house.settings) if cookie else None
    if found is None or cookie is None:
        return None
    person, stale = found
    if stale:
        with house.writing() as connection:
            auth.note_seen(connection, cookie)
    return person


Visitor = Annotated[Person | None, Depends(find_person)]


def anyone_logged_in(visitor: Visitor, house: House) -> Person:
    """The person; raises LogInFirstError where there is none, and 429 after too many requests."""
    if visitor is None:
        raise LogInFirstError
    house.quotas.spend(REQUEST, visitor.actor)
    return visitor


def who(may: Callable[[Person], bool]) -> Callable[..., Person]:
    """A dependency that lets through only who may."""

    def allowed(person: Annotated[Person, Depends(anyone_logged_in)]) -> Person:
        access.check(person, may)
        return person

    return allowed


LoggedIn = Annotated[Person, Depends(anyone_logged_in)]
Uploader = Annotated[Person, Depends(who(access.may_upload))]
Comparer = Annotated[Person, Depends(who(access.may_compare))]
Reader = Annotated[Person, Depends(who(access.may_read_releases))]
Coordinator = Annotated[Person, Depends(who(access.may_coordinate))]
PeopleKeeper = Annotated[Person, Depends(who(access.may_manage_people))]


def own_venue(venue: str, person: LoggedIn, house: House) -> people.Venue:
    """The venue in the address; raises NotThereError when it is another organisation's, or nobody's."""
    with house.reading() as connection:
        for own in people.venues_of(connection, person.organisation):
            if own.slug == venue:
                return own
    raise access.NotThereError


OwnVenue = Annotated[people.Venue, Depends(own_venue)]


def language_of(request: Request, visitor: Visitor) -> str:
    """The language of the page: what was chosen last, else the account's, else what the browser prefers."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    if visitor is not None and visitor.language in LANGUAGES:
        return visitor.language
    return preferred_language(request)


def preferred_language(request: Request) -> str:
    """The first language that the browser asks for and we speak, in the order that it names them."""
    preferred = request.headers.get("accept-language", "").split(",")
    wanted = (part.split(";")[0].strip().split("-")[0].lower() for part in preferred)
    return next((language for language in wanted if language in LANGUAGES), "en")


Language = Annotated[str, Depends(language_of)]
