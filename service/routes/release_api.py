"""The API of what is published: releases, cells, benchmarks, vocabulary, for the caller's audience."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from aggregation.measures import MEASURES
from ingest.seasons import Season
from privacy.disclosure import FIGURES
from privacy.release import StoredRelease
from reports.uncertainty import Value
from service import access, compare, publication
from service.access import NotThereError, Person
from service.errors import ProblemError
from service.identity import Comparer, Coordinator, House, OwnVenue, Reader
from service.publication import StandsOtherwiseError
from service.routes.problems import problems
from service.runtime import Runtime
from service.wire import (
    BenchmarksOut,
    Cell,
    CellsOut,
    ComparisonOut,
    MeasureOut,
    PublicationOut,
    RegionOut,
    ReleaseIn,
    ReleaseOut,
    ValueOut,
)

router = APIRouter(prefix="/api/v1", tags=["releases"])
MOST_CELLS = 5000


@router.get("/measures")
def measures() -> list[MeasureOut]:
    """The vocabulary: what is counted, by what, with names and definitions in four languages."""
    return [
        MeasureOut(
            id=m.id,
            scope=m.scope.value,
            unit=m.unit.value,
            dimensions=[d.value for d in m.dimensions],
            looks_back=m.looks_back,
            names=m.names,
            definitions=m.definitions,
            source=m.source,
        )
        for m in MEASURES.values()
    ]


@router.get("/regions")
def regions(house: House) -> list[RegionOut]:
    """The regions that postcode areas roll up to."""
    count: dict[str, int] = {}
    for area in house.geography.areas:
        count[area.region] = count.get(area.region, 0) + 1
    return [RegionOut(name=name, areas=areas) for name, areas in sorted(count.items())]


@router.post("/releases", status_code=202, response_model=PublicationOut, responses=problems(401, 404, 409))
def release(asked: ReleaseIn, person: Coordinator, house: House) -> PublicationOut:
    """Propose a season or its correction, or approve what another proposed; an approval starts a job."""
    if (asked.season is None) == (asked.approve is None):
        raise ProblemError(422, "invalid", "Say either which season to propose or what to approve.")
    try:
        if asked.season is not None:
            publication_id = publication.propose(
                house, person, Season.parse(asked.season), asked.corrects, asked.beyond_plan
            )
        else:
            publication_id = str(asked.approve)
            publication.approve_publication(house, person, publication_id)
    except StandsOtherwiseError as refusal:
        raise ProblemError(
            409, "stands_otherwise", "It cannot be done as things stand.", str(refusal)
        ) from None
    except ValueError:
        raise ProblemError(422, "season", "A season reads like 2025-26.") from None
    with house.reading() as connection:
        standing = publication.get(connection, publication_id)
    return PublicationOut(
        id=standing.id,
        season=Season(standing.season).label,
        edition=standing.edition,
        corrects=standing.corrects,
        state=standing.state,
        job=standing.job,
    )


@router.get("/releases")
def releases(house: House) -> list[ReleaseOut]:
    """The releases that may be seen: newest season first, of each the newest edition first."""
    with house.reading() as connection:
        stored = publication.releases_in_view(house, connection)
    return [_told(r) for r in stored]


def _told(stored: StoredRelease) -> ReleaseOut:
    manifest = stored.manifest
    return ReleaseOut(
        id=stored.id,
        season=manifest["season"],
        edition=manifest["edition"],
        corrects=manifest.get("corrects", {}).get("venue", ""),
    )


@router.get("/releases/{release_id}", response_model=dict[str, Any], responses=problems(404))
def manifest(release_id: str, house: House) -> Response:
    """The signed account of a release: bounds, scales, loss, files and their hashes. The very bytes."""
    return Response(_in_view(house, release_id).manifest_bytes, media_type="application/json")


def _in_view(house: Runtime, release_id: str) -> StoredRelease:
    with house.reading() as connection:
        for stored in publication.releases_in_view(house, connection):
            if stored.id == release_id:
                return stored
    raise NotThereError


@router.get(
    "/releases/{release_id}/cells",
    response_model=CellsOut,
    responses={304: {"description": "Unchanged since the ETag that was sent."}, **problems(400, 401, 404)},
)
def cells(
    request: Request,
    release_id: str,
    person: Reader,
    house: House,
    venue: str | None = None,
    measure: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CELLS)] = 1000,
) -> Response:
    """Every published cell that the caller may see, in a fixed order. `venue` picks one of several."""
    stored = _in_view(house, release_id)
    audience = _audience(house, person, venue)
    digest = stored.manifest["files"].get(f"audiences/{audience}.parquet", "")
    start = _start(cursor)
    tag = f'"{hashlib.sha256(f"{digest}/{measure}/{start}/{limit}".encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    total, rows = compare.cells_page(stored, audience, measure, start, limit)
    after = start + len(rows)
    body = CellsOut(
        release=stored.id,
        total=total,
        cells=[Cell.model_validate(row) for row in rows],
        next=f"c{after}" if after < total else None,
    )
    return JSONResponse(body.model_dump(mode="json"), headers=headers)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.startswith("c") and cursor[1:].isdigit() and len(cursor) < 12):
        raise ProblemError(
            400, "cursor", "This is not a cursor of ours.", "Take `next` from the page before."
        )
    return int(cursor[1:])


def _audience(house: Runtime, person: Person, venue: str | None) -> str:
    with house.reading() as connection:
        return publication.audience_of(connection, person, venue)


@router.get("/benchmarks/{venue}", responses=problems(401, 404))
def benchmarks(
    venue: OwnVenue, person: Comparer, house: House, season: str | None = None, group: str | None = None
) -> BenchmarksOut:
    """The venue's figures beside the other members of a peer group."""
    access.check(person, access.may_compare)
    seen = compare.view(house, venue, season, group)
    if seen is None:
        raise NotThereError
    found = [
        ComparisonOut(
            figure=row.figure,
            label=row.label,
            own=_value(row.own),
            peer_mean=_value(row.peer_mean),
            q1=row.quartiles.q1 if row.quartiles else None,
            median=row.median,
            q3=row.quartiles.q3 if row.quartiles else None,
            peers=row.peers,
            distinguishable=row.distinguishable,
            withheld=row.withheld,
        )
        for figure in FIGURES
        if figure != "area_share"
        for row in seen.of(figure)
    ]
    return BenchmarksOut(release=seen.release.id, venue=venue.slug, group=seen.group_id, comparisons=found)


def _value(value: Value | None) -> ValueOut | None:
    return None if value is None else ValueOut.model_validate(value)
