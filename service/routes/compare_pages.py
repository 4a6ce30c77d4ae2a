"""The comparing pages: a venue, a season and a group in; pages, CSV and pictures out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from privacy.policy import POLICY
from reports.benchmark import Benchmark
from reports.csv_out import csv_text
from reports.sentences import compare_parts, describe
from service import accounts, compare, people
from service.access import NotThereError
from service.compare import CHARTS, Chart, View
from service.identity import Comparer, House, OwnVenue
from service.labels import wording
from service.pages import Page, Pages
from service.places import places_of
from service.routes.intake_pages import csv_response, first_venue
from service.runtime import Runtime

router = APIRouter(include_in_schema=False)

PAGES: dict[str, tuple[str, ...]] = {
    "reach": ("reach", "visits", "genre", "channel", "product"),
    "postcodes": ("region",),
    "loyalty": ("returning", "frequency", "bands"),
}


def _start(name: str) -> Any:
    def start(person: Comparer, house: House) -> Response:
        """To the first of the own venues."""
        return RedirectResponse(f"/{name}/{first_venue(house, person)}", 303)

    return start


def _page(name: str) -> Any:
    def page_of_venue(
        page: Pages,
        venue: OwnVenue,
        person: Comparer,
        house: House,
        season: str | None = None,
        group: str | None = None,
        country: bool = False,
    ) -> Response:
        """The venue against its peers."""
        seen = compare.view(house, venue, season, group)
        with house.reading() as connection:
            venues = people.venues_of(connection, person.organisation)
            cost = accounts.cost_of(connection, seen.season) if seen is not None else None
        if seen is None:
            return page.show("nothing.html", venue=venue, venues=venues, name=name)
        charts = {key: compare.rows_of(seen, CHARTS[key]) for key in PAGES[name]}
        peers = group_words(seen, page)
        return page.show(
            f"{name}.html",
            seen=seen,
            venue=venue,
            venues=venues,
            name=name,
            charts=charts,
            cost=cost,
            CHARTS=CHARTS,
            most_visits=POLICY.bounds.tickets_per_venue,
            attribution=house.geography.attribution,
            sentences=lambda row: " ".join(describe(row, group=peers, language=page.language)),
            parts=lambda rows: compare_parts(
                rows,
                group=peers,
                language=page.language,
                label=lambda label: wording(label, page.say),
            ),
            **(_places(seen, house, country) if name == "postcodes" else {}),
        )

    return page_of_venue


def _places(seen: View, house: Runtime, country: bool) -> dict[str, Any]:
    """What stands beside the map, and which map it is."""
    found = places_of(seen, house.geography, house.settings.country)
    return {
        "areas": found.areas,
        "districts": found.districts,
        "elsewhere": found.elsewhere,
        "country": country,
    }


for _name in PAGES:
    router.add_api_route(f"/{_name}", _start(_name), methods=["GET"])
    router.add_api_route(f"/{_name}/{{venue}}", _page(_name), methods=["GET"])


@router.get("/charts/{venue}/{season}/{name}.{kind}")
def chart(
    request: Request,
    page: Pages,
    venue: OwnVenue,
    person: Comparer,
    house: House,
    season: str,
    name: str,
    kind: str,
    group: str | None = None,
    theme: str = "light",
    size: str = "wide",
) -> Response:
    """A picture of what the page shows: SVG for the page, PNG on paper for slides."""
    seen = compare.view(house, venue, season, group)
    if seen is None:
        raise NotThereError
    content = compare.picture(house, seen, name, kind, page.language, theme, size)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    if kind == "png":
        headers["Content-Disposition"] = f'attachment; filename="foyer-{name}-{venue.slug}-{season}.png"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/svg+xml" if kind == "svg" else "image/png", headers=headers)


@router.get("/download/{page_name}/{venue}.csv")
def download(
    page: Pages,
    venue: OwnVenue,
    person: Comparer,
    house: House,
    page_name: str,
    season: str | None = None,
    group: str | None = None,
) -> Response:
    """What the page shows, as CSV."""
    seen = compare.view(house, venue, season, group)
    if seen is None or page_name not in PAGES:
        raise NotThereError
    say = page.say
    rows = [
        row
        for key in PAGES[page_name]
        for row in _csv_rows(page, CHARTS[key], compare.rows_of(seen, CHARTS[key]))
    ]
    if page_name == "postcodes":
        rows += [
            {
                "figure": say("Bookers by postcode area"),
                "label": wording(code, say),
                "own": round(v.estimate),
                "low": round(v.low),
                "high": round(v.high),
            }
            for code, v in seen.areas().items()
        ]
    columns = [
        ("figure", say("Figure")),
        ("label", say("Part")),
        ("own", say("You")),
        ("low", say("From (95%)")),
        ("high", say("To (95%)")),
        ("peers", say("Peers, mean")),
        ("q1", say("Lower quartile")),
        ("median", say("Median")),
        ("q3", say("Upper quartile")),
        ("n", say("Number of peers")),
    ]
    notes = [
        f"{venue.name}, {seen.season.label}",
        say("Protected figures: each has noise added, once."),
        f"{house.settings.url}/methods",
        seen.release.id,
    ]
    return csv_response(
        csv_text(rows, columns, notes=notes), f"foyer-{page_name}-{venue.slug}-{seen.season.slug}.csv"
    )


def group_words(seen: View, page: Page) -> str:
    """How sentences call the peers."""
    return f"“{seen.group.name_in(page.language)}”" if seen.group else page.say("your peers")


def _csv_rows(page: Page, chart: Chart, rows: Sequence[Benchmark]) -> list[dict[str, object]]:
    return [
        {
            "figure": page.say(chart.title),
            "label": wording(row.label, page.say) if row.label else "",
            "own": row.own and row.own.estimate,
            "low": row.own and row.own.low,
            "high": row.own and row.own.high,
            "peers": row.peer_mean and row.peer_mean.estimate,
            "q1": row.quartiles and row.quartiles.q1,
            "median": row.median,
            "q3": row.quartiles and row.quartiles.q3,
            "n": row.peers,
        }
        for row in rows
    ]
