"""The vocabulary is complete: every measure has its words, its question, its cells and its bound."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from aggregation.bounds import Bounds, TableBound, table_bounds
from aggregation.keysets import MOST_VENUES, Keysets
from aggregation.measure_texts import MEASURE_TEXTS
from aggregation.measures import MEASURES, Dimension, Measure, Scope, Unit
from aggregation.queries import FOLDER, question
from ingest.seasons import Season

EVERY = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
SMALL = Keysets(("v1", "v2"), ("NL-1011", "BE-1000"))
OWN_FIGURES = {"own_figures.sql", "own_areas.sql"}


@EVERY
def test_every_measure_is_named_and_defined_in_four_languages_and_says_its_source(measure: Measure) -> None:
    for texts in (measure.names, measure.definitions):
        assert set(texts) == {"en", "nl", "fr", "de"}
        assert all(text.strip() == text and text for text in texts.values())
        assert len(set(texts.values())) == 4
    assert all(text.endswith(".") for text in (*measure.definitions.values(), measure.source))


@EVERY
def test_a_network_measure_is_not_split_by_venue_and_a_venues_is(measure: Measure) -> None:
    assert (Dimension.VENUE in measure.dimensions) == (measure.scope is Scope.VENUE)


@EVERY
def test_every_question_names_its_dimensions_and_its_count(measure: Measure) -> None:
    text = question(measure.query)
    for label in (*(dimension.value for dimension in measure.dimensions), "n"):
        assert re.search(rf"\bAS {label}\b", text)


def test_every_text_has_a_measure_and_every_question_is_asked() -> None:
    assert set(MEASURE_TEXTS) == set(MEASURES)
    assert {path.name for path in FOLDER.glob("*.sql")} == {m.query for m in MEASURES.values()} | OWN_FIGURES


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.sql")), ids=lambda path: path.stem)
def test_every_text_keeps_to_the_sql_that_all_engines_share(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- "), "a text says first what it answers"
    spoken = re.sub(r"--[^\n]*", "", text).upper()
    for only_one in (
        "::",
        "QUALIFY",
        "FILTER (",
        "GROUP BY ALL",
        "SEMI JOIN",
        "CONCAT(",
        "ARG_MAX",
        "SELECT *",
    ):
        assert only_one not in spoken, only_one


def test_a_keyset_is_the_product_of_its_declared_labels_last_fastest() -> None:
    keyset = SMALL.for_measure(MEASURES["reach_by_area"])
    assert keyset.shape == (2, 4)
    assert list(keyset.cells())[:5] == [
        ("v1", "NL-1011"),
        ("v1", "BE-1000"),
        ("v1", "abroad"),
        ("v1", "unknown"),
        ("v2", "NL-1011"),
    ]


def test_a_total_has_one_cell_without_labels() -> None:
    keyset = SMALL.for_measure(MEASURES["network_returning"])
    assert (keyset.size, list(keyset.cells())) == (1, [()])


def test_venue_pairs_are_named_in_order_whatever_the_order_of_declaration() -> None:
    keysets = Keysets(("zaal", "anker", "molen"), ("NL-1011",))
    assert keysets.labels(Dimension.VENUE_PAIR) == ("anker|molen", "anker|zaal", "molen|zaal")


def test_home_is_where_the_areas_are_unless_it_is_stated() -> None:
    assert SMALL.countries == ("BE", "NL")
    assert replace(SMALL, home=("NL",)).countries == ("NL",)


@pytest.mark.parametrize("change", [{"venues": ("v2", "v1")}, {"areas": ("NL-1011",)}, {"genres": ("film",)}])
def test_any_change_of_a_declared_list_changes_the_digest(change: dict[str, tuple[str, ...]]) -> None:
    assert replace(SMALL, **change).digest != SMALL.digest


def test_lists_with_a_label_twice_or_too_many_venues_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Keysets(("v1", "v1"), ())
    with pytest.raises(ValueError, match="venues"):
        Keysets(tuple(f"v{number}" for number in range(MOST_VENUES + 1)), ())
    with pytest.raises(ValueError, match="venues"):
        Keysets((), ())


def test_bounds_below_one_or_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Bounds(genres_per_venue=0)
    with pytest.raises(ValueError, match="tail"):
        Bounds(core_venues=6, tail_venues=6)


def test_the_l2_bound_is_size_times_the_root_of_the_cells() -> None:
    assert TableBound(cells=4, size=20).l2 == 40


@pytest.mark.parametrize(
    ("measure", "cells", "size"),
    [
        ("reach_by_area", 6, 1),
        ("reach_by_genre", 24, 1),
        ("reach_by_product_class", 12, 1),
        ("visits", 6, 20),
        ("reach_beyond", 14, 1),
        ("unidentified_visits", 1, 10),
        ("network_reach_by_area", 1, 1),
        ("network_reach_by_genre", 6, 1),
        ("crossover", 28, 1),
    ],
)
def test_the_declared_bound_follows_from_the_caps(measure: str, cells: int, size: int) -> None:
    bounds = table_bounds(MEASURES[measure], Bounds(), Season(2025))
    assert bounds == {Season(2025): TableBound(cells, size)}


def test_bookers_say_what_a_booker_is_and_visits_do_not() -> None:
    for measure in MEASURES.values():
        assert ("placed the order" in measure.definitions["en"]) == (measure.unit is Unit.BOOKERS)
