"""Colours, type and locale of every picture: a theme and a language go in, a Vega-Lite config comes out.

Own is the one saturated colour, peers are grey, so the difference holds for colour-blind readers and
in print. Liberation Sans ships inside vl-convert and has the widths of Arial and Helvetica, so a
picture drawn in a browser without it keeps its layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import vl_convert

from reports.wording import LOCALES, language_of, percent_sign

FONT = "Liberation Sans, Arimo, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours. `classes` go from little to much; `land` lies under the map."""

    name: str
    paper: str
    ink: str
    quiet: str
    grid: str
    peers: str
    peers_mark: str
    own: str
    land: str
    border: str
    hatch: str
    classes: tuple[str, ...]


LIGHT = Theme(
    name="light",
    paper="#ffffff",
    ink="#1c2230",
    quiet="#545d6d",
    grid="#e3e6ec",
    peers="#d3d8e2",
    peers_mark="#545d6d",
    own="#a3153f",
    land="#eef0f3",
    border="#8b93a3",
    hatch="#a9b0be",
    classes=("#f9d9c9", "#f0b096", "#dd7d6b", "#bb4553", "#86123c"),
)
DARK = Theme(
    name="dark",
    paper="#161a22",
    ink="#eceef3",
    quiet="#a7afbe",
    grid="#2c323f",
    peers="#3c4454",
    peers_mark="#b4bccb",
    own="#ff8fab",
    land="#232935",
    border="#6d7688",
    hatch="#5b6477",
    classes=("#5a2a3c", "#8d3a4b", "#bf5c5a", "#e78f74", "#ffd3b4"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def config(theme: Theme, language: str) -> dict[str, Any]:
    """The Vega-Lite config that every chart shares."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": theme.quiet, "titleColor": theme.quiet}
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": theme.grid,
            "domain": False,
            "ticks": False,
            "labelPadding": 6,
            "titlePadding": 10,
        },
        "title": {
            "font": FONT,
            "subtitleFont": FONT,
            "color": theme.ink,
            "subtitleColor": theme.quiet,
            "anchor": "start",
            "frame": "bounds",
            "fontSize": 15,
            "subtitleFontSize": 12,
            "subtitlePadding": 5,
            "offset": 14,
        },
        "locale": {"number": number_locale(language)},
    }


@cache
def number_locale(language: str) -> Any:
    """Separators as d3 wants them."""
    name: Any = LOCALES[language_of(language)].replace("_", "-")
    return {**vl_convert.get_format_locale(name), "percent": percent_sign(language)}
