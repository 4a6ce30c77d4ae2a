"""A key id enters; the tokens leave that a client would make which forgot the key, for common addresses."""

from __future__ import annotations

import base64
import hashlib

_NAMES = """
info jan piet kees anna maria sophie emma julia lotte sanne eva lisa tom tim daan sem lucas noah peter hans
marie pierre jean luc claire thomas michael stefan anja petra john mary david sarah mark paul admin contact
kassa tickets theater test office mail hello noreply secretariaat administratie
"""
_SURNAMES = "jansen devries dejong bakker visser smit meijer mulder dubois martin muller schmidt smith jones"
_DOMAINS = """
gmail.com hotmail.com outlook.com live.nl ziggo.nl kpnmail.nl xs4all.nl planet.nl hetnet.nl icloud.com
yahoo.com orange.fr free.fr gmx.de web.de telenet.be skynet.be example.com
"""


def unkeyed_tokens(key_id: str) -> frozenset[str]:
    """About ten thousand of them: enough to notice a client that is wrong, not to find a person."""
    names = _NAMES.split()
    people = names + [f"{name}.{surname}" for name in names for surname in _SURNAMES.split()]
    digests = (hashlib.sha256(f"{who}@{at}".encode()).digest() for who in people for at in _DOMAINS.split())
    return frozenset(
        f"{key_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}" for digest in digests
    )
