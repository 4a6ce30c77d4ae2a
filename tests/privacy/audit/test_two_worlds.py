"""The two-world audit at a size for every test run; `make audit` runs it on all pairs and mutants.

Some forty fresh releases of each world at a budget of mu 1. At alpha 1e-6 the real pipeline is accused no
more often than that; the mutant's worlds lie so far apart that no chance is left.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from privacy.policy import POLICY
from tests.privacy.audit import pipeline, two_worlds, worlds
from tests.privacy.audit.mutants import MUTANTS
from tests.privacy.audit.two_worlds import Seen, Told

AT_MU_1 = pipeline.at_mu(1.0, replace(POLICY, bounds=worlds.SMALL_BOUNDS))
ALPHA = 1e-6


def test_A_2_two_worlds_are_told_apart_no_better_than_claimed_and_without_bounds_they_are() -> None:
    (many,) = (pair for pair in worlds.pairs(worlds.base(worlds.SMALL)) if pair.name == "many")
    tables = pipeline.count(many.there, AT_MU_1), pipeline.count(many.gone, AT_MU_1)
    real = two_worlds.audit_pair(many, tables, AT_MU_1, 10, 30, ALPHA)
    assert real.claimed_mu == pytest.approx(1.0, abs=0.01)
    assert not real.caught, real
    (no_bound,) = (mutant for mutant in MUTANTS if mutant.name == "no bound")
    with no_bound.applied():
        broken = pipeline.count(many.there, AT_MU_1), pipeline.count(many.gone, AT_MU_1)
        assert two_worlds.audit_pair(many, broken, AT_MU_1, 8, 52, ALPHA).caught


def made(shift: float, runs: int, seed: int) -> Seen:
    """Made-up releases of twenty numbers, of which one moves."""
    numbers = np.random.default_rng(seed).normal(0, 1, (runs, 20))
    numbers[:, 7] += shift
    return Seen(numbers)


@pytest.mark.parametrize(("shift", "least", "most"), [(0.0, 0.0, 0.5), (2.0, 1.2, 2.0), (-2.0, 1.2, 2.0)])
def test_the_event_is_learnt_without_being_told(shift: float, least: float, most: float) -> None:
    """Fixed made-up numbers: the bound comes near the shift from below, whichever way it points."""
    told = Told((), {}, 1.0, 5.0, abs(shift))
    verdict = two_worlds.judge(made(shift, 1000, 1), made(0.0, 1000, 2), 300, told, 1e-4)
    assert least <= verdict.mu <= most
    assert verdict.caught == (shift != 0)


def test_a_cell_that_is_untold_is_seen() -> None:
    """What is missing from a release is a number of its own."""
    full = pa.table({"cell_id": ["a", "b"], **{name: [5.0, 7.0] for name in two_worlds.NUMBERS}})
    seen = two_worlds.columns(["a", "b"], [full, full.slice(0, 1)])
    assert seen.numbers.shape == (2, 24)
    assert (seen.numbers[0] != seen.numbers[1]).sum() == 2 * len(two_worlds.NUMBERS)


def test_every_runs_numbers_are_averaged_over_readings() -> None:
    tables = [
        pa.table({"noisy": [n, None], "estimate": [float(n), 1.0], "low": [0.0, 0.0], "high": [9.0, 9.0]})
        for n in (2, 4)
    ]
    mean = two_worlds._averaged(tables)
    assert mean["noisy"].to_pylist() == [3.0, None]
    assert mean["estimate"].to_pylist() == [3.0, 1.0]
