"""A tiny network for tests over HTTP: six venues of six owners, extracts written by hand, a real app."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import uvicorn
from argon2 import PasswordHasher

from ingest.extract import COLUMN_NAMES, ExtractHeader
from ingest.identity.normalise import email_input
from ingest.identity.oprf import local_identify
from service import auth, workflow
from service.app import create_app
from service.runtime import Runtime
from service.settings import Settings

PASSWORD = "een lange zin als sleutel"
SLUGS = ("aak", "brug", "dok", "eik", "fort", "gracht")
AREAS = ("1011", "1012", "3511", "3512", "6511", "9711", "5611", "7511")
GENRES = ("theatre", "dance", "film", "family")


def declaration(seasons: tuple[str, ...] = ("2024/25", "2025/26")) -> dict[str, Any]:
    """What network.json says of it. The name of one venue tries to be more than a name."""
    names = {slug: f"Theater {slug.capitalize()}" for slug in SLUGS}
    names["brug"] = '=HYPERLINK("x") <script>alert(1)</script>'
    people = [
        {
            "email": f"{role}@{slug}.example",
            "name": f"{role} {slug}",
            "organisation": f"huis-{slug}",
            "role": role,
        }
        for slug in SLUGS
        for role in ("box_office", "manager")
    ]
    people += [
        {"email": f"{name}@net.example", "name": name, "organisation": "net", "role": "coordinator"}
        for name in ("els", "murat")
    ]
    return {
        "organisations": [{"slug": f"huis-{s}", "name": names[s], "owner": f"huis-{s}"} for s in SLUGS]
        + [{"slug": "net", "name": "Het net", "owner": "net"}],
        "venues": [
            {
                "slug": s,
                "organisation": f"huis-{s}",
                "name": names[s],
                "kind": "theatre",
                "capacity_band": "250-499",
                "country": "NL",
                "region": "Utrecht",
                "area": "NL-3511",
            }
            for s in SLUGS
        ],
        "people": people,
        "peer_groups": [{"id": "all", "name": {"en": "All", "nl": "Alle"}, "members": list(SLUGS)}],
        "seasons": list(seasons),
    }


def settings(folder: Path, **changed: Any) -> Settings:
    """Settings of a test's own folder; the clock stands where both seasons may be seen."""
    return Settings(**{"data": folder, "clock": date(2026, 11, 1), "lease_seconds": 2, **changed})


def populate(runtime: Runtime) -> None:
    """Organisations and people, all with one password, hashed once: hashing is slow on purpose."""
    # Cheap on purpose: the real cost is the password hasher's own business, and tests log in often.
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with patch.object(auth, "hash_password", lambda _: hashed):
        network = declaration()
        workflow.establish(runtime, network, {one["email"]: PASSWORD for one in network["people"]})


@dataclass(frozen=True)
class Sale:
    """One ticket to be written."""

    order: str
    performance: int
    email: str | None
    area: str = "1011"
    status: str = "sold"
    genre: str = "theatre"


def extract(
    runtime: Runtime, venue: str, sales: list[Sale], *, first: date = date(2025, 9, 5), **header: Any
) -> bytes:
    """An extract as `foyer prepare` writes it."""
    emails = sorted({s.email for s in sales if s.email})
    inputs = [email_input(e) for e in emails]
    tokens = dict(zip(emails, local_identify(runtime.keys.evaluator)([i for i in inputs if i]), strict=True))
    days = [first + timedelta(days=7 * s.performance) for s in sales]
    head = ExtractHeader(
        **{
            "organisation": f"huis-{venue}",
            "venue": venue,
            "layout": "pretix-positions",
            "key_id": runtime.keys.evaluator.key_id,
            "key_check": runtime.keys.check,
            "first_day": min(days).isoformat(),
            "last_day": max(days).isoformat(),
            "rows": len(sales),
            **header,
        }
    )
    lines = [head.line(), ",".join(COLUMN_NAMES)]
    for number, (sale, day) in enumerate(zip(sales, days, strict=True)):
        start = datetime.combine(day, datetime.min.time()).replace(hour=20).isoformat() + "+01:00"
        lines.append(
            ",".join(
                [
                    f"{sale.order:>020}".replace(" ", "0"),
                    f"{venue}t{number:014d}",
                    tokens.get(sale.email or "", ""),
                    "NL",
                    sale.area,
                    f"p{sale.performance}",
                    f"Stuk {sale.performance}",
                    sale.genre,
                    f"{first.year}-v{sale.performance}",
                    start,
                    "300",
                    "",
                    "web",
                    "single",
                    "",
                    "2000",
                    "EUR",
                    sale.status,
                    "true",
                ]
            )
        )
    return ("\n".join(lines) + "\n").encode()


def season_of_sales(venue: str, bookers: int, seed: int) -> list[Sale]:
    """Bookers of a season: some come more often, some live in the next town."""
    draw = random.Random(f"{venue}{seed}")
    sales = []
    for number in range(bookers):
        area = AREAS[min(int(draw.expovariate(0.6)), len(AREAS) - 1)]
        for visit in range(1 + int(draw.expovariate(0.9))):
            performance = draw.randrange(20)
            for _ in range(draw.choice((1, 2, 2))):
                sales.append(
                    Sale(
                        f"{seed}{number:06d}{visit}",
                        performance,
                        f"b{number}@post.example",
                        area,
                        genre=GENRES[performance % len(GENRES)],
                    )
                )
    return sales


class Guest:
    """A browser in a test: sends what a browser sends."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = httpx.Client(base_url=address, timeout=60, headers={"Accept": "text/html"})

    def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        """Log in through the form."""
        return self.post("/login", data={"email": email, "password": password})

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open an address."""
        return self.client.get(path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send a form from our own page."""
        return self.send("POST", path, **more)

    def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send anything from our own page."""
        headers = {"Origin": self.address, "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)


@dataclass(frozen=True)
class Running:
    """The real app behind a real server."""

    address: str
    runtime: Runtime
    app: Any
    closing: ExitStack
    known: dict[str, str] = field(default_factory=dict)

    def guest(self, email: str | None = None) -> Guest:
        """A fresh browser, logged in when an address is given."""
        guest = Guest(self.address)
        self.closing.enter_context(guest.client)
        if email is not None:
            assert guest.log_in(email).status_code == 303
        return guest

    def cookie(self, email: str) -> str:
        """A session of this person, the same one each time."""
        if email not in self.known:
            self.known[email] = self.guest(email).client.cookies["foyer"]
        return self.known[email]


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The app behind a real server on a free port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def running(where: Settings) -> Iterator[Running]:
    """Serve a populated installation until the test is done."""
    app = create_app(where)
    populate(app.state.runtime)
    with serving(app) as address, ExitStack() as closing:
        yield Running(address, app.state.runtime, app, closing)


def wait_for(guest: Guest, job: str) -> str:
    """The state in which the job ends."""
    for _ in range(300):
        state = guest.get(f"/api/v1/jobs/{job}").json()["state"]
        if state in {"done", "failed"}:
            return str(state)
        time.sleep(0.2)
    raise AssertionError("the job did not end")
