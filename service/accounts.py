"""What seasons have cost, as pages and API tell it: the ledger in; accounts, epsilons and lifetimes out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from ingest.seasons import Season
from privacy import ledger
from privacy.ledger import Account
from privacy.manifest import epsilons
from privacy.odometer import odometer
from privacy.policy import POLICY


@dataclass(frozen=True, slots=True)
class Cost:
    """What a season has cost so far, in nano-rho, and the epsilon that it means at each delta."""

    spent: int
    epsilon: dict[str, float]


@dataclass(frozen=True, slots=True)
class LifetimeCost:
    """What so many seasons in a row have cost at most, and cost when each spends its plan; in nano-rho."""

    seasons: int
    unit: str
    spent: int
    epsilon_spent: dict[str, float]
    planned: int
    epsilon_planned: dict[str, float]
    limit: int


def all_accounts(connection: Connection) -> list[Account]:
    """Every season's account, oldest first."""
    return [ledger.account(connection, season, POLICY.budget) for season in ledger.seasons(connection)]


def epsilon(account: Account) -> dict[str, float]:
    """What the account's total means at each delta that we state."""
    return epsilons(account.total)


def cost_of(connection: Connection, season: Season) -> Cost:
    """What all releases that read this season have cost it: the number that every page of it states."""
    account = ledger.account(connection, season, POLICY.budget)
    return Cost(account.total.nano_rho, epsilon(account))


def lifetimes(connection: Connection) -> list[LifetimeCost]:
    """The odometer in words of the wire: for one booker, all venues, so many seasons in a row."""
    return [
        LifetimeCost(
            one.seasons,
            f"one booker's {one.seasons} seasons in a row, at all venues",
            one.spent.nano_rho,
            epsilons(one.spent),
            one.planned.nano_rho,
            epsilons(one.planned),
            one.limit.nano_rho,
        )
        for one in odometer(all_accounts(connection), POLICY.budget)
    ]
