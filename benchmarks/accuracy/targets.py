"""What the fixed workload is asked to reach, and whether it did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

# Median relative error on cells of 100 or more.
TARGETS: Mapping[tuple[str, str], float] = {
    ("reach", "total"): 0.003,
    ("reach_by_area", "region"): 0.03,
    ("reach_by_area", "district"): 0.045,
    ("reach_by_area", "cell"): 0.08,
    ("attendance_bands", "cell"): 0.015,
    ("returning", "cell"): 0.009,
    ("new", "cell"): 0.009,
    ("reach_by_genre", "cell"): 0.032,
    ("crossover", "cell"): 0.12,
}
# How many times the best peer's error over all cells must be ours, by table.
TIMES_BELOW_PEERS: Mapping[str, float] = {"venue": 10.0, "area": 4.0}
# How far the linear stage may be from its bound.
FROM_THE_BOUND = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """One target: what was asked and found, in words, and whether that is enough."""

    what: str
    asked: str
    found: str
    met: bool

    @property
    def word(self) -> str:
        return "met" if self.met else "**MISSED**"


def target_verdicts(found: pl.DataFrame) -> list[Verdict]:
    """Every target on medians against an evaluation; one that was not evaluated is missed."""
    rows = {(row["measure"], row["level"]): row["100 and more"] for row in found.iter_rows(named=True)}
    verdicts = []
    for place, target in TARGETS.items():
        value = rows.get(place)
        got = math.nan if value is None else float(value)
        asked = f"at most {target:.1%}"
        verdicts.append(Verdict("@".join(place), asked, f"{got:.2%}", got <= target))
    return verdicts


def times_verdict(table: str, which: str, best: float, ours: float) -> Verdict:
    """How many times smaller our error is than the best peer's, `which` says after what."""
    asked, times = TIMES_BELOW_PEERS[table], best / ours
    what = f"RMSE of all {table} cells below the best peer's, {which}"
    return Verdict(what, f"at least {asked:g} times", f"{times:.1f} times", times >= asked)


def bound_verdict(what: str, ours: float, bound: float) -> Verdict:
    """How far the weighted variance is above its bound."""
    away = ours / bound - 1
    return Verdict(what, f"within {FROM_THE_BOUND:.0%}", f"{away:.1%} above", away <= FROM_THE_BOUND)
