"""What a row says of its ticket → whether it is one, what kind, and the end of its line in the extract."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.findings import FindingKind
from ingest.findings import prepare as kinds
from ingest.prepare.known import Known
from ingest.prepare.money import paid, whole
from ingest.prepare.profile import VenueProfile
from ingest.prepare.rules import Channels, Product, Products
from ingest.prepare.sale import Cells, Item, Layout
from ingest.vocabulary import Channel, ProductClass, TicketStatus

MOST_TICKETS = 2_000
_SCANNED = {True: "true", False: "false", None: ""}
_BACK = (TicketStatus.REFUNDED, TicketStatus.VOID)


@dataclass(frozen=True, slots=True)
class Fare:
    """What equal items come to.

    `left_out` says why they make no tickets. `takes_back` is how many tickets of other rows they take
    back, and `marks_back` that they repeat a ticket to say so. `cells` are the extract's from channel to
    scanned, `cells_back` the same for a sold ticket that another row takes back.
    """

    left_out: FindingKind | None = None
    takes_back: int = 0
    marks_back: bool = False
    bad_price: bool = False
    notes: tuple[FindingKind, ...] = ()
    quantity: int = 0
    sold: bool = False
    cells: str = ""
    cells_back: str = ""


class Fares(Known[Cells, Fare]):
    """Each distinct item is decided once."""

    def __init__(self, profile: VenueProfile, layout: Layout) -> None:
        super().__init__(self._decide)
        self._profile = profile
        self._layout = layout
        self._products = Products(profile.products)
        self._channels = Channels(profile.channels)

    def _decide(self, cells: Cells) -> Fare:
        item = self._layout.item(cells)
        if item.left_out is not None:
            return Fare(item.left_out)
        product = self._products.find(item.product, item.variation)
        if not product.audience:
            return Fare(kinds.NON_AUDIENCE)
        quantity, price = whole(item.quantity) or 0, paid(item.price, item.discount, self._layout.decimal)
        negative = quantity < 0 or (price or 0) < 0
        takes_back, marks_back = abs(quantity) if negative else 0, not negative and item.status in _BACK
        if item.status is None:
            return Fare(kinds.UNKNOWN_STATUS, takes_back)
        if not 0 < abs(quantity) <= MOST_TICKETS:
            return Fare(kinds.BAD_QUANTITY, takes_back, marks_back)
        bad_price = price is None and bool(item.price.strip())
        if negative and self._layout.takes_back:
            return Fare(kinds.REVERSAL, takes_back, marks_back, bad_price)
        if price is not None and price < 0:
            bad_price, price = True, None
        return self._seat(item, item.status, product, quantity, price, bad_price, marks_back)

    def _seat(
        self,
        item: Item,
        status: TicketStatus,
        product: Product,
        quantity: int,
        price: int | None,
        bad_price: bool,
        marks_back: bool,
    ) -> Fare:
        notes = []
        channel = product.channel or self._channels.find(item.channel)
        if channel is None:
            notes.append(kinds.UNKNOWN_CHANNEL)
        kind, sold = product.product_class, status is TicketStatus.SOLD
        if price == 0 and sold and kind is ProductClass.SINGLE and not product.by_rule:
            notes.append(kinds.FREE_AS_COMP)
            kind = ProductClass.COMP
        scanned = _SCANNED[item.scanned]
        if sold and not scanned and self._profile.scans:
            scanned = "false"
        known = ",".join(
            (
                (channel or Channel.WEB).value,
                kind.value,
                product.scheme if kind is ProductClass.PASS else "",
                "," if price is None else f"{price},{self._profile.currency}",
            )
        )
        return Fare(
            None, 0, marks_back, bad_price, tuple(notes), quantity, sold,
            f"{known},{status.value},{scanned}\n", f"{known},{TicketStatus.REFUNDED.value},{scanned}\n",
        )  # fmt: skip
