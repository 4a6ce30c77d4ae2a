"""Every kind of bad file gets a clear finding; nothing is written, nothing is raised, nobody is asked."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from pathlib import Path

import pytest

import ingest.guard
from ingest.findings import Severity
from ingest.prepare import describe
from ingest.prepare.table import Limits
from tests.unit.ingest_prepare.helpers import (
    EXPORTS,
    PROFILE,
    TICKET,
    generic_profile,
    prepared,
    pretix,
    small_limits,
)

GOOD = pretix({}, {"Position ID": "2"}, {"Position ID": "3"})
HEADER = ",".join(TICKET) + "\r\n"


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, GOOD)
    return out.getvalue()


BINARY = random.Random(7).randbytes(5_000)
ACCENTED = pretix({"Event name": "Café Müller"})

BAD_FILES = {
    "empty": (b"", "file_empty"),
    "blank lines only": (b"\r\n\r\n  \r\n", "file_empty"),
    "a byte-order mark only": (b"\xef\xbb\xbf", "file_empty"),
    "zipped": (zipped("export.csv"), "file_compressed"),
    "an empty zip": (b"PK\x05\x06" + bytes(18), "file_compressed"),
    "gzipped": (gzip.compress(GOOD.encode()), "file_compressed"),
    "a workbook": (zipped("xl/workbook.xml"), "file_workbook"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + BINARY, "file_workbook"),
    "a pdf": (b"%PDF-1.7\n" + GOOD.encode(), "file_binary"),
    "binary": (BINARY.replace(b"\0", b"\1"), "file_binary"),
    "binary with NUL": (BINARY, "file_binary"),
    "NUL bytes": (GOOD.replace("Hamlet", "Ham\0let").encode(), "nul_bytes"),
    "NUL bytes far in": (GOOD.encode() + b"x" * (2 << 20) + b"\0\r\n", "nul_bytes"),
    "NUL bytes only": (bytes(5_000), "nul_bytes"),
    "a prepared extract": (b"#foyer-extract {}\norder_ref\n", "file_is_extract"),
    "half UTF-8, half cp1252": (ACCENTED.encode() + ACCENTED.encode("cp1252"), "mixed_encoding"),
    "truncated in a row": (GOOD[: GOOD.rindex('"Webshop"')].encode(), "truncated"),
    "truncated in a quoted cell": (GOOD[: GOOD.rindex("Webshop") + 3].encode(), "unclosed_quote"),
    "truncated in a character": (
        (ACCENTED + ACCENTED.splitlines()[1] + '"').encode()[: -len('","Webshop","",""') - 90]
        + "é".encode()[:1],
        "truncated",
    ),
    "an unclosed quote": (GOOD.replace('"Hamlet"', '"Hamlet', 1).encode(), "unclosed_quote"),
    "a header without end": (b'a,"' + b"x\n" * 100_000, "cell_too_long"),
    "an endless cell in a row": (GOOD.encode() + b'"' + b"x\n" * 100_000, "cell_too_long"),
    "a wrong header": (b"Naam,Adres,Bedrag\r\nJan,Straat,3\r\n", "unknown_layout"),
    "no header": ("".join(GOOD.splitlines(keepends=True)[1:]).encode(), "unknown_layout"),
    "one column": (b"hello\nworld\n", "unknown_layout"),
    "two headers": ((GOOD + GOOD).encode(), "repeated_header"),
    "two headers above each other": ((pretix() + GOOD).encode(), "repeated_header"),
    "a header and nothing else": (pretix().encode(), "no_rows"),
    "nothing usable": (pretix({"Event slug": "x", "Event name": "x"}).encode(), "no_tickets"),
    "200 columns wide": (",".join(f"c{n}" for n in range(200)).encode() + b"\r\n", "too_wide"),
    "200 columns wide but known": (
        (",".join([*TICKET, *(f"question {n}" for n in range(200))]) + "\r\n").encode(),
        "too_wide",
    ),
}


def never(inputs: list[bytes]) -> list[str]:
    return [f"token.{value.hex()}" for value in inputs]


@pytest.mark.parametrize(("raw", "code"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gets_a_clear_finding_and_leaves_nothing(raw: bytes, code: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, raw, identify=never)
    worst = found.card.findings.findings[0]
    assert worst.kind.severity is Severity.REJECTS_FILE
    assert code in found.codes
    assert not found.card.written
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]
    for language in ("en", "nl"):
        said = describe(found.card, language)
        assert worst.saw(language) in said
        assert worst.kind.fix.in_language(language) in said


def test_the_same_file_undamaged_is_fine(tmp_path: Path) -> None:
    assert prepared(tmp_path, GOOD).card.tickets_used == 3
    assert prepared(tmp_path, ACCENTED).column("production_title") == ["Hamlet"]
    assert prepared(tmp_path, GOOD.rstrip("\r\n")).card.tickets_used == 3


def test_one_row_above_the_limit_is_refused_and_the_limit_itself_is_not(tmp_path: Path) -> None:
    assert prepared(tmp_path, GOOD, limits=small_limits(rows=3)).card.tickets_used == 3
    found = prepared(tmp_path, GOOD, limits=small_limits(rows=2))
    assert found.finding("too_many_rows").rows == (4,)
    assert found.text == ""
    assert "2" in found.finding("too_many_rows").saw("nl")


def test_a_file_above_the_limit_is_not_even_read(tmp_path: Path) -> None:
    found = prepared(tmp_path, GOOD, limits=small_limits(bytes=len(GOOD) - 1))
    assert found.codes == {"too_large"}
    assert prepared(tmp_path, GOOD, limits=small_limits(bytes=len(GOOD))).card.written


def test_the_widest_file_allowed_is_read(tmp_path: Path) -> None:
    header = [*TICKET, *(f"question {n}" for n in range(60 - len(TICKET)))]
    assert prepared(tmp_path, pretix({}, header=header), limits=small_limits(columns=60)).card.written
    assert not prepared(tmp_path, pretix({}, header=header), limits=small_limits(columns=59)).card.written


def test_ordinary_limits_hold_the_season_of_a_large_house() -> None:
    assert Limits().rows == ingest.guard.Limits().rows
    assert 56 < Limits().columns < 200


def test_rows_are_named_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    sheet = pretix({"Event name": "Ham\nlet"}, {"Position ID": "2"}) + "\r\n" + HEADER.replace(",", ",", 1)
    assert prepared(tmp_path, sheet).finding("repeated_header").rows == (5,)
    torn = pretix({"Event name": "Ham\nlet"}) + 'hamlet-2025,"Hamlet\r\n' + "x,\r\n" * 3
    unclosed = prepared(tmp_path, torn).finding("unclosed_quote")
    assert unclosed.rows == (3,)
    assert "4 lines" in unclosed.saw()


def test_a_nul_byte_is_named_by_its_line(tmp_path: Path) -> None:
    found = prepared(tmp_path, GOOD.encode() + b"\0")
    assert found.finding("nul_bytes").rows == (5,)


def test_mixed_encodings_name_the_rows_that_differ(tmp_path: Path) -> None:
    raw = ACCENTED.encode() + ACCENTED.splitlines()[1].encode("cp1252") + b"\r\n"
    assert prepared(tmp_path, raw).finding("mixed_encoding").rows == (3,)


def test_a_row_of_another_width_is_left_out_and_the_rest_is_used(tmp_path: Path) -> None:
    lines = GOOD.splitlines(keepends=True)
    found = prepared(tmp_path, "".join([*lines[:2], "x,y\r\n", lines[2].rstrip() + ",more\r\n", lines[3]]))
    assert found.card.left_out == {"ragged_row": 2}
    assert found.finding("ragged_row").rows == (3, 4)
    assert found.card.tickets_used == 2


def test_a_delimiter_at_the_end_of_each_line_is_no_column(tmp_path: Path) -> None:
    found = prepared(tmp_path, GOOD.replace("\r\n", ",\r\n"))
    assert (found.card.tickets_used, found.card.left_out) == (3, {})


def test_one_stray_byte_among_many_good_rows_is_reported_and_not_hidden(tmp_path: Path) -> None:
    rows = [{"Position ID": str(n), "Event name": "Café"} for n in range(200)]
    raw = pretix(*rows).encode().replace("Café".encode(), b"Caf\xe9", 1)
    found = prepared(tmp_path, raw.replace(b"anna@", b"ann\xe9@", 1))
    assert found.card.encoding == "utf-8"
    assert found.finding("bad_bytes").rows == (2,)
    assert found.card.tickets_used == 200


def test_an_address_with_a_stray_byte_identifies_nobody(tmp_path: Path) -> None:
    rows = [{"Order code": f"A{n}", "Event name": "Café"} for n in range(200)]
    found = prepared(tmp_path, pretix(*rows).encode().replace(b"anna@", b"ann\xe9@", 1))
    assert [bool(token) for token in found.column("booker_token")][:2] == [False, True]


def test_bytes_that_windows_does_not_know_are_reported(tmp_path: Path) -> None:
    raw = EXPORTS.joinpath("generic_cp1252.csv").read_bytes().replace(b"Caf\xe9 M", b"Caf\x81 M", 1)
    found = prepared(tmp_path, raw, generic_profile())
    assert found.finding("bad_bytes").rows == (5,)


def test_a_known_layout_is_read_as_itself_whatever_the_profile_says(tmp_path: Path) -> None:
    found = prepared(tmp_path, GOOD, generic_profile(programme=PROFILE["programme"]))
    assert found.card.layout == "pretix-positions"
    assert "other_layout" in found.codes
    assert found.card.tickets_used == 3


def test_an_unknown_header_names_the_columns_that_the_profiles_system_has(tmp_path: Path) -> None:
    saw = prepared(tmp_path, "a,b\n1,2\n").finding("unknown_layout").saw()
    assert "pretix-positions" in saw
    assert "Order code" in saw


def test_no_finding_holds_a_value_of_a_cell(tmp_path: Path) -> None:
    sheet = pretix({"Email": "geheim.mail.example", "Price": "geheim", "Country": "geheim",
                    "Sales channel": "geheim", "Order date": "geheim"},
                   {"Order code": "BBB22", "ZIP code": "geheim"},
                   {"Status": "geheim", "Position ID": "2"})  # fmt: skip
    found = prepared(tmp_path, sheet)
    assert {"bad_address", "bad_price", "bad_postcode", "unknown_country", "unknown_channel", "bad_date",
            "unknown_status"} <= found.codes  # fmt: skip
    assert "geheim" not in describe(found.card) + str(found.card.to_dict())
    assert "geheim" not in found.text


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_file_cut_anywhere_in_its_last_row_raises_nothing(cut: int, tmp_path: Path) -> None:
    raw = ACCENTED.encode()[:-cut]
    found = prepared(tmp_path, raw)
    # Without its line end, or without an empty last cell, the last row is still whole.
    assert found.card.written == (cut in (1, 2, 4))


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_read_with_and_without_its_mark(codec: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, GOOD.encode(codec))
    assert (found.card.tickets_used, found.card.encoding) == (3, codec)


def test_utf16_that_stops_in_a_character_is_truncated(tmp_path: Path) -> None:
    assert "truncated" in prepared(tmp_path, GOOD.encode("utf-16")[:-1]).codes


def test_a_first_cell_without_end_is_no_header(tmp_path: Path) -> None:
    assert "cell_too_long" in prepared(tmp_path, b"x" * 200_000).codes
