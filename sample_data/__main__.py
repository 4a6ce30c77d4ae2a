"""`python -m sample_data OUT --scale 0.05 --seed 7`: write the sample network to a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sample_data.generate import SEED, build


def main(arguments: list[str] | None = None) -> int:
    """Parse, build, say what was made."""
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write to")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about 1.2 million tickets; up to 100")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same files")
    parser.add_argument("--small", action="store_true", help="six venues and 20,000 tickets, all from pretix")
    chosen = parser.parse_args(arguments)
    made = build(chosen.out, scale=chosen.scale, seed=chosen.seed, small=chosen.small, progress=_say)
    _say(f"{len(made.venues)} venues and {len(made.exports)} exports in {chosen.out}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
