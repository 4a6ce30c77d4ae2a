"""Peers' answers, kept under .cache: asking takes minutes, what we make of the answers a moment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy.peers import LOCKS, Answer, Cost, PeerError, ask, environment


class Asking(StrEnum):
    """Whom to ask: nobody, whoever has no answer kept, or everyone."""

    KEPT = "kept"
    NEW = "new"
    ALL = "all"


SIGMA, COST = "/sigma", "cost"


def asked(name: str, given: Mapping[str, Any], folder: Path, asking: Asking = Asking.NEW) -> Answer:
    """The peer's answer to this request: as kept, or asked for now with the peer as its lock states it."""
    path = folder / f"{name}-{_digest(name, given)}.npz"
    if path.exists() and asking is not Asking.ALL:
        return read(path)
    if asking is Asking.KEPT:
        raise PeerError("It had not answered when this page was written (--peers kept).")
    answer = ask(name, environment(name), given)
    folder.mkdir(parents=True, exist_ok=True)
    write(path, answer)
    return answer


def write(path: Path, answer: Answer) -> None:
    """As one file."""
    sigma = {f"{key}{SIGMA}": np.array(value) for key, value in answer.sigma.items()}
    np.savez_compressed(path, **answer.tables, **sigma, cost=np.array([answer.cost.cpu, answer.cost.peak]))


def read(path: Path) -> Answer:
    """What `write` wrote."""
    with np.load(path) as found:
        names = [key for key in found if key != COST and not key.endswith(SIGMA)]
        cpu, peak = found[COST].tolist()
        sigma = {name: float(found[f"{name}{SIGMA}"]) for name in names}
        return Answer({name: found[name] for name in names}, sigma, Cost(cpu, peak))


def _digest(name: str, given: Mapping[str, Any]) -> str:
    lock = LOCKS / f"{name}.txt"
    text = json.dumps(given, sort_keys=True) + (lock.read_text("utf-8") if lock.is_file() else "")
    return hashlib.sha256(text.encode()).hexdigest()[:12]
