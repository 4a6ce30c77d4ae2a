"""`make bench-accuracy`: the fixed workload, the full one, the peers and the lower bound in; the page out.

Written to benchmarks/ACCURACY.md. Exit status 1 where a target is missed, after the page is written.
Counts and peers' answers are kept under .cache: `--peers all` asks again, `make clean` forgets everything.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.accuracy.against import ALONE, Beside, beside
from benchmarks.accuracy.counted import Counted, Size, counted
from benchmarks.accuracy.draws import Drawn, drawn
from benchmarks.accuracy.fixed import FIXED
from benchmarks.accuracy.foyer_run import foyer_cost
from benchmarks.accuracy.lower_bound import Distance, aimed_weights, distance, relative_weights
from benchmarks.accuracy.page import beside_lines, verdict_lines
from benchmarks.accuracy.peers.kept import Asking
from benchmarks.accuracy.sections import PEERS_SAID, bound_lines, drawn_lines, floors_part, head
from benchmarks.accuracy.targets import (
    TIMES_BELOW_PEERS,
    Verdict,
    bound_verdict,
    target_verdicts,
    times_verdict,
)

PAGE = Path(__file__).parents[1] / "ACCURACY.md"
OURS = {
    "venue": ("reach", "total"),
    "district": ("reach_by_area", "district"),
    "area": ("reach_by_area", "cell"),
}


def main(arguments: Sequence[str]) -> int:
    """Measure everything, write the page, and say what was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.bench", description=__doc__)
    parser.add_argument("--draws", type=int, default=10, help="releases of each policy and world")
    parser.add_argument("--tickets", type=int, default=Size().tickets, help="fewer: the page is not written")
    parser.add_argument("--peers", choices=[*Asking], default=Asking.NEW, help="whom to ask now")
    given = parser.parse_args(arguments)
    size = Size(given.tickets)
    lines, verdicts = measured(size, given.draws, Asking(given.peers))
    text = "\n".join([*head(given.draws, size), "", *lines]) + "\n"
    print(text)
    if size == Size():
        PAGE.write_text(text, "utf-8")
    return 0 if all(verdict.met for verdict in verdicts) else 1


def measured(size: Size, draws: int, asking: Asking) -> tuple[list[str], list[Verdict]]:
    """The page below its head, and every target's verdict."""
    data = counted("gravity", FIXED.bounds, size)
    near, full = drawn(data, "fixed", draws), drawn(data, "full", draws)
    away = drawn(counted("scattered", FIXED.bounds, size), "fixed", draws)
    asked, bounds = beside(data, asking), distances(data)
    aims = bounds["the policy's aims"]
    verdicts = [*target_verdicts(near.found), *against_peers(asked, near)]
    verdicts.append(bound_verdict("linear stage, weighed by the policy's aims", aims.policy, aims.tight))
    ours = {name: near.of(place, "rmse") for name, place in OURS.items()}
    medians = {name: near.of(place, "100 and more") for name, place in OURS.items()}
    lines = [*verdict_lines(verdicts), *drawn_lines(near, judged=True), *floors_part(near)]
    lines += ["", "## Beside its peers", "", PEERS_SAID]
    lines += beside_lines(asked, ours, medians, foyer_cost(data, size))
    lines += [*bound_lines(bounds), *drawn_lines(full, judged=False), *drawn_lines(away, judged=False)]
    return lines, verdicts


def against_peers(found: Beside, near: Drawn) -> list[Verdict]:
    """Errors over all cells against the best release of several tables by any peer."""
    verdicts = []
    for name in TIMES_BELOW_PEERS:
        rows = [row for row in found.rows if row.table == name and not row.request.name.startswith(ALONE)]
        if rows:
            ours = near.of(OURS[name], "rmse")
            told, processed = min(min(r.raw, r.clipped) for r in rows), min(r.processed for r in rows)
            verdicts.append(times_verdict(name, "as it tells them", told, ours))
            verdicts.append(times_verdict(name, "after our post-processing", processed, ours))
    return verdicts


def distances(data: Counted) -> Mapping[str, Distance]:
    """The fixed policy's linear stage under two sets of weights."""
    areas, regions = data.world.areas, data.world.regions
    return {
        "the policy's aims": distance(FIXED, areas, regions, aimed_weights(FIXED, areas, regions)),
        "all tables alike": distance(FIXED, areas, regions, relative_weights(FIXED, areas, regions)),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
