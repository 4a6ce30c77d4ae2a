"""The migrations make exactly the schema that the layers declare."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, text
from sqlalchemy.exc import OperationalError

from ingest.store import metadata as intake
from privacy.ledger import metadata as ledger
from service import db, tables


def test_migrations_end_at_the_declared_schema(tmp_path: Path) -> None:
    """A column that is declared but not migrated, or the other way round, shows here."""
    engine = db.open_engine(tmp_path / "foyer.db")
    db.migrate(engine)
    declared = MetaData()
    for source in (intake, ledger, tables.metadata):
        for table in source.tables.values():
            table.to_metadata(declared)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        found = [step for step in compare_metadata(context, declared) if "alembic_version" not in str(step)]
    engine.dispose()
    assert found == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = db.open_engine(tmp_path / "foyer.db")
    db.migrate(engine)
    db.migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["0005"]
    engine.dispose()


def test_writes_are_durable_and_one_at_a_time(tmp_path: Path) -> None:
    """WAL, an fsync at every commit, and a second writer waits where a reader does not."""
    engine = db.open_engine(tmp_path / "foyer.db")
    db.migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        with db.reading(engine).begin() as reader:
            assert reader.execute(text("SELECT count(*) FROM users")).scalar() == 0
            reader.exec_driver_sql("PRAGMA busy_timeout = 1")
        other = engine.connect()
        raw = other.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(OperationalError, match="locked"):
            other.begin()
        other.close()
    engine.dispose()
