"""Jobs: done once, taken over when their worker falls silent, failed without giving anything away."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from service import db, jobs
from service.jobs import Handler, JobFailedError, Report, Worker


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database of its own."""
    opened = db.open_engine(tmp_path / "foyer.db")
    db.migrate(opened)
    yield opened
    opened.dispose()


def asked(engine: Engine, **payload: Any) -> str:
    with engine.begin() as connection:
        return jobs.enqueue(connection, "work", payload, "net")


def job(engine: Engine, job_id: str) -> jobs.Job:
    with engine.begin() as connection:
        found = jobs.get(connection, job_id)
    assert found is not None
    return found


def worker(engine: Engine, handler: Handler, lease: float = 60) -> Worker:
    return Worker(engine, {"work": handler}, lease)


def test_a_job_is_done_once_and_tells_how_far_it_is(engine: Engine) -> None:
    seen: list[Any] = []
    steps: list[jobs.Job] = []
    job_id = asked(engine, season=2025)

    def work(payload: Mapping[str, Any], report: Report) -> None:
        report("count", 1, 3)
        steps.append(job(engine, job_id))
        seen.append(payload["season"])

    one = worker(engine, work)
    assert one.run_one()
    assert not one.run_one()
    assert seen == [2025]
    assert (steps[0].state, steps[0].step, steps[0].done, steps[0].of) == ("running", "count", 1, 3)
    assert job(engine, job_id).state == "done"


def test_a_job_of_a_silent_worker_is_taken_over(engine: Engine) -> None:
    """While the lease holds nobody else takes it; afterwards anyone may."""
    job_id = asked(engine)
    dead = worker(engine, lambda payload, report: None, lease=0.2)
    assert dead._claim() is not None
    other = worker(engine, lambda payload, report: None)
    assert not other.run_one()
    time.sleep(0.3)
    assert other.run_one()
    assert job(engine, job_id).state == "done"


def test_long_work_keeps_its_lease(engine: Engine) -> None:
    asked(engine)
    taken: list[bool] = []

    def slow(payload: Mapping[str, Any], report: Report) -> None:
        time.sleep(0.6)
        taken.append(worker(engine, lambda p, r: None)._claim() is not None)

    worker(engine, slow, lease=0.3).run_one()
    assert taken == [False]


def test_a_job_that_kills_its_workers_is_given_up(engine: Engine) -> None:
    job_id = asked(engine)
    one = worker(engine, lambda payload, report: None, lease=0.001)
    for _ in range(jobs.MOST_ATTEMPTS):
        assert one._claim() is not None
        time.sleep(0.01)
    assert one._claim() is None
    assert job(engine, job_id).state == "failed"


def test_a_refusal_is_told_and_a_surprise_is_not(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    """What the person can act on is shown; an unexpected message stays out of the log and the page."""

    def refuse(payload: Mapping[str, Any], report: Report) -> None:
        raise JobFailedError("Propose it again.")

    def break_down(payload: Mapping[str, Any], report: Report) -> None:
        raise RuntimeError("anna@post.example")

    told, hidden = asked(engine), None
    worker(engine, refuse).run_one()
    hidden = asked(engine)
    with caplog.at_level(logging.ERROR):
        worker(engine, break_down).run_one()
    assert job(engine, told).problem == "Propose it again."
    assert "anna@" not in str(job(engine, hidden).problem) + caplog.text
    assert job(engine, hidden).state == "failed"


def test_a_started_worker_works_until_it_is_stopped(engine: Engine) -> None:
    job_id = asked(engine)
    one = worker(engine, lambda payload, report: None)
    one.start()
    for _ in range(100):
        if job(engine, job_id).ended:
            break
        time.sleep(0.05)
    one.stop()
    assert job(engine, job_id).state == "done"
