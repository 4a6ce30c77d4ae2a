"""`foyer admin`: what the operator decides: the network, its first coordinator, who is admitted, and more."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from ingest.seasons import Season
from service import inhabitants, network, people, workflow
from service.access import NotThereError, Role
from service.commands.opening import CommandFailedError, opened, path_words
from service.runtime import Runtime

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def run(arguments: argparse.Namespace) -> int:
    """0 when it was set up; 1 with what to do otherwise."""
    try:
        with opened(anew=arguments.deed in ("init", "network")) as runtime:
            print(_DEEDS[arguments.deed](runtime, arguments))
    except CommandFailedError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _init(runtime: Runtime, arguments: argparse.Namespace) -> str:
    settings = runtime.settings
    if not ADDRESS.fullmatch(arguments.email):
        raise CommandFailedError("This is not an e-mail address. Give --email the coordinator's address.")
    try:
        with runtime.writing() as connection:
            people.create_organisation(
                connection,
                settings.network,
                arguments.name,
                is_network=True,
                first_season=arguments.first_season or Season.of(settings.today()),
            )
            people.create_user(
                connection,
                email=arguments.email,
                name=arguments.name,
                organisation=settings.network,
                role=Role.COORDINATOR,
            )
            letter = people.request_reset(connection, settings, arguments.email)
    except people.TakenError as problem:
        raise CommandFailedError(
            f"{problem} This installation was set up before: "
            f"a coordinator who lost the way in asks for a link at {settings.url}/forgot."
        ) from None
    return (
        f"Made {arguments.name}. The first coordinator's link lies in {letter} "
        f"and holds for {people.RESET_HOURS} hours."
    )


def _admit(runtime: Runtime, arguments: argparse.Namespace) -> str:
    try:
        with runtime.writing() as connection:
            people.admit_by_operator(connection, runtime.settings, arguments.email)
    except NotThereError:
        raise CommandFailedError(
            f"No coordinator with the address {arguments.email} waits to be admitted. "
            f"Look at {runtime.settings.url}/people who does."
        ) from None
    return f"Admitted {arguments.email}."


def _bookers(runtime: Runtime, arguments: argparse.Namespace) -> str:
    try:
        with runtime.writing() as connection:
            people.declare_bookers(connection, runtime.settings, arguments.organisation, arguments.number)
    except NotThereError:
        raise CommandFailedError(
            f"There is no organisation called {arguments.organisation}. Give its name in network.json."
        ) from None
    return f"{arguments.organisation} has {arguments.number:,} bookers, as declared."


def _network(runtime: Runtime, arguments: argparse.Namespace) -> str:
    declared = _declaration(arguments.file)
    refused = f"{arguments.file}: nothing was made."
    try:
        workflow.establish(runtime, declared, {})
        venues, everybody = len(declared["venues"]), len(declared["people"])
    except (people.TakenError, network.GroupRefusedError, ValueError) as problem:
        raise CommandFailedError(f"{refused} {problem} Change the file and read it again.") from None
    except (KeyError, TypeError) as problem:
        lacks = f"It lacks {problem}." if isinstance(problem, KeyError) else "A part of it has another shape."
        raise CommandFailedError(f"{refused} {lacks} Add it and read the file again.") from None
    except IntegrityError:
        raise CommandFailedError(
            f"{refused} It names an organisation that it does not declare, or declares something twice. "
            "Change the file and read it again."
        ) from None
    return (
        f"Made {venues} venues and {everybody} people. "
        f"Each of them asks for a first link at {runtime.settings.url}/forgot."
    )


def _inhabitants(runtime: Runtime, arguments: argparse.Namespace) -> str:
    try:
        found = inhabitants.keep(runtime.settings.data, arguments.file, arguments.source, runtime.geography)
    except OSError as problem:
        raise CommandFailedError(path_words(problem)) from None
    except inhabitants.InhabitantsRefusedError as problem:
        raise CommandFailedError(str(problem)) from None
    return f"Kept the inhabitants of {len(found.by_area)} areas ({found.source})."


def _declaration(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except OSError as problem:
        raise CommandFailedError(path_words(problem)) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandFailedError(f"{file} is not JSON in UTF-8 as network.json is. Mend it and try again.")
    return found


_DEEDS: dict[str, Callable[[Runtime, argparse.Namespace], str]] = {
    "inhabitants": _inhabitants,
    "init": _init,
    "network": _network,
    "admit": _admit,
    "bookers": _bookers,
}
