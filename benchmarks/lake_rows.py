"""Makes lake rows at any size with numpy, for benchmarks: season and size in → files and a Snapshot out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from ingest.lake import LAKE_SCHEMA, Lake
from ingest.seasons import Season
from ingest.snapshot import CURRENT_SCHEMA, Snapshot
from ingest.vocabulary import Genre, ProductClass

VENUES = 40
PERFORMANCES = 150
AREAS = 4086
CHUNK = 2_000_000  # rows made at a time: what bounds the memory
FIRST_ORDER = 10**17


def venue_names(count: int = VENUES) -> tuple[str, ...]:
    return tuple(f"venue-{number:02d}" for number in range(count))


def area_codes(count: int = AREAS) -> tuple[str, ...]:
    return tuple(f"NL-{1000 + number}" for number in range(count))


def write_season(lake: Lake, season: Season, rows: int, seed: int, bookers: int | None = None) -> Snapshot:
    """Fill the lake with one season of `rows` tickets (one in eight from the door) and describe it."""
    rng, people = np.random.default_rng(seed), _people(bookers or rows // 5)
    for number, start in enumerate(range(0, rows, CHUNK)):
        frame = _tickets(rng, min(CHUNK, rows - start), season, people, number)
        lake.write(f"{season.start_year}{number:08d}", season, frame)
    return _snapshot(lake, season)


@dataclass(frozen=True, slots=True)
class _People:
    """Who buys: the same people live and choose alike in every season."""

    ids: pl.Series
    home: np.ndarray
    habit: np.ndarray


def _people(count: int) -> _People:
    """Ids are sixteen random bytes each, straight from one buffer."""
    made = pa.py_buffer(np.random.default_rng(2).bytes(16 * count))
    fixed = pa.Array.from_buffers(pa.binary(16), count, [None, made])
    return _People(
        pl.Series(fixed.cast(pa.large_binary())),
        np.random.default_rng(1).integers(0, AREAS, count),
        np.random.default_rng(3).choice(len(ProductClass), count, p=[0.7, 0.1, 0.05, 0.1, 0.01, 0.02, 0.02]),
    )


def _tickets(
    rng: np.random.Generator, rows: int, season: Season, people: _People, chunk: int
) -> pl.DataFrame:
    home, ids = people.home, people.ids
    orders = int(rows / 2) + 1  # two tickets an order
    booker = np.minimum((len(home) * rng.power(0.55, orders)).astype(np.int64), len(home) - 1)
    near = (home[booker] * VENUES) // AREAS
    far = rng.random(orders) < 0.45
    venue = np.where(far, rng.integers(0, VENUES, orders), (near + rng.integers(0, 3, orders)) % VENUES)
    performance = rng.integers(0, PERFORMANCES, orders)
    area = np.where(rng.random(orders) < 0.02, rng.integers(0, AREAS, orders), home[booker])
    pick = np.sort(rng.integers(0, orders, rows))
    door = rng.random(orders) < 0.125
    genres = pl.Series([genre.value for genre in Genre])
    classes = pl.Series([kind.value for kind in ProductClass])
    order = pl.DataFrame(
        {
            "booker": ids[booker].zip_with(pl.Series(~door), pl.Series([None], dtype=pl.Binary)),
            "venue": pl.Series(venue_names())[venue],
            "area": pl.Series(area_codes())[area],
            "performance": performance,
            "order": np.arange(orders) + (chunk * CHUNK + FIRST_ORDER),
            "genre": genres[(venue * 7 + performance) % len(genres)],
            "online": (venue % 7 == 0) & (rng.random(orders) < 0.3),
            "days": performance * 2,
            "early": rng.integers(0, 60 * 24 * 60, orders),
        }
    )
    frame = order[pick]
    usual = people.habit[booker]
    start = pl.lit(season.first_day) + pl.duration(days=pl.col("days"))
    return frame.select(
        pl.lit("organisation").alias("organisation"),
        "venue",
        pl.lit(f"{season.start_year}{chunk:08d}").alias("extract_id"),
        pl.col("order").cast(pl.String).alias("order_ref"),
        (pl.col("order") * 8 + pl.Series(np.arange(rows) % 8)).cast(pl.String).alias("ticket_ref"),
        "booker",
        pl.when(pl.col("booker").is_not_null()).then(pl.lit("NL")).alias("country"),
        pl.when(pl.col("booker").is_not_null()).then("area").alias("area"),
        (pl.lit("production-") + (pl.col("performance") // 4).cast(pl.String)).alias("production_ref"),
        "genre",
        (pl.lit("performance-") + pl.col("performance").cast(pl.String)).alias("performance_ref"),
        start.cast(pl.Date).alias("local_day"),
        start.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("starts_at"),
        pl.lit(500, dtype=pl.Int32).alias("hall_capacity"),
        (start.cast(pl.Datetime("us")) - pl.duration(minutes=pl.col("early")))
        .dt.replace_time_zone("UTC")
        .alias("purchased_at"),
        pl.when("online").then(pl.lit("online_vod")).otherwise(pl.lit("web")).alias("channel"),
        classes[np.where(rng.random(rows) < 0.08, rng.integers(0, len(classes), rows), usual[pick])].alias(
            "product_class"
        ),
        pl.lit(None, dtype=pl.String).alias("pass_scheme"),
        pl.lit(2250, dtype=pl.Int32).alias("price_paid_cents"),
        pl.lit("EUR").alias("currency"),
        pl.Series(np.where(rng.random(rows) < 0.04, "refunded", "sold")).alias("status"),
        pl.Series(rng.random(rows) > 0.05).alias("scanned"),
    ).cast(pl.Schema(LAKE_SCHEMA))


def _snapshot(lake: Lake, season: Season) -> Snapshot:
    """Each chunk is an extract of its own, and every performance is current in each."""
    extracts = sorted({path.stem for path in lake.files(season)})
    rows = [
        {"venue": venue, "performance_ref": f"performance-{number}", "extract_id": extract}
        for venue in venue_names()
        for number in range(PERFORMANCES)
        for extract in extracts
    ]
    return Snapshot(
        season, lake.files(season), pa.Table.from_pylist(rows, schema=CURRENT_SCHEMA), season.slug
    )
