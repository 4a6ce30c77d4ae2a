"""venue.json is read as a whole, and every problem in it is named at once."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.prepare import ProfileError, VenueProfile
from ingest.vocabulary import Channel, Genre, ProductClass, TicketStatus
from tests.unit.ingest_prepare.helpers import GENERIC, PROFILE


def problems(raw: Any) -> tuple[str, ...]:
    with pytest.raises(ProfileError) as caught:
        VenueProfile.from_dict(raw)
    return caught.value.problems


def test_a_whole_profile_is_read(tmp_path: Path) -> None:
    path = tmp_path / "venue.json"
    path.write_text("\ufeff" + json.dumps({**PROFILE, "generic": GENERIC, "scans": True}), "utf-8")
    profile = VenueProfile.read(path)
    assert (profile.venue, profile.scans, profile.own_addresses) == (
        "de-linde",
        True,
        ("kassa@delinde.example",),
    )
    assert profile.products[1].product_class is ProductClass.PASS
    assert profile.products[1].scheme == "podiumpas"
    assert not profile.products[2].audience
    assert profile.products[4].channel is Channel.ONLINE_VOD
    assert profile.channels[0].channel is Channel.DESK
    entry = profile.programme[0]
    assert (entry.genre, entry.capacity, entry.start) == (Genre.THEATRE, 420, datetime(2025, 10, 3, 20, 15))
    assert profile.generic is not None
    assert profile.generic.statuses["retour"] is TicketStatus.REFUNDED


def test_the_least_that_a_profile_must_say_is_enough() -> None:
    needed = ("organisation", "venue", "name", "country", "timezone", "currency")
    profile = VenueProfile.from_dict({key: PROFILE[key] for key in needed})
    assert (profile.layout, profile.products, profile.generic) == ("", (), None)


def test_every_problem_is_named_at_once() -> None:
    found = problems({"venue": "De Linde", "timezone": "Europe/Utrecht", "programme": [{}], "colour": "red"})
    for named in ("organisation", "venue", "name", "country", "timezone", "currency", "colour",
                  "programme[1].match", "programme[1].production"):  # fmt: skip
        assert any(problem.startswith(named) for problem in found), named


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"country": "nl"}, "country must be"),
    ({"currency": "euro"}, "currency must be"),
    ({"timezone": "../etc/passwd"}, "timezone must be"),
    ({"timezone": 3}, "timezone must be"),
    ({"layout": "excel"}, "layout must be one of"),
    ({"layout": "generic"}, "there must be a generic mapping"),
    ({"name": "  "}, "name must be a text, not empty"),
    ({"scans": "yes"}, "scans must be true or false"),
    ({"own_addresses": "kassa@x.example"}, "own_addresses must be a list"),
    ({"own_addresses": [1]}, "own_addresses must be a list"),
    ({"products": {}}, "products must be a list"),
    ({"products": ["Normaal"]}, "products[1] must be an object"),
    ({"products": [{"match": "x"}]}, "products[1].class is missing"),
    ({"products": [{"match": "x", "class": "vip"}]}, "products[1].class must be one of single"),
    ({"products": [{"match": "x", "class": "single", "audience": 1}]}, "products[1].audience must be"),
    ({"products": [{"class": "single"}]}, "products[1].match must be"),
    ({"products": [{"match": "x", "class": "single", "color": 1}]}, "products[1].color is not known"),
    ({"channels": [{"match": "x", "channel": "fax"}]}, "channels[1].channel must be one of web"),
    ({"channels": [{"match": "x"}]}, "channels[1].channel must be one of web"),
    ({"programme": [{"match": "x", "production": "x", "genre": "western"}]}, "programme[1].genre must be"),
    ({"programme": [{"match": "x", "production": "x", "capacity": "90"}]}, "programme[1].capacity must be"),
    ({"programme": [{"match": "x", "production": "x", "capacity": True}]}, "programme[1].capacity must be"),
    ({"programme": [{"match": "x", "production": "x", "capacity": 0}]}, "programme[1].capacity must be"),
    ({"programme": [{"match": "x", "production": "x", "start": "3 oktober"}]}, "programme[1].start must be"),
    ({"programme": [{"match": "x", "production": "x", "start": "2025-10-03"}]}, "programme[1].start must be"),
    ({"programme": [{"match": "x", "production": "x", "start": "2025-10-03T20:15+02:00"}]},
     "programme[1].start must be"),
    ({"generic": []}, "generic must be an object"),
    ({"generic": {**GENERIC, "columns": {"order_ref": "Nr"}}}, "column for production"),
    ({"generic": {**GENERIC, "columns": {**GENERIC["columns"], "name": "Naam"}}}, "knows no column name"),
    ({"generic": {**GENERIC, "columns": []}}, "generic.columns must be an object"),
    ({"generic": {**GENERIC, "columns": {"order_ref": ""}}}, "generic.columns must be an object"),
    ({"generic": {**GENERIC, "statuses": {"Betaald": "paid"}}}, "Betaald must be one of sold"),
    ({"generic": {**GENERIC, "delimiter": "::"}}, "generic.delimiter must be"),
    ({"generic": {**GENERIC, "encoding": "klingon"}}, "generic.encoding must be"),
    ({"generic": {**GENERIC, "decimal": "'"}}, "generic.decimal must be"),
    ({"generic": {**GENERIC, "date": ""}}, "generic.date must be"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "expected"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_what_is_wrong_is_named_with_its_place(changed: dict[str, Any], expected: str) -> None:
    assert any(expected in problem for problem in problems({**PROFILE, **changed}))


def test_a_profile_must_be_an_object() -> None:
    assert problems([]) == ("It must be one JSON object.",)


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_json_says_so(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "venue.json"
    path.write_bytes(raw)
    with pytest.raises(ProfileError, match="cannot be read"):
        VenueProfile.read(path)
    with pytest.raises(ProfileError, match="cannot be read"):
        VenueProfile.read(tmp_path / "nowhere.json")
