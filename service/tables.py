"""The tables that the service owns: who takes part, who may do what, what runs, what was published."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()


def _when(name: str, nullable: bool = False) -> Column[object]:
    # UTC without zone: SQLite keeps none, and every writer here hands in UTC.
    return Column(name, DateTime, nullable=nullable)


organisations = Table(
    "organisations",
    metadata,
    Column("slug", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("is_network", Boolean, nullable=False, default=False),
    Column("declared_bookers", Integer, nullable=True),
    # The network's own: in which year its first season begins. Before it there is nothing to look back to.
    Column("first_season", Integer, nullable=True),
)

venues = Table(
    "venues",
    metadata,
    Column("slug", String, primary_key=True),
    Column("organisation", ForeignKey("organisations.slug"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("capacity_band", String, nullable=False),
    Column("country", String, nullable=False),
    Column("region", String, nullable=False),
    Column("area", String, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("organisation", ForeignKey("organisations.slug"), nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("language", String, nullable=False),
    Column("password_hash", String, nullable=True),
    _when("created_at"),
    _when("disabled_at", nullable=True),
    # Nobody, when the operator made the account.
    Column("invited_by", Integer, nullable=True),
    # Who let an invited coordinator take part: another coordinator, or the operator.
    Column("admitted_by", String, nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    _when("created_at"),
    _when("seen_at"),
    _when("ends_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("name", String, nullable=False),
    _when("created_at"),
    _when("ends_at"),
    _when("revoked_at", nullable=True),
)

invites = Table(
    "invites",
    metadata,
    Column("digest", String, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("purpose", String, nullable=False),
    _when("created_at"),
    _when("ends_at"),
    _when("used_at", nullable=True),
)

peer_groups = Table(
    "peer_groups",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name_en", String, nullable=False),
    Column("name_nl", String, nullable=False),
    Column("season", Integer, nullable=False),
    Column("members", Text, nullable=False),
    Column("name_fr", String),
    Column("name_de", String),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("organisation", String, nullable=False),
    Column("state", String, nullable=False),
    Column("step", String, nullable=False, default=""),
    Column("done", Integer, nullable=False, default=0),
    Column("of", Integer, nullable=False, default=0),
    Column("problem", Text, nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_by", String, nullable=True),
    _when("leased_until", nullable=True),
    _when("created_at"),
    _when("finished_at", nullable=True),
)

publications = Table(
    "publications",
    metadata,
    Column("id", String, primary_key=True),
    Column("season", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("proposed_by", ForeignKey("users.id"), nullable=False),
    _when("proposed_at"),
    Column("approved_by", ForeignKey("users.id"), nullable=True),
    _when("approved_at", nullable=True),
    Column("job", ForeignKey("jobs.id"), nullable=True),
    Column("release", String, nullable=True),
    Column("view", String, nullable=False, default="shown"),
    Column("reason", Text, nullable=True),
    Column("beyond_plan", Text, nullable=False, default=""),
    # The venue whose figures this edition corrects; nothing in a first edition.
    Column("corrects", String, nullable=False, default="", server_default=""),
    # One open or finished publication per season and edition: two people cannot publish the same twice.
    Index("one_publication", "season", "edition", unique=True, sqlite_where=text("state != 'cancelled'")),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("organisation", String, nullable=False),
    Column("day", String, nullable=False),
    Column("count", Integer, nullable=False),
    UniqueConstraint("organisation", "day"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    _when("at"),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
)
