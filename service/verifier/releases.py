"""Releases: a folder with its manifest and files, and the ledger, in; what does not hold of them, out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.verifier import losses
from service.verifier.cells import cell_problems, standing_problems
from service.verifier.chain import Entry, label
from service.verifier.documents import Document, Unreadable, is_in_form, read, sha256, signature_holds

MANIFEST = "manifest.json"
# What a manifest states (D-02), and as what.
FACTS: dict[str, type] = {
    "id": str, "workload": str, "season": str, "edition": int, "unit": str, "bounds": dict, "mechanism": str,
    "noise": str, "deltas": list, "tables": list, "losses": list, "input_digest": str, "keyset_digest": str,
    "regions_digest": str, "publication_digest": str, "policy": dict, "ledger": dict, "code": dict,
    "opendp_version": str, "unprotected_quantities": list, "date": str, "files": dict, "signature": dict,
}  # fmt: skip
LAW = "exp(-x^2 / (2 scale^2))"
TOLD_TO = 1e-6  # epsilon is stated with six decimals, rounded up
CLOSE = 1e-8


@dataclass(slots=True)
class Found:
    """One release as it was found.

    `charges`: nano-rho by season; `noise`: by season each table's cells and size per unit, and scale.
    """

    id: str
    problems: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    charges: dict[str, int] = field(default_factory=dict)
    noise: dict[str, list[tuple[int, int, float]]] = field(default_factory=dict)
    deltas: list[float] = field(default_factory=list)
    files: int = 0
    tables: int = 0


def examine(folder: Path, entries: Sequence[Entry], key: bytes | None, *, public: bool) -> Found:
    """Everything that can be said of one release. `public`: that files are not here is no fault."""
    found = Found(folder.name)
    try:
        manifest = read(folder / MANIFEST)
        found.problems += _document_problems(folder, manifest, key)
        found.problems += _file_problems(folder, manifest, found, public=public)
        if not signature_holds(manifest, key):
            return found  # what nobody signed states nothing
        if lacking := [n for n, kind in FACTS.items() if not isinstance(manifest.get(n), kind)]:
            found.problems.append(f"{MANIFEST} does not state {', '.join(lacking)}")
            return found
        _note(manifest, found)
        found.problems += _loss_problems(manifest, found)
        found.problems += _ledger_problems(folder, manifest, found, entries)
        if (folder / "cells.parquet").exists():
            found.problems += cell_problems(folder, manifest)
            found.problems += standing_problems(folder, manifest)
    except Unreadable as problem:
        found.problems.append(str(problem))
    except (KeyError, TypeError, ValueError, OverflowError):
        found.problems.append(f"a part of {MANIFEST} has another shape than a manifest's")
    return found


def _document_problems(folder: Path, manifest: Document, key: bytes | None) -> Iterator[str]:
    if not signature_holds(manifest, key):
        yield f"{MANIFEST} does not carry the service's signature"
    elif not is_in_form(folder / MANIFEST, manifest):
        yield f"{MANIFEST} is not as it was written"
    if manifest.get("id") != folder.name:
        yield f"{MANIFEST} is of another release"


def _file_problems(folder: Path, manifest: Document, found: Found, *, public: bool) -> Iterator[str]:
    named: dict[str, Any] = manifest["files"] if isinstance(manifest.get("files"), dict) else {}
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    found.files = len(present)
    if not public:
        yield from (f"{name} is missing" for name in sorted(named.keys() - present))
    yield from (f"{name} is not named in the manifest" for name in sorted(present - named.keys()))
    for name in sorted(named.keys() & present):
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != named[name]:
                yield f"{name} was changed"


def _note(manifest: Document, found: Found) -> None:
    found.tables = len(manifest["tables"])
    found.deltas = [float(delta) for delta in manifest["deltas"]]
    found.entries = [int(number) for number in manifest["ledger"]["entries"]]
    found.charges = {loss["season"]: int(loss["nano_rho"]) for loss in manifest["losses"]}
    for table in manifest["tables"]:
        for per in table["per_season"]:
            stated = (int(per["cells_per_unit"]), int(per["size_per_cell"]), float(table["scale"]))
            found.noise.setdefault(per["season"], []).append(stated)


def _loss_problems(manifest: Document, found: Found) -> Iterator[str]:
    """Rho from scale and bound, table by table and season by season; then epsilon at each delta."""
    if LAW not in manifest["noise"]:
        yield "it states another law of the noise than the one that can be checked here"
    for table in manifest["tables"]:
        for per in table["per_season"]:
            yield from _table_problems(table["name"], float(table["scale"]), per)
    if set(found.noise) != set(found.charges):
        yield "it charges other seasons than its tables read"
    for loss in manifest["losses"]:
        parts = [part for part in found.noise.get(loss["season"], []) if part[-1] > 0]
        exact = losses.nano(sum((losses.rho(*part) for part in parts), start=losses.rho(0, 0, 1.0)))
        if not exact <= loss["nano_rho"] <= exact + 2 * len(parts):
            yield (
                f"season {loss['season']}: it states {loss['nano_rho']} nano-rho, "
                f"its scales and bounds make {exact}"
            )
        yield from _epsilon_problems(loss, found.deltas)


def _table_problems(name: str, scale: float, per: Document) -> Iterator[str]:
    cells, size = int(per["cells_per_unit"]), int(per["size_per_cell"])
    where = f"table {name}, season {per['season']}"
    if not (scale > 0 and cells > 0 and size > 0):
        yield f"{where}: without noise or bound the loss has no end"
        return
    exact = losses.nano(losses.rho(cells, size, scale))
    if not exact <= per["rho_nano"] <= exact + 1:
        yield f"{where}: it states {per['rho_nano']} nano-rho, scale and bound make {exact}"
    if not math.isclose(per["l2"] ** 2, losses.square_of_l2(cells, size), rel_tol=1e-12):
        yield f"{where}: its L2 bound is not size times the root of cells"


def _epsilon_problems(loss: Document, deltas: Sequence[float]) -> Iterator[str]:
    """Each stated epsilon, for one season and for several alike; none may be told smaller than it is."""
    by_seasons = [(1, loss["epsilon"]), *((int(n), told) for n, told in loss["epsilon_over_seasons"].items())]
    for seasons, told in by_seasons:
        if {float(delta) for delta in told} != set(deltas):
            yield f"season {loss['season']}: it states epsilon at other deltas than {deltas}"
        for delta, stated in told.items():
            own = losses.epsilon(int(loss["nano_rho"]) * seasons, float(delta))
            if not own - CLOSE <= stated <= own + TOLD_TO + CLOSE:
                yield (
                    f"season {loss['season']}: it states epsilon {stated} at delta {delta} for {seasons} "
                    f"such seasons, which is {own:.6f}"
                )


def _ledger_problems(
    folder: Path, manifest: Document, found: Found, entries: Sequence[Entry]
) -> Iterator[str]:
    """Whether the ledger has each charge that the manifest names, and the manifest that the ledger names."""
    parts = [manifest[n] for n in ("id", "input_digest", "keyset_digest", "regions_digest")]
    parts += [manifest["policy"]["digest"]]
    parts += [manifest["corrects"]["venue"]] if "corrects" in manifest else []
    if sha256("\n".join(parts).encode()) != manifest["publication_digest"]:
        yield "what two people approved is not what its digests make"
    ends = [e for e in entries if e["kind"] == "finalise" and e["publication"] == manifest["id"]]
    if ends and ends[0]["digest"] != sha256((folder / MANIFEST).read_bytes()):
        yield f"{MANIFEST} is not the one that the ledger names"
    by_number = {entry["number"]: entry for entry in entries}
    named = [by_number[number] for number in found.entries if number in by_number]
    if len(named) < len(found.entries) or not named:
        yield "the ledger lacks entries that it was charged with"
        return
    if named[-1]["hash"] != manifest["ledger"]["head"]:
        yield f"entry {named[-1]['number']} of the ledger is not the one that it was charged with"
    approved = (manifest["id"], manifest["publication_digest"], manifest["ledger"]["reservation"])
    stands = {(e["publication"], e["digest"], e["reservation"]) for e in named}
    if {e["kind"] for e in named} != {"reserve"} or stands != {approved}:
        yield "the ledger's entries that it names are charges of something else"
    charged = sorted((label(e["season"]), e["purpose"], e["nano_rho"]) for e in named)
    if charged != sorted((one["season"], one["purpose"], one["nano_rho"]) for one in manifest["losses"]):
        yield "the ledger charged other amounts than it states"


def problems_of_all(found: Sequence[Found], entries: Sequence[Entry], *, public: bool) -> Iterator[str]:
    """D-03: each charge of the ledger belongs to one release, or to a draw that was lost; none to two."""
    present = {one.id for one in found}
    named = [number for one in found for number in one.entries]
    yield from (
        f"Ledger: entry {number} is named by more than one release"
        for number in sorted({n for n in named if named.count(n) > 1})
    )
    # A folder that is gone fails no check of its own: only the ledger knows that it should be there.
    finished = {e["publication"] for e in entries if e["kind"] == "finalise"}
    stating = {one.id for one in found if one.charges}
    if not public:
        yield from (
            f"Release {one}: is missing, though the ledger names it" for one in sorted(finished - present)
        )
    for season, charged in _charged_by_season(entries, finished & stating).items():
        stated = sum(one.charges.get(season, 0) for one in found if one.id in finished)
        if stated != charged:
            yield (
                f"Season {season}: its releases state {stated} nano-rho in all, "
                f"the ledger charged {charged} for them"
            )


def _charged_by_season(entries: Sequence[Entry], publications: set[str]) -> dict[str, int]:
    """What the ledger charged for what was published; lost draws stay charged and are left out here."""
    lost = {e["reservation"] for e in entries if e["kind"] == "forfeit"}
    found: dict[str, int] = {}
    for e in entries:
        if e["kind"] == "reserve" and e["publication"] in publications and e["reservation"] not in lost:
            found[label(e["season"])] = found.get(label(e["season"]), 0) + e["nano_rho"]
    return found
