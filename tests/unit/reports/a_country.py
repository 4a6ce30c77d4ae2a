"""A small imagined country for map tests: two regions of five by five areas each, a gap of sea between."""

from __future__ import annotations

from aggregation.geography import Area, Geography

AREAS = tuple(
    Area(
        code=f"XX-{row}{column}",
        country="XX",
        region="West" if column < 5 else "East",
        latitude=52.0 + 0.05 * row,
        longitude=5.0 + 0.08 * column,
        place="Westerstad" if column < 3 else "Oosterdorp" if column > 7 else f"Tussen {row}",
    )
    for row in range(5)
    for column in range(10)
)
COUNTRY = Geography(AREAS)
