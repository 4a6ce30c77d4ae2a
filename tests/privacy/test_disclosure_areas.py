"""Areas in districts, regions and countries: nothing left out is found by subtraction at any level."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.disclosure import PUBLIC, audience_files
from privacy.disclosure_areas import WHOLE, Layer, Nesting, shown_areas
from privacy.disclosure_rules import dominance_safe
from tests.privacy.made_cells import LATE_ENOUGH, SEASON, a_cell, a_table, reach_cells, rows_of
from tests.privacy.test_disclosure_rules import safe_by_hand

REGIONS = {
    f"NL-{n}": "North" if n < 3000 else "South" for n in (1011, 1012, 2011, 2012, 3011, 3012, 4011, 4012)
}
AREAS = (*REGIONS, "unknown", "abroad")
OWNERS = "abcde"


def above(level: str, label: str) -> tuple[str, str]:
    """The total a label belongs to, written down by hand."""
    if level == "country" or label in {"unknown", "abroad"}:
        outside = label in {"unknown", "abroad"} and level != "region"
        return (
            ("region", label)
            if outside and level == "district"
            else ("district", label)
            if outside
            else WHOLE
        )
    if level == "region":
        return "country", "NL"
    if level == "district":
        return "region", "North" if label in {"NL-10", "NL-20"} else "South"
    return "district", label[:5]


def layers_of(reach: Mapping[str, list[float]]) -> dict[str, Layer]:
    """Every level added up from the areas."""

    def layer(into: dict[str, list[str]]) -> Layer:
        judged = np.array([np.sum([reach[area] for area in areas], axis=0) for areas in into.values()])
        return Layer(tuple(into), judged, dominance_safe(judged))

    outside = {label: [label] for label in ("unknown", "abroad")}
    by_region: dict[str, list[str]] = {}
    by_district: dict[str, list[str]] = {}
    for area, region in REGIONS.items():
        by_region.setdefault(region, []).append(area)
        by_district.setdefault(area[:5], []).append(area)
    return {
        "country": layer({"NL": list(REGIONS)}),
        "region": layer(by_region | outside),
        "district": layer(by_district | outside),
        "cell": layer({area: [area] for area in AREAS}),
    }


values = st.lists(st.integers(0, 400).map(float), min_size=5, max_size=5)


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(AREAS, values)))
def test_under_every_shown_total_what_is_left_out_is_safe(reach: dict[str, list[float]]) -> None:
    layers = layers_of(reach)
    shown = shown_areas(layers, Nesting(AREAS, REGIONS), 1)
    told = {(level, label) for level, layer in layers.items()
            for label, yes in zip(layer.labels, shown[level], strict=True) if yes}  # fmt: skip
    families: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for level, layer in layers.items():
        for row, label in enumerate(layer.labels):
            families.setdefault(above(level, label), []).append((level, row))
            if (level, label) in told:
                assert layer.safe[row]
    for total, rows in families.items():
        hidden = [layers[level].judged[row] for level, row in rows if not shown[level][row]]
        if total != WHOLE and total not in told:
            assert len(hidden) == len(rows)
        elif hidden and len(hidden) < len(rows):
            assert safe_by_hand(np.sum(hidden, axis=0).tolist(), 1)


EVEN = [40.0] * 5
ONE = [0.0, 60.0, 0.0, 0.0, 0.0]


def test_an_unsafe_area_takes_its_neighbour_in_the_same_district_and_no_other() -> None:
    reach = dict.fromkeys(AREAS, EVEN) | {"NL-1011": ONE}
    layers = layers_of(reach)
    shown = shown_areas(layers, Nesting(AREAS, REGIONS), 1)
    hidden = [area for area, yes in zip(AREAS, shown["cell"], strict=True) if not yes]
    assert hidden == ["NL-1011", "NL-1012"]
    assert shown["district"].all()


def test_abroad_left_out_alone_would_be_the_whole_less_the_country() -> None:
    reach = dict.fromkeys(AREAS, EVEN) | {"abroad": ONE}
    shown = shown_areas(layers_of(reach), Nesting(AREAS, REGIONS), 1)
    assert shown["region"].tolist() == [True, True, False, False]
    assert shown["country"].all()


def test_districts_of_the_network_are_judged_in_the_published_file() -> None:
    reach = {area: dict(zip("abcdef", (40.0, 41, 42, 43, 44, 45), strict=True)) for area in AREAS}
    reach["NL-1011"] = {**dict.fromkeys("abcdef", 0.0), "b": 90.0}
    rows = reach_cells({venue: sum(r[venue] for r in reach.values()) for venue in "abcdef"})
    for level, cut in (("cell", 8), ("district", 5)):
        for label in dict.fromkeys(area[:cut] for area in AREAS):
            inside = [area for area in AREAS if area[:cut] == label]
            about = {"label": label, "dimension": "area", "level": level}
            by_venue = {venue: sum(reach[area][venue] for area in inside) for venue in "abcdef"}
            rows += [a_cell("reach_by_area", n, venue=venue, **about) for venue, n in by_venue.items()]  # type: ignore[arg-type]
            rows.append(a_cell("network_reach_by_area", sum(by_venue.values()), **about))  # type: ignore[arg-type]
    file = audience_files(a_table(rows), [], "abcdef", {}, SEASON, LATE_ENOUGH, REGIONS)[PUBLIC]
    hidden = {row["label"] for row in rows_of(file, "network_reach_by_area") if row["status"] == "withheld"}
    assert hidden == {"NL-1011", "NL-1012"}
