"""The policy's constants hang together; what is expected before a draw is what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privacy.budget import Budget, PrivacyLoss, Purpose
from privacy.expectation import expected_error, other_margins, plan_scale
from privacy.mechanisms import epsilon
from privacy.policy import (
    BOUNDS,
    BUDGET,
    NETWORK_PARTITIONS,
    POLICY,
    TABLES,
    VENUE_PARTITIONS,
    Policy,
    reliability,
    shares,
)
from privacy.publish import protect
from privacy.workload import Publication, districts, plan_release, regions_of
from tests.privacy.desk import a_publication
from tests.privacy.small_network import REGIONS, exact_tables


def test_all_shares_are_given_out_and_each_table_has_a_reason():
    assert sum(shares(POLICY).values()) == 1000
    assert len(shares(POLICY)) == len(TABLES)
    assert all(plan.why and plan.per_mille > 0 and plan.typical > 0 < plan.aim for plan in TABLES)


def test_partitions_are_tables_of_the_workload():
    measures = {plan.measure for plan in TABLES}
    assert measures.issuperset(VENUE_PARTITIONS + NETWORK_PARTITIONS)


def test_any_change_of_the_promise_changes_its_digest():
    changed = [
        replace(POLICY, version="later"),
        replace(POLICY, unit="one ticket"),
        replace(POLICY, bounds=replace(BOUNDS, core_venues=7)),
        replace(POLICY, tables=(replace(TABLES[0], per_mille=TABLES[0].per_mille - 1), *TABLES[1:])),
        replace(
            POLICY, budget=Budget(PrivacyLoss(1_000_000_000), PrivacyLoss(2_000_000_000), BUDGET.percent)
        ),
        replace(POLICY, noiseless=True),
    ]
    assert len({policy.digest for policy in (POLICY, *changed)}) == 7


def test_a_policy_that_gives_out_more_than_there_is_cannot_be_built():
    with pytest.raises(ValueError, match="at most the whole"):
        Policy("x", "x", BUDGET, BOUNDS, (*TABLES, replace(TABLES[0], level="x", per_mille=1)))


def test_a_policy_that_looks_back_too_dearly_cannot_be_built():
    dear = tuple(replace(plan, per_mille=300 if plan.measure == "returning" else 10) for plan in TABLES)
    with pytest.raises(ValueError, match="look back"):
        Policy("x", "x", BUDGET, BOUNDS, dear)


def test_the_parts_of_a_season_are_the_split_of_the_design():
    assert {p.value: BUDGET.percent[p] for p in Purpose} == {"own": 80, "look_back": 15, "correction": 5}


@pytest.mark.parametrize(
    ("estimate", "low", "high", "word"),
    [
        (1000, 950, 1050, "firm"),
        (1000, 900, 1100, "firm"),
        (1000, 890, 1110, "indicative"),
        (1000, 690, 1310, "uncharted"),
        (0, 0, 10, "uncharted"),
        (1000, 0, float("inf"), "uncharted"),
    ],
)
def test_D_05_N_10_reliability_is_judged_on_the_released_value_and_its_interval(estimate, low, high, word):
    assert reliability(estimate, low, high) == word


def test_the_announced_scale_is_the_scale_that_is_drawn():
    planned = {fact.name: fact.scale for fact in plan_release(exact_tables(), POLICY, REGIONS).facts}
    assert planned == {plan.name: plan_scale(POLICY, plan) for plan in TABLES}
    assert {e.name: e.scale for e in expected_error(POLICY)} == planned


def test_expected_errors_use_the_last_release_where_there_is_one():
    cells = protect(exact_tables(size=40_000), POLICY, REGIONS).cells
    before = {e.name: e for e in expected_error(POLICY)}
    after = {e.name: e for e in expected_error(POLICY, cells)}
    assert not any(e.from_release for e in before.values())
    assert after["reach_by_area@core"].from_release
    assert after["reach_by_area@core"].typical > 20_000 > before["reach_by_area@core"].typical
    assert after["reach_by_area@core"].relative < before["reach_by_area@core"].relative
    assert after["visits"].half_width == before["visits"].half_width


def test_what_two_people_approve_binds_every_part():
    one = a_publication()
    others = [
        replace(one, **{field: "other"})
        for field in ("input_digest", "keyset_digest", "regions_digest", "policy_digest", "workload")
    ]
    assert len({p.digest for p in (one, replace(one, edition=2), *others)}) == 7
    assert isinstance(one, Publication)


def test_a_district_that_lies_in_two_regions_is_two_districts():
    areas = ("NL-1011", "NL-1012", "NL-1090", "BE-1000", "unknown", "abroad")
    regions = {"NL-1011": "North", "NL-1012": "North", "NL-1090": "South", "BE-1000": "Brussels"}
    assert districts(areas, regions) == [
        "NL-10 (North)", "NL-10 (North)", "NL-10 (South)", "BE-10", "unknown", "abroad",
    ]  # fmt: skip
    assert regions_of(areas, regions) == ["North", "North", "South", "Brussels", "unknown", "abroad"]


def test_a_measure_counted_twice_is_refused():
    tables = exact_tables()
    with pytest.raises(ValueError, match="once"):
        plan_release((*tables, tables[3]), POLICY, REGIONS)


def test_other_epsilons_say_by_how_much_every_margin_would_change():
    """Half the epsilon is a little more than twice the noise, since a fixed delta takes its part."""
    margins = other_margins(POLICY)
    assert list(margins) == [0.5, 2.0, 4.0]
    assert 1.9 < margins[0.5] < 2.1
    assert 0.5 < margins[2.0] < 0.55
    rho = {wanted: POLICY.budget.plan.nano_rho / factor**2 for wanted, factor in margins.items()}
    for wanted, nano in rho.items():
        assert epsilon(PrivacyLoss(round(nano)), 1e-6) == pytest.approx(wanted, rel=1e-4)
