"""What a row says of its order → the order's reference, the home, the booker and the time of purchase."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from ingest.findings import FindingKind
from ingest.findings import prepare as kinds
from ingest.identity.normalise import email_input, is_shared_or_dummy, number_input
from ingest.prepare.clock import Clock
from ingest.prepare.known import Known
from ingest.prepare.postcodes import NOWHERE, Home, home
from ingest.prepare.profile import VenueProfile
from ingest.prepare.sale import Cells, Layout

REF_HEX = 24


@dataclass(slots=True)
class Order:
    """What is kept of an order while the file is read."""

    key: str
    ref: str
    home: Home = NOWHERE
    carried: tuple[str, ...] = ()  # Performances whose booker is in the extract.
    tickets: int = 0


class Booker(NamedTuple):
    """The input to be evaluated, None where nobody is named; `note` says what is wrong with the address."""

    value: bytes | None
    note: FindingKind | None = None


class Purchase(NamedTuple):
    """One row's word on its order: other rows of the order may say something else."""

    order: Order
    home: Home
    booker: Booker
    stamp: str
    bad_date: bool


class Purchases:
    """Orders, homes and bookers of one file. None for rows without an order number."""

    def __init__(self, profile: VenueProfile, layout: Layout, clock: Clock) -> None:
        self._profile = profile
        self._layout = layout
        self._clock = clock
        self._salt = f"{len(profile.venue)}:{profile.venue}:".encode()
        self._own = {email_input(address) for address in profile.own_addresses} - {None}
        self._orders: dict[str, Order] = {}
        self._homes = Known[tuple[str, str], Home](lambda key: home(*key, profile.country))
        self._bookers = Known[tuple[str, str], Booker](self._booker)

    def ref(self, value: str) -> str:
        """The venue's own numbering leaves it only as a hash: it can be compared and not looked up."""
        return hashlib.sha256(self._salt + value.encode()).hexdigest()[:REF_HEX]

    def read(self, cells: Cells) -> Purchase | None:
        key, email, number, postcode, country, purchased = self._layout.buyer(cells)
        if not key:
            return None
        order = self._orders.get(key)
        if order is None:
            order = self._orders[key] = Order(key, self.ref(key))
        stamp = self._clock.stamp(purchased) if purchased else ""
        bad_date = bool(purchased) and not stamp
        return Purchase(order, self._homes[country, postcode], self._bookers[email, number], stamp, bad_date)

    def _booker(self, key: tuple[str, str]) -> Booker:
        email, number = key
        booker, note = email_input(email) if email else None, None
        if email and (booker is None or booker in self._own):
            shared = booker is not None or is_shared_or_dummy(email)
            if email.strip():
                note = kinds.SHARED_ADDRESS if shared else kinds.BAD_ADDRESS
            booker = None
        if booker is None and number:
            booker = number_input(self._profile.venue, number)
        return Booker(booker, note)
