"""The rest of the API: jobs and their progress, the public account, tokens, health."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ingest.seasons import Season
from privacy import ledger
from privacy.policy import POLICY
from privacy.signing import readable
from service import access, accounts, auth, jobs
from service.access import NotThereError, Person
from service.errors import ProblemError
from service.identity import House, LoggedIn
from service.labels import wording
from service.pages import Pages
from service.routes.problems import problems
from service.runtime import Runtime
from service.wire import (
    AccountOut,
    HealthOut,
    JobOut,
    LedgerEntryOut,
    LedgerOut,
    LifetimeOut,
    TokenIn,
    TokenOut,
)

router = APIRouter(prefix="/api/v1", tags=["service"])
LOOK_EVERY_SECONDS = 0.4
MOST_ENTRIES = 500


@router.get("/health")
def health(house: House) -> HealthOut:
    """Whether the service answers and can read its database."""
    with house.reading() as connection:
        ledger.head(connection)
    return HealthOut(status="ok", version=version("foyer"), today=house.settings.today().isoformat())


def _job(house: Runtime, person: Person, job_id: str) -> jobs.Job:
    with house.reading() as connection:
        job = jobs.get(connection, job_id)
    if job is None:
        raise NotThereError
    access.check_organisation(person, job.organisation)
    return job


@router.get("/jobs/{job_id}", responses=problems(401, 404))
def job(job_id: str, person: LoggedIn, house: House) -> JobOut:
    """How far a job is."""
    return JobOut.model_validate(_job(house, person, job_id), from_attributes=True)


@router.get(
    "/jobs/{job_id}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **problems(401, 404)},
)
async def events(job_id: str, person: LoggedIn, house: House, page: Pages) -> EventSourceResponse:
    """The same as server-sent events, until the job has ended."""
    first = await run_in_threadpool(_job, house, person, job_id)

    async def told() -> AsyncIterator[dict[str, str]]:
        now, before = first, None
        while True:
            if now != before:
                yield {
                    "event": "progress",
                    "data": json.dumps(
                        {
                            "state": now.state,
                            "step": wording(now.step, page.say),
                            "done": now.done,
                            "of": now.of,
                        }
                    ),
                }
            if now.ended:
                return
            before = now
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            now = await run_in_threadpool(_job, house, person, job_id)

    return EventSourceResponse(told())


@router.get("/ledger")
def public_ledger(house: House, after: Annotated[int, Query(ge=0)] = 0) -> LedgerOut:
    """What each season has spent, and every entry of the account in order."""
    with house.reading() as connection:
        entries = list(ledger.entries(connection, after=after, limit=MOST_ENTRIES))
        found = accounts.all_accounts(connection)
        lifetimes = accounts.lifetimes(connection)
    return LedgerOut(
        accounts=[
            AccountOut(
                season=a.season.label,
                spent={p.value: loss.nano_rho for p, loss in a.spent.items()},
                total=a.total.nano_rho,
                plan=a.budget.plan.nano_rho,
                limit=a.budget.limit.nano_rho,
                unit=POLICY.unit,
                epsilon=accounts.epsilon(a),
            )
            for a in found
        ],
        lifetimes=[LifetimeOut.model_validate(one) for one in lifetimes],
        entries=[
            LedgerEntryOut(
                number=e.number,
                kind=e.kind,
                publication=e.publication,
                season=Season(e.season).label,
                purpose=e.purpose,
                nano_rho=e.nano_rho,
                at=e.at,
                previous_hash=e.previous_hash,
                hash=e.hash,
            )
            for e in entries
        ],
        next=entries[-1].number if len(entries) == MOST_ENTRIES else None,
    )


@router.get("/ledger/signed", response_model=dict[str, Any], responses=problems(404))
def signed_ledger(house: House) -> Response:
    """The whole ledger with its signed checkpoint. Keep one: no later ledger may lack what it has."""
    return _signed(house, whole=True)


@router.get("/ledger/checkpoint", response_model=dict[str, Any], responses=problems(404))
def signed_checkpoint(house: House) -> Response:
    """The signed checkpoint alone: how many entries, the last one's hash and what each season has spent."""
    return _signed(house, whole=False)


def _signed(house: Runtime, *, whole: bool) -> Response:
    document = house.checkpoints.document
    if document is None:
        raise NotThereError
    return Response(readable(document if whole else document["checkpoint"]), media_type="application/json")


@router.post("/tokens", status_code=201, responses=problems(401))
def make_token(asked: TokenIn, person: LoggedIn, house: House) -> TokenOut:
    """Make a bearer token for the own account. A token cannot make further tokens."""
    if person.by_token:
        raise ProblemError(
            403, "token", "A token cannot make further tokens.", "Log in on the page to make one."
        )
    with house.writing() as connection:
        token_id, secret = auth.issue_token(connection, person.id, asked.name)
    return TokenOut(id=token_id, token=secret)


@router.delete("/tokens/{token_id}", status_code=204, responses=problems(401, 404))
def revoke_token(token_id: int, person: LoggedIn, house: House) -> Response:
    """Take a token back."""
    with house.writing() as connection:
        auth.revoke_token(connection, person, token_id)
    return Response(status_code=204)
