"""Prepare the sample network's exports: rows per CPU second with and without identities."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

from aggregation.geography import load_pack
from ingest.identity.oprf import Evaluator, Identify, local_identify, new_key, token
from ingest.prepare import VenueProfile, prepare_export
from sample_data.generate import build

SCALE = 0.25


def stand_in(inputs: list[bytes]) -> list[str]:
    """Tokens of the right shape without any cryptography, so that only preparing is measured."""
    return [token("bench", value.ljust(64, b"\0")[:64]) for value in inputs]


def timed(raw: Path, out: Path, identify: Identify, files: list[tuple[Path, Path]]) -> tuple[int, float]:
    rows, start = 0, time.process_time()
    for export, profile in files:
        rows += prepare_export(export, out, VenueProfile.read(profile), identify, "bench", memo={}).rows_read
    return rows, time.process_time() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        network = build(raw, scale=SCALE, seed=7, geography=load_pack("NL"))
        files = [(raw / e.path, raw / e.profile) for e in network.exports]
        start = time.process_time()
        for export, _ in files:
            with export.open(newline="", encoding="utf-8", errors="replace") as file:
                for _ in csv.reader((line.replace("\0", "") for line in file), delimiter=","):
                    pass
        bare = time.process_time() - start
        rows, plain = timed(raw, Path(folder) / "out.foyer.csv", stand_in, files)
        _, full = timed(
            raw, Path(folder) / "out.foyer.csv", local_identify(Evaluator("bench", new_key())), files
        )
    print(f"{rows:,} rows of all {len(files)} exports of the sample network at scale {SCALE}")
    print(f"csv.reader alone:   {rows / bare:>10,.0f} rows per CPU second")
    print(f"without identities: {rows / plain:>10,.0f} rows per CPU second ({plain / bare:.1f} × csv.reader)")
    print(f"with identities:    {rows / full:>10,.0f} rows per CPU second (blind, evaluate, finalise)")


if __name__ == "__main__":
    main()
