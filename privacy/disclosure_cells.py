"""Released cells as arrays for the venue rules, and back: cells in, grids out; figures in, rows out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
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
    names = ("measure", "level", "venue", "label", "status")
    text = {name: np.asarray(cells[name].to_pylist(), dtype=object) for name in names}
    numbers = {name: _floats(cells, name) for name in ("noisy", "sigma", "fit", "estimate")}
    for name in ("noisy", "fit", "estimate"):
        numbers[name] = np.where(text["status"] == "withheld", np.nan, numbers[name])
    numbers["judged"] = np.where(np.isnan(numbers["noisy"]), numbers["fit"], numbers["noisy"])
    groups: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(text["measure"], text["level"], strict=True)):
        if text["venue"][row]:
            groups.setdefault(key, []).append(row)
    return {
        key: _grid(text["label"][rows], text["venue"][rows], {name: n[rows] for name, n in numbers.items()})
        for key, rows in groups.items()
    }


def _floats(cells: pa.Table, name: str) -> Floats:
    column: Floats = cells[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return column


def _grid(labels: NDArray[np.object_], venues: NDArray[np.object_], numbers: Mapping[str, Floats]) -> Grid:
    rows = {label: n for n, label in enumerate(dict.fromkeys(labels))}
    columns = {venue: n for n, venue in enumerate(sorted(set(venues)))}
    at = ([rows[label] for label in labels], [columns[venue] for venue in venues])

    def placed(name: str) -> Floats:
        matrix = np.full((len(rows), len(columns)), np.nan)
        matrix[at] = numbers[name]
        return matrix

    signed = Estimates(placed("fit"), placed("sigma"))
    return Grid(tuple(rows), tuple(columns), placed("judged"), signed, placed("estimate"))


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
