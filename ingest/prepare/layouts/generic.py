"""Any other export, described by the venue itself: `generic` in venue.json names its columns.

Rows with a negative number or price take back tickets sold in another row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.prepare.header import Header, picker, place
from ingest.prepare.known import Known
from ingest.prepare.patterns import TimePattern
from ingest.prepare.profile import GENERIC_COLUMNS, GENERIC_REQUIRED, GenericMapping, VenueProfile
from ingest.prepare.sale import UNREADABLE, Buyer, Item, Missing, Pick, Show
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


@dataclass(frozen=True, slots=True)
class Generic:
    """What the mapping says of this header; times are read once each."""

    mapping: GenericMapping
    has_postcodes: bool
    ticket: Callable[[list[str]], str]
    buyer_cells: Pick
    show_cells: Pick
    item_cells: Pick
    times: Known[str, str]
    name: str = NAME
    language: str = ""
    takes_back: bool = True

    @property
    def decimal(self) -> str:
        return self.mapping.decimal

    def buyer(self, cells: Sequence[str]) -> Buyer:
        order, email, number, postcode, country, day, time = map(str.strip, cells)
        return Buyer(order, email, number, postcode, country, self._time(day, time))

    def show(self, cells: Sequence[str]) -> Show:
        production, title, day, time = map(str.strip, cells)
        return Show("", (production, title), self._time(day, time))

    def item(self, cells: Sequence[str]) -> Item:
        product, price, status, channel, quantity, scanned = map(str.strip, cells)
        return Item(
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
        return self.times[f"{day} {time}" if time else day]


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
    first = {field: places[field][0] if field in places else None for field in GENERIC_COLUMNS}
    number, pattern = place(first["ticket_ref"]), TimePattern(mapping.date)
    return Generic(
        mapping,
        "postcode" in places,
        lambda cells: cells[number].strip(),
        picker(first, "order_ref email customer_number postcode country purchased_at purchased_time"),
        picker(first, "production title performance_start performance_time"),
        picker(first, "product price status channel quantity scanned"),
        Known(lambda text: _read_time(text, pattern)),
    )


def _read_time(text: str, pattern: TimePattern) -> str:
    try:
        return pattern.read(text) if text else ""
    except ValueError:
        return UNREADABLE


def _flag(text: str) -> bool | None:
    return True if text in _YES else False if text in _NO else None
