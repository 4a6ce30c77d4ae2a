"""What noise costs: bounds and scales in; rho in exact fractions, and the epsilon it means, out.

For the discrete Gaussian with parameter `scale` on whole numbers, moving the counts by at most
`size * sqrt(cells)` costs rho = cells * size^2 / (2 scale^2) in zero-concentrated differential privacy
(Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy", 2020, theorem 4), and
independent tables add up. What rho means at a delta is their proposition 12: the smallest over alpha of
exp((alpha - 1)(alpha rho - epsilon)) (1 - 1/alpha)^alpha / (alpha - 1) is a delta for which it holds.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

NANO = 1_000_000_000
STEPS = 100


def rho(cells: int, size: int, scale: float) -> Fraction:
    """One table's loss for one unit, exactly."""
    return Fraction(cells * size * size) / (2 * Fraction(scale) ** 2)


def nano(loss: Fraction) -> int:
    """In whole billionths, rounded up."""
    return math.ceil(loss * NANO)


def square_of_l2(cells: int, size: int) -> int:
    return cells * size * size


@lru_cache(maxsize=4096)
def epsilon(nano_rho: int, delta: float) -> float:
    """The smallest epsilon that proposition 12 gives for this loss at this delta, to about nine decimals."""
    loss = nano_rho / NANO
    if loss == 0:
        return 0.0
    low, high = 0.0, loss + 2 * math.sqrt(loss * math.log(1 / delta))
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _log_delta(loss, middle) <= math.log(delta):
            high = middle
        else:
            low = middle
    return high


def _log_delta(loss: float, wanted: float) -> float:
    """The logarithm of the smallest delta; the term is convex in alpha, so where its slope turns is found."""
    low, high = 1.0, 2.0
    while _slope(loss, wanted, high) < 0:
        high *= 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        if middle <= 1.0 or _slope(loss, wanted, middle) < 0:
            low = middle
        else:
            high = middle
    alpha = high
    return (alpha - 1) * (alpha * loss - wanted) + alpha * math.log1p(-1 / alpha) - math.log(alpha - 1)


def _slope(loss: float, wanted: float, alpha: float) -> float:
    return (2 * alpha - 1) * loss - wanted + math.log1p(-1 / alpha)
