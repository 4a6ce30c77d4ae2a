"""One row of an export, read by its layout: texts as they stand there, and what the layout knows of them.

A row is read in parts that come back in other rows: who bought, for which show, what kind of ticket. Equal
cells are read once, so that a row costs little more than finding them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from ingest.findings import FindingKind
from ingest.vocabulary import TicketStatus

# Takes some of our columns out of a row, in the order asked for; a part is known by these cells.
Cells = tuple[str, ...]
Pick = Callable[[list[str]], Cells]

# A time that is there and cannot be read: not the same as none.
UNREADABLE = "?"


class Buyer(NamedTuple):
    """What a row says of its order. Rows of one order most often follow each other and say the same."""

    order: str  # Empty where the row has none.
    email: str
    number: str  # The venue's own customer number.
    postcode: str
    country: str
    purchased: str  # Local, ISO 8601; UNREADABLE where it says something else.


class Show(NamedTuple):
    """What a row says of its performance."""

    event: str  # The system's own name of one performance or series; empty where it has none.
    names: Cells  # What the programme may know it by, best first.
    start: str  # As Buyer.purchased; empty where the export does not say.


class Item(NamedTuple):
    """What a row says of its ticket, but for which one it is."""

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
    """How one box-office system writes a row. `decimal` and `language` are what its header gave away.

    Rows are as wide as the header's columns, with an empty cell behind them for absent columns.
    """

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

    @property
    def ticket(self) -> Callable[[list[str]], str]:
        """Reads the ticket within its order; empty where the system does not number tickets."""
        ...

    @property
    def buyer_cells(self) -> Pick: ...
    @property
    def show_cells(self) -> Pick: ...
    @property
    def item_cells(self) -> Pick: ...

    def buyer(self, cells: Sequence[str]) -> Buyer: ...
    def show(self, cells: Sequence[str]) -> Show: ...
    def item(self, cells: Sequence[str]) -> Item: ...


class Missing(NamedTuple):
    """Why a header is not of a layout: the columns it lacks (as that system names them) or has twice."""

    layout: str
    columns: tuple[str, ...]
    doubled: tuple[str, ...] = ()
