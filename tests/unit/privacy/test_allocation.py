"""The budget is divided for the least weighted error, and the policy's shares are what that finds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from privacy.allocation import WHOLE, Tree, Wanted, divide, expected
from privacy.consistency import NO_GROUP, Forest, least_squares
from privacy.policy import POLICY, TABLES, VENUE_TREE, wanted

ALONE = [Wanted("a", 1.0, 10.0, 1.0), Wanted("b", 8.0, 10.0, 1.0), Wanted("c", 1.0, 10.0, 27.0)]
TREE = Tree((("top", 1), ("mid", 3), ("fine", 4)), (("beside", 2),), roughness=1e6)
SUMMED = [Wanted(name, 1.0, 100.0, 1.0) for name in ("top", "mid", "fine", "beside")]


def test_the_policys_shares_are_those_of_the_least_expected_error() -> None:
    assert {plan.name: plan.per_mille for plan in TABLES} == divide(wanted(POLICY), [VENUE_TREE])


def test_tables_that_stand_alone_get_the_two_thirds_power_of_what_they_need() -> None:
    """Minimising the sum of c / sqrt(s) with a given sum of s has this closed form (Lagrange)."""
    shares = divide(ALONE, [])
    power = np.array([1.0, 8.0, 27.0]) ** (2 / 3)
    assert sum(shares.values()) == WHOLE
    assert list(shares.values()) == pytest.approx(WHOLE * power / power.sum(), abs=2)


def test_no_small_change_of_the_shares_is_better() -> None:
    for tables, trees in ((ALONE, []), (SUMMED, [TREE]), (wanted(POLICY), [VENUE_TREE])):
        best = {name: part / WHOLE for name, part in divide(tables, trees).items()}
        reached = expected(best, tables, trees)
        for giver, given in best.items():
            for taker, taken in best.items():
                moved = {**best, giver: given * 0.9, taker: taken + given * 0.1}
                if giver != taker and given > 0.02:
                    assert expected(moved, tables, trees) > reached * 0.9995


def test_errors_of_a_tree_are_those_of_dense_least_squares() -> None:
    """Three branches of four leaves, with a partition in two beside it: variances by the fit itself."""
    share = {"top": 0.1, "mid": 0.2, "fine": 0.3, "beside": 0.4}
    group = [NO_GROUP, 0, 0, 0, *(1 + n // 4 for n in range(12)), 4, 4]
    forest = Forest(np.array(group), np.array([0, 1, 2, 3, 0]))
    kinds = ["top", *["mid"] * 3, *["fine"] * 12, *["beside"] * 2]
    variance = np.array([1 / share[kind] for kind in kinds])
    fitted = least_squares(forest, np.zeros(len(kinds)), variance)[1]
    exact = {kind: math.sqrt(fitted[kinds.index(kind)]) for kind in share}
    for kind in share:
        alone = [Wanted(name, 1.0, 100.0, float(name == kind)) for name in share]
        assert 100 * expected(share, alone, [TREE]) == pytest.approx(exact[kind])


def test_roughness_says_how_much_leaning_helps_the_finest_cells() -> None:
    share = dict.fromkeys(("top", "mid", "fine", "beside"), 0.25)
    fine = [Wanted(name, 1000.0, 100.0, float(name == "fine")) for name in share]
    smooth, rough = (
        expected(share, fine, [Tree(TREE.levels, TREE.beside, roughness)]) for roughness in (0.1, 1e6)
    )
    assert smooth == pytest.approx(0.1, rel=0.01)
    assert rough > 5
