"""The audit's own arithmetic, against numbers that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from privacy.budget import PrivacyLoss
from tests.privacy.audit.chance import (
    clopper_pearson,
    least_epsilon,
    least_mu,
    least_one_run_epsilon,
    mu_of,
    one_run_chance,
)
from tests.privacy.audit.instruments import discrete_gaussian_cdf


@pytest.mark.parametrize(("successes", "trials"), [(0, 30), (3, 40), (40, 40), (700, 1000)])
def test_clopper_pearson_is_where_the_binomial_tails_are_half_alpha(successes: int, trials: int) -> None:
    low, high = clopper_pearson(successes, trials, 0.02)
    if successes:
        assert binom.sf(successes - 1, trials, low) == pytest.approx(0.01)
    if successes < trials:
        assert binom.cdf(successes, trials, high) == pytest.approx(0.01)
    assert low <= successes / trials <= high


def test_bounds_come_near_the_truth_from_below() -> None:
    """An event that a Gaussian of mu 2 shows, seen a million times."""
    hits, alarms = (round(1e6 * norm.cdf(shift)) for shift in (1.0, -1.0))
    assert 1.98 < least_mu(hits, alarms, 10**6, 1e-6) < 2.0
    log_ratio = math.log(norm.cdf(1.0) / norm.cdf(-1.0))
    assert log_ratio - 0.03 < least_epsilon(hits, alarms, 10**6, 1e-6, 0.0) < log_ratio


def test_an_event_that_says_nothing_proves_nothing() -> None:
    assert least_mu(500, 500, 1000, 0.01) == 0.0
    assert least_epsilon(0, 0, 1000, 0.01, 1e-6) == 0.0


def test_600_right_guesses_prove_epsilon_4_87_and_no_more() -> None:
    """The most that 600 guesses can prove at one in a hundred: q^600 = 0.01."""
    assert least_one_run_epsilon(2000, 600, 600, 0.01, 0.0) == pytest.approx(4.866, abs=0.001)


def test_blind_guesses_prove_nothing_and_delta_costs_something() -> None:
    assert least_one_run_epsilon(2000, 600, 320, 0.001, 0.0) == 0.0
    assert one_run_chance(2000, 600, 520, 1.0, 1e-3) > one_run_chance(2000, 600, 520, 1.0, 0.0)
    assert one_run_chance(10, 4, 2, 0.0, 0.0) == pytest.approx(11 / 16)


def test_mu_is_the_square_root_of_twice_rho() -> None:
    assert mu_of(PrivacyLoss(500_000_000)) == 1.0


@pytest.mark.parametrize("scale", [0.7, 3.0, 41.5])
def test_the_law_that_noise_is_held_to_is_the_discrete_gaussian(scale: float) -> None:
    values = np.arange(-2000, 2001)
    chances = np.diff(discrete_gaussian_cdf(values, scale), prepend=0.0)
    at = 2000 + round(scale)
    assert chances[at] / chances[2000] == pytest.approx(math.exp(-(round(scale) ** 2) / (2 * scale**2)))
    assert chances.sum() == pytest.approx(1.0)
    assert (chances * values).sum() == pytest.approx(0.0, abs=1e-9)
