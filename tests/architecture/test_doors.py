"""The doors hold: who may import what, who may read the environment, what never lands in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("ingest", "aggregation", "privacy", "reports", "service", "sample_data")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module name that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            yield node.module or ""


def test_import_contracts_hold() -> None:
    """The layer order and the doors of pyproject.toml, as import-linter sees them."""
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_preparing_needs_only_the_standard_library() -> None:
    """It must run unchanged where no wheel can be installed; idna is the stated exception."""
    own = (
        "ingest.prepare",
        "ingest.findings",
        "ingest.extract",
        "ingest.vocabulary",
        "ingest.seasons",
        "ingest.identity.normalise",
    )
    files = [
        *modules("ingest/prepare", "ingest/findings"),
        ROOT / "ingest/extract.py",
        ROOT / "ingest/vocabulary.py",
        ROOT / "ingest/seasons.py",
        ROOT / "ingest/identity/normalise.py",
    ]
    allowed = set(sys.stdlib_module_names) | {"idna"}
    for path in files:
        for name in imported(path):
            fine = name.split(".")[0] in allowed or any(name == o or name.startswith(o + ".") for o in own)
            assert fine, f"{path.relative_to(ROOT)} imports {name}"


def test_only_settings_reads_the_environment() -> None:
    for path in modules(*LAYERS):
        if path == ROOT / "service/settings.py":
            continue
        tree = ast.parse(path.read_text("utf-8"))
        reads = [
            n
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute) and n.attr in {"environ", "getenv", "environb"}
        ]
        assert not reads, f"{path.relative_to(ROOT)} reads the environment"


@pytest.mark.parametrize(
    ("door", "library"),
    [
        ("privacy/mechanisms.py", "opendp"),
        ("aggregation/engines/", "duckdb"),
        ("privacy/attacker_programs.py", "highspy"),
    ],
)
def test_N_09_one_door_to_each_dangerous_thing(door: str, library: str) -> None:
    users = {
        str(p.relative_to(ROOT))
        for p in modules(*LAYERS)
        if any(name.split(".")[0] == library for name in imported(p))
    }
    assert users
    assert all(user.startswith(door) for user in users), users


def test_A_8_N_09_no_noise_is_made_at_home() -> None:
    """Outside sample_data nobody draws from a distribution but OpenDP."""
    homemade = re.compile(
        r"np\.random|numpy\.random|random\.(gauss|normalvariate|random|laplace)|default_rng"
    )
    for path in modules(*[layer for layer in LAYERS if layer != "sample_data"]):
        assert not homemade.search(path.read_text("utf-8")), path


def tracked() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_locks_carry_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9][^\n=]*==", text, flags=re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)


def pins(name: str) -> dict[str, str]:
    lines = re.findall(
        r"^([a-z0-9][^=\s]*)==([^\s\\]+)(.*?)\\?$",
        (ROOT / f"requirements/{name}.txt").read_text("utf-8"),
        flags=re.MULTILINE,
    )
    return {f"{package} {marker.strip()}": version for package, version, marker in lines}


def test_tests_run_on_the_versions_that_foyer_runs_on() -> None:
    runtime, test = pins("runtime"), pins("test")
    assert runtime.items() <= test.items()


def test_no_registry_host_stands_in_the_tree() -> None:
    hosts = re.compile(r"py[p]i\.org|python[h]osted\.org|npm[j]s\.org|deb[.]debian\.org")
    for path in tracked():
        if path.suffix not in {".png", ".gz", ".parquet"}:
            assert not hosts.search(path.read_text("utf-8", errors="replace")), path
