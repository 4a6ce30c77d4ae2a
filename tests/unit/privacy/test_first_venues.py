"""The postcode table counts first venues; the released bands say how much of the core that is."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_estimates_of_areas_speak_of_the_core_and_say_how_sure_the_factor_is() -> None:
    bands = [7000, 1000, 500, 0, 0, 0, 0, 0]
    tables = [
        a_table(t.measure, t.counts.tolist(), scale=1e-3) for t in exact_tables() if "@" not in t.measure
    ]
    tables = [t for t in tables if t.measure not in (BANDS, "reach_by_area")] + [a_table(BANDS, bands, 1e-3)]
    cells = {cell["cell_id"]: cell for cell in estimate_cells(tables, REGIONS).to_pylist()}
    raw = next(c for c in cells.values() if c["measure"] == "reach_by_area_first" and c["noisy"] > 500)
    core = cells[raw["cell_id"].replace("_first", "")]
    factor = (7000 + 2000 + 1500) / (7000 + 2000 + 1000)
    assert core["noisy"] is None
    assert core["fit"] == pytest.approx(raw["noisy"] * factor, rel=0.05)
    assert core["sigma"] == pytest.approx(FIRST_SPREAD * (factor - 1) * core["estimate"], rel=0.01)
