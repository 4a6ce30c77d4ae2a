"""`foyer publish`: on the service's machine, propose a season or approve what a colleague proposed."""

from __future__ import annotations

import argparse
import sys

from ingest.seasons import Season
from service.access import NotThereError, RefusedError
from service.jobs import JobFailedError, Worker
from service.publication import (
    StandsOtherwiseError,
    approve_publication,
    everything,
    get,
    propose_publication,
)
from service.runtime import Runtime, open_runtime
from service.settings import Settings, SettingsError
from service.workflow import job_handlers, person_by_email


def run(arguments: argparse.Namespace) -> int:
    """0 when it was proposed or published; 1 with what to do otherwise."""
    try:
        season = Season.parse(arguments.season)
        runtime = open_runtime(Settings.from_environment())
        try:
            print(_act(runtime, season, arguments.person))
        finally:
            runtime.close()
    except NotThereError:
        print(f"Nobody here has the address {arguments.person}. Invite them first.", file=sys.stderr)
    except (ValueError, SettingsError, StandsOtherwiseError, RefusedError, JobFailedError) as problem:
        print(problem, file=sys.stderr)
    else:
        return 0
    return 1


def _act(runtime: Runtime, season: Season, email: str) -> str:
    person = person_by_email(runtime, email)
    with runtime.reading() as connection:
        waiting = [
            p for p in everything(connection) if p.season == season.start_year and p.state == "proposed"
        ]
    if not waiting:
        propose_publication(runtime, person, season)
        return f"Proposed {season.label}. A second coordinator approves it with the same command."
    approve_publication(runtime, person, waiting[0].id)
    worker = Worker(runtime.engine, job_handlers(runtime), runtime.settings.lease_seconds)
    while worker.run_one():
        pass
    with runtime.reading() as connection:
        done = get(connection, waiting[0].id)
    if done.state != "published":
        raise JobFailedError(done.reason or "The publication did not finish. The jobs page says why.")
    return f"Published {season.label} as release {done.release}."
