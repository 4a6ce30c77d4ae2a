"""`foyer prepare`: exports in, extracts and scorecards out, at the venue. Nothing personal leaves."""

from __future__ import annotations

import argparse
import json
import sys
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

SHOW_PROGRESS_EVERY = 20_000


def run(arguments: argparse.Namespace) -> int:
    """Prepare every export; 0 when all became extracts, 1 when one was refused."""
    try:
        profile = VenueProfile.read(arguments.venue)
        outs = _outs(arguments.exports, arguments.out)
        identify, key_id = _identity(arguments)
    except (ProfileError, ClientError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    memo: dict[bytes, str] = {}
    cards: list[tuple[Path, Path, Scorecard]] = []
    for source, out in zip(arguments.exports, outs, strict=True):
        try:
            card = prepare_export(
                source,
                out,
                profile,
                identify,
                key_id,
                trial=arguments.trial,
                memo=memo,
                progress=None if arguments.as_json else _Progress(source.name),
            )
        except (ClientError, OSError) as problem:
            print(f"{source}: {problem}", file=sys.stderr)
            return 1
        cards.append((source, out, card))
    _print(cards, as_json=arguments.as_json, language=arguments.language)
    return 1 if any(card.findings.rejects_file for _, _, card in cards) else 0


def _identity(arguments: argparse.Namespace) -> tuple[Identify, str]:
    if arguments.trial:
        return local_identify(Evaluator(TRIAL_KEY_ID, RFC_TEST_KEY)), TRIAL_KEY_ID
    client = Client(arguments.server, read_token(arguments.token_file))
    key_id = client.key_id()
    return remote_identify(lambda blinded: client.evaluate(key_id, blinded), key_id), key_id


def _outs(exports: list[Path], out: Path) -> list[Path]:
    if len(exports) == 1 and not out.is_dir():
        return [out]
    if out.exists() and not out.is_dir():
        raise ValueError("With several exports --out names a folder.")
    out.mkdir(parents=True, exist_ok=True)
    names = [f"{export.stem}{SUFFIX}" for export in exports]
    if len(set(names)) < len(names):
        raise ValueError("Two exports have the same name. Prepare them into different folders.")
    return [out / name for name in names]


def _print(cards: list[tuple[Path, Path, Scorecard]], *, as_json: bool, language: str) -> None:
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
