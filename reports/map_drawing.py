"""A map's page: an outline, fills by area and a legend go in, SVG comes out.

No style attributes, so that a strict content policy lets it through; line widths and letters keep
their size in a closer view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from reports.map_legend import text
from reports.outline import Outline, Place
from reports.theme import FONT, Theme
from reports.uncertainty import Value

MAP_WIDTH = 430.0
LEGEND_WIDTH = 178.0
TITLE_HEIGHT = 58.0
EDGE = 14.0
# The closer view holds this part of the coloured total.
CATCHMENT = 0.90
PLACES = 14
PLACE_SIZE = 9.5
# A narrow page shows the picture at about seven tenths: letters grow by as much.
STACKED_LETTERS = 1.4


@dataclass(frozen=True, slots=True)
class View:
    """The part of the outline that is shown, how much larger, and how large its letters are."""

    x: float
    y: float
    width: float
    height: float
    letters: float = 1.0

    @property
    def zoom(self) -> float:
        return MAP_WIDTH / self.width

    @property
    def place_size(self) -> float:
        return PLACE_SIZE * self.letters


def whole(outline: Outline) -> View:
    return View(0.0, 0.0, outline.width, outline.height)


def closer_view(outline: Outline, told: Mapping[str, Value]) -> View:
    """A window of the country's own proportions around most of what is coloured."""
    codes = [code for code in told if code in outline.centres]
    if not codes:
        return whole(outline)
    points = np.array([outline.centres[code] for code in codes])
    weights = np.array([told[code].estimate for code in codes])
    ends = [_weighted_range(points[:, axis], weights) for axis in (0, 1)]
    margin = 0.06 * outline.width
    width = max(ends[0][1] - ends[0][0] + 2 * margin, 0.2 * outline.width)
    height = ends[1][1] - ends[1][0] + 2 * margin
    shown = min(max(width, height * outline.width / outline.height), outline.width)
    tall = shown * outline.height / outline.width
    middle = [sum(pair) / 2 for pair in ends]
    x = min(max(middle[0] - shown / 2, 0.0), outline.width - shown)
    y = min(max(middle[1] - tall / 2, 0.0), outline.height - tall)
    return View(round(x, 1), round(y, 1), round(shown, 1), round(tall, 1))


def _weighted_range(positions: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    order = np.argsort(positions)
    passed = np.cumsum(weights[order]) / weights.sum()
    out = (1 - CATCHMENT) / 2
    first, last = np.searchsorted(passed, [out, 1 - out])
    return float(positions[order][first]), float(positions[order][min(last, len(order) - 1)])


def drawing_of(
    outline: Outline,
    view: View,
    shapes: Mapping[str, str],
    fills: Mapping[str, str],
    marker: str | None,
    theme: Theme,
) -> str:
    """Land, areas, borders and towns; line widths and letters keep their size in a closer view."""
    pen = 1 / view.zoom
    areas = "".join(f'<path data-area="{escape(c)}" fill="{f}" d="{shapes[c]}"/>' for c, f in fills.items())
    towns = "".join(_town(place, pen, view.place_size, theme) for place in _placed(outline.places, view))
    edge = f'fill="none" stroke="{theme.border}" stroke-linejoin="round"'
    return (
        f'<path d="{outline.land}" fill="{theme.land}"/>'
        f'<g stroke="{theme.paper}" stroke-width="{0.15 * pen:.3g}" fill-rule="evenodd">{areas}</g>'
        f'<path d="{outline.borders}" {edge} stroke-width="{0.7 * pen:.3g}"/>'
        f'<path d="{outline.land}" {edge} stroke-width="{0.6 * pen:.3g}"/>'
        f"{towns}{_marker(outline, marker, pen, theme)}"
    )


def _placed(places: Sequence[Place], view: View) -> list[Place]:
    """The largest towns in view whose names do not touch."""
    chosen: list[Place] = []
    size = view.place_size
    for place in places:
        half = len(place.name) * size * 0.27
        x, y = (place.x - view.x) * view.zoom, (place.y - view.y) * view.zoom
        inside = half < x < MAP_WIDTH - half * 0.6 and 16 < y < view.height * view.zoom - 6
        clear = all(
            abs(place.x - other.x) * view.zoom > half + len(other.name) * size * 0.27 + 6
            or abs(place.y - other.y) * view.zoom > size * 2.2
            for other in chosen
        )
        if inside and clear:
            chosen.append(place)
        if len(chosen) == PLACES:
            break
    return chosen


def _town(place: Place, pen: float, size: float, theme: Theme) -> str:
    """A town's name with a halo, so that it reads on any shade."""
    halo = (
        f' text-anchor="middle" stroke="{theme.paper}" stroke-width="{2.4 * pen:.3g}" '
        'stroke-linejoin="round" paint-order="stroke"'
    )
    dot = f'<circle cx="{place.x:g}" cy="{place.y:g}" r="{1.3 * pen:.3g}" fill="{theme.ink}"/>'
    return dot + text(place.x, round(place.y - 4 * pen, 2), place.name, theme.ink, size * pen, halo)


def _marker(outline: Outline, area: str | None, pen: float, theme: Theme) -> str:
    if area is None or area not in outline.centres:
        return ""
    at = 'cx="{:g}" cy="{:g}"'.format(*outline.centres[area])
    ring = f'stroke="{theme.ink}" stroke-width="{1.6 * pen:.3g}"'
    return (
        f'<circle {at} r="{5.5 * pen:.3g}" fill="{theme.paper}" {ring}/>'
        f'<circle {at} r="{2.4 * pen:.3g}" fill="{theme.ink}"/>'
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where map and legend stand on the page."""

    map_x: float
    legend_y: float
    width: float
    height: float


def _places(top: float, tall: float, legend_height: float, stacked: bool) -> _Places:
    """The legend left of the map, or below it."""
    if stacked:
        below = top + tall + 2 * EDGE
        return _Places(2.0, below, MAP_WIDTH + 4, below + legend_height * STACKED_LETTERS)
    return _Places(LEGEND_WIDTH + EDGE, top, MAP_WIDTH + LEGEND_WIDTH + 2 * EDGE, tall + top + EDGE)


def page_of(
    drawing: str,
    view: View,
    legend: tuple[str, float],
    title: str | Sequence[str],
    theme: Theme,
    *,
    paper: bool,
    stacked: bool = False,
) -> str:
    """The whole picture. `legend`: its SVG and height; `stacked`: below the map, in larger letters."""
    lines = [title] if isinstance(title, str) else list(title)
    top = (TITLE_HEIGHT if lines[0] else 0.0) + EDGE
    tall = view.height * view.zoom
    at = _places(top, tall, legend[1], stacked)
    width, height = at.width, at.height
    ground = f'<rect width="{width:g}" height="{height:g}" fill="{theme.paper}"/>' if paper else ""
    frame = "" if view.zoom == 1 else _frame(at.map_x, top, tall, theme)
    larger = f" scale({STACKED_LETTERS:g})" if stacked else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" aria-label="{escape(" ".join(lines))}" font-family="{FONT}">'
        f"{_hatch(theme, 1 / view.zoom)}{ground}{_heading(lines, theme) if lines[0] else ''}"
        f'<g transform="translate({at.map_x if stacked else EDGE:g},{at.legend_y:g}){larger}">{legend[0]}</g>'
        f'<svg x="{at.map_x:g}" y="{top:g}" width="{MAP_WIDTH:g}" height="{tall:g}" '
        f'viewBox="{view.x:g} {view.y:g} {view.width:g} {view.height:g}">{drawing}</svg>{frame}</svg>'
    )


def _frame(x: float, top: float, tall: float, theme: Theme) -> str:
    """Says that the country goes on beyond a closer view."""
    return (
        f'<rect x="{x:g}" y="{top:g}" width="{MAP_WIDTH:g}" height="{tall:g}" rx="3" '
        f'fill="none" stroke="{theme.border}" stroke-width="0.8"/>'
    )


def _hatch(theme: Theme, pen: float) -> str:
    return (
        f'<defs><pattern id="withheld-{theme.name}" width="4" height="4" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45) scale({pen:.3g})"><rect width="4" height="4" fill="{theme.land}"/>'
        f'<path d="M0,0V4" stroke="{theme.hatch}" stroke-width="1.6"/></pattern></defs>'
    )


def _heading(lines: Sequence[str], theme: Theme) -> str:
    head = text(EDGE, 28, lines[0], theme.ink, 15, ' font-weight="bold"')
    return head + "".join(text(EDGE, 47 + 16 * n, line, theme.quiet, 12) for n, line in enumerate(lines[1:]))
