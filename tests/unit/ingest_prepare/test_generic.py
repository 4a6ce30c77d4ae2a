"""An export that the venue describes itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.prepare.known import Known
from tests.unit.ingest_prepare.helpers import EXPORTS, GENERIC, Prepared, generic_profile, prepared

FIELDS = list(GENERIC["columns"])
SALE = {
    "order_ref": "1001", "ticket_ref": "", "email": "anna@mail.example", "production": "Café Müller",
    "performance_start": "04-10-2025 20:15", "purchased_at": "01-09-2025 09:00", "product": "Normaal",
    "price": "27,50", "status": "Betaald", "channel": "Internet", "quantity": "1",
}  # fmt: skip


def sheet(tmp_path: Path, *rows: dict[str, str], **changed: Any) -> Prepared:
    """Prepare these rows; what a row does not say is an ordinary sold ticket."""
    lines = [[GENERIC["columns"][field] for field in FIELDS]]
    lines += [[{**SALE, **row}.get(field, "") for field in FIELDS] for row in rows]
    text = "\r\n".join(";".join(line) for line in lines) + "\r\n"
    return prepared(tmp_path, text.encode("cp1252"), generic_profile(generic={**GENERIC, **changed}))


def test_a_quantity_becomes_that_many_tickets_of_one_order(tmp_path: Path) -> None:
    found = sheet(tmp_path, {"quantity": "3"})
    assert len(found.rows) == found.card.tickets_used == 3
    assert found.card.rows_used == 1
    assert len(set(found.column("order_ref"))) == 1
    assert len(set(found.column("ticket_ref"))) == 3
    assert [bool(token) for token in found.column("booker_token")] == [True, False, False]


def test_rows_without_ticket_numbers_are_tickets_of_their_own(tmp_path: Path) -> None:
    found = sheet(tmp_path, {}, {}, {"quantity": "2"})
    assert len(set(found.column("ticket_ref"))) == 4


def test_a_ticket_number_seen_twice_is_one_ticket(tmp_path: Path) -> None:
    found = sheet(tmp_path, {"ticket_ref": "7"}, {"ticket_ref": "7"})
    assert found.card.left_out == {"duplicate_ticket": 1}


@pytest.mark.parametrize("quantity", ["0", "twee", "2001", "1,5"])
def test_a_number_that_is_none_is_left_out(quantity: str, tmp_path: Path) -> None:
    assert sheet(tmp_path, {}, {"quantity": quantity}).card.left_out == {"bad_quantity": 1}


@pytest.mark.parametrize("back", [{"quantity": "-2"}, {"quantity": "2", "price": "-27,50"}])
def test_a_negative_row_takes_back_tickets_wherever_it_stands(back: dict[str, str], tmp_path: Path) -> None:
    for rows in ([{"quantity": "3"}, back], [back, {"quantity": "3"}]):
        found = sheet(tmp_path, *rows)
        assert found.column("status") == ["sold", "refunded", "refunded"]
        assert found.card.left_out == {"reversal": 1}


def test_a_parking_ticket_that_comes_back_is_nobodys_ticket(tmp_path: Path) -> None:
    parking = {"product": "Parkeerkaart", "ticket_ref": "8"}
    found = sheet(tmp_path, {}, parking, {**parking, "quantity": "-1"})
    assert found.card.left_out == {"non_audience": 2}
    assert "lone_reversal" not in found.codes


def test_a_return_is_used_once(tmp_path: Path) -> None:
    found = sheet(tmp_path, {}, {}, {"quantity": "-1"})
    assert sorted(found.column("status")) == ["refunded", "sold"]


def test_a_return_of_another_ticket_takes_nothing_back(tmp_path: Path) -> None:
    found = sheet(tmp_path, {}, {"quantity": "-1", "order_ref": "1002"})
    assert found.column("status") == ["sold"]
    assert found.finding("lone_reversal").count == 1


@pytest.mark.parametrize("status", ["Retour", "Vervallen"])
def test_a_ticket_that_is_repeated_as_returned_was_returned(status: str, tmp_path: Path) -> None:
    sold, back = {"ticket_ref": "7"}, {"ticket_ref": "7", "status": status}
    assert "sold" not in sheet(tmp_path, sold, back).column("status")
    assert "sold" not in sheet(tmp_path, back, sold).column("status")
    assert sheet(tmp_path, sold, back).card.left_out == {"reversal": 1}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("betaald", "sold"),
        ("Retour", "refunded"),
        ("Vervallen", "void"),
        ("OPTIE", "reserved"),
        ("paid", "sold"),
    ],
)
def test_the_venues_words_for_a_status_come_first(status: str, expected: str, tmp_path: Path) -> None:
    assert sheet(tmp_path, {"status": status}).column("status") == [expected]


def test_the_venue_may_give_a_word_another_meaning(tmp_path: Path) -> None:
    assert sheet(tmp_path, {"status": "paid"}, statuses={"Paid": "reserved"}).column("status") == ["reserved"]


@pytest.mark.parametrize(
    ("scanned", "expected"), [("Ja", "true"), ("x", "true"), ("NEE", "false"), ("", ""), ("wellicht", "")]
)
def test_a_scan_is_yes_no_or_unknown(scanned: str, expected: str, tmp_path: Path) -> None:
    assert sheet(tmp_path, {"scanned": scanned}).column("scanned") == [expected]


def test_an_unreadable_start_is_never_replaced_by_another(tmp_path: Path) -> None:
    found = sheet(tmp_path, {}, {"performance_start": "31-02-2025 20:15"})
    assert found.card.left_out == {"no_performance": 1}
    assert found.finding("no_performance").rows == (3,)


def test_an_unreadable_date_of_sale_is_noted_and_left_empty(tmp_path: Path) -> None:
    found = sheet(tmp_path, {"purchased_at": "gisteren"}, {"purchased_at": ""})
    assert found.column("purchased_at") == ["", ""]
    assert found.finding("bad_date").rows == (2,)


def test_a_time_in_a_column_of_its_own_is_read_with_its_day(tmp_path: Path) -> None:
    columns = {
        "order_ref": "Nr",
        "production": "Titel",
        "performance_start": "Dag",
        "performance_time": "Uur",
    }
    found = prepared(
        tmp_path,
        "Nr;Titel;Dag;Uur\n1;Hamlet;05-11-2025;20:00\n",
        generic_profile(generic={**GENERIC, "columns": columns}),
    )
    assert found.column("performance_start") == ["2025-11-05T20:00:00+01:00"]


def test_a_mapped_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    text = EXPORTS.joinpath("generic_cp1252.csv").read_bytes().replace(b"Plaats", b"Status")
    found = prepared(tmp_path, text, generic_profile())
    assert found.finding("duplicate_column").column == "Status"
    assert found.text == ""


def test_a_missing_mapped_column_is_named(tmp_path: Path) -> None:
    text = EXPORTS.joinpath("generic_cp1252.csv").read_bytes().replace(b"Kaartsoort", b"Soort")
    found = prepared(tmp_path, text, generic_profile())
    assert "Kaartsoort" in found.finding("unknown_layout").saw()


def test_a_file_that_is_not_utf8_is_guessed_where_nothing_is_declared(tmp_path: Path) -> None:
    found = sheet(tmp_path, {}, encoding="")
    assert found.card.encoding == "cp1252"
    assert "guessed_encoding" in found.codes
    assert found.column("production_title") == ["Café Müller"]


def test_utf8_is_seen_whatever_is_declared(tmp_path: Path) -> None:
    text = EXPORTS.joinpath("generic_cp1252.csv").read_bytes().decode("cp1252")
    found = prepared(tmp_path, text, generic_profile())
    assert found.card.encoding == "utf-8"
    assert "Café Müller" in found.column("production_title")


def test_a_long_file_forgets_times_it_has_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Known, "most", 2)
    days = [f"{day:02d}-09-2025 09:00" for day in range(1, 8)]
    found = sheet(tmp_path, *({"purchased_at": day} for day in days))
    assert [stamp[8:10] for stamp in found.column("purchased_at")] == [day[:2] for day in days]
