"""Taking one booker's season away moves every table by no more than it declares, whatever the data."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from aggregation.bounds import Bounds, TableBound, table_bounds
from aggregation.counts import ExactTable, count_tables
from aggregation.keysets import Keysets
from aggregation.measures import MEASURES, Dimension
from ingest.seasons import Season
from privacy.policy import at_one_venue
from tests.spec.rows import ENGINE, SALT, Row, a_ticket, booker_bytes, cells, keysets, snapshot_of
from tests.twins.random_rows import CURRENT, DECLARED, TIGHT, season_rows

THIS, BEFORE, VENUE = Season(2025), Season(2024), Dimension.VENUE
VENUES = tuple(f"venue-{number:02d}" for number in range(24))
SOME = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def count(
    rows: list[Row],
    before: list[Row],
    declared: Keysets = DECLARED,
    bounds: Bounds = TIGHT,
    current: list[tuple[str, str, str]] | None = None,
) -> tuple[ExactTable, ...]:
    """All tables, over the same programme whoever is there."""
    programme = CURRENT if current is None else current
    with tempfile.TemporaryDirectory() as folder:
        this = snapshot_of(Path(folder), rows, THIS, programme)
        previous = snapshot_of(Path(folder), before, BEFORE, programme)
        return count_tables(ENGINE, this, previous, declared, bounds, SALT)


def without(rows: list[Row], booker: bytes | None) -> list[Row]:
    return [row for row in rows if row["booker"] != booker]


def check_moves(
    with_them: tuple[ExactTable, ...],
    without_them: tuple[ExactTable, ...],
    season: Season,
    bounds: Bounds = TIGHT,
) -> None:
    """Every table moved within its bound for that season, and not at all where it declares none.

    One venue's cells moved within the bound that a correction of them is charged for.
    """
    alone = at_one_venue(bounds)
    venue_tables = {one.measure for one in with_them if VENUE in [axis.dimension for axis in one.keyset.axes]}
    assert venue_tables == alone.keys() & {one.measure for one in with_them}
    for one, other in zip(with_them, without_them, strict=True):
        bound = one.bounds.get(season, TableBound(0, 0))
        moved = one.counts - other.counts
        assert one.keyset == other.keyset
        assert np.count_nonzero(moved) <= bound.cells, one.measure
        assert np.abs(moved).max(initial=0) <= bound.size, one.measure
        assert np.sqrt((moved.astype(float) ** 2).sum()) <= bound.l2 + 1e-9, one.measure
        if one.measure in alone:
            by_venue = moved.reshape(len(one.keyset.axes[0].labels), -1)
            assert np.count_nonzero(by_venue, axis=1).max() <= alone[one.measure].cells, one.measure
            assert np.abs(by_venue).max() <= alone[one.measure].size, one.measure


@SOME
@given(rows=season_rows(people=2), before=season_rows(2024, 2, most=8))
def test_no_booker_moves_a_table_beyond_its_bound_by_leaving_this_season(
    rows: list[Row], before: list[Row]
) -> None:
    check_moves(count(rows, before), count(without(rows, booker_bytes("b0")), before), THIS)


@SOME
@given(rows=season_rows(people=2), before=season_rows(2024, 2))
def test_no_booker_moves_a_table_beyond_its_bound_by_leaving_the_season_before(
    rows: list[Row], before: list[Row]
) -> None:
    check_moves(count(rows, before), count(rows, without(before, booker_bytes("b0"))), BEFORE)


@SOME
@given(rows=season_rows(people=2), before=season_rows(2024, 2, most=4))
def test_no_order_without_a_booker_moves_a_table_beyond_its_bound(rows: list[Row], before: list[Row]) -> None:
    unnamed = sorted({(row["venue"], row["order_ref"]) for row in rows if row["booker"] is None})
    kept = [row for row in rows if row["booker"] or (row["venue"], row["order_ref"]) not in unnamed[:1]]
    check_moves(count(rows, before), count(kept, before), THIS)


def season_of_a_devotee(year: int) -> list[Row]:
    """200 attendances at 24 venues, five seats each, every genre, every kind of ticket, four homes."""
    labels = list(DECLARED.product_classes)
    genres = keysets().genres
    return [
        a_ticket(
            booker="devotee",
            venue=VENUES[number % 24],
            performance=f"p{number // 24}",
            day=f"{year}-11-{1 + number // 24:02d}",
            order=f"order-{number}",
            genre=genres[(number + number // 24) % len(genres)],
            product_class=labels[number % 7],
            channel="online_vod" if number % 5 == 0 else "web",
            area=("NL-1011", "NL-1012", "NL-9999", "BE-1000")[number % 4],
        )
        for number in range(200)
        for _ in range(5)
    ]


@pytest.fixture(scope="module")
def programme() -> list[tuple[str, str, str]]:
    return [(venue, f"p{number}", "x") for venue in VENUES for number in range(9)]


@pytest.mark.parametrize("season", [THIS, BEFORE])
def test_N_03_N_13_a_booker_with_200_attendances_at_24_venues_stays_within_every_bound(
    season: Season, programme: list[tuple[str, str, str]]
) -> None:
    declared, bounds = keysets(venues=VENUES), Bounds()
    other = [a_ticket(booker="other", venue=venue, performance="p1") for venue in VENUES[:8]]
    this, before = season_of_a_devotee(2025), season_of_a_devotee(2024)
    full = count(this + other, before, declared, bounds, programme)
    fewer = (
        count(other, before, declared, bounds, programme)
        if season is THIS
        else count(this + other, [], declared, bounds, programme)
    )
    check_moves(full, fewer, season, bounds)
    moved = {a.measure: np.count_nonzero(a.counts - b.counts) for a, b in zip(full, fewer, strict=True)}
    if (
        season is THIS
    ):  # the bounds are reached, so that a looser one would show as waste and a tighter one here
        assert moved["reach_by_area"] == 6
        assert moved["reach_beyond"] == 14
        assert moved["crossover"] == 28
        assert moved["network_reach_by_genre"] == 6
        assert moved["reach_by_genre"] == 24
        assert moved["reach_by_product_class"] == 12
    else:
        assert moved["returning"] == 6


def test_a_booker_with_unused_tickets_at_24_venues_stays_within_every_bound(
    programme: list[tuple[str, str, str]],
) -> None:
    declared, bounds = keysets(venues=VENUES), Bounds()
    unused = [a_ticket(booker="absent", venue=venue, performance="p1", scanned=False) for venue in VENUES]
    full, fewer = (count(rows, [], declared, bounds, programme) for rows in (unused, []))
    check_moves(full, fewer, THIS, bounds)
    tickets = next(table for table in full if table.measure == "tickets")
    assert tickets.counts.sum() == bounds.core_venues


def test_a_table_declares_a_bound_for_each_season_that_it_reads_and_no_other() -> None:
    for measure in MEASURES.values():
        seasons = {THIS, BEFORE} if measure.looks_back else {THIS}
        assert set(table_bounds(measure, Bounds(), THIS)) == seasons


def test_N_14_the_keyset_is_the_same_with_and_without_the_only_visitor_of_an_area() -> None:
    """The cells come from the declaration, so that nobody shows by a cell's being there."""
    visitor = [a_ticket(booker="only", area="NL-1013")]
    with_them, without_them = count(visitor, []), count([], [])
    area = next(table for table in with_them if table.measure == "reach_by_area")
    assert cells(area) == {("v1", "NL-1013"): 1}
    for one, other in zip(with_them, without_them, strict=True):
        assert list(one.keyset.cells()) == list(other.keyset.cells())
        assert one.keyset.digest == other.keyset.digest == DECLARED.for_measure(MEASURES[one.measure]).digest
        assert len(one.counts) == len(other.counts) == one.keyset.size


def test_T_11_a_venue_that_invents_rows_for_a_booker_takes_at_most_one_place_of_the_others() -> None:
    """Bounds within a venue come first, so 1,000 invented rows weigh like one."""
    real = [a_ticket(booker="b", venue=venue) for venue in ("v1", "v2", "v3")]
    invented = [
        a_ticket(booker="b", venue="v4", performance=f"p{number % 5}", order=f"o{number}", genre=genre)
        for number in range(250)
        for genre in ("dance", "film", "opera", "other")
    ]
    honest, attacked = count(real, []), count(real + invented, [])
    for one, other in zip(honest, attacked, strict=True):
        if one.measure in {"reach_by_area", "attendance_bands", "reach_by_channel", "visits", "tickets"}:
            lost = {cell for cell in cells(one) if cell not in cells(other)}
            assert len(lost) <= 1, one.measure
