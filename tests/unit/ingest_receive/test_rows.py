"""What each column accepts, and that a refused row is named with its number and reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cells import cell_parser
from ingest.columns import quick_moments
from ingest.extract import COLUMN_NAMES, COLUMNS
from tests.unit.ingest_receive.desk import a_ticket, changed, codes, lines, look, token

REQUIRED = [column.name for column in COLUMNS if column.required]
OPTIONAL = [column.name for column in COLUMNS if not column.required]

REFUSED = [
    ("order_ref", "has space", "not_a_reference"),
    ("order_ref", "x" * 121, "not_a_reference"),
    ("ticket_ref", "naïef", "not_a_reference"),
    ("booker_token", "secret", "not_a_token"),
    ("booker_token", token("a", key="2025a"), "other_key"),
    ("booker_token", token("a")[:-1] + "B", "not_a_token"),
    ("booker_token", token("a") + "A", "not_a_token"),
    ("country", "Nederland", "not_a_country"),
    ("country", "nl", "not_a_country"),
    ("postcode_area", "1011AB", "not_an_area"),
    ("postcode_area", "0123", "not_an_area"),
    ("postcode_area", "101", "not_an_area"),
    ("production_ref", "Romeo en Julia", "not_a_reference"),
    ("production_title", "x" * 301, "not_a_title"),
    ("production_title", "een\ttab", "not_a_title"),
    ("production_title", "   ", "not_a_title"),
    ("genre", "toneel", "unknown_word"),
    ("genre", "Theatre", "unknown_word"),
    ("performance_ref", "a/b", "not_a_reference"),
    ("performance_start", "2025-10-03T20:15:00", "not_a_time"),
    ("performance_start", "2025-10-03 20:15:00+02:00", "not_a_time"),
    ("performance_start", "2025-02-30T20:15:00+01:00", "not_a_time"),
    ("performance_start", "1999-12-31T20:15:00+01:00", "not_a_time"),
    ("performance_start", "2100-01-01T20:15:00+01:00", "not_a_time"),
    ("hall_capacity", "veel", "not_a_number"),
    ("hall_capacity", "420.0", "not_a_number"),
    ("hall_capacity", "0", "out_of_range"),
    ("hall_capacity", "200001", "out_of_range"),
    ("purchased_at", "gisteren", "not_a_time"),
    ("purchased_at", "2025-09-01T10:00:00", "not_a_time"),
    ("purchased_at", "2025-09-01T25:00:00+02:00", "not_a_time"),
    ("purchased_at", "1999-09-01T10:00:00+02:00", "not_a_time"),
    ("purchased_at", "2025-09-01T10:00:00.5+02:00", "not_a_time"),
    ("channel", "internet", "unknown_word"),
    ("product_class", "free", "unknown_word"),
    ("pass_scheme", "podium pas", "not_a_reference"),
    ("price_paid_cents", "-1", "out_of_range"),
    ("price_paid_cents", "1000001", "out_of_range"),
    ("price_paid_cents", "25.00", "not_a_number"),
    ("price_paid_cents", "1e3", "not_a_number"),
    ("currency", "EURO", "not_a_currency"),
    ("currency", "eur", "not_a_currency"),
    ("status", "paid", "unknown_word"),
    ("scanned", "yes", "not_a_boolean"),
    ("scanned", "True", "not_a_boolean"),
]
ACCEPTED = [
    ("order_ref", "9f86d081884c7d659a2f"),
    ("production_title", '"Titel, met komma"'),
    ("production_title", '"Zij zei ""hallo"""'),
    ("production_title", "=HYPERLINK(1)"),
    ("production_title", "An evening with Jan de Vries"),
    ("production_title", "24/25"),
    ("production_title", "1984"),
    ("production_title", "Première op 08-11-2025 20:15"),
    ("production_title", "10.000 uren"),
    ("performance_start", "2025-10-03T20:15+02:00"),
    ("performance_start", "2025-10-03T18:15:00Z"),
    ("purchased_at", "2025-09-01T10:00+02:00"),
    ("purchased_at", "2025-09-01T08:00:00Z"),
    ("price_paid_cents", "0"),
    ("hall_capacity", "1"),
    ("scanned", "false"),
    ("pass_scheme", "podiumpas"),
]


@pytest.mark.parametrize(("column", "cell", "code"), REFUSED)
def test_a_wrong_cell_drops_its_row_with_number_and_reason(
    tmp_path: Path, column: str, cell: str, code: str
) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, **{column: cell}), a_ticket(3)]))
    assert codes(examined) == {code: (4,)}
    assert examined.report.findings[0].column == column
    assert examined.rejected == ({"code": code, "column": column, "rows": [4]},)
    assert (examined.rows_in, examined.rows_accepted, examined.rows_rejected) == (3, 2, 1)


def test_every_column_has_a_refusal_in_the_list_above() -> None:
    assert {column for column, _, _ in REFUSED} == set(COLUMN_NAMES)


@pytest.mark.parametrize(("column", "cell"), ACCEPTED)
def test_an_ordinary_cell_is_accepted(tmp_path: Path, column: str, cell: str) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, performance_ref="other", **{column: cell})]))
    assert codes(examined) == {}
    assert examined.rows_accepted == 2


@pytest.mark.parametrize("column", REQUIRED)
@pytest.mark.parametrize("empty", ["", '""'])
def test_a_missing_required_cell_drops_its_row(tmp_path: Path, column: str, empty: str) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, **{column: empty})]))
    assert codes(examined) == {"cell_missing": (4,)}


@pytest.mark.parametrize("column", OPTIONAL)
@pytest.mark.parametrize("empty", ["", '""'])
def test_an_empty_optional_cell_is_null(tmp_path: Path, column: str, empty: str) -> None:
    cells = {column: empty} | ({"postcode_area": ""} if column == "country" else {})
    examined = look(tmp_path, lines([a_ticket(1, **cells)]))
    assert codes(examined) == {}
    assert examined.frame is not None
    held = {"booker_token": "token", "postcode_area": "area"}.get(column, column)
    assert examined.frame[held].to_list() == [None]


def test_values_arrive_typed_and_the_day_is_the_local_one(tmp_path: Path) -> None:
    header = changed(first_day="2026-08-01", last_day="2026-08-01")
    row = a_ticket(1, performance_start="2026-08-01T00:30:00+02:00", scanned="", pass_scheme="podiumpas")
    examined = look(tmp_path, lines([row], header))
    assert examined.frame is not None
    held = examined.frame.row(0, named=True)
    assert held["local_day"] == date(2026, 8, 1)
    assert held["starts_at"] == datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    assert held["purchased_at"] == datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
    assert (held["area"], held["hall_capacity"], held["price_paid_cents"]) == ("NL-1011", 420, 2500)
    assert (held["scanned"], held["pass_scheme"], held["token"]) == (None, "podiumpas", token("b1"))


@pytest.mark.parametrize("row", ["a,b,c", "", ",".join(["x"] * 18), ",".join(["x"] * 200)])
def test_a_row_with_another_number_of_cells_is_dropped_and_the_others_keep_their_numbers(
    tmp_path: Path, row: str
) -> None:
    content = lines([a_ticket(1), a_ticket(2, genre="toneel")], changed(rows=3)).decode().split("\n")
    content.insert(3, row)
    examined = look(tmp_path, "\n".join(content).encode())
    assert codes(examined) == {"cell_count": (4,), "unknown_word": (5,)}
    assert (examined.rows_in, examined.rows_accepted) == (3, 1)


def test_all_reasons_of_one_row_are_told_but_it_is_rejected_once(tmp_path: Path) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, genre="x", status="y", currency="z")]))
    assert sorted((f.kind.code, f.column) for f in examined.report.findings) == [
        ("not_a_currency", "currency"),
        ("unknown_word", "genre"),
        ("unknown_word", "status"),
    ]
    assert examined.rows_rejected == 1
    assert [reason["rows"] for reason in examined.rejected] == [[4]]


def test_the_same_ticket_twice_counts_once(tmp_path: Path) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, ticket_ref="t1"), a_ticket(3)]))
    assert codes(examined) == {"ticket_twice": (4,)}


@pytest.mark.parametrize(
    "other",
    [
        {"performance_start": "2025-10-03T20:30:00+02:00"},
        {"production_ref": "macbeth"},
        {"genre": "film"},
    ],
)
def test_a_row_at_odds_with_its_performance_is_dropped(tmp_path: Path, other: dict[str, str]) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, **other), a_ticket(3)]))
    assert codes(examined) == {"performance_differs": (4,)}


def test_an_area_without_a_country_is_unknown_and_noted(tmp_path: Path) -> None:
    examined = look(tmp_path, lines([a_ticket(1, country="")]))
    assert codes(examined) == {"area_without_country": (3,)}
    assert examined.frame is not None
    assert examined.frame["area"].to_list() == [None]


@pytest.mark.parametrize(
    ("country", "area", "accepted"),
    [("BE", "9000", True), ("FR", "75011", True), ("DE", "10115", True), ("GB", "SW1A", True),
     ("GB", "SW1A1AA", False), ("CA", "M5V", True), ("CA", "M5V3L9", False), ("US", "94103", True),
     ("US", "94103-1234", False)],
)  # fmt: skip
def test_an_area_is_never_a_full_postcode(tmp_path: Path, country: str, area: str, accepted: bool) -> None:
    examined = look(tmp_path, lines([a_ticket(1), a_ticket(2, country=country, postcode_area=area)]))
    assert codes(examined) == ({} if accepted else {"not_an_area": (4,)})


def test_a_booker_stands_on_every_row_of_the_order_and_performance(tmp_path: Path) -> None:
    rows = [
        a_ticket(1, order_ref="o1", booker_token=""),
        a_ticket(2, order_ref="o1", booker_token=token("anna")),
        a_ticket(3, order_ref="o2", booker_token=""),
        a_ticket(4, order_ref="o1", booker_token=""),
        a_ticket(5, order_ref="o1", booker_token="", performance_ref="hamlet:2"),
    ]
    examined = look(tmp_path, lines(rows))
    assert examined.frame is not None
    assert examined.frame["token"].to_list() == [token("anna"), token("anna"), None, token("anna"), None]


def test_a_rejected_row_still_says_who_placed_its_order(tmp_path: Path) -> None:
    rows = [a_ticket(1, order_ref="o1", genre="toneel"), a_ticket(2, order_ref="o1", booker_token="")]
    examined = look(tmp_path, lines(rows))
    assert examined.frame is not None
    assert examined.frame["token"].to_list() == [token("b1")]


def test_of_two_bookers_in_one_order_the_first_counts(tmp_path: Path) -> None:
    rows = [
        a_ticket(1, order_ref="o1"),
        a_ticket(2, order_ref="o1"),
        a_ticket(3, order_ref="o1", booker_token=""),
    ]
    examined = look(tmp_path, lines(rows))
    assert codes(examined) == {"two_bookers": (4,)}
    assert examined.frame is not None
    assert examined.frame["token"].to_list() == [token("b1")] * 3


def test_a_period_that_does_not_fit_the_first_line_is_noted(tmp_path: Path) -> None:
    examined = look(tmp_path, lines([a_ticket(1)], changed(last_day="2026-06-30")))
    assert codes(examined) == {"period_differs": (1,)}
    assert "2025-10-03" in examined.report.findings[0].saw("nl")


def test_rows_are_never_numbered_wrongly_without_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = pl.read_csv
    monkeypatch.setattr(pl, "read_csv", lambda *args, **options: read(*args, **options).head(1))
    with pytest.raises(RuntimeError, match="disagree"):
        look(tmp_path, lines([a_ticket(1), a_ticket(2)]))


CELL = st.one_of(
    st.sampled_from(
        ["", "x", "NL", "1011", "theatre", "sold", "true", "7", "-7", "EUR", "web", "single", token("z")]
    ),
    st.sampled_from([cell for _, cell, _ in REFUSED if "\t" not in cell]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(COLUMN_NAMES), CELL, max_size=2), min_size=1, max_size=12))
def test_rows_in_are_rows_accepted_and_rows_rejected(
    tmp_path_factory: pytest.TempPathFactory, changes: list[dict[str, str]]
) -> None:
    rows = [a_ticket(number, **cells) for number, cells in enumerate(changes)]
    examined = look(tmp_path_factory.mktemp("rows"), lines(rows))
    assert examined.rows_in == len(rows)
    assert examined.rows_in == examined.rows_accepted + examined.rows_rejected
    assert examined.rows_accepted == (0 if examined.frame is None else examined.frame.height)
    if examined.frame is not None:
        named = [line for reason in examined.rejected for line in reason["rows"]]
        assert sorted([*named, *examined.frame["line"].to_list()]) == list(range(3, 3 + len(rows)))


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.datetimes(datetime(1990, 1, 1), datetime(2110, 1, 1)).flatmap(
            lambda moment: st.sampled_from(["+02:00", "-11:30", "+14:00", "Z", "+15:00", "+2:00", ""]).map(
                lambda zone: moment.replace(microsecond=0).isoformat() + zone
            )
        ),
        st.sampled_from(["2025-9-001T10:00:00+02:00", "20255-9-1T10:00:00+02:00", "+2025-9-1T10:00:00+02:00",
                         "2025-09-01T10:00:60+02:00", "2025-09-01t10:00:00+02:00",
                         "2025-09-01T10:00:00 02:00"]),
        st.text(max_size=30),
    )
)  # fmt: skip
def test_the_quick_reading_of_moments_agrees_with_the_plain_one(text: str) -> None:
    parse = cell_parser(next(column for column in COLUMNS if column.name == "purchased_at"))
    quick = quick_moments(pl.Series([text])).to_list()[0]
    assert quick is None or quick == parse(text)
