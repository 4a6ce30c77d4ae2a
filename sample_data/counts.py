"""Tickets that were sold → the exact, unbounded count of every cell of every measure.

Written apart from the counting that it is there to check, and without any of its bounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from aggregation.measures import AREA_ABROAD, AREA_UNKNOWN, VENUE_BANDS
from sample_data import terms
from sample_data.profile import CLASS_OF
from sample_data.programme import GENRES

COLUMNS = ("season", "measure", "venue", "label")


def tickets_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines that are tickets; `visits` of them were used, and none that was not sold."""
    used = pl.when(pl.col("status") == terms.SOLD).then(pl.col("qty") - pl.col("absent")).otherwise(0)
    return lines.filter(~pl.col("besides")).with_columns(used.cast(pl.Int64).alias("visits"))


def add_up(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The counts of several blocks as one, in a fixed order."""
    return pl.concat(parts).group_by(COLUMNS).agg(pl.col("count").sum()).sort(COLUMNS)


def count_block(tickets: pl.DataFrame, slugs: Sequence[str], codes: Sequence[str]) -> pl.DataFrame:
    """Every measure's cells over these tickets: season, measure, venue, label, count."""
    sold = tickets.filter(pl.col("status") == terms.SOLD)
    known = sold.filter(pl.col("booker") >= 0)
    visits = known.filter(pl.col("visits") > 0)
    at_venue, anywhere = ["season", "venue", "booker"], ["season", "booker"]
    venue_names = dict(enumerate(slugs))
    pairs = visits.group_by(at_venue).agg(
        pl.col("attended").n_unique(),
        (pl.col("channel") == terms.VOD).any().alias("online"),
        (pl.col("channel") != terms.VOD).any().alias("hall"),
    )
    network = visits.group_by(anywhere).agg(
        pl.struct("venue", "attended").n_unique().alias("attended"),
        pl.col("venue").n_unique().alias("venues"),
        (pl.col("channel") == terms.VOD).any().alias("online"),
        (pl.col("channel") != terms.VOD).any().alias("hall"),
    )
    parts = [
        _cells("reach", pairs, None),
        _cells("network_reach", network, None),
        _cells("visits", visits, None, pl.col("visits").sum()),
        _cells("tickets", known, None, pl.col("qty").cast(pl.Int64).sum()),
        _cells("unidentified_visits", sold.filter(pl.col("booker") < 0), None, pl.col("visits").sum()),
        _cells("attendance_bands", pairs, _band("attended")),
        _cells("network_attendance_bands", network, _band("attended")),
        _cells("network_venues_per_booker", network, _venue_band()),
        _cells("reach_by_channel", pairs, _mix()),
        _cells("network_reach_by_channel", network, _mix()),
        _cells("returning", _returning(pairs, at_venue), None),
        _cells("network_returning", _returning(network, anywhere), None),
        _cells("reach_by_area", _areas(known, pairs, at_venue), _area_label(codes)),
        _cells("network_reach_by_area", _areas(known, network, anywhere), _area_label(codes)),
        _crossover(pairs, slugs),
    ]
    for name, label in (
        ("genre", pl.col("genre").replace_strict(dict(enumerate(GENRES)), return_dtype=pl.String)),
        ("product_class", pl.col("product").replace_strict(CLASS_OF, return_dtype=pl.String)),
    ):
        kinds = visits.with_columns(label.alias("kind"))
        parts.append(_cells(f"reach_by_{name}", kinds.unique([*at_venue, "kind"]), pl.col("kind")))
        parts.append(
            _cells(
                f"network_reach_by_{name}", kinds.unique([*anywhere, "kind"]).drop("venue"), pl.col("kind")
            )
        )
    cells = pl.concat(parts)
    return cells.with_columns(
        pl.col("venue").replace_strict(venue_names, default="", return_dtype=pl.String)
    ).select(*COLUMNS, "count")


def _cells(
    measure: str, rows: pl.DataFrame, label: pl.Expr | None, count: pl.Expr | None = None
) -> pl.DataFrame:
    """Count rows, or what `count` says, by season, venue (if the rows have one) and label."""
    shown = rows.select(
        pl.col("season"),
        (pl.col("venue") if "venue" in rows.columns else pl.lit(-1)).cast(pl.Int8).alias("venue"),
        (label if label is not None else pl.lit("")).alias("label"),
        *([] if count is None else count.meta.root_names()),
    )
    counted = shown.group_by("season", "venue", "label").agg(
        (count if count is not None else pl.len()).alias("count")
    )
    return counted.select(
        pl.col("season").cast(pl.Int64),
        pl.lit(measure).alias("measure"),
        "venue",
        "label",
        pl.col("count").cast(pl.Int64),
    )


def _band(column: str) -> pl.Expr:
    n = pl.col(column)
    return (
        pl.when(n == 1)
        .then(pl.lit("1"))
        .when(n == 2)
        .then(pl.lit("2"))
        .when(n <= 5)
        .then(pl.lit("3-5"))
        .otherwise(pl.lit("6+"))
    )


def _venue_band() -> pl.Expr:
    tops = (1, 2, 3, 4, 6, 12, 20)
    band = pl.sum_horizontal(pl.col("venues") > top for top in tops)
    return band.replace_strict(dict(enumerate(VENUE_BANDS)), return_dtype=pl.String)


def _mix() -> pl.Expr:
    return (
        pl.when(pl.col("online") & pl.col("hall"))
        .then(pl.lit("both"))
        .when("online")
        .then(pl.lit("online"))
        .otherwise(pl.lit("hall"))
    )


def _returning(reached: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Those of the second season who were there in the first as well; the first looks back on nothing."""
    before = reached.filter(pl.col("season") == 0).with_columns(pl.lit(1, dtype=pl.Int8).alias("season"))
    return reached.filter(pl.col("season") == 1).join(before.select(key), on=key, how="semi")


def _areas(known: pl.DataFrame, reached: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Everyone reached, with the area of their latest order that states one."""
    stated = known.filter(pl.col("area") > terms.JUNK_AREA).sort("purchased", "order", maintain_order=True)
    latest = stated.group_by(key, maintain_order=True).agg(pl.col("area").last())
    return reached.join(latest, on=key, how="left")


def _area_label(codes: Sequence[str]) -> pl.Expr:
    names = dict(enumerate(codes))
    listed = pl.col("area").replace_strict(names, default=AREA_ABROAD, return_dtype=pl.String)
    return pl.when(pl.col("area").is_null()).then(pl.lit(AREA_UNKNOWN)).otherwise(listed)


def _crossover(pairs: pl.DataFrame, slugs: Sequence[str]) -> pl.DataFrame:
    """Bookers per pair of venues, from a table of who was where."""
    ordered = sorted(range(len(slugs)), key=lambda v: slugs[v])
    parts = []
    for season in sorted(set(pairs["season"].to_list())):
        here = pairs.filter(pl.col("season") == season)
        bookers, row = np.unique(here["booker"].to_numpy(), return_inverse=True)
        was = np.zeros((len(bookers), len(slugs)), np.float32)
        was[row, here["venue"].to_numpy()] = 1
        both = np.rint(was.T.astype(np.float64) @ was).astype(np.int64)
        cells = [
            (int(season), "crossover", -1, f"{slugs[a]}|{slugs[b]}", int(both[a, b]))
            for i, a in enumerate(ordered)
            for b in ordered[i + 1 :]
            if both[a, b]
        ]
        parts.append(
            pl.DataFrame(
                cells,
                schema={
                    "season": pl.Int64,
                    "measure": pl.String,
                    "venue": pl.Int8,
                    "label": pl.String,
                    "count": pl.Int64,
                },
                orient="row",
            )
        )
    return pl.concat(parts)
