"""The file that every peer is given, and what its tables should be: one row per visit of a known booker.

Each row carries the one area and district that the booker has at that venue, so that a peer need not
work out which order was the latest. The public keys stand beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.accuracy.counted import Counted
from benchmarks.accuracy.truth import visits
from privacy.workload import districts

TABLES = ("venue", "district", "area")
LAPLACE, GAUSSIAN = "laplace", "gaussian"


@dataclass(frozen=True, slots=True)
class Visits:
    """The file, its keys, and for each bound K the tables of every booker's first K venues in random order.

    `truth` and `bounded[K]` hold venue-by-key counts, flattened, by table.
    """

    path: Path
    keys: Path
    labels: dict[str, tuple[str, ...]]
    truth: dict[str, NDArray[np.int64]]
    bounded: dict[int, dict[str, NDArray[np.int64]]]


def visits_file(data: Counted, bounds: tuple[int, ...]) -> Visits:
    """Write the file once; count its tables under each bound."""
    path, keys = data.folder / "visits.csv", data.folder / "keys.json"
    areas = [*data.world.areas, "abroad", "unknown"]
    inside = districts(areas, data.world.regions)
    if not path.exists():
        rows = visits(data.now.files, data.keysets).with_columns(
            pl.col("booker").rank("dense").cast(pl.Int64).alias("person"),
            pl.col("area").replace_strict(areas, inside).alias("district"),
        )
        rows.sort("person").select("person", "venue", "district", "area").write_csv(path)
    labels = {"venue": ("",), "district": tuple(dict.fromkeys(inside)), "area": tuple(areas)}
    keys.write_text(json.dumps({"venues": data.world.venues, **{t: labels[t] for t in TABLES}}), "utf-8")
    pairs = pl.read_csv(path).unique(maintain_order=True)
    order = pl.Series("order", np.random.default_rng(4).random(pairs.height))
    pairs = pairs.with_columns(order).with_columns(nth=pl.col("order").rank("ordinal").over("person"))
    venues = {venue: n for n, venue in enumerate(data.world.venues)}
    of = {table: {label: n for n, label in enumerate(labels[table])} for table in TABLES}

    def table(kept: pl.DataFrame, name: str) -> NDArray[np.int64]:
        place = kept["venue"].replace_strict(venues).to_numpy() * len(labels[name])
        if name != "venue":
            place = place + kept[name].replace_strict(of[name]).to_numpy()
        return np.bincount(place, minlength=len(venues) * len(labels[name])).astype(np.int64)

    def tables(kept: pl.DataFrame) -> dict[str, NDArray[np.int64]]:
        return {name: table(kept, name) for name in TABLES}

    bounded = {bound: tables(pairs.filter(pl.col("nth") <= bound)) for bound in bounds}
    return Visits(path, keys, labels, tables(pairs), bounded)
