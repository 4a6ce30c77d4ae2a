"""A family: released counts and all that is told of them, found by the columns that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from privacy.attacker_facts import Bools, Fact, Node, Told
from privacy.disclosure_cells import Floats
from privacy.disclosure_rules import ORDER_STATISTIC_STEP, order_blocks

MOST_KEPT = 4096  # stacks of facts that are remembered


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums that touch some columns, stacked: each column's place in them, by venue, who knows them.

    `inside` (sums, those columns), `weights` (sums, venues), `seen` (sums, readers); `size`: of all that
    enters a sum, by which it is told whether a move of it shows.
    """

    inside: Floats
    weights: Floats
    seen: Bools
    size: Floats


@dataclass(frozen=True, slots=True)
class Ranks:
    """An order statistic: the owners that it ranks, what makes their means of counts, and these means.

    `shown`: what each reader reads of it; not-a-number for who does not.
    """

    fact: Fact
    owners: NDArray[np.intp]
    rows: Floats  # (owners, venues)
    now: Floats
    shown: Floats = field(init=False)

    def __post_init__(self) -> None:
        shown = np.full(len(self.fact.seen), np.nan)
        readers = np.flatnonzero(self.fact.seen)
        shown[readers] = self.read(np.broadcast_to(self.now, (len(readers), len(self.now))), readers)
        object.__setattr__(self, "shown", shown)

    def read(self, means: Floats, readers: NDArray[np.intp]) -> Floats:
        """What each of these readers reads when the owners' means are these: of all owners but itself."""
        own = self.owners == readers[:, None]
        # Who reads goes to the end, out of the way of the ranks of the others.
        ordered = np.sort(np.where(own, np.inf, means), axis=1)
        inside = own.any(axis=1)
        found = np.full(len(readers), np.nan)
        for count in (0, 1):
            block = order_blocks(len(self.owners) - count).get(self.fact.ordered)
            if block is not None:
                middle = ordered[:, block[0] : block[1] + 1].mean(axis=1)
                found = np.where(inside == bool(count), middle, found)
        return rounded(found)


@dataclass(frozen=True, slots=True)
class Touching:
    """What is told of any of some columns."""

    sums: Sums
    ranks: tuple[Ranks, ...]


class Facts:
    """Facts of one table, found by the columns that they speak of: there are thousands, few speak of one."""

    def __init__(self, facts: Sequence[Fact], values: Floats, owner: NDArray[np.intp]) -> None:
        self.all = tuple(facts)
        self._values, self._owner = values, owner
        self._readers = len(self.all[0].seen) if self.all else 0
        self._of_column: dict[int, list[int]] = {}
        for number, fact in enumerate(self.all):
            for column in np.flatnonzero(fact.columns).tolist():
                self._of_column.setdefault(column, []).append(number)
        self._sizes: dict[int, float] = {}
        self._ranked: dict[int, Ranks] = {}
        self._found: dict[tuple[bytes, frozenset[Told]], Touching] = {}

    def touching(self, columns: NDArray[np.intp], dropped: frozenset[Told] = frozenset()) -> Touching:
        """What is told of any of these columns, without what is left out."""
        key = columns.tobytes(), dropped
        if key not in self._found:
            if len(self._found) >= MOST_KEPT:
                self._found.clear()
            numbers = {number for column in columns.tolist() for number in self._of_column.get(column, ())}
            facts = [self.all[number] for number in sorted(numbers)]
            told = [fact for fact in facts if fact.past or fact.told not in dropped]
            ranks = tuple(self._ranks(fact) for fact in told if fact.ordered)
            self._found[key] = Touching(self._sums([f for f in told if not f.ordered], columns), ranks)
        return self._found[key]

    def _sums(self, facts: Sequence[Fact], columns: NDArray[np.intp]) -> Sums:
        return Sums(
            np.array([fact.columns[columns] for fact in facts], dtype=float).reshape(-1, len(columns)),
            np.array([fact.weights for fact in facts]).reshape(-1, self._values.shape[1]),
            np.array([fact.seen for fact in facts], dtype=bool).reshape(len(facts), self._readers),
            np.array([self._size(fact) for fact in facts]),
        )

    def _size(self, fact: Fact) -> float:
        if id(fact) not in self._sizes:
            self._sizes[id(fact)] = float(np.abs(self._values[fact.columns] * fact.weights).sum())
        return self._sizes[id(fact)]

    def _ranks(self, fact: Fact) -> Ranks:
        if id(fact) not in self._ranked:
            self._ranked[id(fact)] = self._rank(fact)
        return self._ranked[id(fact)]

    def _rank(self, fact: Fact) -> Ranks:
        owners = np.unique(self._owner[fact.weights > 0])
        rows = (self._owner == owners[:, None]) * fact.weights
        rows = rows / np.maximum((rows > 0).sum(axis=1, keepdims=True), 1)
        return Ranks(fact, owners, rows, self._values[fact.columns].sum(axis=0) @ rows.T)


@dataclass(frozen=True, slots=True)
class Family:
    """Released counts, (columns, venues), and all that is told of them.

    A venue that an earlier edition showed otherwise stands a second time behind the venues, with what it was;
    `of` names for each the venue it is. `most`: the most that each can be. `closed`: each venue's columns
    add up to what everyone is taken to know. `parents`: columns right under the same total have the same
    number. `error`: of each node, what its noise may be (95 %).
    """

    name: str
    values: Floats
    most: Floats
    closed: bool
    of: NDArray[np.intp]
    parents: NDArray[np.intp]
    nodes: Mapping[Node, Bools]
    error: Mapping[Node, Floats]
    facts: Facts
    dropped: frozenset[Told] = frozenset()

    def touching(self, columns: NDArray[np.intp]) -> Touching:
        """What is told of any of these columns."""
        return self.facts.touching(columns, self.dropped)

    def told(self) -> list[Fact]:
        """Everything that is told."""
        return [fact for fact in self.facts.all if fact.past or fact.told not in self.dropped]

    def without(self, dropped: Sequence[Told]) -> Family:
        """The same when these are left out. What an earlier edition told stays told."""
        return replace(self, dropped=self.dropped.union(dropped))


def rounded(values: Floats) -> Floats:
    """disclosure_rules.round_to_step for many values at once."""
    finest = np.maximum(np.abs(values), 1e-300) * ORDER_STATISTIC_STEP
    power = 10.0 ** np.floor(np.log10(finest))
    steps = power[..., None] * np.array([1.0, 2.0, 2.5, 5.0, 10.0])
    fits = steps >= finest[..., None] * (1 - 1e-12)
    step = np.take_along_axis(steps, fits.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    return np.asarray(np.round(np.round(values / step) * step, 12))
