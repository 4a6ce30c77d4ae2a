"""The accuracy benchmark's page: figures worked by hand in, words and tables out."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.accuracy.against import ALONE, BEST_FOR_DISTRICTS, BEST_TOGETHER, Beside, Request, Row
from benchmarks.accuracy.bench import against_peers
from benchmarks.accuracy.draws import Drawn, Floor, floors
from benchmarks.accuracy.fixed import FIXED
from benchmarks.accuracy.lower_bound import Distance
from benchmarks.accuracy.page import beside_lines, evaluation_lines, floor_lines, percent, verdict_lines
from benchmarks.accuracy.peers import Answer, Cost, PeerError
from benchmarks.accuracy.peers.kept import Asking, asked, read, write
from benchmarks.accuracy.sections import bound_lines
from benchmarks.accuracy.targets import TARGETS, Verdict, bound_verdict, target_verdicts, times_verdict
from benchmarks.accuracy.visits_file import TABLES


def an_evaluation(**medians: float) -> pl.DataFrame:
    """One row per table named as measure__level."""
    found = []
    for name, median in medians.items():
        measure, level = name.split("__")
        found.append(
            {"measure": measure, "level": level, "cells": 1234, "cells of 100 and more": 9,
             "100 and more": median, "20 to 99": 0.25, "1 to 19": None, "raw, 100 and more": 0.5,
             "rmse": 2.0, "rmse raw": None, "holds the bounded": 0.95, "holds the truth": 0.9}
        )  # fmt: skip
    return pl.DataFrame(found)


def a_row(release: str, table: str, raw: float) -> Row:
    name = f"{ALONE} {table}" if release == ALONE else release
    request = Request(name, (table,) if release == ALONE else TABLES, 3, "laplace")
    return Row("Peer 1.0", request, table, raw, raw - 1, raw / 2, 0.3, 0.2)


def beside_one_peer() -> Beside:
    rows = [
        a_row(release, table, raw)
        for release, raw in ((BEST_FOR_DISTRICTS, 41.0), (BEST_TOGETHER, 31.0), (ALONE, 11.0))
        for table in TABLES
    ]
    return Beside(tuple(rows), {"Peer 1.0": Cost(7.4, 812.0)}, {"Other 2.0": "No wheel for this Python."})


def test_every_target_has_a_verdict_and_one_that_was_not_measured_is_missed() -> None:
    verdicts = target_verdicts(an_evaluation(reach__total=0.002, reach_by_area__region=0.056))
    by_name = {verdict.what: verdict for verdict in verdicts}
    assert len(verdicts) == len(TARGETS)
    assert by_name["reach@total"].met
    assert not by_name["reach_by_area@region"].met
    assert not by_name["crossover@cell"].met


def test_what_is_missed_is_said_first_and_bluntly() -> None:
    met, missed = Verdict("this", "at most 1 %", "0.5 %", True), Verdict("that", "at most 1 %", "2 %", False)
    said, *lines = verdict_lines([met, missed])
    assert said == "**1 of 2 targets met.** MISSED: that (2 %, asked at most 1 %)."
    assert lines[-1] == "| that | at most 1 % | 2 % | **MISSED** |"
    assert "MISSED" not in verdict_lines([met])[0]


def test_targets_are_judged_in_the_table_and_other_tables_have_none() -> None:
    found = an_evaluation(reach__total=0.002, returning__cell=0.05, visits__cell=0.01)
    total, returning, visits = evaluation_lines(found, judged=True)[-3:]
    assert total.startswith("| reach@total | 1,234 | 9 | 0.30% | met | 0.20% | 25.00% |  | 50.00% | 2.00 |")
    assert "**MISSED**" in returning
    assert "| visits@cell | 1,234 | 9 |  |  | 1.00% |" in visits
    assert "MISSED" not in "".join(evaluation_lines(found, judged=False))


def test_peers_stand_below_foyer_with_what_they_used_and_who_is_missing_is_named() -> None:
    ours = dict.fromkeys(TABLES, 2.0)
    lines = beside_lines(beside_one_peer(), ours, dict.fromkeys(TABLES, 0.01), Cost(13.0, 450.0))
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[1].startswith("| Foyer |")
    assert rows[1].endswith("| 13 | 450 |")
    assert [row.split(" | ")[1] for row in rows[2:]] == [
        BEST_FOR_DISTRICTS, BEST_TOGETHER, "each table alone, with all of epsilon",
    ]  # fmt: skip
    assert "| 3 laplace | 41.0 / 20.5 |" in rows[2]
    assert lines[-1] == "- Other 2.0 could not be asked: No wheel for this Python."


def test_the_best_release_of_several_tables_is_what_counts_and_not_a_table_alone() -> None:
    near = Drawn("gravity", "fixed", an_evaluation(reach__total=0.1, reach_by_area__cell=0.1), ())
    found = {verdict.what: verdict for verdict in against_peers(beside_one_peer(), near)}
    assert found["RMSE of all venue cells below the best peer's, as it tells them"].found == "15.0 times"
    processed = found["RMSE of all area cells below the best peer's, after our post-processing"]
    assert (processed.found, processed.met) == ("7.8 times", True)
    assert not times_verdict("venue", "raw", 15.0, 2.0).met


def test_a_bound_is_kept_within_one_percent() -> None:
    assert bound_verdict("it", 1.009, 1.0).met
    assert not bound_verdict("it", 1.02, 1.0).met
    (line,) = bound_lines({"some": Distance(0.5, 1.0, 1.01, 1.2, {})})[-1:]
    assert line == "| some | 20.00% | 1.00% | 140.00% |"


def test_an_error_is_taken_apart_into_noise_and_bounding() -> None:
    cells = pl.DataFrame(
        {"measure": ["returning"] * 2, "level": ["cell"] * 2, "truth": [200.0, 50.0],
         "bounded": [190.0, 1.0], "estimate": [220.0, 0.0], "sigma": [20.0, 900.0]}
    )  # fmt: skip
    (found,) = (floor for floor in floors([cells], FIXED) if floor.name == "returning@cell")
    share = next(plan.per_mille for plan in FIXED.tables if plan.measure == "returning")
    assert (found.per_mille, found.found, found.bounding) == (share, pytest.approx(0.1), pytest.approx(0.05))
    assert found.noise == pytest.approx(0.06745)
    assert (
        floor_lines([Floor("a", 5, 0.01, 0.02, math.nan, 0.0)])[-1] == "| a | 5 | 1.00% | 2.00% |  | 0.00% |"
    )


def test_what_is_not_a_number_is_left_empty() -> None:
    assert [percent(value) for value in (None, math.nan, 0.0123)] == ["", "", "1.23%"]


def test_an_answer_is_kept_whole(tmp_path: Path) -> None:
    answer = Answer({"alone area/area": np.array([1.5, -2.0])}, {"alone area/area": 3.0}, Cost(1.5, 20.0))
    write(tmp_path / "answer.npz", answer)
    found = read(tmp_path / "answer.npz")
    np.testing.assert_array_equal(found.tables["alone area/area"], [1.5, -2.0])
    assert (found.sigma, found.cost) == (answer.sigma, answer.cost)


def test_a_peer_is_asked_once_and_again_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([1.0, 2.0, 3.0])

    def ask(*_: object) -> Answer:
        return Answer({"a/area": np.array([next(answers)])}, {"a/area": 1.0}, Cost(1.0, 1.0))

    monkeypatch.setattr("benchmarks.accuracy.peers.kept.ask", ask)
    monkeypatch.setattr("benchmarks.accuracy.peers.kept.environment", lambda _: tmp_path)
    told = [
        asked("tumult", {"epsilon": epsilon}, tmp_path, asking).tables["a/area"][0]
        for epsilon, asking in ((1, Asking.NEW), (1, Asking.KEPT), (2, Asking.NEW), (1, Asking.ALL))
    ]
    assert told == [1.0, 1.0, 2.0, 3.0]
    with pytest.raises(PeerError, match="had not answered"):
        asked("tumult", {"epsilon": 3}, tmp_path, Asking.KEPT)
