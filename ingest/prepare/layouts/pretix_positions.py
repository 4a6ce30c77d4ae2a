"""pretix, "Order data" → sheet positions, in English, Dutch, French or German: one row per ticket.

Unpaid and cancelled rows are included in such an export. Prices follow the language, also in files with
commas. A single event has no date column: its start comes from the programme in venue.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.findings import prepare as kinds
from ingest.prepare.header import Header, Pick, picker
from ingest.prepare.profile import VenueProfile
from ingest.prepare.sale import Missing, Sale
from ingest.vocabulary import TicketStatus

NAME = "pretix-positions"

# The order code's column tells the language.
LANGUAGES = {"en": "Order code", "nl": "Bestelcode", "fr": "Code de commande", "de": "Bestellnummer"}

REQUIRED = {
    "event": ("Event slug", "Slug van evenement", "Evenement-slug", "Titre de l'événement",
              "Kurzname der Veranstaltung"),
    "order": tuple(LANGUAGES.values()),
    "position": ("Position ID", "Positie-ID", "ID de la position", "Position"),
    "status": ("Status", "Statut"),
    "email": ("Email", "E-mail"),
    "order_date": ("Order date", "Besteldatum", "Date de commande", "Bestelldatum"),
    "order_time": ("Order time", "Besteltijd", "Heure de commande", "Bestelluhrzeit"),
    "product": ("Product", "Produit", "Produkt"),
    "price": ("Price", "Prijs", "Prix", "Preis"),
}  # fmt: skip
OPTIONAL = {
    "event_name": ("Event name", "Naam evenement", "Naam van het evenement", "Nom de l'événement",
                   "Veranstaltungstitel"),
    "start": ("Start date", "Startdatum", "Begindatum", "Date de début", "Beginn"),
    "variation": ("Variation", "Variant", "Variante"),
    "add_on": ("Add-on to position ID", "Add-on bij positie-ID", "Add-on voor positie-ID",
               "Add-on à la position ID", "Zusatzprodukt zu Position"),
    "channel": ("Sales channel", "Verkoopkanaal", "Verkoopskanaal", "Canal de vente", "Verkaufskanal"),
    "number": ("External customer ID", "Extern klantnummer", "Extern klantennummer", "Extern klant ID",
               "Identifiant de commerçant externe", "Externe Kundennummer"),
    "scans": ("Check-in lists", "Check-in-lijsten", "Check-inlijsten", "Listes d'enregistrement",
              "Check-in-Listen"),
    "postcode": ("ZIP code", "Postcode", "Postnummer", "Code postal", "Postleitzahl"),
    "country": ("Country", "Land", "Pays"),
    "invoice_postcode": ("Invoice address ZIP code", "Factuuradres: postcode", "Factuuradres: postnummer",
                         "Factuuradres postcode", "Adresse de facturation (Code postal)",
                         "Rechnungsadresse: PLZ"),
    "invoice_country": ("Invoice address country", "Factuuradres: land", "Factuuradres land",
                        "Adresse de facturation (pays)", "Rechnungsadresse: Land"),
}  # fmt: skip
STATUSES = {
    **dict.fromkeys(("paid", "betaald", "payé", "bezahlt"), TicketStatus.SOLD),
    **dict.fromkeys(("canceled", "cancelled", "geannuleerd", "annulé", "storniert"), TicketStatus.VOID),
    **dict.fromkeys(("expired", "verlopen", "expiré", "abgelaufen"), TicketStatus.VOID),
    **dict.fromkeys(("pending", "openstaand", "en attente", "ausstehend"), TicketStatus.RESERVED),
    **dict.fromkeys(("refunded", "terugbetaald", "remboursé", "erstattet"), TicketStatus.REFUNDED),
}


@dataclass(frozen=True, slots=True)
class PretixPositions:
    """What the header gave away; `pick` takes our columns out of a row."""

    language: str
    decimal: str
    has_postcodes: bool
    pick: Pick
    name: str = NAME
    takes_back: bool = False

    def sale(self, cells: list[str]) -> Sale:
        (event, order, position, status, email, day, time, product, price,
         event_name, start, variation, add_on, channel, number, scans,
         postcode, country, invoice_postcode, invoice_country) = self.pick(cells)  # fmt: skip
        billed = bool(invoice_postcode)
        return Sale(
            # Order codes are five characters: the event makes sure that no two orders share one.
            f"{event}/{order}" if order else "",
            position,
            email,
            number,
            # The buyer is counted, and the invoice is hers; the other address is the visitor's.
            invoice_postcode if billed else postcode,
            invoice_country if billed else country if postcode else invoice_country or country,
            event,
            (event, event_name),
            start,
            f"{day}T{time}" if day else "",
            product,
            variation,
            price,
            STATUSES.get(status.strip().lower()),
            channel,
            "1",
            True if scans else None,
            kinds.ADD_ON if add_on else None,
        )


def bind(header: Sequence[str], profile: VenueProfile, source: str) -> PretixPositions | Missing:
    """Recognised by the nine columns that every positions sheet has."""
    columns = Header(header)
    places = {field: columns.places(names) for field, names in (REQUIRED | OPTIONAL).items()}
    missing = tuple(names[0] for field, names in REQUIRED.items() if not places[field])
    if missing:
        return Missing(NAME, missing)
    _split_blocks(places)
    pick = picker([found[0] if found else None for found in places.values()])
    language = next(code for code, name in LANGUAGES.items() if columns.places((name,)))
    postcodes = bool(places["postcode"] or places["invoice_postcode"])
    return PretixPositions(language, "." if language == "en" else ",", postcodes, pick)


def _split_blocks(places: dict[str, list[int]]) -> None:
    """Before 2026 the attendee's and the invoice's columns had the same names, in this order."""
    for field in ("postcode", "country"):
        if len(places[field]) > 1 and not places[f"invoice_{field}"]:
            places[f"invoice_{field}"] = places[field][1:2]
