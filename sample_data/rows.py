"""Lines of one venue and season → one row per ticket, with what the box office knows of it as text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sample_data import terms
from sample_data.people import COUNTRIES, FOREIGN_POSTCODES, pick
from sample_data.places import Places
from sample_data.programme import Programme
from sample_data.venues import PASS_NAMES, PASS_OF_KIND, Venue, domain

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

JUNK_POSTCODES = ("onbekend", "12 AB", "99999")
DUMMIES = ("nvt", "geen@geen.example", "noreply@geen.example")
COUNTRY_NAMES = {"NL": "Nederland", "BE": "België", "DE": "Duitsland", "FR": "Frankrijk", "GB": "Engeland"}
# Code letters of pretix: those that cannot be mistaken for one another.
CODE_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ3789", dtype=np.uint8)
CODE_LENGTH = 5
HEX = np.frombuffer(b"abcdefghjkmnpqrstuvwxyz23456789", dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Rows:
    """Tickets in the order of their orders. `position` counts within the order from 1."""

    venue: Venue
    table: pl.DataFrame
    contacts: pl.DataFrame
    position: Ints
    present: Bools
    code: pl.Series

    def column(self, name: str) -> Ints:
        return self.table[name].to_numpy()

    def contact(self, name: str) -> pl.Series:
        """A contact's own words for each row; null at the door."""
        address = self.table["address"]
        return self.contacts[name].gather(address.set(address < 0, None).cast(pl.UInt32))

    @property
    def count(self) -> int:
        return len(self.table)


def expand(venue: Venue, lines: pl.DataFrame, contacts: pl.DataFrame, *, per_ticket: bool = True) -> Rows:
    """One row per ticket, or per line where the system writes a number of tickets."""
    qty, absent = lines["qty"].to_numpy().astype(np.int64), lines["absent"].to_numpy()
    if per_ticket:
        index = np.repeat(np.arange(len(lines)), qty)
        within = np.arange(len(index)) - np.repeat(np.cumsum(qty) - qty, qty)
        table, present = lines[index.astype(np.uint32)], within < (qty - absent)[index]
    else:
        seated = lines.with_columns(
            (pl.col("qty") - pl.col("absent")).alias("qty"), pl.lit(True).alias("here")
        )
        empty = lines.with_columns(pl.col("absent").alias("qty"), pl.lit(False).alias("here"))
        table = pl.concat([seated, empty]).filter(pl.col("qty") > 0)
        table = table.sort("order", "performance", "besides", "product", "here", maintain_order=True)
        present = table["here"].to_numpy()
    number = table["order"].to_numpy()
    starts = np.flatnonzero(np.r_[True, number[1:] != number[:-1]]) if len(number) else np.zeros(0, np.int64)
    position = np.arange(len(number)) - np.repeat(starts, np.diff(np.r_[starts, len(number)])) + 1
    return Rows(venue, table, contacts, position, present, order_codes(number))


def order_codes(numbers: Ints) -> pl.Series:
    """Five letters for each order number, as different from its neighbours' as a shop's codes are."""
    size = len(CODE_LETTERS) ** CODE_LENGTH
    mixed = (numbers * 7_654_321 + 1_234_567) % size  # The factor shares no divisor with 28^5, so none meet.
    digits = np.stack(
        [mixed // len(CODE_LETTERS) ** i % len(CODE_LETTERS) for i in range(CODE_LENGTH)], axis=1
    )
    return pl.Series(CODE_LETTERS[digits].view(f"S{CODE_LENGTH}").ravel()).cast(pl.String)


def scramble(rng: np.random.Generator, count: int, length: int) -> pl.Series:
    """A meaningless text for each row, as ticket systems print them in barcodes."""
    letters = HEX[rng.integers(0, len(HEX), (count, length), dtype=np.uint8)]
    return pl.Series(letters.view(f"S{length}").ravel()).cast(pl.String)


def emails(rows: Rows) -> pl.Series:
    """The address as it was typed: in capitals, with blanks, or not at all."""
    contact, number = rows.table["contact"], rows.table["order"]
    frame = pl.DataFrame(
        {
            "email": rows.contact("email"),
            "address": rows.contact("address"),
            "spelling": rows.table["spelling"],
            "contact": contact,
            "number": number,
        }
    )
    email, spelling = pl.col("email"), pl.col("spelling")
    typed = (
        pl.when(spelling == 1)
        .then(email.str.to_uppercase())
        .when(spelling == 2)
        .then(email.str.slice(0, 1).str.to_uppercase() + email.str.slice(1))
        .when(spelling == 3)
        .then(email + " ")
        .when(spelling == 4)
        .then(pl.lit("\u00a0") + email)
        .when(spelling == 5)
        .then(pl.col("address"))
        .otherwise(email)
    )
    dummy = pick(DUMMIES, (number % len(DUMMIES)).to_numpy())
    return (
        frame.select(
            pl.when(pl.col("contact") == terms.ADDRESS)
            .then(typed)
            .when(pl.col("contact") == terms.OWN_ADDRESS)
            .then(pl.lit(f"kassa@{domain(rows.venue)}"))
            .when(pl.col("contact") == terms.DUMMY)
            .then(dummy)
        )
        .to_series()
        .alias("email")
    )


def postcodes(rows: Rows, places: Places) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Postcode as typed, country in two letters, and town; null where the order states nothing."""
    area, number = rows.column("area").astype(np.int64), rows.column("order")
    foreign = (area < 0) & (area >= -len(COUNTRIES))
    home = pick(tuple(code[3:] for code in places.codes), np.maximum(area, 0))
    letters = rows.contact("letters").fill_null("AB")
    styles = pl.Series(number % 5)
    frame = pl.DataFrame(
        {
            "home": home,
            "letters": letters,
            "style": styles,
            "foreign": foreign,
            "area": area,
            "abroad": pick(FOREIGN_POSTCODES, np.clip(-1 - area, 0, len(COUNTRIES) - 1)),
            "country": pick(COUNTRIES, np.clip(-1 - area, 0, len(COUNTRIES) - 1)),
            "junk": pick(JUNK_POSTCODES, number % len(JUNK_POSTCODES)),
            "town": pick(places.towns, np.maximum(area, 0)),
        }
    )
    state, style = pl.col("area"), pl.col("style")
    typed = (
        pl.when(style == 0)
        .then(pl.col("home") + pl.col("letters"))
        .when(style == 1)
        .then(pl.col("home") + pl.lit(" ") + pl.col("letters").str.to_lowercase())
        .when(style == 2)
        .then(pl.col("home"))
        .otherwise(pl.col("home") + pl.lit(" ") + pl.col("letters"))
    )
    table = frame.select(
        pl.when(state >= 0)
        .then(typed)
        .when(pl.col("foreign"))
        .then(pl.col("abroad"))
        .when(state == terms.JUNK_AREA)
        .then(pl.col("junk"))
        .alias("postcode"),
        pl.when(pl.col("foreign"))
        .then(pl.col("country"))
        .when(state != terms.UNKNOWN_AREA)
        .then(pl.lit("NL"))
        .alias("country"),
        pl.when(state >= 0).then(pl.col("town")).alias("town"),
    )
    return table["postcode"], table["country"], table["town"]


def prices(rows: Rows, programme: Programme) -> Ints:
    """Cents per ticket."""
    full = np.array([p.price_cents for p in programme.productions])[programme.production]
    full = full[rows.column("performance")]
    product = rows.column("product")
    factor = np.array([100, 80, 75, 0, 0, 0, 85, 100, 0, 0, 0])[product]
    fixed = np.array([0, 0, 0, 0, 750, 0, 0, 0, 600, 450, 0])[product]
    gift = np.array([250, 500, 500, 1000, 2500])[rows.column("order") % 5]
    return np.where(product == terms.DONATION, gift, full * factor // 100 // 5 * 5 + fixed)


def money(cents: Ints, comma: bool) -> pl.Series:
    """Amounts with two decimals, in the language's own way."""
    found, index = np.unique(cents, return_inverse=True)
    mark = "," if comma else "."
    words = tuple(f"{int(c) // 100}{mark}{int(c) % 100:02d}" for c in found)
    return pick(words, index.ravel()) if words else pl.Series([], dtype=pl.String)


def days(seconds: Ints, form: str) -> pl.Series:
    """Local times as text; written once per distinct day or minute rather than once per row."""
    found, index = np.unique(seconds, return_inverse=True)
    words = pl.Series(found.astype("datetime64[s]").astype("datetime64[us]")).dt.strftime(form)
    return words.gather(index.ravel().astype(np.uint32))


def clock_times(seconds: Ints) -> pl.Series:
    """The time of day, to the second."""
    frame = pl.DataFrame({"s": seconds % 86_400})
    parts = [
        (pl.col("s") // unit % base + 100).cast(pl.String).str.slice(1)
        for unit, base in ((3600, 24), (60, 60), (1, 60))
    ]
    return frame.select(pl.concat_str(parts, separator=":")).to_series()


PRODUCT_NAMES = {
    terms.SINGLE: "Normaal",
    terms.CONCESSION: "Korting CJP/65+",
    terms.SUBSCRIPTION: "Keuzeserie",
    terms.SCHOOL: "Schoolvoorstelling",
    terms.COMP: "Vrijkaart",
    terms.MEMBER: "Vriendenkaart",
    terms.ONLINE: "Online kijken",
    terms.PARKING: "Parkeerkaart",
    terms.MERCHANDISE: "Programmaboekje",
    terms.DONATION: "Donatie vriendenfonds",
}


def product_names(venue: Venue) -> tuple[str, ...]:
    """What the venue calls each product, by product number."""
    named = {**PRODUCT_NAMES, terms.PASS: PASS_NAMES[PASS_OF_KIND[venue.kind]]}
    return tuple(named[number] for number in range(len(named)))
