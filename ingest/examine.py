"""An uploaded file enters; its accepted rows and the findings leave. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from ingest.columns import Lines, Problem, read_columns
from ingest.extract import COLUMN_NAMES, ExtractHeader
from ingest.findings import ROWS_NAMED, Finding, FindingReport, Severity
from ingest.findings import receive as found
from ingest.findings import receive_rows as row
from ingest.guard import GuardedExtract, Limits, Slab, open_guarded
from ingest.refusal import RefusedFileError
from ingest.wholes import check_performances, check_period, check_tickets, spread_bookers

__all__ = ["Examined", "Expected", "Limits", "examine"]


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose extract this may be, and the token of the known test input under each key of this network."""

    organisation: str
    venues: frozenset[str]
    key_checks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file holds. Without `frame` it was refused, and `report` says why."""

    header: ExtractHeader | None
    frame: pl.DataFrame | None
    report: FindingReport
    rows_in: int
    rows_rejected: int
    sha256: str = ""
    # Every rejected row with one reason: ({"code", "column", "rows"}, ...)
    rejected: tuple[dict[str, Any], ...] = ()

    @property
    def rows_accepted(self) -> int:
        return self.rows_in - self.rows_rejected


def examine(path: Path, expected: Expected, limits: Limits | None = None) -> Examined:
    """Read an upload to its end, or to the first thing that spoils the whole of it."""
    limits = limits or Limits()
    reading = _Reading()
    try:
        with open_guarded(path, limits) as file:
            guarded = GuardedExtract(file, limits)
            reading.header = guarded.header
            _check_header(guarded.header, expected)
            for slab in guarded.slabs():
                reading.add(slab, guarded.header.key_id)
            return reading.finish(guarded.header, guarded.sha256)
    except RefusedFileError as refusal:
        return reading.refused(refusal.finding)


def _check_header(header: ExtractHeader, expected: Expected) -> None:
    if header.trial:
        raise RefusedFileError(found.TRIAL, row=1)
    if header.organisation != expected.organisation:
        raise RefusedFileError(found.OTHER_ORGANISATION, row=1)
    if header.venue not in expected.venues:
        raise RefusedFileError(found.OTHER_VENUE, row=1)
    # An unknown key has no check, and None equals no header's text.
    if header.key_check != expected.key_checks.get(header.key_id):
        raise RefusedFileError(found.WRONG_KEY, row=1)


@dataclass(slots=True)
class _Reading:
    """One file while it is read."""

    header: ExtractHeader | None = None
    rows_in: int = 0
    frames: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, slab: Slab, key_id: str) -> None:
        self.rows_in += len(slab.lines) + len(slab.misshapen)
        if len(slab.misshapen):
            detail = {"expected": str(len(COLUMN_NAMES))}
            self.problems.append(Problem(row.CELL_COUNT, None, detail, slab.misshapen))
        if not len(slab.lines):
            return
        columns = read_columns(_cells(slab), slab.lines, key_id)
        self.problems += columns.problems
        self.frames.append(_typed_frame(columns.columns, slab.lines, _lines_of(columns.problems)))

    def finish(self, header: ExtractHeader, sha256: str) -> Examined:
        """What concerns the file as a whole: tickets twice, performances at odds, orders and their booker."""
        if any(problem.kind.severity is Severity.REJECTS_FILE for problem in self.problems):
            return self.refused()
        frame = pl.concat(self.frames) if self.frames else None
        if frame is not None:
            frame, notes = spread_bookers(frame)
            self.problems += notes
            frame = frame if frame.get_column("accepted").all() else frame.filter("accepted")
            for check in (check_tickets, check_performances):
                frame, problems = check(frame)
                self.problems += problems
        if frame is None or not frame.height:
            return self.refused(Finding(found.NOTHING_LEFT))
        self.problems += check_period(frame, header)
        rejected = _reasons(self.problems)
        count = sum(len(reason["rows"]) for reason in rejected)
        return Examined(header, frame.drop("accepted"), self._report(), self.rows_in, count, sha256, rejected)

    def refused(self, finding: Finding | None = None) -> Examined:
        report = self._report(() if finding is None else (finding,))
        return Examined(self.header, None, report, self.rows_in, self.rows_in)

    def _report(self, more: tuple[Finding, ...] = ()) -> FindingReport:
        order = list(Severity)
        together: dict[tuple[str, str | None, str], list[Problem]] = {}
        for problem in self.problems:
            key = (problem.kind.code, problem.column, repr(problem.detail))
            together.setdefault(key, []).append(problem)
        findings = [_finding(problems) for problems in together.values()]
        ordered = sorted((*more, *findings), key=lambda f: (order.index(f.kind.severity), -f.count))
        return FindingReport(tuple(ordered))


def _cells(slab: Slab) -> pl.DataFrame:
    cells = pl.read_csv(
        slab.content, has_header=False, new_columns=COLUMN_NAMES, infer_schema=False, quote_char='"'
    )
    if cells.height != len(slab.lines):
        raise RuntimeError("The reader and the guard disagree on the number of rows.")
    return cells


def _typed_frame(columns: Mapping[str, pl.Series], lines: Lines, dropped: Lines) -> pl.DataFrame:
    accepted = np.isin(lines, dropped, invert=True) if len(dropped) else np.ones(len(lines), np.bool_)
    named = [
        columns[name].alias(renamed)
        for name, renamed in (
            *(
                (name, name)
                for name in COLUMN_NAMES
                if name not in ("booker_token", "postcode_area", "performance_start")
            ),
            ("booker_token", "token"),
            ("performance_start", "starts_at"),
            ("local_day", "local_day"),
            ("area", "area"),
        )
    ]
    return pl.DataFrame([*named, pl.Series("line", lines.astype(np.uint32)), pl.Series("accepted", accepted)])


def _lines_of(problems: list[Problem]) -> Lines:
    dropping = [p.lines for p in problems if p.kind.severity is not Severity.NOTE]
    return np.unique(np.concatenate(dropping)) if dropping else np.empty(0, np.int64)


def _finding(problems: list[Problem]) -> Finding:
    first = problems[0]
    lines = np.sort(np.concatenate([problem.lines for problem in problems]))
    rows = tuple(int(line) for line in lines[:ROWS_NAMED])
    return Finding(first.kind, len(lines), rows, first.column, first.detail)


def _reasons(problems: list[Problem]) -> tuple[dict[str, Any], ...]:
    """Each rejected row once, under the first reason found for it."""
    reasons, seen = [], np.empty(0, np.int64)
    for problem in problems:
        if problem.kind.severity is not Severity.DROPS_ROW:
            continue
        fresh = np.setdiff1d(problem.lines, seen)
        if len(fresh):
            seen = np.union1d(seen, fresh)
            reasons.append({"code": problem.kind.code, "column": problem.column, "rows": fresh.tolist()})
    return tuple(reasons)
