"""A block of imagined people → their homes, tastes, loyalty and habits, and what they type into a form."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import idna
import numpy as np
import polars as pl
from numpy.typing import NDArray

from sample_data import names
from sample_data.places import TASTE_SHARES, Places

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Bookings per season: how often someone comes falls off like a power of the number, to sixty.
LOYALTY_POWER = 2.6
MOST_BOOKINGS = 60
# One in so many sees nearly everything: the critic whom every bound must hold.
CRITICS = 5_000
MOVERS = 0.06
TWO_ADDRESSES = 0.025
ABROAD = 0.015
COUNTRIES = ("BE", "DE", "FR", "GB")
FOREIGN_POSTCODES = ("2000", "47533", "75011", "SW1A 2AA")
SCHOOL_ADDRESSES = "cultuur@school-"


@dataclass(frozen=True, slots=True)
class People:
    """Parallel arrays, one entry per person. `area` is per season; -1 - k stands for the country abroad k.

    `second` numbers a person's second address, after everyone's first; -1 where there is none.
    """

    first: int
    area: Ints
    taste: Ints
    bookings: Ints
    critic: Bools
    zaalpas: Bools
    lichtpas: Bools
    member: Bools
    subscriber: Bools
    concession: Bools
    sloppy: Bools
    gives: Bools
    online: Floats
    second: Ints
    school: Bools

    @property
    def count(self) -> int:
        return len(self.taste)

    @property
    def addresses(self) -> int:
        """How many bookers these people are."""
        return self.count + int((self.second >= 0).sum())


def draw_people(rng: np.random.Generator, places: Places, first: int, count: int, schools: int) -> People:
    """`count` people and, after them, `schools` schools; `first` is the number of the first."""
    n = count + schools
    homes = places.draw_homes(rng, n)
    moved = np.where(rng.random(n) < MOVERS, places.draw_homes(rng, n), homes)
    abroad = rng.random(n) < ABROAD
    away = -1 - rng.integers(0, len(COUNTRIES), n)
    area = np.where(abroad, away, np.stack([homes, moved]))
    school = np.arange(n) >= count
    area[:, school] = homes[school]
    critic = (first + np.arange(n)) % CRITICS == CRITICS // 5
    u = rng.random(n)
    online = np.select([(r := rng.random(n)) < 0.06, r < 0.26], [1.0, 0.4], 0.0)
    two = (rng.random(n) < TWO_ADDRESSES) & ~school
    second = np.where(two, n + np.cumsum(two) - 1, -1)
    return People(
        first,
        area,
        rng.choice(len(TASTE_SHARES), n, p=TASTE_SHARES).astype(np.int64),
        _bookings(rng, u, critic & ~school, school),
        critic & ~school,
        rng.random(n) < 0.045 + 0.10 * (u > 0.9),
        rng.random(n) < 0.05 + 0.12 * (u > 0.9),
        rng.random(n) < 0.04,
        rng.random(n) < 0.25,
        rng.random(n) < 0.22,
        rng.random(n) < 0.12,
        rng.random(n) < 0.12,
        online,
        second,
        school,
    )


def _bookings(rng: np.random.Generator, u: Floats, critic: Bools, school: Bools) -> Ints:
    """Bookings in each of two seasons. Those who come often come back; the rest mostly do not."""
    n = len(u)
    both = rng.random(n) < 0.10 + 0.46 * u**3
    only = rng.random(n) < 0.49
    active = np.stack([both | only, both | ~only])
    again = np.where(rng.random(n) < 0.6, u, rng.random(n))
    share = np.arange(1, MOST_BOOKINGS + 1, dtype=float) ** -LOYALTY_POWER
    ladder = np.cumsum(share / share.sum())
    often = 1 + np.searchsorted(ladder, np.stack([u, again])).clip(0, MOST_BOOKINGS - 1)
    often[:, critic] = rng.integers(90, 220, (2, int(critic.sum())))
    often[:, school] = 1 + (rng.random((2, int(school.sum()))) < 0.3)
    active[:, critic] = True
    return np.where(active, often, 0).astype(np.int64)


def contact_table(seed: int, people: People) -> pl.DataFrame:
    """What stands in a form, one row per address (a person's second address after all the first).

    `email` is as typed, `address` what it comes to when it is normalised.
    """
    rng = np.random.default_rng([seed, 3, people.first])
    n = people.count
    owners = np.concatenate([np.arange(n), np.flatnonzero(people.second >= 0)])
    firsts, lasts = rng.integers(0, len(names.FIRST), n)[owners], rng.integers(0, len(names.LAST), n)[owners]
    shares = np.array(names.MAIL_HOST_WEIGHTS) / sum(names.MAIL_HOST_WEIGHTS)
    hosts = rng.choice(len(shares), len(owners), p=shares)
    letters = rng.integers(0, 20, (len(owners), 2))
    table = pl.DataFrame(
        {
            "number": people.first + owners,
            "suffix": np.where(np.arange(len(owners)) < n, "", "b"),
            "school": people.school[owners],
        }
    ).with_columns(
        pick(names.FIRST, firsts).alias("first"),
        pick(names.LAST, lasts).alias("last"),
        pick(tuple(_local(x) for x in names.FIRST), firsts).alias("_first"),
        pick(tuple(_local(x) for x in names.LAST), lasts).alias("_last"),
        pick(names.MAIL_HOSTS, hosts).alias("_host"),
        pick(tuple(_a_label(h) for h in names.MAIL_HOSTS), hosts).alias("_label"),
        pick(names.STREETS, rng.integers(0, len(names.STREETS), len(owners))).alias("street"),
        pick(names.SCHOOLS, rng.integers(0, len(names.SCHOOLS), len(owners))).alias("_school"),
        pick(names.COMPANIES, rng.integers(0, len(names.COMPANIES), len(owners))).alias("company"),
        pl.Series("house", rng.integers(1, 240, len(owners))),
        pl.Series("letters", _POSTCODE_LETTERS[letters].view("S2").ravel()).cast(pl.String),
        # The numbers +31 6 00 are given to nobody.
        (pl.lit("+31600") + pl.Series(rng.integers(100_000, 999_999, len(owners))).cast(pl.String)).alias(
            "phone"
        ),
    )
    local = pl.concat_str("_first", pl.lit("."), "_last", "number", "suffix")
    own_host = pl.concat_str(pl.lit(SCHOOL_ADDRESSES), "number", pl.lit(".example"))
    written = pl.when("school").then(own_host)
    return table.select(
        "number",
        "first",
        "last",
        "phone",
        "letters",
        "school",
        pl.concat_str("street", pl.lit(" "), "house").alias("street"),
        pl.when("school")
        .then(pl.concat_str(pl.lit("Basisschool "), "_school"))
        .otherwise("company")
        .alias("company"),
        written.otherwise(pl.concat_str(local, pl.lit("@"), "_host")).alias("email"),
        written.otherwise(pl.concat_str(local, pl.lit("@"), "_label")).alias("address"),
    )


_POSTCODE_LETTERS = np.frombuffer(b"ABCDEGHJKLMNPRSTVWXZ", dtype="S1")


def pick(words: tuple[str, ...], index: Ints) -> pl.Series:
    """The words at these places; an empty word is nothing at all."""
    return pl.Series([word or None for word in words], dtype=pl.String).gather(index.astype(np.uint32))


def _local(name: str) -> str:
    """A name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ø", "o")).encode("ascii", "ignore")
    return plain.decode().lower().replace(" ", "")


def _a_label(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
