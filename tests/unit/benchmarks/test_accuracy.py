"""The accuracy benchmark at a small size: its truth, its world and its arithmetic of errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from aggregation.bounds import Bounds
from benchmarks.accuracy.counted import Counted, Size, counted
from benchmarks.accuracy.evaluate import KEY, cells_of, compared, evaluation
from benchmarks.accuracy.fixed import FIXED, RHO
from benchmarks.accuracy.tickets import SEASON
from benchmarks.accuracy.world import lay_out
from privacy.policy import POLICY
from privacy.publish import protect
from privacy.workload import plan_release

SMALL = Size(tickets=6000, venues=9, areas=250)
OPEN = Bounds(
    first_venues=9,
    core_venues=9,
    tail_venues=10,
    crossover_venues=9,
    genres_per_venue=99,
    classes_per_venue=99,
    network_genres=99,
    network_classes=99,
    tickets_per_venue=10**6,
    tickets_per_order=10**6,
    visits_beyond=10**6,
    kinds_beyond=10**6,
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accuracy")


@pytest.fixture(scope="module")
def open_counts(cache: Path) -> Counted:
    return counted("gravity", OPEN, SMALL, cache=cache)


@pytest.fixture(scope="module")
def bounded(cache: Path, open_counts: Counted) -> Counted:
    return counted("gravity", Bounds(core_venues=2, tail_venues=3), SMALL, cache=cache)


def test_truth_is_what_the_production_path_counts_where_no_bound_bites(open_counts: Counted) -> None:
    for exact, true in zip(open_counts.exact, open_counts.truth, strict=True):
        assert exact.measure == true.measure
        np.testing.assert_array_equal(exact.counts, true.counts, err_msg=exact.measure)
        assert exact.counts.sum() > 0 or exact.measure.endswith("_beyond")


def test_bounding_leaves_something_out_and_never_adds(bounded: Counted) -> None:
    counts = {t.measure: t.counts for t in bounded.exact}
    true = {t.measure: t.counts for t in bounded.truth}
    assert counts["reach_by_area"].sum() < true["reach_by_area"].sum()
    by_venue = {
        name: c["reach_by_area"].reshape(9, -1).sum(axis=1) for name, c in (("b", counts), ("t", true))
    }
    assert (by_venue["b"] + counts["reach_beyond"] <= by_venue["t"]).all()
    assert counts["reach_beyond"].sum() > 0


def test_both_seasons_hold_the_stated_number_of_tickets(cache: Path, open_counts: Counted) -> None:
    files = sorted(cache.glob("*/lake/season=*/bucket=*/*.parquet"))
    for season in (SEASON, SEASON.previous):
        rows = pl.concat(pl.read_parquet(f) for f in files if f"season={season.start_year}" in str(f))
        assert rows.height == SMALL.tickets
        assert rows["booker"].null_count() == pytest.approx(SMALL.tickets / 8, rel=0.02)


def test_the_same_seed_makes_the_same_counts_and_another_seed_others(
    tmp_path: Path, open_counts: Counted
) -> None:
    again = counted("gravity", OPEN, SMALL, cache=tmp_path)
    other = counted("gravity", OPEN, SMALL, cache=tmp_path, seed=7)
    here, there, elsewhere = (c.truth[0].counts for c in (open_counts, again, other))
    np.testing.assert_array_equal(here, there)
    assert not np.array_equal(here, elsewhere)


def test_near_areas_go_more_in_one_world_and_not_in_the_other() -> None:
    """The share that goes to a venue from its own area, against what that venue has everywhere."""

    def nearness(name: str) -> float:
        world = lay_out(name, 3, 9, 250)
        shares = np.diff(world.choice, axis=2, prepend=0.0).mean(axis=0)
        at = [world.areas.index(area) for area in world.stands_in]
        return float(np.mean([np.log(shares[a, v] / shares[:, v].mean()) for v, a in enumerate(at)]))

    # The mean over 9 venues of the logarithm of such a factor has a standard error of 0.5, and lies below 0.
    assert nearness("gravity") > 1.0 > nearness("scattered")


def test_every_released_cell_is_judged_and_one_without_noise_is_found_right(
    cache: Path, open_counts: Counted
) -> None:
    data = counted("gravity", POLICY.bounds, SMALL, cache=cache)
    regions = data.world.regions
    # As if nobody knew a third venue: else what the first venues say of the core is an estimate all the same.
    core = next(t.counts for t in data.exact if t.measure == "reach_by_area")
    alike = [replace(t, counts=core) if t.measure == "reach_by_area_first" else t for t in data.exact]
    tables = [t for t in alike if t.measure != "network_venues_per_booker"]
    release = protect(tables, replace(POLICY, noiseless=True), regions).cells
    found = compared(release, cells_of(alike, regions, "bounded"), cells_of(data.truth, regions, "truth"))
    assert found.height == sum(status != "withheld" for status in release["status"].to_pylist())
    np.testing.assert_allclose(found["estimate"], found["bounded"], atol=1e-3)


def test_the_fixed_workload_costs_epsilon_one_and_no_more(bounded: Counted) -> None:
    measures = {plan.measure for plan in FIXED.tables}
    exact = [t for t in bounded.exact if t.measure in measures]
    charges = plan_release(exact, FIXED, bounded.world.regions).charges
    assert all(charge.loss <= RHO for charge in charges)
    own = next(charge for charge in charges if charge.season == SEASON)
    assert own.loss.nano_rho > 0.999 * RHO.nano_rho


def a_comparison() -> pl.DataFrame:
    """Four cells of one table; off by 10 of 100, 0 of 50, 2 of 4 and 3 of 0."""
    return pl.DataFrame(
        {
            "measure": ["visits"] * 4,
            "level": ["cell"] * 4,
            "venue": ["a", "b", "c", "d"],
            "label": [""] * 4,
            "noisy": [120, 50, 6, -3],
            "estimate": [110.0, 50.0, 6.0, 3.0],
            "low": [101.0, 40.0, 0.0, 0.0],
            "high": [119.0, 60.0, 12.0, 5.0],
            "bounded": [102.0, 50.0, 4.0, 0.0],
            "truth": [100.0, 50.0, 4.0, 0.0],
        }
    )


def test_errors_are_sorted_by_the_true_size_of_the_cell() -> None:
    (row,) = evaluation([a_comparison()]).to_dicts()
    assert row["100 and more"] == pytest.approx(0.10)
    assert row["20 to 99"] == 0.0
    assert row["1 to 19"] == pytest.approx(0.5)
    assert row["raw, 100 and more"] == pytest.approx(0.20)
    assert row["mean where none"] == 3.0
    assert [row[f"cells of {name}"] for name in ("100 and more", "20 to 99", "1 to 19")] == [1, 1, 1]


def test_rmse_takes_all_cells_and_coverage_both_targets() -> None:
    (row,) = evaluation([a_comparison()]).to_dicts()
    assert row["rmse"] == pytest.approx(np.sqrt((10**2 + 0 + 2**2 + 3**2) / 4))
    assert row["rmse raw"] == pytest.approx(np.sqrt((20**2 + 0 + 2**2 + 3**2) / 4))
    assert row["holds the bounded"] == 1.0
    assert row["holds the truth"] == 0.75
    assert row["left out"] == pytest.approx(1 - 156 / 154)


def test_draws_are_pooled_and_a_withheld_cell_is_not_judged() -> None:
    one, two = a_comparison(), a_comparison().with_columns(estimate=pl.col("truth"))
    (row,) = evaluation([one, two]).to_dicts()
    assert row["cells"] == 8
    assert row["100 and more"] == pytest.approx(0.05)
    known = one.select([*KEY, "truth"]).rename({"truth": "bounded"})
    told = one.drop("bounded", "truth").with_columns(status=pl.Series(["withheld"] + ["released"] * 3))
    assert compared(told.to_arrow(), known, known.rename({"bounded": "truth"})).height == 3
