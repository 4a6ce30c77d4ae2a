"""Intervals of ratios, shares and differences hold; many values at once are told with few mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from privacy.figures import Estimates
from privacy.figures import ratio as ratios
from reports.uncertainty import Value, certainty, difference, discoveries, distinguishable, ratio, share

DRAWS = 4000
# A true coverage of 95 % falls below 93 % of 4,000 draws less than once in a million runs.
LEAST = 0.93


def covered(values: list[Value], truth: float) -> float:
    return float(np.mean([value.low <= truth <= value.high for value in values]))


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(20261101)


@pytest.mark.parametrize(
    ("part", "whole", "sigma"), [(400, 1200, 20), (60, 300, 12), (30, 9000, 10), (5000, 2100, 40)]
)
def test_the_interval_of_a_ratio_covers_the_truth(
    random: np.random.Generator, part: int, whole: int, sigma: int
) -> None:
    above, below = random.normal(part, sigma, DRAWS), random.normal(whole, sigma, DRAWS)
    found = [ratio(Value.of(a, sigma), Value.of(b, sigma)) for a, b in zip(above, below, strict=True)]
    told = [value for value in found if value is not None]
    assert len(told) > 0.99 * DRAWS
    assert LEAST <= covered(told, part / whole) <= 0.97


def test_the_interval_of_a_share_covers_near_nothing_and_near_all(random: np.random.Generator) -> None:
    for part in (2.0, 990.0):
        draws = zip(random.normal(part, 12, DRAWS), random.normal(1000, 12, DRAWS), strict=True)
        found = [share(Value.of(a, 12), Value.of(b, 12)) for a, b in draws]
        told = [value for value in found if value is not None]
        assert all(0 <= value.low <= value.high <= 1 for value in told)
        assert covered(told, part / 1000) >= LEAST


def test_a_part_that_shares_the_noise_of_its_whole_is_covered_too(random: np.random.Generator) -> None:
    """After the fit a part is positively correlated with its whole; leaving that out only widens."""
    noise, rest = random.normal(0, 15, DRAWS), random.normal(0, 15, DRAWS)
    wholes = noise + rest
    found = [
        ratio(Value.of(300 + a, 15), Value.of(1000 + b, 15 * 2**0.5))
        for a, b in zip(noise, wholes, strict=True)
    ]
    assert covered([value for value in found if value is not None], 0.3) >= LEAST


def test_the_interval_of_a_difference_covers_the_truth(random: np.random.Generator) -> None:
    draws = zip(random.normal(400, 10, DRAWS), random.normal(380, 24, DRAWS), strict=True)
    found = [difference(Value.of(a, 10), Value.of(b, 24)) for a, b in draws]
    assert LEAST <= covered(found, 20) <= 0.97


def test_equal_values_are_seldom_told_apart(random: np.random.Generator) -> None:
    draws = zip(random.normal(400, 10, DRAWS), random.normal(400, 24, DRAWS), strict=True)
    told_apart = np.mean([distinguishable(Value.of(a, 10), Value.of(b, 24)) for a, b in draws])
    assert 0.03 <= told_apart <= 0.07


def test_the_mean_over_venues_is_covered_at_equal_weights(random: np.random.Generator) -> None:
    truth = np.array([100.0, 200, 400, 800])
    sigma = np.array([5.0, 10, 20, 40])
    means = [
        Estimates(random.normal(truth, sigma)[None, :], sigma[None, :]).mean_over_venues()
        for _ in range(DRAWS)
    ]
    values = [Value.of(float(mean.value[0]), float(mean.sigma[0])) for mean in means]
    assert LEAST <= covered(values, 375.0) <= 0.97


def test_a_ratio_over_next_to_nothing_is_not_told() -> None:
    assert ratio(Value.of(3, 1), Value.of(15, 10)) is None
    assert share(Value.of(3, 1), Value.of(15, 10)) is None
    found = ratios(Estimates(np.array([3.0]), np.array([1.0])), Estimates(np.array([15.0]), np.array([10.0])))
    assert np.isnan(found.value).all()


def test_one_ratio_is_the_same_in_both_places() -> None:
    one = ratio(Value.of(300, 15), Value.of(1000, 20))
    many = ratios(
        Estimates(np.array([300.0]), np.array([15.0])), Estimates(np.array([1000.0]), np.array([20.0]))
    )
    assert one is not None
    assert (one.estimate, one.sigma) == (pytest.approx(many.value[0]), pytest.approx(many.sigma[0]))


def test_a_known_covariance_narrows_a_ratio() -> None:
    wide = ratio(Value.of(300, 15), Value.of(1000, 20))
    narrow = ratio(Value.of(300, 15), Value.of(1000, 20), covariance=200)
    assert wide is not None
    assert narrow is not None
    assert narrow.sigma < wide.sigma


def test_few_of_the_areas_that_are_coloured_are_empty(random: np.random.Generator) -> None:
    truth = np.concatenate([np.zeros(3600), random.integers(40, 300, 400).astype(float)])
    mistakes = []
    for _ in range(20):
        found = discoveries([Value.of(v, 10) for v in random.normal(truth, 10)])
        told = np.array(found)
        mistakes.append((told & (truth == 0)).sum() / max(told.sum(), 1))
        assert told[truth > 60].mean() > 0.99
    assert np.mean(mistakes) <= 0.07
    assert discoveries([]) == []
    assert discoveries([Value.of(3, 0), Value.of(0, 0)]) == [True, False]


def test_what_the_noise_says_is_the_fit_and_not_an_estimate_that_leans() -> None:
    assert Value(50.0, 10.0, 40.4, 79.6, fit=60.0).signed == 60.0
    assert Value.of(50.0, 10.0).signed == 50.0
    assert discoveries([Value(2.0, 10.0, 2.0, 79.6, fit=60.0)]) == [True]
    assert discoveries([Value(60.0, 10.0, 0.0, 79.6, fit=2.0)]) == [False]


def test_an_interval_says_that_it_allows_for_what_the_bounds_leave_out() -> None:
    assert Value(50.0, 10.0, 30.0, 90.0, beyond=6.0).widened
    assert not Value(50.0, 10.0, 30.0, 70.0, beyond=4.0).widened


@pytest.mark.parametrize(
    ("value", "of_share", "expected"),
    [
        (Value.of(1000, 40), False, "clear"),
        (Value.of(1000, 100), False, "indicative"),
        (Value.of(1000, 200), False, "unclear"),
        (Value.of(0, 10), False, "unclear"),
        (Value.of(0.02, 0.03), True, "clear"),
        (Value.of(0.5, 0.1), True, "indicative"),
    ],
)
def test_how_sure_a_value_is(value: Value, of_share: bool, expected: str) -> None:
    assert certainty(value, of_share=of_share) == expected
