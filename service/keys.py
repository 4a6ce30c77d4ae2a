"""Secrets: a folder in, the keys out; each in a file of its own that only the service may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest.identity.oprf import Evaluator, key_check, new_key
from ingest.seasons import Season

SECRET_BYTES = 32
OPRF_KEY_ID = "k1"
SIGNING = "signing"


class KeyFileError(ValueError):
    """A secret that something was made with is missing or damaged; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the service keeps to itself. Never printed: no field shows in a representation."""

    folder: Path
    evaluator: Evaluator = field(repr=False)
    pepper: bytes = field(repr=False)
    tombstones: bytes = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)
    check: str = field(repr=False)

    def salt(self, season: Season) -> bytes:
        """The season's secret salt, made on first use and kept for all versions of that season."""
        return _secret(self.folder / f"salt-{season.slug}")

    @property
    def key_checks(self) -> dict[str, str]:
        """For every identity key that is accepted, the token of the known test input."""
        return {self.evaluator.key_id: self.check}


def load(folder: Path, needed: Collection[str] = ()) -> Keys:
    """The keys in this folder, made where they are missing; raises KeyFileError for a missing `needed` one.

    Under a new pepper or identity key the bookers of the rows that are there would all be others.
    """
    if missing := sorted(name for name in needed if not (folder / name).exists()):
        raise KeyFileError(
            f"{folder} lacks {', '.join(missing)}, with which the data here was made. "
            "Restore the folder from a backup; a new key would count each booker twice."
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    evaluator = Evaluator(OPRF_KEY_ID, _keep(folder / f"oprf-{OPRF_KEY_ID}", new_key()))
    return Keys(
        folder=folder,
        evaluator=evaluator,
        pepper=_secret(folder / "pepper"),
        tombstones=_secret(folder / "tombstones"),
        signing=Ed25519PrivateKey.from_private_bytes(_secret(folder / SIGNING)),
        check=key_check(evaluator),
    )


def public_key(folder: Path) -> bytes | None:
    """The 32 bytes with which signatures are checked; None where no signing key was made. Makes nothing."""
    path = folder / SIGNING
    if not path.exists():
        return None
    key = Ed25519PrivateKey.from_private_bytes(_whole(path)).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _secret(path: Path) -> bytes:
    return _keep(path, secrets.token_bytes(SECRET_BYTES))


def _keep(path: Path, drawn: bytes) -> bytes:
    """What the file holds; where there is none, the drawn bytes become it, once, whoever comes first."""
    if path.exists():
        return _whole(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        os.write(descriptor, drawn)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    _sync_folder(path.parent)
    return _whole(path)


def _whole(path: Path) -> bytes:
    held = path.read_bytes()
    if len(held) != SECRET_BYTES:
        raise KeyFileError(f"{path} does not hold a whole key. Restore it from a backup.")
    return held


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
