"""The database: a path in, an engine out that writes durably and one writer at a time."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event

READING = "foyer_reading"
BUSY_MILLISECONDS = 30_000


def open_engine(path: Path) -> Engine:
    """An engine on one SQLite file: WAL, fsync at every commit, writers take the lock when they begin."""
    # Exact counts and log-ins are in it; SQLite gives the files beside it the same mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # Neither values that are bound nor rows that are read go to a log, however loud logging is set.
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same database for reading only: begins without taking the writers' lock."""
    return engine.execution_options(**{READING: True})


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; a killed migration leaves the old or the new one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _prepare(dbapi_connection: Any, _record: object) -> None:
    # The driver's own transaction handling would begin late and without the lock.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Read-then-write without the lock overspends: two transactions would both see the old balance.
    reads = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
