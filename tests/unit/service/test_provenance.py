"""A manifest says which code drew: by commit where there is one, and by what the files hold anyway."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from service.provenance import LAYERS, ROOT, code, commit_of, sources_digest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=n", "-c", "user.email=n@n.example", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "file").write_text("one")
    git(folder, "add", "file")
    git(folder, "commit", "--quiet", "-m", "one")
    return folder


def test_D_02_the_commit_is_the_one_that_git_says(checkout: Path, tmp_path: Path) -> None:
    """On a branch, packed, detached, and in a worktree of another branch."""
    head = git(checkout, "rev-parse", "HEAD")
    assert commit_of(checkout) == head
    git(checkout, "pack-refs", "--all")
    assert commit_of(checkout) == head
    git(checkout, "worktree", "add", "--quiet", "-b", "other", str(tmp_path / "tree"))
    assert commit_of(tmp_path / "tree") == head
    git(checkout, "checkout", "--quiet", "--detach")
    assert commit_of(checkout) == head


@pytest.mark.parametrize("head", [None, "", "not a commit", "ref: refs/heads/none", "f" * 39])
def test_without_a_readable_checkout_there_is_no_commit(tmp_path: Path, head: str | None) -> None:
    if head is not None:
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "HEAD").write_text(head)
    assert commit_of(tmp_path) == ""


def test_the_digest_changes_with_any_byte_and_any_name_of_the_code(tmp_path: Path) -> None:
    for layer in LAYERS:
        (tmp_path / layer).mkdir()
    file = tmp_path / "privacy" / "a.py"
    seen = set()
    for content in ("x = 1\n", "x = 2\n"):
        file.write_text(content)
        seen.add(sources_digest(tmp_path))
    file.rename(tmp_path / "privacy" / "b.py")
    seen.add(sources_digest(tmp_path))
    (tmp_path / "aggregation" / "q.sql").write_text("SELECT 1")
    seen.add(sources_digest(tmp_path))
    (tmp_path / "aggregation" / "notes.txt").write_text("no code")
    assert sources_digest(tmp_path) in seen
    assert len(seen) == 4


def test_the_running_code_is_known() -> None:
    found = code()
    assert found.version == "0.1.0"
    assert found.sources == sources_digest(ROOT)
    assert found.commit in ("", git(ROOT, "rev-parse", "HEAD"))
