"""The release never costs more than the policy says, by OpenDP's map and by plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import opendp.prelude as dp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.bounds import TableBound, table_bounds
from aggregation.measures import MEASURES
from privacy.budget import NANO, PrivacyLoss, Purpose
from privacy.expectation import expected_charges
from privacy.mechanisms import Sensitivity, epsilon, release_loss, scale_for, table_loss
from privacy.policy import BOUNDS, BUDGET, LOOKS_BACK, POLICY, TABLES, declared_bounds
from privacy.publish import protect
from privacy.workload import plan_release
from tests.privacy.small_network import REGIONS, SEASON, VENUES, exact_tables, table

AREA_CELLS = 62


@pytest.fixture(scope="module")
def planned():
    return plan_release(exact_tables(), POLICY, REGIONS)


def test_opendp_map_of_the_whole_release_is_at_most_the_policy_in_every_season_it_reads(planned):
    dp.enable_features("contrib")
    space = (dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64"))
    for charge in planned.charges:
        maps = [
            dp.m.make_gaussian(*space, scale=fact.scale).map(fact.bounds[charge.season].l2)
            for fact in planned.facts
            if charge.season in fact.bounds
        ]
        assert sum(Fraction(m) for m in maps) * NANO <= charge.loss.nano_rho
        assert charge.loss <= POLICY.budget.part(charge.purpose)


def test_the_charge_is_recomputed_by_hand_from_bounds_and_scales(planned):
    for charge in planned.charges:
        by_hand = sum(
            Fraction(fact.bounds[charge.season].cells * fact.bounds[charge.season].size ** 2)
            / (2 * Fraction(fact.scale) ** 2)
            for fact in planned.facts
            if charge.season in fact.bounds
        )
        assert by_hand * NANO <= charge.loss.nano_rho <= by_hand * NANO + 2 * len(planned.facts)


def test_the_release_charges_the_season_itself_and_the_one_it_looks_back_to(planned):
    assert [(c.season, c.purpose) for c in planned.charges] == [
        (SEASON, Purpose.OWN),
        (SEASON.previous, Purpose.LOOK_BACK),
    ]


def test_without_an_earlier_season_only_the_season_itself_is_charged():
    planned = plan_release(exact_tables(look_back=False), POLICY, REGIONS)
    assert [charge.season for charge in planned.charges] == [SEASON]


def test_what_the_dry_run_announces_is_what_is_charged(planned):
    assert expected_charges(POLICY, SEASON, look_back=True) == planned.charges
    first_season = plan_release(exact_tables(look_back=False), POLICY, REGIONS)
    assert expected_charges(POLICY, SEASON, look_back=False) == first_season.charges


def test_N_01_the_shares_keep_to_the_split_of_the_season():
    own = PrivacyLoss.total(POLICY.loss(plan) for plan in TABLES)
    back = PrivacyLoss.total(POLICY.loss(plan) for plan in TABLES if plan.measure.endswith("returning"))
    assert own.nano_rho <= BUDGET.plan.nano_rho * 80 // 100
    assert back.nano_rho <= BUDGET.plan.nano_rho * 15 // 100


def test_plan_and_limit_are_the_epsilons_that_are_promised():
    assert 0.999 < epsilon(BUDGET.plan, 1e-6) <= 1.0
    assert 1.999 < epsilon(BUDGET.limit, 1e-6) <= 2.0


def test_counting_and_promise_state_the_same_bound_for_every_measure():
    promised = declared_bounds(BOUNDS)
    assert set(promised) == set(MEASURES) == {plan.measure for plan in TABLES}
    for measure in MEASURES.values():
        stated = table_bounds(measure, BOUNDS, SEASON)
        assert set(stated.values()) == {promised[measure.id]}
        assert (SEASON.previous in stated) == (measure.id in LOOKS_BACK)


def test_a_count_with_a_wider_bound_than_promised_is_refused():
    wide = replace(table("visits", np.zeros(len(VENUES))), bounds={SEASON: TableBound(6, 21)})
    with pytest.raises(ValueError, match="wider bound"):
        plan_release([wide], POLICY, REGIONS)


def test_a_table_that_the_policy_does_not_know_is_refused():
    stray = replace(table("visits", np.zeros(len(VENUES))), measure="spend_per_head")
    with pytest.raises(ValueError, match="spend_per_head"):
        protect([stray], POLICY, REGIONS)


@given(cells=st.integers(1, 400), size=st.integers(1, 50), nano=st.integers(1_000, 50_000_000))
@settings(max_examples=60, deadline=None)
def test_a_scale_never_costs_more_than_its_share_and_little_less(cells, size, nano):
    bound, share = Sensitivity(cells, size), PrivacyLoss(nano)
    cost = table_loss(bound, scale_for(bound, share))
    assert cost <= share
    assert cost.nano_rho >= nano * 0.995 - 2


@given(st.lists(st.tuples(st.integers(1, 70), st.integers(1, 20)), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_stacked_tables_cost_at_least_the_sum_of_their_parts(shapes):
    bounds = [Sensitivity(*shape) for shape in shapes]
    scales = [7.0 + n for n in range(len(bounds))]
    exact = sum(
        Fraction(b.cells * b.size**2) / (2 * Fraction(s) ** 2) for b, s in zip(bounds, scales, strict=True)
    )
    assert release_loss(bounds, scales).nano_rho >= exact * NANO


def test_an_l2_bound_is_never_rounded_down():
    for cells in range(1, 200):
        for size in (1, 3, 20):
            assert Fraction(Sensitivity(cells, size).l2) ** 2 >= cells * size**2


@given(
    st.lists(
        st.tuples(st.integers(0, len(VENUES) - 1), st.integers(0, AREA_CELLS - 1)),
        max_size=BOUNDS.core_venues,
        unique_by=lambda pair: pair[0],
    )
)
@settings(max_examples=80, deadline=None)
def test_taking_a_booker_away_moves_wider_levels_no_further_than_their_bound(pairs):
    """One area per core venue is the only shape that a booker has in a partition by area."""
    base = next(t for t in exact_tables(3) if t.measure == "reach_by_area")
    more = base.counts.reshape(len(VENUES), AREA_CELLS).copy()
    for venue, area in pairs:
        more[venue, area] += 1
    without, with_booker = (
        plan_release([t], POLICY, REGIONS) for t in (base, replace(base, counts=more.ravel()))
    )
    allowed = declared_bounds(BOUNDS)["reach_by_area"]
    assert set(without.draws) == {f"reach_by_area{at}" for at in ("@district", "@region", "@core")}
    for name, draw in without.draws.items():
        moved = with_booker.draws[name].counts - draw.counts
        assert np.abs(moved).max(initial=0) <= allowed.size
        assert np.count_nonzero(moved) <= allowed.cells
        assert math.sqrt(float((moved**2).sum())) <= draw.sensitivity.l2
