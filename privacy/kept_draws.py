"""A draw that is paid for and not yet a release: integers go in durably; after a crash they come out again.

What follows a draw takes a while, and a machine that stops meanwhile should not cost a season's budget. The
integers are protected already, and nobody reads them from here: they lie where the release's cells will.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from privacy.ledger import Reservation
from privacy.release import ReleaseDamagedError
from privacy.signing import sync

Drawn = Mapping[str, NDArray[np.int64]]


def keep(folder: Path, reservation: Reservation, noisy: Drawn) -> None:
    """Keep the integers of every table, as drawn for this reservation; an older draw is replaced."""
    names = np.repeat(list(noisy), [len(table) for table in noisy.values()])
    table = pa.table(
        {"table": pa.array(names).dictionary_encode(), "noisy": np.concatenate([*noisy.values()])}
    )
    path = _path(folder, reservation.publication)
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        named = table.replace_schema_metadata({"reservation": reservation.hash})
        pq.write_table(named, file, write_page_checksum=True)
    sync(unfinished)
    unfinished.rename(path)
    sync(folder)


def kept(folder: Path, reservation: Reservation, sizes: Mapping[str, int]) -> Drawn | None:
    """The integers that were drawn for this reservation; None where there are none for just these tables.

    ReleaseDamagedError where they cannot be read: they are paid for, so giving them up is not ours to decide.
    """
    path = _path(folder, reservation.publication)
    if not path.exists():
        return None
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (pa.ArrowInvalid, OSError) as damage:
        raise ReleaseDamagedError(
            f"The draw for {reservation.publication} cannot be read. Restore {path.name} from a backup; "
            "or remove it, and its charge is lost."
        ) from damage
    if table.schema.metadata.get(b"reservation") != reservation.hash.encode():
        return None
    names, noisy = np.array(table["table"].to_pylist()), table["noisy"].to_numpy()
    found = {name: noisy[names == name] for name in sizes}
    same = sum(sizes.values()) == len(noisy) and all(len(found[name]) == size for name, size in sizes.items())
    return found if same else None


def drop(folder: Path, publication: str) -> None:
    """Forget the draw of a publication: its release is stored, or it will never be one."""
    _path(folder, publication).unlink(missing_ok=True)


def _path(folder: Path, publication: str) -> Path:
    return folder / f".drawn-{publication}.parquet"
