"""The odometer adds up what was spent, season by season, for someone who is there in several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.seasons import Season
from privacy.budget import PrivacyLoss, Purpose
from privacy.ledger import Account
from privacy.odometer import odometer
from privacy.policy import LIFETIMES, POLICY
from tests.privacy.test_bounds import SOME, THIS, check_moves, count, without
from tests.spec.rows import Row, booker_bytes
from tests.twins.random_rows import season_rows

PLAN = POLICY.budget.plan.nano_rho


def accounts(spent: dict[int, int]) -> list[Account]:
    return [
        Account(
            Season(year), {Purpose.OWN: PrivacyLoss(nano), Purpose.LOOK_BACK: PrivacyLoss(1)}, POLICY.budget
        )
        for year, nano in spent.items()
    ]


def test_N_01_the_lifetimes_are_those_that_the_policy_tells_about() -> None:
    found = odometer(accounts({2024: 7}), POLICY.budget)
    assert [one.seasons for one in found] == list(LIFETIMES) == [1, 2, 3, 5, 10]
    assert [one.planned.nano_rho for one in found] == [PLAN * n for n in LIFETIMES]
    assert [one.limit.nano_rho for one in found] == [POLICY.budget.limit.nano_rho * n for n in LIFETIMES]


@pytest.mark.parametrize(
    ("spent", "most"),
    [
        ({}, [0, 0, 0, 0, 0]),
        ({2024: 10}, [11, 11, 11, 11, 11]),
        # The dearest seasons lie apart: two in a row, or three, do not reach from one to the other.
        ({2020: 50, 2021: 1, 2023: 40}, [51, 53, 53, 94, 94]),
        ({2020: 1, 2021: 2, 2022: 3, 2023: 4}, [5, 9, 12, 14, 14]),
    ],
)
def test_what_was_spent_is_the_dearest_run_of_seasons(spent: dict[int, int], most: list[int]) -> None:
    assert [one.spent.nano_rho for one in odometer(accounts(spent), POLICY.budget)] == most


@given(st.dictionaries(st.integers(2000, 2030), st.integers(0, 10**8), max_size=12))
def test_no_run_of_seasons_costs_more_than_is_told(spent: dict[int, int]) -> None:
    """Whichever season somebody begins in."""
    told = {one.seasons: one.spent.nano_rho for one in odometer(accounts(spent), POLICY.budget)}
    for seasons, most in told.items():
        for first in range(1995, 2035):
            assert sum(nano + 1 for year, nano in spent.items() if first <= year < first + seasons) <= most


@SOME
@given(rows=season_rows(people=2), before=season_rows(2024, 2, most=8))
def test_taking_two_seasons_away_at_once_moves_a_release_no_further_than_the_later_one_alone(
    rows: list[Row], before: list[Row]
) -> None:
    """So that what seasons cost may be added up: nobody who is there twice weighs twice in one table."""
    gone = booker_bytes("b0")
    check_moves(count(rows, before), count(without(rows, gone), without(before, gone)), THIS)
