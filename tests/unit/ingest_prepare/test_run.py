"""Preparing as a whole: streaming, identities, progress, and a file that is whole or not there."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from ingest.extract import COLUMN_NAMES
from ingest.identity.normalise import CHECK_INPUT, email_input
from ingest.prepare import prepare_export, run
from tests.unit.ingest_prepare.helpers import a_profile, json_of, prepared, pretix


def fake(inputs: list[bytes]) -> list[str]:
    return [f"k1.{value.hex()}" for value in inputs]


def orders(count: int, addresses: int) -> str:
    return pretix(
        *({"Order code": f"A{n}", "Email": f"p{n % addresses}@mail.example"} for n in range(count)),
    )


def test_each_distinct_address_is_evaluated_once_over_all_files_of_a_venue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 7)
    asked: list[bytes] = []

    def watched(inputs: list[bytes]) -> list[str]:
        asked.extend(inputs)
        return fake(inputs)

    memo: dict[bytes, str] = {}
    for _ in range(2):
        found = prepared(tmp_path, orders(40, 5), identify=watched, memo=memo)
        assert len(set(found.column("booker_token"))) == 5
        assert all(found.column("booker_token"))
    assert len(asked) == len(set(asked)) == 6
    assert set(memo) == set(asked)


def test_the_known_test_input_is_in_the_header_and_in_no_row(tmp_path: Path) -> None:
    found = prepared(tmp_path, orders(1, 1), identify=fake)
    assert found.header is not None
    assert found.header.key_check == f"k1.{CHECK_INPUT.hex()}"
    value = email_input("p0@mail.example")
    assert value is not None
    assert found.column("booker_token") == [f"k1.{value.hex()}"]


def test_the_header_says_whose_file_it_is_and_which_days_it_speaks_for(tmp_path: Path) -> None:
    programme = [
        {"match": "a", "production": "a", "start": "2026-02-01T20:00"},
        {"match": "b", "production": "b", "start": "2025-12-01T20:00"},
    ]
    found = prepared(
        tmp_path,
        pretix({"Event slug": "a"}, {"Event slug": "b"}),
        a_profile(programme=programme),
        identify=fake,
    )
    header = found.header
    assert header is not None
    assert (header.organisation, header.venue, header.layout) == (
        "theater-de-linde",
        "de-linde",
        "pretix-positions",
    )
    assert (header.first_day, header.last_day) == ("2025-12-01", "2026-02-01")
    assert (header.trial, header.key_id) == (True, "rfc9497-test")
    assert (found.card.performances, found.card.productions) == (2, 2)


@pytest.mark.parametrize("count", [1, 12])
def test_the_header_says_how_many_rows_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """One number, however many chunks were written, and the line is as long as it was reserved."""
    monkeypatch.setattr(run, "CHUNK", 5)
    found = prepared(tmp_path, orders(count, 3), identify=fake)
    assert found.header is not None
    assert found.header.rows == len(found.rows) == count
    assert found.text.split("\n")[1] == ",".join(COLUMN_NAMES)


def test_a_file_is_no_trial_unless_it_is_said_to_be(tmp_path: Path) -> None:
    source, out = tmp_path / "export.csv", tmp_path / "out.foyer.csv"
    source.write_text(orders(1, 1))
    prepare_export(source, out, a_profile(), fake, "k1")
    assert '"trial":false' in out.read_text().splitlines()[0]


def test_preparing_twice_gives_the_same_bytes_and_chunks_do_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = prepared(tmp_path, orders(50, 9), identify=fake).text
    monkeypatch.setattr(run, "CHUNK", 1)
    assert prepared(tmp_path, orders(50, 9), identify=fake).text == whole


def test_progress_comes_to_all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "CHUNK", 20)
    seen: list[tuple[int, int]] = []
    prepared(tmp_path, orders(50, 9), identify=fake, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(20, 50), (40, 50), (50, 50)]


def test_a_key_holder_who_fails_leaves_no_file_and_no_trace(tmp_path: Path) -> None:
    def broken(inputs: list[bytes]) -> list[str]:
        if inputs != [CHECK_INPUT]:
            raise ConnectionError
        return fake(inputs)

    with pytest.raises(ConnectionError):
        prepared(tmp_path, orders(3, 3), identify=broken)
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_an_earlier_extract_stays_when_a_new_one_is_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "export.csv", tmp_path / "out.foyer.csv"
    source.write_text(orders(1, 1))
    prepare_export(source, out, a_profile(), fake, "k1")
    before = out.read_bytes()
    source.write_text(orders(1, 1)[:-40])
    assert not prepare_export(source, out, a_profile(), fake, "k1").written
    assert out.read_bytes() == before


def test_a_file_refused_by_its_header_asks_the_key_holder_nothing(tmp_path: Path) -> None:
    def never(inputs: list[bytes]) -> list[str]:
        raise AssertionError(inputs)

    assert "unknown_layout" in prepared(tmp_path, "a,b\n1,2\n", identify=never).codes


def test_memory_does_not_grow_with_the_width_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK", 100)
    header = pretix().strip().replace('"', "").split(",")
    wide = [*header, *(f"question {n}" for n in range(40))]
    rows = [
        {"Order code": f"A{n // 500}", "Position ID": str(n)} | dict.fromkeys(wide[-40:], "x" * 50)
        for n in range(2_000)
    ]
    source = tmp_path / "wide.csv"
    source.write_text(pretix(*rows, header=wide))
    assert source.stat().st_size > 4_000_000
    tracemalloc.start()
    try:
        prepare_export(source, tmp_path / "out.foyer.csv", a_profile(), fake, "k1")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # One block of bytes and its text, and what is kept of orders and tickets.
    assert peak < 6_000_000


def test_the_scorecard_as_json_holds_figures_and_findings(tmp_path: Path) -> None:
    raw = json_of(prepared(tmp_path, orders(2, 1) + "\r\n", identify=fake).card)
    assert raw["written"] is True
    assert (raw["rows_read"], raw["tickets_used"], raw["identified_share"]) == (2, 2, 1.0)
    assert raw["findings"] == []


def test_preparing_needs_the_standard_library_and_idna_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import ingest.prepare; new = set(sys.modules) - before; "
        "print(*sorted({name.partition('.')[0] for name in new} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if not name.startswith("_sysconfig")] == ["idna", "ingest"]


def test_a_title_with_commas_and_quotation_marks_comes_back_as_it_was(tmp_path: Path) -> None:
    title = 'Wie is bang, "Virginia"?\n=1+1'
    header = [*pretix().strip().replace('"', "").split(","), "Start date"]
    sheet = pretix(
        {"Event slug": "x", "Event name": title, "Start date": "2025-10-03 20:15:00"}, header=header
    )
    assert prepared(tmp_path, sheet, identify=fake).column("production_title") == [title.replace("\n", " ")]


def test_a_pass_scheme_is_a_reference_whatever_the_venue_calls_it(tmp_path: Path) -> None:
    rules = [{"match": "*", "class": "pass", "scheme": "Stads, pas"}]
    found = prepared(tmp_path, pretix({}), a_profile(products=rules), identify=fake)
    assert found.column("pass_scheme")[0].startswith("Stads-pas-")
