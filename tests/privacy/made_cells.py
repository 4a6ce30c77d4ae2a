"""Released cells for tests of the venue rules: numbers per venue go in, a cells table comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from ingest.seasons import Season
from privacy.peer_groups import PeerGroup
from privacy.release import CELLS_SCHEMA

SEASON = Season(2025)
LATE_ENOUGH = date(2026, 11, 1)


def a_cell(
    measure: str,
    value: float,
    *,
    venue: str = "",
    label: str = "",
    dimension: str = "",
    level: str = "cell",
    sigma: float = 3.0,
    status: str = "released",
) -> dict[str, object]:
    """One released cell: its raw integer and its estimate agree."""
    place = "/".join(part for part in (measure, venue, level if level != "cell" else "", label) if part)
    return {
        "cell_id": place, "measure": measure, "venue": venue, "dimension": dimension, "label": label,
        "level": level, "noisy": round(value), "sigma": sigma, "fit": value, "estimate": max(value, 0.0),
        "low": max(value - 1.96 * sigma, 0.0), "high": value + 1.96 * sigma, "beyond": 0.0,
        "status": status,
    }  # fmt: skip


def reach_cells(reach: Mapping[str, float], **about: float) -> list[dict[str, object]]:
    """Reach of each venue, total and core."""
    sigma = about.get("sigma", 3.0)
    return [
        a_cell("reach", value, venue=venue, level=level, sigma=sigma)
        for venue, value in reach.items()
        for level in ("core", "total")
    ]


def a_table(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=CELLS_SCHEMA)


def a_group(
    members: Sequence[str], *, id: str = "theatres", version: int = 1, season: Season = SEASON
) -> PeerGroup:
    return PeerGroup(id, {"en": "theatres", "nl": "theaters"}, version, season, tuple(members))


def rows_of(table: pa.Table, measure: str, **where: object) -> list[dict[str, object]]:
    """The rows of a measure, narrowed by columns."""
    return [
        row
        for row in table.to_pylist()
        if row["measure"] == measure and all(row[name] == value for name, value in where.items())
    ]
