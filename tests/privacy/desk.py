"""A publishing desk in a temporary folder: account, store and key, as the service wires them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from datetime import UTC, datetime
from multiprocessing.context import BaseContext
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, event, select

from ingest.seasons import Season
from privacy import ledger
from privacy.checkpoints import Checkpoints
from privacy.manifest import Code
from privacy.policy import POLICY, Policy
from privacy.publish import Desk, publish
from privacy.release import ReleaseStore, StoredRelease
from privacy.workload import Publication, regions_digest
from tests.privacy.small_network import REGIONS, SEASON, exact_tables

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"a signing key of the tests only.")


def sqlite_engine(path: Path) -> Engine:
    """SQLite as the service runs it: WAL, synchronous FULL, every transaction begins immediately."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    ledger.metadata.create_all(engine)
    return engine


def audiences(cells: pa.Table) -> Mapping[str, pa.Table]:
    """One file for the coordinator; who sees what is another test's business."""
    return {"coordinator": cells.filter(pa.compute.equal(cells["venue"], ""))}


CODE = Code("0.0.0", "a commit", "ef" * 32)


def a_desk(folder: Path, policy: Policy = POLICY, elsewhere: Path | None = None) -> Desk:
    """A desk whose account, checkpoint and store lie under the folder."""
    engine = sqlite_engine(folder / "foyer.sqlite")
    kept = Checkpoints(folder, KEY, elsewhere)
    store = ReleaseStore(folder / "releases")
    return Desk(engine, store, KEY, audiences, REGIONS, CODE, policy, checkpoints=kept)


def a_publication(*, edition: int = 1, season: Season = SEASON, policy: Policy = POLICY) -> Publication:
    """What two people would approve."""
    return Publication(season, edition, "ab" * 32, "cd" * 32, regions_digest(REGIONS), policy.digest)


def publish_now(desk: Desk, publication: Publication, **more) -> StoredRelease:
    """Publish with everything approved."""
    settings = {"approved": publication.digest, "actor": "marijke", "now": NOW} | more
    count = settings.pop("count", lambda: exact_tables())
    return publish(publication, count, desk, **settings)


def processes() -> BaseContext:
    """Processes forked from a clean one that has imported all this: real ones, without paying for imports."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.privacy.desk"])
    return context


def spent(desk: Desk, season: Season = SEASON) -> int:
    """Everything in a season's account, in nano-rho."""
    with desk.engine.begin() as connection:
        return ledger.account(connection, season, desk.policy.budget).total.nano_rho


def kinds(desk: Desk) -> list[str]:
    """The account's entries, by kind, in order."""
    with desk.engine.begin() as connection:
        column = ledger.ledger_entries.c
        return list(connection.execute(select(column.kind).order_by(column.number)).scalars())
