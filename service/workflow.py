"""The use cases, callable without HTTP: a runtime, a person and what is asked in; the answer out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from ingest.seasons import Season
from service import auth, network, tables
from service.access import NotThereError, Person
from service.intake import confirm_extract, own_counts, receive_extract, undo_extract
from service.jobs import Handler, JobFailedError, Worker, get
from service.publication import (
    PUBLISH,
    approve_publication,
    cancel_publication,
    propose_correction,
    propose_publication,
    set_view,
)
from service.publication_job import run_publication
from service.runtime import Runtime

__all__ = [
    "approve_publication",
    "cancel_publication",
    "confirm_extract",
    "establish",
    "job_handlers",
    "own_counts",
    "person_by_email",
    "propose_correction",
    "propose_publication",
    "publish_season",
    "receive_extract",
    "run_publication",
    "set_view",
    "undo_extract",
]


def job_handlers(runtime: Runtime) -> dict[str, Handler]:
    """What a worker can do, by kind of job."""
    return {PUBLISH: lambda payload, report: run_publication(runtime, payload, report)}


def establish(runtime: Runtime, declaration: Mapping[str, Any], passwords: Mapping[str, str]) -> None:
    """Organisations, venues, people and peer groups from network.json; all of it or nothing."""
    with runtime.writing() as connection:
        network.establish(connection, declaration, passwords)


def person_by_email(runtime: Runtime, email: str) -> Person:
    """The person with this address, for commands that act in somebody's name; raises NotThereError.

    Who was removed acts no more, here neither.
    """
    users = tables.users
    query = select(users).where(users.c.email == email.lower(), users.c.disabled_at.is_(None))
    with runtime.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotThereError
    return auth.person_of(row)


def publish_season(runtime: Runtime, season: Season, *, proposer: Person, approver: Person) -> str:
    """Propose, approve by a second person and run the job here; the release's id. Raises JobFailedError."""
    publication_id = propose_publication(runtime, proposer, season)
    job_id = approve_publication(runtime, approver, publication_id)
    worker = Worker(runtime.engine, job_handlers(runtime), runtime.settings.lease_seconds)
    while worker.run_one():
        pass
    with runtime.reading() as connection:
        job = get(connection, job_id)
        release = connection.execute(
            select(tables.publications.c.release).where(tables.publications.c.id == publication_id)
        ).scalar_one()
    if job is None or job.state != "done" or release is None:
        raise JobFailedError(job.problem if job and job.problem else "The publication did not finish.")
    return str(release)
