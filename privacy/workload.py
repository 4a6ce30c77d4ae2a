"""What is drawn: exact tables and the policy go in; tables with scales, and each season's charge, come out.

Everything decided here is decided from bounds, keysets and the policy: no count is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aggregation.bounds import Bounds
from aggregation.measures import Axis, Keyset
from ingest.seasons import Season
from privacy.budget import Charge, PrivacyLoss, Purpose
from privacy.mechanisms import Draw, Sensitivity, release_loss, scale_for, table_loss
from privacy.nearness import NOWHERE, Nearness
from privacy.policy import WORKLOAD, Policy, TablePlan, declared_bounds

if TYPE_CHECKING:  # exact counts are handed in; importing this module does not bring the engine along
    from aggregation.counts import ExactTable


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is told about one drawn table: all of it public. `bounds` and `losses` stand per season read.

    `kept`: in a correction, the venues whose integers stand as drawn before, with the scale of their noise.
    """

    name: str
    measure: str
    level: str
    keyset: Keyset
    scale: float
    bounds: Mapping[Season, Sensitivity]
    losses: Mapping[Season, PrivacyLoss]
    kept: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A release before its draw. `draws` are private; the rest is public.

    `stand`: in a correction, the integers of the edition before, of tables of which some stand.
    """

    season: Season
    facts: tuple[TableFacts, ...]
    draws: Mapping[str, Draw]
    charges: tuple[Charge, ...]
    bounds: Bounds
    stand: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    def whole(self, fact: TableFacts, drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        """A table's integers in keyset order: those drawn now, and those that stand."""
        if not fact.kept:
            return drawn
        venues = fact.keyset.axes[0].labels
        integers = self.stand[fact.name].reshape(len(venues), -1).copy()
        anew = [venue not in fact.kept for venue in venues]
        integers[anew] = drawn.reshape(-1, integers.shape[1])
        return integers.ravel()


@dataclass(frozen=True, slots=True)
class Publication:
    """What two people approve before anything is drawn; its digest binds every part.

    `input_digest` is the salted hash of the input snapshots, `keyset_digest` that of the declared cells.
    `corrects` names the venue for which the edition before is corrected, and is empty otherwise.
    """

    season: Season
    edition: int
    input_digest: str
    keyset_digest: str
    regions_digest: str
    policy_digest: str
    workload: str = WORKLOAD
    corrects: str = ""

    @property
    def before(self) -> str:
        """The key of the edition before this one."""
        return replace(self, edition=self.edition - 1).key

    @property
    def key(self) -> str:
        """One key per period, workload and edition: also the release's id and its folder's name."""
        return f"{self.season.slug}.{self.workload}.e{self.edition}"

    @property
    def digest(self) -> str:
        parts = [self.key, self.input_digest, self.keyset_digest, self.regions_digest, self.policy_digest]
        parts += [self.corrects] if self.corrects else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def regions_digest(regions: Mapping[str, str], near: Nearness = NOWHERE) -> str:
    """SHA-256 over the public geography: the map from areas to regions, and what estimates lean on."""
    lines = [*(f"{area}\t{region}" for area, region in sorted(regions.items())), near.digest]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def regions_of(areas: Sequence[str], regions: Mapping[str, str]) -> list[str]:
    """Each area's region; unknown, abroad and what the map does not name stand for themselves."""
    return [regions.get(area, area) for area in areas]


def districts(areas: Sequence[str], regions: Mapping[str, str]) -> list[str]:
    """Each area's district: its country and the first two characters of its code, within one region.

    A district that lies in two regions is two districts, so that districts add up to regions.
    """
    prefixes = {area: area[: area.find("-") + 3] for area in areas if area in regions}
    inside: dict[str, set[str]] = {}
    for area, prefix in prefixes.items():
        inside.setdefault(prefix, set()).add(regions[area])
    return [
        area
        if area not in prefixes
        else prefixes[area]
        if len(inside[prefixes[area]]) == 1
        else f"{prefixes[area]} ({regions[area]})"
        for area in areas
    ]


def plan_release(tables: Sequence[ExactTable], policy: Policy, regions: Mapping[str, str]) -> Planned:
    """Every table of the policy that was counted, with its scale and cost; one unknown to it is refused."""
    unknown = {table.measure for table in tables} - {plan.measure for plan in policy.tables}
    if unknown or not tables:
        raise ValueError(f"The policy has no share for {sorted(unknown) or 'an empty workload'}.")
    season = max(season for table in tables for season in table.bounds)
    promised = declared_bounds(policy.bounds)
    facts: list[TableFacts] = []
    draws: dict[str, Draw] = {}
    for table in tables:
        if any(b.l2 > promised[table.measure].l2 for b in table.bounds.values()):
            raise ValueError(f"The count of {table.measure} states a wider bound than the policy promises.")
        for plan in policy.plans_for(table.measure):
            keyset, counts = _at_level(table, plan, regions)
            bounds = {s: Sensitivity(bound.cells, bound.size) for s, bound in table.bounds.items()}
            scale = 0.0 if policy.noiseless else _scale(plan, bounds, policy)
            losses = {} if policy.noiseless else {s: table_loss(b, scale) for s, b in bounds.items()}
            facts.append(TableFacts(plan.name, plan.measure, plan.level, keyset, scale, bounds, losses))
            draws[plan.name] = Draw(counts, bounds[season], scale)
    if len(draws) != len(facts):
        raise ValueError("Each measure is counted once in a release.")
    charged = () if policy.noiseless else charges(facts, season)
    return Planned(season, tuple(facts), draws, charged, policy.bounds)


def charges(
    facts: Sequence[TableFacts], season: Season, purpose: Purpose | None = None
) -> tuple[Charge, ...]:
    """What each season's account pays: OpenDP's map of all tables that read it, by their bounds for it.

    `purpose`: what for, where it is one and the same for each season.
    """
    found = []
    for read in sorted({s for fact in facts for s in fact.bounds}, reverse=True):
        reading = [fact for fact in facts if read in fact.bounds]
        loss = release_loss([fact.bounds[read] for fact in reading], [fact.scale for fact in reading])
        own = Purpose.OWN if read == season else Purpose.LOOK_BACK
        found.append(Charge(read, purpose or own, loss))
    return tuple(found)


def _scale(plan: TablePlan, bounds: Mapping[Season, Sensitivity], policy: Policy) -> float:
    return max(scale_for(bound, policy.loss(plan)) for bound in bounds.values())


def _at_level(
    table: ExactTable, plan: TablePlan, regions: Mapping[str, str]
) -> tuple[Keyset, NDArray[np.int64]]:
    """The table as counted, or summed to districts, regions or the venue's core.

    A booker has one area per venue, so the sums move in no more cells, and by no more, than the areas do:
    one cell per core venue. That holds for a partition of a venue's bookers and for nothing else.
    """
    if plan.level == "cell":
        return table.keyset, table.counts
    venues, fine = table.keyset.axes
    by_venue = table.counts.reshape(len(venues.labels), -1)
    if plan.level == "core":
        return Keyset((venues,)), by_venue.sum(axis=1)
    place_in = {"district": districts, "region": regions_of}[plan.level]
    into = place_in(fine.labels, regions)
    labels = tuple(dict.fromkeys(into))
    place = np.array([labels.index(label) for label in into])
    summed = np.zeros((len(venues.labels), len(labels)), dtype=np.int64)
    np.add.at(summed.T, place, by_venue.T)
    return Keyset((venues, Axis(fine.dimension, labels))), summed.ravel()
