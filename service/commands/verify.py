"""`foyer verify`: releases, the ledger's and the audit trail's chains in; what does not hold, out."""

from __future__ import annotations

import argparse
import sys

from privacy import ledger
from service import audit
from service.runtime import Runtime, open_runtime
from service.settings import Settings, SettingsError


def run(arguments: argparse.Namespace) -> int:
    """0 when everything holds; 1 with one line for each thing that does not."""
    try:
        runtime = open_runtime(Settings.from_environment())
    except SettingsError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    try:
        problems = find_problems(runtime)
        count = len(runtime.releases.ids())
    finally:
        runtime.close()
    for problem in problems:
        print(problem)
    if not problems:
        print(f"All holds: the ledger, the audit trail and {count} releases.")
    return 1 if problems else 0


def find_problems(runtime: Runtime) -> list[str]:
    """Every broken link, changed file and missing signature, each as a line that names it."""
    with runtime.reading() as connection:
        problems = [f"Ledger: entry {fault.number} {fault.problem}" for fault in ledger.verify(connection)]
        broken = audit.broken_entry(connection)
    if broken is not None:
        problems.append(f"Audit trail: entry {broken} was changed, removed or put elsewhere")
    public_key = runtime.keys.signing.public_key()
    for release_id in runtime.releases.ids():
        problems += [
            f"Release {release_id}: {p}" for p in runtime.releases.open(release_id).verify(public_key)
        ]
    return problems
