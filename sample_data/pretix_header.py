"""The columns of pretix's positions sheet (2026.8), as the program names them in four languages."""

from __future__ import annotations

LANGUAGES = ("en", "nl", "fr", "de")

# Column by column: English, Dutch, French, German.
_TABLE = """\
Event slug|Slug van evenement|Titre de l'événement|Kurzname der Veranstaltung
Event name|Naam evenement|Nom de l'événement|Veranstaltungstitel
Order code|Bestelcode|Code de commande|Bestellnummer
Position ID|Positie-ID|ID de la position|Position
Status|Status|Statut|Status
Email|E-mail|E-Mail|E-Mail
Phone number|Telefoonnummer|Numéro de téléphone|Telefonnummer
Order date|Besteldatum|Date de commande|Bestelldatum
Order time|Besteltijd|Heure de commande|Bestelluhrzeit
Date|Datum|Date|Termin
Start date|Startdatum|Date de début|Beginn
End date|Einddatum|Date de fin|Ende
Product|Product|Produit|Produkt
Product ID|Product-ID|ID produit|Produkt-ID
Variation|Variant|Variante|Variante
Variation ID|Variant-ID|ID variant|Varianten-ID
Price|Prijs|Prix|Preis
Tax rate|Belastingtarief|Taux d'imposition|Steuersatz
Tax rule|Belastingregel|Règle fiscale|Steuerregel
Tax value|Belastingwaarde|Valeur fiscale|Steuer
Attendee name|Naam deelnemer|Nom du participant|Name Teilnehmer*in
Attendee email|E-mailadres van deelnemer|E-mail du participant|E-Mail Teilnehmer*in
Attendee company|Bedrijf deelnemer|Entreprise du participant|Teilnehmer*innen-Firma
Address|Adres|Adresse|Adresse
ZIP code|Postcode|Code postal|Postleitzahl
City|Plaats|Ville|Stadt
Country|Land|Pays|Land
State|Staat|État|Bundesstaat
Voucher|Voucher|Bon|Gutschein
Voucher budget usage|Gebruik van voucherbudget|Utilisation du budget des bons|Verwendetes Gutscheinbudget
Voucher tag|Vouchertag|Code du bon|Gutschein-Tag
Pseudonymization ID|Pseudonimiserings-ID|ID pseudonyme|Pseudonyme ID
Ticket secret|Ticketgeheim|Secret du billet|Ticket-Code
Seat ID|Stoel-ID|ID du siège|Sitzplatz-ID
Seat name|Stoelnaam|Nom du siège|Sitzbezeichnung
Seat zone|Stoelzone|Zone du siège|Sitzbereich
Seat row|Stoelrij|Rangée de sièges|Sitzreihe
Seat number|Stoelnummer|Nom du siège|Sitzplatz-Nummer
Blocked|Geblokkeerd|Bloqué|Gesperrt
Valid from|Geldig van|Valable depuis|Gültig ab
Valid until|Geldig tot|Valable jusqu'au|Gültig bis
Order comment|Opmerking bestelling|Commentaire de commande|Bestellkommentar
Follow-up date|Datum voor opvolging|Date de suivi|Datum zur Wiedervorlage
Add-on to position ID|Add-on bij positie-ID|Add-on à la position ID|Zusatzprodukt zu Position
Invoice address company|Factuuradres: bedrijf|Adresse de facturation de l'entreprise|Rechnungsadresse: Firma
Invoice address name|Factuuradres: naam|Nom de l'adresse de facturation|Rechnungsadresse: Name
Invoice address street|Factuuradres: straat|Adresse de facturation (rue)|Rechnungsadresse: Straße
Invoice address ZIP code|Factuuradres: postcode|Adresse de facturation (Code postal)|Rechnungsadresse: PLZ
Invoice address city|Factuuradres: plaats|Adresse de facturation (ville)|Rechnungsadresse: Stadt
Invoice address country|Factuuradres: land|Adresse de facturation (pays)|Rechnungsadresse: Land
Invoice address state|Factuuradres: staat|Région de l'adresse de facturation|Rechnungsadresse: Bundesstaat
VAT ID|Btw-nummer|Identifiant de TVA|USt-ID-Nr.
Sales channel|Verkoopkanaal|Canal de vente|Verkaufskanal
Order locale|Taal van bestelling|Langue de la commande|Bestellsprache
Email address verified|E-mailadres geverifieerd|Adresse e-mail vérifiée|E-Mail-Adresse verifiziert
External customer ID|Extern klantnummer|Identifiant de commerçant externe|Externe Kundennummer
Check-in lists|Check-in-lijsten|Listes d'enregistrement|Check-in-Listen
Payment providers|Betalingsaanbieders|Fournisseurs de paiement|Zahlungsmethoden
Position order link|Bestel-link positie|Lien vers la commande|Link zur Bestellposition"""
COLUMNS = tuple(tuple(line.split("|")) for line in _TABLE.splitlines())
# Only shops that sell series have these.
SERIES = slice(9, 12)


def header(language: str, *, series: bool) -> tuple[str, ...]:
    """The columns in a language; French has one name twice."""
    place = LANGUAGES.index(language)
    names = tuple(column[place] for column in COLUMNS)
    return names if series else names[: SERIES.start] + names[SERIES.stop :]
