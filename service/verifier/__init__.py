"""A second pair of eyes: a folder of releases and a ledger in; everything in them that does not hold, out.

It stands alone: it imports nothing else of Foyer, only the standard library, `cryptography` for signatures
and `pyarrow` for Parquet, and recomputes with arithmetic of its own what the rest of Foyer states. So an
error there is no error here as well. The contract in pyproject.toml holds it to that.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.verifier import chain, releases
from service.verifier.documents import Unreadable, signed_by

__all__ = ["Report", "Unreadable", "verify"]

LEDGER, DATABASE = "ledger.json", "foyer.db"


@dataclass(slots=True)
class Report:
    """What was looked at, what does not hold, and what each release was found to cost."""

    problems: list[str] = field(default_factory=list)
    public_key: str = ""
    entries: int = 0
    deeds: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    found: list[releases.Found] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems


def verify(
    folder: Path, *, public_key: bytes | None = None, pins: Sequence[Path] = (), public: bool = False
) -> Report:
    """Check everything under `folder`: releases, ledger, checkpoint, and the database where there is one.

    `public_key` is the service's, 32 bytes; without it the checkpoint's own is taken, and all must agree
    with it. `pins` are checkpoints that were kept elsewhere. `public`: the folder holds only what anyone
    may have, manifests and the ledger. Raises Unreadable where there is nothing to check.
    """
    report = Report()
    document, faults = _signed_ledger(folder / LEDGER)
    report.problems += faults
    key = public_key or _key_in(document)
    report.public_key = base64.b64encode(key or b"").decode()
    entries, deeds = _chains(folder, document)
    report.problems += [f"Audit trail: {problem}" for problem in chain.trail_problems(deeds)]
    report.deeds = len(deeds)
    report.entries, report.totals = len(entries), chain.totals(entries)
    report.problems += [f"Ledger: {problem}" for problem in chain.problems(entries)]
    if document is not None:
        report.problems += [f"Checkpoint: {p}" for p in chain.checkpoint_problems(document, entries, key)]
    elif entries and not faults:
        report.problems.append(f"Checkpoint: {LEDGER} is missing. Start the service, which signs the ledger.")
    for pin in pins:
        report.problems += [
            f"Pin {pin.name}: {problem}" for problem in chain.pin_problems(pin, entries, deeds, key)
        ]
    report.found = [
        releases.examine(path.parent, entries, key, public=public)
        for path in sorted((folder / "releases").glob("*/manifest.json"))
        if path.parent.name[0] != "."
    ]
    report.problems += [f"Release {one.id}: {problem}" for one in report.found for problem in one.problems]
    report.problems += releases.problems_of_all(report.found, entries, public=public)
    return report


def _signed_ledger(path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    if not path.exists():
        return None, []
    try:
        return chain.read_signed(path), []
    except Unreadable as problem:
        return None, [f"Checkpoint: {problem}"]


def _key_in(document: dict[str, Any] | None) -> bytes | None:
    return signed_by(document["checkpoint"]) if document is not None else None


def _chains(
    folder: Path, document: dict[str, Any] | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Entries of the ledger and of the audit trail: from the database, else of the signed copy alone."""
    database = folder / DATABASE
    if database.exists():
        entries, deeds = (chain.read_table(database, table) for table in ("ledger_entries", "audit"))
        return entries, deeds
    if document is None:
        raise Unreadable(f"{folder} has neither {DATABASE} nor a readable {LEDGER}. Name another folder.")
    return list(document["entries"]), []
