"""Quotas: who asks for how much in; it goes on, or a refusal that says when to come back, out."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from service import audit, tables
from service.errors import ProblemError
from service.settings import Settings

logger = logging.getLogger("foyer")
REFUSED = "identities refused"

LOG_IN = RateLimitItemPerMinute(10)
LETTER = RateLimitItemPerMinute(5)
REQUEST = RateLimitItemPerMinute(1200)
REPORTS = RateLimitItemPerMinute(60)
UPLOAD = RateLimitItemPerMinute(120)
ERASURE = RateLimitItemPerMinute(20)


class Quotas:
    """Short-term limits, in memory: after a restart they start afresh."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def spend(self, item: RateLimitItem, *who: str) -> None:
        """Count one request; raises ProblemError 429 with Retry-After when there were too many."""
        if not self._limiter.hit(item, *who):
            self._refuse(item, *who)

    def check(self, item: RateLimitItem, *who: str) -> None:
        """The same without counting: for what is counted only when it fails."""
        if not self._limiter.test(item, *who):
            self._refuse(item, *who)

    def _refuse(self, item: RateLimitItem, *who: str) -> NoReturn:
        stats = self._limiter.get_window_stats(item, *who)
        wait = max(1, int(stats.reset_time - time.time()) + 1)
        raise ProblemError(
            429,
            "too_many",
            "Too many requests.",
            f"Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
        )


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many identities an organisation may have evaluated."""

    per_day: int
    per_month: int


def allowance(connection: Connection, organisation: str, settings: Settings) -> Allowance:
    """By what the organisation declared, or by the setting where it declared nothing."""
    table = tables.organisations
    declared = connection.execute(
        select(table.c.declared_bookers).where(table.c.slug == organisation)
    ).scalar_one_or_none()
    return Allowance(settings.oprf_per_day, (declared or settings.declared_bookers) * 3 // 2)


def spend_evaluations(
    connection: Connection, organisation: str, day: date, count: int, allowed: Allowance
) -> None:
    """Count identities evaluated, durably: a restart must not give a dictionary attack a new day.

    Raises ProblemError 429 above what a day or a calendar month allows.
    """
    table = tables.evaluations
    statement = insert(table).values(organisation=organisation, day=day.isoformat(), count=count)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation", "day"],
            set_={"count": table.c.count + count},
        )
    )
    # Each raise rolls the count back, so a refused batch costs nothing.
    if _used(connection, organisation, day.isoformat()) > allowed.per_day:
        raise ProblemError(
            429,
            "evaluations_spent",
            "Today's identities are used up.",
            "Go on tomorrow, or ask whoever runs this service to raise the number.",
            headers={"Retry-After": "3600"},
        )
    if _used(connection, organisation, f"{day:%Y-%m}-%") > allowed.per_month:
        raise ProblemError(
            429,
            "evaluations_spent",
            "This month's identities are used up: one and a half times the bookers that you declared.",
            "Go on next month, or ask whoever runs this service to declare more bookers for you.",
            headers={"Retry-After": "86400"},
        )


def _used(connection: Connection, organisation: str, days: str) -> int:
    """The count on the days that are LIKE this."""
    table = tables.evaluations
    query = select(func.coalesce(func.sum(table.c.count), 0)).where(
        table.c.organisation == organisation, table.c.day.like(days)
    )
    return int(connection.execute(query).scalar_one())


def alert(connection: Connection, organisation: str, actor: str, at: datetime) -> None:
    """Tell the trail and the log, once a day, that an organisation asked for more than it is allowed."""
    subject, table = f"organisation:{organisation}", tables.audit
    told = select(table.c.number).where(
        table.c.action == REFUSED,
        table.c.subject == subject,
        table.c.at >= datetime.combine(at.date(), datetime.min.time()),
    )
    if connection.execute(told.limit(1)).first() is None:
        audit.record(connection, at=at, actor=actor, action=REFUSED, subject=subject)
        logger.warning("more identities asked for than allowed by %s", organisation)
