"""The immutable published thing: a release goes in once, signed and hashed; the same bytes come out for good.

A release is a folder: `cells.parquet` (all cells, internal), `audiences/<who>.parquet` (what each may
see) and `manifest.json`, signed with Ed25519 and naming the hash of every file. A folder appears by
one rename, complete or not at all. Whether it may be seen is said by the ledger, not by the folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ingest.seasons import Season
from privacy.budget import Charge
from privacy.signing import carries_signature, readable, signed, sync
from privacy.workload import TableFacts

CELLS_SCHEMA = pa.schema(
    [
        pa.field("cell_id", pa.string(), nullable=False),  # measure/venue/label, empty parts left out
        pa.field("measure", pa.string(), nullable=False),
        pa.field("venue", pa.string(), nullable=False),  # "" for the network
        pa.field("dimension", pa.string(), nullable=False),  # "" or the dimension beside the venue
        pa.field("label", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),  # cell | district | region | country | core | total
        pa.field("noisy", pa.int64()),  # the raw integer that was drawn; null where derived
        pa.field("sigma", pa.float64(), nullable=False),  # standard error of the estimate before projection
        pa.field("fit", pa.float64(), nullable=False),  # the least-squares fit, signed: unbiased
        pa.field("estimate", pa.float64(), nullable=False),
        pa.field("low", pa.float64(), nullable=False),  # 95 % interval
        pa.field("high", pa.float64(), nullable=False),
        pa.field("beyond", pa.float64(), nullable=False),  # about how many the bounds leave out, never less
        pa.field("status", pa.string(), nullable=False),  # released | derived | withheld
    ]
)

RELEASED, DERIVED, WITHHELD = "released", "derived", "withheld"


@dataclass(frozen=True, slots=True)
class Release:
    """What a draw gave: public facts of each table, each season's charge, and every cell."""

    season: Season
    facts: tuple[TableFacts, ...]
    charges: tuple[Charge, ...]
    cells: pa.Table


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_UNFINISHED = ".unfinished-"


class ReleaseDamagedError(Exception):
    """A stored release does not match its signed manifest."""


def sha256_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """One release on disk, read only."""

    id: str
    path: Path

    @property
    def season_slug(self) -> str:
        """Of which season it is, as its key begins (privacy.workload.Publication)."""
        return self.id.partition(".")[0]

    @property
    def edition(self) -> int:
        """Which edition it is, as its key ends."""
        return int(self.id.rpartition(".e")[2])

    @property
    def manifest(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.manifest_bytes)
        return content

    @property
    def manifest_bytes(self) -> bytes:
        """The manifest as it was stored and as the ledger names its hash."""
        return (self.path / "manifest.json").read_bytes()

    @property
    def manifest_digest(self) -> str:
        """The hash that the ledger keeps when the release is finalised."""
        return sha256_file(self.path / "manifest.json")

    @property
    def audiences(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in (self.path / "audiences").glob("*.parquet")))

    def cells(self) -> pa.Table:
        """Every cell. Internal: pages and downloads read an audience's file."""
        return pq.read_table(self.path / "cells.parquet")

    def audience(self, who: str) -> pa.Table:
        """What this audience may see; KeyError when the release has no file for it."""
        path = self.path / "audiences" / f"{who}.parquet"
        if not _NAME.fullmatch(who) or not path.exists():
            raise KeyError(who)
        return pq.read_table(path)

    def verify(self, public_key: Ed25519PublicKey) -> tuple[str, ...]:
        """What does not hold: the signature, a hash, a missing or an extra file. Empty when all is well."""
        problems: list[str] = []
        manifest = self.manifest
        if not carries_signature(manifest, public_key):
            problems.append("manifest.json does not carry the service's signature")
        named: dict[str, str] = manifest.get("files", {})
        present = {
            p.relative_to(self.path).as_posix()
            for p in self.path.rglob("*")
            if p.is_file() and p.name != "manifest.json"
        }
        problems += [f"{name} is missing" for name in sorted(named.keys() - present)]
        problems += [f"{name} is not named in the manifest" for name in sorted(present - named.keys())]
        problems += [
            f"{name} was changed"
            for name in sorted(named.keys() & present)
            if sha256_file(self.path / name) != named[name]
        ]
        return tuple(problems)


class ReleaseStore:
    """The folder of releases: writes each once, under a lock per release, and lists what is complete."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=0o700)  # it holds every venue's cells

    def path(self, release_id: str) -> Path:
        if not _NAME.fullmatch(release_id):
            raise ValueError("A release id has small letters, digits, dots, dashes and underscores.")
        return self.root / release_id

    def exists(self, release_id: str) -> bool:
        return (self.path(release_id) / "manifest.json").is_file()

    def open(self, release_id: str) -> StoredRelease:
        """The stored release; KeyError when there is none."""
        if not self.exists(release_id):
            raise KeyError(release_id)
        return StoredRelease(release_id, self.path(release_id))

    def ids(self) -> tuple[str, ...]:
        """Every complete release, visible or not: ask the ledger which are finalised."""
        return tuple(
            sorted(
                path.parent.name for path in self.root.glob("*/manifest.json") if path.parent.name[0] != "."
            )
        )

    @contextmanager
    def lock(self, release_id: str) -> Iterator[None]:
        """One publisher at a time per release on this machine; the kernel frees it when a process dies."""
        with self._lock_file(release_id) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def write(
        self,
        release_id: str,
        cells: pa.Table,
        audiences: Mapping[str, pa.Table],
        manifest: Mapping[str, Any],
        signing_key: Ed25519PrivateKey,
    ) -> StoredRelease:
        """Store everything durably and make it appear by one rename. Refuses to replace a stored release."""
        target = self.path(release_id)
        unfinished = self.root / f"{_UNFINISHED}{release_id}-{secrets.token_hex(6)}"
        (unfinished / "audiences").mkdir(parents=True)
        files = {"cells.parquet": cells}
        for who, table in audiences.items():
            if not _NAME.fullmatch(who):
                raise ValueError("An audience is named like a venue: small letters, digits, dashes.")
            files[f"audiences/{who}.parquet"] = table
        for name, table in files.items():
            pq.write_table(table, unfinished / name, compression="zstd")
            sync(unfinished / name)
        named = {**manifest, "files": {n: sha256_file(unfinished / n) for n in files}}
        path = unfinished / "manifest.json"
        path.write_bytes(readable(signed(named, signing_key)))
        for made in (path, unfinished / "audiences", unfinished):
            sync(made)
        unfinished.rename(target)
        sync(self.root)
        return StoredRelease(release_id, target)

    def sweep(self) -> int:
        """Remove what crashed writes left; returns how many. What is being written beside us stays.

        Who writes holds the release's lock, and a lock does not outlive its process: what can be locked at
        once was left.
        """
        removed = 0
        for path in sorted(self.root.glob(f"{_UNFINISHED}*")):
            release_id = path.name.removeprefix(_UNFINISHED).rpartition("-")[0]
            if not _NAME.fullmatch(release_id):
                continue
            with self._lock_file(release_id) as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                if path.exists():  # else it was finished, and renamed, since we looked
                    shutil.rmtree(path)
                    removed += 1
        return removed

    def _lock_file(self, release_id: str) -> TextIO:
        return self.path(release_id).with_name(f".{release_id}.lock").open("w")
