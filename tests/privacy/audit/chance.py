"""How sure an audit is: counts of right guesses go in, the least loss that explains them comes out.

Each bound holds with probability 1 - alpha at least: the true loss is not below it.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import beta, binom, norm

from privacy.budget import PrivacyLoss

MOST_EPSILON = 50.0


def clopper_pearson(successes: int, trials: int, alpha: float) -> tuple[float, float]:
    """The exact interval of a chance, each side wrong with probability alpha / 2 at most."""
    low = beta.ppf(alpha / 2, successes, trials - successes + 1) if successes else 0.0
    high = beta.isf(alpha / 2, successes + 1, trials - successes) if successes < trials else 1.0
    return float(low), float(high)


def mu_of(loss: PrivacyLoss) -> float:
    """How many of its own standard deviations a Gaussian mechanism of this loss may move: sqrt(2 rho)."""
    return math.sqrt(2 * loss.rho)


def least_mu(hits: int, alarms: int, trials: int, alpha: float) -> float:
    """The least mu (Gaussian differential privacy) with which an event is this telling.

    `hits` of `trials` releases with the person show the event, `alarms` of as many without.
    """
    low, high = _edges(hits, alarms, trials, alpha)
    return max(0.0, float(norm.ppf(low) - norm.ppf(high)))


def least_epsilon(hits: int, alarms: int, trials: int, alpha: float, delta: float) -> float:
    """The least epsilon at this delta with which an event is this telling."""
    low, high = _edges(hits, alarms, trials, alpha)
    return max(0.0, math.log((low - delta) / high)) if low > delta else 0.0


def _edges(hits: int, alarms: int, trials: int, alpha: float) -> tuple[float, float]:
    return clopper_pearson(hits, trials, alpha)[0], clopper_pearson(alarms, trials, alpha)[1]


def one_run_chance(canaries: int, guesses: int, right: int, epsilon: float, delta: float) -> float:
    """The most probable it is to guess this many canaries right in one run of an (epsilon, delta) mechanism.

    Steinke, Nasr and Jagielski, Privacy auditing with one training run (2023), theorem 5.2: each guess is
    right with chance e^epsilon / (1 + e^epsilon) at most, and delta buys what the second sum says.
    """
    q = 1 / (1 + math.exp(-epsilon))
    beyond = float(binom.sf(right - 1, guesses, q))
    steps = np.arange(1, right + 1)
    within = np.cumsum(binom.pmf(right - steps, guesses, q))
    bought = float((within / steps).max(initial=0.0))
    return min(1.0, beyond + 2 * canaries * delta * bought)


def least_one_run_epsilon(canaries: int, guesses: int, right: int, alpha: float, delta: float) -> float:
    """The least epsilon that makes so many right guesses no rarer than alpha; 0 where luck explains them."""

    def short(epsilon: float) -> float:
        return one_run_chance(canaries, guesses, right, epsilon, delta) - alpha

    if short(0.0) >= 0:
        return 0.0
    return float(brentq(short, 0.0, MOST_EPSILON)) if short(MOST_EPSILON) > 0 else MOST_EPSILON
