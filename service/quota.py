"""Quotas: who asks for how much in; it goes on, or a refusal that says when to come back, out."""

from __future__ import annotations

import time
from datetime import date
from typing import NoReturn

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from service import tables
from service.errors import ProblemError

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


def spend_evaluations(connection: Connection, organisation: str, day: date, count: int, per_day: int) -> None:
    """Count identities evaluated today, durably: a restart must not give a dictionary attack a new day."""
    table = tables.evaluations
    statement = insert(table).values(organisation=organisation, day=day.isoformat(), count=count)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation", "day"],
            set_={"count": table.c.count + count},
        )
    )
    used = connection.execute(
        select(func.sum(table.c.count)).where(
            table.c.organisation == organisation, table.c.day == day.isoformat()
        )
    ).scalar_one()
    if used > per_day:
        # The raise rolls the count back, so a refused batch costs nothing of the day.
        raise ProblemError(
            429,
            "evaluations_spent",
            "Today's identities are used up.",
            "Go on tomorrow, or ask the coordinator to raise the number.",
            headers={"Retry-After": "3600"},
        )
