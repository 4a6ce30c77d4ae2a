"""`foyer admin`: sets up an installation: the network with its first coordinator, or all of network.json."""

from __future__ import annotations

import argparse
import json
import sys

from service import network, people, workflow
from service.access import Role
from service.runtime import Runtime, open_runtime
from service.settings import Settings, SettingsError


def run(arguments: argparse.Namespace) -> int:
    """0 when it was set up; 1 with what to do otherwise."""
    try:
        settings = Settings.from_environment()
        runtime = open_runtime(settings)
        try:
            done = _init(runtime, arguments) if arguments.deed == "init" else _network(runtime, arguments)
        finally:
            runtime.close()
    except (SettingsError, people.TakenError, network.GroupRefusedError, OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(done)
    return 0


def _init(runtime: Runtime, arguments: argparse.Namespace) -> str:
    settings = runtime.settings
    with runtime.writing() as connection:
        people.create_organisation(connection, settings.network, arguments.name, is_network=True)
        people.create_user(
            connection,
            email=arguments.email,
            name=arguments.name,
            organisation=settings.network,
            role=Role.COORDINATOR,
        )
        letter = people.request_reset(connection, settings, arguments.email)
    return f"Made {arguments.name}. The first coordinator's link lies in {letter}."


def _network(runtime: Runtime, arguments: argparse.Namespace) -> str:
    declared = json.loads(arguments.file.read_text("utf-8"))
    workflow.establish(runtime, declared, {})
    return f"Made {len(declared['venues'])} venues and {len(declared['people'])} people."
