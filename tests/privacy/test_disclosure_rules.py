"""The venue rules one by one: minimum, dominance, complements, order statistics, lag, changes of groups."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.seasons import Season
from privacy.disclosure import others_may_be_seen
from privacy.disclosure_rules import (
    by_owner,
    dominance_safe,
    enough_owners,
    isolates,
    lag_ends,
    order_statistics,
    protect_partition,
    round_to_step,
)
from privacy.peer_groups import (
    OVERLAP,
    SAME_SEASON,
    SINGLE_CHANGE,
    TOO_FEW,
    VERSION_ORDER,
    give_one_away,
    group_problems,
    standing,
)
from tests.privacy.made_cells import a_group

noisy_values = st.lists(st.integers(-40, 5000).map(float), min_size=2, max_size=12)


def safe_by_hand(values: list[float], colluders: int) -> bool:
    """The two rules as the handbook words them, without arrays."""
    if len(values) <= colluders:
        return False
    ordered = sorted(values, reverse=True)
    total, largest = sum(values), ordered[0]
    remainder = sum(ordered[colluders + 1 :])
    return total > 0 and largest <= 0.5 * total and remainder >= 0.1 * largest


@given(noisy_values, st.integers(1, 2))
def test_V_2_a_cell_is_published_exactly_when_the_handbook_calls_it_safe(
    values: list[float], colluders: int
) -> None:
    assert bool(dominance_safe(np.array([values]), colluders)[0]) == safe_by_hand(values, colluders)


@given(st.lists(st.integers(0, 5000).map(float), min_size=3, max_size=12))
def test_the_second_largest_cannot_put_the_largest_within_ten_percent(values: list[float]) -> None:
    if not dominance_safe(np.array([values]))[0]:
        return
    largest, second = sorted(values, reverse=True)[:2]
    best_guess = sum(values) - second
    assert best_guess >= 1.1 * largest - 1e-9


@pytest.mark.parametrize(
    ("values", "safe"),
    [
        ([100, 100, 100, 100], True),
        ([100, 50, 30, 20], True),
        ([101, 50, 30, 20], False),  # half share
        ([100, 95, 9], False),  # second and a tenth
        ([100, 90, 10], True),
        ([0, 0, 0, 0], False),  # nothing there is also something to know
        ([100, 90, 40, -35], False),  # noise below nothing protects nobody
        ([100], False),
    ],
)
def test_dominance_at_its_edges(values: list[float], safe: bool) -> None:
    assert bool(dominance_safe(np.array([values], dtype=float))[0]) is safe


@pytest.mark.parametrize(
    ("owners", "enough"), [("abc", False), ("abcd", True), ("abcde", True), ("aaabbb", False)]
)
def test_V_1_four_other_owners_are_needed_and_a_holding_counts_once(owners: str, enough: bool) -> None:
    assert enough_owners(list(owners)) is enough


def test_venues_of_one_owner_are_added_before_any_rule() -> None:
    merged = by_owner(np.array([[10.0, 20.0, 30.0]]), ["a", "b", "a"])
    assert merged.tolist() == [[40.0, 20.0]]


parts = st.lists(st.lists(st.integers(0, 300).map(float), min_size=5, max_size=5), min_size=2, max_size=9)


@given(parts)
def test_V_8_what_is_left_out_of_a_known_total_is_itself_safe(rows: list[list[float]]) -> None:
    values = np.array(rows)
    safe = dominance_safe(values)
    shown = protect_partition(values, safe)
    assert not (shown & ~safe).any()
    if shown.any() and not shown.all():
        assert safe_by_hand(values[~shown].sum(axis=0).tolist(), 1)


@given(parts)
def test_nothing_is_left_out_without_need(rows: list[list[float]]) -> None:
    values = np.array(rows)
    safe = dominance_safe(values)
    if safe.all() or safe_by_hand(values[~safe].sum(axis=0).tolist(), 1):
        assert (protect_partition(values, safe) == safe).all()


@pytest.mark.parametrize(
    ("sets", "gives_away"),
    [
        (["abcd"], False),
        (["a"], True),
        ([""], False),
        (["abcde", "abcd"], True),  # the difference is e
        (["abcde", "abc"], False),  # the difference is d and e together
        (["abcd", "abef", "cdef"], False),  # first and second less the third is twice a and b together
        (["abc", "bcd", "cda", "dab"], True),  # four equations, four unknowns
    ],
)
def test_sums_over_overlapping_sets_are_solved_for_every_venue(sets: list[str], gives_away: bool) -> None:
    assert isolates([frozenset(s) for s in sets], {}) is gives_away


def test_two_venues_of_one_owner_do_not_hide_each_other() -> None:
    sets = [frozenset("abcdef"), frozenset("abcd")]
    assert not isolates(sets, {})
    assert isolates(sets, {"e": "holding", "f": "holding"})


@pytest.mark.parametrize(
    ("groups", "stand"),
    [
        (["abcdefgh"], "0"),
        (["abcdefgh", "abcdefg"], "0"),  # the difference is h
        (["abcdefgh", "abcdef"], "0"),  # g tells a, and both know h
        (["abcdefgh", "abcde"], "01"),  # f, g and h are left, and whoever knows both groups knows one of them
        (["abcdgi", "abcdh"], "0"),  # g and h each see one group and together know all but i
        (["abcdefgh", "abcdijkl"], "01"),
        (["abcdef", "ghijkl", "abcdefghijklm"], "01"),  # a and g together know all but m
        (["abcd", "efgh", "ijkl", "abcdefghijklm"], "012"),  # only the coordinator sees all four
    ],
)
def test_T_08_any_two_accounts_that_talk_are_reckoned_with(groups: list[str], stand: str) -> None:
    made = [a_group(members, id=str(n)) for n, members in enumerate(groups)]
    assert standing(made, {}) == frozenset(stand)
    assert give_one_away(made, {}) is (len(stand) < len(groups))


@given(st.lists(st.floats(1, 1e5), min_size=1, max_size=14))
def test_V_7_order_statistics_need_five_and_eight_and_never_show_the_ends(values: list[float]) -> None:
    found = order_statistics(np.array(values))
    assert ("median" in found) is (len(values) >= 5)
    assert ("q1" in found) is ("q3" in found) is (len(values) >= 8)
    ordered = sorted(values)
    if "q1" in found:
        changed = [ordered[0] / 7, *ordered[1:-1], ordered[-1] * 7]
        assert order_statistics(np.array(changed)) == found


def test_V_7_an_order_statistic_is_the_rounded_mean_of_its_neighbours() -> None:
    found = order_statistics(np.array([80.0, 10, 20, 70, 30, 60, 40, 50, 90]))
    assert found == {"median": 50.0, "q1": 30.0, "q3": 70.0}
    assert order_statistics(np.array([1.0, 10, 20, 35, 99]))["median"] == 22.0  # 21.7 rounded to steps of 2


@given(st.floats(1e-4, 1e7))
def test_rounding_moves_a_value_by_at_most_five_percent_and_hides_five_percent(value: float) -> None:
    rounded = round_to_step(value)
    assert abs(rounded - value) <= 0.05 * value * (1 + 1e-6)
    nearby = {round_to_step(value * (1 + step / 100)) for step in (0.0, 1.0, 2.0, 3.0, 4.0)}
    assert len(nearby) <= 2


def test_rounding_keeps_nothing_at_nothing() -> None:
    assert round_to_step(0.0) == 0.0
    assert round_to_step(12387.0) == 12000.0


@pytest.mark.parametrize(
    ("today", "seen"), [(date(2026, 7, 31), False), (date(2026, 10, 30), False), (date(2026, 10, 31), True)]
)
def test_V_6_others_are_seen_a_quarter_after_the_season(today: date, seen: bool) -> None:
    assert others_may_be_seen(Season(2025), today) is seen


def test_the_lag_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert lag_ends(date(2025, 11, 30)) == date(2026, 2, 28)


def test_V_1_a_group_needs_five_owners() -> None:
    owners = {"a": "x", "b": "x"}
    assert group_problems(a_group("abcd"), {}) == (TOO_FEW,)
    assert group_problems(a_group("abcde"), owners) == (TOO_FEW,)
    assert group_problems(a_group("abcdef"), owners) == ()


@pytest.mark.parametrize(
    ("members", "version", "season", "owners", "problems"),
    [
        ("abcdefg", 1, 2025, {}, []),  # unchanged
        ("abcdehi", 2, 2026, {}, []),
        ("abcdefgh", 2, 2026, {}, [SINGLE_CHANGE]),
        ("abcdef", 2, 2026, {}, [SINGLE_CHANGE]),
        ("abcdefghi", 2, 2026, {"h": "x", "i": "x"}, [SINGLE_CHANGE]),  # two venues, one owner
        ("abcdefghi", 2, 2025, {}, [SAME_SEASON]),
        ("abcdefghi", 1, 2026, {}, [VERSION_ORDER]),
    ],
)
def test_V_5_a_group_changes_between_seasons_and_by_two_owners(
    members: str, version: int, season: int, owners: dict[str, str], problems: list[object]
) -> None:
    before = a_group("abcdefg")
    after = a_group(members, version=version, season=Season(season))
    assert list(group_problems(after, owners, previous=before)) == problems


def test_V_5_a_group_that_differs_from_another_by_one_venue_is_refused() -> None:
    wide, narrow = a_group("abcdefgh", id="wide"), a_group("abcdefg", id="narrow")
    assert group_problems(narrow, {}, beside=[wide]) == (OVERLAP,)
    assert group_problems(a_group("abcde", id="narrow"), {}, beside=[wide]) == ()


def test_a_group_of_all_but_one_owner_is_refused_beside_the_networks_totals() -> None:
    """Everyone sees the network's reach: less the group it would be the one venue outside."""
    owners = {venue: venue for venue in "abcdefg"}
    assert group_problems(a_group("abcdef"), owners) == (OVERLAP,)
    assert standing([a_group("abcdef")], owners) == frozenset()
    # Two that are left out together hide each other, but not where one of them looks.
    assert group_problems(a_group("abcde"), owners) == (OVERLAP,)
    assert group_problems(a_group("abcdefg"), owners) == ()
    owners |= {venue: venue for venue in "hij"}
    assert group_problems(a_group("abcdef"), owners) == ()
