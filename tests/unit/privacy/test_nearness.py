"""Rings around venues, and what the digest of the public geography binds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privacy.nearness import NOWHERE, RINGS_KM, Nearness
from privacy.workload import regions_digest

NEAR = Nearness(("a", "b", "c"), {"a": 10.0}, {"v": np.array([0.5, 5.0, 300.0])})


def test_areas_lie_in_rings_and_unknown_ones_in_the_last() -> None:
    rings = NEAR.rings(("v", "w"), ("c", "a", "elsewhere", "b"))
    assert rings[0].tolist() == [len(RINGS_KM), 0, len(RINGS_KM), 4]
    assert rings[1].tolist() == [0, 0, 0, 0]
    assert NOWHERE.rings(("v",), ("a",)).tolist() == [[0]]


def test_the_digest_binds_all_that_estimates_lean_on() -> None:
    changed = (
        NOWHERE,
        replace(NEAR, inhabitants={"a": 11.0}),
        replace(NEAR, kilometres={"v": np.array([0.6, 5.0, 300.0])}),
        replace(NEAR, areas=("a", "c", "b")),
    )
    assert len({regions_digest({"a": "r"}, near) for near in (NEAR, *changed)}) == 5
    assert regions_digest({"a": "r"}) == regions_digest({"a": "r"}, NOWHERE)
