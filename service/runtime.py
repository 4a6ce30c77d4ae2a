"""The running service: settings in; database, lake, keys and releases, opened and ready, out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, literal, select

from aggregation.engines.duckdb import DuckDBEngine
from aggregation.geography import Geography, load_pack
from ingest import erasure
from ingest.lake import Lake
from ingest.store import extracts, tombstones
from privacy.checkpoints import Checkpoints
from privacy.ledger import head, ledger_entries
from privacy.release import ReleaseStore
from service import db, keys
from service.inhabitants import Inhabitants
from service.inhabitants import load as load_inhabitants
from service.quota import Quotas
from service.settings import Settings

INCOMING_SECONDS = 6 * 3600


@dataclass(frozen=True)
class Runtime:
    """What every use case needs. Made once per process and handed in."""

    settings: Settings
    engine: Engine
    lake: Lake
    keys: keys.Keys
    releases: ReleaseStore
    quotas: Quotas = field(default_factory=Quotas)
    own_counts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """The own counts that were asked for last, by input digest and venue: the input decides them."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with db.reading(self.engine).begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that holds the writers' lock until it commits."""
        with self.engine.begin() as connection:
            yield connection

    @property
    def geography(self) -> Geography:
        """The network's map."""
        return load_pack(self.settings.country)

    @property
    def inhabitants(self) -> Inhabitants:
        """Who lives in each area, where a source was loaded."""
        return load_inhabitants(self.settings.data)

    @property
    def checkpoints(self) -> Checkpoints:
        """The signed copies of the ledger."""
        return Checkpoints(self.settings.data, self.keys.signing, self.settings.pins)

    @property
    def incoming(self) -> Path:
        """Where an upload lies while it is looked at."""
        return self.settings.data / "incoming"

    def count_engine(self) -> DuckDBEngine:
        """A fresh engine for one count."""
        spill = self.settings.data / "spill"
        spill.mkdir(parents=True, exist_ok=True, mode=0o700)
        return DuckDBEngine(
            memory_limit=self.settings.memory_limit, threads=self.settings.threads, temp=spill
        )

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_runtime(settings: Settings, *, unchecked: bool = False) -> Runtime:
    """Open everything under settings.data; makes what is missing, sweeps what a crash left.

    Raises LedgerRefusedError where the ledger is older than what was signed of it, or broken. `unchecked`
    is for the commands that find out why, or put it right.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = db.open_engine(settings.data / "foyer.db")
    db.migrate(engine)
    runtime = Runtime(
        settings=settings,
        engine=engine,
        lake=Lake(settings.data / "lake"),
        keys=keys.load(settings.data / "keys", _needed_keys(engine)),
        releases=ReleaseStore(settings.data / "releases"),
    )
    if not unchecked:
        _check_ledger(runtime)
    _sweep(runtime)
    return runtime


def _check_ledger(runtime: Runtime) -> None:
    """Refuse a ledger that was put back, and sign what a crash left unsigned."""
    try:
        with runtime.reading() as connection:
            runtime.checkpoints.check(connection, runtime.releases)
            begun = head(connection).number > 0
        if begun:
            runtime.checkpoints.advance(runtime.engine, runtime.releases, runtime.settings.now())
    except Exception:
        runtime.close()
        raise


def _needed_keys(engine: Engine) -> frozenset[str]:
    """Which keys must be there, because something was made with them."""
    made_with = {
        "pepper": extracts,
        f"oprf-{keys.OPRF_KEY_ID}": extracts,
        "tombstones": tombstones,
        "signing": ledger_entries,
    }
    with db.reading(engine).begin() as connection:
        return frozenset(
            name
            for name, table in made_with.items()
            if connection.execute(select(literal(1)).select_from(table).limit(1)).first()
        )


def _finish_erasures(runtime: Runtime) -> None:
    with runtime.reading() as connection:
        if not erasure.unfinished(connection):
            return
    with runtime.writing() as connection:
        for venue in erasure.unfinished(connection):
            erasure.carry_out(
                connection, runtime.lake, runtime.keys.tombstones, venue, now=runtime.settings.now()
            )


def _sweep(runtime: Runtime) -> None:
    runtime.incoming.mkdir(exist_ok=True, mode=0o700)
    with runtime.reading() as connection:
        named = set(connection.execute(select(extracts.c.id)).scalars())
    runtime.lake.sweep(named)
    runtime.releases.sweep()
    _finish_erasures(runtime)
    for left in runtime.incoming.iterdir():
        if left.stat().st_mtime < time.time() - INCOMING_SECONDS:
            left.unlink(missing_ok=True)
