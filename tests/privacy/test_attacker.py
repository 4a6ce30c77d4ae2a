"""T-08: the attacker check finds what hand-made files give away to one account or two, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from privacy.attacker import Breach, attack
from privacy.attacker_facts import Edition, UnknownProductError, check_known
from privacy.clearing import Clearance, NotClearedError, leave_out
from privacy.disclosure import audience_files
from privacy.disclosure_cells import read_grids
from privacy.peer_groups import PeerGroup
from privacy.publish import protect
from tests.privacy.made_cells import LATE_ENOUGH, SEASON, a_cell, a_group, a_table, reach_cells
from tests.privacy.small_network import REGIONS, VENUES, exact_tables

ALONE: Mapping[str, str] = {}
EVEN = dict(zip("abcdefghijkl", (500.0, 520, 540, 560, 480, 460, 510, 530, 550, 470, 490, 505), strict=True))


def edition(
    rows: list[dict[str, object]],
    groups: Sequence[PeerGroup],
    owners: Mapping[str, str] = ALONE,
    regions: Mapping[str, str] | None = None,
) -> Edition:
    cells = a_table(rows)
    venues = sorted({str(row["venue"]) for row in rows} - {""})
    files = audience_files(cells, groups, venues, everyone(venues, owners), SEASON, LATE_ENOUGH, regions)
    return Edition(read_grids(cells), files, groups)


def everyone(venues: Sequence[str], owners: Mapping[str, str]) -> dict[str, str]:
    return {venue: owners.get(venue, venue) for venue in venues}


def breaches(
    now: Edition,
    owners: Mapping[str, str] = ALONE,
    regions: Mapping[str, str] | None = None,
    earlier: Sequence[Edition] = (),
) -> tuple[Breach, ...]:
    venues = sorted({venue for grid in now.grids.values() for venue in grid.venues})
    return attack(now, venues, owners, regions or {}, earlier)


def refused(found: Sequence[Breach]) -> set[str]:
    return {told.measure for breach in found for told in breach.refused}


def test_T_08_V_2_an_even_group_is_safe_from_any_two() -> None:
    members = "abcdefg"
    now = edition(reach_cells(EVEN), [a_group(members)])
    shown = [row for row in now.files["a"].to_pylist() if row["measure"] == "peer_mean/reach"]
    assert shown[0]["status"] == "derived"
    assert not [told for told in refused(breaches(now)) if told.startswith("peer_mean")]


def test_T_08_two_members_who_know_their_own_leave_nobody_behind_whom_to_hide() -> None:
    """The rules allow for one colluding member; two find who stands beside nearly nothing."""
    reach = {"a": 500.0, "b": 520.0, "c": 500.0, "d": 30.0, "e": 20.0}
    now = edition(reach_cells(reach), [a_group("abcde")])
    found = breaches(now)
    assert refused(found) >= {"peer_mean/reach"} or all(
        row["status"] == "withheld" for row in now.files["a"].to_pylist() if row["measure"].startswith("peer")
    )


def test_T_08_V_5_two_overlapping_groups_that_differ_by_one_give_it_away() -> None:
    groups = [a_group("abcdefgh", id="one"), a_group("abcdefg", id="two")]
    now = with_shown(reach_cells(EVEN), groups)
    found = breaches(now)
    assert any(breach.owner == "h" for breach in found)
    assert breaches(without(now, found)) == ()


def test_T_08_V_1_a_holding_reads_with_all_its_venues() -> None:
    """Two venues of one holding stand in different groups; together they find the one between them."""
    groups = [a_group("abcdefg", id="one"), a_group("cdefgi", id="two")]
    owners = {"a": "pair", "i": "pair"}
    rows = reach_cells(EVEN)
    held = with_shown(rows, groups, owners)
    found = breaches(held, owners)
    assert any(breach.owner == "b" for breach in found)
    alone = breaches(with_shown(rows, groups), ALONE)
    assert not any(breach.owner == "b" and mean_is_refused(breach) for breach in alone)


def with_shown(
    rows: list[dict[str, object]], groups: Sequence[PeerGroup], owners: Mapping[str, str] = ALONE
) -> Edition:
    """As if no rule had withheld a group beside the others: each group's files made without them."""
    parts = [edition(rows, [group], owners) for group in groups]
    names = {who for part in parts for who in part.files}
    files = {who: pa.concat_tables([part.files[who] for part in parts if who in part.files]) for who in names}
    return means_of(Edition(parts[0].grids, files, groups))


def means_of(now: Edition) -> Edition:
    """The same without medians and quartiles."""
    files = {
        who: file.filter(pc.invert(pc.match_substring_regex(file["measure"], "^peer_(q1|median|q3)/")))
        for who, file in now.files.items()
    }
    return Edition(now.grids, files, now.groups)


def without(now: Edition, found: Sequence[Breach]) -> Edition:
    dropped = frozenset(told for breach in found for told in breach.refused)
    return Edition(now.grids, {who: leave_out(file, dropped) for who, file in now.files.items()}, now.groups)


def test_T_08_what_is_left_out_of_a_total_is_its_complement() -> None:
    """Returning is shown, new is not: it is found all the same, since everyone knows the whole."""
    venues = "abcdefgh"
    values = dict.fromkeys(venues, 100.0) | {"a": 6000.0}
    rows = reach_cells({name: 2 * values[name] for name in venues})
    rows += [a_cell(kind, values[name], venue=name) for name in venues for kind in ("returning", "new")]
    rows += [a_cell(f"network_{kind}", sum(values.values())) for kind in ("returning", "new")]
    now = edition(rows, [])
    shown = {
        who: set_shown(file, "network_returning", sum(values.values())) for who, file in now.files.items()
    }
    found = breaches(Edition(now.grids, shown, []))
    assert {(breach.owner, breach.cell[0]) for breach in found} == {("a", "returning")}
    assert refused(found) == {"network_returning"}


def set_shown(file: pa.Table, measure: str, value: float) -> pa.Table:
    """The file with a number shown that the rules withheld."""
    rows = file.to_pylist()
    for row in rows:
        if row["measure"] == measure:
            row |= {"status": "released", "noisy": round(value), "fit": value, "estimate": value}
    return pa.Table.from_pylist(rows, schema=file.schema)


def areas(values: Mapping[str, Mapping[str, float]]) -> list[dict[str, object]]:
    """Cells of areas by venue, with what they add up to: regions, the country and the venue's bookers."""
    rows: list[dict[str, object]] = []
    wider: dict[tuple[str, str, str], float] = {}
    for area, by_venue in values.items():
        for venue, value in [*by_venue.items(), ("", sum(by_venue.values()))]:
            measure = "reach_by_area" if venue else "network_reach_by_area"
            rows.append(a_cell(measure, value, venue=venue, label=area, dimension="area"))
            for level, label in (("region", NESTED[area]), ("country", "NL")):
                wider[venue, level, label] = wider.get((venue, level, label), 0.0) + value
    for (venue, level, label), value in wider.items():
        measure = "reach_by_area" if venue else "network_reach_by_area"
        rows.append(a_cell(measure, value, venue=venue, label=label, dimension="area", level=level))
    return rows + reach_cells({v: wider[v, "country", "NL"] for v in values["NL-1000"]})


NESTED = {"NL-1000": "North", "NL-2000": "North", "NL-3000": "South", "NL-4000": "South"}


def test_T_08_V_8_an_area_that_is_withheld_alone_is_its_region_less_the_other_areas() -> None:
    even = dict.fromkeys("abcdefgh", 200.0)
    values = dict.fromkeys(NESTED, even) | {"NL-2000": dict.fromkeys("abcdefgh", 10.0) | {"a": 900.0}}
    now = edition(areas(values), [], regions=NESTED)
    assert breaches(now, regions=NESTED) == ()
    total = sum(values["NL-1000"].values())
    shown = {
        who: pa.concat_tables([file.filter(pc.not_equal(file["label"], "NL-1000")), one_shown(file, total)])
        for who, file in now.files.items()
    }
    found = breaches(Edition(now.grids, shown, []), regions=NESTED)
    assert any(breach.owner == "a" for breach in found)
    assert breaches(without(Edition(now.grids, shown, []), found), regions=NESTED) == ()


def one_shown(file: pa.Table, value: float) -> pa.Table:
    mine = file.filter(
        pc.and_(pc.equal(file["label"], "NL-1000"), pc.equal(file["measure"], "network_reach_by_area"))
    )
    return set_shown(mine, "network_reach_by_area", value)


def test_T_08_V_7_quartiles_that_pin_an_owner_are_withheld_and_the_mean_stays() -> None:
    """Where all others are nearly alike, no owner can go ten per cent off without moving a quartile."""
    reach = dict.fromkeys("abcdefghijkl", 500.0)
    now = edition(reach_cells(reach), [a_group("abcdefghi")])
    found = breaches(now)
    left = without(now, found)
    assert breaches(left) == ()
    assert "peer_mean/reach" not in refused(found)


def test_T_08_V_7_of_three_that_tell_too_much_together_those_stay_that_do_not() -> None:
    """Twelve owners far apart: not all of it may be told, and no more is left out than need be."""
    reach = dict(
        zip("abcdefghijkl", (90.0, 160, 240, 350, 480, 620, 800, 1000, 1300, 1600, 2000, 2500), strict=True)
    )
    now = edition(reach_cells(reach), [a_group("abcdefghijkl")])
    found = breaches(now)
    left = without(now, found)
    assert breaches(left) == ()
    ordered = {f"peer_{name}/reach" for name in ("q1", "median", "q3")}
    shown = {r["measure"] for r in left.files["a"].to_pylist() if r["status"] == "derived"} & ordered
    assert refused(found) & ordered, "nothing to put back"
    assert shown, "nothing was put back"


def test_T_08_V_8_a_count_that_is_nearly_all_of_its_venue_is_hidden_by_many_small_ones() -> None:
    """No two areas together could make up for ten per cent of it; all small ones of the venue can."""
    venues = "abcdefgh"
    small = [f"NL-{2000 + n}" for n in range(40)]
    counts = {"NL-1000": 3000.0} | dict.fromkeys(small, 12.0)
    rows = reach_cells(dict.fromkeys(venues, sum(counts.values())))
    for label, count in counts.items():
        for venue, value in [*((name, count) for name in venues), ("", len(venues) * count)]:
            measure = "reach_by_area" if venue else "network_reach_by_area"
            rows.append(a_cell(measure, value, venue=venue, label=label, dimension="area"))
    now = edition(rows, [a_group(venues)])
    assert any(row["status"] != "withheld" for row in now.files["a"].to_pylist() if row["label"] == "NL-1000")
    assert breaches(now) == ()


def test_T_08_V_12_two_editions_of_a_mean_tell_the_one_who_changed() -> None:
    groups = [a_group("abcdefg")]
    first = means_of(edition(reach_cells(EVEN), groups))
    second = means_of(edition(reach_cells(EVEN | {"c": 700.0}), groups))
    assert not [breach for breach in breaches(second) if mean_is_refused(breach)]
    found = breaches(second, earlier=[first])
    assert any(breach.owner == "c" for breach in found if mean_is_refused(breach))
    assert breaches(without(second, found), earlier=[first]) == ()


def test_T_08_V_12_where_four_change_at_once_nobodys_change_is_told() -> None:
    groups = [a_group("abcdefg")]
    first = means_of(edition(reach_cells(EVEN), groups))
    moved = {name: EVEN[name] + 150.0 for name in "abcdefg"}
    second = means_of(edition(reach_cells(EVEN | moved), groups))
    assert not [breach for breach in breaches(second, earlier=[first]) if mean_is_refused(breach)]


def test_T_08_V_12_estimates_of_venues_that_stand_hide_nobodys_correction() -> None:
    """All moved a little, but only one was drawn anew: the others' moves are known, so its own is told."""
    groups = [a_group("abcdefg")]
    first = means_of(edition(reach_cells(EVEN), groups))
    moved = {name: value * (1.01 if ord(name) % 2 else 0.99) for name, value in EVEN.items()}
    second = means_of(edition(reach_cells(moved | {"c": 700.0}), groups))
    standing = replace(first, since=frozenset("c"))
    assert not [b for b in breaches(second, earlier=[first]) if b.owner == "c" and mean_is_refused(b)]
    found = breaches(second, earlier=[standing])
    assert any(breach.owner == "c" for breach in found if mean_is_refused(breach))
    assert breaches(without(second, found), earlier=[standing]) == ()


def test_V_0_a_change_within_its_noise_costs_nothing() -> None:
    groups = [a_group("abcdefg")]
    first = replace(means_of(edition(reach_cells(EVEN), groups)), since=frozenset("c"))
    second = means_of(edition(reach_cells(EVEN | {"c": 520.0}, sigma=20.0), groups))
    sharp = means_of(edition(reach_cells(EVEN | {"c": 520.0}, sigma=2.0), groups))
    assert not [breach for breach in breaches(second, earlier=[first]) if mean_is_refused(breach)]
    assert [breach for breach in breaches(sharp, earlier=[first]) if mean_is_refused(breach)]


def test_T_08_V_5_a_group_that_lost_one_member_between_editions_gives_it_away() -> None:
    first = means_of(edition(reach_cells(EVEN), [a_group("abcdefgh")]))
    second = means_of(edition(reach_cells(EVEN), [a_group("abcdefg", version=2)]))
    found = breaches(second, earlier=[first])
    assert any(breach.owner == "h" for breach in found if mean_is_refused(breach))


def mean_is_refused(breach: Breach) -> bool:
    return any(told.measure == "peer_mean/reach" for told in breach.refused)


def test_T_08_V_10_the_files_of_all_audiences_are_read_together() -> None:
    """One group is read by the coordinator only, and then tells a member of the other one who differs."""
    groups = [a_group("abcdefgh", id="one"), a_group("abcdefg", id="two")]
    both = with_shown(reach_cells(EVEN), groups)
    files = dict(both.files)
    for who in set(files) - {"coordinator"}:
        files[who] = files[who].filter(pc.not_equal(files[who]["group"], "one"))
    mine = pc.equal(files["coordinator"]["group"], "one")
    files["coordinator"] = files["coordinator"].filter(mine)
    found = breaches(Edition(both.grids, files, groups))
    assert any("coordinator" in breach.readers and breach.owner == "h" for breach in found)


def test_V_9_a_group_says_whom_it_counts_and_not_who_reported() -> None:
    groups, silent = [a_group("abcdefg")], EVEN | {"g": 0.0}
    rows = [row for row in edition(reach_cells(silent), groups).files["a"].to_pylist() if row["group"]]
    before = [row for row in edition(reach_cells(EVEN), groups).files["a"].to_pylist() if row["group"]]
    assert [(row["cell_id"], row["peers"]) for row in rows] == [(r["cell_id"], r["peers"]) for r in before]


def test_V_3_a_mean_weighs_every_venue_alike() -> None:
    rows = reach_cells(EVEN) + [
        a_cell("returning", EVEN[name] * share, venue=name)
        for name, share in zip(EVEN, np.linspace(0.2, 0.6, len(EVEN)), strict=True)
    ]
    now = edition(rows, [a_group(list(EVEN))])
    (row,) = [row for row in now.files["a"].to_pylist() if row["measure"] == "peer_mean/returning_share"]
    assert row["estimate"] == pytest.approx(np.linspace(0.2, 0.6, len(EVEN))[1:].mean())


def test_T_08_a_product_that_the_check_does_not_know_goes_nowhere() -> None:
    now = edition(reach_cells(EVEN), [a_group("abcdefg")])
    rows = [row | {"measure": "peer_sum/reach"} for row in now.files["a"].to_pylist() if row["group"]]
    with pytest.raises(UnknownProductError):
        check_known({"a": pa.Table.from_pylist(rows, schema=now.files["a"].schema)})


def test_T_08_V_5_groups_that_give_a_venue_away_are_refused_by_name_before_a_draw() -> None:
    groups = [a_group("abcdefgh", id="one"), a_group("abcdefg", id="two")]
    everybody = {name: name for name in EVEN}
    clearance = Clearance(groups, list(EVEN), everybody, SEASON, LATE_ENOUGH, {})
    with pytest.raises(NotClearedError, match=r": two$"):
        clearance.files(a_table(reach_cells(EVEN)))


def test_V_0_noise_hides_no_venue_and_the_check_clears_what_the_rules_pass() -> None:
    """A release drawn as in production: what the check leaves is safe, and the means are still there."""
    cells = protect(exact_tables(), regions=REGIONS).cells
    owners = {venue: venue for venue in VENUES}
    clearance = Clearance([a_group(VENUES)], VENUES, owners, SEASON, LATE_ENOUGH, REGIONS)
    files = clearance.files(cells)
    assert attack(Edition(read_grids(cells), files, clearance.groups), VENUES, owners, REGIONS) == ()
    shown = [row for row in files[VENUES[0]].to_pylist() if row["status"] == "derived" and row["group"]]
    assert "peer_mean/reach" in {row["measure"] for row in shown}
    assert not any(row["venue"] not in ("", VENUES[0]) for row in files[VENUES[0]].to_pylist())


def test_T_08_what_is_told_of_others_is_found_once_and_no_leaning_of_areas_moves_it() -> None:
    """What is remembered of the cells with none leaning is what the leaning ones would give."""
    owners = {venue: venue for venue in VENUES}

    def anew() -> Clearance:
        return Clearance([a_group(VENUES)], VENUES, owners, SEASON, LATE_ENOUGH, REGIONS)

    with_memory, leaning = anew(), list[pa.Table]()

    def spread(cells: pa.Table) -> dict[str, float]:
        leaning.append(cells)
        return dict(with_memory.spread(cells))

    cells = protect(exact_tables(3, size=60_000), regions=REGIONS, spread=spread).cells
    assert not cells["estimate"].equals(leaning[0]["estimate"]), "areas leaned on nothing"
    assert with_memory.files(cells) == anew().files(cells)

    # Other integers under the same estimates, so that other cells are dominated.
    first = pc.equal(cells["venue"], VENUES[0])
    noisy = pc.if_else(first, pc.multiply(cells["noisy"], 50), cells["noisy"])
    other = cells.set_column(cells.schema.get_field_index("noisy"), "noisy", noisy)
    assert with_memory.files(other) == anew().files(other)
    assert with_memory.files(other)["public"] != with_memory.files(cells)["public"]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(20, 2000), min_size=7, max_size=7),
    st.lists(st.sets(st.sampled_from("abcdefg"), min_size=5, max_size=5), min_size=1, max_size=3),
)
def test_T_08_the_check_finds_what_solving_every_pair_by_itself_finds(
    reach: list[int], members: list[set[str]]
) -> None:
    values = dict(zip("abcdefg", map(float, reach), strict=True))
    groups = [a_group(sorted(some), id=f"g{n}") for n, some in enumerate(members)]
    now = with_shown(reach_cells(values, sigma=0.001), groups)
    assert bool(breaches(now)) == bool(by_hand(now, values, groups))


def by_hand(now: Edition, values: Mapping[str, float], groups: Sequence[PeerGroup]) -> list[tuple[str, ...]]:
    """The least and the most of every other venue by linear programming, for every two readers."""
    shown = {
        (who, row["group"])
        for who, file in now.files.items()
        for row in file.to_pylist()
        if row["measure"] == "peer_mean/reach" and row["status"] == "derived"
    }
    names, found = sorted(values), []
    for pair in combinations([*names, "coordinator"], 2):
        rows = [
            [float(name in group.members and (reader == "coordinator" or name != reader)) for name in names]
            for group in groups
            for reader in pair
            if (reader, group.id) in shown
        ]
        rows += [[float(name == reader) for name in names] for reader in pair if reader != "coordinator"]
        sums = np.array(rows) @ np.array([values[name] for name in names])
        for venue in set(names) - set(pair):
            goal = np.array([float(name == venue) for name in names])
            low = linprog(goal, A_eq=rows, b_eq=sums, method="highs")
            high = linprog(-goal, A_eq=rows, b_eq=sums, method="highs")
            most = np.inf if high.status == 3 else -high.fun
            if low.fun > 0.9 * values[venue] + 1e-3 or most < 1.1 * values[venue] - 1e-3:
                found.append((*pair, venue))
    return found
