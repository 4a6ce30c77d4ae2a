"""Organisations, venues and people: names in, rows and one-time links out. The outbox is a folder."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from ingest.seasons import Season
from privacy.disclosure import COORDINATOR, PUBLIC
from service import access, audit, auth, tables
from service.access import NotThereError, Person, RefusedError, Role
from service.settings import Settings

INVITE_DAYS = 7
OPERATOR = "operator"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
RESET_HOURS = 2


class TakenError(Exception):
    """Somebody or something has this name already."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A house that takes part."""

    slug: str
    organisation: str
    name: str
    kind: str
    capacity_band: str
    country: str
    region: str
    area: str


def create_organisation(
    connection: Connection,
    slug: str,
    name: str,
    *,
    owner: str | None = None,
    is_network: bool = False,
    declared_bookers: int | None = None,
    first_season: Season | None = None,
) -> None:
    """A member; `owner` names the holding it belongs to, by default itself. A network has a first season."""
    _insert_once(
        connection,
        tables.organisations,
        slug=slug,
        name=name,
        owner=owner or slug,
        is_network=is_network,
        declared_bookers=declared_bookers,
        first_season=first_season.start_year if first_season else None,
    )


def declare_bookers(connection: Connection, settings: Settings, organisation: str, number: int) -> None:
    """How many bookers a member says it has; NotThereError for no member. Identities are allowed by it."""
    table = tables.organisations
    changed = connection.execute(
        update(table).where(table.c.slug == organisation).values(declared_bookers=number)
    )
    if changed.rowcount == 0:
        raise NotThereError
    audit.record(
        connection,
        at=settings.now(),
        actor=OPERATOR,
        action="declare bookers",
        subject=f"organisation:{organisation}",
        detail={"number": number},
    )


def create_venue(connection: Connection, venue: Venue) -> None:
    """A house of a member. Its slug names files and stands in addresses and in pairs of venues."""
    if not SLUG.fullmatch(venue.slug) or venue.slug in {COORDINATOR, PUBLIC}:
        raise ValueError(
            f"A venue cannot be called {venue.slug!r}: take up to 80 small letters, digits and dashes."
        )
    _insert_once(connection, tables.venues, **{name: getattr(venue, name) for name in Venue.__slots__})


def create_user(
    connection: Connection,
    *,
    email: str,
    name: str,
    organisation: str,
    role: Role,
    language: str = "",
    password: str | None = None,
    invited_by: int | None = None,
) -> int:
    """A person; without a password only an invitation lets them in. The operator invites as nobody."""
    address = email.strip().lower()
    if connection.execute(select(tables.users.c.id).where(tables.users.c.email == address)).first():
        raise TakenError("Somebody with this address has an account already.")
    result = connection.execute(
        insert(tables.users).values(
            email=address,
            name=name,
            organisation=organisation,
            role=role.value,
            language=language,
            password_hash=auth.hash_password(password) if password else None,
            created_at=auth.moment(),
            invited_by=invited_by,
        )
    )
    key = result.inserted_primary_key
    return int(key[0]) if key else 0


def _insert_once(connection: Connection, table: Any, **values: object) -> None:
    if connection.execute(select(table.c.slug).where(table.c.slug == values["slug"])).first():
        raise TakenError(f"There is already one called {values['slug']}.")
    connection.execute(insert(table).values(**values))


def venues_of(connection: Connection, organisation: str) -> tuple[Venue, ...]:
    """The houses of one member, by name."""
    rows = connection.execute(
        select(tables.venues)
        .where(tables.venues.c.organisation == organisation)
        .order_by(tables.venues.c.name)
    )
    return tuple(Venue(**row._mapping) for row in rows)


def all_venues(connection: Connection) -> tuple[Venue, ...]:
    """Every house of the network, by slug: the declared list."""
    rows = connection.execute(select(tables.venues).order_by(tables.venues.c.slug))
    return tuple(Venue(**row._mapping) for row in rows)


def owners(connection: Connection) -> dict[str, str]:
    """For every venue the holding that owns it."""
    rows = connection.execute(
        select(tables.venues.c.slug, tables.organisations.c.owner).join(
            tables.organisations, tables.venues.c.organisation == tables.organisations.c.slug
        )
    )
    return {row.slug: row.owner for row in rows}


def organisation_name(connection: Connection, slug: str) -> str:
    """The name as people write it."""
    row = connection.execute(
        select(tables.organisations.c.name).where(tables.organisations.c.slug == slug)
    ).first()
    return slug if row is None else str(row.name)


def people_of(connection: Connection, organisation: str) -> list[Row[Any]]:
    """Everybody of one organisation."""
    return list(
        connection.execute(
            select(tables.users)
            .where(tables.users.c.organisation == organisation)
            .order_by(tables.users.c.name)
        )
    )


def invite(
    connection: Connection,
    settings: Settings,
    by: Person,
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
) -> Path:
    """Make the account and leave the letter with its link in the outbox."""
    if (role is Role.COORDINATOR) != (by.role is Role.COORDINATOR):
        raise NotThereError
    access.check_admitted(by)
    user_id = create_user(
        connection,
        email=email,
        name=name,
        organisation=by.organisation,
        role=role,
        language=language,
        invited_by=by.id,
    )
    audit.record(
        connection,
        at=settings.now(),
        actor=by.actor,
        action="invite",
        subject=f"user:{user_id}",
        detail={"role": role.value, "organisation": by.organisation},
    )
    return _send(connection, settings, user_id, email, "invite", timedelta(days=INVITE_DAYS))


def admit(connection: Connection, settings: Settings, by: Person, user_id: int) -> None:
    """Let a coordinator take part whom another coordinator invited; RefusedError for the one who did."""
    users = tables.users
    row = connection.execute(
        _waiting().where(users.c.id == user_id, users.c.organisation == by.organisation)
    ).first()
    if row is None:
        raise NotThereError
    access.check_admitted(by)
    if row.invited_by == by.id:
        raise RefusedError("A second coordinator admits: whoever invited somebody cannot do it as well.")
    _admit(connection, settings, user_id, by.actor)


def admit_by_operator(connection: Connection, settings: Settings, email: str) -> None:
    """The same by whoever runs the service; raises NotThereError where nobody with this address waits."""
    row = connection.execute(_waiting().where(tables.users.c.email == email.strip().lower())).first()
    if row is None:
        raise NotThereError
    _admit(connection, settings, row.id, OPERATOR)


def _waiting() -> Select[Any]:
    users = tables.users
    return select(users).where(
        users.c.role == Role.COORDINATOR.value,
        users.c.invited_by.is_not(None),
        users.c.admitted_by.is_(None),
        users.c.disabled_at.is_(None),
    )


def _admit(connection: Connection, settings: Settings, user_id: int, actor: str) -> None:
    connection.execute(update(tables.users).where(tables.users.c.id == user_id).values(admitted_by=actor))
    audit.record(connection, at=settings.now(), actor=actor, action="admit", subject=f"user:{user_id}")


def request_reset(connection: Connection, settings: Settings, email: str) -> Path | None:
    """Leave a reset letter for a known address; an unknown one gets nothing, and the page says the same."""
    row = connection.execute(
        select(tables.users).where(
            tables.users.c.email == email.strip().lower(), tables.users.c.disabled_at.is_(None)
        )
    ).first()
    if row is None:
        return None
    return _send(connection, settings, row.id, row.email, "reset", timedelta(hours=RESET_HOURS))


def _send(
    connection: Connection, settings: Settings, user_id: int, email: str, purpose: str, lasts: timedelta
) -> Path:
    secret = secrets.token_urlsafe(32)
    now = auth.moment()
    connection.execute(
        insert(tables.invites).values(
            digest=auth.digest(secret),
            user_id=user_id,
            purpose=purpose,
            created_at=now,
            ends_at=now + lasts,
        )
    )
    outbox = settings.data / "outbox"
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    letter = outbox / f"{now:%Y%m%dT%H%M%S}-{purpose}-{secrets.token_hex(4)}.txt"
    letter.write_text(f"To: {email}\nSubject: Foyer\n\n{settings.url}/join/{secret}\n", encoding="utf-8")
    return letter


def open_link(connection: Connection, secret: str) -> Row[Any]:
    """Whose link this is; raises NotThereError when it is used, old or unknown."""
    row = connection.execute(
        select(tables.users, tables.invites.c.purpose)
        .join(tables.invites, tables.invites.c.user_id == tables.users.c.id)
        .where(
            tables.invites.c.digest == auth.digest(secret),
            tables.invites.c.used_at.is_(None),
            tables.invites.c.ends_at > auth.moment(),
            tables.users.c.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotThereError
    return row


def use_link(connection: Connection, settings: Settings, secret: str, password: str) -> Person:
    """Set the password that the link allows to set, once; every older session and token ends."""
    row = open_link(connection, secret)
    connection.execute(
        update(tables.users)
        .where(tables.users.c.id == row.id)
        .values(password_hash=auth.hash_password(password))
    )
    connection.execute(
        update(tables.invites)
        .where(tables.invites.c.digest == auth.digest(secret))
        .values(used_at=auth.moment())
    )
    auth.close_all_sessions(connection, row.id)
    auth.revoke_all_tokens(connection, row.id)
    audit.record(
        connection,
        at=settings.now(),
        actor=f"user:{row.id}",
        action=f"accept {row.purpose}",
        subject=f"user:{row.id}",
    )
    return auth.person_of(row)


def disable(connection: Connection, settings: Settings, by: Person, user_id: int) -> None:
    """Remove a colleague: sessions and tokens stop at once. NotThereError outside the own organisation."""
    access.check_admitted(by)
    changed = connection.execute(
        update(tables.users)
        .where(
            tables.users.c.id == user_id,
            tables.users.c.organisation == by.organisation,
            tables.users.c.id != by.id,
            tables.users.c.disabled_at.is_(None),
        )
        .values(disabled_at=auth.moment())
    )
    if changed.rowcount == 0:
        raise NotThereError
    auth.close_all_sessions(connection, user_id)
    audit.record(connection, at=settings.now(), actor=by.actor, action="disable", subject=f"user:{user_id}")
