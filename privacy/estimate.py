"""From noisy integers to estimates with 95 % intervals: drawn tables go in, the release's cells come out.

Post-processing only: it costs nothing and sees no count. First signed least squares over everything
that must add up, then areas lean on their district, then the projection onto what is possible (nothing
negative, all sums kept). Intervals are those of the signed fit, so neither leaning nor projecting ever
narrows them; where an estimate lies outside its interval, the interval is widened to hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aggregation.measures import Dimension, Keyset
from privacy.consistency import NO_GROUP, Floats, Forest, least_squares, project
from privacy.leaning import lean
from privacy.policy import NETWORK_PARTITIONS, VENUE_PARTITIONS
from privacy.release import CELLS_SCHEMA, DERIVED, RELEASED, WITHHELD
from privacy.workload import districts, regions_of

Z95 = 1.959963984540054
NO_NOISE = 1e-12  # stands in for a variance of zero, so that the noiseless policy of tests runs the same code


@dataclass(frozen=True, slots=True)
class NoisyTable:
    """One drawn table: integers in keyset order and the scale of their noise."""

    name: str
    measure: str
    level: str
    keyset: Keyset
    noisy: NDArray[np.int64]
    scale: float

    @property
    def variance(self) -> float:
        return max(self.scale**2, NO_NOISE)

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
    signed = table.noisy.astype(np.float64).reshape(len(table.venues), -1)
    return Fit(signed, np.full_like(signed, table.variance), np.maximum(signed, 0.0))


def estimate_cells(tables: Sequence[NoisyTable], regions: Mapping[str, str]) -> pa.Table:
    """Every cell of the release: each drawn one, and those that follow from them."""
    by_name = {table.name: table for table in tables}
    parts: list[pa.Table] = []
    everywhere: Mapping[str, float] = {}  # area -> the network's estimate, on which the venues' areas lean
    for partitions in (NETWORK_PARTITIONS, VENUE_PARTITIONS):
        scope = [by_name.pop(name) for name in partitions if name in by_name]
        if scope:
            cells, everywhere = _scope_cells(scope, by_name, regions, everywhere)
            parts += cells
    parts += [_rows(table, plain_fit(table)) for table in by_name.values()]
    return pa.concat_tables(parts)


def _scope_cells(
    partitions: Sequence[NoisyTable],
    others: dict[str, NoisyTable],
    regions: Mapping[str, str],
    everywhere: Mapping[str, float],
) -> tuple[list[pa.Table], Mapping[str, float]]:
    """A scope's partition tables and all that follows; takes the tables it uses out of `others`.

    Also the fitted areas over all venues, for another scope to lean on.
    """
    tree = Tree(partitions, others, regions)
    fit = tree.fit(everywhere)
    network = partitions[0].venues == ("",)
    parts = tree.rows(fit)
    root = fit.part(np.array([0]))
    parts += _totals(root, partitions[0].venues, others, "network_" if network else "")
    for used in tree.used:
        others.pop(used, None)
    return parts, dict(zip(tree.areas, fit.projected[:, tree.area_nodes].sum(axis=0), strict=True))


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
        self.levels: list[tuple[NoisyTable, str, tuple[str, ...], NDArray[np.int64]]] = []
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
        self.levels.append((table, level, labels, np.array(nodes)))
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
            self.levels.append((table, level, shown, at))
        return np.array([nodes[label] for label in into])

    def _nodes_under(self, above: NDArray[np.int64]) -> NDArray[np.int64]:
        """New nodes, one under each given parent; those with the same parent make one group."""
        nodes = np.empty(len(above), dtype=np.int64)
        for parent in dict.fromkeys(above.tolist()):
            places = np.flatnonzero(above == parent)
            nodes[places] = self._members(parent, len(places))
        return nodes

    def fit(self, everywhere: Mapping[str, float]) -> Fit:
        """Least squares, leaning and projection for all venues at once; arrays are venue by node."""
        size, venues = len(self.group), len(self.venues)
        observed, variance = np.zeros((venues, size)), np.full((venues, size), np.inf)
        for node, (table, column) in self.observed.items():
            observed[:, node] = table.noisy.reshape(venues, -1)[:, column]
            variance[:, node] = table.variance
        forest = Forest(np.array(self.group), np.array(self.parent)).repeated(venues)
        signed, fitted = (
            v.reshape(venues, size) for v in least_squares(forest, observed.ravel(), variance.ravel())
        )
        target, weight = self._leaning(signed, fitted, everywhere)
        projected = project(forest, target.ravel(), weight.ravel()).reshape(venues, size)
        return Fit(signed, fitted, projected)

    def _leaning(
        self, signed: Floats, variance: Floats, everywhere: Mapping[str, float]
    ) -> tuple[Floats, Floats]:
        """Areas drawn towards their district's total, spread as the network is; the network's own, evenly."""
        target, weight = signed.copy(), variance.copy()
        leaning = [n for n, area in enumerate(self.areas) if area in self.regions]
        if leaning:
            nodes = self.area_nodes[leaning]
            whole = np.array([everywhere.get(self.areas[n], 0.0) for n in leaning])
            above = np.array(self.parent)[np.array(self.group)[nodes]]
            target[:, nodes], weight[:, nodes] = lean(signed, variance, nodes, above, whole)
        return target, weight

    def rows(self, fit: Fit) -> list[pa.Table]:
        """The cells of every level. The root's rows are written with the totals."""
        return [
            _rows(table, fit.part(nodes), level=level, labels=labels)
            for table, level, labels, nodes in self.levels
            if len(nodes)
        ]


def _totals(root: Fit, venues: tuple[str, ...], others: dict[str, NoisyTable], prefix: str) -> list[pa.Table]:
    """Reach, new and the ratios: everything that needs the fitted total."""
    reach = f"{prefix}reach"
    rows: list[pa.Table] = []
    whole = root
    if not prefix:
        drawn = others.get("reach_by_area@core")
        noisy = None if drawn is None else drawn.noisy
        rows.append(_column(reach, venues, root, level="core", noisy=noisy))
        if (tail := others.get("reach_beyond")) is not None:
            whole = _added(root, plain_fit(tail))
    rows.append(_column(reach, venues, whole, level="total"))
    if (returning := others.pop(f"{prefix}returning", None)) is not None:
        raw = plain_fit(returning)
        back = Fit(raw.signed, raw.variance, np.minimum(raw.projected, root.projected))
        new = Fit(root.signed - raw.signed, root.variance + raw.variance, root.projected - back.projected)
        rows += [_rows(returning, back), _column(f"{prefix}new", venues, new)]
    visits, unnamed = others.get("visits"), others.get("unidentified_visits")
    if not prefix and visits is not None:
        rows.append(_ratio("visits_per_booker", venues, plain_fit(visits), root))
        if unnamed is not None:
            rows.append(_share("unidentified_share", venues, plain_fit(unnamed), plain_fit(visits)))
    return rows


def _added(a: Fit, b: Fit) -> Fit:
    return Fit(a.signed + b.signed, a.variance + b.variance, a.projected + b.projected)


def _ratio(measure: str, venues: tuple[str, ...], above: Fit, below: Fit) -> pa.Table:
    """A ratio of two independent fits by the delta method; withheld where the lower one may be zero."""
    clear = below.signed > Z95 * np.sqrt(below.variance)
    base = np.where(clear, below.projected, 1.0)
    value = above.projected / base
    variance = (above.variance + value**2 * below.variance) / base**2
    return _column(measure, venues, Fit(value, variance, value), withheld=~clear.ravel())


def _share(measure: str, venues: tuple[str, ...], part: Fit, rest: Fit) -> pa.Table:
    """part / (part + rest), between 0 and 1."""
    whole = _added(part, rest)
    clear = whole.signed > Z95 * np.sqrt(whole.variance)
    base = np.where(clear, whole.projected, 1.0)
    share = np.clip(part.projected / base, 0.0, 1.0)
    variance = ((1 - share) ** 2 * part.variance + share**2 * rest.variance) / base**2
    return _column(measure, venues, Fit(share, variance, share), withheld=~clear.ravel(), most=1.0)


def _rows(
    table: NoisyTable, fit: Fit, *, level: str = "cell", labels: tuple[str, ...] | None = None
) -> pa.Table:
    """One table's cells at one level: raw integers beside the estimates where this level was drawn."""
    dimension, own_labels = table.inner
    drawn = table.level == level
    shown = own_labels if labels is None else labels
    return _cells(
        table.measure, table.venues, dimension, shown, level, fit, noisy=table.noisy if drawn else None
    )


def _column(
    measure: str,
    venues: tuple[str, ...],
    fit: Fit,
    *,
    level: str = "cell",
    noisy: NDArray[np.int64] | None = None,
    withheld: NDArray[np.bool_] | None = None,
    most: float = np.inf,
) -> pa.Table:
    """One value per venue, or one for the network."""
    return _cells(measure, venues, "", ("",), level, fit, noisy=noisy, withheld=withheld, most=most)


def cell_id(measure: str, venue: str, label: str, level: str) -> str:
    """The stable address of a cell; wider levels carry their level's name."""
    place = (
        f"{level}:{label}" if level in ("district", "region", "country") else label or ("core" if level == "core" else "")
    )
    return "/".join(part for part in (measure, venue, place) if part)


def _cells(
    measure: str,
    venues: tuple[str, ...],
    dimension: str,
    labels: tuple[str, ...],
    level: str,
    fit: Fit,
    *,
    noisy: NDArray[np.int64] | None,
    withheld: NDArray[np.bool_] | None = None,
    most: float = np.inf,
) -> pa.Table:
    size = len(venues) * len(labels)
    low, high = fit.interval()
    hidden = np.zeros(size, dtype=bool) if withheld is None else withheld
    status = np.where(hidden, WITHHELD, DERIVED if noisy is None else RELEASED)

    def values(array: Floats, instead: float = 0.0) -> pa.Array:
        return pa.array(np.where(hidden, instead, np.minimum(array.ravel(), most)))

    columns = {
        "cell_id": [cell_id(measure, venue, label, level) for venue in venues for label in labels],
        "measure": [measure] * size,
        "venue": np.repeat(np.array(venues, dtype=object), len(labels)),
        "dimension": [dimension] * size,
        "label": list(labels) * len(venues),
        "level": [level] * size,
        "noisy": pa.nulls(size, pa.int64()) if noisy is None else pa.array(noisy.ravel()),
        "sigma": values(np.sqrt(fit.variance)),
        "estimate": values(fit.projected),
        "low": values(low),
        "high": values(high),
        "status": status.tolist(),
    }
    return pa.table(columns, schema=CELLS_SCHEMA)
