"""The cells themselves: Parquet files and their manifest in; what cannot have been drawn so, out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from service.verifier.documents import Document, Unreadable, read, sha256

COLUMNS = ["cell_id", "measure", "venue", "dimension", "label", "level", "noisy", "status"]


def cell_problems(folder: Path, manifest: Document) -> Iterator[str]:
    """Whole numbers, as many as were declared, and to each audience the very same ones."""
    try:
        cells = pq.read_table(folder / "cells.parquet", columns=COLUMNS)
        audiences = {
            path.name: pq.read_table(path, columns=["cell_id", "noisy"])
            for path in sorted((folder / "audiences").glob("*.parquet"))
        }
    except (OSError, pa.ArrowException) as problem:
        yield f"its cells cannot be read: {type(problem).__name__}"
        return
    if not pa.types.is_int64(cells["noisy"].type):
        yield f"its noisy values are {cells['noisy'].type}, not whole numbers"
        return
    released = cells.filter(pc.equal(cells["status"], "released"))
    if released["noisy"].null_count:
        yield "a released cell has no noisy value"
    if pc.any(pc.is_valid(cells.filter(pc.not_equal(cells["status"], "released"))["noisy"])).as_py():
        yield "a cell that was not drawn has a noisy value"
    if pc.count_distinct(cells["cell_id"]).as_py() != cells.num_rows:
        yield "two cells have the same name"
    yield from _table_problems(released, manifest)
    drawn = dict(zip(cells["cell_id"].to_pylist(), cells["noisy"].to_pylist(), strict=True))
    for name, shown in audiences.items():
        pairs = zip(shown["cell_id"].to_pylist(), shown["noisy"].to_pylist(), strict=True)
        if any(noisy is not None and drawn.get(cell) != noisy for cell, noisy in pairs):
            yield f"audiences/{name} shows a noisy value that was not drawn for its cell"


def standing_problems(folder: Path, manifest: Document) -> Iterator[str]:
    """A correction: of all venues but the named one, every integer and the scale of its noise stands."""
    if "corrects" not in manifest:
        return
    venue, earlier = manifest["corrects"]["venue"], folder.parent / manifest["corrects"]["release"]
    try:
        now, before = (pq.read_table(one / "cells.parquet", columns=COLUMNS) for one in (folder, earlier))
        scales_before = _scales(read(earlier / "manifest.json"))
    except (OSError, pa.ArrowException, Unreadable) as problem:
        yield f"the edition that it corrects cannot be read: {type(problem).__name__}"
        return
    if now["cell_id"] != before["cell_id"]:
        yield "it has other cells than the edition that it corrects"
        return
    others = pc.invert(pc.is_in(now["venue"], value_set=pa.array(["", venue])))
    if now.filter(others)["noisy"] != before.filter(others)["noisy"]:
        yield "of another venue than the named one an integer was drawn anew"
    for (name, one), scale in _scales(manifest).items():
        if one and one != venue and scales_before.get((name, one), scales_before.get((name, ""))) != scale:
            yield f"table {name} states another scale than the noise of {one} was drawn with"


def _scales(manifest: Document) -> dict[tuple[str, str], float]:
    """The scale of each table's noise, and of the venues whose noise stands from an earlier draw."""
    found = {(table["name"], ""): float(table["scale"]) for table in manifest["tables"]}
    for table in manifest["tables"]:
        for part in table.get("kept", ()):
            found |= {(table["name"], venue): float(part["scale"]) for venue in part["venues"]}
    return found


def _table_problems(released: pa.Table, manifest: Document) -> Iterator[str]:
    """Each declared table is there with each declared cell, and nothing was drawn besides."""
    drawn: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    columns = [released[name].to_pylist() for name in ("measure", "level", "venue", "dimension", "label")]
    for measure, level, *cell in zip(*columns, strict=True):
        drawn.setdefault((measure, level), []).append((cell[0], cell[1], cell[2]))
    by_keyset = {(level, keyset_digest(cells)): (measure, level) for (measure, level), cells in drawn.items()}
    found = set()
    for table in manifest["tables"]:
        key = (table["measure"], table["level"])
        # A venue's core is published under the name of the reach that it is.
        key = key if key in drawn else by_keyset.get((table["level"], table["keyset_digest"]), key)
        found.add(key)
        cells = drawn.get(key, [])
        if len(cells) != table["cells"]:
            yield f"table {table['name']} has {len(cells)} cells where {table['cells']} were declared"
        elif keyset_digest(cells) != table["keyset_digest"]:
            yield f"table {table['name']} has other cells than were declared"
    yield from (f"{measure} ({level}) was drawn but is no table of the manifest" for measure, level in
                sorted(drawn.keys() - found))  # fmt: skip


def keyset_digest(cells: list[tuple[str, str, str]]) -> str:
    """SHA-256 over a table's axes as its cells show them: venues first where it has any, then its dimension.

    Also refuses, by another digest, cells that are not the whole product of their axes in order.
    """
    venues = list(dict.fromkeys(venue for venue, _, _ in cells if venue))
    labels = list(dict.fromkeys(label for _, dimension, label in cells if dimension))
    dimensions = sorted({dimension for _, dimension, _ in cells if dimension})
    whole = [(v, d, one) for v in venues or [""] for d in dimensions or [""] for one in labels or [""]]
    if whole != cells:
        return ""
    axes = [("venue", venues)] if venues else []
    axes += [(dimensions[0], labels)] if dimensions else []
    return sha256("\n".join(f"{name}\t" + "\t".join(values) for name, values in axes).encode())
