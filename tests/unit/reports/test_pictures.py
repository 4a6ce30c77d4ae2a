"""Charts and maps: the same input gives the same picture, and every mark of the grammar is there."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from privacy.disclosure import WITHHELD, Kind
from reports.benchmark import Benchmark, Quartiles
from reports.charts import bar_chart, comparison_chart, render_png, render_svg, svg_to_png
from reports.outline import draw_outline, outline_of
from reports.postcode_map import postcode_map, quantile_breaks
from reports.theme import DARK, LIGHT, THEMES
from reports.uncertainty import Value
from tests.unit.reports.a_country import COUNTRY

PNG = b"\x89PNG\r\n\x1a\n"


def a_band(label: str, own: float, **more: object) -> Benchmark:
    item = Benchmark(
        figure="band_share", kind=Kind.SHARE, label=label, own=Value.of(own, 0.006),
        peer_mean=Value.of(0.3, 0.004), median=0.31, quartiles=Quartiles(0.25, 0.36), peers=9,
        distinguishable=True, withheld=False, previous=Value.of(own + 0.02, 0.006),
    )  # fmt: skip
    return replace(item, **more)  # type: ignore[arg-type]


BANDS = [
    a_band("1", 0.61),
    a_band("2", 0.19, quartiles=None),
    a_band("3-5", 0.14, quartiles=None, median=None, previous=None),
    a_band("6+", 0.06, quartiles=None, median=None, peer_mean=None, distinguishable=None, withheld=True),
]


def words(svg: str) -> list[str]:
    """All text of a picture."""
    root = ElementTree.fromstring(svg)
    return [element.text or "" for element in root.iter() if element.tag.endswith("text")]


def test_the_same_comparison_gives_the_same_picture() -> None:
    one, two = (comparison_chart(BANDS, title="T", unit="share") for _ in range(2))
    assert json.dumps(one) == json.dumps(two)
    assert render_svg(one) == render_svg(two)


def test_a_comparison_shows_every_mark_and_names_it() -> None:
    shown = words(
        render_svg(comparison_chart(BANDS, unit="share of bookers", label=lambda band: f"came {band}"))
    )
    for text in (
        "came 1",
        "came 6+",
        "You",
        "Peers’ mean",
        "61%",
        "30%",
        "share of bookers",
        "last season",
    ):
        assert text in shown
    assert shown.count(WITHHELD.en) == 1, "one line below says why, however many are withheld"
    assert shown.index("came 1") < shown.index("came 2") < shown.index("came 6+")


def test_the_line_stands_at_the_mean_in_every_row_as_the_words_beside_it_say() -> None:
    rows = comparison_chart(BANDS)["data"]["values"]
    assert [row.get("mean") for row in rows] == [0.3, 0.3, 0.3, None], "not at the median where there is one"
    assert [(row.get("q1"), row.get("q3")) for row in rows][:2] == [(0.25, 0.36), (None, None)]
    one_end = comparison_chart([a_band("1", 0.61, quartiles=Quartiles(None, 0.36))])
    assert "middle half of your peers" not in words(render_svg(one_end))
    shown = words(render_svg(comparison_chart(BANDS)))
    assert {"middle half of your peers", "mean of your peers"} <= set(shown)


def test_what_is_withheld_leaves_a_hatched_gap_beside_the_marks() -> None:
    def gaps(items: list[Benchmark]) -> list[float]:
        root = ElementTree.fromstring(render_svg(comparison_chart(items, width=700, key=False)))
        return [float(e.attrib["x2"]) for e in root.iter() if "stroke-dasharray" in e.attrib]

    assert len(gaps([*BANDS, replace(BANDS[3], label="more")])) == 2
    assert gaps(BANDS[:3]) == []
    assert WITHHELD.en not in words(render_svg(comparison_chart(BANDS[:3])))


def test_a_narrow_comparison_writes_names_above_the_rows_and_keeps_its_width() -> None:
    def width(svg: str) -> float:
        return float(ElementTree.fromstring(svg).attrib["width"])

    stacked = render_svg(comparison_chart(BANDS, width=312, stacked=True, key=False))
    assert {"1", "6+"} <= set(words(stacked))
    assert width(stacked) <= 326
    assert width(render_svg(comparison_chart(BANDS, width=1040))) <= 1060


def test_a_comparison_holds_no_more_than_its_rows() -> None:
    spec = comparison_chart([BANDS[3]])
    (row,) = spec["data"]["values"]
    assert set(row) == {"row", "own_text", "peers_text", "withheld", "own", "low", "high", "previous"}


def test_a_dutch_picture_has_dutch_words_and_numbers() -> None:
    reach = replace(
        BANDS[3], figure="reach", kind=Kind.COUNT, label="", own=Value.of(12387, 145),
        peer_mean=Value.of(9812, 60), withheld=False, previous=None,
    )  # fmt: skip
    shown = words(render_svg(comparison_chart([reach], language="nl")))
    assert {"U", "Gemiddelde", "12.400", "9.800", "gemiddelde van de anderen"} <= set(shown)
    assert "2.000" in shown


def test_themes_differ_in_colour_only() -> None:
    def shape(name: str) -> list[str]:
        return words(render_svg(comparison_chart(BANDS, theme=THEMES[name])))

    assert shape("light") == shape("dark")
    assert LIGHT.own in json.dumps(comparison_chart(BANDS, theme=LIGHT))
    assert LIGHT.own not in json.dumps(comparison_chart(BANDS, theme=DARK))


def test_nothing_to_compare_still_gives_a_picture() -> None:
    empty = replace(BANDS[3], own=None, previous=None)
    assert WITHHELD.en in words(render_svg(comparison_chart([empty])))
    assert render_svg(comparison_chart([])).startswith("<svg")


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_contrast_of_text_and_own_mark_meets_the_norm(theme: object) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        high, low = sorted((light(one), light(other)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for name, least in (("ink", 7.0), ("quiet", 4.5), ("own", 4.5), ("peers_mark", 3.0)):
        assert contrast(getattr(theme, name), theme.paper) >= least  # type: ignore[attr-defined]
    steps = [light(colour) for colour in theme.classes]  # type: ignore[attr-defined]
    assert steps == sorted(steps, reverse=theme is LIGHT)


def test_pictures_hold_no_style_that_a_strict_content_policy_refuses() -> None:
    for svg in (render_svg(comparison_chart(BANDS)), postcode_map(VALUES, COUNTRY).svg):
        assert "style=" not in svg
        assert "<style" not in svg
        assert "<script" not in svg


def test_own_counts_are_bars_with_their_exact_numbers() -> None:
    shown = words(
        render_svg(bar_chart([("September", 4210), ("Oktober", 6123)], language="nl", unit="boekers"))
    )
    assert {"4.210", "6.123", "boekers"} <= set(shown)


def test_png_pictures_are_png() -> None:
    assert render_png(comparison_chart(BANDS[:1]), theme=DARK, scale=1).startswith(PNG)
    assert svg_to_png(postcode_map(VALUES, COUNTRY, paper=True).svg, scale=1).startswith(PNG)


VALUES = {area.code: Value.of(float(10 + 3 * n), 2.0) for n, area in enumerate(COUNTRY.areas)}


def drawn(svg: str) -> dict[str, str]:
    """Fill of every area on a map."""
    root = ElementTree.fromstring(svg)
    return {e.attrib["data-area"]: e.attrib["fill"] for e in root.iter() if "data-area" in e.attrib}


def test_every_area_keeps_its_place_on_the_map() -> None:
    found = drawn(postcode_map(VALUES, COUNTRY, as_share=False).svg)
    assert set(found) == set(VALUES)
    assert all(draw_outline(COUNTRY, 430).areas[code].startswith("M") for code in found)


def test_areas_are_shaded_by_classes_of_equally_many() -> None:
    certain = {code: Value.of(value.estimate, 0.01) for code, value in VALUES.items()}
    made = postcode_map(certain, COUNTRY, as_share=False)
    fills = list(drawn(made.svg).values())
    sizes = [fills.count(colour) for colour in LIGHT.classes]
    assert sum(sizes) == len(VALUES)
    assert min(sizes) >= 7
    assert drawn(made.svg)["XX-00"] == LIGHT.classes[0]
    assert drawn(made.svg)["XX-49"] == LIGHT.classes[-1]


def test_what_is_uncertain_fades_and_what_cannot_be_told_stays_blank() -> None:
    values = {"XX-00": Value.of(100, 1), "XX-01": Value.of(100, 25), "XX-02": Value.of(100, 70)}
    made = postcode_map(values, COUNTRY, as_share=False)
    found = drawn(made.svg)
    assert set(found) == {"XX-00", "XX-01"}
    assert found["XX-00"] != found["XX-01"]
    assert (made.faded, made.untold) == (1, 1)
    assert "less sure" in words(made.svg)


def test_an_area_of_a_district_that_is_surely_there_is_drawn_faded() -> None:
    values = {"XX-00": Value.of(100, 1), "XX-01": Value.of(9, 20, least=0), "XX-11": Value.of(9, 20, least=0)}
    districts = {"XX-01": Value.of(140, 20), "XX-11": Value.of(9, 20, least=0)}
    alone = postcode_map(values, COUNTRY, as_share=False)
    assert set(drawn(alone.svg)) == {"XX-00"}
    made = postcode_map(values, COUNTRY, as_share=False, districts=districts)
    assert set(drawn(made.svg)) == {"XX-00", "XX-01"}
    assert (made.faded, made.untold) == (1, 1)


def test_areas_without_a_place_are_listed_beside_the_map() -> None:
    values = {**VALUES, "unknown": Value.of(40, 2), "abroad": Value.of(7, 2), "XX-99": Value.of(3, 1)}
    made = postcode_map(values, COUNTRY)
    assert [item.label for item in made.unmapped] == ["unknown", "abroad", "XX-99"]


def test_withheld_areas_are_hatched_and_say_so_once() -> None:
    made = postcode_map({}, COUNTRY, withheld=frozenset({"XX-11", "XX-99"}), language="nl")
    assert drawn(made.svg) == {"XX-11": "url(#withheld-light)"}
    assert "".join(words(made.svg)).replace(" ", "").count(WITHHELD.nl.replace(" ", "")) == 1


def test_a_map_by_region_colours_regions() -> None:
    regions = {"West": Value.of(0.8, 0.01), "East": Value.of(0.2, 0.01)}
    made = postcode_map(regions, COUNTRY, level="region", title=["Regio", "seizoen"], marker="XX-22")
    assert set(drawn(made.svg)) == {"West", "East"}
    assert {"Regio", "seizoen"} <= set(words(made.svg))


def test_a_narrow_map_has_its_legend_below() -> None:
    def size(**more: bool) -> tuple[float, float]:
        root = ElementTree.fromstring(postcode_map(VALUES, COUNTRY, **more).svg)  # type: ignore[arg-type]
        return float(root.attrib["width"]), float(root.attrib["height"])

    beside, below = size(), size(stacked=True)
    assert below[0] < 440 < beside[0]
    assert below[1] > beside[1]


def test_a_closer_map_looks_at_where_most_bookers_live() -> None:
    def view(svg: str) -> list[float]:
        inner = [e for e in ElementTree.fromstring(svg) if e.tag.endswith("svg")]
        return [float(part) for part in inner[0].attrib["viewBox"].split()]

    values = {"XX-00": Value.of(100, 1), "XX-01": Value.of(90, 1), "XX-10": Value.of(90, 1)}
    whole, closer = (view(postcode_map(values, COUNTRY, closer=c).svg) for c in (False, True))
    assert closer[2] < 0.6 * whole[2]
    assert closer[3] / closer[2] == pytest.approx(whole[3] / whole[2], rel=0.02)
    x, y = outline_of(COUNTRY).centres["XX-00"]
    assert closer[0] <= x <= closer[0] + closer[2]
    assert closer[1] <= y <= closer[1] + closer[3]
    assert view(postcode_map({}, COUNTRY, closer=True).svg) == whole


def test_the_same_map_twice_is_the_same_and_titles_are_inert() -> None:
    title = '<script>alert("x")</script>'
    one, two = (postcode_map(VALUES, COUNTRY, title=title).svg for _ in range(2))
    assert one == two
    assert "<script" not in one
    assert title in words(one)


def test_the_outline_is_drawn_once() -> None:
    assert outline_of(COUNTRY) is outline_of(COUNTRY)
    assert outline_of(COUNTRY, 300.0).width == 300.0


def test_breaks_are_round_and_within_the_values() -> None:
    assert quantile_breaks([], 5) == ()
    assert quantile_breaks([4.0, 4.0], 5) == ()
    breaks = quantile_breaks([float(n) for n in range(1, 101)], 5)
    assert breaks == (20.0, 40.0, 60.0, 80.0)
    assert quantile_breaks([0.00101, 0.00122, 0.00133, 0.00144, 0.00155], 5) == (
        0.0012,
        0.0013,
        0.0014,
        0.0015,
    )
