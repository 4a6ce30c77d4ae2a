"""Rows → the file of a box office without a layout of its own: one row per kind of ticket, with a number."""

from __future__ import annotations

import codecs
import io

import numpy as np
import polars as pl

from sample_data import names, rows, terms
from sample_data.people import pick
from sample_data.places import Places
from sample_data.programme import Programme
from sample_data.rows import Rows
from sample_data.venues import Venue

COLUMNS = {
    "order_ref": "Bestelnr",
    "ticket_ref": "Kaartnr",
    "customer_number": "Relatienr",
    "email": "E-mail",
    "postcode": "Postcode",
    "country": "Land",
    "production": "Voorstelling",
    "performance_start": "Aanvang",
    "purchased_at": "Besteld op",
    "product": "Kaartsoort",
    "price": "Prijs per kaart",
    "status": "Status",
    "channel": "Kanaal",
    "quantity": "Aantal",
    "scanned": "Gescand",
}
HEADER = (
    "Bestelnr",
    "Kaartnr",
    "Relatienr",
    "Aanhef",
    "Naam",
    "Straat",
    "Postcode",
    "Plaats",
    "Land",
    "Telefoon",
    "E-mail",
    "Voorstelling",
    "Aanvang",
    "Besteld op",
    "Kaartsoort",
    "Aantal",
    "Prijs per kaart",
    "Status",
    "Kanaal",
    "Gescand",
)
STATUSES = {"Betaald": "sold", "Retour": "refunded", "Vervallen": "void", "Optie": "reserved"}
CHANNELS = ("Internet", "Kassa", "Telefoon", "Wederverkoper", "Internet")
TIME = "%d-%m-%Y %H:%M"
SALUTATIONS = ("Mevr.", "Dhr.", "", "Mevr.", "Dhr.")


def mapping(venue: Venue) -> dict[str, object]:
    """The `generic` part of venue.json."""
    return {
        "delimiter": delimiter(venue),
        "encoding": venue.export.encoding,
        "date": TIME,
        "decimal": ",",
        "columns": COLUMNS,
        "statuses": STATUSES,
    }


def delimiter(venue: Venue) -> str:
    return "\t" if venue.export.encoding == "utf-16" else ";"


def header_bytes(venue: Venue) -> bytes:
    """The mark of the encoding, if it has one, and the columns."""
    mark = {"utf-16": codecs.BOM_UTF16_LE, "utf-8-sig": codecs.BOM_UTF8}.get(venue.export.encoding, b"")
    return mark + _encode(delimiter(venue).join(HEADER) + "\r\n", venue)


def body(tickets: Rows, places: Places, programme: Programme) -> bytes:
    """The rows as bytes, in the venue's own encoding."""
    t = tickets
    performance = t.column("performance").astype(np.int64)
    first, last = int(performance.min(initial=0)), int(performance.max(initial=0)) + 1
    titles = tuple(programme.productions[int(p)].title for p in programme.production[first:last])
    starts = programme.starts.astype(np.int64)[performance]
    postcode, country, town = rows.postcodes(t, places)
    number, qty = t.column("order"), t.column("qty")
    last_name = t.contact("last").replace(names.CP1252_SAFE)
    frame = pl.DataFrame(
        {
            "order": pl.Series(number + 100_001).cast(pl.String),
            "ticket": pl.Series((number + 100_001) * 100 + t.position).cast(pl.String),
            "relation": _relations(t),
            "salutation": pick(SALUTATIONS, number % 5),
            "name": t.contact("first") + " " + last_name,
            "street": t.contact("street"),
            "postcode": postcode,
            "town": town,
            "country": country.replace(rows.COUNTRY_NAMES),
            "phone": t.contact("phone"),
            "email": rows.emails(t),
            "title": pick(titles, performance - first),
            "start": rows.days(starts, TIME),
            "purchased": rows.days(t.column("purchased"), TIME),
            "product": pick(rows.product_names(t.venue), t.column("product").astype(np.int64)),
            "qty": qty,
            "price": rows.money(rows.prices(t, programme), comma=True),
            "status": pick(tuple(STATUSES), t.column("status").astype(np.int64)),
            "channel": pick(CHANNELS, t.column("channel").astype(np.int64)),
            "scanned": _scanned(t),
        }
    )
    shown = _booked_back(frame) if t.venue.export.books_back else frame
    out = io.BytesIO()
    shown.write_csv(out, include_header=False, separator=delimiter(t.venue), line_terminator="\r\n")
    if t.venue.export.encoding.startswith("utf-8"):
        return out.getvalue()
    return _encode(out.getvalue().decode(), t.venue)


def _booked_back(frame: pl.DataFrame) -> pl.DataFrame:
    """Refunds as such systems write them: the sale stands, and a row with a negative number takes it back."""
    sold, back = tuple(STATUSES)[:2]
    taken = frame.filter(pl.col("status") == back).with_columns(-pl.col("qty"))
    together = pl.concat([frame, taken]).with_columns(pl.col("status").replace({back: sold}))
    return together.sort("order", maintain_order=True)


def _encode(text: str, venue: Venue) -> bytes:
    encoding = venue.export.encoding
    return text.encode({"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding))


def _relations(t: Rows) -> pl.Series:
    """The venue's own number of the person; nothing at the door."""
    address = t.column("booker")
    frame = pl.DataFrame({"id": address, "known": address >= 0})
    return frame.select(
        pl.when("known").then(pl.lit("R") + (pl.col("id") // 32 + 20_000).cast(pl.String))
    ).to_series()


def _scanned(t: Rows) -> pl.Series:
    """Yes or no for tickets that were sold; nothing for the rest and for what is no ticket."""
    ticket = (t.column("product") < terms.FIRST_NON_AUDIENCE) & (t.column("status") == terms.SOLD)
    return pick(("", "Nee", "Ja"), np.where(ticket & t.venue.scans, 1 + t.present, 0).astype(np.int64))
