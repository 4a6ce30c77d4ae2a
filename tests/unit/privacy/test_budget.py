"""Losses are exact whole numbers; an account says yes or no without a float."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.seasons import Season
from privacy.budget import NANO, NOTHING, Budget, BudgetExhaustedError, Charge, PrivacyLoss, Purpose

PARTS = {Purpose.OWN: 80, Purpose.LOOK_BACK: 15, Purpose.CORRECTION: 5}
BUDGET = Budget(PrivacyLoss(1000), PrivacyLoss(3000), PARTS)


def _charge(nano: int, purpose: Purpose = Purpose.OWN) -> Charge:
    return Charge(Season(2025), purpose, PrivacyLoss(nano))


@given(st.floats(0, 100))
def test_a_loss_covers_its_rho_and_not_a_nano_more(rho):
    loss = PrivacyLoss.from_rho(rho)
    assert Fraction(rho) * NANO <= loss.nano_rho < Fraction(rho) * NANO + 1


@pytest.mark.parametrize("rho", [math.inf, math.nan, -0.1])
def test_a_loss_that_is_no_loss_cannot_be_built(rho):
    with pytest.raises(ValueError):
        PrivacyLoss.from_rho(rho)


@pytest.mark.parametrize("nano", [1.0, True, "1"])
def test_a_loss_is_a_whole_number(nano):
    with pytest.raises(TypeError):
        PrivacyLoss(nano)


def test_ten_thousand_losses_add_up_exactly():
    assert PrivacyLoss.total([PrivacyLoss.from_rho(0.1)] * 10_000).nano_rho == 10_000 * 100_000_001
    assert PrivacyLoss(1) + PrivacyLoss(2) == PrivacyLoss(3)
    assert PrivacyLoss(24_355_000).rho == 0.024355


@pytest.mark.parametrize(
    ("charge", "spent", "fits"),
    [
        (_charge(800), {}, True),
        (_charge(801), {}, False),
        (_charge(1), {Purpose.OWN: PrivacyLoss(800)}, False),
        # Another purpose's spending leaves this part alone ...
        (_charge(150, Purpose.LOOK_BACK), {Purpose.OWN: PrivacyLoss(800)}, True),
        # ... unless it went beyond its own part and the plan is full.
        (_charge(150, Purpose.LOOK_BACK), {Purpose.OWN: PrivacyLoss(851)}, False),
        (_charge(50, Purpose.CORRECTION), {Purpose.OWN: PrivacyLoss(800)}, True),
        (_charge(51, Purpose.CORRECTION), {}, False),
    ],
)
def test_a_charge_fits_its_part_of_the_plan_or_is_refused(charge, spent, fits):
    if fits:
        BUDGET.check(charge, spent, beyond_plan=False)
    else:
        with pytest.raises(BudgetExhaustedError, match="Nothing was charged"):
            BUDGET.check(charge, spent, beyond_plan=False)


def test_beyond_the_plan_all_purposes_together_stay_within_the_limit():
    spent = {Purpose.OWN: PrivacyLoss(2000), Purpose.LOOK_BACK: PrivacyLoss(150)}
    BUDGET.check(_charge(850), spent, beyond_plan=True)
    with pytest.raises(BudgetExhaustedError, match="851 nano-rho asked, 850 left in the hard limit"):
        BUDGET.check(_charge(851), spent, beyond_plan=True)


def test_a_budget_that_contradicts_itself_cannot_be_built():
    with pytest.raises(ValueError, match="hard limit"):
        Budget(PrivacyLoss(2), PrivacyLoss(1), PARTS)
    with pytest.raises(ValueError, match="100 %"):
        Budget(NOTHING, PrivacyLoss(1), PARTS | {Purpose.OWN: 81})
