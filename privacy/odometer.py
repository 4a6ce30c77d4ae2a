"""The odometer: what each season's account holds goes in; what it means for someone there in several, out.

Seasons' losses add up for one person. Taking two seasons of a booker away at once moves no table further
than its bounds for the two together; a table that looks back moves no further than when the later season
alone is taken, since whoever returns is there in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from privacy.budget import Budget, PrivacyLoss
from privacy.ledger import Account
from privacy.policy import LIFETIMES


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Someone who is there in `seasons` seasons that follow each other.

    `spent` is the most that any so many seasons have cost so far; `planned` and `limit` are what they can
    cost when each spends its plan, or all that it may.
    """

    seasons: int
    spent: PrivacyLoss
    planned: PrivacyLoss
    limit: PrivacyLoss


def odometer(accounts: Iterable[Account], budget: Budget) -> tuple[Lifetime, ...]:
    """One entry for each number of seasons that the policy tells about."""
    totals = {account.season.start_year: account.total.nano_rho for account in accounts}
    return tuple(
        Lifetime(
            seasons,
            PrivacyLoss(_most(totals, seasons)),
            PrivacyLoss(budget.plan.nano_rho * seasons),
            PrivacyLoss(budget.limit.nano_rho * seasons),
        )
        for seasons in LIFETIMES
    )


def _most(totals: dict[int, int], seasons: int) -> int:
    """The largest sum over so many years in a row."""
    return max((sum(totals.get(year + n, 0) for n in range(seasons)) for year in totals), default=0)
