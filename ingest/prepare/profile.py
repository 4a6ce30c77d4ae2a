"""venue.json → VenueProfile: what a venue tells once about its own export. Every problem is named at once."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingest.prepare.fields import Fields
from ingest.vocabulary import Channel, Genre, ProductClass, TicketStatus

GENERIC_COLUMNS = (
    "order_ref", "ticket_ref", "email", "customer_number", "postcode", "country", "production", "title",
    "performance_start", "performance_time", "purchased_at", "purchased_time", "product", "price", "status",
    "channel", "quantity", "scanned",
)  # fmt: skip
GENERIC_REQUIRED = ("order_ref", "production", "performance_start")
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


class _Reader(Fields):
    """The fields that venue.json has."""

    def profile(self, raw: object) -> VenueProfile | None:
        if not isinstance(raw, dict):
            self.problems.append("It must be one JSON object.")
            return None
        self.unknown("", raw, {f.name for f in fields(VenueProfile)})
        layouts = ("", "pretix-positions", "helloasso-tickets", "generic")
        layout = self.text("", raw, "layout")
        if layout not in layouts:
            self.problems.append(f"layout must be one of {', '.join(layouts[1:])}, or left out.")
        generic = self._generic(raw.get("generic"))
        if layout == "generic" and generic is None and "generic" not in raw:
            self.problems.append("layout is generic, so there must be a generic mapping.")
        return VenueProfile(
            organisation=self.matching(raw, "organisation", _SLUG, "small letters, digits and hyphens"),
            venue=self.matching(raw, "venue", _SLUG, "small letters, digits and hyphens"),
            name=self.text("", raw, "name", required=True),
            country=self.matching(raw, "country", re.compile("[A-Z]{2}"), "two capitals, such as NL"),
            timezone=self._zone(raw),
            currency=self.matching(raw, "currency", re.compile("[A-Z]{3}"), "three capitals, such as EUR"),
            layout=layout,
            products=self.each(raw, "products", self._product),
            channels=self.each(raw, "channels", self._channel),
            own_addresses=self._addresses(raw),
            programme=self.each(raw, "programme", self._entry),
            generic=generic,
            scans=self.flag("", raw, "scans", False),
            performance=self.text("", raw, "performance"),
        )

    def _zone(self, raw: Mapping[str, object]) -> str:
        name = self.text("", raw, "timezone")
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            self.problems.append("timezone must be a name such as Europe/Amsterdam.")
        return name

    def _product(self, where: str, raw: Mapping[str, object]) -> ProductRule:
        self.unknown(where, raw, {"match", "class", "scheme", "channel", "audience"})
        audience = self.flag(where, raw, "audience", True)
        named = "class" in raw or not audience
        if not named:
            self.problems.append(f"{where}class is missing.")
        return ProductRule(
            match=self.text(where, raw, "match", required=True),
            product_class=self.choice(where, raw, "class", ProductClass) if "class" in raw else None,
            scheme=self.text(where, raw, "scheme"),
            channel=self.choice(where, raw, "channel", Channel) if "channel" in raw else None,
            audience=audience,
        )

    def _channel(self, where: str, raw: Mapping[str, object]) -> ChannelRule:
        self.unknown(where, raw, {"match", "channel"})
        channel = self.choice(where, raw, "channel", Channel) or Channel.WEB
        return ChannelRule(self.text(where, raw, "match", required=True), channel)

    def _entry(self, where: str, raw: Mapping[str, object]) -> ProgrammeEntry:
        self.unknown(where, raw, {f.name for f in fields(ProgrammeEntry)})
        genre = self.choice(where, raw, "genre", Genre) if "genre" in raw else None
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
        self.unknown(where, raw, {f.name for f in fields(GenericMapping)})
        columns = self.names(where, raw, "columns")
        for name in sorted(set(columns) - set(GENERIC_COLUMNS)):
            self.problems.append(f"generic.columns knows no column {name}.")
        for name in GENERIC_REQUIRED:
            if name not in columns:
                self.problems.append(f"generic.columns must name the column for {name}.")
        statuses = {
            theirs.casefold(): self._status(theirs, ours)
            for theirs, ours in self.names(where, raw, "statuses").items()
        }
        return GenericMapping(
            columns=columns,
            date=self.text(where, raw, "date", required=True),
            statuses=statuses,
            delimiter=self._delimiter(raw),
            encoding=self._encoding(raw),
            decimal=self._decimal(raw),
        )

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
