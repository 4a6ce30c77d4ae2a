"""The fixed workload: twelve tables of one season at epsilon 1 in all, through Foyer's own policy.

A season's account is spent on this one release: its own part is the whole of rho 0.024355 (epsilon 1 at
delta 1e-6). Bounds are the policy's defaults and shares what its optimiser finds for the stated aims; nothing
here was tuned on the counts of the benchmark's world.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from privacy.allocation import Wanted, divide
from privacy.budget import Budget, PrivacyLoss, Purpose
from privacy.policy import BOUNDS, UNIT, VENUE_TREE, Policy, TablePlan, declared_bounds

RHO = PrivacyLoss(24_355_000)
# The account must also name parts for look-back and corrections; they come on top and are not spent here.
OWN_PERCENT = 80
BUDGET = Budget(
    plan=PrivacyLoss(-(-RHO.nano_rho * 100 // OWN_PERCENT)),
    limit=PrivacyLoss(88_152_000),
    percent=MappingProxyType({Purpose.OWN: OWN_PERCENT, Purpose.LOOK_BACK: 15, Purpose.CORRECTION: 5}),
)
_WHY = "the fixed workload of the accuracy benchmark"
# The table, a typical cell (the policy's priors) and the relative error aimed at (the targets, and for what
# has none, what the policy aims at).
_WANTED = (
    ("reach_by_area_first", "cell", 40, 0.08),
    ("reach_by_area", "district", 150, 0.045),
    ("reach_by_area", "region", 450, 0.03),
    ("reach_by_area", "core", 6000, 0.003),
    ("reach_beyond", "cell", 6000, 0.003),
    ("network_reach_by_area", "cell", 25, 0.3),
    ("attendance_bands", "cell", 700, 0.015),
    ("returning", "cell", 2000, 0.009),
    ("reach_by_genre", "cell", 700, 0.032),
    ("reach_by_channel", "cell", 1000, 0.05),
    ("reach_by_product_class", "cell", 900, 0.08),
    ("crossover", "cell", 200, 0.12),
    ("network_venues_per_booker", "cell", 3000, 0.05),
)


def _divided() -> tuple[TablePlan, ...]:
    """Shares by the same optimum as the policy's own."""
    bound = declared_bounds(BOUNDS)
    plans = [TablePlan(m, level, 0, typical, aim, _WHY) for m, level, typical, aim in _WANTED]
    share = divide([Wanted(p.name, bound[p.measure].l2, p.typical, 1 / p.aim) for p in plans], [VENUE_TREE])
    return tuple(replace(plan, per_mille=share[plan.name]) for plan in plans)


FIXED = Policy("fixed-workload", UNIT, BUDGET, BOUNDS, _divided())
