"""`foyer ledger`: what each season has spent and has left; its signed checkpoint; what a restore lacks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingest.seasons import Season
from privacy import ledger
from privacy.checkpoints import LedgerRefusedError
from privacy.policy import POLICY
from privacy.signing import readable, signed
from service import audit
from service.commands.opening import CommandFailedError, opened, path_words
from service.runtime import Runtime


def run(arguments: argparse.Namespace) -> int:
    """Print the account, export its checkpoint, or enter what is missing; 1 with what to do otherwise."""
    deed = {"checkpoint": _checkpoint, "catch-up": _catch_up}.get(arguments.deed, _print)
    try:
        with opened(unchecked=arguments.deed == "catch-up") as runtime:
            deed(runtime, arguments)
    except (CommandFailedError, LedgerRefusedError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(path_words(problem), file=sys.stderr)
        return 1
    return 0


def _print(runtime: Runtime, _: argparse.Namespace) -> None:
    with runtime.reading() as connection:
        entries = list(ledger.entries(connection))
        accounts = [
            ledger.account(connection, season, POLICY.budget) for season in ledger.seasons(connection)
        ]
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


def _checkpoint(runtime: Runtime, arguments: argparse.Namespace) -> None:
    if arguments.of == "trail":
        with runtime.reading() as connection:
            made = audit.checkpoint(connection, runtime.settings.now())
        text = readable(signed(made, runtime.keys.signing))
    else:
        document = runtime.checkpoints.document
        if document is None:
            raise CommandFailedError("Nothing was spent yet, so nothing was signed. Publish a season first.")
        text = readable(document["checkpoint"])
    out: Path | None = arguments.out
    if out is None:
        print(text.decode(), end="")
    else:
        out.write_bytes(text)
        print(f"Wrote the checkpoint to {out}. Keep it where nobody restores it: `foyer verify --pin {out}`.")


def _catch_up(runtime: Runtime, _: argparse.Namespace) -> None:
    with runtime.writing() as connection:
        entered = runtime.checkpoints.catch_up(connection)
    # Only now is it known whether all holds that was signed: releases and a copy elsewhere have their say.
    runtime.checkpoints.advance(runtime.engine, runtime.releases, runtime.settings.now())
    print(
        f"Entered {entered} entries that the signed copy has and the database lacked."
        if entered
        else "The database lacks no entry that was signed."
    )
