"""A venue beside its peers, read from one audience's file; and CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.disclosure import AUDIENCE_SCHEMA
from reports.benchmark import AudienceCells, Benchmark, Quartiles, benchmark, benchmarks
from reports.csv_out import FORMULA_STARTS, csv_text, guarded


def a_row(measure: str, estimate: float | None, sigma: float = 10.0, **more: object) -> dict[str, object]:
    told = {} if estimate is None else {
        "estimate": estimate, "sigma": sigma, "low": estimate - 1.96 * sigma, "high": estimate + 1.96 * sigma,
    }  # fmt: skip
    about = {"venue": "", "dimension": "", "label": "", "level": "total", "group": "", "peers": 0}
    status = "withheld" if estimate is None else "derived"
    return {"cell_id": measure, "measure": measure, "status": status, **about, **told, **more}


def file_of(*rows: dict[str, object]) -> AudienceCells:
    return AudienceCells(pa.Table.from_pylist(list(rows), schema=AUDIENCE_SCHEMA))


OWN = a_row("reach", 12400.0, 100.0, venue="a")
CORE = a_row("reach", 11800.0, 100.0, venue="a", level="core")
MEAN = a_row("peer_mean/reach", 9800.0, 50.0, group="g", peers=9)


def quartile(name: str, value: float | None) -> dict[str, object]:
    return {
        **a_row(f"peer_{name}/reach", value, group="g", peers=9),
        "low": None,
        "high": None,
        "sigma": None,
    }


def test_own_value_mean_and_quartiles_come_together() -> None:
    cells = file_of(
        CORE, OWN, MEAN, quartile("q1", 7000.0), quartile("median", 9500.0), quartile("q3", 11000.0)
    )
    found = benchmark(cells, "a", "reach", "g")
    assert found.own is not None
    assert found.peer_mean is not None
    assert (found.own.estimate, found.peer_mean.estimate, found.peers) == (12400.0, 9800.0, 9)
    assert found.quartiles == Quartiles(7000.0, 11000.0)
    assert (found.distinguishable, found.position, found.withheld) == (True, "above_q3", False)
    assert (found.previous, found.changed) == (None, None)


def test_without_quartiles_the_median_stands_alone() -> None:
    cells = file_of(OWN, MEAN, quartile("q1", None), quartile("median", 9500.0), quartile("q3", None))
    found = benchmark(cells, "a", "reach", "g")
    assert (found.median, found.quartiles, found.position) == (9500.0, None, "above")


def test_of_quartiles_one_end_may_be_told_alone_and_places_the_venue() -> None:
    cells = file_of(OWN, MEAN, quartile("q1", None), quartile("median", None), quartile("q3", 11000.0))
    found = benchmark(cells, "a", "reach", "g")
    assert (found.quartiles, found.position) == (Quartiles(None, 11000.0), "above_q3")
    few = file_of(a_row("reach", 6000.0, 100.0, venue="a"), MEAN, quartile("q1", 7000.0))
    assert benchmark(few, "a", "reach", "g").position == "below_q1"


@pytest.mark.parametrize(
    ("own", "position"),
    [(9880.0, "among"), (9000.0, "below"), (6000.0, "below_q1"), (10900.0, "above"), (11100.0, "above")],
)
def test_a_position_is_named_only_when_the_noise_cannot_explain_it(own: float, position: str) -> None:
    cells = file_of(a_row("reach", own, 100.0, venue="a"), MEAN,
                    quartile("q1", 7000.0), quartile("median", 9500.0), quartile("q3", 11000.0))  # fmt: skip
    assert benchmark(cells, "a", "reach", "g").position == position


def test_last_season_is_compared_by_its_own_noise() -> None:
    before = file_of(a_row("reach", 12500.0, 100.0, venue="a"))
    long_before = file_of(a_row("reach", 9000.0, 100.0, venue="a"))
    cells = file_of(OWN, MEAN)
    assert benchmark(cells, "a", "reach", "g", previous=before).changed is False
    assert benchmark(cells, "a", "reach", "g", previous=long_before).changed is True


def test_labels_keep_their_published_order_and_their_own_values() -> None:
    rows = []
    for label, own, mean in (("1", 0.6, 0.55), ("2", 0.2, 0.25), ("3-5", 0.2, None)):
        rows.append(a_row("band_share", own, 0.01, venue="a", label=label))
        rows.append(a_row("peer_mean/band_share", mean, 0.01, group="g", label=label, peers=4))
    found = benchmarks(file_of(*rows), "a", "band_share", "g")
    assert [(item.label, item.withheld, item.peers) for item in found] == [
        ("1", False, 4), ("2", False, 4), ("3-5", True, 4),
    ]  # fmt: skip
    assert benchmark(file_of(*rows), "a", "band_share", "g", "2").own == found[1].own


def test_a_group_that_is_not_the_venues_compares_nothing() -> None:
    found = benchmark(file_of(OWN, MEAN), "a", "reach", "other")
    assert (found.withheld, found.distinguishable, found.position) == (True, None, None)


def test_a_missing_label_is_an_empty_comparison() -> None:
    found = benchmark(file_of(OWN), "a", "genre_share", "g", "dance")
    assert isinstance(found, Benchmark)
    assert (found.own, found.peer_mean, found.withheld) == (None, None, True)


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(KeyError):
        benchmarks(file_of(OWN), "a", "income", "g")


def test_withheld_own_values_are_not_read_as_numbers() -> None:
    cells = file_of(a_row("visits_per_booker", None, venue="a"))
    assert benchmark(cells, "a", "visits_per_booker", "g").own is None


@given(st.text(max_size=30))
def test_no_text_cell_starts_a_formula(text: str) -> None:
    safe = str(guarded(text))
    assert not safe.startswith(FORMULA_STARTS)
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == "'" + text


def test_all_the_ways_a_spreadsheet_knows_a_formula_are_known() -> None:
    assert {"=", "+", "-", "@", "\t", "\r", "\n", "\0"} <= set(FORMULA_STARTS)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_every_formula_start_is_disarmed_in_cells_headings_and_notes(start: str) -> None:
    text = csv_text([{"a": f'{start}HYPERLINK("x")'}], [("a", f"{start}a")], notes=[f"{start}n"])
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert [cell[0] for cell in cells] == ["'", "'", "'"]


def test_numbers_stay_numbers_and_accents_survive() -> None:
    text = csv_text([{"a": -5, "b": 'Één, "twee"', "c": None}], [("a", "A"), ("b", "B"), ("c", "C")])
    assert text == '\ufeffA,B,C\r\n-5,"Één, ""twee""",\r\n'
