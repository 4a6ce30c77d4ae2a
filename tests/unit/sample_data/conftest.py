"""One small sample, built once for the folder, over an invented geography that needs no pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregation.geography import Area, Geography
from sample_data.generate import build
from sample_data.network import Network
from sample_data.venues import VENUES
from tests.unit.sample_data.reading import Sample

REGIONS = {"3": "Utrecht", "6": "Gelderland", "7": "Gelderland", "8": "Overijssel", "1": "Flevoland"}
STEPS = (-0.12, -0.04, 0.0, 0.03, 0.09)


def country() -> Geography:
    """Twenty-five areas around each town that has a venue."""
    areas: dict[str, Area] = {}
    for venue in VENUES:
        for row, north in enumerate(STEPS):
            for column, east in enumerate(STEPS):
                code = f"NL-{int(venue.area[3:]) + row * 5 + column}"
                areas[code] = Area(
                    code, "NL", REGIONS[code[3]], venue.latitude + north, venue.longitude + east, venue.place
                )
    return Geography(tuple(areas[code] for code in sorted(areas)))


@pytest.fixture(scope="session")
def geography() -> Geography:
    return country()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, geography: Geography) -> Sample:
    """About 12,000 tickets of all 24 venues."""
    out: Path = tmp_path_factory.mktemp("sample")
    network: Network = build(out, scale=0.01, seed=12, geography=geography)
    return Sample(out, network)
