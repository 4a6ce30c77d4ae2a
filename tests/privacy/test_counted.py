"""What protection takes for granted of the real counts: partitions, public keys, what the bound cuts off."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from privacy.policy import BOUNDS, NETWORK_PARTITIONS, POLICY, VENUE_PARTITIONS
from privacy.publish import protect
from privacy.workload import plan_release
from tests.spec.rows import a_ticket, counted, keysets

VENUES = tuple(f"venue-{n:02d}" for n in range(24))
AREAS = tuple(f"NL-{1000 + 37 * n}" for n in range(30))
REGIONS = {area: f"Region {n // 7}" for n, area in enumerate(AREAS)}
DECLARED = keysets(VENUES, AREAS)
EVERYWHERE = "the one who goes everywhere"


def _season(seed: int = 3, bookers: int = 300) -> list[dict]:
    """Bookers with one to three venues, and one with 48 attendances at all 24."""
    random = np.random.default_rng(seed)
    rows = []
    for n in range(bookers):
        area = str(random.choice([*AREAS[:20], ""]))
        for venue in random.choice(VENUES, random.integers(1, 4), replace=False):
            for visit in range(random.integers(1, 5)):
                channel = "online_vod" if random.random() < 0.2 else "web"
                genre = str(random.choice(["theatre", "dance", "film"]))
                rows.append(
                    a_ticket(
                        f"b{n}", str(venue), f"{venue}-p{visit}", area=area, channel=channel, genre=genre
                    )
                )
    rows += [a_ticket(EVERYWHERE, v, f"{v}-p{n}", area=AREAS[5]) for v in VENUES for n in range(2)]
    return rows


@pytest.fixture(scope="module")
def rows():
    return _season()


@pytest.fixture(scope="module")
def tables(rows, tmp_path_factory):
    return counted(tmp_path_factory.mktemp("lake"), rows, previous=rows[:50], declared=DECLARED)


def test_the_partition_tables_of_a_venue_count_the_same_bookers(tables):
    sums = [tables[name].counts.reshape(len(VENUES), -1).sum(axis=1) for name in VENUE_PARTITIONS]
    assert sums[0].sum() > 500
    assert all(np.array_equal(total, sums[0]) for total in sums)


def test_the_partition_tables_of_the_network_count_the_same_bookers(tables):
    assert {int(tables[name].counts.sum()) for name in NETWORK_PARTITIONS} == {301}


def test_taking_the_one_who_goes_everywhere_away_moves_every_drawn_table_within_its_sensitivity(
    rows, tables, tmp_path
):
    """48 attendances at 24 venues, at every level that is drawn."""
    without = [row for row in rows if row["booker"] != rows[-1]["booker"]]
    assert len(rows) - len(without) == 48
    fewer = counted(tmp_path, without, previous=rows[:50], declared=DECLARED)
    here, there = (plan_release(list(t.values()), POLICY, REGIONS) for t in (tables, fewer))
    moved = {name: here.draws[name].counts - there.draws[name].counts for name in here.draws}
    assert set(moved) == {plan.name for plan in POLICY.tables}
    for name, change in moved.items():
        assert math.sqrt(float((change**2).sum())) <= here.draws[name].sensitivity.l2, name
    assert np.abs(moved["reach_by_area@district"]).sum() == BOUNDS.core_venues
    assert np.abs(moved["reach_beyond"]).sum() == BOUNDS.tail_venues - BOUNDS.core_venues


def test_N_14_released_keys_are_the_same_with_and_without_the_only_visitor_of_an_area(rows, tables, tmp_path):
    lonely = AREAS[29]
    visitor = a_ticket("the only one from there", VENUES[4], "p", area=lonely)
    with_visitor = counted(tmp_path, [*rows, visitor], previous=rows[:50], declared=DECLARED)
    cell = with_visitor["reach_by_area"].keyset.axes[1].labels.index(lonely)
    assert with_visitor["reach_by_area"].counts.reshape(len(VENUES), -1)[4, cell] == 1
    ours, theirs = (protect(list(t.values()), POLICY, REGIONS) for t in (with_visitor, tables))
    keys = ["cell_id", "measure", "venue", "dimension", "label", "level"]
    assert ours.cells.select(keys).equals(theirs.cells.select(keys))
    assert ours.facts == theirs.facts


def test_core_and_tail_lose_only_what_lies_beyond_the_tail(rows, tables):
    """Truncation apart from noise: of all booker-venue pairs only the last four of one booker are cut off."""
    truth: dict[str, set[bytes]] = defaultdict(set)
    for row in rows:
        truth[row["venue"]].add(row["booker"])
    everyone = sum(len(bookers) for bookers in truth.values())
    core = int(tables["reach_by_area"].counts.sum())
    tail = int(tables["reach_beyond"].counts.sum())
    cut_off = len(VENUES) - BOUNDS.tail_venues
    assert everyone - core == len(VENUES) - BOUNDS.core_venues
    assert everyone - (core + tail) == cut_off
    assert cut_off / everyone < 0.01


def test_intervals_hold_the_unbounded_truth_where_truncation_is_small(rows, tables):
    """30 releases of 24 totals; the cut is at most one booker a venue, far below the noise.

    720 intervals at 95 %: fewer than 91 % inside is five deviations away.
    """
    truth: dict[str, set[bytes]] = defaultdict(set)
    for row in rows:
        truth[row["venue"]].add(row["booker"])
    inside = []
    for _ in range(30):
        cells = protect(list(tables.values()), POLICY, REGIONS).cells.to_pylist()
        totals = [row for row in cells if row["measure"] == "reach" and row["level"] == "total"]
        inside += [row["low"] <= len(truth[row["venue"]]) <= row["high"] for row in totals]
    assert len(inside) == 720
    assert np.mean(inside) >= 0.91
