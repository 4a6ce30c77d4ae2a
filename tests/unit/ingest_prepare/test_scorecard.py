"""The scorecard in plain words, and a catalogue that is whole in every language."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from ingest.findings import FindingKind, Severity
from ingest.findings.prepare import BAD_QUANTITY, KINDS, NO_ROWS
from ingest.findings.receive import KINDS as RECEIVING
from ingest.findings.translations import catalogue
from ingest.prepare import describe
from ingest.prepare.fares import MOST_TICKETS
from ingest.prepare.scorecard import _DELIMITERS, _LINES, _SEVERITY
from tests.unit.ingest_prepare.helpers import EXPORTS, a_profile, prepared, pretix


def test_a_scorecard_says_what_was_read_used_and_left_out(tmp_path: Path) -> None:
    said = describe(prepared(tmp_path, EXPORTS / "pretix_nl_semicolons.csv").card)
    assert said.splitlines()[:9] == [
        "Recognised: pretix-positions (nl), utf-8, cells separated by semicolons.",
        "Rows read: 10",
        "Used: 8 rows, 8 tickets, 1 performances of 1 productions, 2025-10-03 to 2025-10-03",
        "Left out: 2 rows",
        "  1: A product is not a seat (parking, drinks, merchandise).",
        "  1: A row is an add-on to another ticket.",
        "Tickets that say who ordered them: 75.0 %",
        "Tickets with a postcode area: 37.5 %",
        "",
    ]
    assert "- [note] A postcode fits no country we can read it for. (row 11)" in said


def test_a_scorecard_speaks_dutch_with_dutch_figures(tmp_path: Path) -> None:
    sheet = pretix(*({"Order code": f"A{n}"} for n in range(1_200)), {"Order code": ""})
    said = describe(prepared(tmp_path, sheet).card, "nl")
    assert "Regels gelezen: 1.201" in said
    assert "Kaarten met een postcodegebied: 0,0 %" in said
    assert "- [niet mee] Een regel heeft geen bestelnummer. (regel 1202)" in said


def test_many_sightings_name_the_first_rows(tmp_path: Path) -> None:
    sheet = pretix(*({"Price": "?", "Order code": f"A{n}"} for n in range(7)))
    assert "(7 times, rows 2, 3, 4, 5, 6 and more)" in describe(prepared(tmp_path, sheet).card)


def test_a_refused_file_says_so_first(tmp_path: Path) -> None:
    card = prepared(tmp_path, b"").card
    assert describe(card).startswith("This export cannot be used. Nothing was written.")
    assert describe(card, "nl").startswith("Deze export is niet bruikbaar. Er is niets weggeschreven.")
    assert "Rows read" not in describe(card)


def test_a_file_refused_half_way_gives_no_figures_that_look_final(tmp_path: Path) -> None:
    said = describe(prepared(tmp_path, pretix({}) + pretix({})).card)
    assert "Used:" not in said
    assert "REFUSED" in said


def test_free_tickets_are_complimentary_unless_a_rule_says_otherwise(tmp_path: Path) -> None:
    free = pretix({"Price": "0.00", "Product": "Rang 1"})
    assert prepared(tmp_path, free).column("product_class") == ["comp"]
    ruled = a_profile(products=[{"match": "Rang*", "class": "single"}])
    assert prepared(tmp_path, free, ruled).column("product_class") == ["single"]
    reserved = prepared(tmp_path, pretix({"Price": "0.00", "Product": "Rang 1", "Status": "pending"}))
    assert reserved.column("product_class") == ["single"]


def test_codes_are_unique_and_in_the_style_of_all_others() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes) > 30
    assert all(set(code) <= set(string.ascii_lowercase + "_") for code in codes)
    assert {kind.severity for kind in KINDS} == set(Severity)


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
@pytest.mark.parametrize("kind", KINDS + RECEIVING, ids=lambda kind: kind.code)
def test_a_catalogue_entry_is_whole_in_every_language(kind: FindingKind, language: str) -> None:
    for text in (kind.saw, kind.why, kind.fix):
        said = text.in_language(language)
        assert text.en.endswith(".")
        assert said.endswith(".")
        assert text.en != said
        assert fields(text.en) == fields(said)
    # Only what we saw is filled in, so the rest must not need filling in.
    assert not fields(kind.why.en) | fields(kind.fix.en)


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_the_scorecards_own_lines_are_whole_in_every_language(language: str) -> None:
    for lines in (_LINES, _SEVERITY, _DELIMITERS):
        for text in lines.values():  # type: ignore[attr-defined]
            said = text.in_language(language)
            # Only tabs are tabs in Dutch too.
            assert said != text.en or (language, text.en) == ("nl", "tabs")
            assert fields(text.en) == fields(said)


@pytest.mark.parametrize("language", ["fr", "de"])
def test_the_findings_catalogue_holds_nothing_that_is_not_said(language: str) -> None:
    said = {text.en for kind in KINDS + RECEIVING for text in (kind.saw, kind.why, kind.fix)}
    said |= {text.en for lines in (_LINES, _SEVERITY, _DELIMITERS) for text in lines.values()}  # type: ignore[attr-defined]
    assert set(catalogue(language)) - said == set()


def test_a_finding_in_an_unknown_language_is_english() -> None:
    assert NO_ROWS.saw.in_language("pt-BR") == NO_ROWS.saw.en
    assert NO_ROWS.saw.in_language("fr-BE") == NO_ROWS.saw.in_language("fr") != NO_ROWS.saw.en
    assert catalogue("../../x") == {}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ("Lignes lues\N{NO-BREAK SPACE}: 1\N{NARROW NO-BREAK SPACE}201", "0,0 %", "[écarté]")),
        ("de", ("Gelesene Zeilen: 1.201", "0,0 %", "[weggelassen] Eine Zeile hat keine Bestellnummer.")),
    ],
)
def test_a_scorecard_speaks_french_and_german(tmp_path: Path, language: str, said: tuple[str, ...]) -> None:
    sheet = pretix(*({"Order code": f"A{n}"} for n in range(1_200)), {"Order code": ""})
    lines = describe(prepared(tmp_path, sheet).card, language)
    assert all(part in lines for part in said)


def test_the_catalogue_names_the_real_limit() -> None:
    assert str(MOST_TICKETS) in BAD_QUANTITY.fix.en
    for language in ("nl", "fr", "de"):
        assert str(MOST_TICKETS) in BAD_QUANTITY.fix.in_language(language)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
