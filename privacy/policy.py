"""The promise to bookers as reviewed constants: the policy that every release follows.

A change here is a change of the promise: it needs two reviewers, a new version and a dated line in
METHODOLOGY. The shares are chosen from public priors (below), never from anything that was released
or counted.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from aggregation.bounds import Bounds, TableBound
from aggregation.measures import CUTS, KIND_CUTS
from privacy.allocation import Tree, Wanted
from privacy.budget import Budget, PrivacyLoss, Purpose

VERSION = "2026-11-28"

UNIT = (
    "one booker's whole season: all rows of one booker, at all venues, in one season (1 August to 31 July); "
    "an order without a booker is a unit of its own"
)
DELTAS = (1e-6, 1e-10)
LIFETIMES = (1, 2, 3, 5, 10)

# rho 0.024355 is epsilon 1 at delta 1e-6; the hard limit 0.088152 is epsilon 2.
BUDGET = Budget(
    plan=PrivacyLoss(24_355_000),
    limit=PrivacyLoss(88_152_000),
    percent=MappingProxyType({Purpose.OWN: 80, Purpose.LOOK_BACK: 15, Purpose.CORRECTION: 5}),
)

BOUNDS = Bounds()

# Reliability, judged on the released value and its known error only (never on an exact count).
INDICATIVE_ABOVE = 0.10
NOT_CHARTED_ABOVE = 0.30

# What lies beyond the first venues is added to the postcode table by one factor; an area's own may differ by
# half of that (one standard deviation, assumed).
FIRST_SPREAD = 0.5

# Where the bounds of a table leave out a share of it, one cell may miss up to this many times that share:
# school groups gather at some venues. Every interval allows for it, since of those that are cut by just under
# half a standard error only 92.1 % would hold what happened; a page says so from that half on.
BEYOND_SPREAD = 3.0
MATTERS_FROM = 0.5

UNPROTECTED = (
    "a venue's own figures, exact, shown to that venue alone",
    "the public programme: which venues, productions and performances there were, and when",
    "the list of members and the versions of peer groups",
)


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table of the workload.

    `level` is "cell" for a table as counted; "district", "region" and "core" are coarser sums of the
    same bounded table, drawn for themselves: adding up hundreds of noisy areas would drown a region.
    `per_mille` is its share of a season's own part, in thousandths, as privacy/allocation.py finds it.
    `typical` is the prior for one cell of a middling venue (or of the network); `aim` the relative error
    that we aim at there, against which the error of this table is weighed.
    """

    measure: str
    level: str
    per_mille: int
    typical: int
    aim: float
    why: str

    @property
    def name(self) -> str:
        return self.measure if self.level == "cell" else f"{self.measure}@{self.level}"


# Priors (assumed for a middling member, taken from no release and no data): 6,000 bookers, 15,000 named
# visits, 3,000 unnamed ones, a third of the bookers back from last season; a booker knows 1.4 venues and
# buys 2.2 tickets an order; the network has 24 members, 100,000 bookers and 4,000 postcode areas in 90
# districts and 12 regions; half of what an area holds is not foretold by its district, size and distance.
# The shares are what privacy/allocation.py finds for these priors and aims; a test holds them to it.
# Looking back costs two seasons: `returning` and `network_returning` stay well under the 15 % for it.
TABLES = (
    TablePlan(
        "reach_by_area_first", "cell", 143, 40, 0.1, "the postcode map; the finest cells that anybody uses"
    ),
    TablePlan("reach_by_area", "district", 120, 150, 0.05, "what an area's estimate leans on"),
    TablePlan("reach_by_area", "region", 72, 450, 0.03, "a region is not the sum of its noisy areas"),
    TablePlan("reach_by_area", "core", 25, 6000, 0.004, "the venue's reach, which every share is a share of"),
    TablePlan(
        "returning",
        "cell",
        64,
        2000,
        0.01,
        "loyalty is the second question after reach; charged to two seasons",
    ),
    TablePlan("attendance_bands", "cell", 67, 700, 0.03, "four cells a venue, the last one small"),
    TablePlan("reach_by_genre", "cell", 70, 700, 0.05, "wide bound: six venues times four genres"),
    TablePlan("reach_by_product_class", "cell", 34, 900, 0.08, "seven cells a venue"),
    TablePlan("reach_by_channel", "cell", 38, 1000, 0.05, "three cells a venue"),
    TablePlan("visits", "cell", 59, 15000, 0.03, "widest bound: twenty visits at each of six venues"),
    TablePlan("tickets", "cell", 19, 16000, 0.15, "close to visits, asked for less often"),
    TablePlan(
        "reach_beyond", "cell", 76, 6000, 0.004, "small, but its noise is part of every venue's total reach"
    ),
    TablePlan(
        "unidentified_visits", "cell", 31, 3000, 0.08, "an order of up to ten; says how complete the rest is"
    ),
    TablePlan("network_reach_by_area", "cell", 68, 25, 0.3, "the network's own map"),
    TablePlan("network_returning", "cell", 5, 30000, 0.01, "one cell"),
    TablePlan("network_attendance_bands", "cell", 6, 25000, 0.01, "four large cells"),
    TablePlan("network_reach_by_genre", "cell", 12, 12000, 0.02, "six genres a booker"),
    TablePlan("network_reach_by_product_class", "cell", 6, 20000, 0.02, "seven large cells"),
    TablePlan("network_reach_by_channel", "cell", 5, 30000, 0.02, "three large cells"),
    TablePlan(
        "network_venues_per_booker",
        "cell",
        9,
        3000,
        0.05,
        "eight cells; the last ones tell what the bounds leave out",
    ),
    TablePlan(
        "visits_beyond", "cell", 15, 30000, 0.4, "two cells: what the bounds leave out of visits and tickets"
    ),
    TablePlan(
        "kinds_beyond", "cell", 13, 4000, 0.5, "four cells: what the bounds leave out of genres and classes"
    ),
    TablePlan("crossover", "cell", 43, 200, 0.4, "276 pairs; read in groups of owners, seldom alone"),
)

# The partition tables of a venue: each counts every core booker of a venue in exactly one cell, so that their
# sums are one and the same number. Consistency stands on this.
VENUE_PARTITIONS = ("reach_by_area", "attendance_bands", "reach_by_channel")
NETWORK_PARTITIONS = (
    "network_reach_by_area",
    "network_attendance_bands",
    "network_reach_by_channel",
    "network_venues_per_booker",
)
# How the tables of a venue add up, for dividing the budget: widest first, with how many lie in one above.
VENUE_TREE = Tree(
    levels=(
        ("reach_by_area@core", 1),
        ("reach_by_area@region", 12),
        ("reach_by_area@district", 8),
        ("reach_by_area_first", 45),
    ),
    beside=(("attendance_bands", 4), ("reach_by_channel", 3)),
    roughness=0.5,
)
LOOKS_BACK = ("returning", "network_returning")
WORKLOAD = "season"


@dataclass(frozen=True, slots=True)
class Policy:
    """The promise as one value. `noiseless` exists for tests of the recipe; publishing refuses it."""

    version: str
    unit: str
    budget: Budget
    bounds: Bounds
    tables: tuple[TablePlan, ...]
    noiseless: bool = False

    def __post_init__(self) -> None:
        if sum(plan.per_mille for plan in self.tables) > 1000:
            raise ValueError("The tables' shares add up to at most the whole of the season's own part.")
        looking_back = PrivacyLoss.total(self.loss(p) for p in self.tables if p.measure in LOOKS_BACK)
        if looking_back > self.budget.part(Purpose.LOOK_BACK):
            raise ValueError(
                "Tables that look back must fit in the part that the earlier season keeps for them."
            )

    def loss(self, plan: TablePlan) -> PrivacyLoss:
        """The most that this table may cost each season it reads, rounded down."""
        return PrivacyLoss(self.budget.part(Purpose.OWN).nano_rho * plan.per_mille // 1000)

    def plans_for(self, measure: str) -> tuple[TablePlan, ...]:
        return tuple(plan for plan in self.tables if plan.measure == measure)

    @property
    def digest(self) -> str:
        """SHA-256 over everything promised."""
        content = {
            "version": self.version,
            "unit": self.unit,
            "plan": self.budget.plan.nano_rho,
            "limit": self.budget.limit.nano_rho,
            "percent": {purpose.value: share for purpose, share in self.budget.percent.items()},
            "bounds": asdict(self.bounds),
            "tables": [asdict(plan) for plan in self.tables],
            "noiseless": self.noiseless,
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


POLICY = Policy(VERSION, UNIT, BUDGET, BOUNDS, TABLES)


def declared_bounds(bounds: Bounds) -> Mapping[str, TableBound]:
    """How far one unit may move each table: the promise that counting is held to, table by table."""
    core, one = bounds.core_venues, TableBound(1, 1)
    per_venue = TableBound(core, 1)
    return {
        "reach_by_area": per_venue,
        "reach_by_area_first": TableBound(bounds.first_venues, 1),
        "returning": per_venue,
        "attendance_bands": per_venue,
        "reach_by_genre": TableBound(core * bounds.genres_per_venue, 1),
        "reach_by_product_class": TableBound(core * bounds.classes_per_venue, 1),
        "reach_by_channel": per_venue,
        "visits": TableBound(core, bounds.tickets_per_venue),
        "tickets": TableBound(core, bounds.tickets_per_venue),
        "reach_beyond": TableBound(bounds.tail_venues - core, 1),
        "unidentified_visits": TableBound(1, bounds.tickets_per_order),
        "network_reach_by_area": one,
        "network_returning": one,
        "network_attendance_bands": one,
        "network_reach_by_genre": TableBound(bounds.network_genres, 1),
        "network_reach_by_product_class": TableBound(bounds.network_classes, 1),
        "network_reach_by_channel": one,
        "network_venues_per_booker": one,
        "crossover": TableBound(bounds.crossover_venues * (bounds.crossover_venues - 1) // 2, 1),
        "visits_beyond": TableBound(len(CUTS), bounds.visits_beyond),
        "kinds_beyond": TableBound(len(KIND_CUTS), bounds.kinds_beyond),
    }


def at_one_venue(bounds: Bounds) -> Mapping[str, TableBound]:
    """How far one unit may move one venue's cells of each table that has venues (for corrections)."""
    one, tickets = TableBound(1, 1), TableBound(1, bounds.tickets_per_venue)
    return {
        "reach_by_area": one,
        "reach_by_area_first": one,
        "returning": one,
        "attendance_bands": one,
        "reach_by_genre": TableBound(bounds.genres_per_venue, 1),
        "reach_by_product_class": TableBound(bounds.classes_per_venue, 1),
        "reach_by_channel": one,
        "visits": tickets,
        "tickets": tickets,
        "reach_beyond": one,
        "unidentified_visits": TableBound(1, bounds.tickets_per_order),
    }


def wanted(policy: Policy) -> list[Wanted]:
    """The policy's tables as dividing the budget sees them."""
    bound = declared_bounds(policy.bounds)
    return [Wanted(p.name, bound[p.measure].l2, p.typical, 1 / p.aim) for p in policy.tables]


def reliability(estimate: float, low: float, high: float) -> str:
    """ "firm", "indicative" or "uncharted": from the released value and its interval alone."""
    half = (high - low) / 2
    if estimate <= 0 or not math.isfinite(half) or half > NOT_CHARTED_ABOVE * estimate:
        return "uncharted"
    return "indicative" if half > INDICATIVE_ABOVE * estimate else "firm"


def shares(policy: Policy) -> Mapping[str, int]:
    """Each table's thousandths of a season's own part, for the methods page."""
    return {plan.name: plan.per_mille for plan in policy.tables}
