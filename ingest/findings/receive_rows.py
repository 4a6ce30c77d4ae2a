"""The catalogue of what receiving can find wrong with single rows, and what it merely notes."""

from __future__ import annotations

from ingest.findings import FindingKind, Severity, Text

_LEFT_OUT = Text("The row was left out; all others count.", "De rij is weggelaten; alle andere tellen mee.")
_VENUE_FIX = Text(
    "Look at these rows in the extract, correct the ticketing system or venue.json, and prepare again.",
    "Bekijk deze rijen in het extract, verbeter het kaartsysteem of venue.json, en bereid opnieuw voor.",
)


def _row(code: str, en: str, nl: str, why: Text = _LEFT_OUT, fix: Text = _VENUE_FIX) -> FindingKind:
    return FindingKind(code, Severity.DROPS_ROW, Text(en, nl), why, fix)


def _note(code: str, saw: Text, why: Text, fix: Text = _VENUE_FIX) -> FindingKind:
    return FindingKind(code, Severity.NOTE, saw, why, fix)


CELL_COUNT = _row(
    "cell_count",
    "The row does not have the {expected} cells of an extract.",
    "De rij heeft niet de {expected} cellen van een extract.",
)
CELL_MISSING = _row("cell_missing", "{column} is empty.", "{column} is leeg.")
NOT_A_REFERENCE = _row(
    "not_a_reference",
    "{column} is not a reference: at most 120 letters, digits and the signs . _ : - only.",
    "{column} is geen verwijzing: hoogstens 120 letters, cijfers en alleen de tekens . _ : -, niets anders.",
)
NOT_A_TITLE = _row(
    "not_a_title",
    "{column} is longer than 300 characters or holds control characters.",
    "{column} is langer dan 300 tekens of bevat stuurtekens.",
)
NOT_A_TOKEN = _row("not_a_token", "{column} is not a booker token.", "{column} is geen boekerkenmerk.")
OTHER_KEY = _row(
    "other_key",
    "{column} was made with another key than the first line says.",
    "{column} is met een andere sleutel gemaakt dan de eerste regel zegt.",
)
NOT_A_COUNTRY = _row(
    "not_a_country",
    "{column} is not a country code of two capitals.",
    "{column} is geen landcode van twee hoofdletters.",
)
NOT_AN_AREA = _row(
    "not_an_area",
    "{column} is not a postcode area of that country. A full postcode is never accepted.",
    "{column} is geen postcodegebied van dat land. Een volledige postcode wordt nooit aangenomen.",
)
NOT_A_TIME = _row(
    "not_a_time",
    "{column} is not a time with offset like 2025-10-03T20:15:00+02:00, between 2000 and 2100.",
    "{column} is geen tijd met tijdsverschil zoals 2025-10-03T20:15:00+02:00, tussen 2000 en 2100.",
)
NOT_A_NUMBER = _row("not_a_number", "{column} is not a whole number.", "{column} is geen geheel getal.")
OUT_OF_RANGE = _row(
    "out_of_range",
    "{column} lies outside {low} to {high}.",
    "{column} ligt buiten {low} tot {high}.",
)
NOT_A_CURRENCY = _row(
    "not_a_currency",
    "{column} is not a currency code of three capitals.",
    "{column} is geen valutacode van drie hoofdletters.",
)
NOT_A_BOOLEAN = _row(
    "not_a_boolean",
    "{column} is not true, false or empty.",
    "{column} is niet true, false of leeg.",
)
UNKNOWN_WORD = _row(
    "unknown_word",
    "{column} is not one of: {choices}.",
    "{column} is niet een van: {choices}.",
    Text("Only words from a closed list may become figures for others. The row was left out.",
         "Alleen woorden uit een vaste lijst mogen cijfers voor anderen worden. De rij is weggelaten."),
)  # fmt: skip
TICKET_TWICE = _row(
    "ticket_twice",
    "The same ticket_ref stands on an earlier row.",
    "Dezelfde ticket_ref staat op een eerdere rij.",
    Text("A ticket counts once. The later row was left out.",
         "Een kaart telt één keer. De latere rij is weggelaten."),
)  # fmt: skip
PERFORMANCE_DIFFERS = _row(
    "performance_differs",
    "Start, production or genre differs from the first row of the same performance.",
    "Aanvang, productie of genre verschilt van de eerste rij van dezelfde voorstelling.",
    Text("A performance starts once and is of one production. The differing row was left out.",
         "Een voorstelling begint één keer en is van één productie. De afwijkende rij is weggelaten."),
)  # fmt: skip

ERASED = _row(
    "erased",
    "Rows are of bookers whose rows this venue had erased.",
    "Er zijn rijen van boekers van wie dit podium de rijen heeft laten wissen.",
    Text("Who was erased does not come back with an older export. Which rows these are is not kept.",
         "Wie gewist is, komt niet terug met een oudere export. Welke rijen dit zijn, wordt niet bewaard."),
    Text("Nothing needs to be done: all other rows count.",
         "U hoeft niets te doen: alle andere rijen tellen mee."),
)  # fmt: skip

AREA_WITHOUT_COUNTRY = _note(
    "area_without_country",
    Text("postcode_area is given without a country.", "postcode_area is gegeven zonder land."),
    Text("1011 lies in more than one country, so the row counts as living in an unknown area.",
         "1011 ligt in meer dan één land; de rij telt daarom als onbekend gebied."),
)  # fmt: skip
TWO_BOOKERS = _note(
    "two_bookers",
    Text("One order for one performance carries two bookers.",
         "Eén bestelling voor één voorstelling heeft twee boekers."),
    Text("The booker on the first row counts.", "De boeker op de eerste rij telt."),
)  # fmt: skip
PERIOD_DIFFERS = _note(
    "period_differs",
    Text("The performances in the file run from {first} to {last}; its first line says otherwise.",
         "De voorstellingen in het bestand lopen van {first} tot {last}; de eerste regel zegt iets anders."),
    Text("Part of the file may be missing.", "Mogelijk ontbreekt een deel van het bestand."),
    Text("Prepare the export again if performances are missing below.",
         "Bereid de export opnieuw voor als er hieronder voorstellingen ontbreken."),
)  # fmt: skip

ROW_KINDS: tuple[FindingKind, ...] = tuple(
    kind for kind in list(globals().values()) if isinstance(kind, FindingKind)
)
