"""`python -m benchmarks.accuracy`: draw releases of the made worlds and print how far off they are.

Counts come from .cache after the first run, so that a change to the estimator shows in seconds:

    python -m benchmarks.accuracy --policy fixed --tables reach_by_area,reach --draws 1
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

import polars as pl

from benchmarks.accuracy.counted import Size, counted
from benchmarks.accuracy.draws import AFTER_THE_LAG, BEFORE_THE_LAG, POLICIES, released
from benchmarks.accuracy.evaluate import evaluation
from benchmarks.accuracy.targets import TARGETS
from privacy.workload import plan_release


def show(found: pl.DataFrame) -> str:
    """The evaluation as lines of text."""
    head = (
        f"{'table':<38}{'cells':>8}{'>=100':>7}{'target':>8}{'>=100':>9}{'20-99':>8}{'1-19':>8}{'raw>=100':>9}"
        f"{'rmse':>9}{'raw':>8}{'left out':>9}{'holds b':>9}{'holds t':>9}"
    )
    lines = [head]
    for row in found.iter_rows(named=True):
        target = TARGETS.get((row["measure"], row["level"]))
        lines.append(
            f"{row['measure'] + '@' + row['level']:<38}{row['cells']:>8}{row['cells of 100 and more']:>7}"
            f"{_percent(target):>8}{_percent(row['100 and more']):>9}{_percent(row['20 to 99']):>8}"
            f"{_percent(row['1 to 19']):>8}{_percent(row['raw, 100 and more']):>9}{row['rmse']:>9.2f}"
            f"{'' if row['rmse raw'] is None else format(row['rmse raw'], '.2f'):>8}{row['left out']:>9.4f}"
            f"{row['holds the bounded']:>9.4f}{row['holds the truth']:>9.4f}"
        )
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}%"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--policy", default="fixed,full", help="fixed, full, or both with a comma")
    parser.add_argument("--world", default="gravity", help="gravity, scattered, or both with a comma")
    parser.add_argument("--tables", default="", help="only these measures, with commas")
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--tickets", type=int, default=Size().tickets)
    parser.add_argument("--before-lag", action="store_true", help="as released before others may be seen")
    parser.add_argument("--recount", action="store_true", help="make the world and count it again")
    given = parser.parse_args(arguments)
    today = BEFORE_THE_LAG if given.before_lag else AFTER_THE_LAG
    for world in given.world.split(","):
        for name in given.policy.split(","):
            policy = POLICIES[name]
            data = counted(world, policy.bounds, Size(given.tickets), recount=given.recount)
            start = time.process_time()
            draws = released(data, policy, given.draws, today)
            found = evaluation(draws)
            if given.tables:
                found = found.filter(pl.col("measure").is_in(given.tables.split(",")))
            measures = {plan.measure for plan in policy.tables}
            tables = [t for t in data.exact if t.measure in measures]
            charges = plan_release(tables, policy, data.world.regions).charges
            paid = ", ".join(f"{c.season.label} {c.loss.rho:.6f}" for c in charges)
            print(
                f"\n{world}, {name} policy, {given.draws} draws, rho {paid}, "
                f"{time.process_time() - start:.0f} CPU s"
            )
            print(show(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
