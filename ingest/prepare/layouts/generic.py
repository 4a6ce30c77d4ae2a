"""Any other export, described by the venue itself: `generic` in venue.json names its columns.

Rows with a negative number or price take back tickets sold in another row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.prepare.header import Header, Pick, picker
from ingest.prepare.profile import GENERIC_COLUMNS, GENERIC_REQUIRED, GenericMapping, VenueProfile
from ingest.prepare.sale import UNREADABLE, Missing, Sale
from ingest.vocabulary import TicketStatus

NAME = "generic"

STATUSES = {
    **dict.fromkeys(("", "sold", "paid", "betaald", "verkocht", "payé", "vendu", "bezahlt", "verkauft"),
                    TicketStatus.SOLD),
    **dict.fromkeys(("refunded", "retour", "terugbetaald", "remboursé", "erstattet"), TicketStatus.REFUNDED),
    **dict.fromkeys(("void", "canceled", "cancelled", "vervallen", "geannuleerd", "annulé", "storniert"),
                    TicketStatus.VOID),
    **dict.fromkeys(("reserved", "optie", "gereserveerd", "réservé", "reserviert"), TicketStatus.RESERVED),
}  # fmt: skip
_YES = frozenset(("ja", "j", "yes", "y", "oui", "o", "true", "waar", "1", "x", "wahr"))
_NO = frozenset(("nee", "n", "no", "non", "nein", "false", "onwaar", "0", "falsch"))
# Kept so that a long file costs one reading per distinct time, and let go so that memory stays bounded.
MOST_TIMES = 200_000


@dataclass(frozen=True, slots=True)
class Generic:
    """What the mapping says of this header; `pick` takes our columns out of a row."""

    pick: Pick
    mapping: GenericMapping
    has_postcodes: bool
    times: dict[str, str]
    name: str = NAME
    language: str = ""
    takes_back: bool = True

    @property
    def decimal(self) -> str:
        return self.mapping.decimal

    def sale(self, cells: list[str]) -> Sale:
        (order, ticket, email, number, postcode, country, production, title, start, start_time, purchased,
         purchased_time, product, price, status, channel, quantity, scanned) = (
            cell.strip() for cell in self.pick(cells)
        )  # fmt: skip
        return Sale(
            order,
            ticket,
            email,
            number,
            postcode,
            country,
            "",
            (production, title),
            self._time(start, start_time),
            self._time(purchased, purchased_time),
            product,
            "",
            price,
            self._status(status.casefold()),
            channel,
            quantity or "1",
            _flag(scanned.casefold()),
        )

    def _status(self, status: str) -> TicketStatus | None:
        return self.mapping.statuses.get(status) or STATUSES.get(status)

    def _time(self, day: str, time: str) -> str:
        text = f"{day} {time}" if time else day
        known = self.times.get(text)
        if known is None:
            if len(self.times) >= MOST_TIMES:
                self.times.clear()
            known = self.times[text] = _read_time(text, self.mapping.date)
        return known


def bind(header: Sequence[str], profile: VenueProfile, source: str) -> Generic | Missing:
    """Recognised by every column that the mapping names. A column named twice cannot be chosen from."""
    mapping = profile.generic
    if mapping is None:
        return Missing(NAME, tuple(GENERIC_REQUIRED))
    columns = Header(header)
    places = {field: columns.places((name,)) for field, name in mapping.columns.items()}
    missing = tuple(mapping.columns[field] for field, found in places.items() if not found)
    doubled = tuple(mapping.columns[field] for field, found in places.items() if len(found) > 1)
    if missing or doubled:
        return Missing(NAME, missing, doubled)
    pick = picker([places[field][0] if field in places else None for field in GENERIC_COLUMNS])
    return Generic(pick, mapping, "postcode" in places, {"": ""})


def _read_time(text: str, pattern: str) -> str:
    try:
        return datetime.strptime(text, pattern).isoformat("T", "seconds")
    except ValueError:
        return UNREADABLE


def _flag(text: str) -> bool | None:
    return True if text in _YES else False if text in _NO else None
