"""The pages of the intake: upload, what became of it, and the venue's own counts."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from ingest.findings.receive import from_stored
from ingest.seasons import Season
from privacy.policy import POLICY
from reports.csv_out import csv_text
from service import access, intake, people
from service.access import NotThereError, Person
from service.identity import House, OwnVenue, Uploader
from service.pages import Pages
from service.routes.intake_api import standing_otherwise
from service.runtime import Runtime

router = APIRouter(include_in_schema=False)

SPLITS = (
    ("attendance_bands", "By how often they came"),
    ("genres", "By genre"),
    ("product_classes", "By kind of ticket"),
    ("channels", "By hall and online"),
    ("areas", "By postcode area"),
)


@router.get("/upload")
def upload_page(page: Pages, person: Uploader, house: House) -> Response:
    """Send an extract, and the history of what was sent."""
    with house.reading() as connection:
        uploads = intake.history(connection, person.organisation)
        names = venue_names(connection, person)
    return page.show("upload.html", uploads=uploads, venue_names=names)


@router.get("/extracts/{extract_id}")
def extract_page(extract_id: str, page: Pages, person: Uploader, house: House) -> Response:
    """One upload: what it changes, and what was found in it."""
    with house.reading() as connection:
        one = intake.upload(connection, person, extract_id)
        names = venue_names(connection, person)
    return page.show(
        "extract.html", one=one, venue_names=names, findings=from_stored(one.findings).to_list(page.language)
    )


@router.get("/extracts/{extract_id}/findings.csv")
def findings_csv(extract_id: str, page: Pages, person: Uploader, house: House) -> Response:
    """Every finding and every rejected row, to hand to whoever mends the export."""
    with house.reading() as connection:
        one = intake.upload(connection, person, extract_id)
    rows: list[dict[str, Any]] = []
    for finding in from_stored(one.findings).findings:
        every = [
            r
            for found in one.rejected
            if found["code"] == finding.kind.code and found["column"] == finding.column
            for r in found["rows"]
        ]
        rows += [{**finding.to_dict(page.language), "row": row} for row in every or finding.rows or (None,)]
    columns = [
        ("row", page.say("Row")),
        ("column", page.say("Column")),
        ("saw", page.say("What we saw")),
        ("why", page.say("Why it matters")),
        ("fix", page.say("How to put it right")),
        ("code", "code"),
    ]
    return csv_response(csv_text(rows, columns), f"foyer-findings-{one.id}.csv")


def csv_response(text: str, name: str) -> Response:
    """A download under a name that we made ourselves."""
    return Response(
        text,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/extracts/{extract_id}/confirm")
def confirm(extract_id: str, person: Uploader, house: House) -> Response:
    """Let it count although something shrinks."""
    with standing_otherwise():
        intake.confirm_extract(house, person, extract_id)
    return RedirectResponse(f"/extracts/{extract_id}", 303)


@router.post("/extracts/{extract_id}/undo")
def undo(extract_id: str, person: Uploader, house: House) -> Response:
    """Take it back."""
    with standing_otherwise():
        intake.undo_extract(house, person, extract_id)
    return RedirectResponse(f"/extracts/{extract_id}", 303)


def venue_names(connection: Connection, person: Person) -> dict[str, str]:
    """The names of the own venues, by slug."""
    return {venue.slug: venue.name for venue in people.venues_of(connection, person.organisation)}


@router.get("/own")
def own_start(person: Uploader, house: House) -> Response:
    """To the first of the own venues."""
    return RedirectResponse(f"/own/{first_venue(house, person)}", 303)


def first_venue(house: Runtime, person: Person) -> str:
    """The venue that a page opens with; raises NotThereError where the organisation has none."""
    with house.reading() as connection:
        venues = people.venues_of(connection, person.organisation)
    if not venues:
        raise NotThereError
    return venues[0].slug


@router.get("/own/{venue}")
def own(page: Pages, venue: OwnVenue, person: Uploader, house: House, season: str | None = None) -> Response:
    """The venue's own exact counts, straight after upload."""
    access.check(person, access.may_upload)
    with house.reading() as connection:
        seasons = intake.seasons_with_data(connection, venue.slug)
        venues = people.venues_of(connection, person.organisation)
    chosen = choose_season(season, seasons)
    counts = None if chosen is None else intake.own_counts(house, person, venue, chosen)
    return page.show(
        "own.html",
        venue=venue,
        venues=venues,
        seasons=seasons,
        season=chosen,
        splits=SPLITS,
        counts=counts,
        places={area.code: area.place for area in house.geography.areas},
        most_visits=POLICY.bounds.tickets_per_venue,
    )


def choose_season(asked: str | None, seasons: tuple[Season, ...]) -> Season | None:
    """The season in the address, else the newest; NotThereError for one without data."""
    if asked is None:
        return seasons[0] if seasons else None
    try:
        wanted = Season.parse(asked)
    except ValueError:
        raise NotThereError from None
    if wanted not in seasons:
        raise NotThereError
    return wanted
