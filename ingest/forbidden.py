"""A cell's text enters; what it must never be leaves: e-mail, telephone or bank number, hash, name.

The patterns are wide on purpose in cells that hold no free text, and narrow in titles, where "1984",
"24/25" and "08-11-2025 20:15" are ordinary.
"""

from __future__ import annotations

import re

from ingest.findings import FindingKind
from ingest.findings import receive as found

_EMAIL = re.compile(r"[^\s@<>,;]+\s?@\s?[^\s@<>,;]+\.[^\W\d_]{2,}")
# International, or a national number of ten digits as in NL, BE, FR and UK; DE numbers vary more.
_PHONE = re.compile(
    r"(?<![\w.-])(?:(?:\+|00)[1-9](?:[ ./()-]{0,2}\d){8,13}|0[1-9](?:[ ./()-]{0,2}\d){7,9})(?![\w-])"
)
_DATE = re.compile(r"\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_HASH = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})(?![0-9A-Za-z])")
_PARTICLE = "(?:van|de|der|den|het|ten|ter|te|von|zu|du|la|le|da|di|el|y|'t)"
_CAPITALISED = r"[^\W\d_a-zà-ÿ](?:[^\W\d_]|['’.-])*"
_NAME = re.compile(
    rf"{_CAPITALISED}(?: {_PARTICLE})*(?: {_CAPITALISED}){{1,3}}|{_CAPITALISED}, {_CAPITALISED}"
)


def forbidden_in(text: str) -> FindingKind | None:
    """What this text gives away, names apart."""
    if "@" in text and _EMAIL.search(text):
        return found.FORBIDDEN_EMAIL
    if _HASH.search(text):
        return found.FORBIDDEN_HASH
    if any(_is_iban(match.group()) for match in _IBAN.finditer(text)):
        return found.FORBIDDEN_IBAN
    if _PHONE.search(_DATE.sub("~", text)):
        return found.FORBIDDEN_PHONE
    return None


def forbidden_in_cell(text: str) -> FindingKind | None:
    """The same for a cell that is no title: here two capitalised words are a name."""
    return forbidden_in(text) or (found.FORBIDDEN_NAME if _NAME.fullmatch(text.strip()) else None)


def _is_iban(text: str) -> bool:
    """The check digits of ISO 13616: a reference that merely looks alike passes one time in 97."""
    compact = text.replace(" ", "")
    digits = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return 15 <= len(compact) <= 34 and int(digits) % 97 == 1
