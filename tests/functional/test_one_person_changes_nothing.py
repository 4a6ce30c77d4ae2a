"""Twin installations that differ in one venue's rows: what everybody else gets, byte for byte.

Both publish with a draw that the test decides, so that no chance is left. Where the drawn integers are the
same, every answer must be the same, headers and lengths included: what is told comes from the integers alone
(T-10). Where the exact counts are drawn, what an attacker's rows do to other venues can be read off (T-11).
"""

from __future__ import annotations

import logging
import re
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import privacy.publish
from ingest.seasons import Season
from service import auth, compare, exactness, workflow
from service.app import create_app
from service.identity import cookie_name
from service.runtime import Runtime, open_runtime
from tests.functional import house
from tests.functional.attacked import RELEASE, all_cells
from tests.functional.house import Guest, Sale, extract, populate, season_of_sales, serving, settings
from tests.functional.test_nothing_exact_leaks import LINK, Answer

SEASON = Season(2025)
VARIED = "aak"
# Ids, digests and signatures bind the input or are drawn by lot; times are those of the clock. None has
# another length for it.
BY_LOT = re.compile(rb'\b[0-9a-f]{12,}\b|"value": ?"[^"]+"|\d{4}-\d\d-\d\dT[0-9:.]+|\b\d\d:\d\d(?::\d\d)?\b')
Draw = Callable[[Mapping[str, Any]], dict[str, Any]]


def same_for_all(tables: Mapping[str, Any], *_: object) -> dict[str, Any]:
    """The same integers whatever the counts are."""
    return {
        name: np.random.default_rng(zlib.crc32(name.encode())).integers(-40, 900, len(table.counts))
        for name, table in tables.items()
    }


def exactly(tables: Mapping[str, Any], *_: object) -> dict[str, Any]:
    """The exact counts, as if there were no noise."""
    return {name: np.array(table.counts) for name, table in tables.items()}


def receive(runtime: Runtime, venue: str, sales: list[Sale]) -> None:
    path = runtime.settings.data / "extract.csv"
    path.write_bytes(extract(runtime, venue, sales))
    clerk = workflow.person_by_email(runtime, f"box_office@{venue}.example")
    assert workflow.receive_extract(runtime, clerk, path).status == "received"
    path.unlink()


@dataclass(frozen=True)
class Twin:
    """A published installation, and the log lines of its publishing."""

    folder: Path
    log: list[tuple[str, int, str]]


def twin(stem: Path, name: str, rows: list[Sale], draw: Draw, caplog: pytest.LogCaptureFixture) -> Twin:
    """A copy of the stem in which the varied venue sends these rows and the season is published."""
    folder = stem.with_name(name)
    shutil.copytree(stem, folder)
    runtime = open_runtime(settings(folder))
    receive(runtime, VARIED, rows)
    caplog.clear()
    els, murat = (workflow.person_by_email(runtime, f"{who}@net.example") for who in ("els", "murat"))
    with caplog.at_level(logging.INFO), patch.object(privacy.publish, "draw", draw):
        workflow.publish_season(runtime, SEASON, proposer=els, approver=murat)
    runtime.close()
    return Twin(folder, [(record.name, record.levelno, str(record.msg)) for record in caplog.records])


def stem_of(folder: Path, sales: Mapping[str, list[Sale]]) -> Path:
    """An installation in which all venues but one have sent their season."""
    runtime = open_runtime(settings(folder))
    populate(runtime)
    for venue, rows in sales.items():
        receive(runtime, venue, rows)
    # Both twins must put the venues of a booker in the same order, so the salt is made before they part.
    runtime.keys.salt(SEASON)
    runtime.close()
    return folder


@contextmanager
def open_to(twin: Twin, accounts: list[str]) -> Iterator[dict[str, Guest]]:
    """The installation served afresh, and a browser of each account; "" is the public."""
    for kept in (compare._tables, compare._cells, compare._pictures, exactness._kept):
        kept._items.clear()
    app = create_app(settings(twin.folder, worker=False))
    runtime: Runtime = app.state.runtime
    with serving(app) as address, ExitStack() as closing:
        guests = {}
        for account in accounts:
            guests[account] = guest = Guest(address)
            closing.enter_context(guest.client)
            if account:
                person = workflow.person_by_email(runtime, account)
                with runtime.writing() as connection:
                    secret = auth.open_session(connection, person, runtime.settings)
                guest.client.cookies.set(cookie_name(runtime.settings), secret)
        yield guests


def everything(guest: Guest, venue: str) -> dict[str, Answer]:
    """All pages, tables, pictures and cells that an account of this venue can ask for, and their links."""
    api = "/api/v1"
    waiting = [
        *("/", "/upload", "/own", "/people", "/publish", "/methods", "/ledger", "/account"),
        *(f"/{page}/{venue}" for page in ("reach", "postcodes", "loyalty", "own")),
        *(f"/download/{page}/{venue}.csv" for page in ("reach", "postcodes", "loyalty")),
        *(f"{api}/{what}" for what in ("releases", "ledger", "measures", "regions", "health", "extracts")),
        f"{api}/releases/{RELEASE}",
        f"{api}/benchmarks/{venue}",
        *(f"{api}/releases/{RELEASE}/cells?limit=5000&cursor=c{5000 * n}" for n in range(5)),
        f"{api}/releases/{RELEASE}/cells?venue={VARIED}",
        f"/reach/{VARIED}",
    ]
    answers: dict[str, Answer] = {}
    while waiting:
        address = waiting.pop()
        if address in answers or address.startswith("/static"):
            continue
        answers[address] = answer = Answer.of(guest.get(address))
        if answer.kind.startswith("text/html"):
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(answer.text)]
    return {BY_LOT.sub(b"-", name.encode()).decode(): masked(answer) for name, answer in answers.items()}


def masked(answer: Answer) -> Answer:
    headers = tuple((name, BY_LOT.sub(b"-", value.encode()).decode()) for name, value in answer.headers)
    body = answer.body if answer.kind.startswith("image/png") else BY_LOT.sub(b"-", answer.body)
    return Answer(answer.status, headers, body)


def test_T_10_one_person_more_or_less_changes_no_byte_of_what_others_get(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The person is the only booker of the venue, and the only one from an area.

    Status, headers, lengths, order of rows, links, pictures and log lines: the same, and no error.
    """
    others = {venue: season_of_sales(venue, 60, 2025) for venue in house.SLUGS if venue != VARIED}
    stem = stem_of(tmp_path / "stem", others)
    door = [Sale(f"9{n}", n % 20, None) for n in range(30)]
    person = [Sale(f"8{n}", n, "only@post.example", "9999") for n in range(20)]
    twins = [
        twin(stem, "with", [*door, *person], same_for_all, caplog),
        twin(stem, "without", door, same_for_all, caplog),
    ]
    assert twins[0].log == twins[1].log
    accounts = {
        "manager@brug.example": "brug", "box_office@dok.example": "dok", "els@net.example": "dok", "": "dok",
    }  # fmt: skip
    got = []
    for one in twins:
        with open_to(one, list(accounts)) as guests:
            got.append({who: everything(guests[who], venue) for who, venue in accounts.items()})
    for account in accounts:
        here, there = (answers[account] for answers in got)
        assert sorted(here) == sorted(there), account
        assert [address for address in here if here[address] != there[address]] == [], account
        assert not any(answer.status >= 500 for answer in here.values())
    assert sum(answer.status == 200 for answer in got[0]["manager@brug.example"].values()) > 40


def test_T_10_the_comparison_sees_a_figure_that_is_not_masked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same twins with the exact counts drawn: then others do see the difference."""
    others = {venue: season_of_sales(venue, 60, 2025) for venue in house.SLUGS if venue != VARIED}
    stem = stem_of(tmp_path / "stem", others)
    door = [Sale(f"9{n}", n % 20, None) for n in range(30)]
    crowd = [Sale(f"8{n}", n % 20, f"b{n}@post.example", "1011") for n in range(60)]
    got = []
    for name, rows in (("with", [*door, *crowd]), ("without", door)):
        with open_to(twin(stem, name, rows, exactly, caplog), ["manager@brug.example"]) as guests:
            got.append(everything(guests["manager@brug.example"], "brug"))
    assert any(got[0][address] != got[1][address] for address in got[0].keys() & got[1].keys())


def test_T_11_rows_invented_for_a_booker_take_at_most_one_place_at_other_venues(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A victim visits six venues, which is the bound; a seventh sends 1,000 rows in the victim's name.

    Bounds within a venue come first, so they weigh like one visit: of each table at most one place of the
    victim's is lost at all other venues together, and as many are found in the tail.
    """
    slugs = (*house.SLUGS, "haven", "ijzer")
    monkeypatch.setattr(house, "SLUGS", slugs)
    sales = {venue: season_of_sales(venue, 20, 2025) for venue in slugs if venue != VARIED}
    for venue in slugs[1:7]:
        sales[venue] += [Sale(f"8{n}", n, "victim@post.example", "3511") for n in range(2)]
    stem = stem_of(tmp_path / "stem", sales)
    own = season_of_sales(VARIED, 20, 2025)
    areas, genres = house.AREAS, house.GENRES
    invented = [
        Sale(f"7{n}", n % 20, "victim@post.example", areas[n % len(areas)], genre=genres[n % 20 % 4])
        for n in range(1000)
    ]
    told = []
    for name, rows in (("honest", own), ("attacked", [*own, *invented])):
        made = twin(stem, name, rows, exactly, caplog)
        with open_to(made, [f"manager@{venue}.example" for venue in slugs]) as guests:
            told.append(
                {
                    row["cell_id"]: row
                    for account, guest in guests.items()
                    for row in all_cells(guest)
                    if row["noisy"] is not None and row["venue"] in account and row["venue"]
                }
            )
    moved: dict[tuple[str, str], int] = {}
    for cell, row in told[0].items():
        lost = row["noisy"] - told[1][cell]["noisy"]
        if row["venue"] != VARIED and lost:
            place = (row["measure"], row["level"])
            size = 1 if row["measure"] not in {"visits", "tickets"} else 2
            moved[place] = moved.get(place, 0) + lost // size
    tail = -moved.pop(("reach_beyond", "cell"), 0)
    assert 0 <= tail <= 1
    # Of kinds and genres the victim has two at each venue; of everything else one place.
    assert all(0 <= lost <= (2 if "genre" in measure else 1) for (measure, _), lost in moved.items()), moved
    gained = told[1][f"reach/{VARIED}/core"]["noisy"] - told[0][f"reach/{VARIED}/core"]["noisy"]
    assert gained + tail >= 0
    assert told[1][f"visits/{VARIED}"]["noisy"] - told[0][f"visits/{VARIED}"]["noisy"] in {0, 20}
