"""The coordinators' pages: members, budget, dry run; propose, approve, hold and withdraw."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from aggregation.measures import MEASURES
from ingest.seasons import Season
from privacy import corrections, ledger
from privacy.disclosure import COORDINATOR
from privacy.expectation import expected_charges, expected_error, other_margins
from privacy.explain import explain
from privacy.policy import POLICY
from service import compare, intake, jobs, network, people, publication, tables
from service.access import NotThereError
from service.identity import Coordinator, House
from service.pages import Page, Pages
from service.publication import Standing, StandsOtherwiseError
from service.runtime import Runtime

router = APIRouter(include_in_schema=False)


@router.get("/publish")
def overview(page: Pages, person: Coordinator, house: House) -> Response:
    """Members, budget and publications."""
    return _overview(page, house, None, 200)


def _overview(page: Page, house: Runtime, problem: str | None, status: int) -> Response:
    with house.reading() as connection:
        publications = publication.everything(connection)
        seasons = intake.seasons_with_data(connection)
        taken = {one.season for one in publications if one.state != "cancelled"}
        accounts = [
            ledger.account(connection, s, POLICY.budget) for s in reversed(ledger.seasons(connection))
        ]
        delivered = {season: publication.delivered(connection, season) for season in seasons}
        members = sorted(people.all_venues(connection), key=lambda venue: venue.name)
        correctable = _correctable(publications)
        names = _names(house)
    proposable = [s for s in seasons if s.start_year not in taken and s.last_day < house.settings.today()]
    return page.show(
        "publish.html",
        status,
        publications=publications,
        seasons=seasons,
        accounts=accounts,
        delivered=delivered,
        members=members,
        names=names,
        proposable=proposable,
        correctable=correctable,
        venue_names={venue.slug: venue.name for venue in members},
        problem=problem,
    )


def _correctable(publications: list[Standing]) -> list[Season]:
    """Seasons whose newest edition is published: what waits or failed is finished or put aside first."""
    newest: dict[int, Standing] = {}
    for one in publications:
        if one.state != "cancelled":
            newest.setdefault(one.season, one)
    return [Season(year) for year, one in newest.items() if one.state == "published"]


@router.post("/publish")
def propose(
    page: Pages,
    person: Coordinator,
    house: House,
    season: Annotated[str, Form(max_length=7)],
    corrects: Annotated[str, Form(max_length=80)] = "",
    beyond_plan: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Propose a season, or the correction of one venue's figures in a published one."""
    try:
        publication_id = publication.propose(house, person, _season(season), corrects, beyond_plan)
    except StandsOtherwiseError as refusal:
        return _overview(page, house, page.say(str(refusal)), 409)
    return RedirectResponse(f"/publish/{publication_id}", 303)


def _season(label: str) -> Season:
    try:
        return Season.parse(label)
    except ValueError:
        raise NotThereError from None


@router.get("/publish/{publication_id}")
def one(publication_id: str, page: Pages, person: Coordinator, house: House) -> Response:
    """One publication: dry run, decision, progress, account."""
    return _one(page, house, publication_id, None, 200)


@router.post("/publish/{publication_id}/approve")
def approve(publication_id: str, page: Pages, person: Coordinator, house: House) -> Response:
    """The second person's approval; the job starts."""
    try:
        publication.approve_publication(house, person, publication_id)
    except StandsOtherwiseError as refusal:
        return _one(page, house, publication_id, page.say(str(refusal)), 409)
    return RedirectResponse(f"/publish/{publication_id}", 303)


@router.post("/publish/{publication_id}/cancel")
def cancel(publication_id: str, page: Pages, person: Coordinator, house: House) -> Response:
    """Drop a proposal."""
    try:
        publication.cancel_publication(house, person, publication_id)
    except StandsOtherwiseError as refusal:
        return _one(page, house, publication_id, page.say(str(refusal)), 409)
    return RedirectResponse("/publish", 303)


@router.post("/publish/{publication_id}/view")
def set_view(
    publication_id: str,
    page: Pages,
    person: Coordinator,
    house: House,
    view: Annotated[str, Form(pattern="^(shown|held|withdrawn)$")],
    reason: Annotated[str, Form(min_length=1, max_length=500)],
) -> Response:
    """Hold, show again or withdraw."""
    try:
        publication.set_view(house, person, publication_id, view, reason)
    except StandsOtherwiseError as refusal:
        return _one(page, house, publication_id, page.say(str(refusal)), 409)
    return RedirectResponse(f"/publish/{publication_id}", 303)


def _one(page: Page, house: Runtime, publication_id: str, problem: str | None, status: int) -> Response:
    with house.reading() as connection:
        standing = publication.get(connection, publication_id)
        job = jobs.get(connection, standing.job) if standing.job else None
        shown = _dry_run(house, connection, Season(standing.season), standing.edition)
        venue_names = {venue.slug: venue.name for venue in people.all_venues(connection)}
    account = None
    if standing.release and standing.state == "published":
        account = explain(house.releases.open(standing.release).manifest, page.language)
    return page.show(
        "publication.html",
        status,
        one=standing,
        job=job,
        names=_names(house),
        venue_names=venue_names,
        account=account,
        measure_name=lambda measure: MEASURES[measure].names[page.language],
        problem=problem,
        **shown,
    )


def _dry_run(house: Runtime, connection: Any, season: Season, edition: int = 1) -> dict[str, Any]:
    """Known from the policy and from earlier releases alone; every edition but the first is a correction."""
    costs = expected_charges if edition == 1 else corrections.expected_charges
    charges = costs(POLICY, season, look_back=network.looks_back(connection, season))
    left = {
        c.season: ledger.account(connection, c.season, POLICY.budget).left_in_plan.nano_rho for c in charges
    }
    earlier = [
        r
        for r in publication.releases_in_view(house, connection)
        if (r.season_slug, r.edition) < (season.slug, edition)
    ]
    # Sizes come from the coordinators' own file: the middle one of all venues' figures is one venue's figure.
    seen = compare.audience_table(earlier[0], COORDINATOR) if earlier else None
    anew = {} if edition == 1 else corrections.blocks(POLICY)
    errors = expected_error(POLICY, seen, {name: block.scale for name, block in anew.items()})
    return {"charges": charges, "left": left, "errors": errors, "others": other_margins(POLICY)}


def _names(house: Runtime) -> dict[int, str]:
    with house.reading() as connection:
        return {
            row.id: row.name for row in connection.execute(select(tables.users.c.id, tables.users.c.name))
        }
