"""Parts of the audit, each kept when it has run: a page can be made of parts that ran at several times."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from benchmarks.audit import between_worlds, few_releases, hold
from benchmarks.audit.page import Page
from privacy.policy import POLICY

KEPT = Path(".cache/audit")


@dataclass(frozen=True, slots=True)
class Part:
    """What one part looks at."""

    title: str
    run: Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What one part said, when, under which policy, and the share of its pairs' releases."""

    lines: tuple[str, ...]
    failures: tuple[str, ...]
    cpu: float
    on: str
    policy: str
    pairs: float


PARTS = {
    "short": Part("One or two releases", few_releases.short_audit),
    "canaries": Part("Canaries in one release", few_releases.canaries),
    "pairs": Part("Two worlds, every pair", between_worlds.pairs),
    "policy": Part("Two worlds, at the policy", between_worlds.at_the_policy),
    "mutants": Part("Two worlds, every mutant", between_worlds.mutants),
    "near": Part("Coverage where distance counts", hold.hold_near),
    "anywhere": Part("Coverage where distance means nothing", hold.hold_anywhere),
}


def run_part(name: str, scale: float, pairs: float) -> Result:
    """Run it now, printing as it goes."""
    page, start = Page(scale, pairs), time.process_time()
    page.part(PARTS[name].title, PARTS[name].run)
    used = time.process_time() - start
    return Result(
        tuple(page.lines), tuple(page.failures), used, f"{date.today():%d %B %Y}", POLICY.digest, pairs
    )


def keep(name: str, result: Result, folder: Path = KEPT) -> None:
    """For a page that is made later."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(asdict(result)), "utf-8")


def kept(folder: Path = KEPT) -> dict[str, Result]:
    """Every part that ran under today's policy, in the page's order."""
    found = {}
    for name in PARTS:
        path = folder / f"{name}.json"
        if path.exists():
            told = json.loads(path.read_text("utf-8"))
            result = Result(**{**told, "lines": tuple(told["lines"]), "failures": tuple(told["failures"])})
            if result.policy == POLICY.digest:
                found[name] = result
    return found
