"""`foyer ledger`: what each season has spent and has left, from the account itself."""

from __future__ import annotations

import argparse
import sys

from ingest.seasons import Season
from privacy import ledger
from privacy.policy import POLICY
from service.commands.opening import CommandFailedError, opened


def run(arguments: argparse.Namespace) -> int:
    """Print the account; 1 when there is none to open."""
    try:
        with opened() as runtime, runtime.reading() as connection:
            entries = list(ledger.entries(connection))
            accounts = [
                ledger.account(connection, season, POLICY.budget) for season in ledger.seasons(connection)
            ]
    except CommandFailedError as problem:
        print(problem, file=sys.stderr)
        return 1
    for entry in entries:
        print(
            f"{entry.number:>5}  {entry.at}  {Season(entry.season).label}  {entry.kind:<9} "
            f"{entry.purpose:<10} {entry.nano_rho:>12,} nano-rho  {entry.publication}"
        )
    for account in accounts:
        print(
            f"{account.season.label}: {account.total.nano_rho:,} nano-rho spent, "
            f"{account.left_in_plan.nano_rho:,} left in the plan, "
            f"{account.left_to_limit.nano_rho:,} to the hard limit"
        )
    if not entries:
        print("Nothing was spent yet.")
    return 0
