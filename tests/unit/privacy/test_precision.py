"""Typical margins by size of group (N-10): medians over owners, none below five of them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from privacy.precision import typical_margins, typical_margins_by_region

OWNERS = {name: name for name in "abcdefg"}


def cells(*rows: tuple[str, str, str, float, float], status: str = "released") -> pa.Table:
    """Rows of measure, venue, label, estimate and half-width."""
    made: list[dict[str, Any]] = [
        {
            "measure": measure, "venue": venue, "label": label, "level": "cell", "status": status,
            "estimate": estimate, "low": estimate - half, "high": estimate + half,
        }
        for measure, venue, label, estimate, half in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(made)


def genre(halves: dict[str, float], estimate: float) -> pa.Table:
    return cells(*(("reach_by_genre", venue, "film", estimate, half) for venue, half in halves.items()))


def test_n10_margins_by_size_are_medians_of_owners() -> None:
    small = genre(dict(zip("abcde", (5.0, 5.0, 5.0, 5.0, 500.0), strict=True)), 10.0)
    large = genre(dict.fromkeys("abcde", 50.0), 1000.0)
    (found,) = typical_margins(pa.concat_tables([small, large]), OWNERS)
    assert (found.measure, found.level) == ("reach_by_genre", "cell")
    assert found.margins == (pytest.approx(0.5), None, pytest.approx(0.05))


@pytest.mark.parametrize(("estimate", "stratum"), [(1, 0), (19.9, 0), (20, 1), (99.9, 1), (100, 2), (1e6, 2)])
def test_n10_the_three_sizes_begin_where_they_are_said_to(estimate: float, stratum: int) -> None:
    (found,) = typical_margins(genre(dict.fromkeys("abcde", estimate / 10), estimate), OWNERS)
    assert [margin is not None for margin in found.margins] == [n == stratum for n in range(3)]


def test_n10_fewer_than_five_owners_show_nothing() -> None:
    four = genre(dict.fromkeys("abcd", 5.0), 50.0)
    assert typical_margins(four, OWNERS)[0].margins == (None, None, None)
    holding = OWNERS | {"e": "a"}
    five = genre(dict.fromkeys("abcde", 5.0), 50.0)
    assert typical_margins(five, OWNERS)[0].margins[1] == pytest.approx(0.1)
    assert typical_margins(five, holding)[0].margins[1] is None


def test_n10_one_owner_with_many_cells_counts_once() -> None:
    many = cells(*(("reach_by_area", "a", str(n), 50.0, 49.0) for n in range(100)))
    others = cells(*(("reach_by_area", venue, "1", 50.0, 5.0) for venue in "bcdef"))
    (found,) = typical_margins(pa.concat_tables([many, others]), OWNERS)
    assert found.margins[1] == pytest.approx(0.1)


def test_n10_withheld_network_and_empty_cells_do_not_count() -> None:
    good = genre(dict.fromkeys("abcde", 5.0), 50.0)
    hidden = cells(*(("reach_by_genre", v, "x", 50.0, 40.0) for v in "abcdefg"), status="withheld")
    network = cells(*(("reach_by_genre", "", str(n), 50.0, 40.0) for n in range(9)))
    empty = genre(dict.fromkeys("abcdefg", 9.0), 0.0)
    (found,) = typical_margins(pa.concat_tables([good, hidden, network, empty]), OWNERS)
    assert found.margins == (None, pytest.approx(0.1), None)


def test_n10_areas_are_told_by_region() -> None:
    rows = [("reach_by_area", venue, label, 50.0, half) for venue in "abcde" for label, half in
            (("NL-1011", 5.0), ("NL-9711", 20.0), ("unknown", 1.0))]  # fmt: skip
    found = typical_margins_by_region(
        cells(*rows), OWNERS, {"NL-1011": "Noord-Holland", "NL-9711": "Groningen"}
    )
    assert [(one.region, one.margins[1]) for one in found] == [
        ("Groningen", pytest.approx(0.4)),
        ("Noord-Holland", pytest.approx(0.1)),
    ]
