"""Families for the attacker check: editions of a release in; tables of counts with what is told of them out.

Everything here is a released value: noise protects bookers, this check protects what was released of a
venue. Labels that add up stand in one family with the totals around them; others are a family each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from privacy.attacker_facts import Bools, Edition, Fact, Node, Readers, Told, read_told
from privacy.attacker_family import Facts, Family
from privacy.disclosure_areas import LEVELS, WHOLE, Nesting
from privacy.disclosure_cells import Floats, Grid, Grids
from privacy.disclosure_peers import FigureGrid, figure_grids
from privacy.figures import FIGURES, Kind
from privacy.fitting import Z95

AREAS, LOYALTY = "reach_by_area", ("returning", "new")
# Measures whose labels add up to a venue's bookers, which the reader is taken to know.
CLOSED = frozenset({AREAS, "attendance_bands", "reach_by_channel", *LOYALTY})
SHARES = frozenset(figure.numerator for figure in FIGURES.values() if figure.kind is Kind.SHARE)
# A venue that moved less than this part of itself between two editions is taken to be unchanged.
UNCHANGED = 1e-3


@dataclass(frozen=True, slots=True)
class Values:
    """One edition's values as the rules read them, by venue in the order of the readers' venues."""

    grids: Grids
    figures: Mapping[str, FigureGrid]
    members: Mapping[str, tuple[str, ...]]
    venues: tuple[str, ...]
    told: Mapping[Told, Bools]
    since: frozenset[str] | None = None
    _rows: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition, readers: Readers) -> Values:
        """Read from the values and files of one edition."""
        grids = edition.grids
        figures = {grid.figure.id: grid for grid in figure_grids(grids)}
        members = {group.id: group.members for group in edition.groups}
        told = read_told(edition.files, readers)
        return cls(grids, figures, members, readers.venues, told, edition.since)

    def labels(self, measure: str) -> tuple[str, ...]:
        """The finest labels of a measure."""
        return self._grid(measure, "cell").labels

    def closed(self, measure: str) -> bool:
        """Whether its labels add up to what is known; returning and new do so together."""
        both = all((one, "cell") in self.grids for one in LOYALTY)
        return measure in CLOSED and (measure not in LOYALTY or both)

    def row(self, measure: str, node: Node) -> Floats:
        """The released count of each venue in a cell."""
        if node == WHOLE:
            parts = LOYALTY if measure in LOYALTY else (measure,)
            grids = [self._grid(one, "cell") for one in parts]
            return np.asarray(sum(self._spread(grid, grid.signed.value.sum(axis=0)) for grid in grids))
        grid, at = self._at(measure, node)
        return self._spread(grid, grid.signed.value[at])

    def error(self, measure: str, node: Node) -> Floats:
        """How far noise alone may have moved each venue's count in a cell (95 %)."""
        grid, at = self._at(measure, node)
        return self._spread(grid, Z95 * grid.signed.sigma[at])

    def weights(self, told: Told) -> Floats:
        """By what each venue's count enters the number: nothing where the venue is not in it."""
        if not told.group:
            return np.ones(len(self.venues))
        grid = self.figures[told.measure.partition("/")[2]]
        inside = np.isin(grid.venues, self.members[told.group])
        if not grid.figure.denominator:
            return self._spread(grid, inside.astype(float))
        below = self._grid("reach", "core")
        whole = below.fitted[0, below.columns(grid.venues)]
        return self._spread(grid, np.divide(inside, whole, out=np.zeros(len(whole)), where=whole > 0))

    def bookers(self) -> Floats:
        """All bookers of each venue: a part of them is at most all of them."""
        if not any(("reach", level) in self.grids for level in ("core", "total")):
            return np.full(len(self.venues), np.inf)
        grid = self._grid("reach", "core")
        return self._spread(grid, grid.fitted[0])

    def _at(self, measure: str, node: Node) -> tuple[Grid, int]:
        level, label = node
        if level in LOYALTY:
            return self._grid(level, "cell"), 0
        grid = self._grid(measure, level)
        rows = self._rows.setdefault((measure, level), {})
        if not rows:
            rows.update({name: n for n, name in enumerate(grid.labels)})
        return grid, rows[label]

    def _grid(self, measure: str, level: str) -> Grid:
        return next(
            self.grids[measure, at] for at in (level, "cell", "core", "total") if (measure, at) in self.grids
        )

    def _spread(self, grid: Grid | FigureGrid, values: Floats) -> Floats:
        found = np.zeros(len(self.venues))
        found[[self.venues.index(venue) for venue in grid.venues]] = np.nan_to_num(values)
        return found


def families(
    now: Values, readers: Readers, nesting: Nesting, earlier: Sequence[Values] = ()
) -> Iterator[Family]:
    """Every family of which this edition shows something, with what earlier editions told of it."""
    together: dict[tuple[str, str], dict[Node, list[Told]]] = {}
    for told in sorted(now.told):
        node = node_of(told)
        together.setdefault(_family_of(now, told.source, node), {}).setdefault(node, []).append(told)
    before: dict[tuple[str, str], set[Node]] = {}
    for then in earlier:
        for told in then.told:
            node = node_of(told)
            before.setdefault(_family_of(now, told.source, node), set()).add(node)
    for (measure, label), by_node in together.items():
        shown = [*by_node, *sorted(before.get((measure, label), set()) - by_node.keys())]
        maker = _Maker(now, earlier, nesting, measure, tuple(shown))
        yield maker.family(label, by_node, readers)


def node_of(told: Told) -> Node:
    """Which cell a number is about."""
    source = told.source
    if source in LOYALTY:
        return source, ""
    if source in ("reach", "visits"):
        return "total", ""
    return told.level, told.label


def _family_of(values: Values, source: str, node: Node) -> tuple[str, str]:
    if values.closed(source):
        return ("returning" if source in LOYALTY else source), ""
    return source, node[1]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one family of the nodes that are shown, now or before."""

    now: Values
    earlier: Sequence[Values]
    nesting: Nesting
    measure: str
    shown: tuple[Node, ...]

    def family(self, label: str, by_node: Mapping[Node, Sequence[Told]], readers: Readers) -> Family:
        """The family: a column for each shown cell that holds no other one, and for each rest of a total."""
        closed = self.now.closed(self.measure)
        chains = self._chains() if closed else {node: (WHOLE, node) for node in self.shown}
        columns, parents = tuple(chains), dict[Node, int]()
        masks = {node: np.array([node in chain for chain in chains.values()]) for node in self.shown}
        values = self._counts(self.now, chains)
        cap = (
            self.now.bookers() if self.measure in SHARES and not closed else np.full(values.shape[1], np.inf)
        )
        facts = [
            Fact(told, masks[node], self.now.weights(told), self.now.told[told])
            for node, known in by_node.items()
            for told in known
        ]
        of = np.arange(values.shape[1])
        for then in self.earlier:
            values, of, cap, past = self._behind(then, chains, masks, (values, of, cap))
            facts = [_wider(fact, values.shape[1]) for fact in facts] + past
        return Family(
            "/".join(filter(None, (self.measure, label))),
            values,
            np.maximum(values, cap),
            closed,
            of,
            np.array([parents.setdefault((WHOLE, *chain)[-2], len(parents)) for chain in chains.values()]),
            masks | {("rest", f"{c[0]}:{c[1]}"): np.array([c == one for one in columns]) for c in columns},
            {node: self.now.error(self.measure, node) for node in self.shown},
            Facts(facts, values, readers.of_venue[of]),
        )

    def _chains(self) -> dict[Node, tuple[Node, ...]]:
        """Each column with the shown totals that it lies in, widest first and itself last."""
        known = set(self.shown)
        full: list[tuple[Node, ...]]
        if self.measure in LOYALTY:
            full = [((one, ""),) for one in LOYALTY]
        elif self.measure == AREAS:
            inside = (self.nesting.chain(area) for area in self.now.labels(AREAS))
            full = [tuple(zip(LEVELS, chain, strict=True)) for chain in inside]
        else:
            full = [(("cell", label),) for label in self.now.labels(self.measure)]
        chains = [(WHOLE, *(node for node in chain if node in known)) for chain in full]
        return {chain[-1]: chain for chain in chains}

    def _counts(self, values: Values, chains: Mapping[Node, tuple[Node, ...]]) -> Floats:
        """A column holds its total less the shown totals right inside it."""
        within: dict[Node, set[Node]] = {}
        for chain in chains.values():
            for outer, inner in pairwise(chain):
                within.setdefault(outer, set()).add(inner)
        wanted = {node for chain in chains.values() for node in chain}
        whole = self.now.closed(self.measure)
        known = {n: values.row(self.measure, n) for n in wanted if whole or n != WHOLE}
        return np.array([known[c] - sum(known[i] for i in sorted(within.get(c, ()))) for c in chains])

    def _behind(
        self,
        then: Values,
        chains: Mapping[Node, tuple[Node, ...]],
        masks: Mapping[Node, Bools],
        so_far: tuple[Floats, np.ndarray, Floats],
    ) -> tuple[Floats, np.ndarray, Floats, list[Fact]]:
        """Adds what an earlier edition told, and the venues that were otherwise in it, behind the others."""
        values, of, cap = so_far
        was = self._counts(then, chains)
        venues = was.shape[1]
        if then.since is not None:
            changed = np.flatnonzero([venue in then.since for venue in then.venues])
        else:
            size = np.maximum(np.abs(values[:, :venues]), np.abs(was)) * UNCHANGED
            changed = np.flatnonzero((np.abs(was - values[:, :venues]) > size).any(axis=0))
        wide = values.shape[1] + len(changed)
        facts = []
        for told in sorted(t for t in then.told if node_of(t) in masks and t.source in self._sources()):
            weights = np.zeros(wide)
            was_weighed = then.weights(told)
            # Whose integers stand is one unknown, weighed as now: both weights are estimates of the same.
            weights[:venues] = was_weighed if then.since is None else self.now.weights(told)
            weights[values.shape[1] :] = was_weighed[changed]
            weights[changed] = 0.0
            facts.append(Fact(told, masks[node_of(told)], weights, then.told[told], past=True))
        return (
            np.hstack([values, was[:, changed]]),
            np.concatenate([of, changed]),
            np.concatenate([cap, cap[changed]]),
            facts,
        )

    def _sources(self) -> tuple[str, ...]:
        return LOYALTY if self.measure in LOYALTY else (self.measure,)


def _wider(fact: Fact, venues: int) -> Fact:
    weights = np.concatenate([fact.weights, np.zeros(venues - len(fact.weights))])
    return Fact(fact.told, fact.columns, weights, fact.seen, fact.past)
