"""The Dockerfile is written, not built here; these are the facts that can be checked without an engine."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Dockerfile").read_text("utf-8")
INSTRUCTIONS = [
    line.split(maxsplit=1)
    for line in re.sub(r"\\\n\s*", " ", TEXT).splitlines()
    if line and not line.startswith("#")
]


def test_the_last_user_is_not_root() -> None:
    users = [rest for word, rest in INSTRUCTIONS if word == "USER"]
    assert users == ["10001:10001"]
    assert [word for word, _ in INSTRUCTIONS].index("USER") < [word for word, _ in INSTRUCTIONS].index(
        "ENTRYPOINT"
    )


def test_bases_name_a_version() -> None:
    for word, rest in INSTRUCTIONS:
        if word == "FROM":
            assert re.match(r"python:3\.(11|12)-slim-\w+", rest)


def test_every_install_is_hash_checked_or_our_own() -> None:
    runs = [
        part
        for word, rest in INSTRUCTIONS
        if word == "RUN"
        for part in rest.split("&&")
        if "pip install" in part
    ]
    assert runs
    for part in runs:
        assert "--require-hashes" in part or "--no-deps" in part


def test_what_is_copied_exists_and_private_data_is_left_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert {".git", ".venv", "var"} <= set(ignored)
    for word, rest in INSTRUCTIONS:
        if word == "COPY" and "--from" not in rest:
            source = rest.split()[0]
            assert (ROOT / source).exists()


def test_start_command_and_health_address_exist() -> None:
    from service.cli import build_parser

    command = re.search(r"^CMD \[(.+)\]$", TEXT, flags=re.MULTILINE)
    assert command
    words = [word.strip().strip('"') for word in command.group(1).split(",")]
    assert build_parser().parse_args(words).command == "serve"
    assert "/api/v1/health" in TEXT
