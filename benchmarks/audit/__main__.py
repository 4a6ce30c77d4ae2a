"""`make audit`: the long audit in, benchmarks/AUDIT.md out; exit status 1 where something was found.

The short audit (tests/privacy/audit) runs in every `make test`. This one makes thousands of releases; with
`--scale 0.1` a tenth of them, and nothing is kept or written. `--parts near,anywhere` runs these alone: the
page holds what other parts said last, and names those that never ran. `--pairs 0.4` makes four tenths of the
releases of the real pipeline between two worlds, and the page says so.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.audit.parts import PARTS, Result, keep, kept, run_part
from privacy.mechanisms import OPENDP_VERSION, epsilon
from privacy.policy import DELTAS, POLICY

PAGE = Path(__file__).parents[1] / "AUDIT.md"


def main(arguments: Sequence[str]) -> int:
    """Run the parts asked for; write the page of all parts unless they were scaled."""
    parser = argparse.ArgumentParser(description="The long audit.")
    parser.add_argument("--scale", type=float, default=1.0, help="the share of the releases to make")
    parser.add_argument(
        "--pairs", type=float, default=1.0, help="the share for the pairs of two worlds alone"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="with commas; '' for the page alone")
    given = parser.parse_args(arguments)
    ran: dict[str, Result] = {}
    for name in filter(None, given.parts.split(",")):
        ran[name] = run_part(name, given.scale, given.pairs)
        if given.scale == 1.0:
            keep(name, ran[name])
    results = kept() if given.scale == 1.0 else ran
    text = "\n".join(page_lines(results)) + "\n"
    print("\n".join(head(results)))
    if given.scale == 1.0:
        PAGE.write_text(text, "utf-8")
    return 1 if any(result.failures for result in results.values()) else 0


def page_lines(results: Mapping[str, Result]) -> list[str]:
    """The head, every part that ran, and the names of those that did not."""
    lines = head(results)
    for name, part in PARTS.items():
        lines += results[name].lines if name in results else ["", f"## {part.title}", "", "**Not run.**"]
    return lines


def head(results: Mapping[str, Result]) -> list[str]:
    """When and how it was run, what is claimed, and the verdict."""
    when = " and ".join(dict.fromkeys(result.on for result in results.values()))
    used = sum(result.cpu for result in results.values())
    at = ", ".join(f"epsilon {epsilon(POLICY.budget.plan, d):.3f} at delta {d:g}" for d in DELTAS)
    return [
        "# Audit",
        "",
        f"Run on {when} by `make audit` (see `--parts` and `--pairs` of `python -m benchmarks.audit`): "
        f"{used:.0f} CPU seconds, {platform.system()} on {platform.machine()}, "
        f"CPython {platform.python_version()}, OpenDP {OPENDP_VERSION}. All data is made up.",
        *_fewer(results),
        f"Claimed for a person's season: rho {POLICY.budget.plan.rho:g} ({at}), policy {POLICY.version}.",
        "",
        "An audit gives lower bounds: it can prove the claim wrong and never prove it right. "
        "How it works stands in [METHODOLOGY](../METHODOLOGY.md).",
        "",
        f"**Verdict: {verdict(results)}.**",
    ]


def verdict(results: Mapping[str, Result]) -> str:
    """What failed, and what never ran: a part that is missing is no pass."""
    failures = [failure for result in results.values() for failure in result.failures]
    said = f"FAIL: {'; '.join(failures)}" if failures else "pass"
    missing = [part.title for name, part in PARTS.items() if name not in results]
    return f"{said}, but NOT RUN: {'; '.join(missing)}" if missing else said


def _fewer(results: Mapping[str, Result]) -> list[str]:
    shares = [results[name].pairs for name in ("pairs", "policy") if name in results]
    if all(share == 1.0 for share in shares):
        return []
    return [
        f"To save time the real pipeline between two worlds was released {min(shares):.0%} as often as "
        "`make audit` alone would (each part says how often): such a run sees less."
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
