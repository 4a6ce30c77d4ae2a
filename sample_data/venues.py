"""The imagined venues: who they are, where they stand, and which box-office system they export from."""

from __future__ import annotations

from dataclasses import dataclass

THEATRE, CINEMA, CONCERT_HALL = "theatre", "cinema", "concert_hall"


@dataclass(frozen=True, slots=True)
class Export:
    """How a venue's box office writes its file.

    `language` and `style` are those of a pretix user; `single_events` is a shop with one event per
    performance, where the date stands in the programme only. `encoding` is for the generic layout, and
    `books_back` says that it writes a refund as a second row with a negative number.
    """

    layout: str = "pretix-positions"
    language: str = "nl"
    style: str = "commas"
    single_events: bool = False
    encoding: str = "utf-8"
    books_back: bool = False


@dataclass(frozen=True, slots=True)
class Venue:
    """One imagined venue. `tickets` is its share of the network's tickets in a season, in thousands."""

    slug: str
    name: str
    kind: str
    seats: int
    place: str
    area: str
    latitude: float
    longitude: float
    tickets: float
    joined: str
    export: Export = Export()
    scans: bool = True
    passes: bool = True
    organisation: str = ""

    @property
    def capacity_band(self) -> str:
        """The band of the Dutch statistics office."""
        bounds = ((250, "<250"), (500, "250-499"), (1000, "500-999"))
        return next((label for bound, label in bounds if self.seats < bound), ">=1000")

    @property
    def owner_slug(self) -> str:
        return self.organisation or f"{PREFIX[self.kind]}-{self.slug}"

    @property
    def online(self) -> bool:
        """Art-house cinemas also show films at home."""
        return self.kind == CINEMA


PREFIX = {THEATRE: "theater", CINEMA: "filmhuis", CONCERT_HALL: "muziek"}

_SEMI_EN = Export(language="en", style="semicolons")
_EXCEL = Export(style="excel")
_SEMI = Export(style="semicolons")
_SINGLE = Export(style="excel", single_events=True)

VENUES: tuple[Venue, ...] = (
    Venue(
        "de-linde", "Theater De Linde", THEATRE, 420, "Utrecht", "NL-3512", 52.0915, 5.1228, 27, "2024-03-01"
    ),
    Venue(
        "de-vaart",
        "Schouwburg De Vaart",
        THEATRE,
        980,
        "Utrecht",
        "NL-3511",
        52.0886,
        5.1174,
        46,
        "2024-03-01",
        Export(language="en"),
    ),
    Venue(
        "nachtvlinder",
        "Filmhuis Nachtvlinder",
        CINEMA,
        210,
        "Utrecht",
        "NL-3511",
        52.0893,
        5.1201,
        31,
        "2024-03-01",
        _SEMI,
    ),
    Venue(
        "zilverberg",
        "Muziekzaal Zilverberg",
        CONCERT_HALL,
        1480,
        "Utrecht",
        "NL-3511",
        52.0921,
        5.1142,
        44,
        "2024-04-15",
        Export("generic", encoding="utf-8-sig"),
        organisation="stichting-zilverberg",
    ),
    Venue(
        "eemlicht",
        "Theater Eemlicht",
        THEATRE,
        760,
        "Amersfoort",
        "NL-3811",
        52.1557,
        5.3881,
        33,
        "2024-03-01",
        _EXCEL,
    ),
    Venue(
        "de-spoel",
        "Filmtheater De Spoel",
        CINEMA,
        150,
        "Amersfoort",
        "NL-3812",
        52.1607,
        5.3658,
        20,
        "2024-05-01",
    ),
    Venue(
        "heuvelrand",
        "Theater Heuvelrand",
        THEATRE,
        310,
        "Zeist",
        "NL-3701",
        52.0865,
        5.2438,
        14,
        "2024-05-01",
        Export(language="en", style="excel"),
        scans=False,
    ),
    Venue(
        "rijnoever",
        "Schouwburg Rijnoever",
        THEATRE,
        850,
        "Arnhem",
        "NL-6811",
        51.9814,
        5.9064,
        38,
        "2024-03-01",
        _SEMI,
    ),
    Venue("de-lont", "Filmhuis De Lont", CINEMA, 180, "Arnhem", "NL-6811", 51.9832, 5.9105, 23, "2024-04-15"),
    Venue(
        "waalzicht",
        "Theater Waalzicht",
        THEATRE,
        640,
        "Nijmegen",
        "NL-6511",
        51.8462,
        5.8626,
        30,
        "2024-03-01",
        Export("generic", encoding="cp1252"),
    ),
    Venue(
        "de-klaroen",
        "Muziekzaal De Klaroen",
        CONCERT_HALL,
        1250,
        "Nijmegen",
        "NL-6511",
        51.8441,
        5.8655,
        36,
        "2024-05-01",
        Export(language="de", style="semicolons"),
    ),
    Venue(
        "de-projector",
        "Filmtheater De Projector",
        CINEMA,
        240,
        "Nijmegen",
        "NL-6511",
        51.8478,
        5.8577,
        32,
        "2024-03-01",
        Export(language="de"),
    ),
    Venue(
        "het-loof",
        "Schouwburg Het Loof",
        THEATRE,
        1020,
        "Apeldoorn",
        "NL-7311",
        52.2131,
        5.9615,
        42,
        "2024-04-15",
        _EXCEL,
    ),
    Venue(
        "heidebloem",
        "Theater De Heidebloem",
        THEATRE,
        380,
        "Ede",
        "NL-6711",
        52.0409,
        5.6758,
        18,
        "2024-03-01",
        _SINGLE,
    ),
    Venue(
        "oude-ijssel",
        "Theater Oude IJssel",
        THEATRE,
        490,
        "Doetinchem",
        "NL-7001",
        51.9662,
        6.2913,
        22,
        "2024-05-01",
        Export(language="fr", style="semicolons"),
    ),
    Venue(
        "stadsgracht",
        "Schouwburg De Stadsgracht",
        THEATRE,
        830,
        "Zwolle",
        "NL-8011",
        52.5116,
        6.0921,
        37,
        "2024-03-01",
        organisation="podia-aan-de-ijssel",
    ),
    Venue(
        "lichtbundel",
        "Filmhuis De Lichtbundel",
        CINEMA,
        130,
        "Zwolle",
        "NL-8011",
        52.5131,
        6.0956,
        17,
        "2024-05-01",
        _SEMI_EN,
    ),
    Venue(
        "ijsselpoort",
        "Theater De IJsselpoort",
        THEATRE,
        450,
        "Deventer",
        "NL-7411",
        52.2524,
        6.1595,
        23,
        "2024-03-01",
        organisation="podia-aan-de-ijssel",
    ),
    Venue(
        "textielhof",
        "Theater Textielhof",
        THEATRE,
        620,
        "Enschede",
        "NL-7511",
        52.2200,
        6.9001,
        29,
        "2024-04-15",
        _EXCEL,
    ),
    Venue(
        "spinnerij",
        "Theater De Spinnerij",
        THEATRE,
        230,
        "Hengelo",
        "NL-7551",
        52.2656,
        6.7922,
        9,
        "2024-05-01",
        Export("helloasso-tickets"),
        scans=False,
        passes=False,
    ),
    Venue(
        "hanzesteiger",
        "Theater Hanzesteiger",
        THEATRE,
        190,
        "Kampen",
        "NL-8261",
        52.5570,
        5.9168,
        8,
        "2024-05-01",
        Export("helloasso-tickets"),
        scans=False,
        passes=False,
    ),
    Venue(
        "zeebries",
        "Schouwburg De Zeebries",
        THEATRE,
        700,
        "Almere",
        "NL-1315",
        52.3712,
        5.2178,
        31,
        "2024-03-01",
        _SEMI,
    ),
    Venue(
        "polderlicht",
        "Filmtheater Polderlicht",
        CINEMA,
        110,
        "Almere",
        "NL-1315",
        52.3725,
        5.2210,
        14,
        "2024-05-01",
        _SINGLE,
    ),
    Venue(
        "golfslag",
        "Theater De Golfslag",
        THEATRE,
        460,
        "Lelystad",
        "NL-8232",
        52.5076,
        5.4694,
        16,
        "2024-04-15",
        Export("generic", encoding="utf-16", books_back=True),
    ),
)

SMALL = ("de-linde", "de-vaart", "nachtvlinder", "eemlicht", "de-spoel", "heuvelrand")

# Organisations that are not simply one venue, and owners that hold more than one organisation.
ORGANISATION_NAMES = {
    "podia-aan-de-ijssel": "Podia aan de IJssel",
    "stichting-zilverberg": "Stichting Zilverberg",
}
OWNERS = {
    "theater-de-vaart": "utrechtse-zalen-groep",
    "stichting-zilverberg": "utrechtse-zalen-groep",
}

NETWORK_ORGANISATION = ("publieksnetwerk-midden-oost", "Publieksnetwerk Midden-Oost")

PASS_OF_KIND = {THEATRE: "zaalpas", CONCERT_HALL: "zaalpas", CINEMA: "lichtpas"}
PASS_NAMES = {"zaalpas": "Zaalpas", "lichtpas": "Lichtpas"}


def domain(venue: Venue) -> str:
    """The venue's own address on the imagined internet."""
    return venue.slug.replace("-", "") + ".example"
