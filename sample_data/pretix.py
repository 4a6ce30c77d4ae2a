"""Rows → the positions sheet of pretix's order data export, in four languages and three styles."""

from __future__ import annotations

import io

import numpy as np
import polars as pl

from sample_data import rows, terms
from sample_data.people import pick
from sample_data.places import Places
from sample_data.pretix_header import SERIES, header
from sample_data.programme import Programme
from sample_data.rows import Rows
from sample_data.venues import Venue, domain

# Sold, refunded (cancelled there), void (expired there), reserved.
STATUSES = {
    "en": ("paid", "canceled", "expired", "pending"),
    "nl": ("betaald", "geannuleerd", "verlopen", "openstaand"),
    "fr": ("Payé", "annulé", "expiré", "en attente"),
    "de": ("bezahlt", "storniert", "abgelaufen", "ausstehend"),
}
YES_NO = {"en": ("Yes", "No"), "nl": ("Ja", "Nee"), "fr": ("Oui", "Non"), "de": ("Ja", "Nein")}
CHANNELS = ("Webshop", "Kassa", "Telefonisch", "Wederverkoper", "Webshop")
PROVIDERS = ("ideal", "ideal", "banktransfer", "creditcard", "paypal")
COMMENTS = (
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "Rolstoelplaats graag aan het gangpad",
    "Komt iets later",
    "Belt nog terug",
)


def header_bytes(venue: Venue) -> bytes:
    """The header row as bytes."""
    names = header(venue.export.language, series=not venue.export.single_events)
    return _csv(pl.DataFrame([[name] for name in names], schema=[str(i) for i in range(len(names))]), venue)


def body(tickets: Rows, places: Places, programme: Programme, rng: np.random.Generator) -> bytes:
    """The rows as bytes."""
    frame = _frame(tickets, places, programme, rng)
    return _csv(frame, tickets.venue)


def _csv(frame: pl.DataFrame, venue: Venue) -> bytes:
    """pretix's "CSV (with commas)" quotes all but numbers; the other two quote what needs it."""
    quoted = venue.export.style == "commas"
    out = io.BytesIO()
    shown = frame.with_columns(pl.col(pl.String).fill_null("")) if quoted else frame
    shown.write_csv(
        out,
        include_header=False,
        line_terminator="\r\n",
        separator=";" if venue.export.style == "semicolons" else ",",
        quote_style="non_numeric" if quoted else "necessary",
    )
    return out.getvalue()


def event_slugs(venue: Venue, programme: Programme, first: int, last: int) -> tuple[str, ...]:
    """The shop's name of performances: of their series, or their own where every evening is an event."""
    series = [programme.productions[int(p)].event for p in programme.production[first:last]]
    if not venue.export.single_events:
        return tuple(series)
    stamps = np.datetime_as_string(programme.starts[first:last], unit="m")
    return tuple(
        f"{slug}-{stamp[2:].replace('-', '').replace(':', '').replace('T', '-')}"
        for slug, stamp in zip(series, stamps, strict=True)
    )


def _frame(t: Rows, places: Places, programme: Programme, rng: np.random.Generator) -> pl.DataFrame:
    venue, language, n = t.venue, t.venue.export.language, t.count
    comma = language != "en"
    performance = t.column("performance").astype(np.int64)
    first, last = int(performance.min(initial=0)), int(performance.max(initial=0)) + 1
    near = performance - first
    own = [programme.productions[int(p)] for p in programme.production[first:last]]
    number, product = t.column("order"), t.column("product").astype(np.int64)
    cents = rows.prices(t, programme)
    start = programme.starts.astype(np.int64)[performance]
    purchased = t.column("purchased")
    postcode, country, town = rows.postcodes(t, places)
    names = t.contact("first") + " " + t.contact("last")
    seat = rng.integers(0, 400, n)
    row, chair = seat // 20 + 1, seat % 20 + 1
    besides = product >= terms.FIRST_NON_AUDIENCE
    seated = ~besides & (product != terms.ONLINE) & (venue.kind != "cinema")
    yes, no = YES_NO[language]
    slugs = pick(event_slugs(venue, programme, first, last), near)
    sheet = pl.DataFrame(
        {
            "slug": slugs,
            "title": pick(tuple(p.title for p in own), near),
            "code": t.code,
            "position": t.position,
            "status": pick(STATUSES[language], t.column("status").astype(np.int64)),
            "email": rows.emails(t),
            "phone": t.contact("phone"),
            "order_date": rows.days(purchased // 86_400 * 86_400, "%Y-%m-%d"),
            "order_time": rows.clock_times(purchased),
            "date": pick(tuple(p.title for p in own), near),
            "start": rows.days(start, "%Y-%m-%d %H:%M:%S"),
            "end": rows.days(start + 7200, "%Y-%m-%d %H:%M:%S"),
            "product": pick(rows.product_names(venue), product),
            "product_id": product + 101,
            "variation": pick(("Rang 1", "Rang 2"), seat % 2),
            "variation_id": seat % 2 + 1,
            "price": rows.money(cents, comma),
            "tax_rate": rows.money(np.where(besides, 2100, 900), comma),
            "tax_rule": pick(("Laag tarief", "Hoog tarief"), besides.astype(np.int64)),
            "tax": rows.money(np.where(besides, cents * 21 // 121, cents * 9 // 109), comma),
            "attendee": names,
            "attendee_email": _companions(t),
            "attendee_company": t.contact("company"),
            "street": t.contact("street"),
            "postcode": postcode,
            "town": town,
            "country": country,
            "nothing": pl.Series([None] * n, dtype=pl.String),
            "voucher": pick(("", "", "", "", "", "", "ZOMER25"), number % 7),
            "pseudonym": rows.scramble(rng, n, 10).str.to_uppercase(),
            "secret": rows.scramble(rng, n, 32),
            "row": row,
            "chair": chair,
            "seated": seated,
            "blocked": no,
            "comment": pick(COMMENTS, number * 7 % 97 % len(COMMENTS)),
            "add_on": pl.Series(np.where(besides & (t.position > 1), 1, 0)),
            "channel": pick(CHANNELS, t.column("channel").astype(np.int64)),
            "locale": "nl",
            "verified": pick((yes, no), (number % 9 == 0).astype(np.int64)),
            "list": pick(("", "Zaal", "Online"), _scanned(t) * np.where(product == terms.ONLINE, 2, 1)),
            "provider": pick(PROVIDERS, number % len(PROVIDERS)),
            "where": number % 5,
            "floor": pl.Series(number % 83 == 0),
        }
    )
    shown = sheet.select(*_columns(venue))
    if venue.export.single_events:
        return shown.drop(shown.columns[SERIES])
    return shown


def _scanned(t: Rows) -> rows.Ints:
    """1 where the ticket was seen at the door, or the film was started at home."""
    ticket = (t.column("product") < terms.FIRST_NON_AUDIENCE) & (t.column("status") == terms.SOLD)
    return np.asarray(t.present & ticket & t.venue.scans, dtype=np.int64)


def _companions(t: Rows) -> pl.Series:
    """Now and then a companion leaves an address of their own: not the booker's, and not to be counted."""
    shown = (t.position == 2) & (t.column("order") % 4 == 0) & (t.column("address") >= 0)
    frame = pl.DataFrame({"address": t.contact("address"), "shown": shown})
    return frame.select(pl.when("shown").then(pl.lit("metgezel.") + pl.col("address"))).to_series()


def _columns(venue: Venue) -> list[pl.Expr]:
    """The sheet's columns in pretix's order, under running numbers: French headers repeat themselves."""
    c = pl.col
    attendee, invoice = c("where") <= 1, c("where") != 0
    street = pl.when("floor").then(c("street") + pl.lit("\n2e verdieping")).otherwise(c("street"))
    seat = pl.concat_str(pl.lit("Zaal-"), "row", pl.lit("-"), "chair")
    words = pl.concat_str(pl.lit("Rij "), "row", pl.lit(", stoel "), "chair")
    link = pl.concat_str(
        pl.lit(f"https://kaarten.{domain(venue)}/"), "slug", pl.lit("/order/"), "code", pl.lit("/")
    )
    if_seated = pl.when("seated")
    parts: list[pl.Expr] = [
        c("slug"),
        c("title"),
        c("code"),
        c("position"),
        c("status"),
        c("email"),
        c("phone"),
        c("order_date"),
        c("order_time"),
        c("date"),
        c("start"),
        c("end"),
        c("product"),
        c("product_id"),
        c("variation"),
        c("variation_id"),
        c("price"),
        c("tax_rate"),
        c("tax_rule"),
        c("tax"),
        c("attendee"),
        c("attendee_email"),
        c("attendee_company"),
        pl.when(attendee).then(street),
        pl.when(attendee).then(c("postcode")),
        pl.when(attendee).then(c("town")),
        pl.when(attendee).then(c("country")),
        c("nothing"),
        c("voucher"),
        c("nothing"),
        c("nothing"),
        c("pseudonym"),
        c("secret"),
        if_seated.then(seat),
        if_seated.then(words),
        if_seated.then(pl.lit("Zaal")),
        if_seated.then(c("row").cast(pl.String)),
        if_seated.then(c("chair").cast(pl.String)),
        c("blocked"),
        c("nothing"),
        c("nothing"),
        c("comment"),
        c("nothing"),
        pl.when(c("add_on") > 0).then(c("add_on")),
        c("attendee_company"),
        c("attendee"),
        pl.when(invoice).then(street),
        pl.when(invoice).then(c("postcode")),
        pl.when(invoice).then(c("town")),
        pl.when(invoice).then(c("country")),
        c("nothing"),
        c("nothing"),
        c("channel"),
        c("locale"),
        c("verified"),
        c("nothing"),
        c("list"),
        c("provider"),
        link,
    ]
    return [part.alias(str(i)) for i, part in enumerate(parts)]
