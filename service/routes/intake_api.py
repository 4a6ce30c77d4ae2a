"""The API of the intake: blinded identities and extracts in; evaluations and findings out."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from ingest.receive import Receipt
from ingest.replace import WrongStatusError
from service import intake, quota
from service.access import Person
from service.errors import ProblemError
from service.identity import House, Language, LoggedIn, Uploader
from service.routes.problems import problems
from service.runtime import Runtime
from service.wire import EvaluateIn, EvaluateOut, ExtractOut, KeyOut, UploadOut

router = APIRouter(prefix="/api/v1", tags=["intake"])


@router.get("/oprf/key", responses=problems(401))
def key(person: LoggedIn, house: House) -> KeyOut:
    """Which identity key extracts are prepared with, and who holds it."""
    return KeyOut(key_id=house.keys.evaluator.key_id, holder=house.settings.key_holder)


@router.post("/oprf/evaluate", responses=problems(401))
def evaluate(asked: EvaluateIn, person: Uploader, house: House) -> EvaluateOut:
    """Evaluate blinded identities (RFC 9497, mode 0, ristretto255-SHA512) without learning them."""
    evaluator = house.keys.evaluator
    if asked.key_id != evaluator.key_id:
        raise ProblemError(
            422,
            "key",
            "This identity key is not in use here.",
            f"Prepare the file with the key {evaluator.key_id}.",
        )
    _spend(house, person, len(asked.blinded))
    try:
        evaluated = evaluator.evaluate([bytes.fromhex(element) for element in asked.blinded])
    except ValueError:
        raise ProblemError(
            422, "element", "One of the elements is not a point of the group.", "Blind the identities again."
        ) from None
    return EvaluateOut(key_id=evaluator.key_id, evaluated=[element.hex() for element in evaluated])


def _spend(house: Runtime, person: Person, count: int) -> None:
    settings, organisation = house.settings, person.organisation
    try:
        with house.writing() as connection:
            allowed = quota.allowance(connection, organisation, settings)
            quota.spend_evaluations(connection, organisation, settings.today(), count, allowed)
    except ProblemError:
        # The refusal took its own transaction back, so what tells of it needs another.
        with house.writing() as connection:
            quota.alert(connection, organisation, person.actor, settings.now())
        raise


@router.post(
    "/extracts",
    status_code=201,
    response_model=ExtractOut,
    responses={
        200: {"model": ExtractOut, "description": "The same bytes were here already."},
        **problems(401, 413),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def upload(request: Request, person: Uploader, house: House, language: Language) -> Response:
    """Receive a prepared extract. It speaks for every performance it names."""
    house.quotas.spend(quota.UPLOAD, person.organisation)
    async with _incoming(request, house) as path:
        receipt = await run_in_threadpool(intake.receive_extract, house, person, path)
    if receipt.extract_id is None:
        raise ProblemError(
            422,
            "extract",
            "This file cannot be received.",
            "Nothing was stored.",
            more={"findings": receipt.report.to_list(language)},
        )
    body = await run_in_threadpool(_received, house, person, receipt, language)
    return JSONResponse(
        body.model_dump(mode="json"),
        200 if receipt.duplicate else 201,
        headers={"Location": f"/api/v1/extracts/{receipt.extract_id}"},
    )


@contextmanager
def standing_otherwise() -> Iterator[None]:
    """What is no longer so is a 409 that says what to do, not a failure."""
    try:
        yield
    except WrongStatusError:
        raise ProblemError(
            409, "status", "This upload stands otherwise by now.", "Open its page again to see how."
        ) from None


@asynccontextmanager
async def _incoming(request: Request, house: Runtime) -> AsyncIterator[Path]:
    """The body as a file of our own, never longer than the limit; gone when the request ends."""
    limit = house.settings.upload_bytes
    if int(request.headers.get("content-length") or 0) > limit:
        raise _too_large(limit)
    path = house.incoming / secrets.token_hex(16)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            length = 0
            async for chunk in request.stream():
                length += len(chunk)
                if length > limit:
                    raise _too_large(limit)
                file.write(chunk)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _too_large(limit: int) -> ProblemError:
    return ProblemError(
        413,
        "too_large",
        "This file is too large.",
        f"The most is {limit // (1024 * 1024)} MB. Prepare each season on its own and send the parts.",
    )


def _received(house: Runtime, person: Person, receipt: Receipt, language: str) -> ExtractOut:
    with house.reading() as connection:
        one = intake.upload(connection, person, str(receipt.extract_id))
    return ExtractOut(
        id=one.id,
        venue=one.venue,
        status=one.status,
        rows_in=one.rows_in,
        rows_accepted=one.rows_accepted,
        rows_rejected=one.rows_rejected,
        duplicate=receipt.duplicate,
        findings=receipt.report.to_list(language),
        preview=dict(one.preview),
    )


@router.get("/extracts", responses=problems(401))
def uploads(person: Uploader, house: House) -> list[UploadOut]:
    """Who of the own organisation sent what when, newest first."""
    with house.reading() as connection:
        return [UploadOut.model_validate(one) for one in intake.history(connection, person.organisation)]


@router.get("/extracts/{extract_id}", responses=problems(401, 404))
def extract(extract_id: str, person: Uploader, house: House) -> UploadOut:
    """One extract: what was found in it and what it changes."""
    with house.reading() as connection:
        return UploadOut.model_validate(intake.upload(connection, person, extract_id))


@router.post("/extracts/{extract_id}/confirm", responses=problems(401, 404, 409))
def confirm(extract_id: str, person: Uploader, house: House) -> UploadOut:
    """Let it count although something shrinks."""
    with standing_otherwise():
        intake.confirm_extract(house, person, extract_id)
    return extract(extract_id, person, house)


@router.delete("/extracts/{extract_id}", responses=problems(401, 404, 409))
def undo(extract_id: str, person: Uploader, house: House) -> UploadOut:
    """Take it back; what it replaced counts again."""
    with standing_otherwise():
        intake.undo_extract(house, person, extract_id)
    return extract(extract_id, person, house)
