"""Which code runs: the installed source files in; version, commit and digest, for manifests, out."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from privacy.manifest import Code

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("ingest", "aggregation", "privacy", "reports", "service")


@cache
def code() -> Code:
    """The running code. The commit is empty where there is no checkout; the digest tells it anyway."""
    return Code(version("foyer"), commit_of(ROOT), sources_digest(ROOT))


def sources_digest(root: Path) -> str:
    """SHA-256 over the names and contents of every Python and SQL file of the layers that counting needs."""
    digest = hashlib.sha256()
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in {".py", ".sql"}:
                inside = hashlib.sha256(path.read_bytes()).hexdigest()
                digest.update(f"{path.relative_to(root).as_posix()}\t{inside}\n".encode())
    return digest.hexdigest()


def commit_of(root: Path) -> str:
    """The commit that is checked out at `root`, or "". Read from files: git may not be installed."""
    try:
        mark = root / ".git"
        # In a worktree .git is a file that names the folder.
        folder = mark if mark.is_dir() else root / mark.read_text("utf-8").strip().removeprefix("gitdir: ")
        head = (folder / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return _hash(head)
        return _resolved(folder, head.removeprefix("ref: "))
    except OSError:
        return ""


def _resolved(folder: Path, ref: str) -> str:
    common = folder / "commondir"
    shared = folder / common.read_text("utf-8").strip() if common.exists() else folder
    for place in (folder, shared):
        if (place / ref).is_file():
            return _hash((place / ref).read_text("utf-8").strip())
    packed = (shared / "packed-refs").read_text("utf-8").splitlines()
    return next((_hash(line.split(" ")[0]) for line in packed if line.endswith(f" {ref}")), "")


def _hash(text: str) -> str:
    return text if len(text) in (40, 64) and set(text) <= set("0123456789abcdef") else ""
