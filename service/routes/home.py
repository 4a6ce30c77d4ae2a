"""The overview: who is logged in, in; what there is to do and to see, out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from service import access, intake, people
from service.identity import House, LoggedIn
from service.pages import Pages

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(page: Pages, person: LoggedIn, house: House) -> Response:
    """Where everybody arrives."""
    if access.may_coordinate(person):
        return RedirectResponse("/publish", 303)
    with house.reading() as connection:
        venues = people.venues_of(connection, person.organisation)
        uploads = intake.history(connection, person.organisation, limit=5)
        organisation = people.organisation_name(connection, person.organisation)
    return page.show("home.html", venues=venues, uploads=uploads, organisation=organisation,
                     waiting=intake.waiting_for_confirmation(uploads))
