"""The postcode table counts first venues; the released bands say how much of the core that is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.consistency import Forest, least_squares
from privacy.estimate import estimate_cells
from privacy.first_venues import BANDS, as_core, pairs_per_first
from privacy.fitting import NoisyTable
from privacy.policy import FIRST_SPREAD
from tests.privacy.small_network import REGIONS, exact_tables, keyset_of


def a_table(measure: str, counts: list[int], scale: float = 0.0) -> NoisyTable:
    return NoisyTable(measure, measure, "cell", keyset_of(measure), np.array(counts, dtype=np.int64), scale)


def test_each_band_counts_its_venues_up_to_the_bounds() -> None:
    bands = a_table(BANDS, [100, 20, 10, 5, 2, 1, 0, 1])
    first = 100 + 2 * (20 + 10 + 5 + 2 + 1 + 1)
    core = 100 + 40 + 30 + 20 + 2 * 5.5 + 6 + 6
    assert pairs_per_first(bands) == pytest.approx(core / first)


def test_noise_below_nothing_and_an_empty_network_change_nothing() -> None:
    assert pairs_per_first(a_table(BANDS, [100, 20, -10, -5, 0, 0, 0, -3])) == 1.0
    assert pairs_per_first(a_table(BANDS, [0, -1, 0, 0, 0, 0, 0, 0])) == 1.0


def test_without_bands_the_first_venues_speak_for_themselves() -> None:
    first = next(t for t in exact_tables() if t.measure == "reach_by_area_first")
    table = a_table(first.measure, first.counts.tolist())
    assert as_core(table, {}).factor == 1.0
    assert as_core(table, {}).measure == "reach_by_area"
    assert not as_core(table, {}).drawn, "no integer of it stands in the release, whatever the factor"


def test_estimates_of_areas_speak_of_the_core_and_say_how_sure_the_factor_is() -> None:
    bands = [7000, 1000, 500, 0, 0, 0, 0, 0]
    tables = [
        a_table(t.measure, t.counts.tolist(), scale=1e-3) for t in exact_tables() if "@" not in t.measure
    ]
    # Without the partitions beside it, nothing tells the sum of the areas better than they do.
    others = (BANDS, "reach_by_area", "attendance_bands", "reach_by_channel")
    tables = [t for t in tables if t.measure not in others] + [a_table(BANDS, bands, 1e-3)]
    cells = {cell["cell_id"]: cell for cell in estimate_cells(tables, REGIONS).to_pylist()}
    raw = next(c for c in cells.values() if c["measure"] == "reach_by_area_first" and c["noisy"] > 500)
    core = cells[raw["cell_id"].replace("_first", "")]
    factor = (7000 + 2000 + 1500) / (7000 + 2000 + 1000)
    assert core["noisy"] is None
    assert core["fit"] == pytest.approx(raw["noisy"] * factor, rel=1e-3)
    assert core["sigma"] == pytest.approx(FIRST_SPREAD * (factor - 1) * raw["noisy"], rel=0.01)


def test_a_better_known_total_mends_what_the_factor_got_wrong_and_says_so() -> None:
    """The areas of a district are off together: where its total is known, they are moved by their size."""
    forest = Forest(np.array([-1, 0, 0]), np.array([0]))
    noise = np.array([1.0, 1.0, 1.0])
    off_by_a_tenth = np.array([1100.0, 900.0, 90.0])
    factor = np.array([0.0, 90.0, 9.0])
    plain, _ = least_squares(forest, off_by_a_tenth, noise)
    fitted, variance = least_squares(forest, off_by_a_tenth, noise, factor)
    assert plain[1] - 900.0 == pytest.approx(plain[2] - 90.0)
    assert fitted == pytest.approx([1100.0, 1000.0, 100.0], abs=1.0)
    assert np.sqrt(variance[1]) < 2.0  # the total has told the factor


@settings(max_examples=60)
@given(st.lists(st.floats(0.0, 50.0), min_size=3, max_size=3), st.floats(0.1, 20.0))
def test_errors_that_leaves_share_are_fitted_as_dense_least_squares_would(
    shared: list[float], root: float
) -> None:
    forest = Forest(np.array([-1, 0, 0, 1, 1]), np.array([0, 1]))
    design = np.array([[1, 1, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    observed = np.array([100.0, 55.0, 40.0, 30.0, 20.0])
    variance = np.array([root, 4.0, 9.0, 2.0, 3.0])
    together = np.array([0.0, 0.0, *shared])
    covariance = np.diag(variance)
    for group in ([2], [3, 4]):
        covariance[np.ix_(group, group)] += np.outer(together[group], together[group])
    inverse = np.linalg.inv(covariance)
    spread = np.linalg.inv(design.T @ inverse @ design)
    dense = spread @ design.T @ inverse @ observed
    found, told = least_squares(forest, observed, variance, together)
    assert found == pytest.approx(design @ dense, rel=1e-6)
    assert told == pytest.approx(np.diag(design @ spread @ design.T), rel=1e-6)
