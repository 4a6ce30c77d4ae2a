"""Log-in: an address and a password, a cookie or a bearer token in; the person, or nobody, out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, delete, insert, select, update

from service import tables
from service.access import NotThereError, Person, Role
from service.settings import Settings

TOKEN_MARK = "foyer_"  # noqa: S105  # the public beginning of every token, not a secret
TOKEN_DAYS = 180
PASSWORD_LENGTH = 12
SEEN_EVERY = timedelta(minutes=1)

_hasher = PasswordHasher()


class WeakPasswordError(Exception):
    """The password is too short; the message says what is asked."""


def digest(secret: str) -> str:
    """What is stored of a session, token or invite: enough to recognise it, not to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def moment() -> datetime:
    """Now, in UTC without zone, by the real clock: a pretended day must not keep log-ins alive."""
    return datetime.now(UTC).replace(tzinfo=None)


def hash_password(password: str) -> str:
    """The argon2id hash to store; raises WeakPasswordError."""
    if len(password) < PASSWORD_LENGTH:
        raise WeakPasswordError(f"Choose a password of at least {PASSWORD_LENGTH} characters.")
    return _hasher.hash(password)


def check_password(connection: Connection, email: str, password: str) -> Person | None:
    """The person whose address and password these are. An unknown address takes as long as a known one."""
    row = connection.execute(
        select(tables.users).where(tables.users.c.email == email.strip().lower())
    ).first()
    known = row is not None and row.password_hash is not None and row.disabled_at is None
    stored = row.password_hash if row is not None and known else _nobodys_hash()
    try:
        _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return None
    return person_of(row) if row is not None and known else None


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def person_of(row: Row[Any], *, by_token: bool = False) -> Person:
    """A row of users as the person."""
    role = Role(row.role)
    admitted = role is not Role.COORDINATOR or row.invited_by is None or row.admitted_by is not None
    return Person(row.id, row.email, row.name, row.organisation, role, row.language, by_token, admitted)


def open_session(connection: Connection, person: Person, settings: Settings) -> str:
    """Start a session; what comes back goes into the cookie and nowhere else."""
    secret = secrets.token_urlsafe(32)
    now = moment()
    connection.execute(
        insert(tables.sessions).values(
            digest=digest(secret),
            user_id=person.id,
            created_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=settings.session_hours),
        )
    )
    return secret


def close_session(connection: Connection, secret: str) -> None:
    """Log out: the cookie is worth nothing from now on."""
    connection.execute(delete(tables.sessions).where(tables.sessions.c.digest == digest(secret)))


def close_all_sessions(connection: Connection, user_id: int) -> None:
    """End every session of a person: after a new password, or when the person is removed."""
    connection.execute(delete(tables.sessions).where(tables.sessions.c.user_id == user_id))


def person_by_session(connection: Connection, secret: str, settings: Settings) -> tuple[Person, bool] | None:
    """Whose session this is, and whether it is time to note that it was seen."""
    now = moment()
    idle = now - timedelta(minutes=settings.session_idle_minutes)
    sessions, users = tables.sessions, tables.users
    row = connection.execute(
        select(users, sessions.c.seen_at)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(
            sessions.c.digest == digest(secret),
            sessions.c.ends_at > now,
            sessions.c.seen_at > idle,
            users.c.disabled_at.is_(None),
        )
    ).first()
    return None if row is None else (person_of(row), now - row.seen_at > SEEN_EVERY)


def note_seen(connection: Connection, secret: str) -> None:
    """The session is in use."""
    connection.execute(
        update(tables.sessions).where(tables.sessions.c.digest == digest(secret)).values(seen_at=moment())
    )


def revoke_all_tokens(connection: Connection, user_id: int) -> None:
    """Take back every token of a person: after a new password nothing older opens the account."""
    connection.execute(
        update(tables.tokens)
        .where(tables.tokens.c.user_id == user_id, tables.tokens.c.revoked_at.is_(None))
        .values(revoked_at=moment())
    )


def issue_token(connection: Connection, user_id: int, name: str) -> tuple[int, str]:
    """A bearer token for programs, shown once: its number and the token."""
    secret = TOKEN_MARK + secrets.token_urlsafe(32)
    now = moment()
    result = connection.execute(
        insert(tables.tokens).values(
            digest=digest(secret),
            user_id=user_id,
            name=name[:80],
            created_at=now,
            ends_at=now + timedelta(days=TOKEN_DAYS),
        )
    )
    key = result.inserted_primary_key
    return int(key[0]) if key else 0, secret


def revoke_token(connection: Connection, person: Person, token_id: int) -> None:
    """Take back one of the person's own tokens; raises NotThereError for any other."""
    changed = connection.execute(
        update(tables.tokens)
        .where(
            tables.tokens.c.id == token_id,
            tables.tokens.c.user_id == person.id,
            tables.tokens.c.revoked_at.is_(None),
        )
        .values(revoked_at=moment())
    )
    if changed.rowcount == 0:
        raise NotThereError


def person_by_token(connection: Connection, secret: str) -> Person | None:
    """Whose bearer token this is."""
    row = connection.execute(
        select(tables.users)
        .join(tables.tokens, tables.tokens.c.user_id == tables.users.c.id)
        .where(
            tables.tokens.c.digest == digest(secret),
            tables.tokens.c.revoked_at.is_(None),
            tables.tokens.c.ends_at > moment(),
            tables.users.c.disabled_at.is_(None),
        )
    ).first()
    return None if row is None else person_of(row, by_token=True)
