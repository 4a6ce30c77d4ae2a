"""Pages and API of a built demo under 8 clients, each beside a bare route that returns the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np

from service.demo import build, demo_settings

CLIENTS, REQUESTS = 8, 40
PORT, BARE_PORT = 8741, 8742
PATHS = (
    "/reach/de-linde",
    "/postcodes/de-linde",
    "/loyalty/de-linde",
    "/methods",
    "/api/v1/measures",
    "/api/v1/releases/{release}/cells?limit=500",
)
BARE = """
import sys, pathlib, uvicorn
from fastapi import FastAPI, Response
app, folder = FastAPI(), pathlib.Path(sys.argv[1])
@app.get("/{number}")
def page(number: int) -> Response:
    return Response((folder / str(number)).read_bytes())
uvicorn.run(app, port=int(sys.argv[2]), log_level="error")
"""


@contextmanager
def running(command: list[str], environment: dict[str, str], address: str) -> Iterator[None]:
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        for _ in range(200):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def client(base: str, headers: dict[str, str] | None = None) -> httpx.Client:
    return httpx.Client(base_url=base, headers=headers or {}, timeout=60)


def load(address: str, make: list[httpx.Client]) -> np.ndarray:
    """Milliseconds of every request, all clients at once."""
    taken: list[float] = []

    def ask(session: httpx.Client) -> None:
        for _ in range(REQUESTS):
            start = time.perf_counter()
            session.get(address).raise_for_status()
            taken.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=ask, args=(session,)) for session in make]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return np.array(taken)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = demo_settings(Path(folder), PORT)
        demo = build(replace(settings), scale=0.05, seed=20261101)
        environment = {
            "FOYER_DATA": str(settings.data),
            "FOYER_CLOCK": "2026-11-01",
            "FOYER_URL": f"http://127.0.0.1:{PORT}",
        }
        base, bare = f"http://127.0.0.1:{PORT}", f"http://127.0.0.1:{BARE_PORT}"
        kept = Path(folder) / "bytes"
        kept.mkdir()
        foyer = str(Path(sys.executable).with_name("foyer"))
        with (
            running([foyer, "serve", "--port", str(PORT)], environment, base + "/login"),
            running([sys.executable, "-c", BARE, str(kept), str(BARE_PORT)], {}, bare + "/docs"),
        ):
            measure(base, bare, kept, demo.password, demo.token, demo.release)


def measure(base: str, bare: str, kept: Path, password: str, token: str, release: str) -> None:
    people = [client(base, {"Origin": base}) for _ in range(CLIENTS)]
    for person in people:
        person.post("/login", data={"email": "marketing@delinde.example", "password": password})
    programs = [client(base, {"Authorization": f"Bearer {token}"}) for _ in range(CLIENTS)]
    plain = [client(bare) for _ in range(CLIENTS)]
    print(f"{CLIENTS} clients, {REQUESTS} requests each, demo at scale 0.05; milliseconds, ratio of medians")
    print(f"{'':<50} {'p50':>7} {'p99':>7}   {'bare p50':>8} {'bare p99':>8}   ratio")
    for number, path in enumerate(PATHS):
        address = path.format(release=release)
        makers = programs if path.startswith("/api") else people
        body = makers[0].get(address).raise_for_status().content
        (kept / str(number)).write_bytes(body)
        ours, theirs = load(address, makers), load(f"/{number}", plain)
        print(
            f"{path:<50} {np.percentile(ours, 50):>7.0f} {np.percentile(ours, 99):>7.0f}   "
            f"{np.percentile(theirs, 50):>8.1f} {np.percentile(theirs, 99):>8.1f}   "
            f"{np.percentile(ours, 50) / np.percentile(theirs, 50):.1f}"
        )


if __name__ == "__main__":
    main()
