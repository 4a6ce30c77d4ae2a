"""Which errors a route may answer with: status codes in, the `responses` of its OpenAPI entry out."""

from __future__ import annotations

from typing import Any

from service.errors import MEDIA_TYPE
from service.wire import ProblemBody

_MEANINGS = {
    400: "The request cannot be answered as it stands.",
    401: "Nobody is logged in.",
    403: "The person may not do this.",
    404: "There is nothing here for this person.",
    409: "It stands otherwise by now.",
    413: "Too large.",
    422: "The request, or the file, cannot be read. See `errors` or `findings`.",
    429: "Too many requests; see Retry-After.",
    500: "Something went wrong on our side.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for these statuses, beside those every route can answer."""
    every = sorted({*statuses, 403, 422, 429, 500})
    schema = {"schema": ProblemBody.model_json_schema()}
    return {status: {"description": _MEANINGS[status], "content": {MEDIA_TYPE: schema}} for status in every}
