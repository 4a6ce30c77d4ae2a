"""Bad files over HTTP: each gets an answer that names what is wrong and what to do, and leaves nothing."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

import pytest

from ingest.extract import COLUMN_NAMES
from ingest.findings.receive import KINDS
from tests.functional.house import Running, running, settings
from tests.functional.test_uploads import Bytes, good, line, stored


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An app that takes at most 200 kB and 50 rows."""
    with running(settings(tmp_path_factory.mktemp("small"), upload_bytes=200_000, upload_rows=50)) as app:
        yield app


def zipped(body: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("extract.foyer.csv", body)
    return packed.getvalue()


# What each file is, and the code of the finding that must name it; None where the answer is 413.
HOSTILE: dict[str, tuple[Bytes, str | None]] = {
    "empty": (lambda _: b"", "empty_file"),
    "white space": (lambda _: b"\n\n \n", "not_an_extract"),
    "header only": (lambda body: b"\n".join(body.split(b"\n")[:2]) + b"\n", "other_row_count"),
    "cut off in a row": (lambda body: body[:-25], "cut_off"),
    "cut off at a line end": (lambda body: b"\n".join(body.split(b"\n")[:-3]) + b"\n", "other_row_count"),
    "binary": (lambda _: bytes(range(256)) * 50, "binary"),
    "zipped": (zipped, "compressed"),
    "gzipped": (gzip.compress, "compressed"),
    "gzip bomb": (lambda _: gzip.compress(b"a" * 20_000_000), "compressed"),
    "200 columns": (
        lambda body: line(body, 1, lambda _: ",".join(f"c{n}" for n in range(200)).encode()),
        "wrong_columns",
    ),
    "a NUL": (lambda body: line(body, 4, lambda row: row[:5] + b"\0" + row[6:]), "binary"),
    "wrong header": (
        lambda body: line(body, 1, lambda row: row.replace(b"order_ref", b"order")),
        "wrong_columns",
    ),
    "two headers": (lambda body: body + ",".join(COLUMN_NAMES).encode() + b"\n", "second_header"),
    "a name column": (
        lambda body: line(body, 1, lambda row: row.replace(b"scanned", b"last_name")),
        "personal_column",
    ),
    "half cp1252": (
        lambda body: line(body, 5, lambda row: row.replace(b"Stuk", b"Caf\xe9")),
        "not_utf8",
    ),
    "unclosed quote": (
        lambda body: line(body, 4, lambda row: row.replace(b"Stuk", b'"Stuk')),
        "broken_quotes",
    ),
    "a long line": (
        lambda body: line(body, 4, lambda row: row.replace(b"Stuk", b"S" * 100_000)),
        "line_too_long",
    ),
    "too many bytes": (lambda body: body + b"x" * 200_000, None),
    "a raw export": (lambda _: b"Order code;Email;Price\nA1;anna@post.example;12,00\n", "not_an_extract"),
    "an e-mail address": (
        lambda body: line(body, 4, lambda row: row.replace(b"Stuk 2", b"anna@post.example")),
        "forbidden_email",
    ),
    "another organisation": (
        lambda body: body.replace(b'"huis-dok"', b'"huis-aak"'),
        "other_organisation",
    ),
    "another venue": (lambda body: body.replace(b'"venue":"dok"', b'"venue":"aak"'), "other_venue"),
    "a trial": (lambda body: body.replace(b'"trial":false', b'"trial":true'), "trial"),
    "broken json": (lambda body: line(body, 0, lambda row: row[:-4]), "broken_first_line"),
    "deep json": (
        lambda body: line(body, 0, lambda _: b"#foyer-extract " + b"[" * 5000),
        "broken_first_line",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_bad_file_gets_a_clear_answer_and_leaves_nothing(small: Running, kind: str) -> None:
    """What is wrong is named first, with what to do, in the sender's language; nothing is stored."""
    guest = small.guest("box_office@dok.example")
    before = stored(small)
    damage, code = HOSTILE[kind]
    answer = guest.post("/api/v1/extracts", content=damage(good(small)), headers={"Accept-Language": "nl"})
    body = answer.json()
    if code is None:
        assert answer.status_code == 413
        assert "send the parts" in body["detail"]
    else:
        assert (answer.status_code, body["findings"][0]["code"]) == (422, code)
        assert all(finding["saw"] and finding["fix"].endswith(".") for finding in body["findings"])
        assert {finding["severity"] for finding in body["findings"]} == {"rejects_file"}
        kinds = {kind.code: kind for kind in KINDS}
        assert all(finding["why"] == kinds[finding["code"]].why.nl for finding in body["findings"])
    assert "anna@" not in answer.text
    assert stored(small) == before
    assert guest.get("/api/v1/extracts").json() == []


def test_one_row_above_the_limit_is_refused_and_the_limit_itself_is_not(small: Running) -> None:
    guest, before = small.guest("box_office@eik.example"), stored(small)
    over = guest.post("/api/v1/extracts", content=good(small, "eik", tickets=51))
    assert over.status_code == 422
    [found] = over.json()["findings"]
    assert found["code"] == "too_many_rows"
    assert "50" in found["saw"]
    assert "shorter period" in found["fix"]
    assert stored(small) == before
    assert guest.post("/api/v1/extracts", content=good(small, "eik", tickets=50)).status_code == 201


def test_too_much_without_a_length_is_cut_off(small: Running) -> None:
    """A body that does not say how long it is stops at the limit."""
    guest, before = small.guest("box_office@dok.example"), stored(small)
    answer = guest.post("/api/v1/extracts", content=iter([b"x" * 10_000] * 50))
    assert answer.status_code == 413
    assert stored(small) == before
