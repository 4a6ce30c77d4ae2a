"""What the service writes to its logs while files come in: no token, no address and no cell of any file."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.extract import COLUMN_NAMES
from service import auth, intake, jobs, workflow
from service.client import Client, ClientError
from tests.functional.house import Running, Sale, extract, running, settings

# Planted where a file can hold something: none of these may be told by any log.
BOOKER = "hanneke.veenstra@post.example"
BAD_CELL = "prijs-onleesbaar"
TITLE = "Een geheim van Veenstra"
AREA = "9711"
TOKEN = re.compile(r"k1\.[\w-]{20,}|foyer_[\w-]{20,}")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What an operator gets who sets logging to DEBUG; the server's own was turned down for other tests."""
    caplog.set_level(logging.DEBUG)
    names = (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "asyncio",
        "httpx",
        "foyer",
        "foyer.jobs",
        "sqlalchemy",
    )
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def app(tmp_path: Path, everything: pytest.LogCaptureFixture) -> Iterator[Running]:
    """Opened when logging is loud already: a database decides then what it will tell."""
    with running(settings(tmp_path / "var")) as found:
        yield found


def told(log: pytest.LogCaptureFixture) -> str:
    """Every record as a handler could write it: message, arguments, and the text of an exception."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(f"{formatter.format(record)} {record.args!r}" for record in log.records)


def a_secret_of(app: Running, email: str) -> str:
    person = workflow.person_by_email(app.runtime, email)
    with app.runtime.writing() as connection:
        return auth.issue_token(connection, person.id, "upload")[1]


def an_extract(app: Running) -> bytes:
    sales = [Sale(str(n), 1, BOOKER if n == 3 else f"b{n}@post.example", AREA) for n in range(30)]
    whole = extract(app.runtime, "aak", sales).decode().replace("Stuk 1", TITLE)
    lines = whole.split("\n")
    lines[4] = lines[4].replace(",2000,", f",{BAD_CELL},")
    return "\n".join(lines).encode()


def raw(app: Running) -> bytes:
    """An extract that somebody added a booker's address to."""
    lines = an_extract(app).decode().split("\n")
    at = COLUMN_NAMES.index("production_title")
    cells = lines[5].split(",")
    cells[at] = BOOKER
    lines[5] = ",".join(cells)
    return "\n".join(lines).encode()


def values_of(*files: bytes) -> set[str]:
    """Every cell that is long enough to be nobody else's word."""
    cells = {cell for file in files for line in file.decode().split("\n")[2:] for cell in line.split(",")}
    return {cell for cell in cells if len(cell) >= 12} | {TITLE, BAD_CELL, BOOKER}


def test_receiving_and_refusing_tells_no_value(
    app: Running, everything: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Rows rejected, a file with an address refused, a wrong token, a crash: the logs hold none of it."""
    secret = a_secret_of(app, "box_office@aak.example")
    good, personal = an_extract(app), raw(app)
    for name, content in (("good", good), ("personal", personal)):
        (tmp_path / name).write_bytes(content)
    with Client(app.address, secret) as client:
        answer = client.upload(tmp_path / "good")
        assert (answer["rows_accepted"], answer["rows_rejected"]) == (29, 1)
        with pytest.raises(ClientError) as refused:
            client.upload(tmp_path / "personal")
    assert BOOKER not in str(refused.value)
    with Client(app.address, "foyer_wrong-" + "x" * 30) as client, pytest.raises(ClientError):
        client.upload(tmp_path / "good")
    guest = app.guest("manager@aak.example")
    assert guest.get("/own/aak").status_code == 200
    text = told(everything)
    assert "httpx" in text
    assert [value for value in sorted(values_of(good, personal) | {secret}) if value in text] == []
    assert TOKEN.findall(text) == []
    assert ADDRESS.findall(text) == []


def test_n08_no_count_of_rows_stands_in_a_log(
    app: Running, everything: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Received, refused, replaced, counted, erased from: whoever reads the logs learns no venue's size."""
    sales = [Sale(str(n), n % 3, f"b{n}@post.example", AREA) for n in range(7919)]
    (tmp_path / "good").write_bytes(extract(app.runtime, "aak", sales))
    (tmp_path / "cut").write_bytes(extract(app.runtime, "aak", sales[:6841], rows=7919))
    with Client(app.address, a_secret_of(app, "box_office@aak.example")) as client:
        sent = client.upload(tmp_path / "good")
        with pytest.raises(ClientError):
            client.upload(tmp_path / "cut")
        client.undo(sent["id"])
        client.upload(tmp_path / "good")
    guest = app.guest("manager@aak.example")
    assert "7,919" in guest.get("/own/aak").text
    text = told(everything)
    assert "httpx" in text
    assert re.findall(r"(?<!\d)(?:7[., ]?919|6[., ]?841)(?!\d)", text) == []


def test_a_failure_in_the_middle_tells_no_value(
    app: Running, everything: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An exception that holds a cell is answered and logged without it: in a request, and in a job."""

    def breaks(*_: object, **__: object) -> None:
        raise ValueError(f"cannot read {BOOKER} in cell {BAD_CELL}")

    monkeypatch.setattr(intake.receive, "receive", breaks)
    (tmp_path / "good").write_bytes(an_extract(app))
    with (
        Client(app.address, a_secret_of(app, "box_office@aak.example")) as client,
        pytest.raises(ClientError) as failed,
    ):
        client.upload(tmp_path / "good")
    assert failed.value.status == 500
    with app.runtime.writing() as connection:
        jobs.enqueue(connection, "publish", {}, "huis-aak")
    worker = jobs.Worker(app.runtime.engine, {"publish": breaks}, 5)
    while worker.run_one():
        pass
    text = told(everything) + str(failed.value)
    assert "unexpected ValueError at" in text
    assert [value for value in (BOOKER, BAD_CELL) if value in text] == []
