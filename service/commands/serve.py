"""`foyer serve`: pages and API on one address, with the worker that runs jobs."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

import uvicorn

from service.app import create_app
from service.commands.opening import CommandFailedError, open_or_say, read_settings
from service.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped; 1 when there is nothing to serve from."""
    try:
        settings = read_settings()
        open_or_say(settings).close()
    except CommandFailedError as problem:
        print(problem, file=sys.stderr)
        return 1
    serve(replace(settings, hosts=(*settings.hosts, arguments.host)), arguments.host, arguments.port)
    return 0


def serve(settings: Settings, host: str, port: int) -> None:
    """Run uvicorn in this process; one worker, since jobs have their own lease."""
    uvicorn.run(create_app(settings), host=host, port=port, log_level="warning", server_header=False)
