"""What the peers' scripts share: the request in, the tables out. They run in environments of their own.

Called with a JSON file: `visits` and `keys` (paths), `out` (a .npz to write), `epsilon`, `delta`, `rho`
(what the two are worth in zCDP, for peers that count so) and `requests`. A request is one release under
one bound: `name`, `tables`, `bound` (venues of a person) and `noise`; its tables share epsilon evenly.
Written: for each request and table the counts by venue and label, flattened, as "name/table", and the
standard deviation of the noise, as the peer or its documentation states it, as "name/table/sigma".
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Given = dict[str, Any]
Release = Callable[[Given, Given, str], "tuple[np.ndarray, float]"]


def serve(release: Release) -> None:
    """Run every request of the given file through `release(given, request, table)`."""
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    given["labels"] = json.loads(Path(given["keys"]).read_text("utf-8"))
    found = {}
    for request in given["requests"]:
        for table in request["tables"]:
            counts, sigma = release(given, request, table)
            size = len(given["labels"]["venues"]) * len(given["labels"][table])
            if counts.shape != (size,):
                raise SystemExit(f"{request['name']}/{table} has {counts.shape} cells, not {size}")
            found[f"{request['name']}/{table}"] = counts
            found[f"{request['name']}/{table}/sigma"] = np.array(sigma)
    np.savez(given["out"], **found)


def share(given: Given, request: Given) -> tuple[float, float]:
    """Each table's part of epsilon and delta."""
    return given["epsilon"] / len(request["tables"]), given["delta"] / len(request["tables"])


def cells(given: Given, table: str) -> list[tuple[str, str]]:
    """Every venue and label, in the order in which counts are written."""
    return [(venue, label) for venue in given["labels"]["venues"] for label in given["labels"][table]]


def rows(given: Given, table: str) -> Iterator[tuple[int, int]]:
    """Each visit: person, and number of the cell."""
    number = {cell: n for n, cell in enumerate(cells(given, table))}
    with Path(given["visits"]).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        at = {name: place for place, name in enumerate(next(lines))}
        person, venue, label = at["person"], at["venue"], at.get(table) if table != "venue" else None
        for row in lines:
            yield int(row[person]), number[row[venue], "" if label is None else row[label]]


def counted(given: Given, table: str, bound: int) -> np.ndarray:
    """By hand, where a peer does not bound: exact counts of each person's first cells in random order.

    A person has one cell per venue, so this bounds venues too.
    """
    size = len(cells(given, table))
    pairs = np.unique(np.fromiter((p * size + cell for p, cell in rows(given, table)), dtype=np.int64))
    pairs = pairs[np.lexsort((np.random.default_rng().random(len(pairs)), pairs // size))]
    first = np.flatnonzero(np.diff(pairs // size, prepend=-1))
    nth = np.arange(len(pairs)) - np.repeat(first, np.diff(np.append(first, len(pairs))))
    return np.bincount(pairs[nth < bound] % size, minlength=size)
