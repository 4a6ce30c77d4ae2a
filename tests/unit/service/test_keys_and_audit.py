"""Secrets are made once, for the service's eyes alone; the audit trail shows whatever was done to it."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text, update

from ingest.seasons import Season
from service import audit, db, keys, tables


def test_keys_stay_the_same_and_differ_from_each_other(tmp_path: Path) -> None:
    first, second = keys.load(tmp_path / "keys"), keys.load(tmp_path / "keys")
    assert first.pepper == second.pepper
    assert first.check == second.check
    assert first.salt(Season(2024)) == second.salt(Season(2024)) != first.salt(Season(2025))
    assert len({path.read_bytes() for path in (tmp_path / "keys").iterdir()}) == 6


def test_only_the_service_may_read_them(tmp_path: Path) -> None:
    held = keys.load(tmp_path / "keys")
    held.salt(Season(2024))
    assert {stat.S_IMODE(path.stat().st_mode) for path in held.folder.iterdir()} == {0o400}
    assert stat.S_IMODE(held.folder.stat().st_mode) == 0o700


def test_no_secret_shows_when_keys_are_printed(tmp_path: Path) -> None:
    held = keys.load(tmp_path / "keys")
    assert held.pepper.hex() not in repr(held)
    assert repr(held.pepper) not in repr(held)


def test_many_starting_at_once_hold_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        peppers = set(pool.map(lambda _: keys.load(tmp_path / "keys").pepper, range(16)))
    assert len(peppers) == 1


@pytest.fixture
def trail(tmp_path: Path) -> Engine:
    """A trail of five deeds."""
    engine = db.open_engine(tmp_path / "foyer.db")
    db.migrate(engine)
    with engine.begin() as connection:
        for number in range(5):
            audit.record(
                connection, at=datetime.now(UTC), actor="user:1", action="log in", subject=f"user:{number}"
            )
    return engine


def broken(engine: Engine) -> int | None:
    with engine.begin() as connection:
        number = audit.broken_entry(connection)
    engine.dispose()
    return number


def test_an_untouched_trail_is_whole(trail: Engine) -> None:
    assert broken(trail) is None


def test_a_changed_entry_is_named(trail: Engine) -> None:
    with trail.begin() as connection:
        connection.execute(update(tables.audit).where(tables.audit.c.number == 3).values(actor="user:2"))
    assert broken(trail) == 3


def test_a_removed_entry_is_named(trail: Engine) -> None:
    with trail.begin() as connection:
        connection.execute(delete(tables.audit).where(tables.audit.c.number == 2))
    assert broken(trail) == 2


def test_swapped_entries_are_named(trail: Engine) -> None:
    with trail.begin() as connection:
        for change in ("-1 WHERE number = 2", "2 WHERE number = 4", "4 WHERE number = -1"):
            connection.execute(text(f"UPDATE audit SET number = {change}"))
    assert broken(trail) == 2
