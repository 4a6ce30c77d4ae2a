"""Which sold tickets other rows of the same file take back. Read in a pass of its own, before the tickets.

Some systems mark a returned ticket in its own row; others add a row with a negative number or price, or
repeat the ticket with another status. Whichever comes first, the ticket was returned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ingest.prepare.fares import Fare, Fares
from ingest.prepare.sale import Layout


class Returns:
    """How many tickets of each sale are taken back. Empty for layouts that do not write such rows."""

    def __init__(self) -> None:
        self._negative: Counter[tuple[str, ...]] = Counter()
        self._marked: set[tuple[str, str]] = set()

    @classmethod
    def read(cls, rows: Iterable[tuple[int, list[str]]], layout: Layout, fares: Fares) -> Returns:
        """From all rows of the file that are about seats."""
        returns, item_cells = cls(), layout.item_cells
        for _, cells in rows:
            fare = fares[item_cells(cells)]
            if fare.takes_back or fare.marks_back:
                returns._note(layout, cells, fare)
        return returns

    def _note(self, layout: Layout, cells: list[str], fare: Fare) -> None:
        order, ticket = layout.buyer(layout.buyer_cells(cells)).order, layout.ticket(cells)
        if fare.takes_back:
            self._negative[_key(layout, cells, order, ticket)] += fare.takes_back
        elif ticket:
            self._marked.add((order, ticket))

    def of(self, layout: Layout, cells: list[str], order: str, ticket: str, quantity: int) -> int:
        """How many of a sold row's tickets came back; each return is used once."""
        if (order, ticket) in self._marked:
            return quantity
        key = _key(layout, cells, order, ticket)
        back = min(quantity, self._negative.get(key, 0))
        if back:
            self._negative[key] -= back
        return back

    def withdrawn(self, order: str, ticket: str) -> bool:
        """Whether a second row of the same ticket is there because it was taken back."""
        return (order, ticket) in self._marked

    @property
    def lone(self) -> int:
        """Returns for which no sale was found."""
        return sum(self._negative.values())


def _key(layout: Layout, cells: list[str], order: str, ticket: str) -> tuple[str, ...]:
    """The ticket where it has a number, else what a return has in common with its sale."""
    if ticket:
        return (order, ticket)
    show = layout.show(layout.show_cells(cells))
    return (order, *show.names, show.start, layout.item(layout.item_cells(cells)).product)
