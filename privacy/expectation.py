"""What a release will be like: the policy and an earlier release go in, expected errors and costs out.

For the dry run that two people see before they approve. Nothing is counted for it: sizes come from
the last published release, or from the policy's priors where there is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.seasons import Season
from privacy.budget import NANO, Charge, PrivacyLoss, Purpose
from privacy.fitting import Z95
from privacy.mechanisms import Sensitivity, epsilon, release_loss, scale_for
from privacy.policy import DELTAS, LOOKS_BACK, Policy, TablePlan, declared_bounds


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """One table's noise: its scale, the half-width of a raw 95 % interval, and a typical cell.

    `typical` is the median released cell where `from_release`, else the policy's prior.
    """

    name: str
    measure: str
    level: str
    scale: float
    half_width: float
    typical: float
    from_release: bool

    @property
    def relative(self) -> float:
        """Half-width over a typical cell: 0.05 reads "give or take 5 %"."""
        return self.half_width / self.typical if self.typical > 0 else float("inf")


def expected_error(
    policy: Policy, previous: pa.Table | None = None, scales: Mapping[str, float] | None = None
) -> tuple[ExpectedError, ...]:
    """Every table's expected error, in the policy's order. Consistency makes the published one smaller.

    `scales`: those of a correction (privacy.corrections.blocks), by the tables' names.
    """
    known = scales or {plan.name: plan_scale(policy, plan) for plan in policy.tables}
    return tuple(_expected(plan, known[plan.name], previous) for plan in policy.tables)


def expected_charges(policy: Policy, season: Season, *, look_back: bool) -> tuple[Charge, ...]:
    """What publishing this season will cost each account, to the last nano-rho."""
    plans = [plan for plan in policy.tables if look_back or plan.measure not in LOOKS_BACK]
    found = [Charge(season, Purpose.OWN, _loss(policy, plans))]
    if look_back:
        back = [plan for plan in plans if plan.measure in LOOKS_BACK]
        found.append(Charge(season.previous, Purpose.LOOK_BACK, _loss(policy, back)))
    return tuple(found)


def plan_scale(policy: Policy, plan: TablePlan) -> float:
    """The scale of a table's noise, known from the policy alone."""
    return scale_for(_sensitivity(policy, plan), policy.loss(plan))


OTHER_EPSILONS = (0.5, 2.0, 4.0)


def other_margins(policy: Policy) -> dict[float, float]:
    """What other epsilons would give: what every margin would be multiplied by (noise is 1 / sqrt(rho))."""
    return {
        wanted: math.sqrt(policy.budget.plan.nano_rho / _loss_for(wanted).nano_rho)
        for wanted in OTHER_EPSILONS
    }


def _loss_for(wanted: float) -> PrivacyLoss:
    """The largest loss that stays within this epsilon at the first of the policy's deltas."""
    low, high = 1, NANO * 10
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if epsilon(PrivacyLoss(middle), DELTAS[0]) <= wanted else (low, middle)
    return PrivacyLoss(low)


def _loss(policy: Policy, plans: Iterable[TablePlan]) -> PrivacyLoss:
    plans = tuple(plans)
    return release_loss([_sensitivity(policy, p) for p in plans], [plan_scale(policy, p) for p in plans])


def _sensitivity(policy: Policy, plan: TablePlan) -> Sensitivity:
    bound = declared_bounds(policy.bounds)[plan.measure]
    return Sensitivity(bound.cells, bound.size)


def _expected(plan: TablePlan, scale: float, previous: pa.Table | None) -> ExpectedError:
    sizes = _released_sizes(plan, previous)
    typical = float(np.median(sizes)) if len(sizes) else float(plan.typical)
    return ExpectedError(
        plan.name, plan.measure, plan.level, scale, Z95 * scale, typical, from_release=bool(len(sizes))
    )


def _released_sizes(
    plan: TablePlan, previous: pa.Table | None
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The released cells that stand out of their own noise: zeros of empty areas say nothing about size."""
    if previous is None:
        return np.empty(0)
    measure = "reach" if plan.level == "core" else plan.measure
    here = pc.and_(pc.equal(previous["measure"], measure), pc.equal(previous["level"], plan.level))
    cells = previous.filter(pc.and_(here, pc.greater(previous["estimate"], previous["sigma"])))
    sizes: np.ndarray[tuple[int], np.dtype[np.float64]] = cells["estimate"].to_numpy()
    return sizes
