"""Sales as a layout reads them → rows of the extract, with the identity still to be filled in.

Everything that is not a column of the extract is dropped here: names, streets, telephone numbers and
answers are never even looked at.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.findings import FindingCollector, FindingKind
from ingest.findings import prepare as kinds
from ingest.identity.normalise import email_input, is_shared_or_dummy, number_input
from ingest.prepare.clock import Clock
from ingest.prepare.money import cents
from ingest.prepare.postcodes import NOWHERE, Home, home
from ingest.prepare.profile import VenueProfile
from ingest.prepare.programme import Performance, Programme
from ingest.prepare.returns import Returns, whole
from ingest.prepare.rules import Channels, Product, Products
from ingest.prepare.sale import Layout, Sale
from ingest.vocabulary import Channel, ProductClass, TicketStatus

MOST_TICKETS = 2_000
REF_HEX = 24
_SCANNED = {True: "true", False: "false", None: ""}


class Row(NamedTuple):
    """A line of the extract, but for the booker's token between its two halves."""

    before: str
    booker: bytes | str  # The input to be evaluated; empty where the row carries none.
    after: str


@dataclass(slots=True)
class Order:
    """What is kept of an order while the file is read."""

    ref: str
    home: Home = NOWHERE
    carried: tuple[str, ...] = ()  # Performances whose booker is in the extract.
    tickets: int = 0


@dataclass(slots=True)
class Counts:
    """What became of the rows. Rows read = rows used + rows left out."""

    rows_read: int = 0
    rows_used: int = 0
    tickets: int = 0
    identified: int = 0
    with_area: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class Transformer:
    """Takes one row after another; `rows` is what waits to be written."""

    def __init__(
        self, profile: VenueProfile, layout: Layout, found: FindingCollector, returns: Returns
    ) -> None:
        self._profile = profile
        self._layout = layout
        self._found = found
        self._returns = returns
        self._clock = Clock(profile.timezone)
        self._programme = Programme(profile.programme, self._clock, (profile.performance,))
        self._products = Products(profile.products)
        self._channels = Channels(profile.channels)
        self._own = {email_input(address) for address in profile.own_addresses} - {None}
        self._homes: dict[tuple[str, str], Home] = {("", ""): NOWHERE}
        self._prices: dict[tuple[str, str], int | None] = {("", ""): None}
        self._orders: dict[str, Order] = {}
        self._tickets: set[str] = set()
        self._stamped = ("", "")
        self._salt = f"{len(profile.venue)}:{profile.venue}:".encode()
        self.rows: list[Row] = []
        self.counts = Counts()
        self.days: set[str] = set()
        self.performances: set[str] = set()
        self.productions: set[str] = set()

    def take(self, number: int, cells: list[str]) -> None:
        """One row of the export; what is left out is counted with its reason."""
        self.counts.rows_read += 1
        reason = self._use(number, self._layout.sale(cells)) if cells else kinds.RAGGED_ROW
        if reason is None:
            self.counts.rows_used += 1
        else:
            self.counts.left_out[reason.code] += 1
            self._found.add(reason, row=number)

    def flush(self) -> list[Row]:
        """The rows that wait to be written."""
        rows, self.rows = self.rows, []
        return rows

    @property
    def lone_returns(self) -> int:
        return self._returns.lone

    def _use(self, number: int, sale: Sale) -> FindingKind | None:
        """None when the row became tickets, else why it did not."""
        if not sale.order:
            return kinds.NO_ORDER
        if sale.left_out is not None:
            return sale.left_out
        product = self._products.find(sale.product, sale.variation)
        if not product.audience:
            return kinds.NON_AUDIENCE
        if sale.status is None:
            return kinds.UNKNOWN_STATUS
        quantity = 1 if sale.quantity == "1" else whole(sale.quantity)
        if quantity is None or not 0 < abs(quantity) <= MOST_TICKETS:
            return kinds.BAD_QUANTITY
        price = self._price(number, sale)
        if self._layout.takes_back and (quantity < 0 or (price or 0) < 0):
            return kinds.REVERSAL
        performance = self._programme.find(sale.event, sale.names, sale.start)
        if performance is None:
            return kinds.NO_PERFORMANCE
        order = self._order(sale.order)
        ticket = sale.ticket or f"#{order.tickets}"
        first = self._ref(f"{sale.order}\x1f{ticket}")
        if first in self._tickets:
            return kinds.REVERSAL if self._returns.withdrawn(sale) else kinds.DUPLICATE_TICKET
        self._tickets.add(first)
        self._write(number, sale, product, performance, order, first, quantity, price)
        return None

    def _write(
        self,
        number: int,
        sale: Sale,
        product: Product,
        performance: Performance,
        order: Order,
        ticket: str,
        quantity: int,
        price: int | None,
    ) -> None:
        """One row per ticket; all carry the order, one of each order and performance its booker."""
        status = sale.status or TicketStatus.VOID
        sold = status is TicketStatus.SOLD
        given_back = self._returns.of(sale, quantity) if sold and self._layout.takes_back else 0
        home = self._home(number, sale, order)
        booker = self._booker(number, sale, order, performance)
        channel = self._channel(number, sale, product)
        kind = self._class(number, product, price, status)
        scanned = _SCANNED[sale.scanned]
        if sold and not scanned and self._profile.scans:
            scanned = "false"
        known = ",".join(
            (
                "",
                home.country,
                home.area,
                performance.cells,
                self._stamp(number, sale.purchased),
                channel,
                kind,
                product.scheme if kind is ProductClass.PASS else "",
                "," if price is None else f"{price},{self._profile.currency}",
            )
        )
        for index in range(quantity):
            fate = TicketStatus.REFUNDED if index >= quantity - given_back else status
            ref = ticket if index == 0 else self._ref(f"{ticket}\x1f{index}")
            self.rows.append(
                Row(f"{order.ref},{ref},", booker if index == 0 else "", f"{known},{fate.value},{scanned}\n")
            )
        self._count(number, performance, order, home, quantity)

    def _count(self, number: int, performance: Performance, order: Order, home: Home, quantity: int) -> None:
        order.tickets += quantity
        counts = self.counts
        counts.tickets += quantity
        counts.identified += quantity if performance.ref in order.carried else 0
        counts.with_area += quantity if home.area else 0
        if performance.ref not in self.performances:
            self.performances.add(performance.ref)
            self.days.add(performance.day)
            if performance.production_ref not in self.productions and not performance.known:
                self._found.add(kinds.NOT_IN_PROGRAMME, row=number)
            self.productions.add(performance.production_ref)

    def _order(self, key: str) -> Order:
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = Order(self._ref(key))
        return order

    def _ref(self, value: str) -> str:
        """The venue's own numbering leaves it only as a hash: it can be compared and not looked up."""
        return hashlib.sha256(self._salt + value.encode()).hexdigest()[:REF_HEX]

    def _booker(self, number: int, sale: Sale, order: Order, performance: Performance) -> bytes | str:
        if performance.ref in order.carried:
            return ""
        booker = email_input(sale.email) if sale.email else None
        if sale.email and (booker is None or booker in self._own):
            self._unnamed(number, sale.email, booker)
            booker = None
        if booker is None and sale.number:
            booker = number_input(self._profile.venue, sale.number)
        if booker is None:
            return ""
        order.carried += (performance.ref,)
        return booker

    def _unnamed(self, number: int, email: str, booker: bytes | None) -> None:
        shared = booker is not None or is_shared_or_dummy(email)
        if email.strip():
            self._found.add(kinds.SHARED_ADDRESS if shared else kinds.BAD_ADDRESS, row=number)

    def _home(self, number: int, sale: Sale, order: Order) -> Home:
        """The first home that the order states stands on all its rows from there on."""
        if order.home.area:
            return order.home
        key = (sale.country, sale.postcode)
        found = self._homes.get(key)
        if found is None:
            found = self._homes[key] = home(sale.country, sale.postcode, self._profile.country)
        if found.bad_postcode:
            self._found.add(kinds.BAD_POSTCODE, row=number)
        if found.bad_country:
            self._found.add(kinds.UNKNOWN_COUNTRY, row=number)
        if found.area or not order.home.country:
            order.home = found
        return order.home

    def _price(self, number: int, sale: Sale) -> int | None:
        key = (sale.price, sale.discount)
        if key not in self._prices:
            self._prices[key] = paid(sale.price, sale.discount, self._layout.decimal)
        price = self._prices[key]
        if price is None and sale.price.strip():
            self._found.add(kinds.BAD_PRICE, row=number)
        if price is not None and price < 0 and not self._layout.takes_back:
            self._found.add(kinds.BAD_PRICE, row=number)
            return None
        return price

    def _stamp(self, number: int, local: str) -> str:
        # The tickets of an order follow each other, so the last time is the likeliest.
        if local != self._stamped[0]:
            self._stamped = (local, self._clock.stamp(local))
        if local and not self._stamped[1]:
            self._found.add(kinds.BAD_DATE, row=number)
        return self._stamped[1]

    def _channel(self, number: int, sale: Sale, product: Product) -> Channel:
        channel = product.channel or self._channels.find(sale.channel)
        if channel is None:
            self._found.add(kinds.UNKNOWN_CHANNEL, row=number)
        return channel or Channel.WEB

    def _class(self, number: int, product: Product, price: int | None, status: TicketStatus) -> ProductClass:
        free = price == 0 and status is TicketStatus.SOLD
        if free and product.product_class is ProductClass.SINGLE and not product.by_rule:
            self._found.add(kinds.FREE_AS_COMP, row=number)
            return ProductClass.COMP
        return product.product_class


def paid(price: str, discount: str, decimal: str) -> int | None:
    """What was paid, in cents: the price less what a code took off, never below nothing."""
    full = cents(price, decimal)
    off = cents(discount, decimal) if discount.strip() else 0
    return full if full is None or not off else max(0, full - abs(off))
