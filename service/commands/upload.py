"""`foyer upload`: an extract in; received, refused with reasons, or confirmed where something shrinks."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from service.client import Client, ClientError, read_token
from service.commands.opening import path_words

SHRINKS = (
    "It replaces performances and some of them shrink by more than a tenth.\n"
    "Look at what changes on the upload page, or send it again with --confirm."
)


def run(arguments: argparse.Namespace) -> int:
    """Send one extract; 0 when it counts, 1 when it was refused or waits for a confirmation."""
    try:
        with Client(arguments.server, read_token(arguments.token_file)) as client:
            answer = client.upload(arguments.extract)
            if answer["status"] == "needs_confirmation" and arguments.confirm:
                # What was found was said by the first answer; the second knows only how it stands now.
                answer["status"] = client.confirm(answer["id"])["status"]
    except ClientError as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(path_words(problem), file=sys.stderr)
        return 1
    if arguments.as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _describe(answer)
    return 0 if answer["status"] == "received" else 1


def _describe(answer: dict[str, Any]) -> None:
    print(f"Extract {answer['id']}: {answer['status']}")
    print(
        f"Rows: {answer['rows_in']} sent, "
        f"{answer['rows_accepted']} accepted, {answer['rows_rejected']} rejected"
    )
    for finding in answer["findings"]:
        print(f"- {finding['saw']} ({finding['count']}×)\n  {finding['why']}\n  {finding['fix']}")
    if answer["status"] == "needs_confirmation":
        print(SHRINKS)
