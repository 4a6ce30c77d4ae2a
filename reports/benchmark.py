"""A venue beside its peers: one audience's cells go in, comparisons come out. Knows no other venue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from privacy.disclosure import FIGURES, Figure, Kind
from reports.uncertainty import Value, distinguishable

Cell = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Where the middle half of the peers begins and ends; None for an end that is not told."""

    q1: float | None
    q3: float | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One figure (and label) of a venue beside the other members of a peer group.

    `distinguishable` is None where there is nothing to compare; `withheld` where a venue rule hit.
    """

    figure: str
    kind: Kind
    label: str
    own: Value | None
    peer_mean: Value | None
    median: float | None
    quartiles: Quartiles | None
    peers: int
    distinguishable: bool | None
    withheld: bool
    previous: Value | None = None

    @property
    def position(self) -> str | None:
        """Where the own value surely stands: above_q3, above, below, below_q1, or among (cannot be told)."""
        if self.own is None or self.peer_mean is None:
            return None
        lower, upper = (self.quartiles.q1, self.quartiles.q3) if self.quartiles else (None, None)
        if upper is not None and self.own.low > upper:
            return "above_q3"
        if lower is not None and self.own.high < lower:
            return "below_q1"
        if not self.distinguishable:
            return "among"
        return "above" if self.own.estimate > self.peer_mean.estimate else "below"

    @property
    def changed(self) -> bool | None:
        """Whether it differs from last season by more than noise; None without a last season."""
        if self.own is None or self.previous is None:
            return None
        return distinguishable(self.own, self.previous)


class AudienceCells:
    """One audience's cells, looked up by measure. Built once per file; keep it, it is read-only."""

    def __init__(self, cells: pa.Table) -> None:
        self._cells = cells
        self._by_measure: dict[str, list[Cell]] = {}

    def of(self, measure: str, *, venue: str = "", group: str = "", level: str = "") -> list[Cell]:
        """Cells of a measure in their published order."""
        if measure not in self._by_measure:
            rows = self._cells.filter(pc.equal(self._cells["measure"], measure))
            self._by_measure[measure] = rows.to_pylist()
        return [
            cell
            for cell in self._by_measure[measure]
            if cell["venue"] == venue and cell["group"] == group and level in ("", cell["level"])
        ]


def value_of(cell: Cell | None) -> Value | None:
    """The cell's value; None where it is withheld or missing."""
    if cell is None or cell["status"] == "withheld" or cell["estimate"] is None or cell["low"] is None:
        return None
    names = ("estimate", "sigma", "low", "high", "fit", "beyond")
    return Value(*(_number(cell[name]) for name in names))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def benchmarks(
    cells: AudienceCells,
    venue: str,
    figure_id: str,
    group: str,
    *,
    previous: AudienceCells | None = None,
) -> tuple[Benchmark, ...]:
    """One comparison per label of the figure, in published order. KeyError for an unknown figure."""
    figure = FIGURES[figure_id]
    own = _own(cells, venue, figure)
    before = _own(previous, venue, figure) if previous else {}
    peer = {name: _by_label(cells.of(f"peer_{name}/{figure_id}", group=group)) for name in _PEER_ROWS}
    labels = list(dict.fromkeys([*own, *peer["mean"]]))
    return tuple(
        _compare(
            figure, label, own.get(label), {n: rows.get(label) for n, rows in peer.items()}, before.get(label)
        )
        for label in labels
    )


def benchmark(
    cells: AudienceCells,
    venue: str,
    figure_id: str,
    group: str,
    label: str = "",
    *,
    previous: AudienceCells | None = None,
) -> Benchmark:
    """One comparison; empty (nothing own, withheld) where the label is not in the file."""
    for found in benchmarks(cells, venue, figure_id, group, previous=previous):
        if found.label == label:
            return found
    return _compare(FIGURES[figure_id], label, None, dict.fromkeys(_PEER_ROWS), None)


_PEER_ROWS = ("mean", "q1", "median", "q3")


def _own(cells: AudienceCells, venue: str, figure: Figure) -> dict[str, Cell]:
    """The venue's own cells of a figure: under the figure's id, or the counted measure itself."""
    derived = cells.of(figure.id, venue=venue)
    if derived and figure.kind is not Kind.COUNT:
        return _by_label(derived)
    counted = cells.of(figure.numerator, venue=venue)
    at_level = [cell for cell in counted if cell["level"] == figure.level] or counted
    return _by_label(at_level) if figure.kind is Kind.COUNT else {}


def _by_label(rows: list[Cell]) -> dict[str, Cell]:
    return {str(cell["label"]): cell for cell in rows}


def _compare(
    figure: Figure, label: str, own: Cell | None, peer: Mapping[str, Cell | None], before: Cell | None
) -> Benchmark:
    value, mean = value_of(own), value_of(peer["mean"])
    q1, median, q3 = (_order(peer[name]) for name in ("q1", "median", "q3"))
    return Benchmark(
        figure=figure.id,
        kind=figure.kind,
        label=label,
        own=value,
        peer_mean=mean,
        median=median,
        quartiles=None if q1 is None and q3 is None else Quartiles(q1, q3),
        peers=int(_number(peer["mean"]["peers"])) if peer["mean"] else 0,
        distinguishable=distinguishable(value, mean) if value and mean else None,
        withheld=mean is None,
        previous=value_of(before),
    )


def _order(cell: Cell | None) -> float | None:
    if cell is None or cell["status"] == "withheld" or cell["estimate"] is None:
        return None
    return _number(cell["estimate"])
