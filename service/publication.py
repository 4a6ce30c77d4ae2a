"""Publication use cases: two coordinators and a season in; one paid-for release, or a clear refusal, out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from aggregation.counts import ExactTable, Keysets, count_tables
from aggregation.geography import distance_km
from ingest.seasons import Season
from ingest.snapshot import Snapshot, erased_since
from ingest.store import performance_versions
from ingest.vocabulary import Genre, ProductClass
from privacy.attacker_facts import Edition
from privacy.budget import BudgetExhaustedError
from privacy.checkpoints import LedgerRefusedError
from privacy.clearing import Clearance, NotClearedError
from privacy.disclosure import lag_ends
from privacy.manifest import salted_digest
from privacy.nearness import Nearness
from privacy.policy import POLICY
from privacy.publish import Desk, NotApprovedError, publish, visible
from privacy.release import StoredRelease
from privacy.workload import Publication, regions_digest
from service import access, audit, intake, jobs, network, people, provenance, tables
from service.access import NotThereError, Person
from service.jobs import JobFailedError, Report
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


def keysets(runtime: Runtime, connection: Connection) -> Keysets:
    """The declared cells: venues and areas as listed, never as seen in data."""
    return Keysets(
        venues=tuple(venue.slug for venue in people.all_venues(connection)),
        areas=runtime.geography.codes(),
        genres=tuple(genre.value for genre in Genre),
        product_classes=tuple(product.value for product in ProductClass),
    )


def regions(runtime: Runtime) -> dict[str, str]:
    """To which region each area belongs."""
    return {area.code: area.region for area in runtime.geography.areas}


def nearness(runtime: Runtime, connection: Connection) -> Nearness:
    """What estimates of areas may lean on: inhabitants and distances, both public."""
    areas = runtime.geography.areas
    places = [(v.slug, runtime.geography.area(v.area)) for v in people.all_venues(connection)]
    return Nearness(
        tuple(area.code for area in areas),
        runtime.inhabitants.by_area,
        {
            slug: np.array([distance_km(place, area) for area in areas])
            for slug, place in places
            if place is not None
        },
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A publication with the input it stands for."""

    publication: Publication
    now: Snapshot
    before: Snapshot | None
    keysets: Keysets
    near: Nearness


def _prepare(runtime: Runtime, connection: Connection, season: Season, edition: int) -> _Prepared:
    now, earlier = intake.snapshots(runtime, connection, season)
    # By declaration: whether anything was delivered for the season before must not show in what is drawn.
    before = earlier if network.looks_back(connection, season) else None
    declared, near = keysets(runtime, connection), nearness(runtime, connection)
    parts = [now.digest, before.digest if before else ""]
    publication = Publication(
        season=season,
        edition=edition,
        input_digest=salted_digest(runtime.keys.salt(season), parts),
        keyset_digest=declared.digest,
        regions_digest=regions_digest(regions(runtime), near),
        policy_digest=POLICY.digest,
    )
    return _Prepared(publication, now, before, declared, near)


def propose_publication(runtime: Runtime, person: Person, season: Season, beyond_plan: str = "") -> str:
    """Propose to publish a season. What is proposed is bound now: the data, the cells and the policy.

    `beyond_plan` is the reason for passing the season's plan, as after a draw that was lost in a crash.
    """
    access.check(person, access.may_coordinate)
    access.check_admitted(person)
    settings = runtime.settings
    # Earlier, every peer figure would be withheld for good: an edition is drawn and written once.
    if settings.today() < lag_ends(season.last_day):
        raise StandsOtherwiseError(
            "A season can be published from three months after its end. Propose it then."
        )
    try:
        with runtime.writing() as connection:
            prepared = _prepare(runtime, connection, season, 1)
            if not prepared.now.current.num_rows:
                raise StandsOtherwiseError("No venue has delivered anything for this season yet.")
            publication_id = secrets.token_hex(6)
            connection.execute(
                insert(tables.publications).values(
                    id=publication_id,
                    season=season.start_year,
                    edition=1,
                    state="proposed",
                    view="shown",
                    digest=prepared.publication.digest,
                    proposed_by=person.id,
                    beyond_plan=beyond_plan.strip(),
                    proposed_at=_at(settings.now()),
                )
            )
            audit.record(
                connection,
                at=settings.now(),
                actor=person.actor,
                action="propose",
                subject=f"publication:{publication_id}",
                detail={"season": season.label, "beyond_plan": beyond_plan.strip()},
            )
    except IntegrityError:
        raise StandsOtherwiseError("This season was proposed or published already.") from None
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
        _move(connection, publication_id, ("proposed", "failed", *given_up), state="cancelled")
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
        prepared = _prepare(runtime, connection, Season(standing.season), standing.edition)
        if prepared.publication.digest != standing.digest:
            raise StandsOtherwiseError(
                "The data, the cells or the policy changed since this was proposed. "
                "Cancel it and propose it again."
            )
        job = jobs.enqueue(
            connection, PUBLISH, {"publication": publication_id, "actor": person.actor}, person.organisation
        )
        _move(
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


def run_publication(runtime: Runtime, payload: Mapping[str, Any], report: Report) -> None:
    """The job: count, charge, draw, store. Run again after a crash, it goes on where it stopped."""
    publication_id, actor = payload["publication"], payload["actor"]
    with runtime.reading() as connection:
        standing = get(connection, publication_id)
        if standing.state == "published":
            return
        if standing.state != "approved":
            # Its job was taken over after it had failed, or after it was cancelled: nothing may be drawn.
            raise JobFailedError("This publication stands otherwise by now. Nothing was drawn.")
        prepared = _prepare(runtime, connection, Season(standing.season), standing.edition)
        desk = _desk(runtime, connection, prepared)
    steps = {"reserved": 2, "signed": 3, "drawn": 4, "stored": 5, "finalised": 6}
    report("count", 1, 6)
    try:
        stored = publish(
            prepared.publication,
            partial(_count, runtime, prepared),
            desk,
            approved=standing.digest,
            actor=actor,
            now=runtime.settings.now(),
            beyond_plan=standing.beyond_plan,
            checkpoint=lambda name: report(name, steps.get(name, 6), 6),
        )
    except (NotApprovedError, NotClearedError, BudgetExhaustedError, LedgerRefusedError) as refusal:
        with runtime.writing() as connection:
            _move(connection, publication_id, ("approved",), state="failed", reason=str(refusal))
        raise JobFailedError(str(refusal)) from refusal
    except Exception:
        with runtime.writing() as connection:
            _move(connection, publication_id, ("approved",), state="failed")
        raise
    with runtime.writing() as connection:
        if get(connection, publication_id).state == "published":
            return  # another worker took the job over and came here first
        _move(connection, publication_id, ("approved",), state="published", release=stored.id)
        audit.record(
            connection,
            at=runtime.settings.now(),
            actor=actor,
            action="publish",
            subject=f"release:{stored.id}",
            detail={"manifest": stored.manifest_digest},
        )


def _count(runtime: Runtime, prepared: _Prepared) -> tuple[ExactTable, ...]:
    salt = runtime.keys.salt(prepared.publication.season)
    counted = count_tables(
        runtime.count_engine(), prepared.now, prepared.before, prepared.keysets, POLICY.bounds, salt
    )
    inputs = [snapshot for snapshot in (prepared.now, prepared.before) if snapshot is not None]
    with runtime.reading() as connection:
        # One table may have been counted before it and the next one after: nothing is charged for that.
        if any(erased_since(connection, snapshot) for snapshot in inputs):
            raise NotApprovedError("A venue had rows erased while this was counted. Propose it again.")
    return counted


def _desk(runtime: Runtime, connection: Connection, prepared: _Prepared) -> Desk:
    season = prepared.publication.season
    groups, places = network.peer_groups(connection, season), regions(runtime)
    # Also those that were withdrawn since: they were read.
    earlier = [
        Edition(stored.cells(), {who: stored.audience(who) for who in stored.audiences}, groups)
        for stored in visible(connection, runtime.releases)
        if stored.id.startswith(f"{season.slug}.") and stored.id != prepared.publication.key
    ]
    clearance = Clearance(
        groups,
        prepared.keysets.venues,
        people.owners(connection),
        season,
        runtime.settings.today(),
        places,
        earlier,
    )
    return Desk(
        engine=runtime.engine,
        store=runtime.releases,
        signing_key=runtime.keys.signing,
        audiences=clearance.files,
        regions=places,
        code=provenance.code(),
        checkpoints=runtime.checkpoints,
        spread=clearance.spread,
        near=prepared.near,
    )


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
    """What may be seen: paid for, stored, and not held or withdrawn. Newest season first."""
    table = tables.publications
    shown = {
        row.release
        for row in connection.execute(
            select(table.c.release).where(table.c.view == "shown", table.c.state == "published")
        )
    }
    found = [stored for stored in visible(connection, runtime.releases) if stored.id in shown]
    return sorted(found, key=lambda stored: stored.id, reverse=True)


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


def _move(connection: Connection, publication_id: str, come_from: tuple[str, ...], **values: Any) -> None:
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
