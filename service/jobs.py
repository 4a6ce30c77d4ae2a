"""Jobs: work that outlives a request, kept in a table; a lease says who has it, silence gives it back."""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, insert, or_, select, update

from service import tables
from service.auth import moment
from service.db import reading

logger = logging.getLogger("foyer.jobs")
MOST_ATTEMPTS = 5
POLL_SECONDS = 0.3

Report = Callable[[str, int, int], None]
Handler = Callable[[Mapping[str, Any], Report], None]


class JobFailedError(Exception):
    """The job cannot be done; the message is for the person who asked, and holds no figures."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its owner sees it."""

    id: str
    kind: str
    organisation: str
    state: str
    step: str
    done: int
    of: int
    problem: str | None

    @property
    def ended(self) -> bool:
        return self.state in {"done", "failed"}


def enqueue(connection: Connection, kind: str, payload: Mapping[str, Any], organisation: str) -> str:
    """Put a job in the table, in the transaction that asks for it."""
    job_id = secrets.token_hex(8)
    connection.execute(
        insert(tables.jobs).values(
            id=job_id,
            kind=kind,
            payload=json.dumps(dict(payload)),
            organisation=organisation,
            state="waiting",
            step="",
            done=0,
            of=0,
            attempts=0,
            created_at=moment(),
        )
    )
    return job_id


def get(connection: Connection, job_id: str) -> Job | None:
    """The job, or None."""
    row = connection.execute(select(tables.jobs).where(tables.jobs.c.id == job_id)).first()
    return (
        None
        if row is None
        else Job(row.id, row.kind, row.organisation, row.state, row.step, row.done, row.of, row.problem)
    )


class Worker:
    """Takes jobs one at a time. Several workers may share one database; a killed one loses its lease."""

    def __init__(self, engine: Engine, handlers: Mapping[str, Handler], lease_seconds: float) -> None:
        self._engine = engine
        self._handlers = handlers
        self._lease = timedelta(seconds=lease_seconds)
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in the background until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="foyer-worker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no new job and wait for the one in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def run_one(self) -> bool:
        """Take one job and do it; False when there is none to take."""
        row = self._claim()
        if row is None:
            return False
        beat = threading.Event()
        heart = threading.Thread(target=self._keep_lease, args=(row.id, beat), daemon=True)
        heart.start()
        try:
            self._handlers[row.kind](json.loads(row.payload), lambda *said: self._note(row.id, *said))
        except JobFailedError as failure:
            self._finish(row.id, "failed", str(failure))
        except Exception as error:
            # The message may hold a path or a cell, so only the kind of error is kept.
            logger.error("job %s failed with %s", row.id, type(error).__name__)
            self._finish(row.id, "failed", "Something went wrong on our side. Nothing was shown to anyone.")
        else:
            self._finish(row.id, "done", None)
        finally:
            beat.set()
            heart.join()
        return True

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                worked = self.run_one()
            except Exception as error:
                logger.error("worker could not take a job: %s", type(error).__name__)
                worked = False
            if not worked:
                self._stop.wait(POLL_SECONDS)

    def _claim(self) -> Row[Any] | None:
        jobs, now = tables.jobs, moment()
        free = or_(jobs.c.state == "waiting", and_(jobs.c.state == "running", jobs.c.leased_until < now))
        with reading(self._engine).connect() as connection:
            if connection.execute(select(jobs.c.id).where(free).limit(1)).first() is None:
                return None
        with self._engine.begin() as connection:
            row = connection.execute(select(jobs).where(free).order_by(jobs.c.created_at).limit(1)).first()
            if row is None:
                return None
            if row.attempts >= MOST_ATTEMPTS:
                self._end(connection, row.id, "failed", "Tried several times and never finished.")
                return None
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(
                    state="running",
                    attempts=row.attempts + 1,
                    leased_by=self._name,
                    leased_until=now + self._lease,
                )
            )
            return row

    def _keep_lease(self, job_id: str, ended: threading.Event) -> None:
        while not ended.wait(self._lease.total_seconds() / 4):
            self._update(job_id, leased_until=moment() + self._lease)

    def _note(self, job_id: str, step: str, done: int, of: int) -> None:
        self._update(job_id, step=step, done=done, of=of, leased_until=moment() + self._lease)

    def _update(self, job_id: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(tables.jobs)
                .where(
                    tables.jobs.c.id == job_id,
                    tables.jobs.c.leased_by == self._name,
                    tables.jobs.c.state == "running",
                )
                .values(**values)
            )

    def _finish(self, job_id: str, state: str, problem: str | None) -> None:
        with self._engine.begin() as connection:
            self._end(connection, job_id, state, problem)

    def _end(self, connection: Connection, job_id: str, state: str, problem: str | None) -> None:
        connection.execute(
            update(tables.jobs)
            .where(tables.jobs.c.id == job_id)
            .values(state=state, problem=problem, finished_at=moment(), leased_by=None, leased_until=None)
        )
