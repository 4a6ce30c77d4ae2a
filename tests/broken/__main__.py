"""`make broken`: break the code on purpose, one thing at a time, and see that the tests notice.

Each break is made in a copy of the tree, so that nothing here changes. Ends with 1 if a break went unnoticed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.broken.breaks import BREAKS, Break

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".cache", "var", "__pycache__", ".*_cache")
FAILED = 1  # pytest's exit status when tests ran and some failed


def broken(source: str, edit: Break) -> str:
    """The file's text with the edit made; ValueError when the text to change is not there exactly once."""
    if source.count(edit.old) != 1:
        raise ValueError(
            f"{edit.path}: the text of “{edit.what}” stands there {source.count(edit.old)} times."
        )
    return source.replace(edit.old, edit.new)


def noticed(edit: Break, tree: Path) -> bool:
    """Whether the tests fail on the broken copy."""
    path = tree / edit.path
    whole = path.read_text("utf-8")
    path.write_text(broken(whole, edit), "utf-8")
    try:
        quick = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-profile=no-shrinking"]
        command = [sys.executable, "-m", "pytest", *quick, *edit.tests.split()]
        return subprocess.run(command, cwd=tree, capture_output=True, check=False).returncode == FAILED
    finally:
        path.write_text(whole, "utf-8")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """With words: only the breaks that hold one of them."""
    chosen = [edit for edit in BREAKS if not arguments or any(word in edit.what for word in arguments)]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        for edit in chosen:
            caught = noticed(edit, tree)
            missed += not caught
            say(f"{'noticed' if caught else 'MISSED '}  {edit.what}: {edit.tests}")
    say(f"{len(chosen) - missed} of {len(chosen)} breaks noticed")
    return 1 if missed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
