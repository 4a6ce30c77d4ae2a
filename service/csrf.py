"""Cross-site requests: a request in; it goes on, or is refused, before anything reads its cookie."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import ProblemError, problem_response

SAFE = {"GET", "HEAD", "OPTIONS"}
# Browsers send these by themselves; the route stores nothing and reads no cookie.
OPEN_PATHS = {"/csp-report"}


class CrossSiteGuard:
    """ASGI middleware: what changes something must come from our own pages, or carry a bearer token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and scope["path"] not in OPEN_PATHS:
            headers = Headers(scope=scope)
            if not _comes_from_us(headers):
                refusal = problem_response(
                    ProblemError(
                        403,
                        "cross_site",
                        "This request did not come from our own pages.",
                        "Open the page again and repeat what you did.",
                    )
                )
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _comes_from_us(headers: Headers) -> bool:
    # A bearer token is never sent by a browser on its own, so such a request cannot be forged; a cookie
    # beside it would be used by nobody, because the token comes first.
    if headers.get("authorization", "").lower().startswith("bearer "):
        return True
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host", "") != ""
    return site == "same-origin"
