"""The size of a request's body: a request in; it goes on, or is refused before it fills the memory, out."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ProblemError, problem_response

MOST_BYTES = 1024 * 1024
# Streamed to a file under a limit of its own (FOYER_UPLOAD_BYTES).
STREAMED = {("POST", "/api/v1/extracts")}


class BodyLimit:
    """ASGI middleware: forms and JSON are read whole, before anyone asks who sends them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) in STREAMED:
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        if not stated.isdigit() or int(stated) > MOST_BYTES:
            refusal = problem_response(
                ProblemError(413, "too_large", "This request is too large.", "Send less at once.")
            )
            await refusal(scope, receive, send)
            return
        length = 0

        async def counted() -> Message:
            nonlocal length
            message = await receive()
            length += len(message.get("body", b""))
            if length > MOST_BYTES:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)
