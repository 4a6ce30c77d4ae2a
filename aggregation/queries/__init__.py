"""The questions: one SQL text per file, the same on every engine; `steps/` holds what they share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def question(name: str) -> str:
    """The text of one question."""
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def step(name: str) -> str:
    """The text of one shared step."""
    return (FOLDER / "steps" / f"{name}.sql").read_text(encoding="utf-8")
