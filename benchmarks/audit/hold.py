"""Do numbers hold? Coverage, bias and error over hundreds of releases of one seeded season."""

from __future__ import annotations

import math
from functools import partial

from benchmarks.audit.page import Page
from tests.privacy.audit import coverage
from tests.privacy.audit.coverage import Rate
from tests.privacy.audit.scenes import Releases, release_often, scene

RELEASES = 500
ASKED, RAW_MOST = 0.935, 0.965
# What is bounded by its own definition has no truth beyond the bound.
BY_DEFINITION = {
    "reach core", "reach_by_area_first cell", "reach_beyond cell", "visits_beyond cell", "kinds_beyond cell",
}  # fmt: skip


def hold(page: Page, *, gravity: bool) -> None:
    """One scene, everything about it."""
    seen = release_often(scene(gravity=gravity), page.runs(RELEASES))
    page.say(
        f"{page.runs(RELEASES)} releases of one seeded season: bookers who live {seen.scene.name}, "
        f"{len(seen.cells):,} cells of {len(seen.scene.owners)} venues. Rates are pooled over cells and "
        "releases; behind each stands its standard error over releases. A verdict allows four of those."
    )
    for part in (_raw, _intervals, _strata, _bias, _error):
        part(page, seen)


hold_near = partial(hold, gravity=True)
hold_anywhere = partial(hold, gravity=False)


def _rate(rate: Rate) -> str:
    return f"{rate.rate:.2%} (± {rate.sure:.2%})"


def _raw(page: Page, seen: Releases) -> None:
    page.say(
        "",
        "Raw integers give or take the manifest's margin, against the bounded count "
        f"(asked: {ASKED:.1%} to {RAW_MOST:.1%}):",
    )
    rows = [
        (r.name, r.cells, _rate(r), page.judge(r.within(ASKED, RAW_MOST), f"raw {r.name}, {seen.scene.name}"))
        for r in coverage.raw_rates(seen)
    ]
    page.table(("table", "cells", "rate", "verdict"), rows)


def _intervals(page: Page, seen: Releases) -> None:
    page.say(
        "",
        "Released intervals, against the bounded count and against what happened "
        f"(asked of both: {ASKED:.1%}):",
    )
    rows = []
    for bounded, true in zip(
        coverage.interval_rates(seen, seen.bounded), coverage.interval_rates(seen, seen.true), strict=True
    ):
        whole = bounded.name in BY_DEFINITION
        good = bounded.at_least(ASKED) and (whole or true.at_least(ASKED))
        word = page.judge(good, f"intervals of {bounded.name}, {seen.scene.name}")
        rows.append(
            (bounded.name, bounded.cells, _rate(bounded), "by definition" if whole else _rate(true), word)
        )
    page.table(("measure and level", "cells", "bounded count", "what happened", "verdict"), rows)


def _strata(page: Page, seen: Releases) -> None:
    rates = coverage.stratum_rates(seen, seen.bounded)
    worst = min(rates, key=lambda rate: rate.rate)
    page.say(
        "",
        f"The same by stratum, against the bounded count (asked: {ASKED:.1%} in each). "
        f"The worst: {worst.name}, {worst.rate:.1%}.",
    )
    rows = [
        (r.name, r.cells, _rate(r), page.judge(r.at_least(ASKED), f"{r.name}, {seen.scene.name}"))
        for r in rates
    ]
    page.table(("stratum", "cells", "rate", "verdict"), rows)


def _bias(page: Page, seen: Releases) -> None:
    page.say(
        "",
        "Bias (N-12): the mean of published less bounded. Raw integers must have none (four standard "
        "errors); leaning, and cutting at nothing, shift estimates.",
    )
    raw, *others = coverage.biases(seen)
    word = page.judge(abs(raw.mean) < 4 * raw.sure, f"bias of raw integers, {seen.scene.name}")
    rows = [
        (b.name, b.cells, f"{b.typical:.4g}", f"{b.mean:+.4f}", f"{b.sure:.4f}", word if b is raw else "told")
        for b in (raw, *others)
    ]
    page.table(("numbers", "cells", "median size", "mean off", "standard error", "verdict"), rows)


def _error(page: Page, seen: Releases) -> None:
    page.say("", "Median relative error by size of the group (N-10): small groups suffer most.")
    rows = [
        (e.name, e.cells, "" if math.isnan(e.raw) else f"{e.raw:.1%}", f"{e.estimate:.1%}")
        for e in coverage.relative_errors(seen)
    ]
    page.table(("cells", "how many", "raw", "estimate"), rows)
