"""What the demo publishes holds against what was planted: raw export to released number, nothing replaced."""

from __future__ import annotations

import math

import polars as pl
import pytest

from ingest.seasons import Season
from service.runtime import open_runtime
from tests.conftest import BuiltDemo

pytestmark = pytest.mark.demo
SEASONS = ("2024/25", "2025/26")
# Nothing is cut from these: a booker has one cell a venue, and hardly anyone knows more than 20 venues.
WHOLE = (
    "reach",
    "network_reach",
    "network_reach_by_area",
    "network_attendance_bands",
    "network_venues_per_booker",
    "network_returning",
)
# Finer tables count a booker's first six venues only; the rest is stated as beyond the bound.
CORE = ("reach_by_area", "attendance_bands", "reach_by_channel", "returning")
# These are cut at some bookers, so their intervals allow for what the bounds leave out.
CUT = (
    "visits",
    "tickets",
    "reach_by_genre",
    "reach_by_product_class",
    "network_reach_by_genre",
    "network_reach_by_product_class",
    "attendance_bands",
    "reach_by_channel",
    "crossover",
)
FALSE_ALARM_SIGMAS = 4.8  # one in a million, one-sided


def joined(demo: BuiltDemo, season: str) -> pl.DataFrame:
    """One row for every released cell that the truth speaks of: estimate, low, high, count."""
    runtime = open_runtime(demo.settings)
    try:
        release = runtime.releases.open(f"{Season.parse(season).slug}.season.e1")
        cells = pl.DataFrame(release.cells())
    finally:
        runtime.close()
    truth = pl.read_parquet(demo.truth).filter(pl.col("season") == season)
    return (
        cells.filter(pl.col("level").is_in(["cell", "total"]))
        .join(truth, on=["measure", "venue", "label"], how="left")
        .with_columns(pl.col("count").fill_null(0))
    )


@pytest.mark.parametrize("season", SEASONS)
def test_intervals_hold_the_planted_truth(demo: BuiltDemo, season: str) -> None:
    """Pooled over all uncut cells: at least 93 %, less what a fair draw misses once in a million."""
    cells = joined(demo, season).filter(pl.col("measure").is_in(WHOLE))
    inside = cells.filter(pl.col("count").is_between(pl.col("low") - 0.5, pl.col("high") + 0.5)).height
    slack = FALSE_ALARM_SIGMAS * math.sqrt(0.93 * 0.07 / cells.height)
    assert cells.height > 4000
    assert inside / cells.height >= 0.93 - slack


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("measure", CUT)
def test_intervals_allow_for_what_the_bounds_leave_out(demo: BuiltDemo, season: str, measure: str) -> None:
    """Against what happened, not against the bounded count; a table at a time."""
    cells = joined(demo, season).filter(pl.col("measure") == measure)
    inside = cells.filter(pl.col("count").is_between(pl.col("low") - 0.5, pl.col("high") + 0.5)).height
    slack = FALSE_ALARM_SIGMAS * math.sqrt(0.93 * 0.07 / cells.height)
    assert cells.height
    assert inside / cells.height >= 0.93 - slack


@pytest.mark.parametrize("season", SEASONS)
@pytest.mark.parametrize("measure", CORE)
def test_core_tables_miss_only_what_is_beyond_the_bound(demo: BuiltDemo, season: str, measure: str) -> None:
    """A table's sum is the truth less at most the bookers beyond their core, give or take the noise."""
    cells = joined(demo, season)
    table = cells.filter(pl.col("measure") == measure)
    if table.is_empty():
        assert (measure, season) == ("returning", SEASONS[0])
        return
    true = table["count"].sum()
    beyond = cells.filter(pl.col("measure") == "reach_beyond")
    noise = FALSE_ALARM_SIGMAS * math.sqrt(table["sigma"].pow(2).sum() + beyond["sigma"].pow(2).sum())
    released = table["noisy"].sum()
    assert released <= true + noise
    assert released >= true - beyond["estimate"].sum() - noise


def test_every_planted_row_is_read_and_accounted_for(demo: BuiltDemo) -> None:
    """Receive loses nothing: what prepare wrote is what the lake holds."""
    runtime = open_runtime(demo.settings)
    try:
        stored = sum(
            pl.scan_parquet(path).select(pl.len()).collect().item()
            for season in SEASONS
            for path in runtime.lake.files(Season.parse(season))
        )
    finally:
        runtime.close()
    folder = demo.settings.data.parent / "extracts"
    written = sum(path.read_bytes().count(b"\n") - 2 for path in folder.glob("*.foyer.csv"))
    assert stored == written > 0


def test_reach_is_told_apart_by_season_and_never_by_chance(demo: BuiltDemo) -> None:
    """Every venue's released reach lies within five standard errors of the planted reach."""
    for season in SEASONS:
        reach = joined(demo, season).filter((pl.col("measure") == "reach") & (pl.col("venue") != ""))
        assert reach.height == 24
        off = reach.select(((pl.col("estimate") - pl.col("count")).abs() / pl.col("sigma")).max()).item()
        assert off < 5
