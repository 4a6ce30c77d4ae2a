"""`foyer serve` in a process of its own: killed at any moment it loses nothing it acknowledged (R-1), and
what it is sent does not fill its memory."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import polars as pl
import pytest

from service import auth, workflow
from service.runtime import Runtime, open_runtime
from tests.functional.house import Sale, extract, populate, settings

KILLS = 3
MEGABYTE = 1024 * 1024
UP_WITHIN = 60


@dataclass(frozen=True)
class Machine:
    """A populated installation without a running service, and a clerk's token."""

    runtime: Runtime
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    runtime = open_runtime(settings(tmp_path / "var"))
    populate(runtime)
    clerk = workflow.person_by_email(runtime, "box_office@dok.example")
    with runtime.writing() as connection:
        _, token = auth.issue_token(connection, clerk.id, "x")
    yield Machine(runtime, token)
    runtime.close()


@contextmanager
def served(machine: Machine, **more: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`foyer serve` on a free port; killed at the end if nobody did it before."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "FOYER_DATA": str(machine.runtime.settings.data), **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve", "--port", str(port)], env=environment
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address, process)
        yield address, process
    finally:
        process.kill()
        process.wait()


def _wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + UP_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None
        try:
            if httpx.get(f"{address}/api/v1/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service did not come up")


def send_until_killed(machine: Machine, address: str, first: int, acknowledged: dict[str, int]) -> int:
    """Send one extract after the other, each of a performance of its own; note those that were answered."""
    number = first
    with httpx.Client(base_url=address, headers=machine.bearer, timeout=60) as client:
        while True:
            sales = [Sale(f"{number}{n:03d}", number, f"b{n}@post.example") for n in range(20)]
            try:
                answer = client.post("/api/v1/extracts", content=extract(machine.runtime, "dok", sales))
            except httpx.TransportError:
                return number + 1
            assert answer.status_code == 201, answer.text
            acknowledged[answer.json()["id"]] = number
            number += 1


def kill_after(
    process: subprocess.Popen[bytes], acknowledged: dict[str, int], answers: int, seconds: float
) -> None:
    """Kill it somewhere within the upload that follows so many answers."""
    while len(acknowledged) < answers:
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)


def test_r1_what_was_acknowledged_outlives_every_kill(machine: Machine) -> None:
    """Killed in the middle of uploads, started again: each 201 stands, whole, and counts."""
    moments = random.Random(20261121)
    acknowledged: dict[str, int] = {}
    number = 0
    for _ in range(KILLS):
        with served(machine) as (address, process):
            moment = len(acknowledged) + moments.randrange(1, 4), moments.uniform(0, 0.2)
            killing = threading.Thread(target=kill_after, args=(process, acknowledged, *moment), daemon=True)
            killing.start()
            number = send_until_killed(machine, address, number, acknowledged)
            killing.join()
    assert len(acknowledged) >= KILLS
    with (
        served(machine, FOYER_CLOCK="2027-11-01") as (address, _),
        httpx.Client(base_url=address, headers=machine.bearer) as client,
    ):
        found = {key: client.get(f"/api/v1/extracts/{key}").json() for key in acknowledged}
        repeated = client.post(
            "/api/v1/extracts",
            content=extract(
                machine.runtime, "dok", [Sale(f"0{n:03d}", 0, f"b{n}@post.example") for n in range(20)]
            ),
        )
    assert {(one["status"], one["rows_accepted"]) for one in found.values()} == {("received", 20)}
    assert repeated.status_code == 200
    rows: Counter[str] = Counter()
    for path in machine.runtime.lake.root.rglob("*.parquet"):
        rows[path.stem] += pl.read_parquet(path).height
    assert {rows[key] for key in acknowledged} == {20}, "every row of what was acknowledged can be read"


def peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory that the process ever had, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def test_s07_a_body_of_half_a_gigabyte_does_not_fill_the_memory(machine: Machine) -> None:
    """As an extract within its limit, as one above it without a length, as JSON and as a form."""
    block = b"x" * MEGABYTE

    def send(path: str, most: int, kind: str) -> int:
        try:
            answer = httpx.post(
                f"{address}{path}",
                content=(block for _ in range(most)),
                headers={**machine.bearer, "Content-Type": kind},
                timeout=300,
            )
        except httpx.TransportError:
            # Refused before all of it was sent.
            return 413
        return answer.status_code

    with served(machine, FOYER_UPLOAD_BYTES=str(400 * MEGABYTE)) as (address, process):
        httpx.post(f"{address}/api/v1/extracts", content=b"no", headers=machine.bearer)
        before = peak(process)
        assert send("/api/v1/extracts", 300, "text/csv") == 422
        assert send("/api/v1/extracts", 500, "text/csv") == 413
        assert send("/api/v1/oprf/evaluate", 300, "application/json") == 413
        assert send("/login", 300, "application/x-www-form-urlencoded") == 413
        assert peak(process) - before < 150
    assert list((machine.runtime.settings.data / "incoming").iterdir()) == []
