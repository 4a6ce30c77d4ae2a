"""The catalogue of what receiving can find wrong with a whole file, and the way back from stored findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ingest.findings import Finding, FindingKind, FindingReport, Severity, Text
from ingest.findings.receive_rows import ROW_KINDS

_AGAIN = Text(
    "Prepare the export again with `foyer prepare` and send the file exactly as it was written.",
    "Bereid de export opnieuw voor met `foyer prepare` en stuur het bestand precies zoals het is geschreven.",
)
_NOT_OURS = Text(
    "Only an extract prepared at the venue may be received: a raw export carries names and addresses.",
    "Alleen een extract dat bij het podium is voorbereid mag worden ontvangen: "
    "een ruwe export bevat namen en adressen.",
)
_NO_TRUST = Text(
    "Once part of a file cannot be read for certain, the rest cannot be trusted either.",
    "Als een deel van een bestand niet met zekerheid te lezen is, is de rest ook niet te vertrouwen.",
)
_NO_PERSONS = Text(
    "Nothing that points to a person may reach the service. The file was not stored.",
    "Niets dat naar een persoon wijst mag de dienst bereiken. Het bestand is niet bewaard.",
)


def _refusal(code: str, saw_en: str, saw_nl: str, why: Text, fix: Text = _AGAIN) -> FindingKind:
    return FindingKind(code, Severity.REJECTS_FILE, Text(saw_en, saw_nl), why, fix)


EMPTY_FILE = _refusal("empty_file", "The file is empty.", "Het bestand is leeg.", _NO_TRUST)
TOO_BIG = _refusal(
    "too_big",
    "The file is larger than {limit} MB.",
    "Het bestand is groter dan {limit} MB.",
    Text("Larger files are not read, so that the service stays up for all.",
         "Grotere bestanden worden niet gelezen, zodat de dienst voor iedereen blijft werken."),
    Text("Export a shorter period, for instance one season, and prepare each part.",
         "Exporteer een kortere periode, bijvoorbeeld één seizoen, en bereid elk deel voor."),
)  # fmt: skip
TOO_MANY_ROWS = _refusal(
    "too_many_rows",
    "The file has more than {limit} rows.",
    "Het bestand heeft meer dan {limit} rijen.",
    TOO_BIG.why,
    TOO_BIG.fix,
)
COMPRESSED = _refusal(
    "compressed",
    "The file is compressed or a workbook (zip, gzip, xlsx), not an extract.",
    "Het bestand is gecomprimeerd of een werkmap (zip, gzip, xlsx), geen extract.",
    _NOT_OURS,
    Text("Send the .foyer.csv file itself. If this is an export, run `foyer prepare` on it first.",
         "Stuur het .foyer.csv-bestand zelf. Is dit een export, draai er dan eerst `foyer prepare` op."),
)  # fmt: skip
BINARY = _refusal(
    "binary",
    "The file holds bytes that no text has (NUL).",
    "Het bestand bevat bytes die in geen tekst voorkomen (NUL).",
    _NO_TRUST,
)
NOT_AN_EXTRACT = _refusal(
    "not_an_extract",
    "The first line does not begin with #foyer-extract, so this is not a prepared extract.",
    "De eerste regel begint niet met #foyer-extract; dit is dus geen voorbereid extract.",
    _NOT_OURS,
    Text("Run `foyer prepare EXPORT --out FILE.foyer.csv` and send that file.",
         "Draai `foyer prepare EXPORT --out BESTAND.foyer.csv` en stuur dat bestand."),
)  # fmt: skip
BROKEN_FIRST_LINE = _refusal(
    "broken_first_line",
    "The first line begins with #foyer-extract, but what follows cannot be read.",
    "De eerste regel begint met #foyer-extract, maar wat volgt is niet te lezen.",
    _NO_TRUST,
)
OTHER_VERSION = _refusal(
    "other_version",
    "The extract is of another version than this service reads ({expected}).",
    "Het extract heeft een andere versie dan deze dienst leest ({expected}).",
    _NO_TRUST,
    Text("Bring `foyer` up to date at the venue and prepare the export again.",
         "Werk `foyer` bij het podium bij en bereid de export opnieuw voor."),
)  # fmt: skip
PERSONAL_COLUMN = _refusal(
    "personal_column",
    "The second line names a column for a person's {what}.",
    "De tweede regel noemt een kolom voor een persoonsgegeven ({what}).",
    _NO_PERSONS,
)
WRONG_COLUMNS = _refusal(
    "wrong_columns",
    "The second line should name the {expected} columns of an extract in their order; it names {found}.",
    "De tweede regel hoort de {expected} kolommen van een extract in volgorde te noemen, niet {found}.",
    _NO_TRUST,
)
SECOND_HEADER = _refusal(
    "second_header",
    "The header stands in the file a second time.",
    "De kop staat een tweede keer in het bestand.",
    Text("Two extracts pasted together may count the same tickets twice.",
         "Twee aan elkaar geplakte extracten kunnen dezelfde kaarten dubbel tellen."),
    Text("Send the two extracts one after the other.", "Stuur de twee extracten na elkaar."),
)  # fmt: skip
CHANGED_SINCE = _refusal(
    "changed_since",
    "The file was saved by another program after it was prepared (line ends or byte order mark).",
    "Het bestand is na het voorbereiden door een ander programma opgeslagen (regeleinden of BOM).",
    Text("A spreadsheet may alter dates, numbers and references without saying so.",
         "Een rekenblad kan datums, getallen en nummers ongemerkt veranderen."),
)  # fmt: skip
NOT_UTF8 = _refusal(
    "not_utf8", "The file is not UTF-8 throughout.", "Het bestand is niet overal UTF-8.", _NO_TRUST
)
LINE_TOO_LONG = _refusal(
    "line_too_long",
    "A line is longer than {limit} bytes.",
    "Een regel is langer dan {limit} bytes.",
    _NO_TRUST,
)
BROKEN_QUOTES = _refusal(
    "broken_quotes",
    "A quotation mark is not closed on its line, or stands in the middle of a cell.",
    "Een aanhalingsteken is niet gesloten op zijn regel, of staat midden in een cel.",
    Text("From there on, cells and rows run into each other.",
         "Vanaf daar lopen cellen en rijen in elkaar over."),
)  # fmt: skip
CUT_OFF = _refusal(
    "cut_off",
    "The last line has no line end, so the file was cut off.",
    "De laatste regel heeft geen regeleinde; het bestand is dus afgebroken.",
    Text("Tickets would be missing without anyone noticing.", "Er zouden ongemerkt kaarten ontbreken."),
    Text("Send the file again; if that does not help, prepare the export again.",
         "Stuur het bestand nog eens; helpt dat niet, bereid de export dan opnieuw voor."),
)  # fmt: skip
OTHER_ROW_COUNT = _refusal(
    "other_row_count",
    "The first line speaks of {expected} rows and there are {found}: the file was cut off or put together.",
    "De eerste regel noemt {expected} rijen en er staan er {found}: het bestand is afgebroken of geplakt.",
    CUT_OFF.why,
    CUT_OFF.fix,
)
NO_ROWS = _refusal(
    "no_rows",
    "There is no ticket in the file.",
    "Er staat geen enkele kaart in het bestand.",
    Text("An extract speaks for the performances it names, and this one names none.",
         "Een extract spreekt voor de voorstellingen die het noemt, en dit noemt er geen."),
    Text("Check the period of the export.", "Controleer de periode van de export."),
)  # fmt: skip
NOTHING_LEFT = _refusal(
    "nothing_left",
    "Not one row could be accepted.",
    "Geen enkele rij kon worden aangenomen.",
    Text("The reasons stand beside this one, with their rows.", "De redenen staan hiernaast, met hun rijen."),
)
TRIAL = _refusal(
    "trial",
    "The extract is a trial, made with the published test key.",
    "Het extract is een proef, gemaakt met de gepubliceerde testsleutel.",
    Text("Anyone can compute identities under the test key, so it protects nobody.",
         "Iedereen kan identiteiten onder de testsleutel uitrekenen; die beschermt dus niemand."),
    Text("Prepare the export without `--try`.", "Bereid de export voor zonder `--try`."),
)  # fmt: skip
OTHER_ORGANISATION = _refusal(
    "other_organisation",
    "The extract is of another organisation than yours.",
    "Het extract is van een andere organisatie dan de uwe.",
    Text("An organisation may only speak for its own venues.",
         "Een organisatie mag alleen voor haar eigen podia spreken."),
    Text("Check `organisation` in venue.json and prepare again.",
         "Controleer `organisation` in venue.json en bereid opnieuw voor."),
)  # fmt: skip
OTHER_VENUE = _refusal(
    "other_venue",
    "The extract is of a venue that is not among yours.",
    "Het extract is van een podium dat niet bij u hoort.",
    OTHER_ORGANISATION.why,
    Text(
        "Check `venue` in venue.json and prepare again.",
        "Controleer `venue` in venue.json en bereid opnieuw voor.",
    ),
)
WRONG_KEY = _refusal(
    "wrong_key",
    "The identities were made with another key than this network's.",
    "De identiteiten zijn met een andere sleutel gemaakt dan die van dit netwerk.",
    Text("Your bookers would not be recognised at other venues, nor in your own earlier extracts.",
         "Uw boekers zouden elders en in uw eerdere extracten niet worden herkend."),
    Text("Check the address of the service and prepare again.",
         "Controleer het adres van de dienst en bereid opnieuw voor."),
)  # fmt: skip


def _forbidden(code: str, en: str, nl: str) -> FindingKind:
    return _refusal(
        code,
        "{column} holds what looks like " + en + ".",
        "{column} bevat wat lijkt op " + nl + ".",
        _NO_PERSONS,
    )


FORBIDDEN_EMAIL = _forbidden("forbidden_email", "an e-mail address", "een e-mailadres")
FORBIDDEN_PHONE = _forbidden("forbidden_phone", "a telephone number", "een telefoonnummer")
FORBIDDEN_IBAN = _forbidden("forbidden_iban", "a bank account number (IBAN)", "een bankrekeningnummer (IBAN)")
FORBIDDEN_HASH = _forbidden(
    "forbidden_hash",
    "a hash without a key (MD5, SHA-1, SHA-256)",
    "een hash zonder sleutel (MD5, SHA-1, SHA-256)",
)
FORBIDDEN_NAME = _forbidden("forbidden_name", "a person's name", "de naam van een persoon")

KINDS: tuple[FindingKind, ...] = (
    *(kind for kind in list(globals().values()) if isinstance(kind, FindingKind)),
    *ROW_KINDS,
)
_BY_CODE = {kind.code: kind for kind in KINDS}


def to_stored(report: FindingReport) -> list[dict[str, Any]]:
    """A report as JSON without its wording, so that it can be read back in any language."""
    return [
        {
            "code": f.kind.code,
            "count": f.count,
            "rows": list(f.rows),
            "column": f.column,
            "detail": dict(f.detail),
        }
        for f in report.findings
    ]


def from_stored(stored: Iterable[Mapping[str, Any]]) -> FindingReport:
    """The report that `to_stored` wrote."""
    return FindingReport(
        tuple(
            Finding(_BY_CODE[raw["code"]], raw["count"], tuple(raw["rows"]), raw["column"], raw["detail"])
            for raw in stored
        )
    )
