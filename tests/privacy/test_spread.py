"""What a venue's estimates lean on is what everyone may see: nothing withheld is read back from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from privacy.disclosure import audience_files, network_spread
from privacy.estimate import estimate_cells
from privacy.fitting import NoisyTable
from privacy.mechanisms import draw
from privacy.policy import BEYOND_SPREAD, POLICY
from privacy.workload import plan_release
from tests.privacy.small_network import AREAS, DISTRICTS, REGIONS, SEASON, VENUES, exact_tables

OWNERS = {venue: venue for venue in VENUES}
LATE_ENOUGH, TOO_EARLY = date(2026, 12, 1), date(2026, 9, 1)
TARGET = AREAS[5]
DISTRICT = [n for n, area in enumerate(AREAS) if DISTRICTS[area] == DISTRICTS[TARGET]]


@pytest.fixture(scope="module")
def drawn() -> dict[str, NoisyTable]:
    """A network in which nearly everyone from two areas of a district goes to the first venue."""
    tables = {table.measure: table for table in exact_tables(3, size=20_000)}
    by_area = tables["reach_by_area"].counts.reshape(len(VENUES), len(AREAS)).copy()
    by_area[:, DISTRICT] = np.random.default_rng(0).integers(20, 40, (len(VENUES), len(DISTRICT)))
    by_area[0, DISTRICT[:2]] = 900, 3000
    network = (by_area.sum(axis=0) * 0.8).astype(np.int64)
    for measure, counts in (("reach_by_area", by_area.ravel()), ("network_reach_by_area", network)):
        tables[measure] = replace(tables[measure], counts=counts)
    planned = plan_release(list(tables.values()), POLICY, REGIONS)
    noisy = draw(planned.draws)
    return {
        f.name: NoisyTable(f.name, f.measure, f.level, f.keyset, noisy[f.name], f.scale)
        for f in planned.facts
    }


def files(tables: dict[str, NoisyTable], today: date = LATE_ENOUGH) -> dict[str, pa.Table]:
    """What each audience gets, made as publishing makes it."""
    plain = estimate_cells(list(tables.values()), REGIONS)
    seen = network_spread(plain, OWNERS, SEASON, today, REGIONS)
    cells = estimate_cells(list(tables.values()), REGIONS, seen)
    return audience_files(cells, [], VENUES, OWNERS, SEASON, today, REGIONS)


def hidden(table: pa.Table) -> list[int]:
    """The areas of the target's district whose network cell is withheld."""
    rows = {row["label"]: row for row in table.to_pylist() if row["measure"] == "network_reach_by_area"}
    return [n for n in DISTRICT if rows[AREAS[n]]["status"] == "withheld"]


@pytest.mark.parametrize("today", [LATE_ENOUGH, TOO_EARLY])
def test_withheld_network_areas_change_nothing_that_any_venue_gets(
    drawn: dict[str, NoisyTable], today: date
) -> None:
    """Their noisy integers trade places: all sums stay, so a file that changes would tell which is which."""
    before = files(drawn, today)
    covered = hidden(before["venue-2"])
    assert AREAS.index(TARGET) in covered
    assert len(covered) > 1
    network = drawn["network_reach_by_area"]
    traded = network.noisy.copy()
    traded[covered] = np.roll(network.noisy[covered], 1)
    assert abs(traded - network.noisy).max() > 1000
    after = files({**drawn, network.name: replace(network, noisy=traded)}, today)
    for venue in (*VENUES, "coordinator", "public"):
        for name in ("estimate", "low", "high"):
            one, other = (
                table[name].to_numpy(zero_copy_only=False) for table in (before[venue], after[venue])
            )
            np.testing.assert_allclose(one, other, atol=1e-6, err_msg=f"{venue} {name}")


def test_areas_lean_on_what_is_shown_of_the_network(drawn: dict[str, NoisyTable]) -> None:
    """Where everyone may see the network, its spread still steadies the venues' areas."""
    plain = estimate_cells(list(drawn.values()), REGIONS)
    seen = network_spread(plain, OWNERS, SEASON, LATE_ENOUGH, REGIONS)
    shown = {
        row["label"]: row["estimate"]
        for row in files(drawn)["public"].to_pylist()
        if row["measure"] == "network_reach_by_area"
        and row["level"] == "cell"
        and row["status"] != "withheld"
    }
    assert len(shown) > 5
    assert {area: seen[area] for area in shown} == pytest.approx(shown)
    assert network_spread(plain, OWNERS, SEASON, TOO_EARLY, REGIONS) == {}
    leaning = estimate_cells(list(drawn.values()), REGIONS, seen)
    assert leaning["estimate"] != plain["estimate"]
    # What the bounds leave out is a share of the estimate and moves with it; all else of an interval stays.
    assert without_bounds(leaning) == pytest.approx(
        np.maximum(without_bounds(plain), leaning["estimate"].to_numpy()), abs=1e-6
    )


def without_bounds(cells: pa.Table) -> np.ndarray:
    """Upper ends without the allowance for what the bounds leave out."""
    return np.asarray(cells["high"].to_numpy() - BEYOND_SPREAD * cells["beyond"].to_numpy())
