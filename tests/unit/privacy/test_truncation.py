"""What the bounds leave out is estimated from drawn tables alone; intervals allow for it."""

from __future__ import annotations

import numpy as np
import pytest

from privacy.estimate import estimate_cells
from privacy.fitting import NoisyTable
from privacy.policy import BEYOND_SPREAD
from privacy.truncation import allow_for_bounds, shares_left_out
from tests.privacy.made_cells import a_cell, a_table
from tests.privacy.small_network import VENUES, exact_tables, keyset_of


def noisy(measure: str, counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], scale: float) -> NoisyTable:
    return NoisyTable(measure, measure, "cell", keyset_of(measure), counts.ravel(), scale)


def drawn(scale: float = 0.0, **changed: list[int]) -> dict[str, NoisyTable]:
    """The small network's tables as they would be drawn, with what is said here instead."""
    tables = {t.measure: noisy(t.measure, t.counts, scale) for t in exact_tables()}
    for measure, counts in changed.items():
        tables[measure] = noisy(measure, np.array(counts, dtype=np.int64), scale)
    return tables


def test_a_share_is_what_is_beyond_over_what_was_counted() -> None:
    tables = drawn(visits_beyond=[3000, 0], kinds_beyond=[0, 50, 0, 7])
    shares = shares_left_out(tables)
    assert shares["visits"] == pytest.approx(3000 / tables["visits"].noisy.sum())
    assert shares["visits_per_booker"] == shares["visits"]
    assert shares["tickets"] == 0
    assert shares["reach_by_genre"] == 0
    assert shares["reach_by_product_class"] == pytest.approx(
        50 / tables["reach_by_product_class"].noisy.sum()
    )
    classes = tables["network_reach_by_product_class"].noisy.sum()
    assert shares["network_reach_by_product_class"] == pytest.approx(7 / classes)
    tail = tables["reach_beyond"].noisy.sum() / tables["reach_by_area"].noisy.sum()
    assert shares["attendance_bands"] == pytest.approx(tail)
    assert "network_reach_by_area" not in shares


def test_crossover_misses_the_pairs_of_those_who_visited_more_venues_than_are_paired() -> None:
    bands = [0, 0, 0, 0, 0, 3, 10, 1]
    tables = drawn(network_venues_per_booker=bands)
    missed = 3 * (36 - 28) + 10 * (105 - 28) + (276 - 28)
    assert shares_left_out(tables)["crossover"] == pytest.approx(missed / tables["crossover"].noisy.sum())


def test_a_share_is_read_one_standard_error_up_and_never_below_nothing() -> None:
    tables = drawn(scale=500.0, visits_beyond=[-4000, 4000])
    shares = shares_left_out(tables)
    assert shares["visits"] == pytest.approx(500 / tables["visits"].noisy.sum())
    assert shares["tickets"] == pytest.approx(4500 / tables["tickets"].noisy.sum())


@pytest.mark.parametrize("left_out", [60_000, 10])
def test_every_interval_reaches_up_by_what_one_cell_may_miss(left_out: int) -> None:
    tables = drawn(scale=80.0, visits_beyond=[left_out, 0])
    share = shares_left_out(tables)["visits"]
    cells = estimate_cells(list(tables.values()), {}).to_pylist()
    venue = VENUES[0]
    visits = next(c for c in cells if c["measure"] == "visits" and c["venue"] == venue)
    margin = 1.959963984540054 * visits["sigma"]
    assert visits["beyond"] == pytest.approx(share * visits["estimate"])
    assert visits["low"] == pytest.approx(visits["fit"] - margin)
    assert visits["high"] == pytest.approx(visits["fit"] + margin + BEYOND_SPREAD * visits["beyond"])


def test_a_small_pair_of_venues_may_miss_as_much_as_a_middling_one() -> None:
    rows = [a_cell("crossover", value, venue="a", label=str(n)) for n, value in enumerate((0.0, 30.0, 90.0))]
    allowed = allow_for_bounds(a_table([*rows, a_cell("reach_by_area", 0.0, venue="a")]), {"crossover": 0.1})
    assert allowed["beyond"].to_pylist() == pytest.approx([4.0, 4.0, 9.0, 0.0])


def test_visits_left_out_lower_the_share_of_visits_without_a_booker() -> None:
    none, many = (
        next(
            c
            for c in estimate_cells(list(drawn(scale=5.0, visits_beyond=[n, 0]).values()), {}).to_pylist()
            if c["measure"] == "unidentified_share" and c["venue"] == VENUES[0]
        )
        for n in (0, 60_000)
    )
    assert many["low"] < none["low"]
    assert many["high"] == none["high"]
    assert many["beyond"] == 0
