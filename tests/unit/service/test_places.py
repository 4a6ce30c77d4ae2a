"""What stands beside the map is found once for each release and venue, and never shown to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation.geography import Area, Geography
from ingest.seasons import Season
from privacy.release import StoredRelease
from reports.benchmark import AudienceCells
from service import places
from service.compare import View
from service.people import Venue
from service.places import Places, places_of
from tests.unit.reports import test_benchmark
from tests.unit.reports.test_benchmark import file_of

GEOGRAPHY = Geography(
    (
        Area("NL-1011", "NL", "NL-NH", 52.37, 4.90, "Amsterdam", ()),
        Area("NL-3511", "NL", "NL-UT", 52.09, 5.12, "Utrecht", ()),
    ),
    "nobody",
)


def a_row(measure: str, bookers: float, **more: object) -> dict[str, object]:
    return test_benchmark.a_row(measure, bookers, fit=bookers, **more)


def release(folder: Path, text: str = "{}") -> StoredRelease:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(text)
    return StoredRelease("r1", folder)


def cells(venue: str, area: str, bookers: float) -> AudienceCells:
    return file_of(
        a_row("reach", 2 * bookers, venue=venue, level="core"),
        a_row("reach_by_area", bookers, venue=venue, label=area, level="cell"),
        a_row("reach_by_area", 90.0, venue=venue, label="unknown", level="cell"),
        a_row("reach_by_area", bookers, venue=venue, label=area[:5], level="district"),
    )


def view(venue: str, stored: StoredRelease, seen: AudienceCells) -> View:
    house = Venue(venue, "o", venue, "theatre", "", "NL", "", "NL-1011")
    season = Season(2025)
    return View(house, season, (season,), (), None, stored, seen, None)


def codes(found: Places) -> list[str]:
    return [row.code for row in found.areas]


def test_the_sure_areas_districts_and_who_is_not_on_the_map_are_told_with_their_share(tmp_path: Path) -> None:
    found = places_of(view("a", release(tmp_path / "r"), cells("a", "NL-1011", 400.0)), GEOGRAPHY, "NL")
    assert [(row.code, row.place) for row in found.areas] == [("NL-1011", "Amsterdam")]
    assert [row.code for row in found.districts] == ["NL-10"]
    assert [row.code for row in found.elsewhere] == ["unknown"]
    [area] = found.areas
    assert area.share is not None
    assert area.share.estimate == pytest.approx(0.5)


def test_a_second_request_finds_nothing_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = view("a", release(tmp_path / "r"), cells("a", "NL-1011", 400.0))
    first = places_of(seen, GEOGRAPHY, "NL")

    def never(*_: object) -> Places:
        raise AssertionError("It was found before.")

    monkeypatch.setattr(places, "_find", never)
    assert places_of(seen, GEOGRAPHY, "NL") is first


def test_another_venue_and_another_release_get_their_own(tmp_path: Path) -> None:
    stored = release(tmp_path / "r")
    assert codes(places_of(view("a", stored, cells("a", "NL-1011", 400.0)), GEOGRAPHY, "NL")) == ["NL-1011"]
    assert codes(places_of(view("b", stored, cells("b", "NL-3511", 400.0)), GEOGRAPHY, "NL")) == ["NL-3511"]
    other = release(tmp_path / "s")
    assert codes(places_of(view("a", other, cells("a", "NL-3511", 400.0)), GEOGRAPHY, "NL")) == ["NL-3511"]
    renewed = release(tmp_path / "r", '{"a": 1}')
    assert codes(places_of(view("a", renewed, cells("a", "NL-3511", 400.0)), GEOGRAPHY, "NL")) == ["NL-3511"]


def test_a_venue_without_a_reach_has_no_shares(tmp_path: Path) -> None:
    alone = file_of(a_row("reach_by_area", 400.0, venue="a", label="NL-1011", level="cell"))
    [row] = places_of(view("a", release(tmp_path / "r"), alone), GEOGRAPHY, "NL").areas
    assert row.share is None
