"""Chains of hashes: the ledger's entries, its signed copy and the audit trail in; every broken link out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from service.verifier.documents import Document, Unreadable, is_in_form, read, sha256, signature_holds

Entry = dict[str, Any]
NOTHING = "0" * 64
KIND = "checkpoint of a Foyer ledger"
TRAIL = "checkpoint of a Foyer audit trail"
FIELDS = {
    "number", "kind", "publication", "reservation", "season", "purpose", "nano_rho", "digest", "actor", "at",
    "reason", "previous_hash", "hash",
}  # fmt: skip
NUMBERS = {"number", "reservation", "season", "nano_rho"}
CHARGES, CLOSES = {"reserve"}, {"finalise", "forfeit"}


def read_table(database: Path, table: str) -> list[Entry]:
    """Every row of a table as it lies in the file, by number. Only reads."""
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(f"SELECT * FROM {table} ORDER BY number").fetchall()
    except sqlite3.DatabaseError:
        raise Unreadable(
            f"{database} is not a database that this version of Foyer can read. Restore it from a backup, "
            "or use the version that wrote it."
        ) from None
    return [dict(row) for row in rows]


def read_signed(path: Path) -> Document:
    """The signed copy of a ledger: its checkpoint and all entries."""
    document = read(path)
    if not is_in_form(path, document):
        raise Unreadable(f"{path.name} is not as it was written")
    entries = document.get("entries")
    if not isinstance(document.get("checkpoint"), dict) or not isinstance(entries, list):
        raise Unreadable(f"{path.name} lacks its checkpoint or its entries")
    if not all(_is_entry(entry) for entry in entries):
        raise Unreadable(f"{path.name} has an entry with other fields than a ledger's")
    return document


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) != FIELDS:
        return False
    return all(type(value) is (int if name in NUMBERS else str) for name, value in entry.items())


def label(year: int) -> str:
    """A season as documents name it: 2025 is "2025/26"."""
    return f"{year}/{(year + 1) % 100:02d}"


def hash_of(entry: Entry) -> str:
    """SHA-256 over everything in an entry but its own hash."""
    content = {name: entry[name] for name in FIELDS - {"hash"}}
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode())


def totals(entries: Sequence[Entry]) -> dict[str, int]:
    """What each season was charged, in nano-rho: whole numbers, added up."""
    found: dict[str, int] = {}
    for entry in sorted(entries, key=lambda one: int(one["season"])):
        found[label(entry["season"])] = found.get(label(entry["season"]), 0) + entry["nano_rho"]
    return found


def problems(entries: Sequence[Entry]) -> Iterator[str]:
    """Every entry that is missing, was changed, stands elsewhere, or says what no entry can say."""
    previous, expected = NOTHING, 1
    for entry in entries:
        number = entry["number"]
        yield from (f"entry {gap} is missing" for gap in range(expected, number))
        if entry["previous_hash"] != previous:
            yield f"entry {number} does not follow the entry before it"
        if entry["hash"] != hash_of(entry):
            yield f"entry {number} was changed after it was written"
        if not _can_be(entry):
            yield f"entry {number} is neither a charge nor the end of one"
        previous, expected = entry["hash"], number + 1


def _can_be(entry: Entry) -> bool:
    """A charge costs something; what ends a reservation costs nothing. Nothing is ever given back."""
    charge = entry["kind"] in CHARGES and entry["nano_rho"] > 0
    return charge or (entry["kind"] in CLOSES and entry["nano_rho"] == 0)


def checkpoint_problems(document: Document, entries: Sequence[Entry], key: bytes | None) -> Iterator[str]:
    """Whether the signed copy is of this ledger, of all of it, and tells its totals as they are."""
    found, copied = document["checkpoint"], document["entries"]
    if not signature_holds(found, key) or found.get("kind") != KIND:
        yield "it does not carry the service's signature"
        return
    size = found["size"]
    if size != len(copied) or found["head"] != _head(copied):
        yield "the copied entries are not those that were signed"
    for number, (copy, entry) in enumerate(zip(copied, entries, strict=False), start=1):
        if copy != entry:
            yield f"the copy of entry {number} differs from the ledger"
    if found["totals"] != totals(copied):
        yield "its totals are not the sums of its entries"
    if size > len(entries):
        yield (
            f"the ledger ends at entry {len(entries)}, but entry {size} was signed: an older database was "
            "restored. Run `foyer ledger catch-up`"
        )
    elif size < len(entries):
        yield f"entry {size + 1} and what follows are not signed yet. Start the service, which signs them"


def pin_problems(
    path: Path, entries: Sequence[Entry], deeds: Sequence[Entry], key: bytes | None
) -> Iterator[str]:
    """Whether ledger or audit trail still has the entry that a checkpoint kept elsewhere names."""
    try:
        document = read(path)
    except (Unreadable, OSError) as problem:
        yield f"it cannot be read: {problem}"
        return
    pin = document.get("checkpoint", document)
    if not isinstance(pin, dict) or not signature_holds(pin, key) or pin.get("kind") not in (KIND, TRAIL):
        yield "it does not carry the service's signature"
        return
    of = "ledger" if pin["kind"] == KIND else "audit trail"
    chain = entries if pin["kind"] == KIND else deeds
    if pin["size"] > len(chain):
        yield f"the {of} ends at entry {len(chain)}, but this knows entry {pin['size']}"
    elif pin["head"] != _head(chain[: pin["size"]]):
        yield f"entry {pin['size']} is not the one that was pinned: the {of} was begun anew or rewritten"


def _head(entries: Sequence[Entry]) -> str:
    return str(entries[-1].get("hash") or entries[-1]["digest"]) if entries else NOTHING


def trail_problems(deeds: Sequence[Entry]) -> Iterator[str]:
    """The first deed of the audit trail that was changed, removed or put elsewhere."""
    previous = NOTHING
    for expected, deed in enumerate(deeds, start=1):
        stated = {name: value for name, value in deed.items() if name != "digest"}
        try:
            stated["at"] = datetime.fromisoformat(stated["at"]).isoformat()
        except (TypeError, ValueError):
            yield "an entry holds something that is no moment"
            return
        digest = sha256(json.dumps(stated, sort_keys=True).encode())
        if deed["number"] != expected or deed["previous"] != previous or deed["digest"] != digest:
            yield f"entry {expected} was changed, removed or put elsewhere"
            return
        previous = deed["digest"]
