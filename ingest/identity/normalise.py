"""An e-mail address or a customer number → the bytes that are blinded. Standard library and idna only.

The rules are pinned for every runtime by the vectors in tests/unit/identity/email_vectors.json.
Nothing is guessed: no dots or plus-parts are stripped, because that merges different people elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import idna

LONGEST_ADDRESS = 320
LONGEST_NUMBER = 128

# Runtimes differ in what they call white space (JavaScript trims a byte-order mark, Python does not).
_BLANK = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2028\u2029\u200b\u200c\u200d\u2060\ufeff"
_ADDRESS = re.compile(rf"([^@{_BLANK}]+)@([^@{_BLANK}]+)")
_ASCII_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Mailboxes that stand for an organisation: many people order with them, so they name nobody.
SHARED = _words("""
    admin administratie administration balie billetterie boxoffice box-office caisse contact desk donotreply
    do-not-reply hallo hello info kaarten kaartverkoop kantoor kasse kassa mailer-daemon nepasrepondre
    ne-pas-repondre noreply no-reply office postmaster reception receptie reservation reservations reserveren
    reservering reserveringen sales secretariaat secretariat sekretariat support theaterkassa ticket ticketing
    tickets webmaster
""")
# What people type when a form insists on an address.
DUMMY = _words("""
    aa aaa anonym anoniem anonyme anonymous asdf aucun dummy fake geen geenemail geenmail inconnu kein keine
    na n.a n.v.t nee niemand nobody noemail nomail none nvt onbekend removed test tester testtest unbekannt
    unknown x xx xxx xxxx
""")
NOBODY = SHARED | DUMMY
NO_NUMBER = _words("0 - n/a na nvt n.v.t. null none geen onbekend unknown")


def email_input(address: str) -> bytes | None:
    """The OPRF input of an address; None where it names nobody (empty, malformed, shared or dummy)."""
    normalised = normalise_email(address)
    if normalised is None:
        return None
    address_bytes = normalised.encode()
    return _EMAIL_TAG + len(address_bytes).to_bytes(2, "big") + address_bytes


def number_input(venue: str, number: str) -> bytes | None:
    """The OPRF input of a venue's own customer number: it never links across venues."""
    text = _plain(number)
    if not text or text in NO_NUMBER or len(text) > LONGEST_NUMBER:
        return None
    return _prefixed(b"number", venue.encode(), text.encode())


def normalise_email(address: str) -> str | None:
    """NFKC, strip, lower-case, domain as A-label; None where the address names nobody."""
    text = _plain(address)
    parts = _ADDRESS.fullmatch(text)
    if parts is None or len(text) > LONGEST_ADDRESS:
        return None
    local, domain = parts.groups()
    if local in NOBODY:
        return None
    label = _label(domain)
    return f"{local}@{label}" if label else None


def is_shared_or_dummy(address: str) -> bool:
    """Whether an address is well formed but stands for nobody in particular."""
    return _plain(address).rpartition("@")[0] in NOBODY


def _plain(text: str) -> str:
    # Lone surrogates mark bytes that could not be read: what they stood for is unknown.
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if any("\ud800" <= c <= "\udfff" or c == "\ufffd" for c in text):
            return ""
    return text.strip(_BLANK).lower()


@lru_cache(maxsize=4096)
def _label(domain: str) -> str | None:
    """A domain as it is asked for, without the dot of its root. Domains are few and addresses many."""
    domain = domain.removesuffix(".")
    label = domain if domain.isascii() else _a_label(domain)
    return label if label and _ASCII_DOMAIN.fullmatch(label) else None


def _a_label(domain: str) -> str | None:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None


def _prefixed(*parts: bytes) -> bytes:
    """Each part behind its length, so that no two sets of parts give the same bytes."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


_EMAIL_TAG = _prefixed(b"email")
# Evaluated with every batch: its token shows that the right key answered.
CHECK_INPUT = _prefixed(b"check", b"foyer")
