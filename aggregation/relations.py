"""What the questions read: snapshots and declared lists in, named relations, values and shared steps out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from aggregation.bounds import Bounds
from aggregation.engines import Session, Value
from aggregation.keysets import Keysets
from aggregation.measures import AREA_ABROAD, AREA_UNKNOWN
from aggregation.queries import step
from ingest.snapshot import Snapshot
from ingest.vocabulary import Genre

SIDE_BITS = 2  # bits 1 and 2 of a set of traits say online and in the hall
WORD = 62
BYTES_AT_ONCE = 128 * 1024 * 1024  # some six million rows, which count within the default memory limit
PLACE_ABROAD, PLACE_UNKNOWN = -1, -2  # as placed_tickets.sql has them


def relations(snapshot: Snapshot, previous: Snapshot | None, keysets: Keysets) -> dict[str, pa.Table]:
    """The lists a session needs beside the lake: performances that count, and every label with its number."""
    genre_bits = _bits(keysets.genres, SIDE_BITS)
    class_bits = _bits(keysets.product_classes, SIDE_BITS + len(keysets.genres))
    other = genre_bits.get(Genre.OTHER.value, 0)
    every_genre = {genre.value: genre_bits.get(genre.value, other) for genre in Genre}
    numbers = range(len(keysets.venues))
    tables = {
        "performances": _performances(snapshot, keysets),
        "venues": pa.table(
            {
                "venue": pa.array(keysets.venues, pa.string()),
                "word": pa.array([number // WORD for number in numbers], pa.int32()),
                "bit": pa.array([1 << number % WORD for number in numbers], pa.int64()),
            }
        ),
        "areas": pa.table(
            {
                "area": pa.array([*keysets.areas, AREA_ABROAD, AREA_UNKNOWN], pa.string()),
                "place": pa.array([*range(len(keysets.areas)), PLACE_ABROAD, PLACE_UNKNOWN], pa.int32()),
            }
        ),
        "home_countries": pa.table({"country": pa.array(keysets.countries, pa.string())}),
        "genre_bits": _bit_table("genre", every_genre),
        "class_bits": _bit_table("product_class", class_bits),
        "genres": _bit_table("genre", genre_bits),
        "product_classes": _bit_table("product_class", class_bits),
    }
    if previous is not None:
        tables["previous_performances"] = _performances(previous, keysets)
    return tables


def values(keysets: Keysets, bounds: Bounds, salt: bytes) -> dict[str, Value]:
    """The values that the texts name."""
    return {
        "salt": salt.hex(),
        "all_genres": sum(_bits(keysets.genres, SIDE_BITS).values()),
        "all_classes": sum(_bits(keysets.product_classes, SIDE_BITS + len(keysets.genres)).values()),
        "ranked_above": min(bounds.first_venues, bounds.crossover_venues),
        "first_venues": bounds.first_venues,
        "core_venues": bounds.core_venues,
        "tail_venues": bounds.tail_venues,
        "crossover_venues": bounds.crossover_venues,
        "genres_per_venue": bounds.genres_per_venue,
        "classes_per_venue": bounds.classes_per_venue,
        "network_genres": bounds.network_genres,
        "network_classes": bounds.network_classes,
        "tickets_per_venue": bounds.tickets_per_venue,
        "tickets_per_order": bounds.tickets_per_order,
        "visits_beyond": bounds.visits_beyond,
        "kinds_beyond": bounds.kinds_beyond,
    }


def take_steps(session: Session, given: dict[str, Value], *, looks_back: bool) -> None:
    """Run what the questions share, in order."""
    for name in ("placed_tickets", "sold_tickets", "attendances"):
        session.view(name, step(name))
    kept = ["venue_pairs", "bookers", "venue_ranks", "stated_orders", "latest_places", "core_pairs"]
    for name in kept + ["previous_pairs"] * looks_back:
        session.keep(name, step(name), given)


def in_parts(snapshot: Snapshot, previous: Snapshot | None) -> Iterator[dict[str, list[Path]]]:
    """The files, whole person buckets at a time and about `BYTES_AT_ONCE` together.

    All at once where the two seasons are not split into the same buckets.
    """
    this = _buckets(snapshot)
    before = _buckets(previous) if previous is not None else {}
    if before and set(before) != set(this):
        this, before = {"": list(snapshot.files)}, {"": list(previous.files) if previous else []}
    part: dict[str, list[Path]] = _empty_part(previous)
    for bucket in sorted(this):
        part["lake"] += this[bucket]
        if previous is not None:
            part["previous_lake"] += before.get(bucket, [])
        if sum(path.stat().st_size for files in part.values() for path in files) >= BYTES_AT_ONCE:
            yield part
            part = _empty_part(previous)
    if part["lake"] or not this:
        yield part


def _empty_part(previous: Snapshot | None) -> dict[str, list[Path]]:
    return {"lake": []} if previous is None else {"lake": [], "previous_lake": []}


def _buckets(snapshot: Snapshot) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    for path in snapshot.files:
        found[path.parent.name].append(path)
    return dict(found)


def _performances(snapshot: Snapshot, keysets: Keysets) -> pa.Table:
    """The performances that count, of listed venues, each with a number that is quicker to group by."""
    listed = pc.is_in(snapshot.current.column("venue"), value_set=pa.array(keysets.venues, pa.string()))
    table = snapshot.current.filter(listed)
    return table.append_column("performance", pa.array(np.arange(table.num_rows), pa.int32()))


def _bits(labels: tuple[str, ...], start: int) -> dict[str, int]:
    return {label: 1 << (start + number) for number, label in enumerate(labels)}


def _bit_table(name: str, bits: dict[str, int]) -> pa.Table:
    return pa.table(
        {name: pa.array(list(bits), pa.string()), "bit": pa.array(list(bits.values()), pa.int64())}
    )
