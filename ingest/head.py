"""The first bytes of an upload enter; the extract's header leaves, or what the file is instead."""

from __future__ import annotations

import re
from datetime import date

from ingest.extract import COLUMN_NAMES, EXTRACT_VERSION, MARK, ExtractHeader, OtherVersionError
from ingest.findings import receive as found
from ingest.refusal import RefusedFileError

# Line 1 is the header, line 2 the columns.
FIRST_ROW = 3
_COMPRESSED = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

# A column header that contains one of these words is for a person, in the languages of the exports.
_PERSONAL = {
    "name": "name naam voornaam achternaam nom prenom prénom vorname nachname firstname lastname surname",
    "e-mail": "email mail e-mail mailadres courriel adres_email",
    "phone": "phone telephone telefoon tel mobile mobiel portable telefon handy",
    "birth date": "birth birthdate birthday dob geboorte geboortedatum naissance geburtsdatum",
    "street": "street address straat adres huisnummer rue adresse strasse straße hausnummer",
}
_PERSONAL_WORDS = {word: what for what, words in _PERSONAL.items() for word in words.split()}


def read_head(block: bytes, line_bytes: int) -> tuple[ExtractHeader, bytes]:
    """The header, and the bytes after the line of columns."""
    if not block:
        raise RefusedFileError(found.EMPTY_FILE)
    _check_is_ours(block)
    first, rest = _next_line(block, line_bytes, 1)
    header = _header(first)
    columns, rest = _next_line(rest, line_bytes, 2)
    _check_columns(columns)
    return header, rest


def _check_is_ours(block: bytes) -> None:
    if block.startswith(_COMPRESSED):
        raise RefusedFileError(found.COMPRESSED)
    if block.startswith(_BYTE_ORDER_MARKS):
        ours = MARK.encode() in block[: len(MARK) + 3]
        raise RefusedFileError(found.CHANGED_SINCE if ours else found.NOT_AN_EXTRACT, row=1)
    if block.startswith(MARK.encode()):
        return
    raise RefusedFileError(found.BINARY if b"\0" in block else found.NOT_AN_EXTRACT, row=1)


def _next_line(block: bytes, line_bytes: int, number: int) -> tuple[str, bytes]:
    line, end, rest = block.partition(b"\n")
    if len(line) >= line_bytes:
        raise RefusedFileError(found.LINE_TOO_LONG, row=number, limit=f"{line_bytes:,}")
    if not end:
        raise RefusedFileError(found.CUT_OFF, row=number)
    if b"\0" in line:
        raise RefusedFileError(found.BINARY, row=number)
    if line.endswith(b"\r"):
        raise RefusedFileError(found.CHANGED_SINCE, row=number)
    try:
        return line.decode(), rest
    except UnicodeDecodeError:
        raise RefusedFileError(found.NOT_UTF8, row=number) from None


def _header(line: str) -> ExtractHeader:
    try:
        header = ExtractHeader.parse(line)
        date.fromisoformat(header.first_day)
        date.fromisoformat(header.last_day)
    except OtherVersionError:
        raise RefusedFileError(found.OTHER_VERSION, row=1, expected=str(EXTRACT_VERSION)) from None
    except (ValueError, RecursionError):
        raise RefusedFileError(found.BROKEN_FIRST_LINE, row=1) from None
    # These are shown on pages and stored, so they may only be plain words.
    words = (header.organisation, header.venue, header.layout, header.key_id)
    if not all(_WORD.fullmatch(word) for word in words):
        raise RefusedFileError(found.BROKEN_FIRST_LINE, row=1)
    return header


def _check_columns(line: str) -> None:
    names = line.split(",")
    if tuple(names) == COLUMN_NAMES:
        return
    for name in names:
        for word in re.split(r"[^\w-]+|_", name.strip('" ').lower()):
            if name not in COLUMN_NAMES and word in _PERSONAL_WORDS:
                raise RefusedFileError(found.PERSONAL_COLUMN, row=2, what=_PERSONAL_WORDS[word])
    raise RefusedFileError(found.WRONG_COLUMNS, row=2, expected=str(len(COLUMN_NAMES)), found=str(len(names)))
