"""`make bench`: every benchmark in a process of its own in, one page with what they printed out."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
BENCHES = (
    ("bench_count", "Bound and count, against one raw DuckDB `count(distinct)` over the same rows"),
    ("bench_receive", "Receive, against a bare typed Polars read of the same file"),
    ("bench_prepare", "Prepare, in rows per CPU second"),
    (
        "bench_pages",
        "Pages and API under 8 clients, against a bare FastAPI route that returns the same bytes",
    ),
    ("bench_demo", "CPU seconds of each step of the demo at full size"),
)


QUICK = {"bench_count": ["2_000_000"]}


def main(arguments: Sequence[str]) -> int:
    """`--quick` leaves out what takes more than a few minutes; the page then says so."""
    quick = "--quick" in arguments
    command = "make bench BENCH_ARGS=--quick" if quick else "make bench"
    parts = [
        "# Benchmarks",
        "",
        f"Measured on {date.today():%d %B %Y} by `{command}`: {platform.system()} on {platform.machine()}, "
        f"CPython {platform.python_version()}.",
        "Compare ratios, not seconds: each ratio is against a baseline in the same run on the same machine.",
    ]
    failed = False
    for module, title in BENCHES:
        print(f"== {title}", flush=True)
        result = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}", *(QUICK.get(module, []) if quick else [])],
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        print(result.stdout, result.stderr[-2000:] if result.returncode else "", flush=True)
        failed |= result.returncode != 0
        parts += ["", f"## {title}", "", "```", _figures(result.stdout), "```"]
    if not failed:
        (HERE / "BENCHMARKS.md").write_text("\n".join(parts) + "\n", "utf-8")
    return 1 if failed else 0


def _figures(printed: str) -> str:
    """What was printed, without the demo's progress lines."""
    progress = re.compile(r"\[\d+/\d+\] |\s+done in ")
    return "\n".join(line for line in printed.strip("\n").rstrip().splitlines() if not progress.match(line))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
