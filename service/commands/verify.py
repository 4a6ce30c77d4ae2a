"""`foyer verify`: releases, the ledger's and the audit trail's chains in; what does not hold, out."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import Connection

from privacy import ledger
from privacy.entries import EntryKind
from service import audit
from service.commands.opening import CommandFailedError, opened
from service.runtime import Runtime

ADVICE = "Restore what is named here from a backup, and publish nothing until `foyer verify` holds."


def run(arguments: argparse.Namespace) -> int:
    """0 when everything holds; 1 with one line for each thing that does not."""
    try:
        with opened(unchecked=True) as runtime:
            problems = find_problems(runtime)
            count = len(runtime.releases.ids())
    except CommandFailedError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    for problem in problems:
        print(problem)
    if problems:
        print(ADVICE, file=sys.stderr)
        return 1
    print(f"All holds: the ledger, the audit trail and {count} releases.")
    return 0


def find_problems(runtime: Runtime) -> list[str]:
    """Every broken link, changed file and missing signature, each as a line that names it."""
    with runtime.reading() as connection:
        problems = [f"Ledger: entry {fault.number} {fault.problem}" for fault in ledger.verify(connection)]
        problems += _audit_problems(connection)
        published = {
            entry.publication: entry.digest
            for entry in ledger.entries(connection)
            if entry.kind == EntryKind.FINALISE.value
        }
    for release_id in runtime.releases.ids():
        problems += [f"Release {release_id}: {p}" for p in _release_problems(runtime, release_id, published)]
    # A folder that is gone fails no check of its own: only the ledger knows that it should be there.
    gone = sorted(published.keys() - set(runtime.releases.ids()))
    return problems + [f"Release {release_id}: is missing, though the ledger names it" for release_id in gone]


def _audit_problems(connection: Connection) -> list[str]:
    try:
        broken = audit.broken_entry(connection)
    except ValueError:
        return ["Audit trail: an entry holds something that is no moment"]
    return [] if broken is None else [f"Audit trail: entry {broken} was changed, removed or put elsewhere"]


def _release_problems(runtime: Runtime, release_id: str, published: dict[str, str]) -> list[str]:
    stored = runtime.releases.open(release_id)
    try:
        problems = list(stored.verify(runtime.keys.signing.public_key()))
    except ValueError:
        return ["manifest.json was changed and cannot be read"]
    if release_id in published and published[release_id] != stored.manifest_digest:
        problems.append("manifest.json is not the one that the ledger names")
    return problems
