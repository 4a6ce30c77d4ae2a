"""Order lines → what is exactly so: unbounded counts per measure, the bookers, and each export's rows.

Counts are added up block by block: a booker lives in one block, so distinct bookers simply add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sample_data import terms
from sample_data.bookers import list_bookers
from sample_data.counts import add_up, count_block, tickets_of
from sample_data.network import ExportFile
from sample_data.people import People
from sample_data.places import Places
from sample_data.programme import Programme
from sample_data.venues import Venue


@dataclass(slots=True)
class Tally:
    """Adds up the truth while blocks pass by; `write` puts it under truth/."""

    out: Path
    venues: Sequence[Venue]
    places: Places
    programme: Programme
    _counts: list[pl.DataFrame] = field(default_factory=list)
    _exports: list[pl.DataFrame] = field(default_factory=list)
    _people: pq.ParquetWriter | None = None
    _performances: pl.DataFrame = field(default_factory=pl.DataFrame)

    def __enter__(self) -> Tally:
        (self.out / "truth").mkdir(exist_ok=True)
        programme = self.programme
        online = [p.online for p in programme.productions]
        titles = {
            key: number
            for number, key in enumerate(dict.fromkeys((p.venue, p.ref) for p in programme.productions))
        }
        title = np.array([titles[(p.venue, p.ref)] for p in programme.productions])[programme.production]
        day = programme.starts.astype("datetime64[D]").astype(np.int64)
        seen = np.where(
            np.array(online)[programme.production], -1 - (title * 100_000 + day), np.arange(len(day))
        )
        # `attended` is what counts as one attendance: a performance, or at home a title on a day.
        self._performances = pl.DataFrame(
            {
                "performance": np.arange(len(day), dtype=np.int32),
                "attended": seen,
                "genre": programme.genre,
                "title": title,
                "day": day,
            }
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._people is not None:
            self._people.close()

    def add(self, lines: pl.DataFrame, people: People, contacts: pl.DataFrame) -> None:
        """Count one block."""
        tickets = tickets_of(lines).join(
            self._performances, on="performance", how="left", maintain_order="left"
        )
        self._counts.append(
            add_up([count_block(tickets, [v.slug for v in self.venues], self.places.codes), *self._counts])
        )
        self._counts = self._counts[-1:]
        self._exports.append(_by_export(lines, self._performances))
        self._write_bookers(tickets, people, contacts)

    def write(self, exports: Sequence[ExportFile]) -> None:
        """Write counts and exports; the bookers were written as they came."""
        seasons = [s.label for s in self.programme.seasons]
        _write(
            self.out / "truth" / "counts.parquet",
            self._counts[0].with_columns(
                pl.col("season").replace_strict(dict(enumerate(seasons)), return_dtype=pl.String)
            ),
        )
        _write(self.out / "truth" / "exports.parquet", self._export_table(exports))
        _write(self.out / "truth" / "productions.parquet", self._productions(seasons))

    def _productions(self, seasons: list[str]) -> pl.DataFrame:
        """What was on: one row per title, venue and season, at home or in the hall."""
        played = np.bincount(self.programme.production, minlength=len(self.programme.productions))
        return pl.DataFrame(
            [
                (
                    self.venues[p.venue].slug,
                    seasons[p.season],
                    p.ref,
                    p.title,
                    p.genre.value,
                    p.online,
                    p.capacity,
                    int(n),
                )
                for p, n in zip(self.programme.productions, played, strict=True)
            ],
            schema={
                "venue": pl.String,
                "season": pl.String,
                "production": pl.String,
                "title": pl.String,
                "genre": pl.String,
                "online": pl.Boolean,
                "capacity": pl.Int64,
                "performances": pl.Int64,
            },
            orient="row",
        )

    def _export_table(self, exports: Sequence[ExportFile]) -> pl.DataFrame:
        summed = (
            pl.concat(self._exports)
            .group_by("venue", "season")
            .agg(
                pl.exclude("first_day", "last_day", "played", "titles").sum(),
                pl.col("first_day").min(),
                pl.col("last_day").max(),
                pl.col("played").explode().n_unique().alias("performances"),
                pl.col("titles").explode().n_unique().alias("productions"),
            )
        )
        kinds = [v.export for v in self.venues]
        paths = pl.DataFrame(
            [
                (
                    n // 2,
                    n % 2,
                    e.venue,
                    e.season,
                    e.path,
                    kinds[n // 2].layout == "generic",
                    kinds[n // 2].books_back,
                )
                for n, e in enumerate(exports)
            ],
            schema=["venue", "season", "slug", "label", "path", "grouped", "books_back"],
            orient="row",
        )
        joined = paths.join(summed, on=["venue", "season"], how="left").sort("venue", "season")
        back = pl.when("books_back").then("refunded_lines").otherwise(0)
        by_kind = pl.when("grouped").then(pl.col("lines") + back).otherwise(pl.col("rows"))
        return (
            joined.with_columns(by_kind.alias("rows"), back.alias("taken_back"))
            .drop("venue", "season", "grouped", "books_back", "lines", "refunded_lines")
            .rename({"slug": "venue", "label": "season"})
            .with_columns(pl.col("first_day", "last_day").cast(pl.Int32).cast(pl.Date))
        )

    def _write_bookers(self, tickets: pl.DataFrame, people: People, contacts: pl.DataFrame) -> None:
        slugs = [v.slug for v in self.venues]
        table = list_bookers(tickets, people, contacts, slugs, self.places.codes).to_arrow()
        if self._people is None:
            self._people = pq.ParquetWriter(
                self.out / "truth" / "bookers.parquet", table.schema, compression="zstd"
            )
        self._people.write_table(table)


def _by_export(lines: pl.DataFrame, performances: pl.DataFrame) -> pl.DataFrame:
    """What goes into each export, by kind of row. `tickets` are audience tickets of any status.

    `taken_back` are the rows with a negative number; parking, merchandise and donations are rows as well.
    """
    ticket, qty = ~pl.col("besides"), pl.col("qty").cast(pl.Int64)
    full = lines.join(performances, on="performance", how="left")
    split = (pl.col("absent") > 0).cast(pl.Int64) * (pl.col("absent") < pl.col("qty")).cast(pl.Int64)

    def tickets(which: pl.Expr) -> pl.Expr:
        return qty.filter(ticket & which).sum()

    return full.group_by("venue", "season").agg(
        qty.sum().alias("rows"),
        (1 + split).sum().alias("lines"),
        (pl.col("status") == terms.REFUNDED).sum().cast(pl.Int64).alias("refunded_lines"),
        tickets(pl.lit(True)).alias("tickets"),
        *(tickets(pl.col("status") == number).alias(name) for number, name in enumerate(terms.STATUSES)),
        tickets(pl.col("booker") >= 0).alias("identified"),
        tickets(pl.col("area") > terms.JUNK_AREA).alias("with_postcode"),
        tickets(pl.col("area") == terms.JUNK_AREA).alias("junk_postcode"),
        tickets(pl.col("contact") == terms.NUMBER).alias("by_number"),
        *(
            qty.filter(pl.col("product") == number).sum().alias(name)
            for number, name in (
                (terms.PARKING, "parking"),
                (terms.MERCHANDISE, "merchandise"),
                (terms.DONATION, "donations"),
            )
        ),
        pl.col("day").filter(ticket).min().alias("first_day"),
        pl.col("day").filter(ticket).max().alias("last_day"),
        pl.col("performance").filter(ticket).unique().alias("played"),
        pl.col("title").filter(ticket).unique().alias("titles"),
    )


def _write(path: Path, frame: pl.DataFrame) -> None:
    pq.write_table(cast(pa.Table, frame.to_arrow()), path, compression="zstd")
