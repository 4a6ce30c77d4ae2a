"""Files that are broken or meant to break us: each gets one clear finding, nothing stored, bounded memory."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import guard
from ingest.extract import COLUMN_NAMES, ExtractHeader
from ingest.findings import receive as catalogue
from ingest.receive import Limits, examine
from ingest.refusal import RefusedFileError
from tests.unit.ingest_receive.desk import EXPECTED, HEADER, Desk, a_ticket, changed, codes, lines, look

GOOD = lines([a_ticket(1), a_ticket(2)])
COLUMNS_LINE = ",".join(COLUMN_NAMES).encode()


def _zip(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.foyer.csv", content)
    return file.getvalue()


def _columns(line: bytes) -> bytes:
    return GOOD.replace(COLUMNS_LINE, line)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty_file"),
    "only the header": (lines([]), "no_rows"),
    "header without its line end": ((HEADER.line()).encode(), "cut_off"),
    "truncated within a row": (GOOD[:-20], "cut_off"),
    "truncated before the last line end": (GOOD[:-1], "cut_off"),
    "truncated at a line end": (GOOD[: GOOD[:-1].rindex(b"\n") + 1], "other_row_count"),
    "truncated before the first row": (b"\n".join(GOOD.split(b"\n")[:2]) + b"\n", "other_row_count"),
    "a row put in": (GOOD + GOOD[GOOD[:-1].rindex(b"\n") + 1 :].replace(b"t2", b"t3"), "other_row_count"),
    "a number of rows in words": (GOOD.replace(b'"rows":2', b'"rows":"2"'), "broken_first_line"),
    "binary": (bytes(range(256)) * 100, "binary"),
    "zip": (_zip(GOOD), "compressed"),
    "gzip": (gzip.compress(GOOD), "compressed"),
    "gzip bomb": (gzip.compress(b"0" * 30_000_000), "compressed"),
    "NUL in a cell": (GOOD.replace(b"Hamlet", b"Ham\0let"), "binary"),
    "NUL in the header": (GOOD.replace(b"theater", b"th\0eater", 1), "binary"),
    "a raw export": (b"Event slug,Order code,Email\nhamlet,A1,jan@kpn.example\n", "not_an_extract"),
    "a semicolon export": ("Bestelnr;Kaartnr;Café\n1;2;x\n".encode("cp1252"), "not_an_extract"),
    "UTF-16": (GOOD.decode().encode("utf-16"), "not_an_extract"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, "changed_since"),
    "CRLF": (GOOD.replace(b"\n", b"\r\n"), "changed_since"),
    "CR in a row": (GOOD.replace(b"Hamlet", b"Ham\rlet"), "changed_since"),
    "broken JSON": (GOOD.replace(b'{"first_day"', b'{first_day"'), "broken_first_line"),
    "nested JSON": (b"#foyer-extract " + b"[" * 5_000 + b"\n" + COLUMNS_LINE + b"\n", "broken_first_line"),
    "JSON of another shape": (GOOD.replace(b'"trial":false,', b""), "broken_first_line"),
    "a day that is none": (lines([a_ticket()], changed(first_day="2025-13-01")), "broken_first_line"),
    "a layout of markup": (lines([a_ticket()], changed(layout="<script>")), "broken_first_line"),
    "another version": (lines([a_ticket()], changed(version=3)), "other_version"),
    "the version before rows were counted": (
        GOOD.replace(b'"rows":2,', b"").replace(b'"version":2', b'"version":1'), "other_version",
    ),
    "columns missing": (_columns(b"order_ref,ticket_ref"), "wrong_columns"),
    "columns in another order": (_columns(b",".join(reversed(COLUMNS_LINE.split(b",")))), "wrong_columns"),
    "200 columns": (_columns(b",".join(b"c%d" % n for n in range(200))), "wrong_columns"),
    "a column twice": (_columns(COLUMNS_LINE.replace(b"ticket_ref", b"order_ref")), "wrong_columns"),
    "no line of columns": (_columns(b"").replace(b"\n\n", b"\n"), "wrong_columns"),
    "a column for names": (_columns(COLUMNS_LINE + b",Naam"), "personal_column"),
    "a column for birth dates": (_columns(COLUMNS_LINE + b",birth_date"), "personal_column"),
    "a column for streets": (_columns(COLUMNS_LINE + b',"Adres regel 1"'), "personal_column"),
    "a column for phones": (_columns(COLUMNS_LINE + b",Telefoon"), "personal_column"),
    "a column for e-mail": (_columns(COLUMNS_LINE + b",customer_email"), "personal_column"),
    "two headers": (GOOD + GOOD, "second_header"),
    "the line of columns twice": (GOOD + COLUMNS_LINE + b"\n", "second_header"),
    "the line of columns at once again": (_columns(COLUMNS_LINE + b"\n" + COLUMNS_LINE), "second_header"),
    "half cp1252": (lines([a_ticket(1, production_title="Één")]) + "o9,Één\n".encode("cp1252"), "not_utf8"),
    "an unclosed quote": (GOOD.replace(b"Hamlet", b'"Hamlet', 1), "broken_quotes"),
    "a line break in a cell": (GOOD.replace(b"Hamlet", b'"Ham\nlet"', 1), "broken_quotes"),
    "a quote in the middle": (GOOD.replace(b"Hamlet", b'Ham"le"t', 1), "broken_quotes"),
    "text after a quote": (GOOD.replace(b"Hamlet", b'"Ham"let', 1), "broken_quotes"),
    "a 5 MB line": (GOOD.replace(b"Hamlet", b"H" * 5_000_000, 1), "line_too_long"),
    "a 5 MB first line": (b"#foyer-extract " + b"x" * 5_000_000 + b"\n", "line_too_long"),
    "a 5 MB line of columns": (_columns(b"x" * 5_000_000), "line_too_long"),
    "5 MB without a line end": (GOOD + b"y" * 5_000_000, "line_too_long"),
    "a long line at the end of a slab": (GOOD + b"z" * 20_000_000, "line_too_long"),
    "a trial": (lines([a_ticket()], changed(trial=True)), "trial"),
    "another organisation": (lines([a_ticket()], changed(organisation="de-beuk")), "other_organisation"),
    "another venue": (lines([a_ticket()], changed(venue="de-beuk")), "other_venue"),
    "a wrong key": (lines([a_ticket()], changed(key_check="2026a.other")), "wrong_key"),
    "an unknown key": (lines([a_ticket()], changed(key_id="2024a")), "wrong_key"),
    "an unknown key and no check": (lines([a_ticket()], changed(key_id="2024a", key_check="")), "wrong_key"),
    "the published test key": (
        lines([a_ticket()], changed(key_id="rfc9497-test", key_check="rfc9497-test.check")), "wrong_key",
    ),
    "no row that could be accepted": (lines([a_ticket(1, genre="toneel")]), "nothing_left"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_clear_finding_and_leaves_nothing(desk: Desk, name: str) -> None:
    content, code = HOSTILE[name]
    receipt = desk.send(content)
    assert code in codes(receipt)
    assert receipt.report.rejects_file
    assert (receipt.extract_id, receipt.preview, receipt.rows_accepted) == (None, None, 0)
    assert (desk.stored_files(), desk.states()) == ([], {})
    for language in ("en", "nl"):
        for finding in receipt.report.to_list(language):
            assert all(str(finding[part]).endswith(".") for part in ("saw", "why", "fix")), finding


def test_every_refusal_of_a_file_is_met_by_a_file_above() -> None:
    met = {code for _, code in HOSTILE.values()}
    elsewhere = {"too_big", "too_many_rows"}
    of_cells = {kind.code for kind in catalogue.KINDS if kind.code.startswith("forbidden_")}
    refusing = {k.code for k in catalogue.KINDS if k.severity.value == "rejects_file"}
    assert refusing == met | elsewhere | of_cells


def test_the_first_broken_row_is_named_across_slabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SLAB_BYTES", 1_000)
    rows = [a_ticket(number) for number in range(1, 60)]
    rows[49]["production_title"] = 'Ham"let'
    assert codes(look(tmp_path, lines(rows))) == {"broken_quotes": (52,)}
    rows[49]["production_title"] = "Hamlet"
    rows[40]["genre"] = "toneel"
    assert codes(look(tmp_path, lines(rows))) == {"unknown_word": (43,)}


def test_the_row_limit_is_exact(tmp_path: Path) -> None:
    rows = [a_ticket(number) for number in range(6)]
    assert codes(look(tmp_path, lines(rows[:5]), Limits(rows=5))) == {}
    assert codes(look(tmp_path, lines(rows), Limits(rows=5))) == {"too_many_rows": ()}


def test_the_size_limit_is_exact_and_told_before_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(look(tmp_path, GOOD, Limits(bytes=len(GOOD)))) == {}
    monkeypatch.setattr(Path, "open", None)
    examined = examine(tmp_path / "upload.foyer.csv", EXPECTED, Limits(bytes=len(GOOD) - 1))
    assert codes(examined) == {"too_big": ()}


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(GOOD)
    with path.open("rb") as file, pytest.raises(RefusedFileError) as refusal:
        list(guard.GuardedExtract(file, Limits(bytes=len(GOOD) - 1)).slabs())
    assert refusal.value.finding.kind is catalogue.TOO_BIG


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_a_report_and_never_an_exception(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    upto = data.draw(st.integers(at, min(len(GOOD), at + 40)))
    content = GOOD[:at] + data.draw(st.binary(max_size=40)) + GOOD[upto:]
    examined = look(tmp_path_factory.mktemp("damage"), content)
    assert examined.rows_in == examined.rows_accepted + examined.rows_rejected
    assert examined.frame is not None or examined.report.rejects_file


def test_memory_stays_bounded_over_half_a_gigabyte_of_one_line(tmp_path: Path) -> None:
    program = """
        import resource, sys
        from pathlib import Path
        from tests.unit.ingest_receive.desk import EXPECTED, GOOD_HEAD
        from ingest.receive import Limits, examine
        path = Path(sys.argv[1])
        with path.open("wb") as file:
            file.write(GOOD_HEAD)
            file.truncate(len(GOOD_HEAD) + 500_000_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        examined = examine(path, EXPECTED, Limits(bytes=10**9))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(examined.report.findings[0].kind.code, grown < 100)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "big")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.split() == ["line_too_long", "True"]


def test_the_header_read_is_the_one_written(tmp_path: Path) -> None:
    header = look(tmp_path, GOOD).header
    assert isinstance(header, ExtractHeader)
    assert header == changed(rows=2)
