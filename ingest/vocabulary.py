"""The closed vocabularies of the extract: the only words that may become a dimension value."""

from __future__ import annotations

from enum import Enum


class Channel(str, Enum):
    """Where the ticket was sold. Stored: a change needs a migration."""

    WEB = "web"
    DESK = "desk"
    PHONE = "phone"
    RESELLER = "reseller"
    ONLINE_VOD = "online_vod"


class ProductClass(str, Enum):
    """What kind of ticket it is. Stored."""

    SINGLE = "single"
    CONCESSION = "concession"
    SUBSCRIPTION = "subscription"
    PASS = "pass"  # noqa: S105 - a kind of ticket
    SCHOOL = "school"
    COMP = "comp"
    MEMBER = "member"


class TicketStatus(str, Enum):
    """What became of the ticket. Stored."""

    SOLD = "sold"
    REFUNDED = "refunded"
    VOID = "void"
    RESERVED = "reserved"


class Genre(str, Enum):
    """One list for the whole network: the CBS disciplines, film, and what families look for. Stored."""

    THEATRE = "theatre"
    MUSICAL = "musical"
    CABARET = "cabaret"
    DANCE = "dance"
    OPERA = "opera"
    CLASSICAL = "classical"
    POPULAR_MUSIC = "popular_music"
    JAZZ_WORLD = "jazz_world"
    FAMILY = "family"
    FILM = "film"
    DOCUMENTARY = "documentary"
    OTHER = "other"
