"""Uploads over HTTP: refused files leave nothing, the same bytes are one upload, shrinking asks."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ingest.extract import COLUMN_NAMES
from ingest.identity.oprf import local_identify
from ingest.lake import BUCKETS_FILE
from service.client import Client, ClientError
from tests.functional.house import Guest, Running, Sale, extract, running, settings

Bytes = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An app that takes at most 200 kB and 50 rows."""
    with running(settings(tmp_path_factory.mktemp("small"), upload_bytes=200_000, upload_rows=50)) as app:
        yield app


def good(app: Running, venue: str = "dok", tickets: int = 10, **header: object) -> bytes:
    """A plain extract: one order a ticket."""
    sales = [Sale(str(n), n % 3, f"b{n}@post.example") for n in range(tickets)]
    return extract(app.runtime, venue, sales, **header)


def zipped(body: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("extract.foyer.csv", body)
    return packed.getvalue()


def line(body: bytes, number: int, change: Bytes) -> bytes:
    lines = body.split(b"\n")
    lines[number] = change(lines[number])
    return b"\n".join(lines)


HOSTILE: dict[str, Bytes] = {
    "empty": lambda _: b"",
    "white space": lambda _: b"\n\n \n",
    "header only": lambda body: b"\n".join(body.split(b"\n")[:2]) + b"\n",
    "cut off in a row": lambda body: body[:-25],
    "cut off at a line end": lambda body: b"\n".join(body.split(b"\n")[:-3]) + b"\n",
    "binary": lambda _: bytes(range(256)) * 50,
    "zipped": zipped,
    "gzipped": gzip.compress,
    "gzip bomb": lambda _: gzip.compress(b"a" * 20_000_000),
    "200 columns": lambda body: line(body, 1, lambda _: ",".join(f"c{n}" for n in range(200)).encode()),
    "a NUL": lambda body: line(body, 4, lambda row: row[:5] + b"\0" + row[6:]),
    "wrong header": lambda body: line(body, 1, lambda row: row.replace(b"order_ref", b"order")),
    "two headers": lambda body: body + ",".join(COLUMN_NAMES).encode() + b"\n",
    "a name column": lambda body: line(body, 1, lambda row: row.replace(b"scanned", b"last_name")),
    "half cp1252": lambda body: line(body, 5, lambda row: row.replace(b"Stuk", b"Caf\xe9")),
    "unclosed quote": lambda body: line(body, 4, lambda row: row.replace(b"Stuk", b'"Stuk')),
    "one row too many": lambda body: body + b"\n".join(body.split(b"\n")[2:3] * 50) + b"\n",
    "a long line": lambda body: line(body, 4, lambda row: row.replace(b"Stuk", b"S" * 100_000)),
    "too many bytes": lambda body: body + b"x" * 200_000,
    "a raw export": lambda _: b"Order code;Email;Price\nA1;anna@post.example;12,00\n",
    "an e-mail address": lambda body: line(body, 4, lambda row: row.replace(b"Stuk 2", b"anna@post.example")),
    "another organisation": lambda body: body.replace(b'"huis-dok"', b'"huis-aak"'),
    "another venue": lambda body: body.replace(b'"venue":"dok"', b'"venue":"aak"'),
    "a trial": lambda body: body.replace(b'"trial":false', b'"trial":true'),
    "broken json": lambda body: line(body, 0, lambda row: row[:-4]),
    "deep json": lambda body: line(body, 0, lambda _: b"#foyer-extract " + b"[" * 5000),
}


def stored(app: Running) -> set[str]:
    """Every file under the data folder that an upload could leave."""
    data = app.runtime.settings.data
    return {
        str(path)
        for folder in ("lake", "incoming")
        for path in (data / folder).rglob("*")
        if path.is_file() and path.name != BUCKETS_FILE
    }


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_bad_file_gets_a_clear_answer_and_leaves_nothing(small: Running, kind: str) -> None:
    guest = small.guest("box_office@dok.example")
    before = stored(small)
    answer = guest.post(
        "/api/v1/extracts", content=HOSTILE[kind](good(small)), headers={"Accept-Language": "nl"}
    )
    assert answer.status_code in {413, 422}, answer.text
    body = answer.json()
    if answer.status_code == 422:
        assert body["findings"]
        assert all(finding["saw"] and finding["fix"] for finding in body["findings"])
    assert "anna@" not in answer.text
    assert stored(small) == before
    assert guest.get("/api/v1/extracts").json() == []


def test_too_much_without_a_length_is_cut_off(small: Running) -> None:
    """A body that does not say how long it is stops at the limit."""
    guest = small.guest("box_office@dok.example")
    answer = guest.post("/api/v1/extracts", content=iter([b"x" * 10_000] * 50))
    assert answer.status_code == 413
    assert stored(small) == set()


def test_a_made_up_file_name_is_never_used(fresh: Running) -> None:
    """The content decides where it is kept: a name with slashes changes nothing."""
    guest = fresh.guest("box_office@dok.example")
    answer = guest.post(
        "/api/v1/extracts",
        content=good(fresh),
        headers={"Content-Disposition": 'attachment; filename="../../etc/passwd"'},
    )
    assert answer.status_code == 201
    kept = [Path(path) for path in stored(fresh)]
    assert kept
    assert all(path.stem == answer.json()["id"] for path in kept)


def test_eight_clients_with_the_same_bytes_are_one_upload(fresh: Running) -> None:
    body, guests = good(fresh), [fresh.guest("box_office@dok.example") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda guest: guest.post("/api/v1/extracts", content=body), guests))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(guests[0].get("/api/v1/extracts").json()) == 1


def own_tickets(guest: Guest) -> str:
    page = guest.get("/own/dok").text
    return page.split("Tickets sold</dt>")[1].split('class="big">')[1].split("<")[0]


def test_shrinking_waits_for_a_person_and_undo_restores(fresh: Running) -> None:
    """Fewer tickets change nothing until confirmed; taken back, the earlier count is there again."""
    guest = fresh.guest("box_office@dok.example")
    guest.post("/api/v1/extracts", content=good(fresh, tickets=30))
    assert own_tickets(guest) == "30"
    second = guest.post("/api/v1/extracts", content=good(fresh, tickets=12)).json()
    assert second["status"] == "needs_confirmation"
    assert own_tickets(guest) == "30"
    assert "get smaller" in guest.get(f"/extracts/{second['id']}").text
    assert guest.post(f"/extracts/{second['id']}/confirm").status_code == 303
    assert own_tickets(guest) == "12"
    assert guest.post(f"/api/v1/extracts/{second['id']}/confirm").status_code == 409
    assert guest.send("DELETE", f"/api/v1/extracts/{second['id']}").json()["status"] == "undone"
    assert own_tickets(guest) == "30"


def test_rejected_rows_are_named_one_by_one(fresh: Running) -> None:
    """Rows in are accepted plus rejected, and the download names the row."""
    guest = fresh.guest("box_office@dok.example")
    body = line(good(fresh), 4, lambda row: row.replace(b",sold,", b",given,"))
    answer = guest.post("/api/v1/extracts", content=body).json()
    assert (answer["rows_in"], answer["rows_accepted"], answer["rows_rejected"]) == (10, 9, 1)
    csv = guest.get(f"/extracts/{answer['id']}/findings.csv").text
    assert "\r\n5," in csv


def test_the_client_prepares_identities_and_uploads(fresh: Running, tmp_path: Path) -> None:
    """Blinded over HTTP the tokens are those of the key itself; refusals come back as words."""
    token = fresh.guest("box_office@dok.example").post("/api/v1/tokens", json={"name": "x"}).json()["token"]
    inputs = [b"one", b"two"]
    with Client(fresh.address, token) as client:
        assert client.identify()(inputs) == local_identify(fresh.runtime.keys.evaluator)(inputs)
        path = tmp_path / "dok.foyer.csv"
        path.write_bytes(good(fresh))
        assert client.upload(path)["status"] == "received"
        path.write_bytes(b"no")
        with pytest.raises(ClientError, match="cannot be received"):
            client.upload(path)
    with (
        Client("http://127.0.0.1:9", token) as nowhere,
        pytest.raises(ClientError, match="cannot be reached"),
    ):
        nowhere.key_id()


def test_an_upload_without_a_person_is_not_read(fresh: Running) -> None:
    """401 before a byte of the body is kept."""
    answer = httpx.post(
        f"{fresh.address}/api/v1/extracts",
        content=good(fresh),
        headers={"Authorization": "Bearer foyer_none"},
    )
    assert answer.status_code == 401
    assert stored(fresh) == set()
