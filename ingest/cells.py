"""One cell's text enters; its value leaves, or what is wrong with it: what each kind of column accepts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ingest.extract import Column, Kind
from ingest.findings import FindingKind
from ingest.findings import receive_rows as row
from ingest.forbidden import forbidden_in, forbidden_in_cell

TITLE_LENGTH = 300
# Venues name these themselves, so two capitalised words in them are more likely a show than a person.
VENUE_WORDS = frozenset({"production_ref", "production_title", "performance_ref", "pass_scheme"})
RANGES = {"hall_capacity": (1, 200_000), "price_paid_cents": (0, 1_000_000)}
YEARS = (2000, 2100)

# 32 bytes in base64url: the last character carries four bits, so only these sixteen are ever written.
LAST_43 = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_ANY_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,80}\." + LAST_43)
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,120}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})")
_INTEGER = re.compile(r"-?\d{1,12}")
# Never a full postcode: NL four digits, UK and CA the first half; an unlisted country at most five digits.
_AREAS = {
    "NL": re.compile(r"[1-9]\d{3}"),
    "BE": re.compile(r"[1-9]\d{3}"),
    "GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]?"),
    "UK": re.compile(r"[A-Z]{1,2}\d[A-Z\d]?"),
    "CA": re.compile(r"[A-Z]\d[A-Z]"),
}
_OTHER_AREA = re.compile(r"\d{1,5}")


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a cell cannot be accepted, or why its whole file cannot."""

    kind: FindingKind
    detail: tuple[tuple[str, str], ...] = ()


Value = str | int | bool | datetime
ParseCell = Callable[[str], Value | Bad]


def cell_parser(column: Column) -> ParseCell:
    """How a cell of this column is read. Forbidden content outranks any other reason."""
    parse = _PARSERS[column.kind](column)
    venue_words = column.name in VENUE_WORDS
    look = forbidden_in if venue_words else forbidden_in_cell
    free = column.kind is Kind.TEXT

    def checked(text: str) -> Value | Bad:
        outcome = parse(text)
        if free or isinstance(outcome, Bad):
            forbidden = look(text)
            if forbidden is not None:
                return Bad(forbidden)
        return outcome

    return checked


def parse_area(text: str) -> Value | Bad:
    """A country and an area in it, "NL-1011"; the area is the part that is judged."""
    country, _, area = text.partition("-")
    if _AREAS.get(country, _OTHER_AREA).fullmatch(area):
        return text
    return Bad(forbidden_in_cell(area) or row.NOT_AN_AREA)


def parse_day(text: str) -> date:
    """The local day of a time that was already accepted."""
    return date.fromisoformat(text[:10])


def _text(column: Column) -> ParseCell:
    return _title if column.name == "production_title" else _matches(_REFERENCE, row.NOT_A_REFERENCE)


def _title(text: str) -> Value | Bad:
    fits = len(text) <= TITLE_LENGTH and text.isprintable() and bool(text.strip())
    return text if fits else Bad(row.NOT_A_TITLE)


def _matches(pattern: re.Pattern[str], kind: FindingKind) -> ParseCell:
    return lambda text: text if pattern.fullmatch(text) else Bad(kind)


def _time(column: Column) -> ParseCell:
    def parse(text: str) -> Value | Bad:
        if not _TIME.fullmatch(text):
            return Bad(row.NOT_A_TIME)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return Bad(row.NOT_A_TIME)
        return moment.astimezone(UTC) if YEARS[0] <= moment.year < YEARS[1] else Bad(row.NOT_A_TIME)

    return parse


def _integer(column: Column) -> ParseCell:
    low, high = RANGES[column.name]
    outside = Bad(row.OUT_OF_RANGE, (("low", f"{low:,}"), ("high", f"{high:,}")))

    def parse(text: str) -> Value | Bad:
        if not _INTEGER.fullmatch(text):
            return Bad(row.NOT_A_NUMBER)
        return int(text) if low <= int(text) <= high else outside

    return parse


def _boolean(column: Column) -> ParseCell:
    words = {"true": True, "false": False}
    return lambda text: words.get(text, Bad(row.NOT_A_BOOLEAN))


def _choice(column: Column) -> ParseCell:
    unknown = Bad(row.UNKNOWN_WORD, (("choices", ", ".join(column.choices)),))
    return lambda text: text if text in column.choices else unknown


def _refuse_token(column: Column) -> ParseCell:
    # columns.py accepts this key's tokens by their pattern: what comes here is another key's, or none.
    return lambda text: Bad(row.OTHER_KEY if _ANY_TOKEN.fullmatch(text) else row.NOT_A_TOKEN)


_PARSERS: dict[Kind, Callable[[Column], ParseCell]] = {
    Kind.TEXT: _text,
    Kind.TOKEN: _refuse_token,
    Kind.COUNTRY: lambda column: _matches(re.compile("[A-Z]{2}"), row.NOT_A_COUNTRY),
    Kind.TIME: _time,
    Kind.INTEGER: _integer,
    Kind.CURRENCY: lambda column: _matches(re.compile("[A-Z]{3}"), row.NOT_A_CURRENCY),
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
}
