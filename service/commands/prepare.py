"""`foyer prepare`: exports in, extracts and scorecards out, at the venue. Nothing personal leaves."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.extract import SUFFIX
from ingest.identity.oprf import (
    RFC_TEST_KEY,
    TRIAL_KEY_ID,
    Evaluator,
    Identify,
    local_identify,
    remote_identify,
)
from ingest.prepare import ProfileError, Scorecard, VenueProfile, describe, prepare_export
from service.client import Client, ClientError, read_token
from service.commands.opening import CommandFailedError, path_words

SHOW_PROGRESS_EVERY = 20_000

_Card = tuple[Path, Path, Scorecard]


def run(arguments: argparse.Namespace) -> int:
    """Prepare every export; 0 when all became extracts, 1 when one was refused."""
    try:
        profile = VenueProfile.read(arguments.venue)
        outs = _outs(arguments.exports, arguments.out)
        with _identity(arguments) as (identify, key_id):
            cards, whole = _prepare_all(arguments, outs, profile, identify, key_id)
    except ProfileError as problem:
        words = " ".join(problem.problems)
        print(f"{arguments.venue}: {words} Mend the profile and prepare again.", file=sys.stderr)
        return 1
    except (ClientError, CommandFailedError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(path_words(problem), file=sys.stderr)
        return 1
    _print(cards, as_json=arguments.as_json, language=arguments.language)
    return 0 if whole and not any(card.findings.rejects_file for _, _, card in cards) else 1


def _prepare_all(
    arguments: argparse.Namespace, outs: list[Path], profile: VenueProfile, identify: Identify, key_id: str
) -> tuple[list[_Card], bool]:
    """The scorecards, and whether every export has one: what became of the earlier ones is never lost."""
    memo: dict[bytes, str] = {}
    cards: list[_Card] = []
    for source, out in zip(arguments.exports, outs, strict=True):
        progress = None if arguments.as_json else _Progress(source.name)
        try:
            card = prepare_export(
                source, out, profile, identify, key_id, trial=arguments.trial, memo=memo, progress=progress
            )
        except (ClientError, OSError) as problem:
            words = path_words(problem) if isinstance(problem, OSError) else str(problem)
            print(f"{source} was not prepared. {words}", file=sys.stderr)
            return cards, False
        cards.append((source, out, card))
    return cards, True


@contextmanager
def _identity(arguments: argparse.Namespace) -> Iterator[tuple[Identify, str]]:
    if arguments.trial:
        yield local_identify(Evaluator(TRIAL_KEY_ID, RFC_TEST_KEY)), TRIAL_KEY_ID
        return
    with Client(arguments.server, read_token(arguments.token_file)) as client:
        key_id = client.key_id()
        remote = remote_identify(lambda blinded: client.evaluate(key_id, blinded), key_id)

        def identify(inputs: list[bytes]) -> list[str]:
            try:
                return remote(inputs)
            except ValueError:
                raise ClientError(
                    0,
                    {"title": "The server answered something else than identities.", "detail": "Try again."},
                ) from None

        yield identify, key_id


def _outs(exports: list[Path], out: Path) -> list[Path]:
    if len(exports) == 1 and not out.is_dir():
        outs = [out]
    else:
        if out.exists() and not out.is_dir():
            raise CommandFailedError("With several exports --out names a folder. Name another one.")
        outs = [out / f"{export.stem}{SUFFIX}" for export in exports]
    if len(set(outs)) < len(outs):
        raise CommandFailedError("Two exports have the same name. Prepare them into different folders.")
    if {path.resolve() for path in outs} & {path.resolve() for path in exports}:
        raise CommandFailedError("The extract would replace the export. Give --out another name.")
    for path in outs:
        path.parent.mkdir(parents=True, exist_ok=True)
    return outs


def _print(cards: list[_Card], *, as_json: bool, language: str) -> None:
    if as_json:
        content = [
            {
                "export": str(source),
                "extract": None if card.findings.rejects_file else str(out),
                **card.to_dict(language),
            }
            for source, out, card in cards
        ]
        print(json.dumps(content, ensure_ascii=False, indent=1))
        return
    for source, out, card in cards:
        print(f"\n{source}")
        print(describe(card, language))
        if not card.findings.rejects_file:
            print(f"→ {out}")


class _Progress:
    """A line that counts rows, where somebody watches."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next = SHOW_PROGRESS_EVERY
        self._watched = sys.stderr.isatty()

    def __call__(self, rows: int, of: int) -> None:
        if self._watched and rows >= self._next:
            self._next = rows + SHOW_PROGRESS_EVERY
            print(f"\r{self._name}: {rows:,} of {of:,} rows", end="", file=sys.stderr, flush=True)
