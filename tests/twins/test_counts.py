"""DuckDB's counts are those of the plain-Python twin, cell by cell, on any data."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregation.bounds import Bounds
from aggregation.counts import count_tables
from aggregation.measures import MEASURES
from ingest.seasons import Season
from tests.spec.rows import ENGINE, SALT, Row, cells, snapshot_of
from tests.twins.plain import Twin
from tests.twins.random_rows import CURRENT, DECLARED, TIGHT, season_rows

LOOSE = Bounds()


def compare(rows: list[Row], before: list[Row], bounds: Bounds, buckets: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        this = snapshot_of(Path(folder), rows, Season(2025), CURRENT, buckets)
        previous = snapshot_of(Path(folder), before, Season(2024), CURRENT, buckets)
        tables = count_tables(ENGINE, this, previous, DECLARED, bounds, SALT)
    twin = Twin(rows, CURRENT, DECLARED, bounds, SALT)
    wanted = twin.tables(Twin(before, CURRENT, DECLARED, bounds, SALT))
    assert set(wanted) == set(MEASURES)
    for table in tables:
        assert cells(table) == {cell: n for cell, n in wanted[table.measure].items() if n}, table.measure


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=season_rows(), before=season_rows(2024, most=8), loose=st.booleans())
def test_every_table_equals_its_twin_on_any_season(rows: list[Row], before: list[Row], loose: bool) -> None:
    compare(rows, before, LOOSE if loose else TIGHT, buckets=1)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=season_rows(people=12, most=40), before=season_rows(2024, 12))
def test_counts_add_up_over_person_buckets(rows: list[Row], before: list[Row]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aggregation.relations.BYTES_AT_ONCE", 1)
        compare(rows, before, TIGHT, buckets=3)
