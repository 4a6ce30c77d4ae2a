"""The fixed workload: twelve tables of one season at epsilon 1 in all, through Foyer's own policy.

A season's account is spent on this one release: its own part is the whole of rho 0.024355 (epsilon 1 at
delta 1e-6). Bounds are the policy's defaults, set before any data was made. Shares follow what each table
is read for; nothing here was tuned on the counts of the benchmark's world.
"""

from __future__ import annotations

from types import MappingProxyType

from aggregation.bounds import Bounds
from privacy.budget import Budget, PrivacyLoss, Purpose
from privacy.policy import UNIT, Policy, TablePlan

RHO = PrivacyLoss(24_355_000)
# The account must also name parts for look-back and corrections; they come on top and are not spent here.
OWN_PERCENT = 80
BUDGET = Budget(
    plan=PrivacyLoss(-(-RHO.nano_rho * 100 // OWN_PERCENT)),
    limit=PrivacyLoss(88_152_000),
    percent=MappingProxyType({Purpose.OWN: OWN_PERCENT, Purpose.LOOK_BACK: 15, Purpose.CORRECTION: 5}),
)
_WHY = "the fixed workload of the accuracy benchmark"
TABLES = tuple(
    TablePlan(measure, level, percent, typical, _WHY)
    for measure, level, percent, typical in (
        ("reach_by_area", "cell", 24, 40),
        ("reach_by_area", "district", 11, 150),
        ("reach_by_area", "region", 6, 450),
        ("reach_by_area", "core", 6, 6000),
        ("reach_beyond", "cell", 8, 200),
        ("network_reach_by_area", "cell", 9, 25),
        ("attendance_bands", "cell", 6, 1500),
        ("returning", "cell", 7, 2000),
        ("reach_by_genre", "cell", 9, 700),
        ("reach_by_channel", "cell", 3, 2000),
        ("reach_by_product_class", "cell", 4, 900),
        ("crossover", "cell", 6, 200),
        ("network_venues_per_booker", "cell", 1, 20000),
    )
)
FIXED = Policy("fixed-workload", UNIT, BUDGET, Bounds(), TABLES)
