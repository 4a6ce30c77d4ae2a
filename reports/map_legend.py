"""The legend beside a map: where the classes begin goes in, swatches with words come out as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from privacy.disclosure import WITHHELD
from reports.theme import Theme
from reports.wording import Translate, count, share

FADE = 0.55
LINE = 19


@dataclass(frozen=True, slots=True)
class Legend:
    """What a map's colours mean: classes from little to much, and whether some are faded or withheld."""

    breaks: tuple[float, ...]
    as_share: bool
    any_faded: bool
    any_withheld: bool
    theme: Theme
    language: str

    @property
    def height(self) -> float:
        """Down to the last line."""
        return 20 + LINE * (len(self.breaks) + 2) + 6 + (60 if self.any_withheld else 0)

    def svg(self, say: Translate) -> str:
        classes = self._classes(say)
        top = 20 + LINE * len(classes) + 6
        return "".join(classes) + "".join(self._notes(say, top))

    def _classes(self, say: Translate) -> list[str]:
        """Most first; per class a full and, where some are, a faded swatch, then its range."""
        rows = []
        if self.any_faded:
            rows = [
                text(0, 12, say("sure"), self.theme.quiet, 10),
                text(31, 12, say("less sure"), self.theme.quiet, 10),
            ]
        entries = zip(shades(self.breaks, self.theme), self.ranges(say), strict=True)
        lines = []
        for n, (shade, words) in enumerate(reversed(list(entries))):
            y = 20 + LINE * n
            line = _swatch(0, y, shade)
            if self.any_faded:
                line += _swatch(26, y, mixed(shade, self.theme.land, FADE))
            lines.append(line + text(56 if self.any_faded else 30, y + 11, words, self.theme.ink))
        lines[0] = "".join(rows) + lines[0]
        return lines

    def _notes(self, say: Translate, top: float) -> list[str]:
        theme = self.theme
        edge = f' stroke="{theme.border}" stroke-width="0.4"'
        rows = [_swatch(0, top, theme.land, edge), text(30, top + 11, say("too few to tell"), theme.ink)]
        if self.any_withheld:
            below = top + LINE
            rows.append(_swatch(0, below, f"url(#withheld-{theme.name})", edge))
            rows.append(text(30, below + 11, say("not shown") + " *", theme.ink))
            lines = _wrapped("* " + WITHHELD.in_language(self.language))
            rows += [text(0, below + 32 + 13 * n, line, theme.quiet, 10) for n, line in enumerate(lines)]
        return rows

    def ranges(self, say: Translate) -> list[str]:
        """The classes in words, with just the decimals that tell their limits apart."""
        if not self.breaks:
            return [say("any")]
        digits = max(_decimals(value * 100) for value in self.breaks)
        language = self.language
        words = [share(v, language, digits) if self.as_share else count(v, language) for v in self.breaks]
        middle = [f"{low} – {high}" for low, high in pairwise(words)]
        first, last = say("under {value}"), say("{value} or more")
        return [first.format(value=words[0]), *middle, last.format(value=words[-1])]


def shades(breaks: Sequence[float], theme: Theme) -> list[str]:
    """As many shades as classes, spread over the whole ramp."""
    last, steps = len(breaks), len(theme.classes) - 1
    if not last:
        return [theme.classes[steps // 2]]
    return [theme.classes[round(n * steps / last)] for n in range(last + 1)]


def mixed(colour: str, ground: str, part: float) -> str:
    """A colour with this part of it left over the ground."""
    pairs = [(int(colour[n : n + 2], 16), int(ground[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(part * a + (1 - part) * b):02x}" for a, b in pairs)


def text(x: float, y: float, words: str, colour: str, size: float = 11, more: str = "") -> str:
    """One line of SVG text; `more` holds further attributes."""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{more}>{escape(words)}</text>'


def _swatch(x: float, y: float, fill: str, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="22" height="14" rx="2" fill="{fill}"{more}/>'


def _wrapped(words: str, most: int = 28) -> list[str]:
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _decimals(value: float) -> int:
    """Decimals of a number of two significant digits."""
    return len(f"{float(f'{value:.2g}'):.6f}".rstrip("0").split(".")[1])
