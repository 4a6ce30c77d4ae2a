"""Findings: what we noticed in a file, why it matters, and how to put it right. Standard library only.

A bad file is an ordinary outcome, so a finding is a value. `FindingKind` is the catalogue entry;
`Finding` is one kind seen in one file, with a count and the first few row numbers as the person
sees them in her spreadsheet (the header is row 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ingest.findings.translations import translated

ROWS_NAMED = 5


class Severity(Enum):
    """How bad it is, worst first."""

    REJECTS_FILE = "rejects_file"
    DROPS_ROW = "drops_row"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in every language: written out here, or French and German by the catalogue."""

    en: str
    nl: str
    fr: str = ""
    de: str = ""

    def in_language(self, language: str) -> str:
        """The sentence for "fr" or "fr-BE"; English for a language that we do not speak."""
        short = language[:2].lower()
        written = {"en": self.en, "nl": self.nl, "fr": self.fr, "de": self.de}.get(short)
        return written or translated(self.en, short)


@dataclass(frozen=True, slots=True)
class FindingKind:
    """A catalogue entry. `saw` may name {column} and the keys of `Finding.detail`, never a cell value."""

    code: str
    severity: Severity
    saw: Text
    why: Text
    fix: Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing noticed in one file: how often, where first, in which column."""

    kind: FindingKind
    count: int = 1
    rows: tuple[int, ...] = ()
    column: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)

    def saw(self, language: str = "en") -> str:
        """What we saw, as a sentence."""
        return self.kind.saw.in_language(language).format(column=self.column or "", **self.detail)

    def to_dict(self, language: str = "en") -> dict[str, object]:
        """For JSON: code, severity, what, why and how, count, rows, column."""
        return {
            "code": self.kind.code,
            "severity": self.kind.severity.value,
            "saw": self.saw(language),
            "why": self.kind.why.in_language(language),
            "fix": self.kind.fix.in_language(language),
            "count": self.count,
            "rows": list(self.rows),
            "column": self.column,
            "detail": dict(self.detail),
        }


@dataclass(frozen=True, slots=True)
class FindingReport:
    """Everything noticed in one file, worst first."""

    findings: tuple[Finding, ...] = ()

    @property
    def rejects_file(self) -> bool:
        return any(f.kind.severity is Severity.REJECTS_FILE for f in self.findings)

    def to_list(self, language: str = "en") -> list[dict[str, object]]:
        return [finding.to_dict(language) for finding in self.findings]


class FindingCollector:
    """Gathers findings row by row and folds equal ones together."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], _Tally] = {}

    def add(
        self,
        kind: FindingKind,
        *,
        row: int | None = None,
        column: str | None = None,
        count: int = 1,
        **detail: str,
    ) -> None:
        """Note one sighting; `row` is the number in the person's own file."""
        key = (kind.code, column, tuple(sorted(detail.items())))
        tally = self._seen.setdefault(key, _Tally(kind, column, detail))
        tally.count += count
        if row is not None and len(tally.rows) < ROWS_NAMED:
            tally.rows.append(row)

    def report(self) -> FindingReport:
        order = list(Severity)
        found = [Finding(t.kind, t.count, tuple(t.rows), t.column, t.detail) for t in self._seen.values()]
        return FindingReport(tuple(sorted(found, key=lambda f: (order.index(f.kind.severity), -f.count))))


@dataclass(slots=True)
class _Tally:
    kind: FindingKind
    column: str | None
    detail: Mapping[str, str]
    count: int = 0
    rows: list[int] = field(default_factory=list)
