"""Released cells as arrays for the venue rules, and back: cells in, grids out; figures in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from privacy.figures import Estimates
from privacy.fitting import Z95

# The cells of a release (privacy/release.py) and, for figures of peer groups, the group's id and how
# many other venues it counts.
AUDIENCE_SCHEMA = pa.schema(
    [
        ("cell_id", pa.string()),
        ("measure", pa.string()),
        ("venue", pa.string()),
        ("dimension", pa.string()),
        ("label", pa.string()),
        ("level", pa.string()),
        ("noisy", pa.int64()),
        ("sigma", pa.float64()),
        ("fit", pa.float64()),
        ("estimate", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("beyond", pa.float64()),
        ("status", pa.string()),
        ("group", pa.string()),
        ("peers", pa.int32()),
    ]
)
VALUE_COLUMNS = ("noisy", "sigma", "fit", "estimate", "low", "high", "beyond")

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """One measure at one level over all venues: rows are labels, columns venues.

    `judged` is what the rules read: the raw noisy integer where there is one, else the signed fit.
    `signed` is that fit, unbiased and below zero where it falls so; `fitted` the published estimate.
    """

    labels: tuple[str, ...]
    venues: tuple[str, ...]
    judged: Floats
    signed: Estimates
    fitted: Floats

    def columns(self, venues: Sequence[str]) -> list[int]:
        return [self.venues.index(venue) for venue in venues]


Grids = Mapping[tuple[str, str], Grid]


def read_grids(cells: pa.Table) -> dict[tuple[str, str], Grid]:
    """Every venue measure of the release by (measure, level). Holes are not-a-number and withhold."""
    cells = cells.filter(pc.not_equal(cells["venue"], ""))
    withheld = pc.equal(cells["status"], "withheld").to_numpy()
    numbers = {name: _floats(cells, name) for name in ("noisy", "sigma", "fit", "estimate")}
    for name in ("noisy", "fit", "estimate"):
        numbers[name] = np.where(withheld, np.nan, numbers[name])
    numbers["judged"] = np.where(np.isnan(numbers["noisy"]), numbers["fit"], numbers["noisy"])
    names, codes = zip(*(_coded(cells[name]) for name in ("measure", "level", "label", "venue")), strict=True)
    both = codes[0] * len(names[1]) + codes[1]
    grids = {}
    for code in _in_order(both):
        rows = np.flatnonzero(both == code)
        key = names[0][code // len(names[1])], names[1][code % len(names[1])]
        labels, venues = _in_order(codes[2][rows]), np.unique(codes[3][rows])
        venues = venues[np.argsort(np.array(names[3])[venues])]
        at = _places(labels)[codes[2][rows]], _places(venues)[codes[3][rows]]
        grids[key] = _grid(
            tuple(names[2][label] for label in labels),
            tuple(names[3][venue] for venue in venues),
            at,
            {name: values[rows] for name, values in numbers.items()},
        )
    return grids


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Codes]:
    """The texts of a column, each once, and which of them each row has."""
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def _in_order(codes: Codes) -> Codes:
    """Each code once, in the order in which they come."""
    found, first = np.unique(codes, return_index=True)
    ordered: Codes = found[np.argsort(first)]
    return ordered


def _places(codes: Codes) -> Codes:
    """Where each code stands among these."""
    places = np.zeros(codes.max(initial=-1) + 1, dtype=np.int64)
    places[codes] = np.arange(len(codes))
    return places


def _floats(cells: pa.Table, name: str) -> Floats:
    column: Floats = cells[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return column


def _grid(
    labels: tuple[str, ...], venues: tuple[str, ...], at: tuple[Codes, Codes], numbers: Mapping[str, Floats]
) -> Grid:
    def placed(name: str) -> Floats:
        matrix = np.full((len(labels), len(venues)), np.nan)
        matrix[at] = numbers[name]
        return matrix

    signed = Estimates(placed("fit"), placed("sigma"))
    return Grid(labels, venues, placed("judged"), signed, placed("estimate"))


@dataclass(frozen=True, slots=True)
class Column:
    """One figure for one audience, a value per label. Where not `shown`, only the address goes out.

    The interval lies around `centre`, or the value itself, and is widened where it misses the value.
    """

    measure: str
    address: tuple[str, ...]
    labels: tuple[str, ...]
    value: Floats
    shown: NDArray[np.bool_]
    dimension: str = ""
    level: str = "total"
    venue: str = ""
    group: str = ""
    peers: int = 0
    sigma: Floats | None = None
    centre: Floats | None = None
    most: float = np.inf

    @property
    def cell_ids(self) -> list[str]:
        start = "/".join((self.measure, *filter(None, self.address)))
        return [f"{start}/{label}" if label else start for label in self.labels]

    @property
    def numbers(self) -> dict[str, Floats]:
        """What is told, not-a-number where it is not. Without a sigma there is no interval either."""
        nothing = np.full(len(self.labels), np.nan)
        sigma = nothing if self.sigma is None else self.sigma
        centre = self.value if self.centre is None else self.centre
        low = self._within(np.minimum(centre - Z95 * sigma, self.value))
        high = self._within(np.maximum(centre + Z95 * sigma, self.value))
        fit = np.where(np.isnan(sigma), np.nan, centre)
        told = {"sigma": sigma, "fit": fit, "estimate": self._within(self.value), "low": low, "high": high}
        told["beyond"] = np.zeros(len(self.labels))
        return {name: np.where(self.shown, values, np.nan) for name, values in told.items()}

    def _within(self, values: Floats) -> Floats:
        return np.clip(values, 0.0, self.most)


def table(columns: Sequence[Column]) -> pa.Table:
    """All figures of one audience as rows. One array per field: each costs pyarrow a look for pandas."""
    sizes = [len(column.labels) for column in columns]

    def spread(name: str) -> list[object]:
        return [v for column, n in zip(columns, sizes, strict=True) for v in [getattr(column, name)] * n]

    numbers = [column.numbers for column in columns]
    shown = np.concatenate([column.shown for column in columns])
    fields: dict[str, object] = {name: spread(name) for name in _SPREAD}
    fields["cell_id"] = [cell_id for column in columns for cell_id in column.cell_ids]
    fields["label"] = [label for column in columns for label in column.labels]
    fields["status"] = np.where(shown, "derived", "withheld").tolist()
    for name in numbers[0]:
        values = np.concatenate([part[name] for part in numbers])
        fields[name] = pa.array(values, pa.float64(), mask=np.isnan(values))
    fields["noisy"] = pa.nulls(len(shown), pa.int64())
    return pa.table({name: fields[name] for name in AUDIENCE_SCHEMA.names}, schema=AUDIENCE_SCHEMA)


_SPREAD = ("measure", "venue", "dimension", "level", "group", "peers")


def as_audience(cells: pa.Table) -> pa.Table:
    """Cells of a release with the two further columns empty."""
    n = cells.num_rows
    more = cells.append_column("group", pa.array([""] * n, pa.string()))
    return (
        more.append_column("peers", pa.array([0] * n, pa.int32()))
        .select(AUDIENCE_SCHEMA.names)
        .cast(AUDIENCE_SCHEMA)
    )
