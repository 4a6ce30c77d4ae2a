"""Which sold tickets other rows of the same file take back. Read in a pass of its own, before the tickets.

Some systems mark a returned ticket in its own row; others add a row with a negative number or price, or
repeat the ticket with another status. Whichever comes first, the ticket was returned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ingest.prepare.money import cents
from ingest.prepare.rules import Products
from ingest.prepare.sale import Layout, Sale
from ingest.vocabulary import TicketStatus

_WHOLE = re.compile(r"([+-]?\d{1,6})(?:[.,]0+)?")
_BACK = (TicketStatus.REFUNDED, TicketStatus.VOID)


class Returns:
    """How many tickets of each sale are taken back. Empty for layouts that do not write such rows."""

    def __init__(self) -> None:
        self._negative: Counter[tuple[str, ...]] = Counter()
        self._marked: set[tuple[str, ...]] = set()

    @classmethod
    def read(cls, rows: Iterable[tuple[int, list[str]]], layout: Layout, products: Products) -> Returns:
        """From all rows of the file that are about seats."""
        returns = cls()
        for _, cells in rows:
            if cells:
                sale = layout.sale(cells)
                if products.find(sale.product, sale.variation).audience:
                    returns.note(sale, layout.decimal)
        return returns

    def note(self, sale: Sale, decimal: str) -> None:
        quantity = whole(sale.quantity) or 0
        price = cents(sale.price, decimal) or 0
        if quantity < 0 or price < 0:
            self._negative[_key(sale)] += abs(quantity)
        elif sale.ticket and sale.status in _BACK:
            self._marked.add(_key(sale))

    def of(self, sale: Sale, quantity: int) -> int:
        """How many of a sold row's tickets came back; each return is used once."""
        key = _key(sale)
        if key in self._marked:
            return quantity
        back = min(quantity, self._negative.get(key, 0))
        if back:
            self._negative[key] -= back
        return back

    def withdrawn(self, sale: Sale) -> bool:
        """Whether a second row of the same ticket is there because it was taken back."""
        return _key(sale) in self._marked

    @property
    def lone(self) -> int:
        """Returns for which no sale was found."""
        return sum(self._negative.values())


def whole(text: str) -> int | None:
    """A number of tickets; systems write 2, 2.00 or -1."""
    match = _WHOLE.fullmatch(text.strip())
    return int(match[1]) if match else None


def _key(sale: Sale) -> tuple[str, ...]:
    return (sale.order, sale.ticket) if sale.ticket else (sale.order, *sale.names, sale.start, sale.product)
