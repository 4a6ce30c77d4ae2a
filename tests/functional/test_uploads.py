"""Uploads over HTTP: the same bytes are one upload, shrinking asks, and what was left out is named."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from ingest.identity.oprf import local_identify
from ingest.lake import BUCKETS_FILE
from service.client import Client, ClientError
from tests.functional.house import Guest, Running, Sale, extract

Bytes = Callable[[bytes], bytes]


def good(app: Running, venue: str = "dok", tickets: int = 10, **header: object) -> bytes:
    """A plain extract: one order a ticket."""
    sales = [Sale(str(n), n % 3, f"b{n}@post.example") for n in range(tickets)]
    return extract(app.runtime, venue, sales, **header)


def line(body: bytes, number: int, change: Bytes) -> bytes:
    lines = body.split(b"\n")
    lines[number] = change(lines[number])
    return b"\n".join(lines)


def stored(app: Running) -> set[str]:
    """Every file under the data folder that an upload could leave."""
    data = app.runtime.settings.data
    return {
        str(path)
        for folder in ("lake", "incoming")
        for path in (data / folder).rglob("*")
        if path.is_file() and path.name != BUCKETS_FILE
    }


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
    """Rows in are accepted plus rejected, and the download names every row, also beyond the first few."""
    guest = fresh.guest("box_office@dok.example")
    body, bad = good(fresh, tickets=20), range(4, 16)
    for number in bad:
        body = line(body, number, lambda row: row.replace(b",sold,", b",given,"))
    answer = guest.post("/api/v1/extracts", content=body).json()
    assert (answer["rows_in"], answer["rows_accepted"], answer["rows_rejected"]) == (20, 8, 12)
    csv = guest.get(f"/extracts/{answer['id']}/findings.csv").text
    assert [int(row.split(",", 1)[0]) for row in csv.split("\r\n")[1:-1]] == [number + 1 for number in bad]
    assert "given" not in csv


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
