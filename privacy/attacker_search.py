"""Looking for worlds: a goal and who reads goes in; two readers for whom there is none come out.

Likely worlds are tried for all of them first, in closed form; then HiGHS looks for one that several readers
share, and at last for each two by themselves. Whatever is found is looked at before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from privacy.attacker_facts import Bools, Readers
from privacy.attacker_family import Family
from privacy.attacker_programs import Program
from privacy.attacker_worlds import Goal, Pairs, alike, alike_to, eases, likely
from privacy.disclosure_cells import Floats

WIDE = 16  # columns on either side in which a world is looked for at first
MANY = 8  # readers for whom one world is looked for at once


class Known:
    """The worlds that were found for the goal at hand: turned round, or with less told, many still are."""

    def __init__(self) -> None:
        self._goal: Goal | None = None
        self._worlds: list[tuple[NDArray[np.intp], Floats, float]] = []

    def of(self, goal: Goal) -> list[tuple[NDArray[np.intp], Floats, float]]:
        """Columns, moves of them, and by how much these move the goal."""
        return self._worlds if goal is self._goal else []

    def add(self, goal: Goal, world: tuple[NDArray[np.intp], Floats, float]) -> None:
        """Remember one; those of another goal are forgotten."""
        if goal is not self._goal:
            self._goal, self._worlds = goal, []
        self._worlds.append(world)


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for worlds of a family. `pairs`: every two readers."""

    readers: Readers
    pairs: Pairs
    known: Known = field(default_factory=Known)

    def who_can_tell(
        self, family: Family, goal: Goal, step: float, pairs: Pairs | None = None
    ) -> Pairs | None:
        """Looks for worlds until each two readers have one; a pair that has none can tell.

        `pairs`: those asked about, every two where nothing is given.
        """
        pairs = self.pairs if pairs is None else pairs
        pairs = pairs.only(np.flatnonzero((pairs.places != goal.owner).all(axis=1)))
        for columns in self.columns(family, goal, step):
            giving = eases(family, columns)
            for base, ease in product(self._bases(family, goal, step, columns), giving):
                if not len(pairs.places):
                    return None
                worlds = likely(family, goal, base, columns, pairs, self.readers, ease)
                pairs = pairs.only(np.flatnonzero(~alike(family, columns, worlds, pairs)))
        for columns, moves, by in self.known.of(goal):
            if not len(pairs.places):
                return None
            alike_by = alike_to(family, columns, moves * (step / by), pairs, self.readers)
            pairs = pairs.only(np.flatnonzero(~alike_by))
        ranked = bool(family.touching(np.flatnonzero(goal.columns)).ranks)
        many = 2 if ranked else MANY
        while len(pairs.places):
            answered = self._solved(family, goal, step, pairs.together(many), pairs)
            if answered is not None:
                pairs = pairs.only(np.flatnonzero(~answered))
            elif many > 2:
                many //= 2
            else:
                return pairs.only(np.array([0]))
        return None

    def _solved(self, family: Family, goal: Goal, step: float, first: Pairs, pairs: Pairs) -> Bools | None:
        """Who has the world that HiGHS finds for the first pair; None where it finds none."""
        wide = self.wide(family, goal, step)
        ranked = bool(family.touching(wide).ranks)
        tried = [wide]
        if ranked:
            tried = [np.unique(np.concatenate(list(self.columns(family, goal, step)))), wide]
        elif first.places.shape[1] == 2:
            tried = [wide, self.wide(family, goal, step, 3 * WIDE)]
        for columns in {some.tobytes(): some for some in tried}.values():
            program = Program(family, goal, columns, first)
            guides = list(self._guides(family, goal, step, columns))
            for guide in guides if columns is tried[0] and ranked else guides[:1]:
                moves = program.world(step, guide)
                if moves is not None:
                    answered = alike_to(family, columns, moves, pairs, self.readers)
                    if answered[0]:
                        self.known.add(goal, (columns, moves, step))
                        return answered
        return None

    def _guides(self, family: Family, goal: Goal, step: float, columns: NDArray[np.intp]) -> Iterator[Floats]:
        """By which moves the owners may be led to other ranks: (columns, venues)."""
        for some in self.columns(family, goal, step):
            for base in self._bases(family, goal, step, some, swaps=4):
                guide = np.zeros((len(columns), len(base)))
                guide[columns == some[0]] = base
                if len(some) > 1:
                    guide[columns == some[1]] = -base
                yield guide

    def columns(self, family: Family, goal: Goal, step: float) -> Iterator[NDArray[np.intp]]:
        """Where the venue's count moves, and where against it: under the same total, or anywhere."""
        own, others = self._sizes(family, goal)
        # What grows is taken from others there, and from the venue elsewhere; what shrinks, the other way.
        column = int(np.where(goal.columns, others if step > 0 else own, -np.inf).argmax())
        if not family.closed:
            yield np.array([column])
            return
        outside = np.where(goal.columns, -np.inf, own if step > 0 else others)
        near = family.parents == family.parents[column]
        mates = [int(np.where(near, outside, -np.inf).argmax()), int(outside.argmax())]
        for mate in dict.fromkeys(mate for mate in mates if np.isfinite(outside[mate])):
            yield np.array([column, mate])

    def _sizes(self, family: Family, goal: Goal) -> tuple[Floats, Floats]:
        """By column: what the goal's venues have, and what all of other owners have."""
        counts = np.maximum(family.values, 0.0)
        others = self.readers.of_venue[family.of] != goal.owner
        return counts[:, goal.venues].sum(axis=1), counts[:, others].sum(axis=1)

    def wide(self, family: Family, goal: Goal, step: float, most: int = WIDE) -> NDArray[np.intp]:
        """More columns: where most can be taken from the venue and given to others, or the other way."""
        own, others = self._sizes(family, goal)
        gains, loses = (goal.columns, ~goal.columns) if step > 0 else (~goal.columns, goal.columns)
        if not family.closed:
            return np.flatnonzero(goal.columns)
        narrow = [one for pair in self.columns(family, goal, step) for one in pair]
        room = np.where(gains, others, own)
        parts = [
            np.argsort(np.where(side, -room, np.inf), kind="stable")[: min(most, int(side.sum()))]
            for side in (gains, loses)
        ]
        return np.unique(np.concatenate([*parts, np.array(narrow, dtype=np.intp)]))

    def _bases(
        self, family: Family, goal: Goal, step: float, columns: NDArray[np.intp], swaps: int = 2
    ) -> Iterator[Floats]:
        """The venue moves alone; or it changes places with one beyond the step, which keeps every ranking."""
        yield np.asarray(goal.venues * step, dtype=np.float64)
        venue = int(np.flatnonzero(goal.venues)[0])
        for ranks in family.touching(columns[:1]).ranks:
            weights = ranks.fact.weights
            if not weights[venue] > 0:
                continue
            value = family.values[ranks.fact.columns].sum(axis=0) * weights
            other_owner = self.readers.of_venue[family.of] != goal.owner
            far = np.where((weights > 0) & other_owner, (value - value[venue]) / (step * weights[venue]), -1)
            for other in np.argsort(np.where(far >= 1.0, far, np.inf))[:swaps]:
                if far[other] >= 1.0:
                    swap = np.zeros(len(value))
                    swap[venue] = (value[other] - value[venue]) / weights[venue]
                    swap[other] = (value[venue] - value[other]) / weights[other]
                    yield np.asarray(swap, dtype=np.float64)
            return
