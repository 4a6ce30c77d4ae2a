"""Without noise the recipe gives the exact answer, at every level, and cannot be published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from privacy.policy import POLICY
from privacy.publish import NotApprovedError, protect
from tests.privacy.desk import a_desk, a_publication, kinds, publish_now
from tests.privacy.small_network import REGIONS, exact_by_cell, exact_tables

NOISELESS = replace(POLICY, noiseless=True)


def test_scale_zero_gives_the_exact_answer_in_every_cell_of_every_level():
    tables = exact_tables()
    exact = exact_by_cell(tables)
    rows = protect(tables, NOISELESS, REGIONS).cells.to_pylist()
    counted = [row for row in rows if row["measure"] not in ("visits_per_booker", "unidentified_share")]
    assert {row["cell_id"] for row in counted} == set(exact)
    for row in counted:
        assert row["estimate"] == pytest.approx(exact[row["cell_id"]], abs=1e-3), row["cell_id"]
        assert row["noisy"] in (None, exact[row["cell_id"]]), row["cell_id"]


def test_scale_zero_gives_exact_ratios():
    tables = {t.measure: t for t in exact_tables()}
    rows = {r["cell_id"]: r for r in protect(tuple(tables.values()), NOISELESS, REGIONS).cells.to_pylist()}
    reach = tables["reach_by_area"].counts.reshape(8, -1).sum(axis=1)
    visits, unnamed = tables["visits"].counts, tables["unidentified_visits"].counts
    for n in range(8):
        share = unnamed[n] / (unnamed[n] + visits[n])
        assert rows[f"visits_per_booker/venue-{n + 1}"]["estimate"] == pytest.approx(visits[n] / reach[n])
        assert rows[f"unidentified_share/venue-{n + 1}"]["estimate"] == pytest.approx(share)


def test_every_drawn_integer_stands_in_the_release():
    release = protect(exact_tables(), POLICY, REGIONS)
    drawn = release.cells.num_rows - release.cells["noisy"].null_count
    assert drawn == sum(fact.keyset.size for fact in release.facts)


def test_a_policy_without_noise_is_never_published(tmp_path):
    desk = a_desk(tmp_path, NOISELESS)
    with pytest.raises(NotApprovedError, match="without noise"):
        publish_now(desk, a_publication(policy=NOISELESS))
    assert kinds(desk) == []
    assert desk.store.ids() == ()


def test_estimates_that_should_add_up_do():
    cells = protect(exact_tables(5), POLICY, REGIONS).cells.to_pylist()
    by = {row["cell_id"]: row["estimate"] for row in cells}
    areas = sum(v for k, v in by.items() if k.startswith("reach_by_area/venue-3/") and ":" not in k)
    bands = sum(v for k, v in by.items() if k.startswith("attendance_bands/venue-3/"))
    assert np.allclose([areas, bands], by["reach/venue-3/core"])
    assert by["new/venue-3"] + by["returning/venue-3"] == pytest.approx(by["reach/venue-3/core"])
    assert all(value >= 0 for value in by.values())
