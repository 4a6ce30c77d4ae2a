"""`foyer erase`: addresses in, at the venue; what the service holds of them for that venue is gone.

The file never leaves this computer: its addresses are blinded here, and only the tokens are sent.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ingest.identity.normalise import email_input, number_input
from ingest.prepare import ProfileError, VenueProfile
from service.client import Client, ClientError, read_token
from service.commands.opening import path_words

AT_A_TIME = 2000
LINES_NAMED = 10


def run(arguments: argparse.Namespace) -> int:
    """Erase everyone in the file; 0 when every line named somebody, 1 when one did not or it failed."""
    try:
        profile = VenueProfile.read(arguments.venue)
        inputs, nobody = read_inputs(arguments.addresses, profile.venue)
        receipts = _erase(arguments, profile.venue, inputs)
    except OSError as problem:
        print(path_words(problem), file=sys.stderr)
        return 1
    except (ProfileError, ClientError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Erased at {profile.venue}: {len(inputs)} identities, whether or not the service had them.")
    for receipt in receipts:
        print(f"Receipt {receipt['id']} of {receipt['erased_on']}")
    if nobody:
        named = ", ".join(str(line) for line in nobody[:LINES_NAMED])
        more = " and others" if len(nobody) > LINES_NAMED else ""
        print(
            f"No person has been erased for line {named}{more}: a shared mailbox, or not an address. "
            "Correct these lines and run this again; erasing twice does no harm.",
            file=sys.stderr,
        )
    return 1 if nobody else 0


def read_inputs(path: Path, venue: str) -> tuple[list[bytes], list[int]]:
    """Each identity in the file once, and the lines that name nobody.

    A line without @ is the venue's own customer number, as where an export has no address.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not a text in UTF-8. Save it as UTF-8 and run this again.") from None
    inputs: dict[bytes, None] = {}
    nobody = []
    for number, line in enumerate(text.split("\n"), start=1):
        word = line.strip()
        if not word:
            continue
        value = email_input(word) if "@" in word else number_input(venue, word)
        if value is None:
            nobody.append(number)
        else:
            inputs[value] = None
    if not inputs:
        raise ValueError(f"{path} names nobody: it should have one address per line.")
    return list(inputs), nobody


def _erase(arguments: argparse.Namespace, venue: str, inputs: list[bytes]) -> list[dict[str, Any]]:
    with Client(arguments.server, read_token(arguments.token_file)) as client:
        tokens = client.identify()(inputs)
        parts = [tokens[start : start + AT_A_TIME] for start in range(0, len(tokens), AT_A_TIME)]
        return [client.erase(venue, part) for part in parts]
