"""A slab's cells enter as text; typed columns leave, with every problem and the lines it stands on.

Most columns repeat few values, so each distinct value is judged once, in plain Python. The four that
do not (references of orders and tickets, tokens, moments of purchase) have a quick pass in Polars;
what that does not accept is judged in plain Python too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.cells import YEARS, Bad, ParseCell, Value, cell_parser, parse_area, parse_day
from ingest.extract import COLUMNS, Column, Kind
from ingest.findings import FindingKind
from ingest.findings import receive as found
from ingest.findings import receive_rows as row
from ingest.guessable import unkeyed_tokens

Lines = npt.NDArray[np.int64]
MOMENT = pl.Datetime("us", "UTC")
_TYPES: dict[Kind, pl.DataType] = {Kind.TIME: MOMENT, Kind.INTEGER: pl.Int32(), Kind.BOOLEAN: pl.Boolean()}
# How `foyer prepare` writes hashed references. Shorter than any hash that is known without a key.
_HASHED = r"^[0-9a-f]{17,31}$"
# 32 bytes in base64url: the last character carries four bits, so only these sixteen are ever written.
_LAST_43 = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, in one column, and every line it holds for."""

    kind: FindingKind
    column: str | None
    detail: Mapping[str, str]
    lines: Lines


@dataclass(slots=True)
class SlabColumns:
    """The typed columns of one slab, null where a cell was not accepted."""

    lines: Lines
    columns: dict[str, pl.Series] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, bad: Bad, column: str | None, mask: pl.Series) -> None:
        self.problems.append(Problem(bad.kind, column, dict(bad.detail), self.lines[mask.to_numpy()]))


def read_columns(cells: pl.DataFrame, lines: Lines, key_id: str) -> SlabColumns:
    """All columns of a slab; `cells` holds text only."""
    slab = SlabColumns(lines)
    for column in COLUMNS:
        # A quoted empty cell is as empty as a bare one.
        text = cells.get_column(column.name)
        if (text == "").any():
            text = text.set(text == "", None)
        if column.required and text.null_count():
            slab.note(Bad(row.CELL_MISSING), column.name, text.is_null())
        slab.columns[column.name] = _typed(slab, column, text, key_id)
    slab.columns["local_day"] = _local_day(cells, slab)
    slab.columns["area"] = _area(cells, slab)
    return slab


def _typed(slab: SlabColumns, column: Column, text: pl.Series, key_id: str) -> pl.Series:
    if column.kind is Kind.TOKEN:
        return _tokens(slab, column, text, key_id)
    dtype = _TYPES.get(column.kind, pl.String())
    parse = cell_parser(column)
    if column.name in ("order_ref", "ticket_ref"):
        return _quick_then_slow(
            slab, column.name, text, text.set(~text.str.contains(_HASHED), None), parse, dtype
        )
    if column.name == "purchased_at":
        return _quick_then_slow(slab, column.name, text, quick_moments(text), parse, dtype)
    return _by_value(slab, column.name, text, parse, dtype)


def _by_value(
    slab: SlabColumns, name: str, text: pl.Series, parse: Callable[[str], Value | Bad], dtype: pl.DataType
) -> pl.Series:
    """Judge each distinct value once."""
    good: dict[str, Value] = {}
    reasons: dict[Bad, list[str]] = {}
    for value in text.drop_nulls().unique().to_list():
        outcome = parse(value)
        if isinstance(outcome, Bad):
            reasons.setdefault(outcome, []).append(value)
        else:
            good[value] = outcome
    for bad, values in reasons.items():
        slab.note(bad, name, text.is_in(values).fill_null(False))
    if dtype == pl.String() and not reasons:
        return text
    return text.replace_strict(
        pl.Series(list(good), dtype=pl.String), pl.Series(list(good.values()), dtype=dtype), default=None
    )


def _quick_then_slow(
    slab: SlabColumns, name: str, text: pl.Series, quick: pl.Series, parse: ParseCell, dtype: pl.DataType
) -> pl.Series:
    if quick.null_count() == text.null_count():
        return quick
    rest = text.set(quick.is_not_null(), None)
    slow = _by_value(slab, name, rest, parse, dtype)
    return (
        quick.to_frame("quick")
        .with_columns(slow.alias("slow"))
        .select(pl.coalesce("quick", "slow"))
        .to_series()
    )


def quick_moments(text: pl.Series) -> pl.Series:
    """Moments as `foyer prepare` writes them, null for all others: four times as fast as parsing zones."""
    suffixes = text.str.slice(19)
    known = [suffix for suffix in suffixes.drop_nulls().unique().to_list() if _OFFSET.fullmatch(suffix)]
    offsets = suffixes.replace_strict(
        pl.Series(known, dtype=pl.String),
        pl.Series([_offset(suffix) for suffix in known], dtype=pl.Duration("us")),
        default=None,
    )
    local = text.str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    shaped = text.str.starts_with("2") & local.dt.year().is_between(YEARS[0], YEARS[1] - 1)
    return (local - offsets).set(~shaped, None).dt.replace_time_zone("UTC")


def _offset(suffix: str) -> timedelta:
    size = timedelta(hours=int(suffix[1:3]), minutes=int(suffix[4:]))
    return -size if suffix[0] == "-" else size


def _tokens(slab: SlabColumns, column: Column, text: pl.Series, key_id: str) -> pl.Series:
    shaped = text.str.contains(r"^[A-Za-z0-9._-]{1,80}\." + _LAST_43)
    ours = text.str.starts_with(f"{key_id}.") & (text.str.len_bytes() == len(key_id) + 44)
    other = shaped & ~ours
    if other.any():
        slab.note(Bad(row.OTHER_KEY), column.name, other.fill_null(False))
    accepted = text.set(~(shaped & ours), None)
    rest = text.set(shaped, None)
    if rest.null_count() < len(rest):
        _by_value(slab, column.name, rest, cell_parser(column), pl.String())
    guessable = accepted.is_in(_unkeyed(key_id))
    if guessable.any():
        slab.note(Bad(found.FORBIDDEN_HASH), column.name, guessable.fill_null(False))
    return accepted


@lru_cache(maxsize=4)
def _unkeyed(key_id: str) -> pl.Series:
    return pl.Series(sorted(unkeyed_tokens(key_id))).implode()


def _local_day(cells: pl.DataFrame, slab: SlabColumns) -> pl.Series:
    """The day at the venue, whatever it was in UTC then."""
    text = cells.get_column("performance_start").set(slab.columns["performance_start"].is_null(), None)
    values = text.drop_nulls().unique()
    days = pl.Series([parse_day(value) for value in values.to_list()], dtype=pl.Date)
    return text.replace_strict(values, days, default=None)


def _area(cells: pl.DataFrame, slab: SlabColumns) -> pl.Series:
    country, area = slab.columns["country"], slab.columns["postcode_area"]
    stateless = (cells.get_column("country").fill_null("") == "") & area.is_not_null()
    if stateless.any():
        slab.note(Bad(row.AREA_WITHOUT_COUNTRY), "postcode_area", stateless)
    joined = pl.DataFrame([country, area]).select(pl.concat_str(["country", "postcode_area"], separator="-"))
    return _by_value(slab, "postcode_area", joined.to_series(), parse_area, pl.String())
