"""Released cells as arrays for the venue rules, and rows back to tables: a cells table in, grids out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privacy.figures import Estimates

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
        ("estimate", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("status", pa.string()),
        ("group", pa.string()),
        ("peers", pa.int32()),
    ]
)
VALUE_COLUMNS = ("noisy", "sigma", "estimate", "low", "high")

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Grid:
    """One measure at one level over all venues: rows are labels, columns venues.

    `judged` is what the rules read: the raw noisy integer where there is one, else the estimate.
    """

    labels: tuple[str, ...]
    venues: tuple[str, ...]
    judged: NDArray[np.float64]
    estimates: Estimates

    def columns(self, venues: Sequence[str]) -> list[int]:
        return [self.venues.index(venue) for venue in venues]


Grids = Mapping[tuple[str, str], Grid]


def read_grids(cells: pa.Table) -> dict[tuple[str, str], Grid]:
    """Every venue measure of the release by (measure, level). Holes are not-a-number and withhold."""
    text = {
        name: np.asarray(cells[name].to_pylist(), dtype=object)
        for name in ("measure", "level", "venue", "label")
    }
    estimate, sigma, noisy = (_floats(cells, name) for name in ("estimate", "sigma", "noisy"))
    estimate = np.where(np.asarray(cells["status"].to_pylist()) == "withheld", np.nan, estimate)
    judged = np.where(np.isnan(noisy), estimate, noisy)
    groups: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(text["measure"], text["level"], strict=True)):
        if text["venue"][row]:
            groups.setdefault(key, []).append(row)
    return {
        key: _grid(text["label"][rows], text["venue"][rows], judged[rows], estimate[rows], sigma[rows])
        for key, rows in groups.items()
    }


def _floats(cells: pa.Table, name: str) -> NDArray[np.float64]:
    column: NDArray[np.float64] = cells[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    return column


def _grid(
    labels: NDArray[np.object_],
    venues: NDArray[np.object_],
    judged: NDArray[np.float64],
    estimate: NDArray[np.float64],
    sigma: NDArray[np.float64],
) -> Grid:
    rows = {label: n for n, label in enumerate(dict.fromkeys(labels))}
    columns = {venue: n for n, venue in enumerate(sorted(set(venues)))}
    at = ([rows[label] for label in labels], [columns[venue] for venue in venues])
    filled = []
    for values in (judged, estimate, sigma):
        matrix = np.full((len(rows), len(columns)), np.nan)
        matrix[at] = values
        filled.append(matrix)
    return Grid(tuple(rows), tuple(columns), filled[0], Estimates(filled[1], filled[2]))


def table(rows: Iterable[Row]) -> pa.Table:
    """Rows with the audience columns; what a row leaves out is null."""
    return pa.Table.from_pylist(list(rows), schema=AUDIENCE_SCHEMA)


def as_audience(cells: pa.Table) -> pa.Table:
    """Cells of a release with the two further columns empty."""
    n = cells.num_rows
    more = cells.append_column("group", pa.array([""] * n, pa.string()))
    return (
        more.append_column("peers", pa.array([0] * n, pa.int32()))
        .select(AUDIENCE_SCHEMA.names)
        .cast(AUDIENCE_SCHEMA)
    )
