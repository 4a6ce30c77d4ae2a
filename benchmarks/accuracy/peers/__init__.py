"""The peers, each in an environment of its own: a request in; its tables, CPU seconds and memory out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
LOCKS = HERE.parents[2] / "requirements" / "peers"
ENVIRONMENTS = Path(".cache/peers")
PEERS: Mapping[str, str] = {
    "opendp_polars": "OpenDP Polars 0.16.0",
    "tumult": "Tumult Analytics 0.21",
    "pipelinedp": "PipelineDP 0.3.1",
    "smartnoise": "SmartNoise SQL 1.0.10",
    "diffprivlib": "diffprivlib 0.6.6",
}
LONGEST = 3600.0
LOOK_EVERY = 0.2


class PeerError(Exception):
    """A peer could not be installed or did not finish; the message says why in a line."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and all that it started used: CPU seconds, and the most memory at once in MB."""

    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Tables by "request/table", with the standard deviation of their noise, and what they cost."""

    tables: Mapping[str, NDArray[np.float64]]
    sigma: Mapping[str, float]
    cost: Cost


def environment(name: str, locks: Path = LOCKS, environments: Path = ENVIRONMENTS) -> Path:
    """The peer's Python, installed from its lock where it is not there as the lock is now."""
    lock, home = locks / f"{name}.txt", environments / name
    mark = home / "installed.txt"
    python = home / "bin" / "python"
    if not lock.is_file():
        raise PeerError(f"There is no lock for {name}.")
    if not mark.exists() or mark.read_text("utf-8") != lock.read_text("utf-8"):
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        _run([*pip, "--require-hashes", "--requirement", str(lock)])
        mark.write_text(lock.read_text("utf-8"), "utf-8")
    return python


def ask(name: str, python: Path, given: Mapping[str, Any], script: Path | None = None) -> Answer:
    """Let the peer answer the requests of `given` (see common.py), and watch what it uses."""
    with tempfile.TemporaryDirectory() as folder:
        request, out = Path(folder) / "given.json", Path(folder) / "out.npz"
        request.write_text(json.dumps({**given, "out": str(out)}), "utf-8")
        run = [str(python.absolute()), str(script or HERE / f"with_{name}.py"), str(request)]
        cost = watched(run, Path(folder) / "log")
        with np.load(out) as found:
            tables = {key: found[key].astype(float) for key in found if not key.endswith("/sigma")}
            return Answer(tables, {key: float(found[f"{key}/sigma"]) for key in tables}, cost)


def watched(command: Sequence[str], log: Path, longest: float = LONGEST) -> Cost:
    """Run to the end; raise PeerError with its last line where it fails or takes too long."""
    # The peers are asked to work as they come: no thread limits, but no word of our environment either.
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "JAVA_HOME") if key in os.environ}
    with log.open("wb") as output:
        # Beside its log: what a peer leaves behind is left there.
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=kept, cwd=log.parent)
    cpu: dict[int, float] = {}
    peak, start = 0.0, time.monotonic()
    while process.poll() is None:
        peak = max(peak, _look(process.pid, cpu))
        if time.monotonic() - start > longest:
            process.kill()
            process.wait()
            raise PeerError(f"Stopped after {longest:.0f} s.")
        time.sleep(LOOK_EVERY)
    if process.returncode:
        lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        raise PeerError(lines[-1].strip()[:200] if lines else f"It ended with {process.returncode}.")
    return Cost(sum(cpu.values()), peak)


def _look(root: int, cpu: dict[int, float]) -> float:
    """Note the CPU seconds of a process and its descendants so far; returns their memory now, in MB."""
    children: dict[int, list[int]] = {}
    stats: dict[int, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(path.parent.name)
        stats[pid] = fields
        children.setdefault(int(fields[1]), []).append(pid)
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    memory, todo = 0, [root]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        if pid in stats:
            cpu[pid] = (int(stats[pid][11]) + int(stats[pid][12])) / tick
            memory += int(stats[pid][21]) * page
    return memory / 1024**2


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["It failed."]
        raise PeerError(said[-1][:200])
