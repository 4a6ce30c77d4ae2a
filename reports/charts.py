"""Every chart: comparisons and own counts go in, a Vega-Lite specification comes out, and from it SVG or PNG.

One grammar. Peers: a quiet band over their middle half with a tick at the mean. Own: a dot with its
interval as a line. Last season: a hollow dot. Withheld: a short hatched gap where the peers' number
would stand, and one line below that says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import vl_convert

from privacy.disclosure import Kind
from reports.benchmark import Benchmark
from reports.chart_layers import (
    Spec,
    band_layer,
    band_of,
    key_layers,
    name_layers,
    number_layers,
    own_layers,
    tick_layers,
    withheld_layer,
)
from reports.sentences import unit_of
from reports.theme import LIGHT, Theme, config
from reports.uncertainty import Value
from reports.wording import Translate, number, translator

VEGA_LITE = "6.4"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROW_HEIGHT = 34
# A name above its row takes a line more.
STACKED_HEIGHT = 50
BAR_HEIGHT = 26
# Room for a dot at nothing and at all, so that it touches neither names nor numbers.
INSET = 9
NAME_LETTER = 6.6  # the mean width of a letter at 13 px
NAME_PADDING = 12
LONGEST_NAME = 180
NUMBERS_WIDTH = 142
AXIS_FORMAT = {Kind.COUNT: ",.0f", Kind.SHARE: ".0%", Kind.RATIO: ",.1f"}


def comparison_chart(
    comparisons: Sequence[Benchmark],
    *,
    language: str = "en",
    theme: Theme = LIGHT,
    title: str | Sequence[str] = "",
    unit: str | None = None,
    label: Callable[[str], str] = str,
    width: int = 560,
    translate: Translate | None = None,
    key: bool = True,
    stacked: bool = False,
) -> Spec:
    """Own value beside the peers, one row per comparison. `label` words a comparison's label; `unit`
    is the axis title, "" for none. `width` is that of the whole picture.

    Without `key` the page explains the marks: below a narrow picture the line would be wider than it.
    `stacked` writes each name above its row, so that a narrow picture keeps its letters at full size.
    """
    say = translate or translator(language)
    kind = comparisons[0].kind if comparisons else Kind.COUNT
    rows = [_row(item, label(item.label), language, _coarsest(comparisons)) for item in comparisons]
    if unit is None:
        unit = unit_of(kind, comparisons[0].figure, language) if comparisons else ""
    y = {
        "field": "row",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": [row["row"] for row in rows], "paddingInner": 0, "paddingOuter": 0},
        "axis": _names_axis(theme),
    }
    named = len(rows) > 1
    if stacked or not named:
        y["axis"] = None
    plot = _plot_width(width, [] if y["axis"] is None else [row["row"] for row in rows])
    step = STACKED_HEIGHT if stacked and named else ROW_HEIGHT
    x = _x(comparisons, kind, plot, unit)
    layers = [
        withheld_layer(y, theme, plot),
        band_layer(x, y, theme),
        *tick_layers(x, y, theme),
        *own_layers(x, y, theme),
        *number_layers(y, theme, plot, say),
        *(name_layers(y, theme) if stacked and named else ()),
        *(
            key_layers(comparisons, theme, language, say, step * len(rows) + (58 if unit else 38))
            if key
            else ()
        ),
    ]
    return {
        "$schema": SCHEMA,
        "background": None,
        "padding": {"left": 4, "top": 4, "right": 4, "bottom": 4},
        "width": plot,
        "height": {"step": step},
        "title": _title(title),
        "data": {"values": rows},
        "layer": layers,
        "config": config(theme, language),
    }


def bar_chart(
    items: Sequence[tuple[str, float]],
    *,
    language: str = "en",
    theme: Theme = LIGHT,
    title: str | Sequence[str] = "",
    unit: str = "",
    kind: Kind = Kind.COUNT,
    width: int = 560,
) -> Spec:
    """A venue's own exact counts as labelled bars: no interval, because nothing was added."""
    rows = [
        {"order": n, "row": name, "value": value, "text": number(kind.value, value, language)}
        for n, (name, value) in enumerate(items)
    ]
    y = {
        "field": "row",
        "type": "nominal",
        "sort": None,
        "scale": {"paddingInner": 0.3, "paddingOuter": 0.1},
        "axis": _names_axis(theme),
    }
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": unit or None, "format": AXIS_FORMAT[kind], "tickCount": 5},
    }
    return {
        "$schema": SCHEMA,
        "background": None,
        "width": width,
        "height": {"step": BAR_HEIGHT},
        "title": _title(title),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar", "color": theme.own, "cornerRadiusEnd": 2},
                "encoding": {"y": y, "x": x},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "color": theme.ink},
                "encoding": {"y": y, "x": x, "text": {"field": "text"}},
            },
        ],
        "config": config(theme, language),
    }


def render_svg(spec: Spec) -> str:
    """The picture as SVG text: the fallback without JavaScript, and what reports hold."""
    return str(vl_convert.vegalite_to_svg(_dumped(spec), vl_version=VEGA_LITE))


def render_png(spec: Spec, *, scale: float = 2.0, theme: Theme = LIGHT) -> bytes:
    """The picture as PNG on the theme's paper, for slides."""
    on_paper = {**spec, "background": theme.paper, "padding": 16}
    return bytes(vl_convert.vegalite_to_png(_dumped(on_paper), vl_version=VEGA_LITE, scale=scale))


def svg_to_png(svg: str, *, scale: float = 2.0) -> bytes:
    """Any of our SVG pictures as PNG."""
    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def _dumped(spec: Spec) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)


def _plot_width(width: int, names: Sequence[str]) -> int:
    """What is left for the marks beside the names and the two columns of numbers."""
    longest = max((len(name) * NAME_LETTER for name in names), default=-NAME_PADDING)
    return round(width - NUMBERS_WIDTH - NAME_PADDING - min(longest, LONGEST_NAME))


def _x(comparisons: Sequence[Benchmark], kind: Kind, plot: int, unit: str) -> Spec:
    return {
        "type": "quantitative",
        "scale": {
            "domain": _domain(comparisons, kind),
            "range": [INSET, plot - INSET],
            "nice": False,
            "zero": False,
        },
        "axis": {
            "title": unit or None,
            "format": AXIS_FORMAT[kind],
            "tickCount": 5 if plot > 400 else 2,
            "grid": True,
            "labelFlush": False,
        },
    }


def _names_axis(theme: Theme) -> Spec:
    """Names of the rows, far enough off that a dot at nothing does not touch them."""
    return {
        "title": None,
        "labelFontSize": 13,
        "labelColor": theme.ink,
        "labelLimit": LONGEST_NAME,
        "labelPadding": NAME_PADDING,
    }


def _title(title: str | Sequence[str]) -> Any:
    """A finding, and below it smaller what it is about."""
    if not title:
        return None
    lines = [title] if isinstance(title, str) else list(title)
    return {"text": lines[0], "subtitle": lines[1:]} if len(lines) > 1 else {"text": lines[0]}


def _coarsest(comparisons: Sequence[Benchmark]) -> float:
    """The widest half interval: one number of decimals for a whole column."""
    values = [value for item in comparisons for value in (item.own, item.peer_mean) if value]
    return max((value.precision for value in values), default=0.0)


def _row(item: Benchmark, name: str, language: str, coarsest: float) -> dict[str, Any]:
    own, mean = item.own, item.peer_mean
    row: dict[str, Any] = {"row": name, "own_text": "–", "peers_text": "", "withheld": item.withheld}
    if own:
        row |= {"own": own.estimate, "low": own.low, "high": own.high}
        row["own_text"] = _text(item.kind, own, language, coarsest)
    if item.previous:
        row["previous"] = item.previous.estimate
    if band := band_of(item):
        row |= dict(zip(("q1", "q3"), band, strict=True))
    if mean:
        row["mean"] = mean.estimate
        row["peers_text"] = _text(item.kind, mean, language, coarsest)
    return row


def _text(kind: Kind, value: Value, language: str, coarsest: float) -> str:
    return number(kind.value, value.estimate, language, value.precision if kind is Kind.COUNT else coarsest)


def _domain(comparisons: Sequence[Benchmark], kind: Kind) -> list[float]:
    """From nothing to a little beyond the last mark: lengths then compare honestly."""
    ends = [0.0]
    for item in comparisons:
        ends += [value.high for value in (item.own, item.peer_mean, item.previous) if value]
        ends += band_of(item) or ()
    most = max(ends) * 1.06
    return [0.0, min(most, 1.0) if kind is Kind.SHARE and most > 0 else most or 1.0]
