"""Publication use cases: two coordinators and a season in; a job that draws it, or a clear refusal, out."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from ingest.seasons import Season
from ingest.store import performance_versions
from privacy.disclosure import lag_ends
from privacy.publish import visible
from privacy.release import StoredRelease
from service import access, audit, jobs, people, tables
from service.access import NotThereError, Person
from service.publication_input import Prepared, prepare
from service.runtime import Runtime

PUBLISH = "publish"


class StandsOtherwiseError(Exception):
    """It cannot be done as things stand now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A publication as the coordinators see it."""

    id: str
    season: int
    edition: int
    state: str
    digest: str
    proposed_by: int
    proposed_at: datetime
    approved_by: int | None
    approved_at: datetime | None
    job: str | None
    release: str | None
    view: str
    reason: str | None
    beyond_plan: str
    corrects: str


def propose(runtime: Runtime, person: Person, season: Season, corrects: str, beyond_plan: str) -> str:
    """Propose a season or, where a venue is named, the correction of its figures."""
    if corrects:
        return propose_correction(runtime, person, season, corrects, beyond_plan)
    return propose_publication(runtime, person, season, beyond_plan)


def propose_publication(runtime: Runtime, person: Person, season: Season, beyond_plan: str = "") -> str:
    """Propose to publish a season. What is proposed is bound now: the data, the cells and the policy.

    `beyond_plan` is the reason for passing the season's plan, as after a draw that was lost in a crash.
    """
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    # Earlier, every peer figure would be withheld for good: an edition is drawn and written once.
    if runtime.settings.today() < lag_ends(season.last_day):
        raise StandsOtherwiseError(
            "A season can be published from three months after its end. Propose it then."
        )
    try:
        with runtime.writing() as connection:
            prepared = prepare(runtime, connection, season, 1)
            if not prepared.now.current.num_rows:
                raise StandsOtherwiseError("No venue has delivered anything for this season yet.")
            return _enter(runtime, connection, person, prepared, beyond_plan)
    except IntegrityError:
        raise StandsOtherwiseError("This season was proposed or published already.") from None


def propose_correction(
    runtime: Runtime, person: Person, season: Season, venue: str, beyond_plan: str = ""
) -> str:
    """Propose a new edition in which one venue's figures, and what spans venues, are drawn anew.

    Raises StandsOtherwiseError where there is nothing to correct, or another edition is on its way.
    """
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    try:
        with runtime.writing() as connection:
            editions = [
                one
                for one in everything(connection)
                if one.season == season.start_year and one.state != "cancelled"
            ]
            if not editions:
                raise StandsOtherwiseError(
                    "This season was not published yet, so there is nothing to correct."
                )
            if editions[0].state != "published" or editions[0].release is None:
                raise StandsOtherwiseError(
                    "Another edition of this season is on its way. Finish or cancel it."
                )
            before = runtime.releases.open(editions[0].release)
            if venue not in before.audiences or venue not in {v.slug for v in people.all_venues(connection)}:
                raise StandsOtherwiseError("This venue is not in the published season.")
            prepared = prepare(runtime, connection, season, editions[0].edition + 1, venue)
            if before.manifest["keyset_digest"] != prepared.publication.keyset_digest:
                raise StandsOtherwiseError(
                    "The venues, areas or genres changed since this season was published, "
                    "so its figures cannot be corrected any more."
                )
            return _enter(runtime, connection, person, prepared, beyond_plan)
    except IntegrityError:
        raise StandsOtherwiseError("This correction was proposed already.") from None


def _enter(
    runtime: Runtime, connection: Connection, person: Person, prepared: Prepared, beyond_plan: str
) -> str:
    """A proposal in the book and in the trail; its id."""
    publication_id, publication = secrets.token_hex(6), prepared.publication
    now = runtime.settings.now()
    connection.execute(
        insert(tables.publications).values(
            id=publication_id,
            season=publication.season.start_year,
            edition=publication.edition,
            corrects=publication.corrects,
            state="proposed",
            view="shown",
            digest=publication.digest,
            proposed_by=person.id,
            beyond_plan=beyond_plan.strip(),
            proposed_at=_at(now),
        )
    )
    detail = {"season": publication.season.label, "beyond_plan": beyond_plan.strip()}
    if publication.corrects:
        detail |= {"edition": str(publication.edition), "corrects": publication.corrects}
    audit.record(
        connection,
        at=now,
        actor=person.actor,
        action="propose",
        subject=f"publication:{publication_id}",
        detail=detail,
    )
    return publication_id


def cancel_publication(runtime: Runtime, person: Person, publication_id: str) -> None:
    """Drop a proposal; nothing was drawn and nothing is charged."""
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    with runtime.writing() as connection:
        standing = get(connection, publication_id)
        job = jobs.get(connection, standing.job) if standing.job else None
        # A job that was given up says nothing to its publication, which would block its season for good.
        given_up = ("approved",) if job is not None and job.state == "failed" else ()
        move(connection, publication_id, ("proposed", "failed", *given_up), state="cancelled")
        audit.record(
            connection,
            at=runtime.settings.now(),
            actor=person.actor,
            action="cancel",
            subject=f"publication:{publication_id}",
        )


def approve_publication(runtime: Runtime, person: Person, publication_id: str) -> str:
    """A second person approves; the release is drawn by a job, whose id comes back."""
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    settings = runtime.settings
    with runtime.writing() as connection:
        standing = get(connection, publication_id)
        access.check_second_person(standing.proposed_by, person)
        prepared = prepare(runtime, connection, Season(standing.season), standing.edition, standing.corrects)
        if prepared.publication.digest != standing.digest:
            raise StandsOtherwiseError(
                "The data, the cells or the policy changed since this was proposed. "
                "Cancel it and propose it again."
            )
        job = jobs.enqueue(
            connection, PUBLISH, {"publication": publication_id, "actor": person.actor}, person.organisation
        )
        move(
            connection,
            publication_id,
            ("proposed",),
            state="approved",
            approved_by=person.id,
            approved_at=_at(settings.now()),
            job=job,
        )
        audit.record(
            connection,
            at=settings.now(),
            actor=person.actor,
            action="approve",
            subject=f"publication:{publication_id}",
            detail={"digest": standing.digest},
        )
    return job


def set_view(runtime: Runtime, person: Person, publication_id: str, view: str, reason: str) -> None:
    """Hold a release back, show it again, or withdraw it for good; the ledger keeps what it cost."""
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    if not reason.strip():
        raise StandsOtherwiseError("Give a reason: it is kept with the publication.")
    with runtime.writing() as connection:
        standing = get(connection, publication_id)
        if standing.state != "published" or standing.view == "withdrawn":
            raise StandsOtherwiseError("Only a published release can be held, shown or withdrawn.")
        connection.execute(
            update(tables.publications)
            .where(tables.publications.c.id == publication_id)
            .values(view=view, reason=reason.strip())
        )
        audit.record(
            connection,
            at=runtime.settings.now(),
            actor=person.actor,
            action=f"view {view}",
            subject=f"publication:{publication_id}",
            detail={"reason": reason.strip()},
        )


def get(connection: Connection, publication_id: str) -> Standing:
    """One publication; raises NotThereError."""
    row = connection.execute(
        select(tables.publications).where(tables.publications.c.id == publication_id)
    ).first()
    if row is None:
        raise NotThereError
    return _standing(row)


def everything(connection: Connection) -> list[Standing]:
    """All publications, newest season first."""
    table = tables.publications
    order = (table.c.season.desc(), table.c.edition.desc(), table.c.proposed_at.desc())
    return [_standing(row) for row in connection.execute(select(table).order_by(*order))]


def releases_in_view(runtime: Runtime, connection: Connection) -> list[StoredRelease]:
    """What may be seen: paid for, stored, and not held or withdrawn. Newest season and edition first."""
    table = tables.publications
    shown = {
        row.release
        for row in connection.execute(
            select(table.c.release).where(table.c.view == "shown", table.c.state == "published")
        )
    }
    found = [stored for stored in visible(connection, runtime.releases) if stored.id in shown]
    return sorted(found, key=lambda stored: (stored.season_slug, stored.edition), reverse=True)


def delivered(connection: Connection, season: Season) -> dict[str, bool]:
    """For each venue whether it delivered anything for the season: yes or no, never how much."""
    having = set(
        connection.execute(
            select(performance_versions.c.venue)
            .where(
                performance_versions.c.season == season.start_year, performance_versions.c.state == "current"
            )
            .distinct()
        ).scalars()
    )
    return {venue.slug: venue.slug in having for venue in people.all_venues(connection)}


def audience_of(connection: Connection, person: Person, venue: str | None) -> str:
    """Which file of a release this person reads; raises NotThereError for another organisation's venue."""
    if access.may_coordinate(person):
        if venue is not None:
            raise NotThereError
        return "coordinator"
    own = [one.slug for one in people.venues_of(connection, person.organisation)]
    if venue is None and own:
        return own[0]
    if venue not in own:
        raise NotThereError
    return str(venue)


def move(connection: Connection, publication_id: str, come_from: tuple[str, ...], **values: Any) -> None:
    """Change a publication that stands in one of these states; StandsOtherwiseError where it does not."""
    table = tables.publications
    changed = connection.execute(
        update(table).where(table.c.id == publication_id, table.c.state.in_(come_from)).values(**values)
    )
    if changed.rowcount == 0:
        get(connection, publication_id)
        raise StandsOtherwiseError("Somebody was quicker: this publication stands otherwise by now.")


def _standing(row: Row[Any]) -> Standing:
    return Standing(**{name: getattr(row, name) for name in Standing.__slots__})


def _at(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
