"""Prepare the sample network's exports against a bare csv.reader pass, and identities against bare libsodium.

Every file is read in turn by both sides, twice, and the faster reading counts. An identity needs three scalar
multiplications and one mapping of a hash to the group (blind, evaluate, finalise): that much libsodium in a
loop, with a call from Python each, is the least that it can cost.
"""

from __future__ import annotations

import csv
import ctypes
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rbcl._sodium import _sodium

from aggregation.geography import load_pack
from ingest.identity.oprf import BATCH, Evaluator, local_identify, new_key, token
from ingest.prepare import Scorecard, VenueProfile, prepare_export
from sample_data.generate import build

SCALE = 0.25
IDENTITIES = 4 * BATCH
MULTIPLICATIONS = 3


def stand_in(inputs: list[bytes]) -> list[str]:
    """Tokens of the right shape without any cryptography, so that only preparing is measured."""
    return [token("bench", value.ljust(64, b"\0")[:64]) for value in inputs]


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def read_bare(export: Path, card: Scorecard) -> None:
    """What anybody's program has to do at least: decode and take the rows apart."""
    with export.open(newline="", encoding=card.encoding, errors="replace") as file:
        for _ in csv.reader(file, delimiter=card.delimiter):
            pass


def prepare_all(files: list[tuple[Path, Path]], out: Path) -> tuple[int, float, float]:
    """Rows of all exports, CPU seconds of the bare reading and of preparing."""
    rows, bare, ours = 0, 0.0, 0.0
    for export, profile in files:
        venue = VenueProfile.read(profile)
        cards: list[Scorecard] = []
        ours += min(
            cpu_seconds(lambda: cards.append(prepare_export(export, out, venue, stand_in, "bench", memo={})))  # noqa: B023
            for _ in range(2)
        )
        bare += min(cpu_seconds(lambda: read_bare(export, cards[0])) for _ in range(2))  # noqa: B023
        rows += cards[0].rows_read
    return rows, bare, ours


def identify_all() -> tuple[float, float]:
    """CPU seconds of one bare identity and of one of ours."""
    inputs = [b"somebody-%d@mail.example" % number for number in range(IDENTITIES)]
    identify, key, hashes = (
        local_identify(Evaluator("bench", new_key())),
        new_key(),
        os.urandom(64 * IDENTITIES),
    )
    made = ctypes.create_string_buffer(32)

    def bare() -> None:
        for start in range(0, len(hashes), 64):
            _sodium.crypto_core_ristretto255_from_hash(made, hashes[start : start + 64])
            element = made.raw
            for _ in range(MULTIPLICATIONS):
                _sodium.crypto_scalarmult_ristretto255(made, key, element)

    turns = [(cpu_seconds(bare), cpu_seconds(lambda: identify(inputs))) for _ in range(3)]
    return min(turn[0] for turn in turns) / IDENTITIES, min(turn[1] for turn in turns) / IDENTITIES


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        network = build(raw, scale=SCALE, seed=7, geography=load_pack("NL"))
        files = [(raw / export.path, raw / export.profile) for export in network.exports]
        rows, bare, ours = prepare_all(files, Path(folder) / "out.foyer.csv")
    least, identity = identify_all()
    print(f"{rows:,} rows of all {len(files)} exports of the sample network at scale {SCALE}")
    print(f"csv.reader alone     {rows / bare:>9,.0f} rows per CPU second")
    print(
        f"without identities   {rows / ours:>9,.0f} rows per CPU second, {ours / bare:.1f} times csv.reader"
    )
    print(f"bare libsodium       {1e6 * least:>9,.0f} CPU µs for one identity's operations")
    print(f"identities           {1e6 * identity:>9,.0f} CPU µs each, {identity / least:.2f} times that")


if __name__ == "__main__":
    main()
