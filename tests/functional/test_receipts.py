"""T-12: what a venue gets back for its extract is the same whoever else knows its bookers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.functional.house import Running, Sale, extract, running, settings

# What differs from one answer to the next by itself.
CHANGING = {"date", "set-cookie"}
RECEIVED_AT = re.compile(rb'"received_at":"[^"]*"')
PLACES = ("/own/dok", "/upload", "/", "/extracts/{}", "/extracts/{}/findings.csv", "/api/v1/extracts/{}")


def sales(prefix: str, number: int = 30) -> list[Sale]:
    return [Sale(str(n), n % 3, f"{prefix}{n}@post.example") for n in range(number)]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Running, Running]]:
    """Two networks with the same keys: in one, another venue has dok's bookers; in the other, it has not."""
    with ExitStack() as open_until_the_end:
        shared = open_until_the_end.enter_context(running(settings(tmp_path / "shared")))
        shutil.copytree(tmp_path / "shared" / "keys", tmp_path / "apart" / "keys")
        apart = open_until_the_end.enter_context(running(settings(tmp_path / "apart")))
        for app, prefix in ((shared, "b"), (apart, "c")):
            body = extract(app.runtime, "brug", sales(prefix))
            assert app.guest("box_office@brug.example").post("/api/v1/extracts", content=body).is_success
        yield shared, apart


def kept(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], bytes]:
    headers = [(name, value) for name, value in answer.headers.items() if name not in CHANGING]
    return answer.status_code, headers, RECEIVED_AT.sub(b"", answer.content)


def test_t12_no_receipt_says_which_bookers_other_venues_know(two: tuple[Running, Running]) -> None:
    """The same bytes sent in both: receipt, findings, own counts and history agree to the byte."""
    answers: list[dict[str, object]] = []
    body = extract(two[0].runtime, "dok", sales("b"))
    # One row is rejected, so that there are findings to compare.
    body = body.replace(b",2000,EUR", b",2x00,EUR", 1)
    for app in two:
        guest = app.guest("box_office@dok.example")
        sent = guest.post("/api/v1/extracts", content=body)
        assert sent.status_code == 201
        number = sent.json()["id"]
        answers.append(
            {"receipt": kept(sent)} | {place: kept(guest.get(place.format(number))) for place in PLACES}
        )
    shared, apart = answers
    assert [place for place in shared if shared[place] != apart[place]] == []
    assert b"Tickets sold" in kept(two[0].guest("box_office@dok.example").get("/own/dok"))[2]


def test_t12_no_erasure_says_so_either(two: tuple[Running, Running]) -> None:
    from tests.functional.test_erasures import ask

    answers = []
    for app in two:
        answer = ask(app.guest("box_office@dok.example"), app.runtime, "dok", "b1@post.example")
        status, headers, content = kept(answer)
        answers.append((status, headers, content.replace(answer.json()["id"].encode(), b"-")))
    assert answers[0] == answers[1]
