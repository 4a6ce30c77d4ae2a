"""What an export calls a performance → the production and the dated performance that stand in the extract."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from ingest.prepare.clock import Clock
from ingest.prepare.profile import ProgrammeEntry
from ingest.vocabulary import Genre

LONGEST_REF = 64
LONGEST_TITLE = 200
_NOT_REF = re.compile(r"[^A-Za-z0-9._:-]+")


@dataclass(frozen=True, slots=True)
class Performance:
    """`cells` is the extract's text from production_ref to hall_capacity. `day` is local, ISO."""

    ref: str
    production_ref: str
    day: str
    known: bool
    cells: str


class Programme:
    """Looks each distinct performance up once. None where nothing says when it starts."""

    def __init__(self, entries: Sequence[ProgrammeEntry], clock: Clock, fallback: Sequence[str] = ()) -> None:
        self._clock = clock
        self._fallback = tuple(name for name in fallback if name)
        self._patterns = tuple((entry.match.casefold(), entry) for entry in entries)
        self._exact: dict[str, list[ProgrammeEntry]] = {}
        for pattern, entry in self._patterns:
            self._exact.setdefault(pattern, []).append(entry)
        self._known: dict[tuple[str, tuple[str, ...], str], Performance | None] = {}

    def find(self, event: str, names: tuple[str, ...], start: str) -> Performance | None:
        key = (event, names, start)
        try:
            return self._known[key]
        except KeyError:
            self._known[key] = made = self._make(event, names, start)
            return made

    def _make(self, event: str, names: tuple[str, ...], start: str) -> Performance | None:
        stated = self._clock.stamp(start) if start else ""
        if start and not stated:
            return None
        entry = self._entry((*names, *self._fallback), stated[:16])
        stamp = stated or (self._clock.stamp(entry.start.isoformat()) if entry and entry.start else "")
        if not stamp:
            return None
        named = [name for name in names if name.strip()]
        production = ref(entry.production if entry else named[0] if named else event)
        title = (entry and entry.title) or (named[-1] if named else production)
        # A single event's own name is its performance; a series, or a system that names only
        # productions, needs the start to tell performances apart.
        dated = bool(start) or not event
        performance = f"{ref(event) if event else production}{':' + _compact(stamp) if dated else ''}"
        genre = entry.genre if entry else Genre.OTHER
        capacity = str(entry.capacity) if entry and entry.capacity else ""
        cells = (production, quoted(plain_title(title)), genre.value, performance, stamp, capacity)
        return Performance(performance, production, stamp[:10], entry is not None, ",".join(cells))

    def _entry(self, names: Sequence[str], start: str) -> ProgrammeEntry | None:
        """The first entry that fits the best name; of several dates of it, the one that starts then."""
        for name in names:
            text = name.strip().casefold()
            fitting = self._exact.get(text) or [e for p, e in self._patterns if text and fnmatchcase(text, p)]
            if fitting:
                at = (entry for entry in fitting if entry.start and _minute(entry.start) == start)
                return next(at, fitting[0])
        return None


def ref(text: str) -> str:
    """Readable and limited to [A-Za-z0-9._:-]; a short hash keeps names apart that lost letters."""
    spaced = "-".join(text.split())
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    short = _NOT_REF.sub("-", ascii_text).strip("-")[:LONGEST_REF]
    if short == spaced:
        return short
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{short[: LONGEST_REF - 7].strip('-') or 'p'}-{mark}"


def quoted(text: str) -> str:
    """A cell as CSV wants it. Titles alone are free text: every other cell has a closed alphabet."""
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


def plain_title(text: str) -> str:
    """One line, of a length that fits a table."""
    return " ".join(text.split())[:LONGEST_TITLE]


def _compact(stamp: str) -> str:
    return stamp[:16].replace("-", "").replace(":", "")


def _minute(moment: datetime) -> str:
    return moment.isoformat("T", "minutes")
