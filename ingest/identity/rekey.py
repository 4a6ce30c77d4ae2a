"""A token and the service's pepper → the booker id that the lake keeps. Tokens themselves are not kept."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

BOOKER_BYTES = 16
PEPPER_BYTES = 32


def booker_id(pepper: bytes, token: str) -> bytes:
    """The first 16 bytes of HMAC-SHA-256; raises ValueError on a pepper too short to protect."""
    if len(pepper) < PEPPER_BYTES:
        raise ValueError("The pepper must have at least 32 bytes.")
    return hmac.digest(pepper, token.encode("ascii"), "sha256")[:BOOKER_BYTES]


def booker_ids(pepper: bytes, tokens: Sequence[str]) -> list[bytes]:
    """The same for many tokens, in their order."""
    return [booker_id(pepper, token) for token in tokens]
