"""Errors: what went wrong in; one shape out, `application/problem+json`, or the same words as a page."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access import NotThereError, RefusedError

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger("foyer")


class ProblemError(Exception):
    """A request that is answered with an error: status, a word for programs, and what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        *,
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more or {}


class LogInFirstError(Exception):
    """Nobody is logged in: a page sends to the log-in, the API answers 401."""


@dataclass(frozen=True, slots=True)
class _Words:
    code: str
    title: str
    detail: str


NOT_THERE = _Words(
    "not_there", "There is nothing here.", "It does not exist, or it belongs to another organisation."
)
_BY_STATUS = {
    404: NOT_THERE,
    405: _Words("method", "This address does not do that.", "See /api for what each address does."),
    413: _Words("too_large", "This is too large.", "Split the file by season and send the parts."),
}


def problem_response(problem: ProblemError) -> JSONResponse:
    """The one shape of every error."""
    body = {
        "type": f"urn:foyer:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        **problem.more,
    }
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def is_page(request: Request) -> bool:
    """Whether a person in a browser asked, rather than a program."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI, render: Any) -> None:
    """Give the app these handlers. `render(request, problem)` makes the page."""

    def answer(request: Request, problem: ProblemError) -> Response:
        page: Response = render(request, problem) if is_page(request) else problem_response(problem)
        return page

    async def on_problem(request: Request, error: Exception) -> Response:
        return answer(request, error if isinstance(error, ProblemError) else _as_problem(error))

    async def on_log_in(request: Request, error: Exception) -> Response:
        if is_page(request) and request.method == "GET":
            return RedirectResponse("/login", 303)
        return answer(
            request,
            ProblemError(
                401,
                "log_in",
                "Log in first.",
                "Send a session cookie or a bearer token.",
                headers={"WWW-Authenticate": "Bearer"},
            ),
        )

    async def on_surprise(request: Request, error: Exception) -> Response:
        # The body names no cause: a message may hold a path, a query or a cell. The log holds the place only.
        number = secrets.token_hex(4)
        logger.error("unexpected %s at %s (%s)", type(error).__name__, _where(error), number)
        return answer(
            request,
            ProblemError(
                500,
                "unexpected",
                "Something went wrong on our side.",
                f"Nothing was changed. If it happens again, tell us this number: {number}.",
            ),
        )

    for kind in (ProblemError, RefusedError, NotThereError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, on_problem)
    app.add_exception_handler(LogInFirstError, on_log_in)
    app.add_exception_handler(Exception, on_surprise)
    app.add_middleware(_NoSurprises, answer=on_surprise)


class _NoSurprises:
    """Answers what nothing else caught, and ends it here.

    A handler of the framework answers too, but then hands the exception on to the server, which writes its
    message to the log; and a message may hold a cell.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            response = await self._answer(Request(scope, receive), error)
            if begun:
                raise ConnectionError("an answer was cut short") from None
            await response(scope, receive, send)


def _as_problem(error: Exception) -> ProblemError:
    if isinstance(error, RefusedError):
        return ProblemError(403, "refused", "You may not do this.", str(error))
    if isinstance(error, RequestValidationError):
        wrong = [
            {"where": ".".join(str(part) for part in e["loc"]), "what": e["msg"]} for e in error.errors()
        ]
        return ProblemError(
            422,
            "invalid",
            "The request cannot be read.",
            "See `errors` for each part that is wrong.",
            more={"errors": wrong},
        )
    status = error.status_code if isinstance(error, HTTPException) else 404
    words = _BY_STATUS.get(status, _Words("request", "The request cannot be answered.", ""))
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return ProblemError(status, words.code, words.title, words.detail, headers=headers)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    place = "unknown"
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return place
