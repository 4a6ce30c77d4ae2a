"""All rows of an extract enter; what only the whole shows leaves: doubles, conflicts, shared bookers."""

from __future__ import annotations

import numpy as np
import polars as pl

from ingest.columns import Problem
from ingest.extract import ExtractHeader
from ingest.findings import FindingKind
from ingest.findings import receive_rows as row

Checked = tuple[pl.DataFrame, list[Problem]]
_ORDER = ["order_ref", "performance_ref"]
_ONE_PERFORMANCE = ["production_ref", "genre", "starts_at"]


def spread_bookers(frame: pl.DataFrame) -> Checked:
    """One row of an (order, performance) carries the booker; give it to the others.

    Rows that were rejected for something else still say who placed their order.
    """
    carrying = frame.select(*_ORDER, "token", "line").drop_nulls(["token", *_ORDER])
    bookers = carrying.unique(_ORDER, keep="first", maintain_order=True)
    if bookers.height == carrying.height:
        known, problems = _spread_to_neighbours(frame, bookers), []
    else:
        known = frame.select(_ORDER).join(bookers, on=_ORDER, how="left", maintain_order="left")["token"]
        both = carrying.join(bookers, on=_ORDER, suffix="_first")
        problems = _problem(
            row.TWO_BOOKERS, "booker_token", both.filter(pl.col("token") != pl.col("token_first"))
        )
    return frame.with_columns(known), problems


def _spread_to_neighbours(frame: pl.DataFrame, bookers: pl.DataFrame) -> pl.Series:
    """The rows of an order nearly always follow the one that carries the booker; only others need a join."""
    starts = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in _ORDER)
    runs = frame.select(*_ORDER, "line", "token", starts.cum_sum().alias("run"))
    source = pl.when(pl.col("token").is_not_null()).then("run").forward_fill()
    near = runs.select(
        *_ORDER, "line", pl.when(source == pl.col("run")).then(pl.col("token").forward_fill()).alias("token")
    )
    far = near.filter(pl.col("token").is_null()).drop("token").join(bookers.drop("line"), on=_ORDER)
    if not far.height:
        return near.get_column("token")
    by_line = near.join(
        far.select("line", pl.col("token").alias("far")), on="line", how="left", maintain_order="left"
    )
    return by_line.select(pl.coalesce("token", "far").alias("token")).to_series()


def check_tickets(frame: pl.DataFrame) -> Checked:
    """A ticket counts once: its first row is kept."""
    if frame.get_column("ticket_ref").n_unique() == frame.height:
        return frame, []
    first = frame.get_column("ticket_ref").is_first_distinct()
    return frame.filter(first), _problem(row.TICKET_TWICE, "ticket_ref", frame.filter(~first))


def check_performances(frame: pl.DataFrame) -> Checked:
    """A performance has one start, production and genre: those of its first row."""
    kinds = frame.select("performance_ref", *_ONE_PERFORMANCE).unique(maintain_order=True)
    firsts = kinds.unique("performance_ref", keep="first", maintain_order=True)
    if firsts.height == kinds.height:
        return frame, []
    on = ["performance_ref", *_ONE_PERFORMANCE]
    kept = frame.join(firsts, on=on, how="semi", maintain_order="left")
    return kept, _problem(row.PERFORMANCE_DIFFERS, "performance_ref", frame.join(firsts, on=on, how="anti"))


def check_period(frame: pl.DataFrame, header: ExtractHeader) -> list[Problem]:
    """Whether the performances run as the first line says; if not, part of the file may be missing."""
    days = frame.select(pl.col("local_day").min().alias("first"), pl.col("local_day").max().alias("last"))
    first, last = (day.isoformat() for day in days.row(0))
    if (first, last) == (header.first_day, header.last_day):
        return []
    return [Problem(row.PERIOD_DIFFERS, None, {"first": first, "last": last}, np.array([1]))]


def _problem(kind: FindingKind, column: str, rows: pl.DataFrame) -> list[Problem]:
    lines = rows.get_column("line").to_numpy().astype(np.int64)
    return [Problem(kind, column, {}, lines)] if len(lines) else []
