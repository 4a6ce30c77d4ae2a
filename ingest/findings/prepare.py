"""The closed catalogue of what preparing an export can notice: what we saw, why it matters, how to fix it."""

from __future__ import annotations

from ingest.findings import FindingKind, Severity, Text

_AGAIN = Text(
    "Export the file once more from the box-office system and do not open it in between.",
    "Exporteer het bestand opnieuw uit het kassasysteem en open het tussendoor niet.",
)
_AS_CSV = Text(
    "Export or save the list as CSV and prepare that file.",
    "Exporteer of bewaar de lijst als CSV en bereid dat bestand voor.",
)
_NOTHING_READ = Text("Nothing in it could be read.", "Er is niets uit gelezen.")
_NOTHING_USED = Text(
    "Nothing of the file was used: a part would give wrong figures.",
    "Er is niets uit het bestand gebruikt: een deel geeft verkeerde cijfers.",
)
_ROW_OUT = Text("The row is left out and counts nowhere.", "De regel doet niet mee en telt nergens.")
_EXPECTED = Text(
    "Nothing, if that is right. Else add a rule to venue.json.",
    "Niets, als dat klopt. Zet anders een regel in venue.json.",
)


def _rejects(code: str, saw: Text, why: Text, fix: Text) -> FindingKind:
    return FindingKind(code, Severity.REJECTS_FILE, saw, why, fix)


def _drops(code: str, saw: Text, why: Text, fix: Text) -> FindingKind:
    return FindingKind(code, Severity.DROPS_ROW, saw, why, fix)


def _note(code: str, saw: Text, why: Text, fix: Text) -> FindingKind:
    return FindingKind(code, Severity.NOTE, saw, why, fix)


# The file as a whole.
FILE_EMPTY = _rejects(
    "file_empty",
    Text("The file is empty.", "Het bestand is leeg."),
    _NOTHING_READ,
    _AGAIN,
)
FILE_COMPRESSED = _rejects(
    "file_compressed",
    Text("The file is compressed (zip or gzip).", "Het bestand is ingepakt (zip of gzip)."),
    _NOTHING_READ,
    Text("Unpack it and prepare the CSV file inside.", "Pak het uit en bereid het CSV-bestand erin voor."),
)
FILE_WORKBOOK = _rejects(
    "file_workbook",
    Text(
        "The file is a workbook (Excel or the like).",
        "Het bestand is een werkmap (Excel of iets dergelijks).",
    ),
    _NOTHING_READ,
    _AS_CSV,
)
FILE_BINARY = _rejects(
    "file_binary",
    Text("The file is not a text file.", "Het bestand is geen tekstbestand."),
    _NOTHING_READ,
    _AS_CSV,
)
FILE_IS_EXTRACT = _rejects(
    "file_is_extract",
    Text("The file was prepared already.", "Het bestand is al voorbereid."),
    Text("There is nothing left to prepare.", "Er valt niets meer voor te bereiden."),
    Text("Upload it as it is.", "Upload het zoals het is."),
)
NUL_BYTES = _rejects(
    "nul_bytes",
    Text("The file contains NUL bytes.", "Het bestand bevat NUL-bytes."),
    Text(
        "Such files are damaged, and programs read them in different ways.",
        "Zulke bestanden zijn beschadigd, en programma's lezen ze verschillend.",
    ),
    _AGAIN,
)
MIXED_ENCODING = _rejects(
    "mixed_encoding",
    Text(
        "Part of the file is UTF-8 and part is Windows-1252.",
        "Een deel van het bestand is UTF-8 en een deel Windows-1252.",
    ),
    Text(
        "Accented letters would be read wrongly in one of the parts, and so would addresses.",
        "In een van de delen worden letters met accenten verkeerd gelezen, en adressen dus ook.",
    ),
    Text(
        "Two exports were pasted together: prepare each by itself.",
        "Er zijn twee exports aan elkaar geplakt: bereid ze los van elkaar voor.",
    ),
)
TRUNCATED = _rejects(
    "truncated",
    Text("The file stops in the middle of its last row.", "Het bestand stopt midden in de laatste regel."),
    Text("Rows are missing, nobody knows how many.", "Er ontbreken regels, niemand weet hoeveel."),
    _AGAIN,
)
UNCLOSED_QUOTE = _rejects(
    "unclosed_quote",
    Text(
        "A quotation mark is opened and not closed properly; {lines} lines ran together.",
        "Een aanhalingsteken gaat open en niet goed dicht; {lines} regels liepen in elkaar over.",
    ),
    Text("It swallows the good rows behind it.", "Het slokt de goede regels erachter op."),
    Text(
        "Look at the row named here, or export the file once more.",
        "Bekijk de genoemde regel, of exporteer het bestand opnieuw.",
    ),
)
TOO_WIDE = _rejects(
    "too_wide",
    Text(
        "The file has {columns} columns; {limit} is the most.",
        "Het bestand heeft {columns} kolommen; {limit} is het maximum.",
    ),
    Text("This is not a list of tickets.", "Dit is geen lijst met kaarten."),
    Text(
        "Export the tickets without questions and answers, or choose fewer columns.",
        "Exporteer de kaarten zonder vragen en antwoorden, of kies minder kolommen.",
    ),
)
TOO_MANY_ROWS = _rejects(
    "too_many_rows",
    Text("The file has more than {limit} rows.", "Het bestand heeft meer dan {limit} regels."),
    _NOTHING_USED,
    Text("Export one season or one half-year at a time.", "Exporteer per seizoen of per half jaar."),
)
TOO_LARGE = _rejects(
    "too_large",
    Text("The file is larger than {limit} MB.", "Het bestand is groter dan {limit} MB."),
    _NOTHING_READ,
    Text("Export one season or one half-year at a time.", "Exporteer per seizoen of per half jaar."),
)
CELL_TOO_LONG = _rejects(
    "cell_too_long",
    Text("A cell holds more than {limit} characters.", "Een cel bevat meer dan {limit} tekens."),
    Text("Most often a quotation mark was not closed.", "Meestal is een aanhalingsteken niet gesloten."),
    _AGAIN,
)
UNKNOWN_LAYOUT = _rejects(
    "unknown_layout",
    Text(
        "The header is of no box-office export that we know. Nearest: {layout}; it lacks {missing}.",
        "De kopregel is van geen kassa-export die we kennen. Het dichtst bij: {layout}; "
        "daarin ontbreekt {missing}.",
    ),
    _NOTHING_READ,
    Text(
        "Export the list of tickets (for pretix: Order data, sheet positions), or describe the columns under "
        "generic in venue.json.",
        "Exporteer de lijst met kaarten (bij pretix: Order data, blad positions), of beschrijf de kolommen "
        "onder generic in venue.json.",
    ),
)
DUPLICATE_COLUMN = _rejects(
    "duplicate_column",
    Text("The column {column} is there more than once.", "De kolom {column} staat er meer dan één keer in."),
    Text("Which one is meant cannot be known.", "Welke bedoeld is, is niet te weten."),
    Text("Export the column once.", "Exporteer de kolom één keer."),
)
REPEATED_HEADER = _rejects(
    "repeated_header",
    Text(
        "The header stands in the file more than once.", "De kopregel staat meer dan één keer in het bestand."
    ),
    Text(
        "Exports were pasted together, and the same ticket may be there twice.",
        "Er zijn exports aan elkaar geplakt, en dezelfde kaart staat er misschien twee keer in.",
    ),
    Text("Prepare each export by itself.", "Bereid elke export los voor."),
)
NO_ROWS = _rejects(
    "no_rows",
    Text("There is a header and no row below it.", "Er is een kopregel en geen enkele regel eronder."),
    Text("There is nothing to count.", "Er valt niets te tellen."),
    Text("Look at the period chosen for the export.", "Kijk welke periode voor de export is gekozen."),
)
NO_TICKETS = _rejects(
    "no_tickets",
    Text("No row could be used.", "Geen enkele regel was bruikbaar."),
    Text("There is nothing to count.", "Er valt niets te tellen."),
    Text(
        "See below why rows were left out; most often the programme in venue.json is missing.",
        "Zie hieronder waarom regels niet meedoen; meestal ontbreekt het programma in venue.json.",
    ),
)

# Single rows.
RAGGED_ROW = _drops(
    "ragged_row",
    Text(
        "A row has more or fewer cells than the header.",
        "Een regel heeft meer of minder cellen dan de kopregel.",
    ),
    Text(
        "Its cells stand under the wrong names. The row is left out.",
        "De cellen staan onder de verkeerde naam. De regel doet niet mee.",
    ),
    _AGAIN,
)
NO_ORDER = _drops(
    "no_order",
    Text("A row has no order number.", "Een regel heeft geen bestelnummer."),
    _ROW_OUT,
    Text(
        "Totals and notes below the list do no harm.",
        "Totalen en opmerkingen onder de lijst kunnen geen kwaad.",
    ),
)
DUPLICATE_TICKET = _drops(
    "duplicate_ticket",
    Text("A ticket is in the file more than once.", "Een kaart staat meer dan één keer in het bestand."),
    Text("It is counted once.", "Hij telt één keer."),
    Text("Choose one row per ticket in the export.", "Kies in de export één regel per kaart."),
)
UNKNOWN_STATUS = _drops(
    "unknown_status",
    Text("A status is not known.", "Een status is niet bekend."),
    Text(
        "Whether the ticket was sold cannot be told. The row is left out.",
        "Of de kaart verkocht is, is niet te zeggen. De regel doet niet mee.",
    ),
    Text(
        "Add the word to generic.statuses in venue.json, or choose one of the export languages we know.",
        "Zet het woord bij generic.statuses in venue.json, of kies een exporttaal die we kennen.",
    ),
)
NO_PERFORMANCE = _drops(
    "no_performance",
    Text(
        "It is not known when the performance of this ticket starts.",
        "Het is niet bekend wanneer de voorstelling van deze kaart begint.",
    ),
    Text(
        "A visit belongs to a dated performance. The row is left out.",
        "Een bezoek hoort bij een gedateerde voorstelling. De regel doet niet mee.",
    ),
    Text(
        "Add the event with its start to the programme in venue.json.",
        "Zet het evenement met zijn aanvang in het programma in venue.json.",
    ),
)
BAD_QUANTITY = _drops(
    "bad_quantity",
    Text("A number of tickets cannot be read.", "Een aantal kaarten is niet te lezen."),
    _ROW_OUT,
    Text("Numbers are whole, from 1 to 2000.", "Aantallen zijn heel, van 1 tot 2000."),
)
REVERSAL = _drops(
    "reversal",
    Text(
        "A row takes back tickets sold in another row.", "Een regel neemt kaarten uit een andere regel terug."
    ),
    Text(
        "The tickets themselves are marked as refunded; this row is not a ticket.",
        "De kaarten zelf zijn als terugbetaald gemerkt; deze regel is geen kaart.",
    ),
    _EXPECTED,
)
LONE_REVERSAL = _note(
    "lone_reversal",
    Text(
        "A row takes back a ticket that is not in the file.",
        "Een regel neemt een kaart terug die niet in het bestand staat.",
    ),
    Text(
        "The sale is in an earlier file and counts there as sold.",
        "De verkoop staat in een eerder bestand en telt daar als verkocht.",
    ),
    Text(
        "Export the performance whole, from its first sale to today.",
        "Exporteer de voorstelling heel, van de eerste verkoop tot nu.",
    ),
)
NON_AUDIENCE = _drops(
    "non_audience",
    Text(
        "A product is not a seat (parking, drinks, merchandise).",
        "Een product is geen zitplaats (parkeren, drankjes, verkoopartikelen).",
    ),
    Text("It is nobody's visit.", "Het is niemands bezoek."),
    _EXPECTED,
)
ADD_ON = _drops(
    "add_on",
    Text("A row is an add-on to another ticket.", "Een regel is een toevoeging bij een andere kaart."),
    Text("The ticket itself is counted.", "De kaart zelf telt."),
    _EXPECTED,
)
DONATION = _drops(
    "donation",
    Text("A row is a donation inside a ticket order.", "Een regel is een gift in een kaartbestelling."),
    Text("A gift is not a visit.", "Een gift is geen bezoek."),
    _EXPECTED,
)

# Things worth knowing.
BAD_BYTES = _note(
    "bad_bytes",
    Text("Some letters could not be read.", "Sommige letters waren niet te lezen."),
    Text(
        "They became a replacement sign; an address with one identifies nobody.",
        "Ze zijn een vervangteken geworden; een adres ermee herkent niemand.",
    ),
    Text("Export the file as UTF-8.", "Exporteer het bestand als UTF-8."),
)
GUESSED_ENCODING = _note(
    "guessed_encoding",
    Text(
        "The file is not UTF-8 and was read as Windows-1252.",
        "Het bestand is geen UTF-8 en is gelezen als Windows-1252.",
    ),
    Text("That is a guess, most often a right one.", "Dat is een aanname, meestal een goede."),
    Text(
        "Look whether titles with accents came out right.",
        "Kijk of titels met accenten goed zijn overgekomen.",
    ),
)
OTHER_LAYOUT = _note(
    "other_layout",
    Text(
        "The header is of {layout}, and venue.json says {expected}.",
        "De kopregel is van {layout}, en venue.json zegt {expected}.",
    ),
    Text("It was read as what it is.", "Het is gelezen als wat het is."),
    Text("Correct layout in venue.json.", "Verbeter layout in venue.json."),
)
NOT_IN_PROGRAMME = _note(
    "not_in_programme",
    Text(
        "A production is not in the programme of venue.json.",
        "Een productie staat niet in het programma van venue.json.",
    ),
    Text("Its genre is counted as other.", "Het genre telt als overig."),
    Text("Add it to the programme.", "Zet haar in het programma."),
)
UNKNOWN_CHANNEL = _note(
    "unknown_channel",
    Text("A sales channel is not known.", "Een verkoopkanaal is niet bekend."),
    Text("It is counted as web.", "Het telt als web."),
    Text("Add a rule under channels in venue.json.", "Zet een regel bij channels in venue.json."),
)
FREE_AS_COMP = _note(
    "free_as_comp",
    Text(
        "A ticket cost nothing and no rule says what it is.",
        "Een kaart kostte niets en geen regel zegt wat het is.",
    ),
    Text("It is counted as complimentary.", "Hij telt als vrijkaart."),
    Text("Add a rule under products in venue.json.", "Zet een regel bij products in venue.json."),
)
BAD_PRICE = _note(
    "bad_price",
    Text("A price cannot be read.", "Een prijs is niet te lezen."),
    Text("The ticket counts; its price is left empty.", "De kaart telt; de prijs blijft leeg."),
    Text("See which sign marks the decimals.", "Kijk welk teken de decimalen scheidt."),
)
BAD_DATE = _note(
    "bad_date",
    Text("A date of sale cannot be read.", "Een besteldatum is niet te lezen."),
    Text("The ticket counts; the date is left empty.", "De kaart telt; de datum blijft leeg."),
    Text("See generic.date in venue.json.", "Kijk naar generic.date in venue.json."),
)
BAD_POSTCODE = _note(
    "bad_postcode",
    Text("A postcode fits no country we can read it for.", "Een postcode past bij geen land dat we lezen."),
    Text("The ticket counts under unknown area.", "De kaart telt bij gebied onbekend."),
    Text(
        "Mistypes are normal. Many of them: the country column may be missing.",
        "Tikfouten zijn normaal. Zijn het er veel: misschien ontbreekt de kolom land.",
    ),
)
UNKNOWN_COUNTRY = _note(
    "unknown_country",
    Text("A country is not known.", "Een land is niet bekend."),
    Text("The ticket counts under unknown area.", "De kaart telt bij gebied onbekend."),
    Text("Two letters such as NL always work.", "Twee letters zoals NL werken altijd."),
)
SHARED_ADDRESS = _note(
    "shared_address",
    Text(
        "An address is shared or made up (info@, noreply@, the box office's own).",
        "Een adres is gedeeld of verzonnen (info@, noreply@, dat van de kassa zelf).",
    ),
    Text(
        "Many people order with it, so the ticket counts as a visit of nobody in particular.",
        "Velen bestellen ermee, dus telt de kaart als bezoek van niemand in het bijzonder.",
    ),
    Text(
        "Leave the address empty at the desk, or ask for the visitor's own.",
        "Laat het adres aan de kassa leeg, of vraag dat van de bezoeker.",
    ),
)
BAD_ADDRESS = _note(
    "bad_address",
    Text("An e-mail address cannot be one.", "Een e-mailadres kan er geen zijn."),
    Text(
        "The ticket counts as a visit of nobody in particular.",
        "De kaart telt als bezoek van niemand in het bijzonder.",
    ),
    Text("Mistypes are normal.", "Tikfouten zijn normaal."),
)
FEW_IDENTIFIED = _note(
    "few_identified",
    Text(
        "Fewer than half of the tickets say who ordered them.",
        "Van minder dan de helft van de kaarten is bekend wie ze bestelde.",
    ),
    Text(
        "Reach and loyalty speak only of the people who are known.",
        "Bereik en trouw gaan alleen over de mensen die bekend zijn.",
    ),
    Text(
        "See that the export has the e-mail of the buyer. Door sales are often without.",
        "Zorg dat de export het e-mailadres van de koper bevat. Kassaverkoop heeft dat vaak niet.",
    ),
)
NO_POSTCODES = _note(
    "no_postcodes",
    Text("The export has no postcodes.", "De export heeft geen postcodes."),
    Text("All visitors count under unknown area.", "Alle bezoekers tellen bij gebied onbekend."),
    Text(
        "Ask for the postcode when people order, and add it to the export.",
        "Vraag bij het bestellen om de postcode, en zet die in de export.",
    ),
)

KINDS: tuple[FindingKind, ...] = tuple(
    value for name, value in sorted(globals().items()) if isinstance(value, FindingKind)
)
