"""Each small export gives exactly the extract that stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.extract import COLUMN_NAMES
from ingest.prepare import VenueProfile, run
from ingest.prepare.known import Known
from tests.unit.ingest_prepare.helpers import (
    EXPORTS,
    GENERIC,
    GOLDEN,
    a_profile,
    generic_profile,
    helloasso_profile,
    prepared,
)

UTF16 = {**GENERIC, "encoding": "utf-16", "delimiter": "\t"}
CASES = {
    "pretix_nl_semicolons": a_profile(),
    "pretix_en_commas": a_profile(),
    "pretix_fr_excel": a_profile(),
    "pretix_de_series": a_profile(),
    "helloasso": helloasso_profile(),
    "generic_cp1252": generic_profile(),
    "generic_utf16": generic_profile(generic=UTF16),
}


@pytest.mark.parametrize(("name", "profile"), CASES.items(), ids=CASES)
def test_an_export_gives_its_golden_extract(name: str, profile: VenueProfile, tmp_path: Path) -> None:
    found = prepared(tmp_path, EXPORTS / f"{name}.csv", profile)
    assert found.text == (GOLDEN / f"{name}.foyer.csv").read_text("utf-8")


@pytest.mark.parametrize(("name", "profile"), CASES.items(), ids=CASES)
def test_what_is_remembered_and_read_at_once_never_shows(
    name: str, profile: VenueProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Known, "most", 1)
    monkeypatch.setattr(run, "ROWS", 1)
    found = prepared(tmp_path, EXPORTS / f"{name}.csv", profile)
    assert found.text == (GOLDEN / f"{name}.foyer.csv").read_text("utf-8")


def test_every_export_has_a_golden_extract() -> None:
    assert {path.stem for path in EXPORTS.glob("*.csv")} == set(CASES)


def test_the_language_and_style_of_pretix_change_nothing(tmp_path: Path) -> None:
    dutch, *others = (
        prepared(tmp_path, EXPORTS / f"pretix_{name}.csv").rows
        for name in ("nl_semicolons", "en_commas", "fr_excel")
    )
    assert all(rows == dutch for rows in others)


def test_the_encoding_of_a_generic_export_changes_nothing(tmp_path: Path) -> None:
    narrow = prepared(tmp_path, EXPORTS / "generic_cp1252.csv", generic_profile())
    wide = prepared(tmp_path, EXPORTS / "generic_utf16.csv", generic_profile(generic=UTF16))
    assert narrow.rows == wide.rows
    assert narrow.rows[6]["production_title"] == "Café Müller"


@pytest.mark.parametrize(("name", "profile"), CASES.items(), ids=CASES)
def test_every_row_read_is_used_or_left_out(name: str, profile: VenueProfile, tmp_path: Path) -> None:
    card = prepared(tmp_path, EXPORTS / f"{name}.csv", profile).card
    assert card.rows_read == card.rows_used + sum(card.left_out.values())
    assert card.left_out


@pytest.mark.parametrize("name", CASES)
def test_nothing_of_a_person_is_in_a_golden_extract(name: str) -> None:
    text = (GOLDEN / f"{name}.foyer.csv").read_text("utf-8").casefold()
    for secret in ("@", "anna", "martin", "zoé", "dorpsstraat", "singel", "1012cd", "1016 ez", "1aa", "0b1",
                   "+31", "020 555", "aaa11", "48000001", "100101", "r-17"):  # fmt: skip
        assert secret not in text


@pytest.mark.parametrize("name", CASES)
def test_an_extract_has_the_columns_of_the_contract_and_no_line_breaks_in_cells(name: str) -> None:
    lines = (GOLDEN / f"{name}.foyer.csv").read_bytes().decode().split("\n")
    assert lines[1] == ",".join(COLUMN_NAMES)
    assert lines[-1] == ""
    assert all(line.count(",") >= len(COLUMN_NAMES) - 1 for line in lines[1:-1])
    assert "\r" not in "".join(lines)
