"""A slab's cells enter as text; typed columns leave, with every problem and the lines it stands on.

Most columns repeat few values, so each distinct value is judged once, in plain Python. Those that do
not (references of orders and tickets, tokens, moments of purchase, areas) have a quick pass in Polars;
what that does not accept is judged in plain Python too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.cells import LAST_43, YEARS, Bad, ParseCell, Value, cell_parser, parse_area, parse_day
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
_NEARLY_UNIQUE = ("order_ref", "ticket_ref", "booker_token", "purchased_at", "postcode_area")
_COMMON_AREAS = r"^(?:(?:NL|BE)-[1-9][0-9]{3}|(?:FR|DE)-[0-9]{5})$"
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
    distinct = _distinct(cells)
    for column in COLUMNS:
        # A quoted empty cell is as empty as a bare one.
        text = cells.get_column(column.name)
        if (text == "").any():
            text = text.set(text == "", None)
        if column.required and text.null_count():
            slab.note(Bad(row.CELL_MISSING), column.name, text.is_null())
        slab.columns[column.name] = _typed(slab, column, text, key_id, distinct.get(column.name))
    slab.columns["local_day"] = _local_day(cells, slab)
    slab.columns["area"] = _area(cells, slab)
    return slab


def _distinct(cells: pl.DataFrame) -> dict[str, list[str]]:
    """The values of each column that repeats few, found in one pass over all of them."""
    names = [column.name for column in COLUMNS if column.name not in _NEARLY_UNIQUE]
    found_values = cells.select(pl.col(names).unique().implode()).row(0)
    return {name: [v for v in values if v] for name, values in zip(names, found_values, strict=True)}


def _typed(
    slab: SlabColumns, column: Column, text: pl.Series, key_id: str, values: list[str] | None
) -> pl.Series:
    if column.kind is Kind.TOKEN:
        return _tokens(slab, column, text, key_id)
    if column.kind is Kind.AREA:
        # Judged together with its country, by _area.
        return text
    dtype = _TYPES.get(column.kind, pl.String())
    parse = cell_parser(column)
    if column.name in ("order_ref", "ticket_ref"):
        return _quick_then_slow(
            slab, column.name, text, text.set(~text.str.contains(_HASHED), None), parse, dtype
        )
    if column.name == "purchased_at":
        return _quick_then_slow(slab, column.name, text, quick_moments(text), parse, dtype)
    return _by_value(slab, column.name, text, parse, dtype, values)


def _by_value(
    slab: SlabColumns,
    name: str,
    text: pl.Series,
    parse: ParseCell,
    dtype: pl.DataType,
    values: list[str] | None = None,
) -> pl.Series:
    """Judge each distinct value once."""
    if values is None:
        values = text.drop_nulls().unique().to_list()
    good: dict[str, Value] = {}
    reasons: dict[Bad, list[str]] = {}
    for value in values:
        outcome = parse(value)
        if isinstance(outcome, Bad):
            reasons.setdefault(outcome, []).append(value)
        else:
            good[value] = outcome
    for bad, refused in reasons.items():
        slab.note(bad, name, text.is_in(refused).fill_null(False))
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
    frame = text.to_frame("text").with_columns(pl.col("text").str.slice(19).alias("suffix"))
    suffixes = [suffix for suffix in frame.get_column("suffix").unique().to_list() if suffix is not None]
    known = [suffix for suffix in suffixes if _OFFSET.fullmatch(suffix)]
    offsets = pl.Series([_offset(suffix) for suffix in known], dtype=pl.Duration("us"))
    offset = pl.col("suffix").replace_strict(pl.Series(known, dtype=pl.String), offsets, default=None)
    local = pl.col("text").str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    # Polars takes a sixtieth second, which only a leap second has, for the next minute.
    shaped = pl.col("text").str.starts_with("2") & (pl.col("text").str.slice(17, 1) < "6")
    shaped &= local.dt.year().is_between(YEARS[0], YEARS[1] - 1)
    return frame.select(pl.when(shaped).then((local - offset).dt.replace_time_zone("UTC"))).to_series()


def _offset(suffix: str) -> timedelta:
    size = timedelta(hours=int(suffix[1:3]), minutes=int(suffix[4:]))
    return -size if suffix[0] == "-" else size


def _tokens(slab: SlabColumns, column: Column, text: pl.Series, key_id: str) -> pl.Series:
    cell = pl.col(column.name)
    ours = cell.str.contains(rf"^{re.escape(key_id)}\.{LAST_43}$")
    flags = text.to_frame().select(
        pl.when(ours).then(cell).alias("accepted"),
        pl.when(~ours).then(cell).alias("rest"),
        cell.is_in(_unkeyed(key_id)).fill_null(False).alias("guessable"),
    )
    if flags.get_column("guessable").any():
        slab.note(Bad(found.FORBIDDEN_HASH), column.name, flags.get_column("guessable"))
    rest = flags.get_column("rest")
    if rest.null_count() < len(rest):
        _by_value(slab, column.name, rest, cell_parser(column), pl.String())
    return flags.get_column("accepted")


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
    places = joined.to_series()
    quick = places.set(~places.str.contains(_COMMON_AREAS), None)
    return _quick_then_slow(slab, "postcode_area", places, quick, parse_area, pl.String())
