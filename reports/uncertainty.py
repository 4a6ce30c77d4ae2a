"""Intervals from known noise: values with their standard errors go in, intervals and verdicts come out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from privacy.fitting import Z95
from privacy.policy import MATTERS_FROM

INDICATIVE_ABOVE = 0.10
TOO_UNCERTAIN_ABOVE = 0.30
FALSE_DISCOVERIES = 0.05
LOPSIDED = 1.5


@dataclass(frozen=True, slots=True)
class Value:
    """One released or derived value with its standard error and 95 % interval.

    `fit` is the unbiased fit that an estimate may lean away from; `beyond` about how many the bounds leave
    out, which the interval allows for where it matters.
    """

    estimate: float
    sigma: float
    low: float
    high: float
    fit: float = math.nan
    beyond: float = 0.0

    @classmethod
    def of(cls, estimate: float, sigma: float, *, least: float = -math.inf, most: float = math.inf) -> Value:
        half = Z95 * sigma
        return cls(estimate, sigma, max(estimate - half, least), min(estimate + half, most))

    @property
    def half_width(self) -> float:
        """The longer side of the interval: what is said as "more or fewer" then covers both."""
        return max(self.high - self.estimate, self.estimate - self.low)

    @property
    def lopsided(self) -> bool:
        """Whether one side is so much longer that "more or fewer" would mislead: both ends are said then."""
        return self.widened and self.half_width > LOPSIDED * self.precision

    @property
    def precision(self) -> float:
        """How closely the estimate itself is worth saying: the shorter side where the bounds stretch one."""
        return min(self.high - self.estimate, self.estimate - self.low) if self.widened else self.half_width

    @property
    def signed(self) -> float:
        """What the noise alone says, also where the estimate leans away from it."""
        return self.estimate if math.isnan(self.fit) else self.fit

    @property
    def widened(self) -> bool:
        """Whether the interval allows for what the bounds leave out."""
        return self.beyond > MATTERS_FROM * self.sigma

    @property
    def relative(self) -> float:
        """Half the interval over the value; infinite around nothing."""
        return self.half_width / abs(self.estimate) if self.estimate else math.inf


def ratio(numerator: Value, denominator: Value, covariance: float = 0.0) -> Value | None:
    """Numerator over denominator by the delta method; None where the denominator may be nothing."""
    if denominator.estimate <= Z95 * denominator.sigma:
        return None
    value = numerator.estimate / denominator.estimate
    variance = numerator.sigma**2 + (value * denominator.sigma) ** 2 - 2 * value * covariance
    return Value.of(value, math.sqrt(max(variance, 0.0)) / denominator.estimate)


def share(part: Value, whole: Value, covariance: float = 0.0) -> Value | None:
    """A ratio kept within nothing and one."""
    found = ratio(part, whole, covariance)
    if found is None:
        return None
    inside = min(max(found.estimate, 0.0), 1.0)
    return Value(inside, found.sigma, min(max(found.low, 0.0), 1.0), max(min(found.high, 1.0), 0.0))


def difference(one: Value, other: Value) -> Value:
    """One minus the other, drawn with independent noise."""
    return Value.of(one.estimate - other.estimate, math.hypot(one.sigma, other.sigma))


def distinguishable(one: Value, other: Value) -> bool:
    """Whether the noise alone cannot explain the difference (95 %)."""
    apart = difference(one, other)
    return apart.low > 0 or apart.high < 0


def certainty(value: Value, *, of_share: bool = False) -> str:
    """D-05: "clear", "indicative" beyond 10 % (or 10 points), "unclear" beyond 30 %."""
    width = value.half_width if of_share else value.relative
    if width <= INDICATIVE_ABOVE:
        return "clear"
    return "indicative" if width <= TOO_UNCERTAIN_ABOVE else "unclear"


def discoveries(values: Sequence[Value], rate: float = FALSE_DISCOVERIES) -> list[bool]:
    """Which of many values are surely more than nothing, with at most this share of false ones.

    Benjamini and Hochberg on one-sided tests. One interval at a time would colour one empty postcode
    area in forty.
    """
    chances = [_chance_of_nothing(value) for value in values]
    allowed = 0.0
    for rank, chance in enumerate(sorted(chances), start=1):
        if chance <= rate * rank / len(chances):
            allowed = chance
    return [chance <= allowed for chance in chances]


def _chance_of_nothing(value: Value) -> float:
    if value.sigma <= 0:
        return 0.0 if value.estimate > 0 else 1.0
    return 0.5 * math.erfc(value.signed / value.sigma / math.sqrt(2))
