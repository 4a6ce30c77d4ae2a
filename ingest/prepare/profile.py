"""venue.json → VenueProfile: what a venue tells once about its own export. Every problem is named at once."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from ingest.vocabulary import Channel, Genre, ProductClass, TicketStatus

GENERIC_COLUMNS = (
    "order_ref", "ticket_ref", "email", "customer_number", "postcode", "country", "production", "title",
    "performance_start", "performance_time", "purchased_at", "purchased_time", "product", "price", "status",
    "channel", "quantity", "scanned",
)  # fmt: skip
GENERIC_REQUIRED = ("order_ref", "production", "performance_start")
T = TypeVar("T")
E = TypeVar("E", bound=Enum)
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class ProfileError(ValueError):
    """venue.json cannot be used; `problems` names every reason in full sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("venue.json: " + " ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class ProductRule:
    """Which kind of ticket the products are whose name fits `match`."""

    match: str
    product_class: ProductClass | None = None
    scheme: str = ""
    channel: Channel | None = None
    audience: bool = True


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """Which channel the sales channels are whose name fits `match`."""

    match: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class ProgrammeEntry:
    """One production or dated performance that the export names by `match`. `start` is local time."""

    match: str
    production: str
    title: str = ""
    genre: Genre = Genre.OTHER
    capacity: int | None = None
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class GenericMapping:
    """How an export without a layout of its own is written: our name of a column → theirs."""

    columns: Mapping[str, str]
    date: str
    statuses: Mapping[str, TicketStatus]
    delimiter: str = ""
    encoding: str = ""
    decimal: str = ","


@dataclass(frozen=True, slots=True)
class VenueProfile:
    """Everything about a venue that its exports do not say themselves."""

    organisation: str
    venue: str
    name: str
    country: str
    timezone: str
    currency: str
    layout: str = ""
    products: tuple[ProductRule, ...] = ()
    channels: tuple[ChannelRule, ...] = ()
    own_addresses: tuple[str, ...] = ()
    programme: tuple[ProgrammeEntry, ...] = ()
    generic: GenericMapping | None = None
    # Where every visitor is scanned, an empty scan means that a seat stayed empty.
    scans: bool = False
    # For exports that are made per performance and do not say which one.
    performance: str = ""

    @classmethod
    def read(cls, path: Path) -> VenueProfile:
        """Raises ProfileError when the file cannot be read or used."""
        try:
            raw = json.loads(path.read_text("utf-8-sig"))
        except (OSError, ValueError) as error:
            raise ProfileError([f"It cannot be read as JSON in UTF-8 ({type(error).__name__})."]) from None
        return cls.from_dict(raw)

    @classmethod
    def from_dict(cls, raw: object) -> VenueProfile:
        """Raises ProfileError that names every problem at once."""
        reader = _Reader()
        profile = reader.profile(raw)
        if reader.problems or profile is None:
            raise ProfileError(reader.problems)
        return profile


class _Reader:
    """Reads leniently and gathers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def profile(self, raw: object) -> VenueProfile | None:
        if not isinstance(raw, dict):
            self.problems.append("It must be one JSON object.")
            return None
        self._unknown("", raw, {f.name for f in fields(VenueProfile)})
        layouts = ("", "pretix-positions", "helloasso-tickets", "generic")
        layout = self.text("", raw, "layout")
        if layout not in layouts:
            self.problems.append(f"layout must be one of {', '.join(layouts[1:])}, or left out.")
        generic = self._generic(raw.get("generic"))
        if layout == "generic" and generic is None and "generic" not in raw:
            self.problems.append("layout is generic, so there must be a generic mapping.")
        return VenueProfile(
            organisation=self._matching(raw, "organisation", _SLUG, "small letters, digits and hyphens"),
            venue=self._matching(raw, "venue", _SLUG, "small letters, digits and hyphens"),
            name=self.text("", raw, "name", required=True),
            country=self._matching(raw, "country", re.compile("[A-Z]{2}"), "two capitals, such as NL"),
            timezone=self._zone(raw),
            currency=self._matching(raw, "currency", re.compile("[A-Z]{3}"), "three capitals, such as EUR"),
            layout=layout,
            products=self._each(raw, "products", self._product),
            channels=self._each(raw, "channels", self._channel),
            own_addresses=self._addresses(raw),
            programme=self._each(raw, "programme", self._entry),
            generic=generic,
            scans=self._flag("", raw, "scans", False),
            performance=self.text("", raw, "performance"),
        )

    def text(self, where: str, raw: Mapping[str, object], key: str, *, required: bool = False) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.problems.append(f"{where}{key} must be {'a text' if not required else 'a text, not empty'}.")
            return ""
        return value.strip()

    def _matching(self, raw: Mapping[str, object], key: str, pattern: re.Pattern[str], like: str) -> str:
        value = self.text("", raw, key)
        if not pattern.fullmatch(value):
            self.problems.append(f"{key} must be {like}.")
        return value

    def _zone(self, raw: Mapping[str, object]) -> str:
        name = self.text("", raw, "timezone")
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            self.problems.append("timezone must be a name such as Europe/Amsterdam.")
        return name

    def _flag(self, where: str, raw: Mapping[str, object], key: str, default: bool) -> bool:
        value = raw.get(key, default)
        if not isinstance(value, bool):
            self.problems.append(f"{where}{key} must be true or false.")
            return default
        return value

    def _each(
        self, raw: Mapping[str, object], key: str, make: Callable[[str, Mapping[str, object]], T]
    ) -> tuple[T, ...]:
        items = raw.get(key, [])
        if not isinstance(items, list):
            self.problems.append(f"{key} must be a list.")
            return ()
        made = []
        for number, item in enumerate(items, start=1):
            if isinstance(item, dict):
                made.append(make(f"{key}[{number}].", item))
            else:
                self.problems.append(f"{key}[{number}] must be an object.")
        return tuple(made)

    def _product(self, where: str, raw: Mapping[str, object]) -> ProductRule:
        self._unknown(where, raw, {"match", "class", "scheme", "channel", "audience"})
        audience = self._flag(where, raw, "audience", True)
        named = "class" in raw or not audience
        if not named:
            self.problems.append(f"{where}class is missing.")
        return ProductRule(
            match=self.text(where, raw, "match", required=True),
            product_class=self._choice(where, raw, "class", ProductClass) if "class" in raw else None,
            scheme=self.text(where, raw, "scheme"),
            channel=self._choice(where, raw, "channel", Channel) if "channel" in raw else None,
            audience=audience,
        )

    def _channel(self, where: str, raw: Mapping[str, object]) -> ChannelRule:
        self._unknown(where, raw, {"match", "channel"})
        channel = self._choice(where, raw, "channel", Channel) or Channel.WEB
        return ChannelRule(self.text(where, raw, "match", required=True), channel)

    def _entry(self, where: str, raw: Mapping[str, object]) -> ProgrammeEntry:
        self._unknown(where, raw, {f.name for f in fields(ProgrammeEntry)})
        genre = self._choice(where, raw, "genre", Genre) if "genre" in raw else None
        return ProgrammeEntry(
            match=self.text(where, raw, "match", required=True),
            production=self.text(where, raw, "production", required=True),
            title=self.text(where, raw, "title"),
            genre=genre or Genre.OTHER,
            capacity=self._capacity(where, raw),
            start=self._start(where, raw),
        )

    def _capacity(self, where: str, raw: Mapping[str, object]) -> int | None:
        value = raw.get("capacity")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 100_000:
            self.problems.append(f"{where}capacity must be a whole number from 1 to 100000.")
            return None
        return value

    def _start(self, where: str, raw: Mapping[str, object]) -> datetime | None:
        text = self.text(where, raw, "start")
        if not text:
            return None
        try:
            start = datetime.fromisoformat(text)
        except ValueError:
            start = None
        if start is None or start.tzinfo is not None or len(text) < len("2025-10-03T20:15"):
            self.problems.append(f"{where}start must be local time such as 2025-10-03T20:15.")
            return None
        return start

    def _generic(self, raw: object) -> GenericMapping | None:
        if raw is None:
            return None
        if not isinstance(raw, dict):
            self.problems.append("generic must be an object.")
            return None
        where = "generic."
        self._unknown(where, raw, {f.name for f in fields(GenericMapping)})
        columns = self._names(where, raw, "columns")
        for name in sorted(set(columns) - set(GENERIC_COLUMNS)):
            self.problems.append(f"generic.columns knows no column {name}.")
        for name in GENERIC_REQUIRED:
            if name not in columns:
                self.problems.append(f"generic.columns must name the column for {name}.")
        statuses = {
            theirs.casefold(): self._status(theirs, ours)
            for theirs, ours in self._names(where, raw, "statuses").items()
        }
        return GenericMapping(
            columns=columns,
            date=self.text(where, raw, "date", required=True),
            statuses=statuses,
            delimiter=self._delimiter(raw),
            encoding=self._encoding(raw),
            decimal=self._decimal(raw),
        )

    def _names(self, where: str, raw: Mapping[str, object], key: str) -> dict[str, str]:
        value = raw.get(key, {})
        if isinstance(value, dict) and all(isinstance(v, str) and v.strip() for v in value.values()):
            return {str(name).strip(): text.strip() for name, text in value.items()}
        self.problems.append(f"{where}{key} must be an object of texts.")
        return {}

    def _status(self, theirs: str, ours: str) -> TicketStatus:
        try:
            return TicketStatus(ours)
        except ValueError:
            known = ", ".join(status.value for status in TicketStatus)
            self.problems.append(f"generic.statuses: {theirs} must be one of {known}.")
            return TicketStatus.VOID

    def _delimiter(self, raw: Mapping[str, object]) -> str:
        value = raw.get("delimiter", "")
        if not isinstance(value, str) or value not in ("", ",", ";", "\t", "|"):
            self.problems.append("generic.delimiter must be a comma, a semicolon, a tab or a bar.")
            return ""
        return value

    def _encoding(self, raw: Mapping[str, object]) -> str:
        value = self.text("generic.", raw, "encoding")
        try:
            return codecs.lookup(value).name if value else ""
        except LookupError:
            self.problems.append("generic.encoding must be a name such as cp1252, utf-8 or utf-16.")
            return ""

    def _decimal(self, raw: Mapping[str, object]) -> str:
        value = raw.get("decimal", ",")
        if value not in (",", "."):
            self.problems.append("generic.decimal must be a comma or a point.")
            return ","
        return str(value)

    def _addresses(self, raw: Mapping[str, object]) -> tuple[str, ...]:
        value = raw.get("own_addresses", [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.problems.append("own_addresses must be a list of texts.")
            return ()
        return tuple(value)

    def _choice(self, where: str, raw: Mapping[str, object], key: str, kind: type[E]) -> E | None:
        try:
            return kind(raw.get(key))
        except ValueError:
            known = ", ".join(str(one.value) for one in kind)
            self.problems.append(f"{where}{key} must be one of {known}.")
            return None

    def _unknown(self, where: str, raw: Mapping[str, object], known: set[str]) -> None:
        self.problems += [f"{where}{key} is not known here." for key in sorted(set(raw) - known)]
