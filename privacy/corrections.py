"""A correction: what is drawn anew for one venue, at which scale, and what stands of the edition before.

Which cells are drawn anew is settled by the announced venue and the policy alone: all cells of that venue,
and every table that spans venues, zeros and unchanged cells included. All other integers stand as they were
drawn. So neither the cells nor the charge say what was corrected, nor whether anything was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from aggregation.measures import Keyset
from ingest.seasons import Season
from privacy.budget import Charge, PrivacyLoss, Purpose
from privacy.mechanisms import Draw, Sensitivity, release_loss, scale_for, table_loss
from privacy.policy import LOOKS_BACK, Policy, TablePlan, at_one_venue, declared_bounds
from privacy.workload import Planned, TableFacts, charges

# What comes after the colon names tables; the words before it are in the catalogue.
OTHER_TABLES = "The edition before has other tables than the policy has now. Nothing was charged"
OTHER_CELLS = "The cells of a table are others than in the edition before. Nothing was charged"


class NotCorrectableError(Exception):
    """The edition before and this one do not have the same cells; nothing was charged."""


@dataclass(frozen=True, slots=True)
class Block:
    """What is drawn anew of one table: how far a unit moves it, and the scale of its noise."""

    plan: TablePlan
    sensitivity: Sensitivity
    scale: float


def blocks(policy: Policy) -> dict[str, Block]:
    """Every table's block by name. Where the part for corrections does not hold it, all is noisier alike."""
    spanning, alone = declared_bounds(policy.bounds), at_one_venue(policy.bounds)
    found = {}
    for plan in policy.tables:
        whole = Sensitivity(spanning[plan.measure].cells, spanning[plan.measure].size)
        bound = alone.get(plan.measure, spanning[plan.measure])
        found[plan.name] = Block(
            plan, Sensitivity(bound.cells, bound.size), scale_for(whole, policy.loss(plan))
        )
    as_before = {name: table_loss(block.sensitivity, block.scale).nano_rho for name, block in found.items()}
    # A nano-rho a table of slack: losses are rounded up one by one, and again together.
    allowed = policy.budget.part(Purpose.CORRECTION).nano_rho - 2 * len(found)
    asked = sum(as_before.values())
    if asked <= allowed:
        return found
    return {
        name: replace(
            block, scale=scale_for(block.sensitivity, PrivacyLoss(as_before[name] * allowed // asked))
        )
        for name, block in found.items()
    }


def expected_charges(policy: Policy, season: Season, *, look_back: bool) -> tuple[Charge, ...]:
    """What a correction of this season costs each account, to the last nano-rho, whatever it corrects."""
    drawn = [b for b in blocks(policy).values() if look_back or b.plan.measure not in LOOKS_BACK]
    found = [Charge(season, Purpose.CORRECTION, _loss(drawn))]
    if look_back:
        back = [block for block in drawn if block.plan.measure in LOOKS_BACK]
        found.append(Charge(season.previous, Purpose.CORRECTION, _loss(back)))
    return tuple(found)


def _loss(drawn: list[Block]) -> PrivacyLoss:
    return release_loss([block.sensitivity for block in drawn], [block.scale for block in drawn])


def plan_correction(
    planned: Planned, venue: str, cells: pa.Table, manifest: Mapping[str, Any], policy: Policy
) -> Planned:
    """The same release with one venue's cells and what spans venues drawn anew; NotCorrectableError.

    `cells` and `manifest` are those of the edition before.
    """
    before = {table["name"]: table for table in manifest["tables"]}
    if before.keys() != {fact.name for fact in planned.facts}:
        others = sorted(before.keys() ^ {fact.name for fact in planned.facts})
        raise NotCorrectableError(f"{OTHER_TABLES}: {', '.join(others)}")
    drawn_anew = blocks(policy)
    facts, draws, stand = [], {}, {}
    for fact in planned.facts:
        if before[fact.name]["keyset_digest"] != fact.keyset.digest:
            raise NotCorrectableError(f"{OTHER_CELLS}: {fact.name}")
        block, counts = drawn_anew[fact.name], planned.draws[fact.name].counts
        kept: dict[str, float] = {}
        if fact.measure in at_one_venue(policy.bounds):
            kept = {name: s for name, s in scales_of(before[fact.name], fact.keyset).items() if name != venue}
            at = _at(fact.keyset, venue)
            counts = counts.reshape(len(kept) + 1, -1)[at]
            stand[fact.name] = _integers(cells, fact)
        scale = 0.0 if policy.noiseless else block.scale
        bounds = dict.fromkeys(fact.bounds, block.sensitivity)
        losses = {} if policy.noiseless else {s: table_loss(b, scale) for s, b in bounds.items()}
        facts.append(replace(fact, scale=scale, bounds=bounds, losses=losses, kept=kept))
        draws[fact.name] = Draw(counts, block.sensitivity, scale)
    charged = () if policy.noiseless else charges(facts, planned.season, Purpose.CORRECTION)
    return replace(planned, facts=tuple(facts), draws=draws, charges=charged, stand=stand)


def scales_of(table: Mapping[str, Any], keyset: Keyset) -> dict[str, float]:
    """The scale of each venue's noise in a table of a manifest."""
    kept = {venue: part["scale"] for part in table.get("kept", ()) for venue in part["venues"]}
    return {venue: kept.get(venue, table["scale"]) for venue in keyset.axes[0].labels}


def _at(keyset: Keyset, venue: str) -> int:
    venues = keyset.axes[0].labels
    if venue not in venues:
        raise NotCorrectableError(f"{OTHER_CELLS}: {venue}")
    return venues.index(venue)


def _integers(cells: pa.Table, fact: TableFacts) -> NDArray[np.int64]:
    """What was drawn of a table, in keyset order, from the cells of a release."""
    # A venue's core is published under the name of the reach that it is.
    measure = "reach" if fact.level == "core" else fact.measure
    here = pc.and_(pc.equal(cells["measure"], measure), pc.equal(cells["level"], fact.level))
    drawn = cells.filter(pc.and_(here, pc.is_valid(cells["noisy"])))["noisy"].to_numpy()
    if len(drawn) != fact.keyset.size:
        raise NotCorrectableError(f"{OTHER_CELLS}: {fact.name}")
    return np.asarray(drawn, dtype=np.int64)
