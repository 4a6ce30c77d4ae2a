"""People and a programme → orders: who books what, when, how, and what becomes of it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sample_data import terms
from sample_data.lines import write_lines
from sample_data.office import Bools, BoxOffice, Ints, Orders
from sample_data.people import People
from sample_data.places import TASTES
from sample_data.venues import CINEMA, CONCERT_HALL, PASS_OF_KIND, THEATRE

Floats = NDArray[np.float64]

DOOR_SHARE = 0.15
FAVOURITE = 0.65
LEAD_DAYS = {THEATRE: 38.0, CINEMA: 2.0, CONCERT_HALL: 30.0}
MOST_LEAD_DAYS = 280
PARTY = {
    THEATRE: (0.30, 0.52, 0.07, 0.09, 0.015, 0.005),
    CINEMA: (0.45, 0.44, 0.06, 0.04, 0.005, 0.005),
    CONCERT_HALL: (0.32, 0.53, 0.06, 0.075, 0.01, 0.005),
}


def sell(rng: np.random.Generator, office: BoxOffice, people: People) -> pl.DataFrame:
    """All lines that a block of people, and the unnamed beside them, leave in the exports."""
    booked = _bookings(rng, office, people)
    orders = office.admit(booked.and_also(_door(rng, office, len(booked.qty))))
    return write_lines(rng, office, people, orders)


def _bookings(rng: np.random.Generator, office: BoxOffice, people: People) -> Orders:
    everyone = np.tile(np.arange(people.count), 2)
    person = np.repeat(everyone, people.bookings.ravel())
    season = np.repeat(np.repeat([0, 1], people.count), people.bookings.ravel())
    n = len(person)
    taste, school, critic = people.taste[person], people.school[person], people.critic[person]
    venue = _venues(rng, office, people, person, season)
    cinema = office.kind[venue] == CINEMA
    online = cinema & ~school & (rng.random(n) < people.online[person])
    performance = office.choose(rng, venue, season, np.where(school, TASTES.index("family"), taste), online)
    second = people.second[person]
    address = np.where((second >= 0) & (rng.random(n) < 0.4), second, person)
    qty = np.where(online, 1, _parties(rng, office.kind[venue]))
    qty[critic] = np.minimum(qty[critic], 2)
    groups = np.minimum(rng.integers(18, 75, n), np.maximum(office.capacity_of[performance] // 2, 1))
    qty = np.where(school, groups, qty)
    subscribed, group = _subscriptions(people, person, address, venue, season, online)
    product, first_qty = _products(rng, office, people, person, venue, qty, online, subscribed)
    leads = np.array([LEAD_DAYS[k] for k in office.kind])[venue] * rng.exponential(1.0, n)
    purchased = _purchased(rng, office, performance, leads)
    channel = rng.choice(4, n, p=(0.80, 0.10, 0.06, 0.04))
    channel[online] = terms.VOD
    key = np.arange(n)
    purchased, channel, qty, key = _together(
        rng, office, (subscribed, group, venue), (purchased, channel, qty, key), season
    )
    first_qty = np.where(subscribed, qty, np.minimum(first_qty, qty))
    status = np.where(rng.random(n) < 0.948, terms.SOLD, rng.choice(4, n, p=(0.0, 0.5, 0.35, 0.15)))
    status[subscribed] = terms.SOLD
    contact = _contacts(office, people, address, venue)
    return Orders(
        season,
        performance,
        person,
        address,
        contact,
        product,
        qty,
        first_qty,
        channel,
        status,
        purchased,
        key,
        people.sloppy[person],
        people.gives[person],
    )


def _venues(rng: np.random.Generator, office: BoxOffice, people: People, person: Ints, season: Ints) -> Ints:
    """The house one favours, or another that is near enough; critics go everywhere."""
    area = people.area[season, person]
    far = area < 0
    # A visitor from abroad stays somewhere: as if at home in an area of the network's own.
    homes = np.where(far, office.places.draw_homes(rng, len(person)), area)
    venue = office.places.draw_venues(rng, homes, people.taste[person])
    first, second = (
        office.places.draw_venues(rng, np.where(people.area[s] < 0, 0, people.area[s]), people.taste)
        for s in (0, 1)
    )
    # Only a move gives somebody another favourite house; else the same people come back to the same doors.
    favourite = np.stack([first, np.where(people.area[0] == people.area[1], first, second)])
    loyal = (rng.random(len(person)) < FAVOURITE) & ~far
    venue = np.where(loyal, favourite[season, person], venue)
    critic = people.critic[person]
    venue[critic] = rng.integers(0, len(office.venues), int(critic.sum()))
    return venue


def _parties(rng: np.random.Generator, kinds: NDArray[np.str_]) -> Ints:
    """How many come together."""
    u, sizes = rng.random(len(kinds)), np.ones(len(kinds), np.int64)
    for kind, shares in PARTY.items():
        here = kinds == kind
        sizes[here] = 1 + np.searchsorted(np.cumsum(shares[:-1]), u[here])
    large = sizes == len(next(iter(PARTY.values())))
    sizes[large] = rng.integers(6, 14, int(large.sum()))
    return sizes


def _subscriptions(
    people: People, person: Ints, address: Ints, venue: Ints, season: Ints, online: Bools
) -> tuple[Bools, Ints]:
    """Who takes a choose-your-own series: three or more evenings in one hall, ordered together."""
    key = (address * 64 + venue) * 2 + season
    _, group, count = np.unique(key, return_inverse=True, return_counts=True)
    wants = people.subscriber[person] & ~people.critic[person] & ~people.school[person] & ~online
    return wants & (count[group] >= 3), group


def _products(
    rng: np.random.Generator,
    office: BoxOffice,
    people: People,
    person: Ints,
    venue: Ints,
    qty: Ints,
    online: Bools,
    subscribed: Bools,
) -> tuple[Ints, Ints]:
    """The first product of each order and how many of it; the companions take singles."""
    takes_pass = np.array([v.passes for v in office.venues])[venue]
    cinema = np.array([PASS_OF_KIND[k] == "lichtpas" for k in office.kind])[venue]
    holder = np.where(cinema, people.lichtpas[person], people.zaalpas[person]) & takes_pass
    u = rng.random(len(person))
    rules: list[tuple[Bools, int, Ints | int]] = [
        (people.school[person], terms.SCHOOL, qty),
        (online, terms.ONLINE, qty),
        (subscribed, terms.SUBSCRIPTION, qty),
        (u < 0.022, terms.COMP, qty),
        (holder, terms.PASS, 1),
        (people.member[person] & ~cinema, terms.MEMBER, np.minimum(qty, 2)),
        (people.concession[person] & (u < 0.85), terms.CONCESSION, np.minimum(qty, 1 + (u * 1e4 % 2 < 1))),
    ]
    conditions = [rule[0] for rule in rules]
    product = np.select(conditions, [rule[1] for rule in rules], terms.SINGLE)
    first = np.select(conditions, [np.broadcast_to(rule[2], qty.shape) for rule in rules], qty)
    return product.astype(np.int64), first.astype(np.int64)


def _purchased(rng: np.random.Generator, office: BoxOffice, performance: Ints, leads: Floats) -> Ints:
    """Seconds since 1970 in local time: in waking hours, before the doors open."""
    start = office.programme.starts.astype(np.int64)[performance]
    clock = 7 * 3600 + (rng.beta(2.2, 1.6, len(start)) * 16.9 * 3600).astype(np.int64)
    at = (start // 86_400 - np.minimum(leads, MOST_LEAD_DAYS).astype(np.int64)) * 86_400 + clock
    just_before = start - rng.integers(600, 7200, len(start))
    return np.where(at < start, at, just_before)


def _together(
    rng: np.random.Generator,
    office: BoxOffice,
    taken: tuple[Bools, Ints, Ints],
    columns: tuple[Ints, Ints, Ints, Ints],
    season: Ints,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Subscriptions are ordered early, for one party; where the system can, in one order for all evenings."""
    subscribed, group, venue = taken
    purchased, channel, qty, key = columns
    groups = int(group.max(initial=0)) + 1
    opening = np.array([np.datetime64(s.first_day, "s").astype(np.int64) for s in office.programme.seasons])
    early = rng.integers(20 * 86_400, 75 * 86_400, groups)[group]
    party = (1 + (rng.random(groups) < 0.7))[group]
    desk = np.where(rng.random(groups) < 0.3, terms.DESK, terms.WEB)[group]
    first = np.full(groups, len(key), np.int64)
    np.minimum.at(first, group, key)
    spans = np.array([v.export.layout == "generic" for v in office.venues])[venue]
    return (
        np.where(subscribed, opening[season] - early, purchased),
        np.where(subscribed, desk, channel),
        np.where(subscribed, party, qty),
        np.where(subscribed & spans, first[group], key),
    )


def _contacts(office: BoxOffice, people: People, address: Ints, venue: Ints) -> Ints:
    """Systems with customer numbers know some people by the number alone."""
    numbered = np.array([v.export.layout == "generic" for v in office.venues])[venue]
    school = np.zeros(people.addresses, bool)
    school[: people.count] = people.school
    return np.where(numbered & (address % 11 == 3) & ~school[address], terms.NUMBER, terms.ADDRESS)


def _door(rng: np.random.Generator, office: BoxOffice, booked: int) -> Orders:
    """Sold at the door or to nobody in particular: no name, an own address, or a made-up one."""
    n = round(booked * DOOR_SHARE)
    venue = rng.choice(len(office.venues), n, p=office.places.venue_shares / office.places.venue_shares.sum())
    season, taste = rng.integers(0, 2, n), rng.integers(0, len(TASTES), n)
    performance = office.choose(rng, venue, season, taste, np.zeros(n, bool))
    qty = _parties(rng, office.kind[venue])
    start = office.programme.starts.astype(np.int64)[performance]
    product = rng.choice([terms.SINGLE, terms.CONCESSION, terms.COMP], n, p=(0.82, 0.12, 0.06))
    contact = rng.choice([terms.NOBODY, terms.OWN_ADDRESS, terms.DUMMY], n, p=(0.90, 0.07, 0.03))
    nobody = np.full(n, -1)
    return Orders(
        season,
        performance,
        nobody,
        nobody,
        contact,
        product,
        qty,
        qty,
        np.full(n, terms.DESK),
        np.full(n, terms.SOLD),
        start - rng.integers(300, 5400, n),
        np.arange(booked, booked + n),
        np.zeros(n, bool),
        np.zeros(n, bool),
    )
