"""Audience files: who sees which cell, which figure of a group, and what it can be turned into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.seasons import Season
from privacy.disclosure import AUDIENCE_SCHEMA, COORDINATOR, PUBLIC, audience_files
from privacy.publish import protect
from privacy.release import CELLS_SCHEMA
from tests.privacy.made_cells import LATE_ENOUGH, SEASON, a_cell, a_group, a_table, reach_cells, rows_of
from tests.privacy.small_network import REGIONS, VENUES, exact_tables
from tests.privacy.test_disclosure_rules import safe_by_hand

ALONE: Mapping[str, str] = {}


def files_of(
    rows: list[dict[str, object]],
    members: str = "abcdef",
    owners: Mapping[str, str] = ALONE,
    today: date = LATE_ENOUGH,
    **more: object,
) -> dict[str, pa.Table]:
    groups = more.pop("groups", [a_group(members)])
    venues = sorted({str(row["venue"]) for row in rows} - {""})
    return audience_files(a_table(rows), groups, venues, owners, SEASON, today, **more)  # type: ignore[arg-type]


def peer_mean(
    files: Mapping[str, pa.Table], venue: str, figure: str = "reach", label: str = ""
) -> dict[str, object]:
    (row,) = rows_of(files[venue], f"peer_mean/{figure}", label=label)
    return row


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 4000), st.sampled_from("uvwxyz")), min_size=4, max_size=9),
    st.data(),
)
def test_V_2_a_group_figure_is_published_exactly_when_it_is_safe(
    venues: list[tuple[int, str]], data: st.DataObject
) -> None:
    names = [f"v{n}" for n in range(len(venues))]
    reach = {name: float(value) for name, (value, _) in zip(names, venues, strict=True)}
    owners = {name: owner for name, (_, owner) in zip(names, venues, strict=True)}
    looking = data.draw(st.sampled_from(names))
    files = files_of(reach_cells(reach), owners=owners, groups=[a_group(names)])
    others: dict[str, float] = {}
    for name in names:
        if owners[name] != owners[looking]:
            others[owners[name]] = others.get(owners[name], 0.0) + reach[name]
    safe = len(others) >= 4 and safe_by_hand(list(others.values()), 1)
    assert (peer_mean(files, looking)["status"] == "derived") == safe


def test_the_mean_leaves_out_whoever_looks() -> None:
    reach = dict(zip("abcdef", (100.0, 120, 140, 160, 180, 900), strict=True))
    files = files_of(reach_cells(reach))
    assert peer_mean(files, "f")["estimate"] == pytest.approx(140.0)
    reach["f"] = 5.0
    assert peer_mean(files_of(reach_cells(reach)), "f") == peer_mean(files, "f")


def test_what_others_own_together_is_left_out_with_the_venue() -> None:
    reach = dict(zip("abcdefg", (100.0, 120, 140, 160, 180, 700, 800), strict=True))
    files = files_of(reach_cells(reach), "abcdefg", {"f": "pair", "g": "pair"})
    row = peer_mean(files, "f")
    assert (row["estimate"], row["peers"]) == (pytest.approx(140.0), 5)


@pytest.mark.parametrize(("others", "shown"), [(3, False), (4, True), (5, True)])
def test_V_1_four_other_owners_must_stand_behind_a_mean(others: int, shown: bool) -> None:
    names = "abcdefg"[: others + 1]
    files = files_of(reach_cells(dict.fromkeys(names, 200.0)), names)
    assert (peer_mean(files, "a")["status"] == "derived") is shown


def test_V_1_six_venues_of_two_owners_are_two() -> None:
    owners = dict.fromkeys("abc", "one") | dict.fromkeys("def", "two")
    files = files_of(reach_cells(dict.fromkeys("abcdefg", 200.0)), "abcdefg", owners)
    assert peer_mean(files, "g")["status"] == "withheld"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3000).map(float), min_size=6, max_size=9))
def test_a_mean_with_ones_own_exact_figure_and_one_friends_tells_no_venue_within_ten_percent(
    reach: list[float],
) -> None:
    names = "abcdefghi"[: len(reach)]
    known = dict(zip(names, reach, strict=True))
    row = peer_mean(files_of(reach_cells(known), names), "a")
    if row["status"] == "withheld":
        return
    total = float(row["estimate"]) * int(row["peers"])  # type: ignore[arg-type,call-overload]
    others = {name: value for name, value in known.items() if name != "a"}
    largest = max(others, key=lambda name: others[name])
    for friend in set(others) - {largest}:
        assert total - others[friend] >= 1.1 * others[largest] - 1e-6


def withheld_rows(files: Mapping[str, pa.Table], venue: str = "a") -> list[dict[str, object]]:
    rows = [row for row in files[venue].to_pylist() if row["measure"] == "peer_mean/reach"]
    return [{key: value for key, value in row.items() if key not in {"cell_id", "group"}} for row in rows]


def test_withheld_looks_the_same_whichever_rule_hit() -> None:
    even, tall = dict.fromkeys("abcdef", 200.0), {**dict.fromkeys("abcdef", 200.0), "b": 9000.0}
    few = withheld_rows(files_of(reach_cells(even), "af", groups=[a_group("af", id="few")]))
    dominated = withheld_rows(files_of(reach_cells(tall)))
    early = withheld_rows(files_of(reach_cells(even), today=date(2026, 9, 1)))
    differs_by_one = withheld_rows(
        files_of(reach_cells(even | {"g": 200.0}), groups=[a_group("abcdefg", id="wide"), a_group("abcdef")])
    )[1:]
    bodies = [{**row, "peers": 0} for found in (few, dominated, early, differs_by_one) for row in found]
    assert len(bodies) == 4
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["status"] == "withheld"
    assert all(bodies[0][name] is None for name in ("noisy", "sigma", "estimate", "low", "high"))


def test_V_6_before_the_lag_is_over_only_the_own_figures_are_there() -> None:
    rows = [*reach_cells(dict.fromkeys("abcdef", 200.0)), a_cell("network_reach", 900, level="total")]
    files = files_of(rows, today=date(2026, 10, 30))
    told = [row for row in files["a"].to_pylist() if row["status"] != "withheld"]
    assert {row["venue"] for row in told} == {"a"}
    assert all(row["status"] == "withheld" for row in files[PUBLIC].to_pylist())


def test_a_group_of_another_season_shows_nothing() -> None:
    files = files_of(
        reach_cells(dict.fromkeys("abcdef", 200.0)), groups=[a_group("abcdef", season=Season(2024))]
    )
    assert rows_of(files["a"], "peer_mean/reach") == []


def test_a_share_that_only_one_venue_has_is_withheld() -> None:
    reach = dict.fromkeys("abcdef", 400.0)
    genre = [
        a_cell("reach_by_genre", 200.0 if label == "theatre" or venue == "b" else 0.0, venue=venue,
               label=label, dimension="genre")
        for venue in reach
        for label in ("theatre", "dance", "opera")
    ]  # fmt: skip
    files = files_of([*reach_cells(reach), *genre])
    assert peer_mean(files, "a", "genre_share", "dance")["status"] == "withheld"
    assert peer_mean(files, "b", "genre_share", "theatre")["estimate"] == pytest.approx(0.5)


def area_cells(reach: Mapping[str, Mapping[str, float]]) -> list[dict[str, object]]:
    """Areas, their regions and the network's, added up."""
    rows: list[dict[str, object]] = []
    for area, by_venue in reach.items():
        for venue, value in by_venue.items():
            rows.append(a_cell("reach_by_area", value, venue=venue, label=area, dimension="area"))
        rows.append(a_cell("network_reach_by_area", sum(by_venue.values()), label=area, dimension="area"))
    venues = next(iter(reach.values()))
    whole = {venue: sum(by_venue[venue] for by_venue in reach.values()) for venue in venues}
    for venue, value in whole.items():
        rows.append(
            a_cell("reach_by_area", value, venue=venue, label="North", dimension="area", level="region")
        )
    rows.append(
        a_cell("network_reach_by_area", sum(whole.values()), label="North", dimension="area", level="region")
    )
    return rows + reach_cells(whole)


def test_an_even_share_of_one_very_large_venue_is_judged_as_its_count() -> None:
    """Whoever knows the totals turns shares back into counts."""
    reach = {**dict.fromkeys("abcdef", 100.0), "b": 90000.0}
    rows = reach_cells(reach)
    for venue, value in reach.items():
        rows += [
            a_cell("reach_by_area", value / 4, venue=venue, label=f"NL-{n}", dimension="area")
            for n in range(4)
        ]
    assert peer_mean(files_of(rows), "a", "area_share", "NL-1")["status"] == "withheld"
    assert peer_mean(files_of(rows), "b", "area_share", "NL-1")["status"] == "derived"


EVEN = dict.fromkeys("abcdef", 50.0)
ONE_VENUE = {**dict.fromkeys("abcdef", 0.0), "b": 60.0}


def test_V_8_an_area_that_one_venue_fills_rolls_up_and_takes_another_with_it() -> None:
    """A lone blank would be the region less the other areas."""
    areas = {"NL-1": EVEN, "NL-2": ONE_VENUE, "NL-3": {v: 2 * n for v, n in EVEN.items()}}
    files = files_of(area_cells(areas), regions=dict.fromkeys(areas, "North"))
    cells = {row["label"]: row["status"] for row in rows_of(files["a"], "network_reach_by_area")}
    assert cells == {"NL-1": "withheld", "NL-2": "withheld", "NL-3": "released", "North": "released"}
    shares = {row["label"]: row["status"] for row in rows_of(files["a"], "peer_mean/area_share")}
    assert shares == {"NL-1": "withheld", "NL-2": "withheld", "NL-3": "derived"}
    assert peer_mean(files, "a", "region_share", "North")["status"] == "derived"


def test_an_unsafe_region_hides_its_areas() -> None:
    areas = {"NL-1": EVEN, "NL-2": {**dict.fromkeys("abcdef", 0.0), "b": 5000.0}}
    files = files_of(area_cells(areas), regions=dict.fromkeys(areas, "North"))
    assert {row["status"] for row in rows_of(files[PUBLIC], "network_reach_by_area")} == {"withheld"}


def test_a_network_cell_hides_its_largest_venue_from_any_two_others() -> None:
    safe_from_one = dict(zip("abcdef", (100.0, 60, 36, 2, 1, 1), strict=True))
    rows = [*reach_cells(safe_from_one), a_cell("network_reach", 180, level="total")]
    assert rows_of(files_of(rows)[PUBLIC], "network_reach")[0]["status"] == "withheld"
    fair = dict(zip("abcdef", (100.0, 60, 36, 12, 10, 8), strict=True))
    rows = [*reach_cells(fair), a_cell("network_reach", 200, level="total")]
    assert rows_of(files_of(rows)[PUBLIC], "network_reach")[0]["status"] == "released"


def test_new_and_returning_are_shown_together_or_not_at_all() -> None:
    even, tall = dict.fromkeys("abcdef", 100.0), {**dict.fromkeys("abcdef", 20.0), "b": 900.0}
    rows = reach_cells(dict.fromkeys("abcdef", 300.0))
    rows += [a_cell("new", value, venue=venue) for venue, value in even.items()]
    rows += [a_cell("returning", value, venue=venue) for venue, value in tall.items()]
    rows += [a_cell("network_new", 600), a_cell("network_returning", 900)]
    file = files_of(rows)[PUBLIC]
    assert [row["status"] for row in file.to_pylist()] == ["withheld", "withheld"]


def test_a_network_measure_that_no_rule_judges_is_withheld() -> None:
    rows = [*reach_cells(dict.fromkeys("abcdef", 100.0)), a_cell("network_of_tomorrow", 600)]
    assert rows_of(files_of(rows)[PUBLIC], "network_of_tomorrow")[0]["status"] == "withheld"


def test_V_7_median_and_quartiles_appear_with_five_and_eight_other_owners() -> None:
    def ordered(others: int) -> dict[str, object]:
        names = "abcdefghij"[: others + 1]
        file = files_of(reach_cells({n: 200.0 + 10 * i for i, n in enumerate(names)}), names)["a"]
        return {name: rows_of(file, f"peer_{name}/reach")[0]["status"] for name in ("q1", "median", "q3")}

    assert ordered(4) == {"q1": "withheld", "median": "withheld", "q3": "withheld"}
    assert ordered(5) == {"q1": "withheld", "median": "derived", "q3": "withheld"}
    assert ordered(8) == {"q1": "derived", "median": "derived", "q3": "derived"}


def test_V_7_the_same_owners_are_ranked_once_and_only_for_the_members() -> None:
    """In a group that holds another group, and for the coordinator, a second look at the ranks is no look."""
    names = "abcdefghijkl"
    groups = [a_group(names), a_group(names[:9], id="within")]
    files = audience_files(
        a_table(reach_cells({n: 200.0 + 10 * i for i, n in enumerate(names)})),
        groups,
        names,
        {name: name for name in names},
        SEASON,
        LATE_ENOUGH,
    )

    def ranked(who: str) -> set[str]:
        rows = files[who].to_pylist()
        wanted = [
            row for row in rows if row["measure"] in {"peer_q1/reach", "peer_median/reach", "peer_q3/reach"}
        ]
        assert {row["group"] for row in wanted} >= {groups[0].id}
        return {row["group"] for row in wanted if row["status"] == "derived"}

    assert ranked("a") == {"within"}
    assert ranked("l") == set()
    assert ranked(COORDINATOR) == set()


def test_a_value_that_the_release_withholds_leaves_nobodys_file_with_a_number() -> None:
    rows = reach_cells(dict.fromkeys("abcdef", 200.0))
    rows.append(a_cell("visits_per_booker", 7.0, venue="a", status="withheld"))
    rows.append(a_cell("network_reach", 900.0, level="total", status="withheld"))
    file = files_of(rows)["a"]
    for row in (*rows_of(file, "visits_per_booker", venue="a"), *rows_of(file, "network_reach")):
        assert (row["status"], row["estimate"], row["noisy"]) == ("withheld", None, None)


@pytest.fixture(scope="module")
def released() -> pa.Table:
    return protect(exact_tables(), regions=REGIONS).cells


@pytest.fixture(scope="module")
def everyone(released: pa.Table) -> dict[str, pa.Table]:
    groups = [a_group(VENUES), a_group(VENUES[:5], id="first-five")]
    return audience_files(released, groups, VENUES, ALONE, SEASON, LATE_ENOUGH, REGIONS)


def test_no_file_holds_a_cell_of_another_venue(everyone: dict[str, pa.Table]) -> None:
    for audience, file in everyone.items():
        assert set(file["venue"].to_pylist()) <= {"", audience}
        others = set(VENUES) - {audience}
        named = [c for c in file["cell_id"].to_pylist() if others & set(c.replace("|", "/").split("/"))]
        assert named == []
    for audience in (PUBLIC, COORDINATOR):
        assert set(everyone[audience]["venue"].to_pylist()) == {""}


def test_V_11_the_public_sees_no_group_and_the_coordinator_only_what_is_safe_for_all(
    everyone: dict[str, pa.Table],
) -> None:
    assert set(everyone[PUBLIC]["group"].to_pylist()) == {""}
    (mean,) = rows_of(everyone[COORDINATOR], "peer_mean/reach", group="theatres")
    assert mean["peers"] == len(VENUES)


def test_own_cells_are_the_released_ones_unchanged(released: pa.Table, everyone: dict[str, pa.Table]) -> None:
    for venue in VENUES:
        own = {row["cell_id"]: row for row in everyone[venue].to_pylist() if row["venue"] == venue}
        for cell in released.to_pylist():
            if cell["venue"] == venue and cell["status"] != "withheld":
                assert {name: own[cell["cell_id"]][name] for name in cell} == cell


def test_every_cell_of_a_file_has_its_own_address(everyone: dict[str, pa.Table]) -> None:
    for file in everyone.values():
        ids = file["cell_id"].to_pylist()
        assert len(ids) == len(set(ids))


def test_an_audience_file_has_the_columns_of_a_release_and_two_more(everyone: dict[str, pa.Table]) -> None:
    assert AUDIENCE_SCHEMA.names == [*CELLS_SCHEMA.names, "group", "peers"]
    assert [AUDIENCE_SCHEMA.field(n).type for n in CELLS_SCHEMA.names] == list(CELLS_SCHEMA.types)
    assert all(file.schema == AUDIENCE_SCHEMA for file in everyone.values())


def test_V_4_the_same_release_gives_the_same_files(released: pa.Table, everyone: dict[str, pa.Table]) -> None:
    groups = [a_group(VENUES), a_group(VENUES[:5], id="first-five")]
    again = audience_files(released, groups, VENUES, ALONE, SEASON, LATE_ENOUGH, REGIONS)
    assert all(again[name].equals(file) for name, file in everyone.items())


def test_shown_shares_agree_with_the_counts_they_come_from(everyone: dict[str, pa.Table]) -> None:
    file = everyone[VENUES[0]]
    reach = next(r for r in rows_of(file, "reach", venue=VENUES[0]) if r["level"] == "core")
    returning = rows_of(file, "returning", venue=VENUES[0])[0]
    (share,) = rows_of(file, "returning_share", venue=VENUES[0])
    expected = float(returning["estimate"]) / float(reach["estimate"])  # type: ignore[arg-type]
    assert share["estimate"] == pytest.approx(expected)
    assert np.isfinite(share["sigma"])  # type: ignore[arg-type]


def test_a_mean_over_small_cells_is_not_bent_by_estimates_that_stop_at_nothing() -> None:
    """Half of all noise around nothing is negative; a mean of clamped estimates would be too high."""
    random = np.random.default_rng(7)
    names = "abcdefghi"
    means = []
    for _ in range(40):
        reach = reach_cells(dict.fromkeys(names, 1000.0))
        draws = random.normal(20.0, 30.0, len(names))
        rows = [
            a_cell("returning", value, venue=v, sigma=30.0) for v, value in zip(names, draws, strict=True)
        ]
        row = peer_mean(files_of([*reach, *rows], names), "a", "returning_share")
        signed = draws[1:].mean() / 1000
        if row["status"] == "derived":
            means.append(float(row["estimate"]) - max(signed, 0.0))  # type: ignore[arg-type]
    assert len(means) > 10
    assert np.abs(means).max() < 1e-4


def test_own_shares_follow_the_published_estimate_within_the_interval_of_the_signed_fit() -> None:
    leaned = a_cell("returning", 100.0, venue="a", sigma=30.0) | {"estimate": 130.0}
    rows = [*reach_cells(dict.fromkeys("abcdef", 1000.0), sigma=0.001), leaned]
    (own,) = rows_of(files_of(rows)["a"], "returning_share", venue="a")
    assert own["estimate"] == pytest.approx(0.13)
    assert own["low"] == pytest.approx(0.1 - 0.0588, abs=1e-4)
    assert own["high"] == pytest.approx(0.1 + 0.0588, abs=1e-4)
