"""`foyer publish`: on the machine of the service, propose a season or its correction, or approve one."""

from __future__ import annotations

import argparse
import sys
import time

from ingest.seasons import Season
from service import access, jobs
from service.access import NotThereError, RefusedError
from service.commands.opening import CommandFailedError, opened
from service.jobs import JobFailedError, Worker
from service.publication import (
    Standing,
    StandsOtherwiseError,
    approve_publication,
    everything,
    get,
    propose_correction,
    propose_publication,
)
from service.runtime import Runtime
from service.workflow import job_handlers, person_by_email


def run(arguments: argparse.Namespace) -> int:
    """0 when it was proposed or published; 1 with what to do otherwise."""
    try:
        season = Season.parse(arguments.season)
        with opened() as runtime:
            print(_act(runtime, season, arguments.person, arguments.corrects))
    except NotThereError:
        print(f"Nobody here has the address {arguments.person}. Invite them first.", file=sys.stderr)
    except (ValueError, CommandFailedError, StandsOtherwiseError, RefusedError, JobFailedError) as problem:
        print(problem, file=sys.stderr)
    else:
        return 0
    return 1


def _act(runtime: Runtime, season: Season, email: str, corrects: str) -> str:
    person = person_by_email(runtime, email.strip())
    access.check(person, access.may_coordinate)
    standing = _standing(runtime, season)
    if standing is None and not corrects:
        propose_publication(runtime, person, season)
        return f"Proposed {season.label}. A second coordinator approves it with the same command."
    if standing is None or (standing.state == "published" and corrects):
        propose_correction(runtime, person, season, corrects)
        return (
            f"Proposed the correction of {season.label} for {corrects}. "
            "A second coordinator approves it with the same command."
        )
    if standing.corrects != corrects:
        raise StandsOtherwiseError(_something_else(standing, season))
    if standing.state == "published":
        raise StandsOtherwiseError(
            f"{season.label} was published as release {standing.release}. There is nothing left to do."
        )
    if standing.state == "failed":
        raise StandsOtherwiseError(_begin_again(runtime, standing, f"Publishing {season.label} failed."))
    if standing.state == "proposed":
        approve_publication(runtime, person, standing.id)
    return f"Published {season.label} as release {_finish(runtime, standing.id)}."


def _something_else(standing: Standing, season: Season) -> str:
    what = f"its correction for {standing.corrects}" if standing.corrects else "the whole season"
    if standing.state == "published":
        return f"{season.label} was published as release {standing.release}. There is nothing left to do."
    return f"What waits for {season.label} is {what}. Name that, or cancel it on the publish page first."


def _standing(runtime: Runtime, season: Season) -> Standing | None:
    with runtime.reading() as connection:
        found = [one for one in everything(connection) if one.season == season.start_year]
    return next((one for one in found if one.state != "cancelled"), None)


def _finish(runtime: Runtime, publication_id: str) -> str:
    """Do the job here, or wait for the running service that took it."""
    worker = Worker(runtime.engine, job_handlers(runtime), runtime.settings.lease_seconds)
    while True:
        worked = worker.run_one()
        with runtime.reading() as connection:
            standing = get(connection, publication_id)
            job = jobs.get(connection, str(standing.job))
        if job is None or job.ended:
            break
        if not worked:
            time.sleep(jobs.POLL_SECONDS)
    if standing.state != "published":
        words = standing.reason or (job.problem if job else "") or "The publication did not finish."
        raise JobFailedError(_begin_again(runtime, standing, words))
    return str(standing.release)


def _begin_again(runtime: Runtime, standing: Standing, words: str) -> str:
    return f"{words} Cancel it at {runtime.settings.url}/publish/{standing.id} and propose it again."
