"""One scope's numbers that must add up: drawn tables go in, the fit of every node of their tree comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aggregation.measures import Dimension, Keyset
from privacy.consistency import NO_GROUP, Floats, Forest, least_squares, project
from privacy.leaning import lean
from privacy.nearness import Nearness
from privacy.policy import FIRST_SPREAD
from privacy.workload import districts, regions_of

Z95 = 1.959963984540054
NO_NOISE = 1e-12  # stands in for a variance of zero, so that the noiseless policy of tests runs the same code


@dataclass(frozen=True, slots=True)
class NoisyTable:
    """One drawn table: integers in keyset order and the scale of their noise.

    `factor`: what a drawn integer is multiplied with to speak of this measure (privacy/first_venues.py);
    `drawn` is false where they were drawn of another one; `kept`: venues whose noise has another scale.
    """

    name: str
    measure: str
    level: str
    keyset: Keyset
    noisy: NDArray[np.int64]
    scale: float
    factor: float = 1.0
    drawn: bool = True
    kept: Mapping[str, float] = field(default_factory=dict)

    @property
    def scales(self) -> Floats:
        """The scale of each venue's noise."""
        return np.array([self.kept.get(venue, self.scale) for venue in self.venues])

    @property
    def variance(self) -> Floats:
        """Of what each venue's integers say of this measure: (venues, 1)."""
        return np.maximum((self.factor * self.scales) ** 2, NO_NOISE)[:, None]

    @property
    def observed(self) -> Floats:
        """Venue by cell: what the drawn integers say of this measure."""
        return self.factor * self.noisy.astype(np.float64).reshape(len(self.venues), -1)

    @property
    def venues(self) -> tuple[str, ...]:
        first = self.keyset.axes[:1]
        return first[0].labels if first and first[0].dimension is Dimension.VENUE else ("",)

    @property
    def inner(self) -> tuple[str, tuple[str, ...]]:
        """The dimension beside the venue and its labels; ("", ("",)) where there is none."""
        axes = [axis for axis in self.keyset.axes if axis.dimension is not Dimension.VENUE]
        return (axes[0].dimension.value, axes[0].labels) if axes else ("", ("",))


@dataclass(frozen=True, slots=True)
class Fit:
    """Signed estimates, their variances, and the projected ones."""

    signed: Floats
    variance: Floats
    projected: Floats

    def part(self, nodes: NDArray[np.int64]) -> Fit:
        return Fit(self.signed[..., nodes], self.variance[..., nodes], self.projected[..., nodes])

    def interval(self) -> tuple[Floats, Floats]:
        margin = Z95 * np.sqrt(self.variance)
        low = np.maximum(self.signed - margin, 0.0)
        high = np.maximum(self.signed + margin, 0.0)
        return np.minimum(low, self.projected), np.maximum(high, self.projected)


def plain_fit(table: NoisyTable) -> Fit:
    """A table that adds up with nothing: its integers, never below zero."""
    signed = table.observed
    return Fit(signed, np.broadcast_to(table.variance, signed.shape), np.maximum(signed, 0.0))


@dataclass(frozen=True, slots=True)
class Level:
    """One table's cells at one level, and their nodes in the tree."""

    table: NoisyTable
    level: str
    labels: tuple[str, ...]
    nodes: NDArray[np.int64]


class Tree:
    """One scope's numbers that add up, the same tree for every venue: root, then its partitions.

    An area lies in a district, that in a region, that in a country; unknown and abroad stand beside the
    countries.
    """

    def __init__(
        self, partitions: Sequence[NoisyTable], others: Mapping[str, NoisyTable], regions: Mapping[str, str]
    ) -> None:
        self.partitions = partitions
        self.venues = partitions[0].venues
        self.regions = regions
        self.group: list[int] = [NO_GROUP]
        self.parent: list[int] = []
        self.observed: dict[int, tuple[NoisyTable, int]] = {}
        self.levels: list[Level] = []
        self.used: list[str] = []
        self.areas: tuple[str, ...] = ()
        self.area_nodes: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        for table in partitions:
            dimension, labels = table.inner
            if dimension == Dimension.AREA.value:
                self._add_areas(table, labels, others)
            else:
                self._observe(table, "cell", labels, self._members(0, len(labels)))

    def _members(self, parent: int, count: int) -> list[int]:
        self.parent.append(parent)
        first = len(self.group)
        self.group += [len(self.parent) - 1] * count
        return list(range(first, first + count))

    def _observe(self, table: NoisyTable, level: str, labels: tuple[str, ...], nodes: list[int]) -> None:
        self.observed.update({node: (table, column) for column, node in enumerate(nodes)})
        self.levels.append(Level(table, level, labels, np.array(nodes)))
        self.used.append(table.name)

    def _add_areas(
        self, table: NoisyTable, labels: tuple[str, ...], others: Mapping[str, NoisyTable]
    ) -> None:
        countries = [label.partition("-")[0] if label in self.regions else label for label in labels]
        above = np.zeros(len(labels), dtype=np.int64)
        for level, into in (
            ("country", countries),
            ("region", regions_of(labels, self.regions)),
            ("district", districts(labels, self.regions)),
        ):
            above = self._add_level(table, level, into, above, others.get(f"{table.measure}@{level}"))
        self.areas, self.area_nodes = labels, self._nodes_under(above)
        self._observe(table, "cell", labels, self.area_nodes.tolist())
        if (core := others.get(f"{table.measure}@core")) is not None:
            self.observed[0] = (core, 0)
            self.used.append(core.name)

    def _add_level(
        self,
        table: NoisyTable,
        level: str,
        into: list[str],
        above: NDArray[np.int64],
        drawn: NoisyTable | None,
    ) -> NDArray[np.int64]:
        """One coarser level over the areas; returns, for each area, its node there."""
        labels = tuple(dict.fromkeys(into))
        first = [into.index(label) for label in labels]
        nodes = dict(zip(labels, self._nodes_under(above[first]).tolist(), strict=True))
        if drawn is not None:
            self._observe(drawn, level, labels, list(nodes.values()))
        elif level != "district":
            # Unknown and abroad are told as regions; a country of their own would say nothing more.
            shown = tuple(label for label in labels if level == "region" or label not in table.inner[1])
            at = np.array([nodes[label] for label in shown], dtype=np.int64)
            self.levels.append(Level(table, level, shown, at))
        return np.array([nodes[label] for label in into])

    def _nodes_under(self, above: NDArray[np.int64]) -> NDArray[np.int64]:
        """New nodes, one under each given parent; those with the same parent make one group."""
        nodes = np.empty(len(above), dtype=np.int64)
        for parent in dict.fromkeys(above.tolist()):
            places = np.flatnonzero(above == parent)
            nodes[places] = self._members(parent, len(places))
        return nodes

    def fit(self, everywhere: Mapping[str, float], near: Nearness) -> Fit:
        """Least squares, leaning and projection for all venues at once; arrays are venue by node."""
        size, venues = len(self.group), len(self.venues)
        observed, variance = np.zeros((venues, size)), np.full((venues, size), np.inf)
        by_table: dict[str, tuple[NoisyTable, list[int], list[int]]] = {}
        for node, (table, column) in self.observed.items():
            _, nodes, columns = by_table.setdefault(table.name, (table, [], []))
            nodes.append(node)
            columns.append(column)
        for table, nodes, columns in by_table.values():
            observed[:, nodes] = table.observed[:, columns]
            variance[:, nodes] = table.variance
        forest = Forest(np.array(self.group), np.array(self.parent)).repeated(venues)
        shared = np.zeros_like(observed)
        signed, fitted = _fitted(forest, observed, variance, shared)
        if (off := self._by_a_factor()).any():
            # A factor's error grows with the count. What everyone sees of the network moves no signed fit.
            pilot, _ = self._leaning(signed, fitted, {}, near)
            own = off * np.maximum(pilot, 0.0)
            signed, fitted = _fitted(forest, observed, variance + own**2, own)
        target, weight = self._leaning(signed, fitted, everywhere, near)
        projected = project(forest, target.ravel(), weight.ravel()).reshape(venues, size)
        return Fit(signed, fitted, projected)

    def _by_a_factor(self) -> Floats:
        """By node: how far its own factor and its district's may each be off, as a part of its count."""
        off = np.zeros(len(self.group))
        for node, (table, _) in self.observed.items():
            off[node] = FIRST_SPREAD * (table.factor - 1.0) / table.factor / np.sqrt(2.0)
        return off

    def _leaning(
        self, signed: Floats, variance: Floats, everywhere: Mapping[str, float], near: Nearness
    ) -> tuple[Floats, Floats]:
        """Areas drawn towards their district's total, spread by size and distance.

        Size is inhabitants where they are known, else the network's reach as far as everyone may see it.
        """
        target, weight = signed.copy(), variance.copy()
        leaning = [n for n, area in enumerate(self.areas) if area in self.regions]
        if leaning:
            nodes = self.area_nodes[leaning]
            names = [self.areas[n] for n in leaning]
            known = near.inhabitants or everywhere
            size = np.array([known.get(area, 0.0) for area in names])
            above = np.array(self.parent)[np.array(self.group)[nodes]]
            rings = None if self.venues == ("",) else near.rings(self.venues, names)
            target[:, nodes], weight[:, nodes] = lean(signed, variance, nodes, above, size, rings)
        return target, weight


def _fitted(forest: Forest, observed: Floats, variance: Floats, shared: Floats) -> tuple[Floats, Floats]:
    """Least squares over arrays of venue by node."""
    flat = least_squares(forest, observed.ravel(), variance.ravel(), shared.ravel())
    return flat[0].reshape(observed.shape), flat[1].reshape(observed.shape)
