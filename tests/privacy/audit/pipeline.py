"""The production path as the audit runs it: worlds go in, bounded tables and what anyone may read come out.

Nothing is re-implemented: rows are counted by `count_tables` in DuckDB and published by `protect`, whose
names are looked up at each call, so that a mutant changes what is audited and not the audit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

import aggregation.counts
import privacy.publish
from aggregation.counts import ExactTable
from ingest.seasons import Season
from privacy.budget import NOTHING, Budget, PrivacyLoss, Purpose
from privacy.policy import POLICY, Policy
from privacy.workload import TableFacts
from tests.privacy.audit.worlds import SEASON, World
from tests.spec.rows import ENGINE, SALT, snapshot_of


@dataclass(frozen=True, slots=True)
class Exact:
    """What is true of one drawn cell, and the measure and level that say which noise it gets."""

    number: int
    table: tuple[str, str]


Tables = tuple[ExactTable, ...]
Truth = Mapping[str, Exact]
HONEST = privacy.publish.protect


@dataclass(frozen=True, slots=True)
class Published:
    """A release as the world sees it: what is told of it, and `read`, which anyone may call again."""

    facts: tuple[TableFacts, ...]
    losses: Mapping[Season, PrivacyLoss]
    read: Callable[[], pa.Table]

    def claimed(self, season: Season) -> PrivacyLoss:
        """What the account of this season was charged."""
        return self.losses.get(season, NOTHING)


def count(world: World, policy: Policy = POLICY) -> Tables:
    """Bounded exact tables of the world's rows, through the real engine."""
    with tempfile.TemporaryDirectory() as folder:
        this = snapshot_of(Path(folder), world.rows, SEASON, world.where.programme)
        before = snapshot_of(Path(folder), world.before, SEASON.previous, world.where.programme)
        return aggregation.counts.count_tables(ENGINE, this, before, world.where.keysets, policy.bounds, SALT)


def publish(tables: Sequence[ExactTable], regions: Mapping[str, str], policy: Policy = POLICY) -> Published:
    """One release of these tables."""
    release = privacy.publish.protect(tables, policy, regions)
    losses = {charge.season: charge.loss for charge in release.charges}
    return Published(release.facts, losses, lambda: release.cells)


def truth(tables: Sequence[ExactTable], regions: Mapping[str, str], policy: Policy = POLICY) -> Truth:
    """The exact number behind each drawn cell: the recipe without noise (tests/privacy/test_exactness.py)."""
    release = HONEST(tables, replace(policy, noiseless=True), regions)
    columns = (release.cells[name].to_pylist() for name in ("cell_id", "noisy", "measure", "level"))
    drawn = drawn_tables(release.facts)
    return {
        cell: Exact(number, (measure, level))
        for cell, number, measure, level in zip(*columns, strict=True)
        if (measure, level) in drawn
    }


def at_mu(mu: float, policy: Policy = POLICY) -> Policy:
    """The same policy with a budget at which one booker may be told apart by mu standard deviations.

    At the policy's own budget (mu 0.2) a few hundred releases cannot tell a mutant from the real thing.
    """
    planned = policy.budget.part(Purpose.OWN)
    times = mu**2 / 2 / planned.rho
    plan = PrivacyLoss(round(policy.budget.plan.nano_rho * times))
    limit = PrivacyLoss(round(policy.budget.limit.nano_rho * times))
    return replace(policy, budget=Budget(plan, limit, policy.budget.percent))


def drawn_tables(facts: Sequence[TableFacts]) -> dict[tuple[str, str], float]:
    """Each drawn table's stated scale, by the measure and level that its cells carry."""
    # The cells of a venue's core are called reach.
    return {
        (f.measure.removesuffix("_by_area") if f.level == "core" else f.measure, f.level): f.scale
        for f in facts
    }
