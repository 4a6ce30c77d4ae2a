"""Rows of an export as a layout reads them → lines of the extract, with the identities still to be filled in.

Everything that is not a column of the extract is dropped here: names, streets, telephone numbers and
answers are never even looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from ingest.findings import FindingCollector, FindingKind
from ingest.findings import prepare as kinds
from ingest.prepare.clock import Clock
from ingest.prepare.fares import Fare, Fares
from ingest.prepare.known import Known
from ingest.prepare.postcodes import Home
from ingest.prepare.profile import VenueProfile
from ingest.prepare.programme import Performance, Programme
from ingest.prepare.purchases import Order, Purchase, Purchases
from ingest.prepare.returns import Returns
from ingest.prepare.sale import Cells, Layout
from ingest.prepare.table import Ragged


@dataclass(slots=True)
class Lines:
    """Finished text in pieces; `gaps` are the places among them where a booker's token goes."""

    pieces: list[str] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    bookers: list[bytes] = field(default_factory=list)

    def text(self, tokens: Sequence[str]) -> str:
        """One token for each of `bookers`."""
        for gap, token in zip(self.gaps, tokens, strict=True):
            self.pieces[gap] = token
        return "".join(self.pieces)


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
    """Takes one row after another; `lines` is what waits to be written."""

    def __init__(
        self, profile: VenueProfile, layout: Layout, found: FindingCollector, fares: Fares, returns: Returns
    ) -> None:
        clock = Clock.of(profile.timezone)
        programme = Programme(profile.programme, clock, (profile.performance,))
        self._layout = layout
        self._found = found
        self._returns = returns
        self._fares = fares
        self._purchases = Purchases(profile, layout, clock)
        self._shows = Known[Cells, Performance | None](lambda cells: programme.find(*layout.show(cells)))
        self._tickets: set[str] = set()
        self.lines = Lines()
        self.counts = Counts()
        self.days: set[str] = set()
        self.performances: set[str] = set()
        self.productions: set[str] = set()

    def take(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        """Some rows of the export in their order; what is left out is counted with its reason."""
        layout, counts, found = self._layout, self.counts, self._found
        cells = [row for _, row in rows]
        read = zip(
            rows,
            map(layout.buyer_cells, cells),
            map(self._fares.__getitem__, map(layout.item_cells, cells)),
            map(self._shows.__getitem__, map(layout.show_cells, cells)),
            strict=True,
        )
        # Rows of one order follow each other, so what they say of it is read once.
        for said, same in groupby(read, itemgetter(1)):
            purchase = self._purchases.read(said)
            for (number, row), _, fare, performance in same:
                reason = self._use(number, row, purchase, fare, performance)
                if reason is not None:
                    counts.left_out[reason.code] += 1
                    found.add(reason, row=number)
                else:
                    counts.rows_used += 1
        counts.rows_read += len(rows)

    def flush(self) -> Lines:
        """The lines that wait to be written."""
        lines, self.lines = self.lines, Lines()
        return lines

    @property
    def lone_returns(self) -> int:
        return self._returns.lone

    def _use(
        self,
        number: int,
        cells: list[str],
        purchase: Purchase | None,
        fare: Fare,
        performance: Performance | None,
    ) -> FindingKind | None:
        """None when the row became tickets, else why it did not."""
        if purchase is None:
            return kinds.RAGGED_ROW if isinstance(cells, Ragged) else kinds.NO_ORDER
        if fare.bad_price:
            self._found.add(kinds.BAD_PRICE, row=number)
        if fare.left_out is not None:
            return fare.left_out
        if performance is None:
            return kinds.NO_PERFORMANCE
        order, ticket = purchase.order, self._layout.ticket(cells)
        ref = self._purchases.ref(f"{order.key}\x1f{ticket or f'#{order.tickets}'}")
        if ref in self._tickets:
            return kinds.REVERSAL if self._returns.withdrawn(order.key, ticket) else kinds.DUPLICATE_TICKET
        self._tickets.add(ref)
        back = 0
        if fare.sold and self._layout.takes_back:
            back = self._returns.of(self._layout, cells, order.key, ticket, fare.quantity)
        if not order.home.area:
            self._settle(number, order, purchase.home)
        if (
            fare.notes
            or purchase.bad_date
            or purchase.booker.note
            or performance.ref not in self.performances
        ):
            self._note(number, purchase, performance, fare)
        self._write(purchase, performance, fare, ref, back)
        return None

    def _settle(self, number: int, order: Order, stated: Home) -> None:
        """The first home with an area that an order states stands on all its rows from there on."""
        if stated.bad_postcode:
            self._found.add(kinds.BAD_POSTCODE, row=number)
        if stated.bad_country:
            self._found.add(kinds.UNKNOWN_COUNTRY, row=number)
        if stated.area or not order.home.country:
            order.home = stated

    def _note(self, number: int, purchase: Purchase, performance: Performance, fare: Fare) -> None:
        """What else is worth knowing of a row that is used."""
        order, found = purchase.order, self._found
        if purchase.booker.note is not None and performance.ref not in order.carried:
            found.add(purchase.booker.note, row=number)
        for note in fare.notes:
            found.add(note, row=number)
        if purchase.bad_date:
            found.add(kinds.BAD_DATE, row=number)
        if performance.ref not in self.performances:
            self._meet(number, performance)

    def _meet(self, number: int, performance: Performance) -> None:
        self.performances.add(performance.ref)
        self.days.add(performance.day)
        if performance.production_ref not in self.productions and not performance.known:
            self._found.add(kinds.NOT_IN_PROGRAMME, row=number)
        self.productions.add(performance.production_ref)

    def _write(self, purchase: Purchase, performance: Performance, fare: Fare, ref: str, back: int) -> None:
        """One line per ticket; all carry the order, one of each order and performance its booker."""
        order, quantity, lines, counts = purchase.order, fare.quantity, self.lines, self.counts
        home, booker = order.home, purchase.booker.value
        known = f",{home.country},{home.area},{performance.cells},{purchase.stamp},"
        cells = fare.cells_back if back == quantity else fare.cells
        if performance.ref in order.carried or booker is None:
            lines.pieces.append(f"{order.ref},{ref},{known}{cells}")
        else:
            order.carried += (performance.ref,)
            lines.gaps.append(len(lines.pieces) + 1)
            lines.bookers.append(booker)
            lines.pieces += (f"{order.ref},{ref},", "", f"{known}{cells}")
        for index in range(1, quantity):
            cells = fare.cells_back if index >= quantity - back else fare.cells
            another = self._purchases.ref(f"{ref}\x1f{index}")
            lines.pieces.append(f"{order.ref},{another},{known}{cells}")
        order.tickets += quantity
        counts.tickets += quantity
        if performance.ref in order.carried:
            counts.identified += quantity
        if home.area:
            counts.with_area += quantity
