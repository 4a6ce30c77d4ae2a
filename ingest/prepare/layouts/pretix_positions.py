"""pretix, "Order data" → sheet positions, in English, Dutch, French or German: one row per ticket.

Unpaid and cancelled rows are included in such an export. Prices follow the language, also in files with
commas. A single event has no date column: its start comes from the programme in venue.json.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ingest.findings import prepare as kinds
from ingest.prepare.header import Header, picker, place
from ingest.prepare.profile import VenueProfile
from ingest.prepare.sale import Buyer, Item, Missing, Pick, Show
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
    """What the header gave away."""

    language: str
    decimal: str
    has_postcodes: bool
    ticket: Callable[[list[str]], str]
    buyer_cells: Pick
    show_cells: Pick
    item_cells: Pick
    name: str = NAME
    takes_back: bool = False

    def buyer(self, cells: Sequence[str]) -> Buyer:
        (event, order, email, number, day, time, postcode, country, invoice_postcode,
         invoice_country) = cells  # fmt: skip
        billed = bool(invoice_postcode)
        return Buyer(
            # Order codes are five characters: the event makes sure that no two orders share one.
            f"{event}/{order}" if order else "",
            email,
            number,
            # The buyer is counted, and the invoice is hers; the other address is the visitor's.
            invoice_postcode if billed else postcode,
            invoice_country if billed else country if postcode else invoice_country or country,
            f"{day}T{time}" if day else "",
        )

    def show(self, cells: Sequence[str]) -> Show:
        event, event_name, start = cells
        return Show(event, (event, event_name), start)

    def item(self, cells: Sequence[str]) -> Item:
        product, variation, price, status, channel, scans, add_on = cells
        return Item(
            product,
            variation,
            price,
            STATUSES.get(status.strip().lower()),
            channel,
            scanned=True if scans else None,
            left_out=kinds.ADD_ON if add_on else None,
        )


def bind(header: Sequence[str], profile: VenueProfile, source: str) -> PretixPositions | Missing:
    """Recognised by the nine columns that every positions sheet has."""
    columns = Header(header)
    places = {field: columns.places(names) for field, names in (REQUIRED | OPTIONAL).items()}
    missing = tuple(names[0] for field, names in REQUIRED.items() if not places[field])
    if missing:
        return Missing(NAME, missing)
    _split_blocks(places)
    first = {field: found[0] if found else None for field, found in places.items()}
    language = next(code for code, name in LANGUAGES.items() if columns.places((name,)))
    return PretixPositions(
        language,
        "." if language == "en" else ",",
        bool(places["postcode"] or places["invoice_postcode"]),
        itemgetter(place(first["position"])),
        picker(
            first,
            "event order email number order_date order_time postcode country"
            " invoice_postcode invoice_country",
        ),
        picker(first, "event event_name start"),
        picker(first, "product variation price status channel scans add_on"),
    )


def _split_blocks(places: dict[str, list[int]]) -> None:
    """Before 2026 the attendee's and the invoice's columns had the same names, in this order."""
    for field in ("postcode", "country"):
        if len(places[field]) > 1 and not places[f"invoice_{field}"]:
            places[f"invoice_{field}"] = places[field][1:2]
