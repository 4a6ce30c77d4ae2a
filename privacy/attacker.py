"""The attacker check (T-08): files as they would go out in; whom two readers can tell too closely out.

The rules judge each number by itself and do not see what several tell together. So every released count
that shown numbers speak of is attacked for each venue and each owner, with all that any two readers see and
their own figures known. It is safe when ten per cent more and ten per cent less would look the same to them;
a count, or a change of one, within its own noise is not attacked, since nobody can tell it anyway.
Whatever is found is mended by telling less, until nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privacy.attacker_facts import COORDINATOR, Edition, Node, Readers, Told
from privacy.attacker_families import AREAS, Values, families
from privacy.attacker_family import Family
from privacy.attacker_programs import Program
from privacy.attacker_search import Search
from privacy.attacker_worlds import Goal, Pairs
from privacy.disclosure_areas import Nesting
from privacy.disclosure_cells import Floats
from privacy.disclosure_rules import P_PERCENT


@dataclass(frozen=True, slots=True)
class Breach:
    """Two readers who can tell a venue's count in a cell to between `low` and `high`, in parts of it.

    `refused` is left out for it; nothing where earlier editions tell it without this one.
    """

    readers: tuple[str, str]
    figure: str
    cell: Node
    owner: str
    low: float
    high: float
    refused: tuple[Told, ...]


def attack(
    now: Edition,
    venues: Sequence[str],
    owners: Mapping[str, str],
    regions: Mapping[str, str],
    earlier: Sequence[Edition] = (),
) -> tuple[Breach, ...]:
    """Every breach in these files; without what their `refused` name there is none left to mend.

    `earlier`: the editions of the same season that could be read before.
    """
    readers = Readers.of(venues, owners)
    values = Values.of(now, readers)
    before = [Values.of(edition, readers) for edition in earlier]
    nesting = Nesting(values.labels(AREAS) if (AREAS, "cell") in values.grids else (), regions)
    if readers.size < 3:
        return ()
    found: list[Breach] = []
    for family in families(values, readers, nesting, before):
        found += _Attack(family, readers).run()
    return tuple(found)


class _Attack:
    """One family under attack, told less of with each breach that is found."""

    def __init__(self, family: Family, readers: Readers) -> None:
        self._family, self._readers = family, readers
        self._search = Search(readers, Pairs.of(family, readers))

    def run(self) -> list[Breach]:
        found = []
        unique: dict[bytes, Node] = {}
        for node, mask in self._family.nodes.items():
            unique.setdefault(mask.tobytes(), node)
        for node in unique.values():
            for goal in list(self._goals(node)):
                while (breach := self._breach(goal)) is not None:
                    found.append(breach)
                    if not breach.refused:
                        break
                    self._family = self._family.without(breach.refused)
        return found

    def _goals(self, node: Node) -> Iterator[Goal]:
        """Each venue's count in a cell, each owner's, and by how much a venue moved between editions."""
        family, inside = self._family, self._family.nodes[node]
        if family.closed and inside.all():
            return  # all of a venue's bookers, which everyone is taken to know
        counts, most = family.values[inside].sum(axis=0), family.most[inside].sum(axis=0)
        if family.closed:
            most = np.minimum(most, counts + np.maximum(family.values[~inside], 0.0).sum(axis=0))
        now = np.arange(len(family.of)) < len(self._readers.venues)
        noise = self._noise(node)
        of_owner = self._readers.of_venue[family.of]
        alone = [family.of == venue for venue in range(len(self._readers.venues))]
        together = [of_owner == owner for owner in range(len(self._readers.owners))]
        for who in {mask.tobytes(): mask for mask in (*alone, *together)}.values():
            mine = who & now
            value = float(counts[mine].sum())
            if value > np.sqrt((noise[np.flatnonzero(mine)] ** 2).sum()) and value > 0:
                largest = family.of == np.flatnonzero(mine)[counts[mine].argmax()]
                room = max(float(most[mine].sum()) - value, 0.0)
                up, down = min(P_PERCENT * value, room), P_PERCENT * value
                owner = int(of_owner[np.flatnonzero(mine)[0]])
                yield Goal(node, inside, mine.astype(float), largest, owner, value, up, down)
        for was in np.flatnonzero(~now):
            by = float(counts[family.of[was]] - counts[was])
            step = P_PERCENT * abs(by)
            at = np.arange(len(now)) == family.of[was]
            if abs(by) > noise[family.of[was]]:
                goal = at - (np.arange(len(now)) == was).astype(float)
                yield Goal(node, inside, goal, at, int(of_owner[was]), by, step, step)

    def _noise(self, node: Node) -> Floats:
        of = {f"{level}:{label}": error for (level, label), error in self._family.error.items()}
        known = self._family.error.get(node, of.get(node[1]))
        return np.zeros(len(self._readers.venues)) if known is None else known

    def _breach(self, goal: Goal) -> Breach | None:
        for step in (goal.up, -goal.down):
            if step and (pair := self._search.who_can_tell(self._family, goal, step)) is not None:
                refused = self._least_missed(goal, step, pair)
                program = Program(self._family, goal, self._search.wide(self._family, goal, step), pair)
                low, high = program.interval()
                names = (*self._readers.owners, COORDINATOR)
                first, second = (names[place] for place in pair.places[0])
                owner = self._readers.owners[goal.owner]
                low, high = sorted((low / goal.value, high / goal.value))
                return Breach((first, second), self._family.name, goal.node, owner, low, high, refused)
        return None

    def _least_missed(self, goal: Goal, step: float, pair: Pairs) -> tuple[Told, ...]:
        """Which numbers to leave out so that these two can no longer tell; none where nothing helps.

        Order statistics, all of one group and label together, before means; those of the cell itself before
        others; those that few read first.
        """
        seen = [fact for fact in self._family.told() if not fact.past and pair.see(fact.seen[None])[0, 0]]
        mates = [one for some in self._search.columns(self._family, goal, step) for one in some]
        bundles: dict[tuple[bool, bool, int, int, str, str, str], set[Told]] = {}
        for fact in seen:
            told = fact.told
            beside = not fact.weights[goal.venues].any()
            elsewhere = 0 if (fact.columns & goal.columns).any() else 2 - int(fact.columns[mates].any())
            figure = told.measure.partition("/")[2] if told.ordered else told.measure
            many = 0 if told.ordered else int(fact.seen.sum())
            key = not told.ordered, beside, elsewhere, many, told.group, figure, told.label
            bundles.setdefault(key, set()).add(told)
        return self._enough([tuple(sorted(bundles[key])) for key in sorted(bundles)], goal, step, pair)

    def _enough(
        self, bundles: Sequence[tuple[Told, ...]], goal: Goal, step: float, pair: Pairs
    ) -> tuple[Told, ...]:
        """The first of these bundles that are enough, without those among them that do not matter."""
        count = 1
        while count < len(bundles) and not self._helps(bundles[:count], goal, step, pair):
            count *= 2
        left_out = list(bundles[:count])
        size = len(left_out)
        while (size := size // 2) > 0:
            for start in range(len(left_out) - 1, -1, -size):
                rest = left_out[: max(start + 1 - size, 0)] + left_out[start + 1 :]
                if rest and self._helps(rest, goal, step, pair):
                    left_out = rest
        return self._put_back([one for bundle in left_out for one in bundle], goal, step, pair)

    def _put_back(self, left_out: list[Told], goal: Goal, step: float, pair: Pairs) -> tuple[Told, ...]:
        """Without the medians and quartiles that may stay after all: the upper quartile first."""
        for name in ("peer_q3/", "peer_q1/", "peer_median/"):
            for told in [one for one in left_out if one.measure.startswith(name)]:
                rest = [one for one in left_out if one != told]
                if rest and self._helps([tuple(rest)], goal, step, pair):
                    left_out = rest
        return tuple(left_out)

    def _helps(self, bundles: Sequence[tuple[Told, ...]], goal: Goal, step: float, pair: Pairs) -> bool:
        family = self._family.without([told for bundle in bundles for told in bundle])
        return self._search.who_can_tell(family, goal, step, pair) is None
