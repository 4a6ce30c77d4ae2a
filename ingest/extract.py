"""The canonical extract: what a venue sends. Every column, its type, its meaning.

The file is `.foyer.csv`: UTF-8, LF, no line breaks inside cells. Line 1 is `#foyer-extract {json}`,
line 2 the column names in the order below, then one row per ticket. Line 1 says how many rows follow, so
that a file that was cut short shows as one, also where it was cut at the end of a line.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum

from ingest.vocabulary import Channel, Genre, ProductClass, TicketStatus

EXTRACT_VERSION = 2
MARK = "#foyer-extract "
SUFFIX = ".foyer.csv"


class OtherVersionError(ValueError):
    """The extract is of another version than this code reads and writes."""


class Kind(Enum):
    """How a cell is written."""

    TEXT = "text"
    TOKEN = "token"  # noqa: S105 - the name of a kind of cell
    COUNTRY = "country"
    AREA = "area"
    TIME = "time"
    INTEGER = "integer"
    CURRENCY = "currency"
    BOOLEAN = "boolean"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the extract."""

    name: str
    kind: Kind
    required: bool
    meaning: str
    choices: tuple[str, ...] = ()


def _choice(name: str, required: bool, meaning: str, values: type[Enum]) -> Column:
    return Column(name, Kind.CHOICE, required, meaning, tuple(v.value for v in values))


COLUMNS: tuple[Column, ...] = (
    Column("order_ref", Kind.TEXT, True, "The order, in the venue's own numbering, hashed at the venue."),
    Column("ticket_ref", Kind.TEXT, True, "The ticket within the venue, hashed; unique in the extract."),
    Column(
        "booker_token",
        Kind.TOKEN,
        False,
        "Who placed the order, blinded; on one row of each order and performance.",
    ),
    Column("country", Kind.COUNTRY, False, "The booker's country, two letters (ISO 3166-1)."),
    Column("postcode_area", Kind.AREA, False, "The booker's postcode area, never the full postcode."),
    Column("production_ref", Kind.TEXT, True, "The production within the venue."),
    Column("production_title", Kind.TEXT, True, "Its title; stays in the venue's own space."),
    _choice("genre", True, "The genre, from the network's list.", Genre),
    Column("performance_ref", Kind.TEXT, True, "The dated performance within the venue."),
    Column("performance_start", Kind.TIME, True, "When it starts, local time with offset."),
    Column("hall_capacity", Kind.INTEGER, False, "Seats, or the most people allowed in."),
    Column("purchased_at", Kind.TIME, False, "When the order was placed, with offset."),
    _choice("channel", True, "Where it was sold.", Channel),
    _choice("product_class", True, "What kind of ticket it is.", ProductClass),
    Column("pass_scheme", Kind.TEXT, False, "Which pass, where product_class is pass."),
    Column("price_paid_cents", Kind.INTEGER, False, "What was paid for this ticket, in cents."),
    Column("currency", Kind.CURRENCY, False, "The currency, three letters (ISO 4217)."),
    _choice("status", True, "What became of the ticket.", TicketStatus),
    Column("scanned", Kind.BOOLEAN, False, "Whether it was scanned at the door: true, false or empty."),
)

COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class ExtractHeader:
    """What line 1 says of the whole file. Days are ISO dates of performances, first and last.

    `rows` is how many lines follow the line of columns.
    """

    organisation: str
    venue: str
    layout: str
    key_id: str
    key_check: str
    first_day: str
    last_day: str
    rows: int
    trial: bool = False
    version: int = EXTRACT_VERSION

    def line(self, length: int = 0) -> str:
        """Line 1 of the file, ASCII, without the line end; spaces before the JSON make it `length` long."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return MARK + text.rjust(length - len(MARK))

    @classmethod
    def parse(cls, line: str) -> ExtractHeader:
        """Read line 1; raises ValueError when it is not one of ours, OtherVersionError when it once was."""
        if not line.startswith(MARK):
            raise ValueError("The first line does not begin with #foyer-extract.")
        raw = json.loads(line[len(MARK) :])
        fields = cls.__dataclass_fields__
        if not isinstance(raw, dict):
            raise ValueError("The first line does not carry the fields of an extract header.")
        # Asked first: another version has other fields.
        if type(raw.get("version")) is int and raw["version"] != EXTRACT_VERSION:
            raise OtherVersionError(f"The extract is of version {raw['version']}, not {EXTRACT_VERSION}.")
        if set(raw) != set(fields):
            raise ValueError("The first line does not carry the fields of an extract header.")
        for name in fields:
            expected = bool if name == "trial" else int if name in ("rows", "version") else str
            if type(raw[name]) is not expected:
                raise ValueError(f"The first line's {name} has the wrong type.")
        return cls(**raw)
