"""The audit trail: what a person did, in the same transaction, each entry bound to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from service import tables

FIRST = "0" * 64
KIND = "checkpoint of a Foyer audit trail"


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append one entry. `detail` never holds figures that come from persons, nor a secret."""
    last = connection.execute(
        select(tables.audit.c.number, tables.audit.c.digest).order_by(tables.audit.c.number.desc()).limit(1)
    ).first()
    entry = {
        "number": last.number + 1 if last else 1,
        "at": at.replace(tzinfo=None),
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": json.dumps(dict(detail or {}), sort_keys=True),
        "previous": last.digest if last else FIRST,
    }
    connection.execute(insert(tables.audit).values(digest=_digest(entry), **entry))


def broken_entry(connection: Connection) -> int | None:
    """The number of the first entry that was changed, removed or put elsewhere; None when all is well."""
    previous = FIRST
    for expected, row in enumerate(
        connection.execute(select(tables.audit).order_by(tables.audit.c.number)), 1
    ):
        entry = {name: value for name, value in row._mapping.items() if name != "digest"}
        if row.number != expected or row.previous != previous or row.digest != _digest(entry):
            return expected
        previous = row.digest
    return None


def checkpoint(connection: Connection, now: datetime) -> dict[str, object]:
    """What is signed of the trail and kept elsewhere: how many entries, and the last one's hash.

    Not for the public: how many entries there are tells how often somebody asked to be erased.
    """
    last = connection.execute(
        select(tables.audit.c.number, tables.audit.c.digest).order_by(tables.audit.c.number.desc()).limit(1)
    ).first()
    return {
        "kind": KIND,
        "size": last.number if last else 0,
        "head": last.digest if last else FIRST,
        "at": now.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _digest(entry: Mapping[str, object]) -> str:
    stated = {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in entry.items()
    }
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
