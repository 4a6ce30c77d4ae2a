"""One row of an export, read by its layout: texts as they stand there, and what the layout knows of them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ingest.findings import FindingKind
from ingest.vocabulary import TicketStatus

# A time that is there and cannot be read: not the same as none.
UNREADABLE = "?"


class Sale(NamedTuple):
    """A named tuple, not a data class: one is made for every row, and it is made three times faster."""

    order: str
    ticket: str  # Within the order; empty where the system does not number tickets.
    email: str
    number: str  # The venue's own customer number.
    postcode: str
    country: str
    event: str  # The system's own name of one performance or series; empty where it has none.
    names: tuple[str, ...]  # What the programme may know it by, best first.
    start: str  # Local, ISO 8601; empty where the export does not say.
    purchased: str  # Likewise; UNREADABLE where it says something else.
    product: str
    variation: str
    price: str
    status: TicketStatus | None
    channel: str
    quantity: str = "1"
    scanned: bool | None = None
    left_out: FindingKind | None = None
    discount: str = ""


class Layout(Protocol):
    """How one box-office system writes a row. `decimal` and `language` are what its header gave away."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def decimal(self) -> str: ...
    @property
    def has_postcodes(self) -> bool: ...
    @property
    def takes_back(self) -> bool:
        """Whether rows with a negative number or price take back tickets of other rows."""
        ...

    def sale(self, cells: list[str]) -> Sale:
        """`cells` are as many as the header's columns, and an empty one behind them for absent columns."""
        ...


class Missing(NamedTuple):
    """Why a header is not of a layout: the columns it lacks (as that system names them) or has twice."""

    layout: str
    columns: tuple[str, ...]
    doubled: tuple[str, ...] = ()
