"""Reads a sample back with the standard library's CSV reader, knowing nothing of how it was written."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from sample_data.network import ExportFile, Network
from sample_data.venues import VENUES, Venue

BY_SLUG = {venue.slug: venue for venue in VENUES}


@dataclass(frozen=True)
class Sample:
    """A built sample and its folder."""

    out: Path
    network: Network

    def exports(self, layout: str) -> list[ExportFile]:
        return [e for e in self.network.exports if BY_SLUG[e.venue].export.layout == layout]

    def rows(self, export: ExportFile) -> list[list[str]]:
        """The header and the rows."""
        return _rows(self.out / export.path, BY_SLUG[export.venue])

    def column(self, layout: str, place: int) -> list[str]:
        """One column of all exports of a layout, by where it stands."""
        return [row[place] for export in self.exports(layout) for row in self.rows(export)[1:]]

    def truth(self, name: str) -> pl.DataFrame:
        return _table(self.out / "truth" / f"{name}.parquet")


@cache
def _rows(path: Path, venue: Venue) -> list[list[str]]:
    kind = venue.export
    encoding = {"pretix-positions": "utf-8", "helloasso-tickets": "utf-8-sig"}.get(kind.layout, kind.encoding)
    delimiter = "," if kind.layout == "pretix-positions" and kind.style != "semicolons" else ";"
    delimiter = "\t" if encoding == "utf-16" else delimiter
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@cache
def _table(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path)
