"""Exact counts: a season's snapshot and declared lists in; bounded tables, or a venue's own figures, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from aggregation.bounds import Bounds, TableBound, table_bounds
from aggregation.engines import Engine
from aggregation.keysets import Keysets
from aggregation.measures import MEASURES, Keyset
from aggregation.queries import question
from aggregation.relations import in_parts, relations, take_steps, values
from ingest.seasons import Season
from ingest.snapshot import Snapshot

__all__ = ["Bounds", "ExactTable", "Keysets", "TableBound", "count_own", "count_tables"]

HOME = ("NL",)
NO_BOUND = 2**31 - 1
SPLITS = {
    "attendance_bands": "attendance_bands",
    "areas": "reach_by_area",
    "genres": "reach_by_genre",
    "product_classes": "reach_by_product_class",
    "channels": "reach_by_channel",
}


@dataclass(frozen=True, slots=True, eq=False)
class ExactTable:
    """One measure's bounded counts over its whole keyset. Exact: it leaves only through privacy/."""

    measure: str
    keyset: Keyset
    counts: npt.NDArray[np.int64]
    bounds: Mapping[Season, TableBound]

    def __post_init__(self) -> None:
        if self.counts.shape != (self.keyset.size,) or self.counts.dtype != np.int64:
            raise ValueError(f"{self.measure} does not carry one whole count per cell of its keyset.")


def count_tables(
    engine: Engine,
    snapshot: Snapshot,
    previous: Snapshot | None,
    keysets: Keysets,
    bounds: Bounds,
    salt: bytes,
) -> tuple[ExactTable, ...]:
    """Count every measure. Without a previous season the measures that look back are left out."""
    measures = [measure for measure in MEASURES.values() if previous is not None or not measure.looks_back]
    keyset = {measure.id: keysets.for_measure(measure) for measure in measures}
    counts = {measure.id: np.zeros(keyset[measure.id].size, dtype=np.int64) for measure in measures}
    lists = relations(snapshot, previous, keysets)
    given = values(keysets, bounds, salt)
    # A booker lives in one bucket, and so does an order without one: counts add up over the buckets.
    for files in in_parts(snapshot, previous):
        with engine.open(files, lists) as session:
            take_steps(session, given, looks_back=previous is not None)
            for measure in measures:
                _add(counts[measure.id], keyset[measure.id], session.ask(question(measure.query), given))
    return tuple(
        ExactTable(m.id, keyset[m.id], counts[m.id], table_bounds(m, bounds, snapshot.season))
        for m in measures
    )


def _add(counts: npt.NDArray[np.int64], keyset: Keyset, answer: pa.Table) -> None:
    """Add an answer's rows to the cells that they name."""
    place = np.zeros(answer.num_rows, dtype=np.int64)
    for axis in keyset.axes:
        labels = pa.array(axis.labels, type=pa.string())
        found = pc.index_in(answer.column(axis.dimension.value).cast(pa.string()), value_set=labels)
        if found.null_count:
            raise ValueError(f"A count names a {axis.dimension.value} that was not declared.")
        place = place * len(axis.labels) + found.to_numpy().astype(np.int64)
    np.add.at(counts, place, answer.column("n").cast(pa.int64()).to_numpy())


def count_own(
    engine: Engine, snapshot: Snapshot, previous: Snapshot | None, venue: str, home: tuple[str, ...] = HOME
) -> dict[str, object]:
    """Bookers, attendances, visits, tickets, returning (None without a previous season), unidentified visits
    and the splits, as label → count, zeros left out; areas with the most bookers first.

    One venue's rows need no keyed order of venues, so there is no salt. `home` is the venue's own country.
    """
    this = _only(snapshot, venue)
    before = _only(previous, venue) if previous is not None else None
    totals, areas = _totals(engine, this, Keysets((venue,), (), home=home))
    keysets = Keysets((venue,), areas, home=home)
    tables = {table.measure: table for table in count_tables(engine, this, before, keysets, _open(), b"")}
    return {
        **totals,
        "returning": _total(tables["returning"]) if before is not None else None,
        "unidentified_visits": _total(tables["unidentified_visits"]),
        **{name: _split(tables[measure]) for name, measure in SPLITS.items()},
    }


def _only(snapshot: Snapshot, venue: str) -> Snapshot:
    """The venue's own part: its performances, and the files of the extracts that speak for them."""
    current = snapshot.current.filter(pc.equal(snapshot.current.column("venue"), venue))
    extracts = set(current.column("extract_id").to_pylist())
    files = tuple(path for path in snapshot.files if path.stem in extracts)
    return replace(snapshot, current=current, files=files)


def _open() -> Bounds:
    return Bounds(
        first_venues=1,
        core_venues=1,
        tail_venues=2,
        crossover_venues=2,
        genres_per_venue=NO_BOUND,
        classes_per_venue=NO_BOUND,
        network_genres=NO_BOUND,
        network_classes=NO_BOUND,
        tickets_per_venue=NO_BOUND,
        tickets_per_order=NO_BOUND,
    )


def _totals(engine: Engine, snapshot: Snapshot, keysets: Keysets) -> tuple[dict[str, int], tuple[str, ...]]:
    given = values(keysets, _open(), b"")
    with engine.open({"lake": snapshot.files}, relations(snapshot, None, keysets)) as session:
        take_steps(session, given, looks_back=False)
        row = session.ask(question("own_figures.sql"), given).to_pylist()[0]
        named: pa.Table = session.ask(question("own_areas.sql"), given)
    inside = tuple(f"{country}-" for country in keysets.countries)
    areas = tuple(area for area in named.column("area").to_pylist() if area.startswith(inside))
    return {name: int(count) for name, count in row.items()}, areas


def _total(table: ExactTable) -> int:
    return int(table.counts.sum())


def _split(table: ExactTable) -> dict[str, int]:
    """The table's last dimension with its counts."""
    labels = table.keyset.axes[-1].labels
    found = {label: int(n) for label, n in zip(labels, table.counts, strict=True) if n}
    if table.measure == "reach_by_area":
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
    return found
