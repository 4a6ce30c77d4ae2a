"""Four languages over HTTP: how one is chosen, and the methods page in each of them."""

from __future__ import annotations

import re

import pytest

from reports.wording import LANGUAGES
from service import publication
from service.exactness import NAMES, exactness
from service.runtime import open_runtime
from tests.conftest import BuiltDemo
from tests.functional.house import Running
from tests.unit.reports.test_methods import TWELVE

LOG_IN = {"en": "Log in", "nl": "Inloggen", "fr": "Se connecter", "de": "Anmelden"}


def language_of(page: str) -> str:
    found = re.search(r'<html lang="(\w+)">', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("fr-BE, nl;q=0.8", "fr"), ("de-AT", "de"), ("pt, de;q=0.5", "de"), ("NL", "nl"),
        ("pt-BR", "en"), ("", "en"), ("deu, fr;q=0.1", "fr"),
    ],
)  # fmt: skip
def test_a_browser_gets_the_first_language_that_we_speak(house: Running, asked: str, given: str) -> None:
    page = house.guest().get("/login", headers={"Accept-Language": asked}).text
    assert language_of(page) == given
    # A page for what is not there is made without asking who is there, and speaks the same language.
    missing = house.guest().get("/nothing-here", headers={"Accept-Language": asked, "Accept": "text/html"})
    assert (missing.status_code, language_of(missing.text)) == (404, given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_stays_and_the_chooser_says_which(house: Running, language: str) -> None:
    guest = house.guest()
    for code in LANGUAGES:
        assert f'<button name="language" value="{code}"' in guest.get("/login").text
    guest.post("/language", data={"language": language, "back": "/login"})
    page = guest.get("/login", headers={"Accept-Language": "nl"}).text
    assert language_of(page) == language
    assert f">{LOG_IN[language]}<" in page
    assert re.search(rf'value="{language}" lang="{language}" aria-pressed="true"', page)


def test_a_language_that_we_do_not_speak_is_not_kept(house: Running) -> None:
    answer = house.guest().post("/language", data={"language": "xx", "back": "/login"})
    assert "foyer_language" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_n25_the_methods_page_has_its_twelve_anchors(house: Running, language: str) -> None:
    page = house.guest().get("/methods", headers={"Accept-Language": language}).text
    assert language_of(page) == language
    places = [page.index(f'id="{anchor}"') for anchor in TWELVE]
    assert places == sorted(places)
    anchors = re.findall(r'id="([\w-]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([\w-]+)"', page)) - {"content"} <= set(anchors)
    assert '<svg viewBox="0 0 400 150" role="img" class="odds">' in page


def test_n10_before_a_release_the_known_noise_is_told(house: Running) -> None:
    page = house.guest().get("/methods", headers={"Accept-Language": "en"}).text
    table = page[page.index('id="precision"') : page.index('id="not-measured"')]
    assert "Margin from the known noise" in table
    assert len(re.findall(r'<th scope="row">', table)) == 11
    # The postcode table's noise is known from the policy: a figure of 500 bears it, one of 10 does not.
    row = next(line for line in table.splitlines() if "Bookers by postcode area" in line)
    cells = row.split("Bookers by postcode area</th>")[1].split("</tr>")[0]
    assert re.search(r"&gt;&nbsp;100%.*>±&nbsp;\d+%</td>$", cells)


@pytest.mark.demo
def test_n10_after_a_release_its_typical_margins_are_told(demo: BuiltDemo) -> None:
    """Of all tables, from the newest season in view, and of the regions."""
    runtime = open_runtime(demo.settings)
    try:
        with runtime.reading() as connection:
            stored = publication.releases_in_view(runtime, connection)
            told = exactness(runtime, connection, stored, str)
    finally:
        runtime.close()
    assert told is not None
    assert told.season == stored[0].manifest["season"]
    assert {name for name, _ in told.tables} == set(NAMES.values())
    assert all(one is None or one > 0 for _, margins in told.tables for one in margins)
    assert dict(told.tables)["Bookers in all"][2] is not None
    assert len(told.regions) > 5


@pytest.mark.parametrize("language", ["fr", "de"])
@pytest.mark.parametrize(
    ("email", "path"),
    [("manager@dok.example", "/"), ("manager@dok.example", "/upload"), ("els@net.example", "/publish")],
)
def test_pages_speak_one_language_only(house: Running, language: str, email: str, path: str) -> None:
    guest = house.guest(email)
    guest.post("/language", data={"language": language, "back": "/"})
    page = guest.get(path)
    assert page.status_code == 200
    assert not re.search(r">\s*[A-Z]?[a-z]* ?(the|your|with|of|and) [a-z]", page.text)
