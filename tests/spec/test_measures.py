"""What each measure means, as tickets in and cells out. Columns left out have the builder's defaults."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aggregation.bounds import Bounds
from tests.spec.rows import a_ticket, cells, counted, expected, keysets, tickets


def check(
    folder: Path, measure: str, rows: str, out: str, bounds: Bounds | None = None, before: str = ""
) -> None:
    tables = counted(folder, tickets(rows), tickets(before) if before else None, bounds)
    assert cells(tables[measure]) == expected(out)


def test_reach_counts_a_booker_once_per_venue_however_many_tickets(tmp_path: Path) -> None:
    check(
        tmp_path,
        "reach_by_area",
        """
        booker | venue | performance | area    | times
        anna   | v1    | p1          | NL-1011 | 4
        anna   | v1    | p2          | NL-1011 | 1
        anna   | v2    | p1          | NL-1011 | 1
        bart   | v1    | p1          | NL-1012 | 1
        """,
        """
        venue | area    | n
        v1    | NL-1011 | 1
        v1    | NL-1012 | 1
        v2    | NL-1011 | 1
        """,
    )


def test_the_area_is_that_of_the_latest_order_at_the_venue_that_states_one(tmp_path: Path) -> None:
    check(
        tmp_path,
        "reach_by_area",
        """
        booker | venue | performance | bought     | area
        anna   | v1    | p1          | 2025-09-01 | NL-1011
        anna   | v1    | p2          | 2025-09-02 | NL-1012
        anna   | v1    | p3          | 2025-09-03 |
        anna   | v2    | p1          | 2025-08-01 | NL-1011
        bart   | v1    | p1          |            | NL-1011
        bart   | v1    | p2          | 2025-08-01 | NL-1012
        """,
        """
        venue | area    | n
        v1    | NL-1012 | 2
        v2    | NL-1011 | 1
        """,
    )


def test_of_orders_placed_at_one_moment_the_last_by_reference_states_the_area(tmp_path: Path) -> None:
    check(
        tmp_path,
        "reach_by_area",
        """
        booker | performance | order | area
        anna   | p1          | a2    | NL-1012
        anna   | p2          | a1    | NL-1011
        """,
        """
        venue | area    | n
        v1    | NL-1012 | 1
        """,
    )


def test_abroad_is_another_country_and_unknown_is_no_or_an_unlisted_area(tmp_path: Path) -> None:
    check(
        tmp_path,
        "reach_by_area",
        """
        booker | area    | country
        anna   | BE-1000 | BE
        bart   |         | DE
        cato   |         | NL
        dirk   |         |
        emma   | NL-9999 | NL
        """,
        """
        venue | area    | n
        v1    | abroad  | 2
        v1    | unknown | 3
        """,
    )


def test_the_networks_area_is_that_of_the_latest_order_at_any_venue(tmp_path: Path) -> None:
    check(
        tmp_path,
        "network_reach_by_area",
        """
        booker | venue | bought     | area
        anna   | v1    | 2025-09-02 | NL-1011
        anna   | v2    | 2025-09-01 | NL-1012
        bart   | v1    | 2025-09-01 | NL-1012
        """,
        """
        area    | n
        NL-1011 | 1
        NL-1012 | 1
        """,
    )


def test_of_orders_alike_at_two_venues_the_last_by_name_states_the_networks_area(tmp_path: Path) -> None:
    check(
        tmp_path,
        "network_reach_by_area",
        """
        booker | venue | order | area
        anna   | v1    | same  | NL-1012
        anna   | v2    | same  | NL-1011
        """,
        """
        area    | n
        NL-1011 | 1
        """,
    )


def test_only_used_tickets_of_current_performances_make_a_visit(tmp_path: Path) -> None:
    rows = """
        booker | status   | scanned | extract
        anna   | sold     |         | x
        bart   | sold     | yes     | x
        cato   | sold     | no      | x
        dirk   | refunded |         | x
        emma   | void     |         | x
        finn   | reserved |         | x
        gust   | sold     |         | superseded
        """
    check(tmp_path, "visits", rows, "venue | n\n v1 | 2")
    check(tmp_path, "tickets", rows, "venue | n\n v1 | 3")
    check(tmp_path, "network_reach_by_area", rows, "area | n\n NL-1011 | 2")


def test_returning_is_the_same_venue_in_the_season_before(tmp_path: Path) -> None:
    check(
        tmp_path,
        "returning",
        """
        booker | venue
        anna   | v1
        anna   | v2
        bart   | v1
        cato   | v1
        """,
        """
        venue | n
        v1    | 1
        """,
        before="""
        booker | venue | day        | scanned
        anna   | v1    | 2024-10-03 | yes
        bart   | v2    | 2024-10-03 | yes
        cato   | v1    | 2024-10-03 | no
        dirk   | v1    | 2024-10-03 | yes
        """,
    )


def test_the_networks_returning_is_any_venue_in_the_season_before(tmp_path: Path) -> None:
    tables = counted(
        tmp_path,
        tickets("booker | venue\n anna | v1\n anna | v2\n bart | v1\n cato | v1"),
        tickets("booker | venue | day\n anna | v3 | 2024-10-03\n bart | v1 | 2024-10-03"),
    )
    assert cells(tables["network_returning"]) == {(): 2}


def test_measures_that_look_back_are_left_out_in_a_first_season(tmp_path: Path) -> None:
    tables = counted(tmp_path, tickets("booker\n anna"))
    assert {"returning", "network_returning"}.isdisjoint(tables)
    assert "reach_by_area" in tables


def test_an_attendance_is_one_booker_at_one_performance_or_online_one_title_a_day(tmp_path: Path) -> None:
    check(
        tmp_path,
        "attendance_bands",
        """
        booker | performance | production | day        | channel    | times
        anna   | p1          | film       | 2025-10-01 | web        | 4
        bart   | p1          | film       | 2025-10-01 | web        | 1
        bart   | p2          | film       | 2025-10-01 | web        | 1
        cato   | o1          | film       | 2025-10-01 | online_vod | 1
        cato   | o2          | film       | 2025-10-01 | online_vod | 1
        dirk   | o1          | film       | 2025-10-01 | online_vod | 1
        dirk   | o3          | film       | 2025-10-02 | online_vod | 1
        dirk   | p1          | film       | 2025-10-01 | web        | 1
        """,
        """
        venue | attendance_band | n
        v1    | 1               | 2
        v1    | 2               | 1
        v1    | 3-5             | 1
        """,
    )


@pytest.mark.parametrize(
    ("attendances", "band"), [(1, "1"), (2, "2"), (3, "3-5"), (5, "3-5"), (6, "6+"), (40, "6+")]
)
def test_attendances_fall_into_bands(tmp_path: Path, attendances: int, band: str) -> None:
    rows = "booker | performance\n" + "\n".join(f"anna | p{number}" for number in range(attendances))
    check(tmp_path, "attendance_bands", rows, f"venue | band | n\n v1 | {band} | 1")
    check(tmp_path, "network_attendance_bands", rows, f"band | n\n {band} | 1")


def test_the_networks_attendances_are_added_over_venues(tmp_path: Path) -> None:
    check(
        tmp_path,
        "network_attendance_bands",
        "booker | venue | performance\n anna | v1 | p1\n anna | v2 | p1\n anna | v2 | p2\n bart | v3 | p1",
        "band | n\n 3-5 | 1\n 1 | 1",
    )


def test_a_booker_stands_in_each_genre_seen_up_to_the_bound(tmp_path: Path) -> None:
    rows = """
        booker | performance | genre
        anna   | p1          | dance
        anna   | p2          | opera
        anna   | p3          | opera
        """
    check(tmp_path, "reach_by_genre", rows, "venue | genre | n\n v1 | dance | 1\n v1 | opera | 1")
    check(tmp_path, "network_reach_by_genre", rows, "genre | n\n dance | 1\n opera | 1")
    bounds = Bounds(genres_per_venue=1, network_genres=1)
    tables = counted(tmp_path, tickets(rows), bounds=bounds)
    assert list(cells(tables["reach_by_genre"]).values()) == [1]
    assert list(cells(tables["network_reach_by_genre"]).values()) == [1]


def test_a_booker_stands_in_each_kind_of_ticket_used_up_to_the_bound(tmp_path: Path) -> None:
    rows = """
        booker | performance | product_class | scanned
        anna   | p1          | single        | yes
        anna   | p1          | pass          | yes
        anna   | p1          | comp          | no
        """
    check(tmp_path, "reach_by_product_class", rows, "venue | kind | n\n v1 | single | 1\n v1 | pass | 1")
    check(tmp_path, "network_reach_by_product_class", rows, "kind | n\n single | 1\n pass | 1")
    tables = counted(tmp_path, tickets(rows), bounds=Bounds(classes_per_venue=1, network_classes=1))
    assert list(cells(tables["reach_by_product_class"]).values()) == [1]
    assert list(cells(tables["network_reach_by_product_class"]).values()) == [1]


def test_the_channel_is_hall_online_or_both(tmp_path: Path) -> None:
    rows = """
        booker | venue | performance | channel
        anna   | v1    | p1          | web
        anna   | v2    | p1          | online_vod
        bart   | v1    | p1          | desk
        bart   | v1    | p2          | online_vod
        cato   | v1    | p1          | reseller
        """
    out = "venue | mix | n\n v1 | hall | 2\n v1 | both | 1\n v2 | online | 1"
    check(tmp_path, "reach_by_channel", rows, out)
    check(tmp_path, "network_reach_by_channel", rows, "mix | n\n both | 2\n hall | 1")


def test_visits_and_tickets_of_a_booker_count_up_to_the_bound(tmp_path: Path) -> None:
    rows = """
        booker | performance | scanned | times
        anna   | p1          | yes     | 3
        anna   | p2          | no      | 2
        bart   | p1          | yes     | 30
        """
    check(tmp_path, "visits", rows, "venue | n\n v1 | 23")
    check(tmp_path, "tickets", rows, "venue | n\n v1 | 25")


def test_what_the_bounds_leave_out_of_visits_is_counted_up_to_a_bound_of_its_own(tmp_path: Path) -> None:
    rows = """
        booker | venue | performance | scanned | times
        anna   | v1    | p1          | yes     | 23
        anna   | v1    | p2          | no      | 2
        bart   | v1    | p1          | yes     | 1
        bart   | v2    | p1          | yes     | 2
        cato   | v1    | p1          | yes     | 90
        """
    out = "cut | n\n visits | 73\n tickets | 75"
    check(tmp_path, "visits_beyond", rows, out)
    bounds = Bounds(first_venues=1, core_venues=1, tail_venues=2, visits_beyond=50)
    found = cells(counted(tmp_path, tickets(rows), bounds=bounds)["visits_beyond"])
    bart_beyond = found[("visits",)] - 3 - 50
    assert bart_beyond in {1, 2}, "one of bart's two venues lies beyond the core"
    assert found[("tickets",)] == 5 + 50 + bart_beyond


def test_what_the_bounds_leave_out_of_genres_and_kinds_of_ticket_is_counted(tmp_path: Path) -> None:
    rows = """
        booker | venue | performance | genre | product_class
        anna   | v1    | p1          | dance | single
        anna   | v1    | p2          | opera | pass
        anna   | v1    | p3          | film  | comp
        anna   | v2    | p1          | dance | single
        """
    bounds = Bounds(genres_per_venue=1, classes_per_venue=2, network_genres=2, network_classes=1)
    tables = counted(tmp_path, tickets(rows), bounds=bounds)
    assert cells(tables["kinds_beyond"]) == {
        ("genre",): 2,
        ("product_class",): 1,
        ("network_genre",): 1,
        ("network_product_class",): 2,
    }
    tables = counted(tmp_path, tickets(rows), bounds=replace(bounds, kinds_beyond=1))
    assert set(cells(tables["kinds_beyond"]).values()) == {1}


def test_unidentified_visits_count_each_order_up_to_the_bound_and_nobody_in_reach(tmp_path: Path) -> None:
    rows = """
        booker | venue | order | scanned | times
               | v1    | door1 |         | 25
               | v1    | door2 | yes     | 2
               | v1    | door3 | no      | 2
               | v2    | door1 |         | 1
        anna   | v1    | web1  |         | 1
        """
    check(tmp_path, "unidentified_visits", rows, "venue | n\n v1 | 12\n v2 | 1")
    check(tmp_path, "network_reach_by_area", rows, "area | n\n NL-1011 | 1")


def test_venues_beyond_the_core_count_in_the_tail_only(tmp_path: Path) -> None:
    rows = "booker | venue\n anna | v1\n anna | v2\n anna | v3\n bart | v1"
    bounds = Bounds(first_venues=1, core_venues=1, tail_venues=2)
    tables = counted(tmp_path, tickets(rows), bounds=bounds)
    core = sum(cells(tables["reach_by_area"]).values())
    tail = sum(cells(tables["reach_beyond"]).values())
    assert (core, tail) == (2, 1)


def test_a_venue_with_unused_tickets_only_takes_no_core_place_from_one_visited(tmp_path: Path) -> None:
    for unused, visited in (("v1", "v2"), ("v2", "v1")):
        rows = f"booker | venue | scanned\n anna | {unused} | no\n anna | {visited} | yes"
        tables = counted(tmp_path, tickets(rows), bounds=Bounds(first_venues=1, core_venues=1, tail_venues=2))
        assert cells(tables["reach_by_area"]) == {(visited, "NL-1011"): 1}
        assert cells(tables["reach_beyond"]) == {}


@pytest.mark.parametrize(
    ("venues", "band"),
    [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5-6"), (6, "5-6"), (7, "7-12"), (13, "13-20"), (21, "21+")],
)
def test_bookers_fall_into_bands_by_venues_visited(tmp_path: Path, venues: int, band: str) -> None:
    names = [f"v{number:02d}" for number in range(24)]
    rows = tickets("booker | venue\n" + "\n".join(f"anna | {name}" for name in names[:venues]))
    tables = counted(tmp_path, rows, declared=keysets(venues=names))
    assert cells(tables["network_venues_per_booker"]) == {(band,): 1}


def test_crossover_counts_who_visited_both_venues_of_a_pair(tmp_path: Path) -> None:
    rows = """
        booker | venue | scanned
        anna   | v1    | yes
        anna   | v2    | yes
        bart   | v2    | yes
        bart   | v1    | yes
        bart   | v3    | yes
        cato   | v1    | yes
        cato   | v3    | no
        """
    tables = counted(tmp_path, tickets(rows))
    assert cells(tables["crossover"]) == {("v1|v2",): 2, ("v1|v3",): 1, ("v2|v3",): 1}


def test_crossover_takes_a_bookers_first_venues_only(tmp_path: Path) -> None:
    rows = "booker | venue\n anna | v1\n anna | v2\n anna | v3"
    tables = counted(tmp_path, tickets(rows), bounds=Bounds(crossover_venues=2))
    assert list(cells(tables["crossover"]).values()) == [1]


def test_every_declared_cell_is_there_also_where_nothing_was_counted(tmp_path: Path) -> None:
    tables = counted(tmp_path, [], [])
    assert {name: table.counts.sum() for name, table in tables.items()} == dict.fromkeys(tables, 0)
    assert len(tables["reach_by_area"].counts) == 3 * (2 + 2)
    assert len(tables["crossover"].counts) == 3
    assert len(tables["network_returning"].counts) == 1


def test_venues_that_were_not_declared_are_counted_nowhere(tmp_path: Path) -> None:
    tables = counted(tmp_path, tickets("booker | venue\n anna | v1\n anna | elsewhere"))
    assert cells(tables["network_venues_per_booker"]) == {("1",): 1}


def test_crossover_knows_every_pair_of_a_network_of_more_than_sixty_two_venues(tmp_path: Path) -> None:
    names = [f"v{number:03d}" for number in range(130)]
    pair, far = ("v000", "v129"), ("v061", "v062")
    rows = [a_ticket(booker=booker, venue=venue) for booker in ("anna", "bart") for venue in pair]
    rows += [a_ticket(booker="cato", venue=venue) for venue in far]
    tables = counted(tmp_path, rows, declared=keysets(venues=names))
    assert cells(tables["crossover"]) == {("v000|v129",): 2, ("v061|v062",): 1}
