"""The ledger's memory outside the database: entries go in; a signed copy that no restore outruns comes out.

A charge is committed first, then a checkpoint that counts it is written and synced, and only then is noise
drawn. A crash between the first two leaves a charge without noise. It stays spent; and who restores an
older database at that very moment takes back a charge that nobody has seen anything for. From the
checkpoint on a database that lacks the charge is refused: at every start and before every publication.

What remembers is the file beside the database, a copy of it in a folder elsewhere where one is named, and
the signed manifest of every stored release, which names its charges. Whoever restores all three of them to
the same old day is found out only by a checkpoint that somebody else has kept: see `foyer verify --pin`.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine

from ingest.seasons import Season
from privacy.entries import GENESIS, Entry, Pin, enter, entries, faults_in, head, totals_of
from privacy.release import ReleaseStore
from privacy.signing import carries_signature, readable, signed, sync

FILE = "ledger.json"
UNFINISHED = ".tmp"
KIND = "checkpoint of a Foyer ledger"
BESIDE, ELSEWHERE = "the checkpoint beside the database", "the checkpoint kept elsewhere"


class LedgerRefusedError(Exception):
    """The ledger is not what was signed of it, or cannot be signed. Nothing is drawn."""


class LedgerBehindError(LedgerRefusedError):
    """The database is older than what is known of it: it was restored, and budget would come back."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A checkpoint as it was read: the last entry that it knows, and the entries that it holds."""

    where: str
    pin: Pin
    document: Mapping[str, Any]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry up to the pin, as they stood; not yet checked."""
        return tuple(Entry(**entry) for entry in self.document["entries"])


def checkpoint(chain: Sequence[Entry], now: datetime) -> dict[str, Any]:
    """What is signed of a ledger: how many entries, the last one's hash, and what each season has spent."""
    return {
        "kind": KIND,
        "size": len(chain),
        "head": chain[-1].hash if chain else GENESIS,
        "totals": {Season(year).label: spent for year, spent in totals_of(chain).items()},
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
    }


class Checkpoints:
    """The signed copies of one ledger: the file beside the database, and one elsewhere where it is named."""

    def __init__(self, beside: Path, key: Ed25519PrivateKey, elsewhere: Path | None = None) -> None:
        self._key = key
        self._places = {BESIDE: beside / FILE}
        if elsewhere is not None:
            self._places[ELSEWHERE] = elsewhere / FILE

    @property
    def document(self) -> Mapping[str, Any] | None:
        """The copy beside the database: the checkpoint and every entry. None before the first one."""
        found = [memory for memory in self._memories() if memory.where == BESIDE]
        return found[0].document if found else None

    def check(self, connection: Connection, store: ReleaseStore) -> None:
        """Raise unless the database's ledger is whole and has every entry that was ever signed."""
        known = [(memory.where, memory.pin) for memory in self._memories()]
        known += _charged_for(store, self._key)
        last = head(connection)
        if ahead := [(where, pin) for where, pin in known if pin.number > last.number]:
            where, pin = max(ahead, key=lambda one: one[1].number)
            raise LedgerBehindError(
                f"The ledger ends at entry {last.number}, but {where} has entry {pin.number}: "
                "an older database was restored, and what was spent since would be spent again. "
                "Run `foyer ledger catch-up`, or restore the newest backup of the database."
            )
        if faults := faults_in(entries(connection), [pin for _, pin in known]):
            raise LedgerRefusedError(
                f"Ledger: entry {faults[0].number} {faults[0].problem}. "
                "Restore the database from a backup that `foyer verify` finds whole."
            )

    def advance(self, engine: Engine, store: ReleaseStore, now: datetime, *, anew: bool = False) -> None:
        """Sign the ledger as it stands, wherever that is not done yet; `anew` writes in any case.

        Never goes back: a ledger that lacks an entry which was signed is refused.
        """
        with self._alone():
            with engine.begin() as connection:
                self.check(connection, store)
                chain = tuple(entries(connection))
            signed_sizes = {memory.where: memory.pin.number for memory in self._memories()}
            behind = [
                path
                for where, path in self._places.items()
                if anew or signed_sizes.get(where, 0) < len(chain)
            ]
            if behind:
                made = {"checkpoint": signed(checkpoint(chain, now), self._key)}
                content = readable({**made, "entries": [asdict(entry) for entry in chain]})
                for path in behind:
                    _replace(path, content)

    def catch_up(self, connection: Connection) -> int:
        """Enter what the longest signed copy has and the database lacks; how many entries that were."""
        own = tuple(entries(connection))
        memory = max(self._memories(), key=lambda one: one.pin.number, default=None)
        if memory is None or memory.pin.number <= len(own):
            return 0
        copied = memory.entries
        if faults_in(copied, [memory.pin]):
            raise LedgerRefusedError(
                f"{_capital(memory.where)} was changed. Restore {FILE} from a backup and try again."
            )
        if copied[: len(own)] != own:
            raise LedgerRefusedError(
                f"The database and {memory.where} are two ledgers that both went on. "
                "Restore the newest backup of the database that was in use when the checkpoint was signed."
            )
        enter(connection, copied[len(own) :])
        return len(copied) - len(own)

    def _memories(self) -> list[Memory]:
        found = []
        for where, path in self._places.items():
            if not path.parent.is_dir():
                # A folder that is not mounted must not pass for one in which nothing was ever signed.
                raise LedgerRefusedError(
                    f"The folder of {where} is not there. Mount it, or set FOYER_PINS to where it is."
                )
            if path.exists():
                found.append(_read(where, path, self._key))
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time reads, signs and writes; or a slower one would put an older copy back."""
        beside = self._places[BESIDE]
        with beside.with_name(f".{beside.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for path in self._places.values():
                for left in path.parent.glob(f".{FILE}.*{UNFINISHED}"):  # by a process that was killed
                    left.unlink()
            yield


def _read(where: str, path: Path, key: Ed25519PrivateKey) -> Memory:
    try:
        document = json.loads(path.read_bytes())
        found = document["checkpoint"]
        pin = Pin(found["size"], found["head"])
        fine = found["kind"] == KIND and carries_signature(found, key.public_key())
        fine = fine and len(document["entries"]) == pin.number
    except (ValueError, KeyError, TypeError):
        fine = False
    if not fine:
        raise LedgerRefusedError(
            f"{_capital(where)} does not carry this service's signature. Restore {path.name} from a backup; "
            "were it deleted, an older database could take its place."
        )
    return Memory(where, pin, document)


def _charged_for(store: ReleaseStore, key: Ed25519PrivateKey) -> Iterator[tuple[str, Pin]]:
    """The last charge that each stored release's signed manifest names."""
    for release_id in store.ids():
        try:
            manifest = store.open(release_id).manifest
            pin = Pin(manifest["ledger"]["entries"][-1], manifest["ledger"]["head"])
        except (ValueError, KeyError, TypeError, IndexError):
            continue  # damaged: it is shown to nobody, and `foyer verify` names it
        if carries_signature(manifest, key.public_key()):
            yield f"release {release_id}", pin


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place of another, whole or not at all, and durably."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        sync(path.parent)
    except OSError as problem:
        unfinished.unlink(missing_ok=True)
        raise LedgerRefusedError(
            f"The ledger's checkpoint cannot be written: {problem.strerror}. Without it no noise is drawn. "
            "Make room for it, or let the service write there, and try again."
        ) from None


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
