"""Privacy loss and budget as values: charges go in, an allowance or a refusal comes out.

Everything is a whole number of nano-rho (one billionth of a zCDP rho). Integers add up exactly, so
ten thousand entries leave no crumbs, and nobody compares floats to decide whether money is left.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from ingest.seasons import Season

NANO = 1_000_000_000


class BudgetExhaustedError(Exception):
    """The account of a season does not hold what was asked; nothing was charged."""


class Purpose(str, Enum):
    """What a season's account is charged for. Stored: a change needs a migration."""

    OWN = "own"
    LOOK_BACK = "look_back"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, order=True)
class PrivacyLoss:
    """A zCDP loss in whole nano-rho; never negative, never a float."""

    nano_rho: int

    def __post_init__(self) -> None:
        if isinstance(self.nano_rho, bool) or not isinstance(self.nano_rho, int):
            raise TypeError("A privacy loss is a whole number of nano-rho.")
        if self.nano_rho < 0:
            raise ValueError("A privacy loss cannot be negative: what is spent is never given back.")

    @classmethod
    def from_rho(cls, rho: float) -> PrivacyLoss:
        """The loss that covers this rho: rounded up, exactly."""
        if not math.isfinite(rho):
            raise ValueError("An infinite loss cannot be charged. Only tests draw without noise.")
        return cls(math.ceil(Fraction(rho) * NANO))

    @classmethod
    def total(cls, losses: Iterable[PrivacyLoss]) -> PrivacyLoss:
        return cls(sum(loss.nano_rho for loss in losses))

    def __add__(self, other: PrivacyLoss) -> PrivacyLoss:
        return PrivacyLoss(self.nano_rho + other.nano_rho)

    @property
    def rho(self) -> float:
        """For display and conversion only."""
        return self.nano_rho / NANO


NOTHING = PrivacyLoss(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """What one publication asks of one season's account."""

    season: Season
    purpose: Purpose
    loss: PrivacyLoss


@dataclass(frozen=True, slots=True)
class Budget:
    """What one season's account may hold: the plan with its parts, and the limit nobody passes."""

    plan: PrivacyLoss
    limit: PrivacyLoss
    percent: Mapping[Purpose, int]

    def __post_init__(self) -> None:
        if self.plan > self.limit:
            raise ValueError("The plan of a season cannot be larger than its hard limit.")
        if sum(self.percent.values()) > 100 or set(self.percent) != set(Purpose):
            raise ValueError("The parts name each purpose once and add up to at most 100 %.")

    def part(self, purpose: Purpose) -> PrivacyLoss:
        """The share of the plan set aside for this purpose, rounded down."""
        return PrivacyLoss(self.plan.nano_rho * self.percent[purpose] // 100)

    def check(self, charge: Charge, spent: Mapping[Purpose, PrivacyLoss], *, beyond_plan: bool) -> None:
        """Raise BudgetExhaustedError unless the charge fits its part of the plan.

        With `beyond_plan`, for which two people gave a reason, the hard limit alone decides.
        """
        if beyond_plan:
            allowed, used = self.limit, PrivacyLoss.total(spent.values())
            what = "the hard limit"
        else:
            allowed, used = self.part(charge.purpose), spent.get(charge.purpose, NOTHING)
            what = f"the part for '{charge.purpose.value}'"
            all_used = PrivacyLoss.total(spent.values())
            if all_used + charge.loss > self.plan >= used + charge.loss:
                allowed, used, what = self.plan, all_used, "the plan"
        if used + charge.loss > allowed:
            left = max(0, allowed.nano_rho - used.nano_rho)
            raise BudgetExhaustedError(
                f"Season {charge.season.label}: {charge.loss.nano_rho} nano-rho asked, "
                f"{left} left in {what}. "
                "Nothing was charged. Publish less, or let two people approve going beyond the plan."
            )
