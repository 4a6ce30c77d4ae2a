"""A release and two sets of tables in; how far off each of its tables is, by size of cell, out.

Errors are against the truth (nothing bounded), so what bounding leaves out counts as error. Intervals are
held against the bounded count, which is what the noise promises, and against the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
import pyarrow as pa

from aggregation.counts import ExactTable
from aggregation.measures import Dimension
from privacy.workload import districts, regions_of

KEY = ["measure", "level", "venue", "label"]
SIZES = {"100 and more": (100, None), "20 to 99": (20, 99), "1 to 19": (1, 19)}


def cells_of(tables: Sequence[ExactTable], regions: Mapping[str, str], value: str) -> pl.DataFrame:
    """Every cell that a release may tell, rolled up and derived from these tables, as column `value`."""
    by_name = {table.measure: _grid(table) for table in tables}
    frames = []
    for name, (venues, labels, counts) in by_name.items():
        frames.append(_frame(name, "cell", venues, labels, counts))
        if name.endswith("reach_by_area"):
            for level, into in _levels(labels, regions).items():
                kept = tuple(dict.fromkeys(into))
                wide = np.zeros((len(venues), len(kept)))
                np.add.at(wide.T, np.array([kept.index(label) for label in into]), counts.T)
                frames.append(_frame(name, level, venues, kept, wide))
    frames += _derived(by_name)
    return pl.concat(frames).rename({"value": value})


def compared(release: pa.Table, bounded: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """Each released cell beside what it should be. Cells that are withheld or not known fall out."""
    told = pl.DataFrame(pl.from_arrow(release)).filter(pl.col("status") != "withheld")
    return told.join(bounded, on=KEY).join(truth, on=KEY)


def evaluation(draws: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One row per table and level, pooled over draws of `compared`."""
    rows = pl.concat(list(draws)).with_columns(off=pl.col("estimate") - pl.col("truth"))
    rows = rows.with_columns(
        relative=pl.when(pl.col("truth") > 0).then(pl.col("off").abs() / pl.col("truth")),
        raw=pl.when(pl.col("truth") > 0).then((pl.col("noisy") - pl.col("truth")).abs() / pl.col("truth")),
    )
    return rows.group_by("measure", "level", maintain_order=True).agg(
        pl.len().alias("cells"),
        pl.col("truth").mean().alias("mean"),
        *(pl.col("relative").filter(_sized(*size)).median().alias(name) for name, size in SIZES.items()),
        *(_sized(*size).sum().alias(f"cells of {name}") for name, size in SIZES.items()),
        pl.col("raw").filter(_sized(100, None)).median().alias("raw, 100 and more"),
        pl.col("estimate").filter(pl.col("truth") == 0).mean().alias("mean where none"),
        _rms(pl.col("off")).alias("rmse"),
        _rms(pl.col("noisy") - pl.col("truth")).alias("rmse raw"),
        _rms(pl.col("estimate") - pl.col("bounded")).alias("rmse of the bounded"),
        (1 - pl.col("bounded").sum() / pl.col("truth").sum()).alias("left out"),
        _holds("bounded").alias("holds the bounded"),
        _holds("truth").alias("holds the truth"),
        _holds("truth").filter(_sized(100, None)).alias("holds the truth, 100 and more"),
    )


def _sized(least: int, most: int | None) -> pl.Expr:
    inside = pl.col("truth") >= least
    return inside if most is None else inside & (pl.col("truth") <= most)


def _rms(of: pl.Expr) -> pl.Expr:
    return of.cast(pl.Float64).pow(2).mean().sqrt()


def _holds(column: str) -> pl.Expr:
    return ((pl.col("low") <= pl.col(column)) & (pl.col(column) <= pl.col("high"))).mean()


def _grid(table: ExactTable) -> tuple[tuple[str, ...], tuple[str, ...], np.ndarray]:
    """Venues, labels, and counts by both; ("",) stands for an axis that is not there."""
    axes = {axis.dimension: axis.labels for axis in table.keyset.axes}
    venues = axes.pop(Dimension.VENUE, ("",))
    labels = next(iter(axes.values()), ("",))
    return venues, labels, table.counts.reshape(len(venues), len(labels)).astype(float)


def _levels(areas: Sequence[str], regions: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        "district": districts(areas, regions),
        "region": regions_of(areas, regions),
        "country": [area.partition("-")[0] if area in regions else area for area in areas],
    }


def _frame(
    measure: str, level: str, venues: Sequence[str], labels: Sequence[str], values: np.ndarray
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "measure": [measure] * values.size,
            "level": [level] * values.size,
            "venue": np.repeat(np.array(venues, dtype=object), len(labels)).tolist(),
            "label": list(labels) * len(venues),
            "value": values.ravel(),
        }
    )


def _derived(grids: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], np.ndarray]]) -> list[pl.DataFrame]:
    """Reach, new and the ratios, which no table holds by itself."""
    found = []
    for prefix in ("", "network_"):
        venues, _, by_area = grids[f"{prefix}reach_by_area"]
        core = by_area.sum(axis=1)

        def one(measure: str, level: str, values: np.ndarray, venues: Sequence[str] = venues) -> None:
            found.append(_frame(measure, level, venues, ("",), values))

        whole = core if prefix else core + grids["reach_beyond"][2].ravel()
        one(f"{prefix}reach", "total", whole)
        if not prefix:
            one("reach", "core", core)
            visits, unnamed = grids["visits"][2].ravel(), grids["unidentified_visits"][2].ravel()
            one("visits_per_booker", "cell", visits / np.maximum(core, 1))
            one("unidentified_share", "cell", unnamed / np.maximum(visits + unnamed, 1))
        if f"{prefix}returning" in grids:
            one(f"{prefix}new", "cell", core - grids[f"{prefix}returning"][2].ravel())
    return found
