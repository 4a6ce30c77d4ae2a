"""The marks of a comparison: theme and fields go in, Vega-Lite layers come out. One grammar everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privacy.disclosure import WITHHELD
from reports.benchmark import Benchmark
from reports.theme import FONT, Theme
from reports.wording import Translate

Spec = dict[str, Any]
KEY_LETTER = 4.9  # the mean width of a letter at 11 px
KEY_LINE = 19
# Where the columns of numbers end, right of the marks, and how wide the gap of a withheld one is.
OWN_AT = 52
PEERS_AT = 128
GAP_WIDTH = 26


def withheld_layer(y: Spec, theme: Theme, width: int) -> Spec:
    """A hatched gap in the column of the peers' numbers: it says that something is not shown, quietly."""
    return {
        "transform": [{"filter": "datum.withheld"}],
        "mark": {"type": "rule", "stroke": theme.hatch, "strokeWidth": 11, "strokeDash": [1.5, 3]},
        "encoding": {
            "y": y,
            "x": {"value": width + PEERS_AT - GAP_WIDTH},
            "x2": {"value": width + PEERS_AT},
        },
    }


def band_layer(x: Spec, y: Spec, theme: Theme) -> Spec:
    return {
        "transform": [{"filter": "isValid(datum.q1)"}],
        "mark": {"type": "bar", "height": 20, "color": theme.peers, "cornerRadius": 3},
        "encoding": {"y": y, "x": {"field": "q1", **x}, "x2": {"field": "q3"}},
    }


def band_of(item: Benchmark) -> tuple[float, float] | None:
    """Where the band of the peers' middle half begins and ends; None unless both ends are told."""
    ends = (item.quartiles.q1, item.quartiles.q3) if item.quartiles else (None, None)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])


def tick_layers(x: Spec, y: Spec, theme: Theme) -> list[Spec]:
    return [
        {
            "transform": [{"filter": "isValid(datum.mean)"}],
            "mark": {"type": "tick", "size": 20, "thickness": 2.5, "opacity": 1, "color": theme.peers_mark},
            "encoding": {"y": y, "x": {"field": "mean", **x}},
        }
    ]


def own_layers(x: Spec, y: Spec, theme: Theme) -> list[Spec]:
    return [
        {
            "transform": [{"filter": "isValid(datum.own)"}],
            "mark": {"type": "rule", "strokeWidth": 2.5, "color": theme.own, "strokeCap": "round"},
            "encoding": {"y": y, "x": {"field": "low", **x}, "x2": {"field": "high"}},
        },
        {
            "transform": [{"filter": "isValid(datum.previous)"}],
            "mark": {
                "type": "point",
                "size": 70,
                "strokeWidth": 1.8,
                "opacity": 1,
                "color": theme.own,
                "fill": theme.paper,
            },
            "encoding": {"y": y, "x": {"field": "previous", **x}},
        },
        {
            "transform": [{"filter": "isValid(datum.own)"}],
            "mark": {"type": "circle", "size": 110, "opacity": 1, "color": theme.own},
            "encoding": {"y": y, "x": {"field": "own", **x}},
        },
    ]


def number_layers(y: Spec, theme: Theme, width: int, say: Translate) -> list[Spec]:
    """Two columns of numbers at the right."""
    columns = (
        ("own_text", say("You"), theme.own, OWN_AT),
        ("peers_text", say("Peers’ mean"), theme.quiet, PEERS_AT),
    )
    layers: list[Spec] = []
    for field, head, colour, dx in columns:
        text = {"type": "text", "align": "right", "dx": dx, "color": colour, "font": FONT}
        weight = "bold" if field == "own_text" else "normal"
        at = {"value": width}
        layers.append(
            {
                "mark": {**text, "fontSize": 13, "fontWeight": weight},
                "encoding": {"y": y, "x": at, "text": {"field": field}},
            }
        )
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {**text, "fontSize": 11, "fontWeight": weight, "text": head, "baseline": "bottom"},
                "encoding": {"x": at, "y": {"value": -4}},
            }
        )
    return layers


def name_layers(y: Spec, theme: Theme) -> list[Spec]:
    """Each name above its row, for pictures without room beside it."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "dy": -17, "fontSize": 13, "font": FONT}
    return [
        {
            "mark": {**mark, "color": theme.ink},
            "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "row"}},
        }
    ]


def key_layers(
    comparisons: Sequence[Benchmark], theme: Theme, language: str, say: Translate, top: float
) -> list[Spec]:
    """Quiet lines below, so that a picture pasted into slides still explains itself."""
    entries = [("own", say("you, with the margin of error"))]
    if any(band_of(item) for item in comparisons):
        entries.append(("band", say("middle half of your peers")))
    if any(item.peer_mean for item in comparisons):
        entries.append(("tick", say("mean of your peers")))
    if any(item.previous for item in comparisons):
        entries.append(("previous", say("last season")))
    layers: list[Spec] = []
    left = 0.0
    for shape, words in entries:
        layers += _key_entry(shape, words, left, top, theme)
        left += 28 + KEY_LETTER * len(words) + 18
    if any(item.withheld for item in comparisons):
        layers += _key_entry("withheld", WITHHELD.in_language(language), 0, top + KEY_LINE, theme)
    return layers


def _key_entry(shape: str, words: str, left: float, top: float, theme: Theme) -> list[Spec]:
    text = {
        "type": "text",
        "align": "left",
        "fontSize": 11,
        "font": FONT,
        "color": theme.quiet,
        "text": words,
    }
    return [*_key_mark(shape, left, top, theme), _fixed(text, left + 28, top)]


def _key_mark(shape: str, left: float, top: float, theme: Theme) -> list[Spec]:
    line = {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round", "color": theme.own}
    dot = {"type": "circle", "size": 70, "opacity": 1, "color": theme.own}
    hollow = {
        "type": "point",
        "size": 55,
        "strokeWidth": 1.8,
        "opacity": 1,
        "color": theme.own,
        "fill": theme.paper,
    }
    band = {"type": "rule", "strokeWidth": 12, "color": theme.peers}
    tick = {"type": "rule", "strokeWidth": 2.5, "color": theme.peers_mark}
    gap = {"type": "rule", "strokeWidth": 11, "strokeDash": [1.5, 3], "stroke": theme.hatch}
    middle = left + 11
    upright = {"x": {"value": middle}, "y": {"value": top - 6}, "y2": {"value": top + 6}}
    across = {"x": {"value": left}, "x2": {"value": left + 22}, "y": {"value": top}}
    drawn: dict[str, list[Spec]] = {
        "own": [_fixed(line, left, top, across), _fixed(dot, middle, top)],
        "band": [_fixed(band, left, top, across), _fixed(tick, left, top, upright)],
        "tick": [_fixed(tick, left, top, upright)],
        "previous": [_fixed(hollow, middle, top)],
        "withheld": [_fixed(gap, left, top, across)],
    }
    return drawn[shape]


def _fixed(mark: Spec, x: float, y: float, encoding: Spec | None = None) -> Spec:
    """A mark at a place on the page, whatever the data."""
    return {
        "data": {"values": [{}]},
        "mark": mark,
        "encoding": encoding or {"x": {"value": x}, "y": {"value": y}},
    }
