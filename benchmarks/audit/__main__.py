"""`make audit`: the long audit in, benchmarks/AUDIT.md out; exit status 1 where something was found.

The short audit (tests/privacy/audit) runs in every `make test`. This one makes thousands of releases; with
`--scale 0.1` a tenth of them, and the page is not written. `--pairs 0.4` makes four tenths of those of the
real pipeline between two worlds and all others: the page is written and says so.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.audit import between_worlds, few_releases, hold
from benchmarks.audit.page import Page
from privacy.mechanisms import OPENDP_VERSION, epsilon
from privacy.policy import DELTAS, POLICY

PAGE = Path(__file__).parents[1] / "AUDIT.md"
PARTS = (
    ("One or two releases", few_releases.short_audit),
    ("Canaries in one release", few_releases.canaries),
    ("Two worlds, every pair", between_worlds.pairs),
    ("Two worlds, at the policy", between_worlds.at_the_policy),
    ("Two worlds, every mutant", between_worlds.mutants),
    ("Coverage where distance counts", hold.hold_near),
    ("Coverage where distance means nothing", hold.hold_anywhere),
)


def main(arguments: Sequence[str]) -> int:
    """Run every part; write the page when the whole was run."""
    parser = argparse.ArgumentParser(description="The long audit.")
    parser.add_argument("--scale", type=float, default=1.0, help="the share of the releases to make")
    parser.add_argument(
        "--pairs", type=float, default=1.0, help="the share for the pairs of two worlds alone"
    )
    given = parser.parse_args(arguments)
    page = Page(given.scale, given.pairs)
    for title, part in PARTS:
        page.part(title, part)
    text = "\n".join([*_head(page), *page.lines]) + "\n"
    print("\n".join(_head(page)))
    if page.scale == 1.0:
        PAGE.write_text(text, "utf-8")
    return 1 if page.failures else 0


def _head(page: Page) -> list[str]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    at = ", ".join(f"epsilon {epsilon(POLICY.budget.plan, d):.3f} at delta {d:g}" for d in DELTAS)
    command = "make audit" if page.pairs == 1.0 else f"make audit AUDIT_ARGS='--pairs {page.pairs:g}'"
    verdict = f"FAIL: {'; '.join(page.failures)}" if page.failures else "pass"
    return [
        "# Audit",
        "",
        f"Run on {date.today():%d %B %Y} by `{command}`: {usage.ru_utime + usage.ru_stime:.0f} CPU seconds, "
        f"{platform.system()} on {platform.machine()}, CPython {platform.python_version()}, "
        f"OpenDP {OPENDP_VERSION}.",
        *_fewer(page),
        f"Claimed for a person's season: rho {POLICY.budget.plan.rho:g} ({at}), policy {POLICY.version}.",
        "",
        "An audit gives lower bounds: it can prove the claim wrong and never prove it right. "
        "How it works stands in [METHODOLOGY](../METHODOLOGY.md).",
        "",
        f"**Verdict: {verdict}.**",
    ]


def _fewer(page: Page) -> list[str]:
    if page.pairs == 1.0:
        return []
    return [
        f"To save time, {page.pairs:.0%} of the releases that `make audit` alone makes of the real pipeline "
        "between two worlds: such a run sees less. All mutants and the coverage had all of theirs.",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
