"""The report of the audit as it grows: parts and verdicts in, Markdown and a list of failures out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Page:
    """Lines, printed as they come, and what was found against the pipeline or against the audit itself."""

    scale: float = 1.0
    pairs: float = 1.0
    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        self.lines += lines
        print("\n".join(lines), flush=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.say("", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}")
        self.say(*(f"| {' | '.join(map(str, row))} |" for row in rows))

    def judge(self, good: bool, what: str) -> str:
        """The word for a table about the real pipeline; a failure is kept."""
        if not good:
            self.failures.append(what)
        return "pass" if good else "**FAIL**"

    def catch(self, caught: bool, what: str) -> str:
        """The word for a table about a mutant."""
        if not caught:
            self.failures.append(f"not caught: {what}")
        return "caught" if caught else "**NOT CAUGHT**"

    def part(self, title: str, run: Callable[[Page], None]) -> None:
        start = time.process_time()
        self.say("", f"## {title}", "")
        run(self)
        self.say("", f"{time.process_time() - start:.0f} CPU seconds.")

    def runs(self, wanted: int) -> int:
        """How many releases to make at this scale."""
        return max(8, round(wanted * self.scale))

    def pair_runs(self, wanted: int) -> int:
        """The same for the real pipeline between two worlds, where fewer see less and are no less right."""
        return self.runs(round(wanted * self.pairs))
