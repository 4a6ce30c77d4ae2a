"""Rows → HelloAsso's ticketing export: BOM, semicolons, decimal comma, no postcode, gifts among tickets."""

from __future__ import annotations

import codecs
import io

import numpy as np
import polars as pl

from sample_data import rows, terms
from sample_data.people import pick
from sample_data.programme import Programme
from sample_data.rows import Rows
from sample_data.venues import Venue

HEADER = (
    "Référence commande",
    "Date de la commande",
    "Statut de la commande",
    "Nom participant",
    "Prénom participant",
    "Nom payeur",
    "Prénom payeur",
    "Email payeur",
    "Raison sociale",
    "Moyen de paiement",
    "Billet",
    "Numéro de billet",
    "Tarif",
    "Montant tarif",
    "Code Promo",
    "Montant code promo",
    "Allergies éventuelles ",
)
STATUSES = ("Validé", "Remboursé", "Annulé", "En attente")
MEANS = ("Carte bancaire", "Carte bancaire", "Virement", "Espèces")


def header_bytes(_: Venue) -> bytes:
    """The byte-order mark and the columns."""
    return codecs.BOM_UTF8 + (";".join(HEADER) + "\r\n").encode()


def ticket_names(programme: Programme, first: int, last: int) -> tuple[str, ...]:
    """What a ticket is called: the title with day and hour, because the export has no column for them."""
    stamps = pl.Series(programme.starts[first:last].astype("datetime64[us]")).dt.strftime("%d-%m-%Y %H:%M")
    titles = [programme.productions[int(p)].title for p in programme.production[first:last]]
    return tuple(f"{title}, {stamp}" for title, stamp in zip(titles, stamps, strict=True))


def body(tickets: Rows, programme: Programme) -> bytes:
    """The rows as bytes."""
    t = tickets
    performance = t.column("performance").astype(np.int64)
    first, last = int(performance.min(initial=0)), int(performance.max(initial=0)) + 1
    number = t.column("order")
    product = t.column("product").astype(np.int64)
    names = pick(rows.product_names(t.venue), product)
    frame = pl.DataFrame(
        {
            "order": pl.Series(number + 48_000_000).cast(pl.String),
            "date": rows.days(t.column("purchased"), "%d/%m/%Y %H:%M"),
            "status": pick(STATUSES, t.column("status").astype(np.int64)),
            "last": t.contact("last"),
            "first": t.contact("first"),
            "payer_last": t.contact("last"),
            "payer_first": t.contact("first"),
            "email": rows.emails(t),
            "company": t.contact("company"),
            "means": pick(MEANS, number % len(MEANS)),
            "ticket": pick(ticket_names(programme, first, last), performance - first),
            "ticket_number": pl.Series((number + 48_000_000) * 100 + t.position).cast(pl.String),
            "tariff": names,
            "price": rows.money(rows.prices(t, programme), comma=True),
            "code": pick(("", "", "", "", "", "AMIS"), number % 6),
            "discount": pl.Series(["0,00"] * t.count),
            "free": pick(("", "", "", "geen noten", "", "", '"pinda\'s"'), number % 7),
            "gift": pl.Series(product == terms.DONATION),
        }
    ).with_columns(pl.when("gift").then(pl.lit("Don")).otherwise(pl.col("ticket")).alias("ticket"))
    out = io.BytesIO()
    frame.drop("gift").write_csv(out, include_header=False, separator=";", line_terminator="\r\n")
    return out.getvalue()
