"""Seats are sold first come, first served, and never twice."""

from __future__ import annotations

import numpy as np

from aggregation.geography import Geography
from ingest.seasons import Season
from sample_data.office import BoxOffice, Orders
from sample_data.places import lay_out
from sample_data.programme import plan
from sample_data.venues import VENUES


def _orders(performance: int, purchased: list[int], qty: int) -> Orders:
    n = len(purchased)
    columns = {name: np.zeros(n, np.int64) for name in Orders.__dataclass_fields__}
    columns |= {
        "performance": np.full(n, performance),
        "qty": np.full(n, qty),
        "purchased": np.array(purchased),
        "key": np.arange(n),
    }
    return Orders(**columns)


def test_a_hall_that_is_full_admits_nobody_else_and_the_earliest_had_the_seats(geography: Geography) -> None:
    places = lay_out(geography, VENUES, seed=1)
    programme = plan(VENUES, places, (Season(2024), Season(2025)), 12_000, 0.01, seed=1)
    office = BoxOffice(VENUES, places, programme)
    hall = int(np.flatnonzero((office.capacity_of > 0) & (office.capacity_of % 2 == 0))[0])
    seats = int(office.capacity_of[hall])
    late_first = list(range(seats, 0, -1))
    admitted = office.admit(_orders(hall, late_first, qty=2))
    assert admitted.qty.sum() == seats
    assert sorted(admitted.purchased.tolist()) == list(range(1, seats // 2 + 1))
    assert len(office.admit(_orders(hall, [0], qty=1)).qty) == 0


def test_at_home_there_is_no_last_seat(geography: Geography) -> None:
    places = lay_out(geography, VENUES, seed=1)
    programme = plan(VENUES, places, (Season(2024), Season(2025)), 12_000, 0.01, seed=1)
    office = BoxOffice(VENUES, places, programme)
    online = int(np.flatnonzero(office.online_of)[0])
    assert office.admit(_orders(online, list(range(5_000)), qty=1)).qty.sum() == 5_000
