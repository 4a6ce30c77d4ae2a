"""HelloAsso, export of a ticketing campaign: one row per ticket, French, decimal comma.

The file says nowhere when the performance is. It is looked up in the programme of venue.json by the
campaign's column where there is one, the ticket, the fare, the file's own name, and at last `performance`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ingest.findings import prepare as kinds
from ingest.prepare.header import Header, picker, place
from ingest.prepare.profile import VenueProfile
from ingest.prepare.sale import UNREADABLE, Buyer, Item, Missing, Pick, Show
from ingest.vocabulary import TicketStatus

NAME = "helloasso-tickets"

REQUIRED = {
    "order": ("Référence commande",),
    "date": ("Date de la commande",),
    "status": ("Statut de la commande",),
    "email": ("Email payeur",),
    "fare": ("Tarif",),
    "price": ("Montant tarif", "Montant du tarif"),
}
OPTIONAL = {
    "ticket": ("Numéro de billet",),
    "billet": ("Billet",),
    "campaign": ("Campagne",),
    "discount": ("Montant code promo", "Montant du code promo"),
    "payment": ("Moyen de paiement",),
    "postcode": ("Code Postal acheteur", "Code postal payeur", "Code postal"),
    "country": ("Pays acheteur", "Pays payeur", "Pays"),
}
STATUSES = {
    **dict.fromkeys(("validé", "validée", "payé", "payée", "traité", "traitée"), TicketStatus.SOLD),
    **dict.fromkeys(("remboursé", "remboursée"), TicketStatus.REFUNDED),
    **dict.fromkeys(("annulé", "annulée", "refusé", "refusée", "abandonné", "abandonnée"), TicketStatus.VOID),
    **dict.fromkeys(("en attente", "à valider", "en cours"), TicketStatus.RESERVED),
}
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(?:à\s+)?(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?")
_DONATION = re.compile(r"(don|dons|donation|don (libre|supplémentaire|ponctuel).*)", re.IGNORECASE)
_AT_THE_DESK = re.compile(r"(espèces|esp[eè]ces|chèque|tpe|sur place|autre).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HelloAssoTickets:
    """What the header gave away."""

    source: str
    has_postcodes: bool
    ticket: Callable[[list[str]], str]
    buyer_cells: Pick
    show_cells: Pick
    item_cells: Pick
    name: str = NAME
    language: str = "fr"
    decimal: str = ","
    takes_back: bool = False

    def buyer(self, cells: Sequence[str]) -> Buyer:
        order, email, postcode, country, date = cells
        return Buyer(order, email, "", postcode, country, local_time(date))

    def show(self, cells: Sequence[str]) -> Show:
        return Show("", (*cells, self.source), "")

    def item(self, cells: Sequence[str]) -> Item:
        status, fare, billet, price, discount, payment = cells
        gift = _DONATION.fullmatch(fare.strip()) or _DONATION.fullmatch(billet.strip())
        return Item(
            fare or billet,
            "",
            price,
            STATUSES.get(status.strip().lower()),
            # Association members who sell at the door enter cash and cheques themselves.
            "guichet" if _AT_THE_DESK.fullmatch(payment.strip()) else "",
            left_out=kinds.DONATION if gift else None,
            discount=discount,
        )


def bind(header: Sequence[str], profile: VenueProfile, source: str) -> HelloAssoTickets | Missing:
    """Recognised by the order's reference, the payer and the fare."""
    columns = Header(header)
    places = {field: columns.first(names) for field, names in (REQUIRED | OPTIONAL).items()}
    missing = tuple(names[0] for field, names in REQUIRED.items() if places[field] is None)
    if missing:
        return Missing(NAME, missing)
    return HelloAssoTickets(
        source,
        places["postcode"] is not None,
        itemgetter(place(places["ticket"])),
        picker(places, "order email postcode country date"),
        picker(places, "campaign billet fare"),
        picker(places, "status fare billet price discount payment"),
    )


def local_time(text: str) -> str:
    """04/03/2026 14:25 → 2026-03-04T14:25:00."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return UNREADABLE if text.strip() else ""
    day, month, year, hour, minute, second = match.groups()
    return f"{year}-{month:0>2}-{day:0>2}T{hour or '0':0>2}:{minute or '00'}:{second or '00'}"
