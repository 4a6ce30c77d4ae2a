"""The two-world audit on all pairs and mutants, at a budget at which some hundred releases say something."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.audit.page import Page
from privacy.policy import POLICY
from tests.privacy.audit import pipeline, short, two_worlds, worlds
from tests.privacy.audit.mutants import MUTANTS, Mutant
from tests.privacy.audit.pipeline import Tables
from tests.privacy.audit.two_worlds import Seen, Verdict
from tests.privacy.audit.worlds import SMALL, SMALL_BOUNDS, Pair, World

AT_MU = 2.0
ALPHA = 1e-4  # over everything that one part looks at
TRAINING, FRESH = 100, 300
MUTANT_RUNS, CERTAIN_RUNS = (60, 220), (40, 90)
# The worlds lie infinitely far apart, or nearly so: few releases are enough.
CERTAIN = {
    "no bound", "global row cap", "every area of a booker", "redefined after bounding", "no noise on zeros",
    "noise seeded by the question", "cells found in the data", "small true counts left out",
    "an exact total beside",
}  # fmt: skip
# What shows in one release, and not between two worlds.
IN_ONE_RELEASE = {
    "a tenth less noise": "mu 2.2 where 2 is claimed is too near for so few releases",
    "one draw for all cells": "each cell alone has its noise",
    "noise that is cut off": "the cut lies in the tails, where few releases come",
    "look-back not charged": "the loss is as large as before; the account is wrong",
    "noise on every reading": "four readings of each release would take four times as long",
}
COLUMNS = (
    "mu moved", "mu claimed", "mu, lower bound", "epsilon claimed", "epsilon, lower bound", "event",
    "with / without, of", "CPU s", "verdict",
)  # fmt: skip


class Watched:
    """The small network at a budget of mu 2; each world is counted and watched once, for all its pairs."""

    def __init__(self, page: Page) -> None:
        self.policy = pipeline.at_mu(AT_MU, replace(POLICY, bounds=SMALL_BOUNDS))
        self.pairs = {pair.name: pair for pair in worlds.pairs(worlds.base(SMALL))}
        self.training, self.fresh = page.pair_runs(TRAINING), page.pair_runs(FRESH)
        self.tables: dict[int, Tables] = {}
        self.seen: dict[int, Seen] = {}

    def counted(self, pair: Pair) -> tuple[Tables, Tables]:
        for world in (pair.there, pair.gone):
            if id(world) not in self.tables:
                self.tables[id(world)] = pipeline.count(world, self.policy)
        return self.tables[id(pair.there)], self.tables[id(pair.gone)]

    def watch(self, world: World, tables: Tables, cells: Sequence[str]) -> Seen:
        if id(world) not in self.seen:
            runs = self.training + self.fresh
            releases = two_worlds.watch(tables, SMALL.regions, self.policy, runs)
            self.seen[id(world)] = two_worlds.columns(cells, releases)
        return self.seen[id(world)]


def pairs(page: Page) -> None:
    """The real pipeline against every pair."""
    watched = Watched(page)
    page.say(
        f"{watched.training + watched.fresh} releases of each world ({watched.fresh} of them fresh) at a "
        f"budget of mu {AT_MU:g}, {len(SMALL.venues)} venues, bounds below; alpha {ALPHA:g} over all pairs. "
        "The code is the same at every budget; at the policy's own, as many releases say nothing (next part)."
    )
    rows = []
    for name, pair in watched.pairs.items():
        start = time.process_time()
        tables = watched.counted(pair)
        told = two_worlds.told_of(pair, *tables, watched.policy)
        there, gone = (
            watched.watch(world, one, told.cells)
            for world, one in zip((pair.there, pair.gone), tables, strict=True)
        )
        found = two_worlds.judge(there, gone, watched.training, told, ALPHA / len(watched.pairs))
        word = page.judge(not found.caught, f"two worlds, pair {name}")
        rows.append((name, *_row(told.moved, found, start), word))
    page.table(("pair", *COLUMNS), rows)


def at_the_policy(page: Page) -> None:
    """The devotee in the full network, at the budget that is promised."""
    training, fresh = page.pair_runs(TRAINING), page.pair_runs(FRESH)
    page.say(
        "The pair *many* (200 performances at 24 venues) with the policy's bounds and budget, "
        f"{training + fresh} releases of each world. Hardly anyone can tell them apart, an audit neither."
    )
    (pair,) = (pair for pair in short.all_pairs() if pair.name == "many")
    tables, start = short.counted("many"), time.process_time()
    found = two_worlds.audit_pair(pair, tables, POLICY, training, fresh, ALPHA)
    moved = two_worlds.told_of(pair, *tables, POLICY).moved
    word = page.judge(not found.caught, "two worlds at the policy")
    page.table(("pair", *COLUMNS), [("many", *_row(moved, found, start), word)])


def mutants(page: Page) -> None:
    """Every mutant that shows between worlds."""
    watched = Watched(page)
    chosen = [mutant for mutant in MUTANTS if mutant.name not in IN_ONE_RELEASE]
    page.say(f"The same audit, blind to what was broken; alpha {ALPHA:g} over all. Each must be caught.")
    rows = []
    for mutant in chosen:
        start = time.process_time()
        found, moved = _mutant(page, watched, mutant, ALPHA / len(chosen))
        word = page.catch(found.caught, f"{mutant.name}, two worlds")
        rows.append((f"{mutant.name} ({mutant.pair})", *_row(moved, found, start), word))
    page.table(("mutant (pair)", *COLUMNS), rows)
    page.say("", "Left to the audit of one release, which catches them:", "")
    page.say(*(f"- {name}: {why}." for name, why in IN_ONE_RELEASE.items()))


def _mutant(page: Page, watched: Watched, mutant: Mutant, alpha: float) -> tuple[Verdict, float]:
    pair = watched.pairs[mutant.pair]
    training, fresh = map(page.runs, CERTAIN_RUNS if mutant.name in CERTAIN else MUTANT_RUNS)
    tables = watched.counted(pair)
    with mutant.applied():
        if mutant.counts:
            tables = tuple(pipeline.count(world, watched.policy) for world in (pair.there, pair.gone))
        moved = two_worlds.told_of(pair, *tables, watched.policy).moved
        return two_worlds.audit_pair(pair, tables, watched.policy, training, fresh, alpha), moved


def _row(moved: float, found: Verdict, start: float) -> tuple[str, ...]:
    return (
        f"{moved:.2f}", f"{found.claimed_mu:.2f}", f"{found.mu:.2f}", f"{found.claimed_epsilon:.2f}",
        f"{found.epsilon:.2f}", found.event, f"{found.hits} / {found.alarms}, {found.runs}",
        f"{time.process_time() - start:.0f}",
    )  # fmt: skip
