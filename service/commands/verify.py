"""`foyer verify`: releases, ledger and audit trail in; what does not hold, and what it all costs, out.

What is checked is checked by `service.verifier`, which shares no code with the rest of Foyer. Here the folder
is found: this installation's, one that is named, or what a server shows to anyone, fetched beforehand.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from service import keys
from service.commands.opening import CommandFailedError, installation, path_words
from service.verifier import Report, Unreadable, verify
from service.verifier.losses import epsilon
from service.verifier.second_opinion import NoOpinionError, Opinion, ask

ADVICE = "Restore what is named here from a backup, and publish nothing until `foyer verify` holds."
DELTAS = (1e-6, 1e-10)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be verified. `public`: only what anyone may have lies there."""

    folder: Path
    key: bytes | None
    public: bool


def run(arguments: argparse.Namespace) -> int:
    """0 when everything holds; 1 with one line for each thing that does not."""
    try:
        with _subject(arguments) as subject:
            report = verify(
                subject.folder, public_key=subject.key, pins=arguments.pins, public=subject.public
            )
        opinions = _second_opinion(report, arguments.interpreter) if arguments.second_opinion else []
    except (CommandFailedError, Unreadable, NoOpinionError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    except OSError as refused:
        print(path_words(refused), file=sys.stderr)
        return 1
    problems = report.problems + [said for one in opinions if (said := one.problem) is not None]
    for problem in problems:
        print(problem)
    if problems:
        print(ADVICE, file=sys.stderr)
        return 1
    print("\n".join(_told(report, opinions)))
    return 0


@contextmanager
def _subject(arguments: argparse.Namespace) -> Iterator[Subject]:
    given = _key(arguments.public_key)
    if arguments.server is not None:
        with tempfile.TemporaryDirectory(prefix="foyer-verify-") as folder:
            _fetch(arguments.server, Path(folder))
            yield Subject(Path(folder), given, public=True)
    elif arguments.folder is not None:
        yield Subject(arguments.folder, given, public=arguments.public)
    else:
        settings = installation()
        try:
            own = keys.public_key(settings.data / "keys")
        except keys.KeyFileError as problem:
            raise CommandFailedError(str(problem)) from None
        yield Subject(settings.data, given or own, public=False)


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise CommandFailedError("A public key is 32 bytes in base64. Copy it from a signature once more.")
    return key


def _fetch(server: str, folder: Path) -> None:
    """What a server shows to anyone: the signed ledger and the manifest of every release in view."""
    try:
        with httpx.Client(base_url=server, timeout=60, follow_redirects=False) as client:
            (folder / "ledger.json").write_bytes(_get(client, "/api/v1/ledger/signed"))
            for release in json.loads(_get(client, "/api/v1/releases")):
                place = folder / "releases" / Path(release["id"]).name
                place.mkdir(parents=True)
                (place / "manifest.json").write_bytes(_get(client, f"/api/v1/releases/{release['id']}"))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
        raise CommandFailedError(
            f"{server} shows no ledger and releases. Check the address, or wait until a season is published."
        ) from None


def _get(client: httpx.Client, path: str) -> bytes:
    return client.get(path).raise_for_status().content


def _second_opinion(report: Report, interpreter: Path) -> list[Opinion]:
    noise = {f"Release {r.id}, season {s}": tables for r in report.found for s, tables in r.noise.items()}
    spent = {f"Season {season} in all": nano_rho for season, nano_rho in report.totals.items()}
    return ask(noise, spent, DELTAS, interpreter)


def _told(report: Report, opinions: list[Opinion]) -> Iterator[str]:
    tables, files = (sum(getattr(one, name) for one in report.found) for name in ("tables", "files"))
    trail = f", {report.deeds} deeds of the audit trail" if report.deeds else ""
    yield (
        f"All holds: {report.entries} entries of the ledger{trail}, {len(report.found)} releases "
        f"with {tables} tables and {files} files."
    )
    yield f"Signed by {report.public_key}."
    for season, nano_rho in report.totals.items():
        at6, at10 = (epsilon(nano_rho, delta) for delta in DELTAS)
        yield (
            f"Season {season}: {nano_rho:,} nano-rho, which is epsilon {at6:.3f} at delta 1e-6 and "
            f"{at10:.3f} at delta 1e-10 for one booker's whole season."
        )
    if opinions:
        furthest = max(abs(one.by_zcdp - one.ours) for one in opinions)
        yield f"dp-accounting agrees on all {len(opinions)} epsilons, to {furthest:.6f} at most."
