"""The publication job: an approved publication in; one paid-for release, or why there is none, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection

from aggregation.counts import ExactTable, count_tables
from ingest.seasons import Season
from ingest.snapshot import erased_since
from privacy.attacker_facts import Edition
from privacy.budget import BudgetExhaustedError
from privacy.checkpoints import LedgerRefusedError
from privacy.clearing import Clearance, NotClearedError
from privacy.corrections import NotCorrectableError
from privacy.disclosure_cells import read_grids
from privacy.peer_groups import PeerGroup
from privacy.policy import POLICY
from privacy.publish import Desk, NotApprovedError, publish, visible
from privacy.workload import Publication
from service import audit, network, people, provenance
from service.jobs import JobFailedError, Report
from service.publication import get, move
from service.publication_input import Prepared, prepare, regions
from service.runtime import Runtime

REFUSALS = (
    NotApprovedError,
    NotClearedError,
    NotCorrectableError,
    BudgetExhaustedError,
    LedgerRefusedError,
)


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
        prepared = prepare(runtime, connection, Season(standing.season), standing.edition, standing.corrects)
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
    except REFUSALS as refusal:
        with runtime.writing() as connection:
            move(connection, publication_id, ("approved",), state="failed", reason=str(refusal))
        raise JobFailedError(str(refusal)) from refusal
    except Exception:
        with runtime.writing() as connection:
            move(connection, publication_id, ("approved",), state="failed")
        raise
    with runtime.writing() as connection:
        if get(connection, publication_id).state == "published":
            return  # another worker took the job over and came here first
        move(connection, publication_id, ("approved",), state="published", release=stored.id)
        audit.record(
            connection,
            at=runtime.settings.now(),
            actor=actor,
            action="publish",
            subject=f"release:{stored.id}",
            detail={"manifest": stored.manifest_digest},
        )


def _count(runtime: Runtime, prepared: Prepared) -> tuple[ExactTable, ...]:
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


def _desk(runtime: Runtime, connection: Connection, prepared: Prepared) -> Desk:
    season = prepared.publication.season
    groups, places = network.peer_groups(connection, season), regions(runtime)
    earlier = _earlier(runtime, connection, prepared.publication, groups)
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


def _earlier(
    runtime: Runtime, connection: Connection, publication: Publication, groups: Sequence[PeerGroup]
) -> list[Edition]:
    """The editions of the season before this one, also those that were withdrawn since: they were read."""
    before = sorted(
        (
            stored
            for stored in visible(connection, runtime.releases)
            if stored.season_slug == publication.season.slug and stored.edition < publication.edition
        ),
        key=lambda stored: stored.edition,
    )
    drawn_anew = [stored.manifest["corrects"]["venue"] for stored in before[1:]]
    drawn_anew.append(publication.corrects)
    return [
        Edition(
            read_grids(stored.cells()),
            {who: stored.audience(who) for who in stored.audiences},
            groups,
            frozenset(drawn_anew[n:]),
        )
        for n, stored in enumerate(before)
    ]
