"""A second opinion on epsilon: what releases cost in; what Google's dp-accounting says of it, out.

dp-accounting pins old packages and lives in an interpreter of its own, so it is asked in a process of its
own. Two of its accountants are asked. The one for zero-concentrated privacy must agree with ours to three
decimals; the one that follows the whole distribution of the loss, which is sharper, must never say more.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.verifier import losses

SCRIPT = Path(__file__).with_name("ask_dp_accounting.py")
SECONDS = 600
AGREES = 1e-3  # to three decimals (N-07)
CLOSE = 1e-6
HOW = (
    "Make an environment for it with `make second-opinion`, and name its interpreter: "
    "--dp-accounting-python .venv-second-opinion/bin/python"
)


class NoOpinionError(Exception):
    """dp-accounting could not be asked; the message says how it can."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One loss at one delta: the epsilon found here, and dp-accounting's by each of its two ways."""

    what: str
    delta: float
    ours: float
    by_zcdp: float
    by_distribution: float | None

    @property
    def problem(self) -> str | None:
        """How the two disagree, or None."""
        if abs(self.by_zcdp - self.ours) > AGREES:
            return self._said(f"dp-accounting says {self.by_zcdp:.6f}")
        if self.by_distribution is not None and self.by_distribution > self.ours + CLOSE:
            return self._said(f"dp-accounting finds a loss of {self.by_distribution:.6f}")
        return None

    def _said(self, words: str) -> str:
        return f"{self.what}: epsilon is {self.ours:.6f} at delta {self.delta:g} here, {words}"


def ask(
    noise: Mapping[str, Sequence[tuple[int, int, float]]],
    spent: Mapping[str, int],
    deltas: Sequence[float],
    interpreter: Path,
) -> list[Opinion]:
    """Ask about tables that were drawn (cells, size and scale of each) and about sums of nano-rho, by name.

    Raises NoOpinionError where the interpreter is none or has no dp-accounting.
    """
    questions = list(_questions(noise, spent))
    asked = {"questions": questions, "deltas": list(deltas)}
    try:
        # Isolated: neither our folders nor our settings, so that it is its own program.
        done = subprocess.run(  # noqa: S603  # the operator names the interpreter
            [str(interpreter), "-I", "-W", "ignore", str(SCRIPT)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise NoOpinionError(f"{interpreter} could not be asked. {HOW}") from None
    if done.returncode:
        raise NoOpinionError(f"{interpreter} has no dp-accounting that answers. {HOW}")
    answers = json.loads(done.stdout)
    return [
        Opinion(
            question["what"],
            delta,
            losses.epsilon(question["nano_rho"], delta),
            one["zcdp"],
            one["distribution"],
        )
        for question, answer in zip(questions, answers, strict=True)
        for delta, one in zip(deltas, answer, strict=True)
    ]


def _questions(
    noise: Mapping[str, Sequence[tuple[int, int, float]]], spent: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    for what, tables in noise.items():
        exact = sum((losses.rho(*table) for table in tables), start=losses.rho(0, 0, 1.0))
        yield {"what": what, "nano_rho": losses.nano(exact), "tables": [list(table) for table in tables]}
    for what, nano_rho in spent.items():
        yield {"what": what, "nano_rho": nano_rho, "tables": []}
