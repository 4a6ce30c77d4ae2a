"""A published network full of canaries, and everything that all its accounts read, for attacks over HTTP."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from aggregation.counts import ExactTable, count_tables
from ingest.seasons import Season
from privacy.budget import PrivacyLoss
from privacy.policy import POLICY
from service import intake, publication_input
from tests.functional.house import SLUGS, Guest, Running, Sale, extract, running, settings, wait_for
from tests.privacy.audit.one_run import Canary
from tests.privacy.audit.pipeline import Published, Truth, truth

SEASON = Season(2025)
RELEASE = "2025-26.season.e1"
ALONE, EVERYWHERE, HOMES = 300, 100, 4
SHARED = tuple(f"NL-{code}" for code in range(1011, 1016))
Row = dict[str, Any]


def make_canaries(areas: list[str], seed: int = 11) -> tuple[list[Canary], list[Canary]]:
    """Canaries alone in an area of one venue, and canaries with four homes who go everywhere from each."""
    toss, unused = random.Random(seed), iter(areas)
    alone = [
        Canary(f"alone-{venue}-{n}", ((venue, next(unused)),), toss.random() < 0.5)
        for venue in SLUGS
        for n in range(ALONE)
    ]
    everywhere = []
    for n in range(EVERYWHERE):
        homes = [next(unused) for _ in range(HOMES)]
        places = tuple((venue, home) for venue in SLUGS for home in homes)
        everywhere.append(Canary(f"everywhere-{n}", places, toss.random() < 0.5))
    return alone, everywhere


def sales_of(canaries: list[Canary], venue: str) -> list[Sale]:
    """The tickets of the canaries who are there; each place is an order of its own."""
    return [
        Sale(f"7{number}{n}", (number + n) % 20, f"{canary.name}@post.example", area.removeprefix("NL-"))
        for number, canary in enumerate(canaries, 1000)
        if canary.present
        for n, (where, area) in enumerate(canary.places)
        if where == venue
    ]


def others(venue: str) -> list[Sale]:
    """A few bookers who are no canaries, in areas that they share."""
    return [
        Sale(f"5{n}", n % 20, f"other-{venue}-{n}@post.example", SHARED[n % 5].removeprefix("NL-"))
        for n in range(40)
    ]


def publish(app: Running) -> str:
    """Two coordinators publish the season over HTTP; the publication's id."""
    els, murat = app.guest("els@net.example"), app.guest("murat@net.example")
    proposed = els.post("/api/v1/releases", json={"season": "2025-26"})
    assert proposed.status_code == 202, proposed.text
    approved = murat.post("/api/v1/releases", json={"approve": proposed.json()["id"]})
    assert wait_for(murat, approved.json()["job"]) == "done"
    return str(proposed.json()["id"])


def all_cells(guest: Guest, more: str = "") -> list[Row]:
    """Every cell that this account may see, over all pages."""
    found: list[Row] = []
    cursor = ""
    while True:
        page = guest.get(f"/api/v1/releases/{RELEASE}/cells?limit=5000{more}{cursor}").json()
        found += page["cells"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@dataclass(frozen=True)
class Attacked:
    """A running network after its season was published, its canaries, and what its accounts read."""

    app: Running
    alone: list[Canary]
    everywhere: list[Canary]

    @cached_property
    def read(self) -> dict[str, list[Row]]:
        """What each manager and coordinator reads, by account."""
        accounts = [f"manager@{venue}.example" for venue in SLUGS] + ["els@net.example", "murat@net.example"]
        return {account: all_cells(self.app.guest(account)) for account in accounts}

    @cached_property
    def union(self) -> dict[str, Row]:
        """All that any account reads, one row per cell; what one sees and another does not is kept."""
        found: dict[str, Row] = {}
        for rows in self.read.values():
            for row in rows:
                if row["cell_id"] not in found or row["status"] != "withheld":
                    found[row["cell_id"]] = row
        return found

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return dict(self.app.guest().get(f"/api/v1/releases/{RELEASE}").json())

    @cached_property
    def tables(self) -> tuple[ExactTable, ...]:
        """The exact bounded tables, counted again from the lake as the job counted them."""
        runtime = self.app.runtime
        with runtime.reading() as connection:
            now, before = intake.snapshots(runtime, connection, SEASON)
            declared = publication_input.keysets(runtime, connection)
        salt = runtime.keys.salt(SEASON)
        return count_tables(runtime.count_engine(), now, before, declared, POLICY.bounds, salt)

    @cached_property
    def exact(self) -> Truth:
        """What is true of every drawn cell that somebody reads with its raw integer."""
        everything = truth(self.tables, publication_input.regions(self.app.runtime))
        return {cell: one for cell, one in everything.items() if self.raw(cell) is not None}

    def raw(self, cell: str) -> int | None:
        row = self.union.get(cell)
        return None if row is None else row["noisy"]

    def published(self) -> Published:
        """The release as read over HTTP, in the shape that the audit's instruments take."""
        names = ("cell_id", "measure", "level", "venue", "dimension", "label", "noisy")
        cells = pa.Table.from_pylist([{name: row[name] for name in names} for row in self.union.values()])
        facts = tuple(
            SimpleNamespace(name=t["name"], measure=t["measure"], level=t["level"], scale=t["scale"])
            for t in self.manifest["tables"]
        )
        stated = self.manifest["losses"]
        losses = {Season.parse(one["season"]): PrivacyLoss(one["nano_rho"]) for one in stated}
        return Published(facts, losses, lambda: cells)  # type: ignore[arg-type]

    def claimed_epsilon(self) -> float:
        """At delta 1e-6, of the season itself, as the manifest says."""
        (own,) = (one for one in self.manifest["losses"] if one["purpose"] == "own")
        return float(own["epsilon"]["1e-6"])


@contextmanager
def attacked(folder: Path) -> Iterator[Attacked]:
    """Six venues upload, two coordinators publish, all over HTTP."""
    with running(settings(folder, oprf_per_day=1_000_000)) as app:
        alone, everywhere = make_canaries([a for a in app.runtime.geography.codes() if a not in SHARED])
        for venue in SLUGS:
            rows = [*others(venue), *sales_of([*alone, *everywhere], venue)]
            body = extract(app.runtime, venue, rows)
            sent = app.guest(f"box_office@{venue}.example").post("/api/v1/extracts", content=body)
            assert (sent.status_code, sent.json()["status"]) == (201, "received"), sent.text
        publish(app)
        yield Attacked(app, alone, everywhere)
