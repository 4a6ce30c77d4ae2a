"""The postcode map: values by area and a geography go in, an SVG and the areas that it cannot show come out.

Written as SVG directly, not through Vega: the country's outline is drawn once per process, so that a
map costs milliseconds instead of half a second, keeps to a strict content policy (no style
attributes), and uncertain areas fade by mixing colours, which holds on paper and on dark screens.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregation.geography import Geography
from privacy.disclosure import districts_of
from reports.map_drawing import MAP_WIDTH, STACKED_LETTERS, closer_view, drawing_of, page_of, whole
from reports.map_legend import FADE, Legend, mixed, shades
from reports.outline import outline_of
from reports.theme import LIGHT, Theme
from reports.uncertainty import Value, discoveries
from reports.wording import Translate, translator

# Half an interval of up to 30 % of the value is drawn in full colour, beyond that faded.
CLEAR_UP_TO = 0.30
# An area below this part of the largest one is not worth a colour of its own district's making.
LEAST = 0.02


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A label that has a value but no place on the map."""

    label: str
    value: Value


@dataclass(frozen=True, slots=True)
class PostcodeMap:
    """The picture; what stands beside it; where the classes begin; how many areas are faded or left blank."""

    svg: str
    unmapped: tuple[Unmapped, ...]
    breaks: tuple[float, ...]
    faded: int
    untold: int


def postcode_map(
    values: Mapping[str, Value],
    geography: Geography,
    *,
    level: str = "cell",
    districts: Mapping[str, Value] | None = None,
    withheld: frozenset[str] = frozenset(),
    as_share: bool = True,
    title: str | Sequence[str] = "",
    marker: str | None = None,
    closer: bool = False,
    stacked: bool = False,
    language: str = "en",
    theme: Theme = LIGHT,
    paper: bool = False,
    translate: Translate | None = None,
) -> PostcodeMap:
    """Draw values by area (`level` "cell") or by region.

    `districts`: values of the districts that areas lie in; where a district is surely there and its area
    by itself is not, the area is drawn faded. `marker`: the area where the venue stands. `closer`: only
    where most bookers live. `stacked`: the legend below, for narrow pages. `paper`: with a
    background, for pictures that leave the page.
    """
    outline = outline_of(geography, MAP_WIDTH)
    shapes = outline.areas if level == "cell" else outline.regions
    placed = {code: value for code, value in values.items() if code in shapes}
    told = _surely_there(placed)
    leaning = _leaning(placed, _surely_there(districts or {}), geography) if level == "cell" else {}
    drawn = dict(sorted({**leaning, **told}.items()))
    breaks = quantile_breaks([value.estimate for value in drawn.values()], len(theme.classes))
    faded = frozenset(c for c, value in drawn.items() if c not in told or value.relative > CLEAR_UP_TO)
    hatched = sorted(withheld & shapes.keys())
    fills = {code: _colour(value, breaks, theme, code in faded) for code, value in drawn.items()}
    fills |= dict.fromkeys(hatched, f"url(#withheld-{theme.name})")
    legend = Legend(breaks, as_share, bool(faded), bool(hatched), theme, language)
    view = closer_view(outline, drawn) if closer and level == "cell" else whole(outline)
    view = replace(view, letters=STACKED_LETTERS if stacked else 1.0)
    drawing = drawing_of(outline, view, shapes, fills, marker, theme)
    beside_map = legend.svg(translate or translator(language)), legend.height
    svg = page_of(drawing, view, beside_map, title, theme, paper=paper, stacked=stacked)
    beside = tuple(Unmapped(code, value) for code, value in values.items() if code not in shapes)
    return PostcodeMap(svg, beside, breaks, len(faded), len(placed) - len(drawn))


def _surely_there(values: Mapping[str, Value]) -> dict[str, Value]:
    found = discoveries(list(values.values()))
    return {code: value for (code, value), sure in zip(values.items(), found, strict=True) if sure}


def _leaning(
    placed: Mapping[str, Value], told: Mapping[str, Value], geography: Geography
) -> dict[str, Value]:
    """Areas of the districts that are surely there, where the estimate says anything at all.

    An area's estimate leans on its district's (privacy/estimate.py), so it is the best there is, though
    its own interval still reaches nothing.
    """
    regions = {area.code: area.region for area in geography.areas}
    inside = dict(zip(regions, districts_of(list(regions), regions), strict=True))
    largest = max((value.estimate for value in placed.values()), default=0.0)
    return {
        code: value
        for code, value in placed.items()
        if inside.get(code) in told and value.estimate > LEAST * largest
    }


def quantile_breaks(values: Sequence[float], classes: int) -> tuple[float, ...]:
    """Round numbers near where classes of equally many areas begin; fewer where values are few or equal."""
    if not values:
        return ()
    cuts = np.quantile(np.asarray(values), [n / classes for n in range(1, classes)], method="higher")
    exact = sorted({float(cut) for cut in cuts} - {min(values)})
    found = sorted({float(f"{cut:.1g}") for cut in exact})
    if len(found) < len(exact):
        found = sorted({float(f"{cut:.2g}") for cut in exact})
    return tuple(cut for cut in found if min(values) < cut <= max(values))


def _colour(value: Value, breaks: Sequence[float], theme: Theme, fade: bool) -> str:
    shade = shades(breaks, theme)[bisect_right(breaks, value.estimate)]
    return mixed(shade, theme.land, FADE) if fade else shade
