"""`foyer demo`: a seed in; the sample network prepared, received, published twice and served, out.

It conducts the same functions that a box office, a coordinator and the service call; nothing here
counts, draws or decides. All of it is synthetic.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

import httpx

from aggregation.geography import load_pack
from ingest.extract import SUFFIX
from ingest.identity.oprf import local_identify
from ingest.prepare import VenueProfile, prepare_export
from ingest.seasons import Season
from sample_data.generate import build as build_sample
from sample_data.network import ExportFile, Network
from service import inhabitants, keys, workflow
from service.access import Person, Role
from service.auth import issue_token
from service.commands.opening import DATABASE, CommandFailedError, path_words, read_settings
from service.commands.serve import serve
from service.runtime import Runtime, open_runtime
from service.settings import Settings

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[1]
CODE = ("ingest", "aggregation", "privacy", "reports", "service", "sample_data")
STEPS = 5
MARKER = "demo.json"
SIGN = ".foyer-demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """What a built demo can be asked and by whom; kept beside its data so that a second start is quick."""

    fingerprint: str
    password: str
    people: list[dict[str, str]]
    token: str
    release: str
    cpu_seconds: dict[str, float]


def run(arguments: argparse.Namespace) -> int:
    """Build what is missing, say where to look, serve until stopped."""
    try:
        settings = demo_settings(arguments.data, arguments.port)
        demo = _ready(settings, arguments.scale, arguments.seed, again=arguments.again)
    except CommandFailedError as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(path_words(problem), file=sys.stderr)
        return 1
    _introduce(demo, arguments.port)
    if arguments.build_only:
        return _ask_once(settings, demo)
    serve(settings, HOST, arguments.port)
    return 0


def demo_settings(data: Path, port: int) -> Settings:
    """The demo's settings: its own folder, and a clock that stands after the lag of the last season."""
    return replace(
        read_settings(),
        data=data / "service",
        url=f"http://{HOST}:{port}",
        clock=date.fromisoformat("2026-11-01"),
    )


def _ready(settings: Settings, scale: float, seed: int, *, again: bool) -> Demo:
    folder = settings.data.parent
    fingerprint = _fingerprint(scale, seed)
    kept = None if again else _kept(folder / MARKER)
    if kept is not None and kept.fingerprint == fingerprint and (settings.data / DATABASE).is_file():
        return kept
    _clear(folder)
    demo = build(settings, scale, seed, fingerprint)
    marker = folder / MARKER
    marker.touch(mode=0o600)
    marker.write_text(json.dumps({name: getattr(demo, name) for name in Demo.__slots__}, indent=1), "utf-8")
    return demo


def _kept(marker: Path) -> Demo | None:
    """What an earlier start built; None when it is not there, cut short, or of another version."""
    try:
        return Demo(**json.loads(marker.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _clear(folder: Path) -> None:
    """Make room for a new build, but never where something else than a demo lies."""
    ours = (folder / SIGN).exists() or (folder / MARKER).exists()
    if folder.exists() and not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailedError(
            f"{folder} holds something else than a demo and would be emptied. Name another place with --data."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / SIGN).write_text("`foyer demo` builds here, and empties this folder to build anew.\n", "utf-8")


def build(settings: Settings, scale: float, seed: int, fingerprint: str = "") -> Demo:
    """Generate, prepare, receive and publish; every step says how long it took."""
    raw, prepared = settings.data.parent / "raw", settings.data.parent / "extracts"
    spent: dict[str, float] = {}
    with _step(1, "Building the sample network", spent, "generate"):
        network = build_sample(raw, scale=scale, seed=seed, geography=load_pack("NL"))
    runtime = open_runtime(settings)
    try:
        password = secrets.token_urlsafe(9)
        workflow.establish(
            runtime,
            json.loads((raw / "network.json").read_text("utf-8")),
            {person.email: password for person in network.people},
        )
        inhabitants.keep(
            settings.data, raw / "inhabitants.csv", "invented for the demonstration", runtime.geography
        )
        with _step(2, "Preparing each venue's exports (identities included)", spent, "prepare"):
            extracts = _prepare(raw, prepared, network, settings)
        with _step(3, "Receiving the extracts", spent, "receive"):
            _receive(runtime, network, extracts)
        release = ""
        for number, label in enumerate(sorted(network.seasons), start=4):
            with _step(number, f"Publishing {label}", spent, f"publish {label}"):
                release = _publish(runtime, network, Season.parse(label))
        token = _token(runtime, network)
    finally:
        runtime.close()
    introduced = [{"email": p.email, "name": p.name, "role": p.role} for p in network.people]
    return Demo(fingerprint, password, introduced, token, release, spent)


def _prepare(raw: Path, out: Path, network: Network, settings: Settings) -> dict[tuple[str, str], Path]:
    """A process for each venue uses all cores; a venue's addresses are evaluated once over both seasons."""
    out.mkdir(parents=True, exist_ok=True)
    by_venue = [
        (venue, list(files))
        for venue, files in groupby(
            sorted(network.exports, key=lambda e: (e.venue, e.season)), key=lambda e: e.venue
        )
    ]
    made: dict[tuple[str, str], Path] = {}
    # Fresh processes: a fork would copy the threads of the engines that already run here.
    with ProcessPoolExecutor(
        max_workers=min(4, os.cpu_count() or 1), mp_context=get_context("spawn")
    ) as pool:
        jobs = [pool.submit(_prepare_venue, raw, out, files, settings.data / "keys") for _, files in by_venue]
        for number, job in enumerate(jobs, start=1):
            made |= job.result()
            _progress(f"{number} of {len(jobs)} venues")
    return made


def _prepare_venue(
    raw: Path, out: Path, files: list[ExportFile], key_folder: Path
) -> dict[tuple[str, str], Path]:
    held = keys.load(key_folder)
    identify = local_identify(held.evaluator)
    memo: dict[bytes, str] = {}
    made: dict[tuple[str, str], Path] = {}
    for file in files:
        profile = VenueProfile.read(raw / file.profile)
        target = out / f"{file.venue}-{file.season.replace('/', '-')}{SUFFIX}"
        card = prepare_export(raw / file.path, target, profile, identify, held.evaluator.key_id, memo=memo)
        if card.findings.rejects_file:
            raise RuntimeError(f"{file.path} was refused: {card.findings.findings[0].saw()}")
        made[file.venue, file.season] = target
    return made


def _receive(runtime: Runtime, network: Network, extracts: dict[tuple[str, str], Path]) -> None:
    clerks = {venue.slug: _clerk(runtime, network, venue.organisation) for venue in network.venues}
    for number, ((venue, _), path) in enumerate(sorted(extracts.items()), start=1):
        receipt = workflow.receive_extract(runtime, clerks[venue], path)
        if receipt.status != "received":
            raise RuntimeError(f"The extract of {venue} was not received: {receipt.status}")
        _progress(f"{number} of {len(extracts)} extracts")


def _clerk(runtime: Runtime, network: Network, organisation: str) -> Person:
    """Who sends this organisation's extracts: its box office, else its manager, else nobody by name."""
    staff = {p.role: p.email for p in network.people if p.organisation == organisation}
    for role in (Role.BOX_OFFICE, Role.MANAGER):
        if role.value in staff:
            return workflow.person_by_email(runtime, staff[role.value])
    return Person(0, "demo", "Demo", organisation, Role.BOX_OFFICE, "nl")


def _publish(runtime: Runtime, network: Network, season: Season) -> str:
    proposer, approver = (
        workflow.person_by_email(runtime, p.email) for p in network.people if p.role == "coordinator"
    )
    return workflow.publish_season(runtime, season, proposer=proposer, approver=approver)


def _token(runtime: Runtime, network: Network) -> str:
    manager = next(p for p in network.people if p.role == "manager")
    person = workflow.person_by_email(runtime, manager.email)
    with runtime.writing() as connection:
        return issue_token(connection, person.id, "demo")[1]


def _fingerprint(scale: float, seed: int) -> str:
    digest = hashlib.sha256(f"{scale}/{seed}".encode())
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".gz"}:
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def cpu_seconds() -> float:
    """CPU seconds of this process and of its finished children."""
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def _step(number: int, what: str, spent: dict[str, float], name: str) -> Iterator[None]:
    print(f"[{number}/{STEPS}] {what} …", flush=True)
    wall, cpu = time.monotonic(), cpu_seconds()
    yield
    spent[name] = round(cpu_seconds() - cpu, 1)
    _progress("")
    print(f"      done in {time.monotonic() - wall:.0f} s ({spent[name]:.0f} s of CPU)", flush=True)


def _progress(text: str) -> None:
    if os.isatty(1):
        print(f"\r      {text:<40}\r", end="", flush=True)


def _introduce(demo: Demo, port: int) -> None:
    roles = {"box_office": "box office", "manager": "manager", "coordinator": "coordinator"}
    print(f"\nFoyer's sample network (synthetic): http://{HOST}:{port}\n")
    print(f"Log in with the password {demo.password} as")
    for person in demo.people:
        print(f"  {roles[person['role']]:<12} {person['email']:<36} {person['name']}")
    print(f"\nBearer token: {demo.token}")
    print(
        f'  curl -H "Authorization: Bearer {demo.token}" \\\n'
        f'    "http://{HOST}:{port}/api/v1/releases/{demo.release}/cells?measure=reach"\n',
        flush=True,
    )


def _ask_once(settings: Settings, demo: Demo) -> int:
    """Ask the built demo for one figure over its own API, in this process."""
    from service.app import create_app

    app = create_app(replace(settings, worker=False))
    transport: Any = httpx.ASGITransport(app=app)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=settings.url) as client:
            return await client.get(
                f"/api/v1/releases/{demo.release}/cells",
                params={"measure": "reach"},
                headers={"Authorization": f"Bearer {demo.token}"},
            )

    import asyncio

    try:
        answer = asyncio.run(ask())
    finally:
        app.state.runtime.close()
    print(json.dumps(answer.json(), indent=1)[:1200])
    return 0 if answer.status_code == 200 else 1
