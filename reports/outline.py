"""The country on paper: a geography goes in, SVG path data per area, land and region borders come out.

An equirectangular projection stretched by the cosine of the middle latitude is within half a percent
of the national grid for a country of this size, and keeps the picture free of a projection library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from aggregation.geography import Geography, cells

KM_PER_DEGREE = 111.195
# Land is all that lies within COAST_KM of a centroid, and gaps between centroids narrower than twice
# GAP_KM. A Voronoi cell alone would bulge eight kilometres into the sea.
GAP_KM = 6.5
COAST_KM = 2.2
SMOOTH_KM = 0.25
POND_KM2 = 300.0
# A lone area with its neighbours' region is a slip of the source and would draw a speck of border.
NEIGHBOURS = 12
CHUNK = 512
PLACES = 400

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """A town's name on the map, for orientation."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A country drawn at a width: paths of its areas and regions, its land, borders and towns."""

    width: float
    height: float
    areas: Mapping[str, str]
    regions: Mapping[str, str]
    centres: Mapping[str, tuple[float, float]]
    land: str
    borders: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """From kilometres east and south to picture units."""

    west: float
    north: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return round((x - self.west) * self.scale, 1), round((y - self.north) * self.scale, 1)

    def path(self, shape: BaseGeometry) -> str:
        """Closed path data; points that fall together on the page are dropped."""
        return "".join(self.line(ring.coords, closed=True) for ring in _rings(shape))

    def line(self, coords: Iterable[tuple[float, ...]], *, closed: bool = False) -> str:
        points = list(dict.fromkeys(self.at(c[0], c[1]) for c in coords))
        if len(points) < (3 if closed else 2):
            return ""
        return "M" + "L".join(f"{x:g},{y:g}" for x, y in points) + ("Z" if closed else "")


_DRAWN: dict[tuple[int, float], tuple[Geography, Outline]] = {}


def outline_of(geography: Geography, width: float = 430.0) -> Outline:
    """The country at this width, drawn once per process (about a second) and kept with its geography."""
    key = (id(geography), width)
    if key not in _DRAWN:
        _DRAWN[key] = (geography, draw_outline(geography, width))
    return _DRAWN[key][1]


def draw_outline(geography: Geography, width: float) -> Outline:
    """Draw the country afresh."""
    stretch = cos(radians(float(np.mean([area.latitude for area in geography.areas]))))
    points = np.array([_plane(area.longitude, area.latitude, stretch) for area in geography.areas])
    land = _land(points)
    shapes = _clipped(geography, land, stretch)
    west, north, east, south = land.bounds
    page = _Page(west, north, width / (east - west))
    codes = [area.code for area in geography.areas]
    regions = _regions(geography, _majority(geography, points), shapes)
    return Outline(
        width=width,
        height=round((south - north) * page.scale, 1),
        areas={code: page.path(shapes[code]) for code in codes if code in shapes},
        regions={name: page.path(_without_gaps(shape, land)) for name, shape in regions.items()},
        centres={code: page.at(x, y) for code, (x, y) in zip(codes, points.tolist(), strict=True)},
        land=page.path(land),
        borders=_borders(regions, land, page),
        places=_places(geography, points, page),
    )


def _plane(longitude: float, latitude: float, stretch: float) -> tuple[float, float]:
    return longitude * KM_PER_DEGREE * stretch, -latitude * KM_PER_DEGREE


def _land(points: Points) -> BaseGeometry:
    wide = shapely.union_all(shapely.buffer(shapely.points(points), GAP_KM, quad_segs=6))
    land = shapely.simplify(shapely.buffer(wide, COAST_KM - GAP_KM, quad_segs=6), SMOOTH_KM)
    return shapely.union_all([_without_ponds(part) for part in shapely.get_parts(land)])


def _without_ponds(part: BaseGeometry) -> BaseGeometry:
    lakes = [ring for ring in part.interiors if shapely.Polygon(ring).area > POND_KM2]
    return shapely.Polygon(part.exterior, lakes)


def _clipped(geography: Geography, land: BaseGeometry, stretch: float) -> dict[str, BaseGeometry]:
    """Every area's cell, kept within the land."""
    found = {code: rings for code, rings in cells(geography).items() if rings}
    whole = np.array([shapely.polygons([_plane(x, y, stretch) for x, y in r[0]]) for r in found.values()])
    shapely.prepare(land)
    inside = shapely.covers(land, whole)
    whole[~inside] = shapely.intersection(whole[~inside], land)
    return {code: shape for code, shape in zip(found, whole, strict=True) if not shape.is_empty}


def _majority(geography: Geography, points: Points) -> list[str]:
    """Each area's region, or that of most of its neighbours where it stands alone."""
    names = np.array([area.region for area in geography.areas])
    kinds, index = np.unique(names, return_inverse=True)
    votes = np.empty((len(points), len(kinds)), dtype=np.int64)
    near = min(NEIGHBOURS, len(points)) - 1
    for start in range(0, len(points), CHUNK):
        part = points[start : start + CHUNK]
        apart = ((part[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
        nearest = index[np.argpartition(apart, near, axis=1)[:, : near + 1]]
        votes[start : start + CHUNK] = (nearest[:, :, None] == np.arange(len(kinds))).sum(axis=1)
    return [str(name) for name in kinds[votes.argmax(axis=1)]]


def _regions(
    geography: Geography, names: Sequence[str], shapes: Mapping[str, BaseGeometry]
) -> dict[str, BaseGeometry]:
    found: dict[str, list[BaseGeometry]] = {}
    for area, name in zip(geography.areas, names, strict=True):
        if area.code in shapes:
            found.setdefault(name, []).append(shapes[area.code])
    return {name: shapely.union_all(parts) for name, parts in sorted(found.items())}


def _without_gaps(shape: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    """A region as one surface: cells are clipped around their centroids and leave slivers between them."""
    wide = shapely.buffer(shape, 2 * COAST_KM, quad_segs=2)
    closed = shapely.intersection(shapely.buffer(wide, -2 * COAST_KM, quad_segs=2), land)
    return shapely.simplify(closed, SMOOTH_KM)


def _rings(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return [ring for part in parts for ring in (part.exterior, *part.interiors)]


def _borders(regions: Mapping[str, BaseGeometry], land: BaseGeometry, page: _Page) -> str:
    """Lines between regions, without the coast, which the land's edge already draws."""
    inner = shapely.buffer(land, -3 * SMOOTH_KM)
    lines = shapely.union_all([_shared_edge(name, regions) for name in regions])
    inside = shapely.line_merge(shapely.intersection(lines, inner))
    parts = [p for p in shapely.get_parts(inside) if p.geom_type == "LineString" and p.length > COAST_KM]
    return "".join(page.line(shapely.simplify(part, SMOOTH_KM).coords) for part in parts)


def _shared_edge(name: str, regions: Mapping[str, BaseGeometry]) -> BaseGeometry:
    """The part of a region's edge along another region; the rest runs around gaps between cells."""
    others = shapely.union_all([shape for other, shape in regions.items() if other > name])
    return shapely.intersection(regions[name].boundary, shapely.buffer(others, SMOOTH_KM, quad_segs=1))


def _places(geography: Geography, points: Points, page: _Page) -> tuple[Place, ...]:
    """Places by how many areas they have, largest first."""
    found: dict[str, list[int]] = {}
    for n, area in enumerate(geography.areas):
        if area.place:
            found.setdefault(area.place, []).append(n)
    largest = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:PLACES]
    return tuple(Place(name, *page.at(*points[rows].mean(axis=0).tolist())) for name, rows in largest)
