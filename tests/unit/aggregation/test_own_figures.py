"""A venue's own figures are exact, unbounded, and made of its own rows only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from aggregation.bounds import Bounds
from aggregation.counts import ExactTable, count_own, count_tables
from aggregation.engines import Value
from aggregation.engines.duckdb import DuckDBEngine
from aggregation.measures import MEASURES
from ingest.seasons import Season
from tests.spec.rows import ENGINE, SALT, a_ticket, keysets, snapshot_of, tickets


def test_own_figures_are_exact_and_know_no_bound(tmp_path: Path) -> None:
    rows = tickets(
        """
        booker | venue | performance | genre   | product_class | channel    | area    | times | scanned
        anna   | v1    | p1          | dance   | single        | web        | NL-1011 | 30    | yes
        anna   | v1    | p2          | opera   | pass          | web        | NL-1011 | 1     | yes
        anna   | v1    | p3          | film    | comp          | online_vod | NL-1011 | 1     | yes
        bart   | v1    | p1          | dance   | single        | desk       | NL-9999 | 2     | no
        cato   | v1    | p1          | dance   | single        | desk       | BE-1000 | 2     |
        dirk   | v2    | p1          | musical | single        | web        | NL-1012 | 9     |
               | v1    | p1          | dance   | single        | desk       |         | 40    |
        """
    )
    before = tickets("booker | venue | day\n anna | v1 | 2024-10-03\n cato | v2 | 2024-10-03")
    this = snapshot_of(tmp_path, rows)
    previous = snapshot_of(tmp_path, before, Season(2024))
    assert count_own(ENGINE, this, previous, "v1") == {
        "bookers": 2,
        "attendances": 4,
        "visits": 34,
        "tickets": 36,
        "returning": 1,
        "unidentified_visits": 40,
        "attendance_bands": {"1": 1, "3-5": 1},
        "areas": {"NL-1011": 1, "abroad": 1},
        "genres": {"dance": 2, "opera": 1, "film": 1},
        "product_classes": {"single": 2, "pass": 1, "comp": 1},
        "channels": {"hall": 1, "both": 1},
    }


def test_without_a_previous_season_returning_is_unknown_not_nought(tmp_path: Path) -> None:
    assert count_own(ENGINE, snapshot_of(tmp_path, [a_ticket()]), None, "v1")["returning"] is None


def test_a_venue_without_rows_has_noughts_and_empty_splits(tmp_path: Path) -> None:
    own = count_own(ENGINE, snapshot_of(tmp_path, [a_ticket(venue="v2")]), None, "v1")
    assert (own["bookers"], own["visits"], own["genres"], own["areas"]) == (0, 0, {}, {})


def test_own_figures_open_no_file_of_another_venue(tmp_path: Path) -> None:
    mine = snapshot_of(tmp_path, [a_ticket()])
    elsewhere = (tmp_path / "season=2025/bucket=00/other.parquet",)  # is not there: reading it would fail
    assert count_own(ENGINE, replace(mine, files=mine.files + elsewhere), None, "v1")["bookers"] == 1


def test_an_exact_table_has_one_count_per_cell(tmp_path: Path) -> None:
    table = count_tables(ENGINE, snapshot_of(tmp_path, []), None, keysets(), Bounds(), SALT)[0]
    with pytest.raises(ValueError, match="one whole count per cell"):
        ExactTable(table.measure, table.keyset, table.counts[:-1], table.bounds)
    with pytest.raises(ValueError, match="one whole count per cell"):
        ExactTable(table.measure, table.keyset, table.counts.astype(float), table.bounds)


def test_seasons_in_different_buckets_are_counted_together(tmp_path: Path) -> None:
    people = [f"b{number}" for number in range(20)]
    this = snapshot_of(tmp_path, [a_ticket(booker=name) for name in people], buckets=4)
    before = [a_ticket(booker=name, day="2024-10-03") for name in people[:7]]
    previous = snapshot_of(tmp_path, before, Season(2024), buckets=2)
    tables = {t.measure: t for t in count_tables(DuckDBEngine(), this, previous, keysets(), Bounds(), SALT)}
    assert tables["network_returning"].counts.tolist() == [7]
    assert set(tables) == set(MEASURES)


class StraySession:
    """An engine gone wrong: every question is answered with a venue that nobody declared."""

    def view(self, name: str, sql: str) -> None: ...

    def keep(self, name: str, sql: str, values: Mapping[str, Value]) -> None: ...

    def ask(self, sql: str, values: Mapping[str, Value]) -> pa.Table:
        return pa.table({"venue": ["elsewhere"], "area": ["NL-1011"], "n": [1]})


class StrayEngine:
    def open(
        self, files: Mapping[str, Sequence[Path]], lists: Mapping[str, pa.Table]
    ) -> AbstractContextManager[StraySession]:
        return nullcontext(StraySession())


def test_a_count_of_a_cell_that_was_not_declared_stops_the_counting(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not declared"):
        count_tables(StrayEngine(), snapshot_of(tmp_path, []), None, keysets(), Bounds(), SALT)
