"""Draws an outline around each postcode centroid: areas in → clipped Voronoi cells as rings out."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
import shapely

from aggregation.geography import Area, Ring

KM_PER_DEGREE = 111.195
NEIGHBOUR = 3  # counted from the centroid itself at 0
NEIGHBOUR_REACH = 1.8  # a cell ends this many times that neighbour's distance away
CHUNK = 512
MOST_REACH_KM = 8.0
DECIMALS = 4  # eleven metres


def draw_outlines(areas: Sequence[Area]) -> dict[str, tuple[Ring, ...]]:
    """One outline per area; areas with the very same centroid share one."""
    points, index, plane = _on_a_plane(areas)
    cells = _voronoi(points)
    reach = np.minimum(NEIGHBOUR_REACH * _spacing_km(points), MOST_REACH_KM)
    discs = shapely.buffer(shapely.points(points), reach, quad_segs=4)
    clipped = shapely.intersection(cells, discs)
    rings = [_rings(polygon, plane) for polygon in clipped]
    return {area.code: rings[place] for area, place in zip(areas, index, strict=True)}


def _on_a_plane(areas: Sequence[Area]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct centroids in kilometres east and north, each area's place among them, and degrees per km."""
    degrees = np.array([(area.longitude, area.latitude) for area in areas])
    middle = radians(float(degrees[:, 1].mean()))
    per_km = np.array([1 / (KM_PER_DEGREE * cos(middle)), 1 / KM_PER_DEGREE])
    distinct, index = np.unique(degrees, axis=0, return_inverse=True)
    return distinct / per_km, index.reshape(-1), per_km


def _voronoi(points: np.ndarray) -> np.ndarray:
    """Each point's own cell, in the order of the points."""
    west, south = points.min(axis=0) - 4 * MOST_REACH_KM
    east, north = points.max(axis=0) + 4 * MOST_REACH_KM
    page = shapely.box(west, south, east, north)
    found = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=page, ordered=True)
    return np.asarray(shapely.get_parts(found), dtype=object)


def _spacing_km(points: np.ndarray) -> np.ndarray:
    """How far the third nearest other centroid lies: the nearest is often a twin in the same village."""
    east, north = points[:, 0], points[:, 1]
    neighbour = min(NEIGHBOUR, len(points) - 1)
    spacing = np.empty(len(points))
    for start in range(0, len(points), CHUNK):
        part = slice(start, start + CHUNK)
        squares = (east[part, None] - east) ** 2 + (north[part, None] - north) ** 2
        spacing[part] = np.sqrt(np.partition(squares, neighbour, axis=1)[:, neighbour])
    return spacing


def _rings(polygon: shapely.Geometry, per_km: np.ndarray) -> tuple[Ring, ...]:
    outline = np.round(shapely.get_coordinates(polygon) * per_km, DECIMALS)
    return (tuple((float(x), float(y)) for x, y in outline),)
