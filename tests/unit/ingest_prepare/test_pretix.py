"""What pretix writes, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.prepare.layouts.pretix_positions import LANGUAGES, REQUIRED
from tests.unit.ingest_prepare.helpers import EXPORTS, TICKET, a_profile, prepared, pretix


@pytest.mark.parametrize(
    ("status", "expected"),
    [("paid", "sold"), ("canceled", "void"), ("expired", "void"), ("pending", "reserved"),
     ("refunded", "refunded"), (" Payé ", "sold"), ("BEZAHLT", "sold")],
)  # fmt: skip
def test_a_status_in_any_language_is_one_of_four(status: str, expected: str, tmp_path: Path) -> None:
    assert prepared(tmp_path, pretix({"Status": status})).column("status") == [expected]


def test_an_unknown_status_is_left_out_with_its_row(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({}, {"Status": "misschien", "Position ID": "2"}))
    assert found.card.left_out == {"unknown_status": 1}
    assert found.finding("unknown_status").rows == (3,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_tells_the_language_and_so_the_decimal_sign(language: str, tmp_path: Path) -> None:
    place = list(LANGUAGES).index(language)
    names = {"de": {"event": "Kurzname der Veranstaltung"}}.get(language, {})
    header = [names.get(field, known[min(place, len(known) - 1)]) for field, known in REQUIRED.items()]
    header[1] = LANGUAGES[language]
    price = "1,027.50" if language == "en" else "1.027,50"
    row = ["hamlet-2025", "AAA11", "1", "paid", "a@mail.example", "2025-09-01", "09:00:00", "Normaal", price]
    found = prepared(tmp_path, ";".join(header) + "\n" + ";".join(row) + "\n")
    assert found.card.language == language
    assert found.column("price_paid_cents") == ["102750"]


def test_a_header_with_one_name_twice_is_read_by_place(tmp_path: Path) -> None:
    source = EXPORTS / "pretix_fr_excel.csv"
    header = source.read_text("utf-8").splitlines()[0].split(",")
    assert header.count("Nom du siège") == 2
    assert prepared(tmp_path, source).rows[0]["scanned"] == "true"


def test_older_exports_repeat_the_address_columns_and_the_second_is_the_invoice(tmp_path: Path) -> None:
    header = [*REQUIRED_EN, "ZIP code", "Country", "Company", "ZIP code", "Country"]
    row = [*REQUIRED_ROW, "9711 AA", "NL", "", "1012 AB", "NL"]
    found = prepared(tmp_path, ",".join(header) + "\n" + ",".join(row) + "\n")
    assert found.column("postcode_area") == ["1012"]


REQUIRED_EN = ["Event slug", "Order code", "Position ID", "Status", "Email", "Order date", "Order time",
               "Product", "Price"]  # fmt: skip
REQUIRED_ROW = ["hamlet-2025", "AAA11", "1", "paid", "anna@mail.example", "2025-09-01", "09:00:00", "Normaal",
                "27.50"]  # fmt: skip


def test_informal_dutch_has_names_of_its_own(tmp_path: Path) -> None:
    header = ["Evenement-slug", "Bestelcode", "Positie-ID", "Status", "E-mail", "Besteldatum", "Besteltijd",
              "Product", "Prijs", "Begindatum", "Factuuradres postcode", "Factuuradres land"]  # fmt: skip
    row = [*REQUIRED_ROW[:-1], "27,50", "2025-11-05 20:00:00", "1012 AB", "NL"]
    found = prepared(tmp_path, ";".join(header) + "\n" + ";".join(row) + "\n")
    assert found.column("performance_start") == ["2025-11-05T20:00:00+01:00"]
    assert found.column("postcode_area") == ["1012"]


def test_the_buyer_is_counted_and_not_the_companion(tmp_path: Path) -> None:
    header = [*TICKET, "Attendee email"]
    one = prepared(tmp_path, pretix({"Attendee email": "x1@mail.example"}, header=header))
    two = prepared(tmp_path, pretix({"Attendee email": "x2@mail.example"}, header=header))
    assert one.column("booker_token") == two.column("booker_token") != [""]


def test_one_row_of_each_order_and_performance_carries_the_booker(tmp_path: Path) -> None:
    header = [*TICKET, "Start date"]
    evening, next_evening = "2025-10-03 20:15:00", "2025-10-04 20:15:00"
    found = prepared(
        tmp_path,
        pretix(
            {"Position ID": "1", "Start date": evening},
            {"Position ID": "2", "Start date": evening},
            {"Position ID": "3", "Start date": next_evening},
            {"Position ID": "1", "Order code": "BBB22", "Start date": evening},
            header=header,
        ),
    )
    assert [bool(token) for token in found.column("booker_token")] == [True, False, True, True]
    assert len(set(found.column("booker_token")) - {""}) == 1
    assert len(set(found.column("order_ref"))) == 2
    assert len(set(found.column("ticket_ref"))) == 4


def test_two_events_with_one_order_code_are_two_orders(tmp_path: Path) -> None:
    programme = [{"match": "*", "production": "p", "start": "2025-10-03T20:15"}]
    found = prepared(tmp_path, pretix({}, {"Event slug": "other"}), a_profile(programme=programme))
    assert len(set(found.column("order_ref"))) == 2


def test_a_customer_number_stands_in_where_there_is_no_address(tmp_path: Path) -> None:
    number = {"Email": "", "External customer ID": "R-17"}
    here = prepared(tmp_path, pretix(number))
    there = prepared(tmp_path, pretix(number), a_profile(venue="de-spil"))
    assert here.column("booker_token") != [""]
    assert here.column("booker_token") != there.column("booker_token")


def test_a_door_sale_counts_as_a_ticket_of_nobody(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({"Email": "", "Sales channel": "Kassa 2"}))
    assert (found.column("booker_token"), found.column("channel")) == ([""], ["desk"])
    assert found.card.identified_share == 0
    assert "few_identified" in found.codes


def test_the_box_offices_own_address_is_nobody(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({"Email": " KASSA@delinde.example"}))
    assert found.column("booker_token") == [""]
    own = prepared(tmp_path, pretix({"Email": "eigen.balie@delinde.example"}),
                   a_profile(own_addresses=["Eigen.Balie@DeLinde.example"]))  # fmt: skip
    assert own.column("booker_token") == [""]
    assert own.finding("shared_address").rows == (2,)


def test_a_mistyped_address_is_noted_and_the_ticket_counts(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({"Email": "anna.mail.example"}))
    assert found.card.tickets_used == 1
    assert found.finding("bad_address").rows == (2,)


def test_a_postcode_stands_on_the_rows_of_the_order_that_follow(tmp_path: Path) -> None:
    found = prepared(
        tmp_path,
        pretix(
            {"Position ID": "1"},
            {"Position ID": "2", "Country": "NL"},
            {"Position ID": "3", "ZIP code": "1012 AB", "Country": "NL"},
            {"Position ID": "4", "ZIP code": "9711 AA", "Country": "NL"},
            {"Position ID": "5"},
        ),
    )
    assert found.column("postcode_area") == ["", "", "1012", "1012", "1012"]
    assert found.column("country") == ["", "NL", "NL", "NL", "NL"]


def test_who_is_scanned_is_known_and_who_is_not_only_where_everybody_is(tmp_path: Path) -> None:
    sheet = pretix(
        {"Check-in lists": "Zaal"}, {"Position ID": "2"}, {"Position ID": "3", "Status": "expired"}
    )
    assert prepared(tmp_path, sheet).column("scanned") == ["true", "", ""]
    assert prepared(tmp_path, sheet, a_profile(scans=True)).column("scanned") == ["true", "false", ""]


def test_add_ons_and_products_that_are_no_seat_are_left_out(tmp_path: Path) -> None:
    found = prepared(
        tmp_path,
        pretix(
            {}, {"Position ID": "2", "Add-on to position ID": "1"}, {"Position ID": "3", "Product": "T-shirt"}
        ),
    )
    assert found.card.left_out == {"add_on": 1, "non_audience": 1}


def test_a_single_event_takes_its_start_from_the_programme(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({}, {"Event slug": "elders", "Event name": "Elders"}))
    assert found.column("performance_start") == ["2025-10-03T20:15:00+02:00"]
    assert found.column("performance_ref") == ["hamlet-2025"]
    assert found.card.left_out == {"no_performance": 1}


def test_a_ticket_that_is_there_twice_counts_once(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({}, {}))
    assert found.card.tickets_used == 1
    assert found.card.left_out == {"duplicate_ticket": 1}


def test_a_row_without_an_order_is_left_out(tmp_path: Path) -> None:
    assert prepared(tmp_path, pretix({}, {"Order code": ""})).card.left_out == {"no_order": 1}


def test_a_negative_price_is_no_price_here(tmp_path: Path) -> None:
    found = prepared(tmp_path, pretix({"Price": "-5.00"}))
    assert (found.column("price_paid_cents"), found.column("currency")) == ([""], [""])
    assert "bad_price" in found.codes
