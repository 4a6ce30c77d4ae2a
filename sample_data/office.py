"""The programme with its venues, ready to sell: who chooses which performance, and who still gets a seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_data.places import TASTES, Places
from sample_data.programme import Programme, taste_weights
from sample_data.venues import Venue

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Orders:
    """Parallel arrays, one entry per order and performance. `key` is shared by what was ordered together."""

    season: Ints
    performance: Ints
    person: Ints
    address: Ints
    contact: Ints
    product: Ints
    qty: Ints
    first_qty: Ints
    channel: Ints
    status: Ints
    purchased: Ints
    key: Ints
    sloppy: Bools
    gives: Bools

    def take(self, rows: Ints | Bools) -> Orders:
        """Some of the orders, in the order that is asked for."""
        return Orders(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def and_also(self, other: Orders) -> Orders:
        names = self.__dataclass_fields__
        return Orders(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))


class BoxOffice:
    """The programme with its venues, ready to sell: who chooses which performance, and how full it is."""

    def __init__(self, venues: Sequence[Venue], places: Places, programme: Programme) -> None:
        self.venues, self.places, self.programme = venues, places, programme
        self.kind = np.array([v.kind for v in venues])
        self.venue_of, self.season_of = programme.venue, programme.season
        self.online_of, self.capacity_of = programme.online, programme.capacity
        self.sold = np.zeros(len(self.venue_of), np.int64)
        self.next_order = np.zeros(len(venues), np.int64)
        self._weights = taste_weights(programme)

    def choose(self, rng: np.random.Generator, venue: Ints, season: Ints, taste: Ints, online: Bools) -> Ints:
        """A performance for each, by the weights of its taste."""
        u, chosen = rng.random(len(venue)), np.zeros(len(venue), np.int64)
        key = ((venue * 2 + season) * 2 + online) * len(TASTES) + taste
        order = np.argsort(key, kind="stable")
        found, begin = np.unique(key[order], return_index=True)
        for k, rows in zip(found, np.split(order, begin[1:]), strict=True):
            rest, t = divmod(int(k), len(TASTES))
            (v, s), o = divmod(rest // 2, 2), bool(rest % 2)
            offered = np.flatnonzero((self.venue_of == v) & (self.season_of == s) & (self.online_of == o))
            ladder = np.cumsum(self._weights[t, offered])
            chosen[rows] = offered[np.searchsorted(ladder, u[rows] * ladder[-1]).clip(0, len(offered) - 1)]
        return chosen

    def admit(self, orders: Orders) -> Orders:
        """Those for whom there were still seats, first come first served."""
        order = np.lexsort((orders.purchased, orders.performance))
        performance, qty = orders.performance[order], orders.qty[order]
        running = np.cumsum(qty)
        starts = np.flatnonzero(np.r_[True, performance[1:] != performance[:-1]])
        before = np.repeat(running[starts] - qty[starts], np.diff(np.r_[starts, len(performance)]))
        taken = running - before + self.sold[performance]
        capacity = self.capacity_of[performance]
        fits = (capacity == 0) | (taken <= capacity)
        np.add.at(self.sold, performance[fits], qty[fits])
        return orders.take(np.sort(order[fits]))
