"""Money, times, postcodes and countries as people write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.prepare.clock import Clock
from ingest.prepare.countries import CODES, country_code
from ingest.prepare.money import cents, paid, whole
from ingest.prepare.patterns import TimePattern
from ingest.prepare.postcodes import Home, home


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("27.50", ".", 2750), ("27,50", ",", 2750), ("27,5", ",", 2750), ("27", ",", 2700), ("0", ".", 0),
        ("1,027.50", ".", 102750), ("1.027,50", ",", 102750), ("1.027", ",", 102700), ("1,027", ".", 102700),
        ("12.345.678", ",", None), ("27.50", ",", 2750), ("27,50", ".", 2750),
        ("€ 27,50", ",", 2750), ("27,50 €", ",", 2750), ("EUR 27,50", ",", 2750), ("$60.00", ".", 6000),
        ("£1,000.00", ".", 100000), ("1 027,50", ",", 102750), ("1\u00a0027,50", ",", 102750),
        ("1'027.50", ".", 102750), ("12,-", ",", 1200), ("-27,50", ",", -2750), ("+27,50", ",", 2750),
        ("", ",", None), ("gratis", ",", None), ("12-", ",", None), ("27,505,1", ",", None),
        ("1e3", ".", None), ("27.505", ".", None), ("99999999", ".", None), ("1.02,50", ",", None),
    ],
)  # fmt: skip
def test_an_amount_is_whole_cents_or_nothing(text: str, decimal: str, expected: int | None) -> None:
    assert cents(text, decimal) == expected


@given(st.integers(0, 99_999_999), st.sampled_from([",", "."]))
def test_every_amount_written_out_is_read_back(amount: int, decimal: str) -> None:
    group = "." if decimal == "," else ","
    text = f"{amount // 100:,}".replace(",", group) + f"{decimal}{amount % 100:02d}"
    assert cents(text, decimal) == amount


def test_what_was_paid_is_never_less_than_nothing() -> None:
    assert paid("25,00", "5,00", ",") == 2000
    assert paid("25,00", "-5,00", ",") == 2000
    assert paid("25,00", "30,00", ",") == 0
    assert paid("25,00", "", ",") == paid("25,00", "geen", ",") == 2500
    assert paid("gratis", "5,00", ",") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", 2), ("2,00", 2), ("2.0", 2), ("-1", -1), ("", None), ("1,5", None), ("ii", None)],
)
def test_a_number_of_tickets_is_whole(text: str, expected: int | None) -> None:
    assert whole(text) == expected


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2025-10-03T20:15", "2025-10-03T20:15:00+02:00"),
        ("2025-11-03 20:15:30", "2025-11-03T20:15:30+01:00"),
        ("2025-11-03", "2025-11-03T00:00:00+01:00"),
        ("2025-10-26T01:59:00", "2025-10-26T01:59:00+02:00"),
        ("2025-10-26T02:30:00", "2025-10-26T02:30:00+02:00"),
        ("2025-10-26T03:00:00", "2025-10-26T03:00:00+01:00"),
        ("2025-10-03T20:15:00+00:00", "2025-10-03T20:15:00+00:00"),
        ("2025-10-03T20:15+02", "2025-10-03T20:15:00+02:00"),
        ("2025-W40-5T20:15:00", "2025-10-03T20:15:00+02:00"),
        ("1999-12-31T20:00", ""),
        ("2100-01-01T20:00", ""),
        ("2025-02-30T20:00", ""),
        ("?", ""),
        ("", ""),
    ],
)
def test_a_local_time_gets_the_offset_of_its_hour(local: str, expected: str) -> None:
    clock = Clock("Europe/Amsterdam")
    assert clock.stamp(local) == expected
    assert clock.stamp(local) == expected


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)),
    st.sampled_from(["Europe/Amsterdam", "America/Montreal", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_any_local_time_gets_the_offset_that_its_zone_has_then(moment: datetime, zone: str) -> None:
    local = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    expected = local.replace(tzinfo=ZoneInfo(zone)).isoformat("T", "seconds")
    assert Clock(zone).stamp(local.isoformat(" ", "seconds")) == expected


def test_a_zone_has_one_clock_for_all_files() -> None:
    assert Clock.of("Europe/Amsterdam") is Clock.of("Europe/Amsterdam")


PATTERNS = [
    "%d-%m-%Y %H:%M",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y",
    "%d %b %Y %H:%M",
    "%d-%m-%y",
    "%H:%M",
    "%Y-%m-%d %I:%M %p",
]


@given(st.datetimes(datetime(1000, 1, 1)), st.sampled_from(PATTERNS))
def test_a_time_is_read_as_strptime_reads_it(moment: datetime, pattern: str) -> None:
    text = moment.strftime(pattern)
    assert TimePattern(pattern).read(text) == datetime.strptime(text, pattern).isoformat("T", "seconds")


@pytest.mark.parametrize(
    "text",
    ["3-9-2025 20:15", " 3-09-2025 20:15", "03-09-2025  20:15", "03-09-\u0662\u0660\u0662\u0665 20:15"],
)
def test_a_time_of_another_width_is_left_to_strptime(text: str) -> None:
    assert TimePattern("%d-%m-%Y %H:%M").read(text) == "2025-09-03T20:15:00"


@pytest.mark.parametrize(
    "text", ["31-02-2025 20:15", "03-09-2025 24:15", "03/09/2025 20:15", "03-09-25 20:15", ""]
)
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time data|day is out of range"):
        TimePattern("%d-%m-%Y %H:%M").read(text)


@pytest.mark.parametrize(
    ("country", "postcode", "expected"),
    [
        ("NL", "1011 AB", Home("NL", "1011")), ("NL", "1011ab", Home("NL", "1011")),
        ("NL", " 1011-AB ", Home("NL", "1011")), ("NL", "1011", Home("NL", "1011")),
        ("", "1011 AB", Home("NL", "1011")), ("NL", "NL-1011 AB", Home("NL", "1011")),
        ("NL", "0111 AB", Home("NL", "", True)), ("NL", "10112 AB", Home("NL", "", True)),
        ("BE", "9000", Home("BE", "9000")), ("België", "B-9000", Home("BE", "9000")),
        ("", "B-9000", Home("BE", "9000")), ("BE", "900", Home("BE", "", True)),
        ("FR", "75015", Home("FR", "75015")), ("FR", "75015 CEDEX 15", Home("FR", "75015")),
        ("France", "33000 Cedex", Home("FR", "33000")), ("FR", "1000", Home("FR", "01000")),
        ("", "F-59000", Home("FR", "59000")), ("FR", "2A004", Home("FR", "", True)),
        ("DE", "10115", Home("DE", "10115")), ("Duitsland", "D-10115", Home("DE", "10115")),
        ("DE", "1067", Home("DE", "01067")), ("", "10115", Home("", "", True)),
        ("GB", "SW1A 1AA", Home("GB", "SW1A")), ("UK", "m1 1ae", Home("GB", "M1")),
        ("", "EC1A 1BB", Home("GB", "EC1A")), ("GB", "SW1A", Home("GB", "", True)),
        ("CA", "K1A 0B1", Home("CA", "K1A")), ("Canada", "g5l", Home("CA", "G5L")),
        ("", "H2X1Y4", Home("CA", "H2X")), ("CA", "D1A 0B1", Home("CA", "", True)),
        ("LU", "L-1234", Home("LU")), ("", "L-1234", Home("LU")), ("ES", "28001", Home("ES")),
        ("", "", Home()), ("NL", "", Home("NL")), ("NL", "n/a", Home("NL")), ("", "onbekend", Home()),
        ("Atlantis", "1011 AB", Home("", "", False, True)), ("Atlantis", "", Home("", "", False, True)),
    ],
)  # fmt: skip
def test_a_postcode_becomes_its_area_and_never_more(country: str, postcode: str, expected: Home) -> None:
    assert home(country, postcode, "NL") == expected


def test_a_postcode_without_a_country_is_read_for_the_venues_own() -> None:
    assert home("", "9000", "BE") == Home("BE", "9000")
    assert home("", "9000", "NL") == Home("NL", "9000")
    assert home("", "75015", "FR") == Home("FR", "75015")
    # Five digits cut to four are not guessed: they could as well be Dutch or Belgian.
    assert home("", "1000", "FR") == Home("", "", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("NL", "NL"), ("nl", "NL"), (" Nederland ", "NL"), ("Pays-Bas", "NL"), ("Niederlande", "NL"),
     ("België", "BE"), ("Belgique", "BE"), ("Deutschland", "DE"), ("Allemagne", "DE"), ("UK", "GB"),
     ("U.K.", "GB"), ("Großbritannien", "GB"), ("Österreich", "AT"), ("NLD", "NL"), ("", None),
     ("Atlantis", None), ("XX", None)],
)  # fmt: skip
def test_a_country_is_known_by_code_or_name(text: str, expected: str | None) -> None:
    assert country_code(text) == expected


def test_there_are_as_many_countries_as_iso_3166_has() -> None:
    assert len(CODES) == 249
