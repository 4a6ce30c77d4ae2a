"""The parts of benchmarks/ACCURACY.md under their titles: figures in, lines out."""

from __future__ import annotations

import platform
import resource
from collections.abc import Mapping
from datetime import date

from benchmarks.accuracy.counted import SEED, Size
from benchmarks.accuracy.draws import POLICIES, Drawn
from benchmarks.accuracy.fixed import RHO
from benchmarks.accuracy.lower_bound import Distance
from benchmarks.accuracy.page import evaluation_lines, floor_lines, table
from privacy.mechanisms import OPENDP_VERSION, epsilon
from privacy.policy import DELTAS


def head(draws: int, size: Size) -> list[str]:
    """What was run, on what."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    policies = ", ".join(f"{name} {p.version} ({p.digest[:12]})" for name, p in POLICIES.items())
    return [
        "# Accuracy",
        "",
        f"Measured on {date.today():%d %B %Y} by `make bench-accuracy ACCURACY_ARGS='--draws {draws}'`: "
        f"{draws} releases of each policy and world, {usage.ru_utime + usage.ru_stime:.0f} CPU seconds "
        f"without the peers, {platform.system()} on {platform.machine()}, CPython "
        f"{platform.python_version()}, OpenDP {OPENDP_VERSION}. Policies: {policies}; the whole of the fixed "
        f"one costs epsilon {epsilon(RHO, DELTAS[0]):.3f} at delta {DELTAS[0]:g}.",
        "",
        f"**Synthetic**: {size.tickets:,} made tickets of {size.venues} invented venues in {size.areas:,} "
        f"real areas (seed {SEED}), no theatre's data. Errors are against what happened, nothing bounded; "
        "medians are of relative errors, by the true size of the cell. Whether intervals hold over 500 "
        "releases, by table and stratum, stands in [AUDIT.md](AUDIT.md).",
    ]


PEERS_SAID = (
    "The same visits, the same keys, epsilon 1 at delta 1e-6. A peer bounds a person once for a release of "
    "three tables, or is asked for each table alone with all of epsilon, having then told nothing else. "
    "Bounds and kind of noise are those that serve it best on the truth, which nobody could know. CPU and "
    "memory of a peer: the areas alone, its file read; ours: all twelve tables, counted from the lake and "
    "estimated. Processed: after our least squares, leaning and projection."
)


def drawn_lines(of: Drawn, *, judged: bool) -> list[str]:
    """One evaluation under its title."""
    title = {"fixed": "the fixed workload at epsilon 1", "full": "the full workload under the real ledger"}
    return ["", f"## World {of.world}: {title[of.policy]}", *evaluation_lines(of.found, judged=judged)]


def floors_part(of: Drawn) -> list[str]:
    """What errors are made of, under a title."""
    said = (
        "On cells of 100 and more: the error that the standard error of least squares alone would give, and "
        "the one of the bounded count with no noise. What is found can be less where leaning helps."
    )
    return ["", "## What the errors are made of", "", said, *floor_lines(of.floors)]


def bound_lines(found: Mapping[str, Distance]) -> list[str]:
    """The linear stage against its lower bounds."""
    said = (
        "The weighted variance of what least squares leaves of the tables that add up under the bound on "
        "core venues, against the singular-value bound with the spread of persons that makes it largest "
        "(tight) and with an even spread. Areas of first venues, drawn under a bound of their own, are on "
        "neither side."
    )
    rows = [
        (name, *(f"{above - 1:.2%}" for above in (d.policy / d.tight, d.best / d.tight, d.policy / d.svd)))
        for name, d in found.items()
    ]
    columns = ("weights", "our shares above tight", "best shares above tight", "our shares above even")
    return ["", "## The linear stage and its lower bound", "", said, *table(columns, rows)]
