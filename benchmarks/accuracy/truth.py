"""The exact truth of a season: lake rows in, every table's unbounded counts out, in keyset order.

Counted with Polars from the rows themselves, sharing nothing with the SQL of the production path but the
definitions; a test holds the two to the same numbers where no bound bites. One difference is meant: here
a booker counts at every venue visited, so the core is the whole and nothing is beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from aggregation.keysets import Keysets
from aggregation.measures import AREA_ABROAD, AREA_UNKNOWN, MEASURES, Keyset

Counts = Mapping[str, NDArray[np.int64]]
BANDS = {1: "1", 2: "2", 5: "3-5"}
VENUE_BANDS = {1: "1", 2: "2", 3: "3", 4: "4", 6: "5-6", 12: "7-12", 20: "13-20"}


def count_truth(now: Sequence[Path], before: Sequence[Path], keysets: Keysets) -> Counts:
    """Every measure of the vocabulary, unbounded."""
    sold = _sold(now, keysets)
    used = sold.filter("used")
    known = used.filter(pl.col("booker").is_not_null())
    pairs = _by(known, ["booker", "venue"])
    bookers = _by(known, ["booker"])
    stated = sold.filter(pl.col("booker").is_not_null() & pl.col("place").is_not_null())
    earlier = _sold(before, keysets).filter(pl.col("used") & pl.col("booker").is_not_null())
    pairs_before = earlier.select("booker", "venue").unique()
    bookers_before = earlier.select("booker").unique()
    placed = _placed(pairs, stated, ["booker", "venue"])
    tables = {
        "reach_by_area": placed,
        "reach_by_area_first": placed,
        "returning": pairs.join(pairs_before, on=["booker", "venue"], how="semi"),
        "attendance_bands": pairs.with_columns(attendance_band=_band("attendances", BANDS, "6+")),
        "reach_by_genre": known.select("booker", "venue", "genre").unique(),
        "reach_by_product_class": known.select("booker", "venue", "product_class").unique(),
        "reach_by_channel": pairs.with_columns(channel_mix=_mix()),
        "visits": known,
        "tickets": sold.filter(pl.col("booker").is_not_null()),
        "reach_beyond": pairs.head(0),
        "unidentified_visits": used.filter(pl.col("booker").is_null()),
        "network_reach_by_area": _placed(bookers, stated, ["booker"]),
        "network_returning": bookers.join(bookers_before, on="booker", how="semi"),
        "network_attendance_bands": bookers.with_columns(attendance_band=_band("attendances", BANDS, "6+")),
        "network_reach_by_genre": known.select("booker", "genre").unique(),
        "network_reach_by_product_class": known.select("booker", "product_class").unique(),
        "network_reach_by_channel": bookers.with_columns(channel_mix=_mix()),
        "network_venues_per_booker": bookers.with_columns(venue_band=_band("venues", VENUE_BANDS, "21+")),
        "crossover": _pairs_of_venues(pairs),
        "visits_beyond": pairs.head(0).with_columns(cut=pl.lit("visits")),
        "kinds_beyond": pairs.head(0).with_columns(kind_cut=pl.lit("genre")),
    }
    return {name: _counted(tables[name], keysets.for_measure(m)) for name, m in MEASURES.items()}


def visits(now: Sequence[Path], keysets: Keysets) -> pl.DataFrame:
    """Each visit of a known booker, with the one area that the booker has at that venue."""
    sold = _sold(now, keysets).filter(pl.col("booker").is_not_null())
    known = sold.filter("used").select("booker", "venue")
    stated = sold.filter(pl.col("place").is_not_null())
    pairs = _placed(known.unique(), stated, ["booker", "venue"])
    return known.join(pairs.select("booker", "venue", "area"), on=["booker", "venue"])


def _sold(files: Sequence[Path], keysets: Keysets) -> pl.DataFrame:
    columns = [
        "booker",
        "venue",
        "order_ref",
        "purchased_at",
        "country",
        "area",
        "genre",
        "product_class",
        "performance_ref",
        "production_ref",
        "local_day",
        "channel",
        "scanned",
    ]
    rows = pl.scan_parquet(list(files), hive_partitioning=False).filter(pl.col("status") == "sold")
    country = pl.coalesce("country", pl.col("area").str.head(2))
    place = (
        pl.when(pl.col("area").is_in(list(keysets.areas)))
        .then("area")
        .when(country.is_null())
        .then(None)
        .when(~country.is_in(list(keysets.countries)))
        .then(pl.lit(AREA_ABROAD))
        .when(pl.col("area").is_null())
        .then(None)
        .otherwise(pl.lit(AREA_UNKNOWN))
    )
    online = pl.col("channel") == "online_vod"
    watched = pl.concat_str("production_ref", pl.lit("@"), pl.col("local_day").cast(pl.String))
    return (
        rows.select(columns)
        .with_columns(
            place=place,
            online=online,
            used=pl.col("scanned").fill_null(value=True),
            attended=pl.concat_str(
                "venue", pl.lit(" "), pl.when(online).then(watched).otherwise("performance_ref")
            ),
        )
        .collect()
    )


def _by(known: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return known.group_by(keys).agg(
        attendances=pl.col("attended").n_unique(),
        venues=pl.col("venue").n_unique() if "venue" not in keys else pl.lit(1),
        some_online=pl.col("online").any(),
        all_online=pl.col("online").all(),
    )


def _placed(units: pl.DataFrame, stated: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Each unit's place: of the latest order that states one."""
    order = ["purchased_at", "order_ref", "venue"]
    latest = (
        stated.sort(order, nulls_last=False).group_by(keys, maintain_order=False).agg(pl.col("place").last())
    )
    return units.join(latest, on=keys, how="left").with_columns(area=pl.col("place").fill_null(AREA_UNKNOWN))


def _band(column: str, upto: Mapping[int, str], rest: str) -> pl.Expr:
    found = pl.lit(rest)
    for most, label in reversed(upto.items()):
        found = pl.when(pl.col(column) <= most).then(pl.lit(label)).otherwise(found)
    return found


def _mix() -> pl.Expr:
    return (
        pl.when("all_online")
        .then(pl.lit("online"))
        .when("some_online")
        .then(pl.lit("both"))
        .otherwise(pl.lit("hall"))
    )


def _pairs_of_venues(pairs: pl.DataFrame) -> pl.DataFrame:
    """One row per booker and pair of venues visited."""
    several = pairs.filter(pl.len().over("booker") > 1)
    one = several.select("booker", "venue")
    both = one.join(one, on="booker", suffix="_2").filter(pl.col("venue") < pl.col("venue_2"))
    return both.select(venue_pair=pl.concat_str("venue", pl.lit("|"), "venue_2"))


def _counted(rows: pl.DataFrame, keyset: Keyset) -> NDArray[np.int64]:
    """Rows per cell of the keyset."""
    names = [axis.dimension.value for axis in keyset.axes]
    counts = np.zeros(keyset.size, dtype=np.int64)
    if not names:
        counts[0] = rows.height
        return counts
    found = rows.group_by(names).len()
    place = np.zeros(found.height, dtype=np.int64)
    for name, axis in zip(names, keyset.axes, strict=True):
        number = {label: index for index, label in enumerate(axis.labels)}
        place = place * len(axis.labels) + np.array([number[label] for label in found[name]], dtype=np.int64)
    counts[place] = found["len"].to_numpy()
    return counts
