"""Orders → lines: one product in one order for one performance; `qty` tickets, of which `absent` stayed away.

Lines are what exports are written from and what the truth is counted on.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from sample_data import terms
from sample_data.office import Bools, BoxOffice, Ints, Orders
from sample_data.people import People


def write_lines(rng: np.random.Generator, office: BoxOffice, people: People, orders: Orders) -> pl.DataFrame:
    """Orders → lines: the first product, the companions, and what was bought besides."""
    n = len(orders.qty)
    venue = office.venue_of[orders.performance]
    area = _stated_areas(rng, office, people, orders)
    absent = _absent(rng, office, orders, venue)
    companions = orders.qty - orders.first_qty
    # Of a party of which one stayed away it is a companion: the booker was there.
    first_away = np.select([absent >= orders.qty, companions == 0], [orders.first_qty, absent], 0)
    one, nobody = np.ones(n, np.int64), np.zeros(n, np.int64)
    parts = [
        (np.ones(n, bool), orders.product, orders.first_qty, first_away),
        (companions > 0, np.full(n, terms.SINGLE), companions, np.minimum(absent, companions)),
        *((mask, np.full(n, sold), one, nobody) for mask, sold in _besides(rng, orders, office, venue)),
    ]
    rows = np.concatenate([np.flatnonzero(mask) for mask, _, _, _ in parts])
    product, qty, away = (np.concatenate([part[i][part[0]] for part in parts]) for i in (1, 2, 3))
    spelling = np.where(orders.sloppy, rng.integers(0, terms.SPELLINGS, n), 0)[_leaders(orders.key)]
    identity = _identity(people, orders, venue)
    number = _number_orders(office, venue, orders)
    return pl.DataFrame(
        {
            "venue": venue[rows].astype(np.int8),
            "season": orders.season[rows].astype(np.int8),
            "order": number[rows].astype(np.int64),
            "performance": orders.performance[rows].astype(np.int32),
            "product": product.astype(np.int8),
            "qty": qty.astype(np.int16),
            "absent": away.astype(np.int16),
            "address": orders.address[rows].astype(np.int32),
            "booker": identity[rows],
            "contact": orders.contact[rows].astype(np.int8),
            "channel": orders.channel[rows].astype(np.int8),
            "status": orders.status[rows].astype(np.int8),
            "purchased": orders.purchased[rows],
            "area": area[rows].astype(np.int32),
            "spelling": spelling[rows].astype(np.int8),
            "besides": product >= terms.FIRST_NON_AUDIENCE,
        }
    ).sort("venue", "season", "order", "performance", "besides", "product")


def _besides(
    rng: np.random.Generator, orders: Orders, office: BoxOffice, venue: Ints
) -> list[tuple[Bools, int]]:
    """What is sold that is no ticket: parking, a booklet, a gift to the house."""
    n, u = len(orders.qty), rng.random(len(orders.qty))
    named = (orders.contact != terms.NOBODY) & (orders.channel != terms.VOD)
    simple = np.array([v.export.layout == "helloasso-tickets" for v in office.venues])[venue]
    return [
        (named & ~simple & (u < 0.03), terms.PARKING),
        (named & ~simple & (u > 0.985), terms.MERCHANDISE),
        (orders.gives & (rng.random(n) < 0.35), terms.DONATION),
    ]


def _stated_areas(rng: np.random.Generator, office: BoxOffice, people: People, orders: Orders) -> Ints:
    """Where each order says it comes from: mostly home, sometimes nothing, now and then another address."""
    n = len(orders.qty)
    home = people.area[orders.season, np.maximum(orders.person, 0)]
    door = orders.person < 0
    home = np.where(door | (rng.random(n) < 0.012), office.places.draw_homes(rng, n), home)
    chance = np.select(
        [door, orders.channel == terms.WEB, orders.channel == terms.VOD], [0.2, 0.95, 0.85], 0.65
    )
    # What somebody orders in one minute says the same, so that there is always a latest order to go by.
    minute = np.where(door, -1 - np.arange(n), (orders.address << 40) + orders.purchased // 60)
    lead = _leaders(minute)
    states = (rng.random(n) < chance)[lead]
    silent = np.array([v.export.layout == "helloasso-tickets" for v in office.venues])
    states &= ~silent[office.venue_of[orders.performance]]
    junk = (rng.random(n) < 0.004)[lead] & (home[lead] >= 0)
    return np.where(states, np.where(junk, terms.JUNK_AREA, home[lead]), terms.UNKNOWN_AREA)


def _leaders(key: Ints) -> Ints:
    """For each entry, the first entry with the same key."""
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])


def _absent(rng: np.random.Generator, office: BoxOffice, orders: Orders, venue: Ints) -> Ints:
    """Tickets that nobody came with; known only where tickets are scanned, and never online."""
    u = rng.random(len(orders.qty))
    scans = np.array([v.scans for v in office.venues])[venue]
    seen = scans & (orders.status == terms.SOLD) & (orders.channel != terms.VOD)
    away = np.select([u < 0.035, u < 0.06], [orders.qty, np.minimum(1, orders.qty - 1)], 0)
    return np.where(seen, away, 0)


def _identity(people: People, orders: Orders, venue: Ints) -> Ints:
    """The booker as a number: the address, or the venue's own number where that is all there is."""
    owner = np.concatenate([np.arange(people.count), np.flatnonzero(people.second >= 0)])
    address = np.maximum(orders.address, 0)
    number = (people.first + owner[address]) * 64 + 32 * (address >= people.count)
    number = number + np.where(orders.contact == terms.NUMBER, venue + 1, 0)
    return np.where((orders.contact == terms.ADDRESS) | (orders.contact == terms.NUMBER), number, -1).astype(
        np.int64
    )


def _number_orders(office: BoxOffice, venue: Ints, orders: Orders) -> Ints:
    """Running order numbers per venue, in the order in which they were placed."""
    lead = _leaders(orders.key)
    leaders = np.flatnonzero(lead == np.arange(len(lead)))
    ranked = leaders[np.lexsort((leaders, orders.purchased[leaders], venue[leaders]))]
    counts = np.bincount(venue[ranked], minlength=len(office.venues))
    begin = np.cumsum(counts) - counts
    number = np.zeros(len(lead), np.int64)
    number[ranked] = np.arange(len(ranked)) - begin[venue[ranked]] + office.next_order[venue[ranked]]
    office.next_order += counts
    return np.asarray(number[lead])
