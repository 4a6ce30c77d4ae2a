"""The audit's page: what parts said in, one verdict out, and no pass for what never ran."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.audit.__main__ import page_lines, verdict
from benchmarks.audit.page import Page
from benchmarks.audit.parts import PARTS, Result, keep, kept
from privacy.policy import POLICY

GOOD = Result(("", "## A title", "", "It said so."), (), 1.5, "01 May 2027", POLICY.digest, 1.0)


def test_all_parts_passing_is_a_pass_and_one_failure_is_not() -> None:
    results = dict.fromkeys(PARTS, GOOD)
    assert verdict(results) == "pass"
    assert verdict({**results, "pairs": replace(GOOD, failures=("pair few",))}) == "FAIL: pair few"


def test_a_part_that_never_ran_is_named_in_the_verdict_and_in_its_place() -> None:
    results = {name: GOOD for name in PARTS if name != "mutants"}
    assert verdict(results) == "pass, but NOT RUN: Two worlds, every mutant"
    text = "\n".join(page_lines(results))
    assert "## Two worlds, every mutant\n\n**Not run.**" in text
    assert text.count("It said so.") == len(PARTS) - 1


def test_fewer_releases_of_the_pairs_are_said() -> None:
    text = "\n".join(page_lines({"pairs": replace(GOOD, pairs=0.4)}))
    assert "released 40% as often" in text
    assert "as often" not in "\n".join(page_lines({"pairs": GOOD}))


def test_what_is_kept_comes_back_unless_the_policy_has_changed(tmp_path: Path) -> None:
    keep("near", GOOD, tmp_path)
    keep("short", replace(GOOD, policy="another"), tmp_path)
    assert kept(tmp_path) == {"near": GOOD}


def test_pairs_alone_are_scaled_by_their_share() -> None:
    page = Page(scale=1.0, pairs=0.4)
    assert (page.runs(500), page.pair_runs(100), page.pair_runs(1)) == (500, 40, 8)
