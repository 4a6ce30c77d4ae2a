"""What holds the promise up by the shape of the code: who may draw, with what, from which columns.

Nothing is timed. That an answer's time tells nothing of the noise follows from this: requests read what was
stored, and noise is drawn in a job.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.extract import COLUMN_NAMES
from ingest.lake import LAKE_SCHEMA
from privacy import mechanisms, publish
from privacy.policy import UNIT

ROOT = Path(__file__).resolve().parents[3]
LAYERS = ("ingest", "aggregation", "privacy", "reports", "service")
TEXTS = ("README.md", "METHODOLOGY.md", "DECISIONS.md", "GLOSSARY.md", "CONTRIBUTING.md")


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def taken(tree: ast.Module, module: str) -> set[str]:
    """The names that are imported from this module."""
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def test_A_6_N_21_noise_is_drawn_in_the_publish_job_and_in_no_request() -> None:
    """Only privacy/ has the draw, only the use case that the worker calls has the publishing that draws."""
    drawing = {name for name, tree in sources(*LAYERS) if "draw" in taken(tree, "privacy.mechanisms")}
    assert drawing
    assert all(name.startswith("privacy/") for name in drawing)
    harmless = {"Desk", "NotApprovedError", "visible", "even_spread"}
    publishing = {name for name, tree in sources(*LAYERS) if taken(tree, "privacy.publish") - harmless}
    assert publishing
    assert not [name for name in publishing if name.startswith(("service/routes/", "reports/"))]
    # Nobody takes the whole module, which would hide what is used of it.
    for name, tree in sources("service", "reports"):
        assert not {"mechanisms", "publish"} & taken(tree, "privacy"), name


def test_A_6_the_routes_start_no_job_but_by_the_table() -> None:
    """A request writes a job down; a worker takes it. No route runs one."""
    for name, tree in sources("service/routes"):
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not {one for one in called if one.startswith("run_")}, name


def test_A_8_no_seed_can_be_given() -> None:
    """Neither drawing nor publishing nor anything that leads there takes a seed, a key or a generator."""
    for function in (mechanisms.draw, publish.protect, publish.publish):
        names = set(inspect.signature(function).parameters)
        assert not {name for name in names if re.search(r"seed|random|rng|generator", name)}, function
    for name, tree in sources("privacy"):
        words = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
        assert not words & {"seed", "random_state", "rng"}, name


def test_N_02_the_noise_is_gaussian_under_zcdp_and_delta_stands_in_conversions_alone() -> None:
    """No delta decides which cells there are: of OpenDP, what constructs is on this list."""
    tree = ast.parse(inspect.getsource(mechanisms))
    made = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("make_")
    }
    assert made - {"make_fully_adaptive_composition", "make_privacy_filter"} == {
        "make_composition", "make_gaussian", "make_user_transformation", "make_zCDP_to_approxDP",
    }  # fmt: skip
    with_delta = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(part, ast.arg) and part.arg == "delta" for part in ast.walk(node))
    }
    assert with_delta == {"epsilon"}


@pytest.mark.parametrize("text", TEXTS)
def test_N_04_no_text_promises_less_than_a_whole_season(text: str) -> None:
    """One visit, one ticket or one order is not what is protected, and no text says so."""
    claimed = re.compile(r"(ticket|visit|order|event|day|venue)-level (differential )?privacy", re.IGNORECASE)
    assert not claimed.search((ROOT / text).read_text("utf-8"))
    assert UNIT.startswith("one booker's whole season: all rows of one booker, at all venues")


def test_N_15_nothing_learns_from_rows_of_persons() -> None:
    """No learning library is imported; what estimates learn, they learn from drawn integers."""
    learning = {"sklearn", "torch", "tensorflow", "xgboost", "lightgbm", "statsmodels", "scipy", "highspy"}
    for name, tree in sources("ingest", "aggregation"):
        found = {
            alias.name if isinstance(node, ast.Import) else str(node.module)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        }
        assert not found & learning, name


def test_N_16_N_17_the_sample_is_made_from_a_seed_and_reads_nobodys_rows() -> None:
    """Of files it opens its own alone; of the network's data it knows nothing."""
    for name, tree in sources("sample_data"):
        taken_from = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {one for one in taken_from if one.startswith(("service", "privacy", "ingest.lake"))}, name


def test_N_18_N_24_the_lake_has_no_column_for_free_text_or_a_person() -> None:
    """Titles stay at the venue; of a person there is the pseudonym and the area."""
    assert not {"production_title", "booker_token"} & set(LAKE_SCHEMA)
    assert set(LAKE_SCHEMA) - {
        "extract_id",
        "venue",
        "organisation",
        "booker",
        "area",
        "local_day",
        "starts_at",
    } <= (set(COLUMN_NAMES))
    personal = re.compile(r"name|mail|phone|street|address|birth|gender|title|note|text")
    assert not [column for column in LAKE_SCHEMA if personal.search(column)]


def test_N_20_the_methodology_says_who_is_trusted_with_what() -> None:
    text = (ROOT / "METHODOLOGY.md").read_text("utf-8")
    table = text.partition("## Who is trusted with what")[2].partition("\n## ")[0]
    for who in ("the booker", "the venue", "the service's operator", "the coordinator", "the public"):
        assert f"| {who} |" in table, who
