"""The overview: who is logged in, in; what there is to do and to see, out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from reports.benchmark import Benchmark
from reports.sentences import describe
from service import access, compare, intake, people
from service.compare import View
from service.identity import House, LoggedIn
from service.pages import Pages
from service.routes.compare_pages import group_words
from service.runtime import Runtime

router = APIRouter(include_in_schema=False)

HEADLINES = ("reach", "returning_share", "visits_per_booker")


@router.get("/")
def home(page: Pages, person: LoggedIn, house: House) -> Response:
    """Where everybody arrives."""
    if access.may_coordinate(person):
        return RedirectResponse("/publish", 303)
    with house.reading() as connection:
        venues = people.venues_of(connection, person.organisation)
        uploads = intake.history(connection, person.organisation, limit=5)
        organisation = people.organisation_name(connection, person.organisation)
    headline = _headline(house, venues[0]) if venues and access.may_compare(person) else None
    names = {venue.slug: venue.name for venue in venues}
    return page.show(
        "home.html",
        venues=venues,
        venue_names=names,
        headline=headline,
        sentences=[
            " ".join(describe(row, group=group_words(headline[0], page), language=page.language))
            for row in headline[1]
        ]
        if headline
        else [],
        uploads=uploads,
        organisation=organisation,
        waiting=intake.waiting_for_confirmation(uploads),
    )


def _headline(house: Runtime, venue: people.Venue) -> tuple[View, list[Benchmark]] | None:
    """The newest published season at a glance, and how its main figures compare."""
    seen = compare.view(house, venue)
    if seen is None:
        return None
    return seen, [row for figure in HEADLINES for row in seen.of(figure)]
