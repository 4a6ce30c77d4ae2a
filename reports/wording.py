"""Numbers and sentences for people: values and a language go in, text comes out.

English stands in the code; other languages come from the gettext catalogues in `catalogue/`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from babel.core import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

CATALOGUES = Path(__file__).parent / "catalogue"
LANGUAGES = ("en", "nl", "fr", "de")
Translate = Callable[[str], str]

# Each with its own separators: 12,400 and 12.400 and 12 400.
LOCALES = {"en": "en_GB", "nl": "nl_NL", "fr": "fr_FR", "de": "de_DE"}


def translator(language: str, *more: Path) -> Translate:
    """English text to the language's text; what a catalogue lacks stays English.

    `more` names folders with further `<language>.po` files, such as the service's own.
    """
    texts = _catalogue(language_of(language), (CATALOGUES, *more))

    def translate(text: str) -> str:
        return texts.get(text, text)

    return translate


def language_of(language: str) -> str:
    """One of the complete languages: "nl-BE" is nl, anything unknown is en."""
    short = language.replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


@cache
def _catalogue(language: str, folders: tuple[Path, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for folder in folders:
        path = folder / f"{language}.po"
        if path.exists():
            with path.open("rb") as file:
                texts |= {
                    str(message.id): str(message.string)
                    for message in read_po(file, locale=language)
                    if message.id and message.string and not message.fuzzy
                }
    return texts


@lru_cache(maxsize=32)
def locale(language: str) -> Locale:
    """Parsing costs as much as writing a number, and a page has hundreds."""
    return Locale.parse(LOCALES[language_of(language)])


def count(value: float, language: str) -> str:
    """A whole number with the language's separators: 12,400 or 12.400."""
    return str(format_decimal(round(value), locale=locale(language)))


def share(value: float, language: str, decimals: int = 0) -> str:
    """A share as a percentage: 34%, in French and German 34 %."""
    pattern = ("0" if not decimals else f"0.{'0' * decimals}") + percent_sign(language)
    return str(format_percent(value, format=pattern, locale=locale(language)))


def percent_sign(language: str) -> str:
    """The sign with the space before it that French and German ask for."""
    return "\N{NO-BREAK SPACE}%" if language_of(language) in {"fr", "de"} else "%"


def decimal(value: float, language: str, decimals: int = 1) -> str:
    pattern = "#,##0" if not decimals else f"#,##0.{'0' * decimals}"
    return str(format_decimal(value, format=pattern, locale=locale(language)))


def rounded(estimate: float, half_width: float) -> tuple[float, float]:
    """Estimate and margin to the precision that the interval bears: (12387, 285) is (12400, 300).

    The unit is the margin's leading digit, or half of it where that is 1 or 2, so that rounding up the
    margin never makes it much wider. The margin is rounded up: what is said still covers.
    """
    if not math.isfinite(half_width) or half_width <= 0:
        return estimate, max(half_width, 0.0)
    unit = _unit(half_width)
    nearest = round(round(estimate / unit) * unit, 12)
    margin = math.ceil(round(half_width / unit, 9)) * unit
    return nearest, round(margin, 12)


def number(kind: str, value: float, language: str, half_width: float | None = None) -> str:
    """A value of a figure (count, share or ratio) with no more digits than its interval bears."""
    if kind == "count":
        return count(rounded(value, max(half_width, 1.0))[0] if half_width else value, language)
    if kind == "share":
        return share(value, language, _decimals(half_width, 100.0))
    return decimal(value, language, max(_decimals(half_width, 1.0), 1))


def margin(kind: str, half_width: float, language: str) -> str:
    """The margin beside such a value: "300", "2%" worded as percentage points, "0.2"."""
    if kind == "count":
        return count(rounded(0.0, max(half_width, 1.0))[1], language)
    if kind == "share":
        digits = _decimals(half_width, 100.0)
        return decimal(math.ceil(half_width * 100 * 10**digits - 1e-9) / 10**digits, language, digits)
    digits = max(_decimals(half_width, 1.0), 1)
    return decimal(math.ceil(half_width * 10**digits - 1e-9) / 10**digits, language, digits)


def ends(kind: str, low: float, high: float, precision: float, language: str) -> tuple[str, str]:
    """Both ends of an interval, rounded outwards by what its shorter side bears, so that it still covers."""
    if kind == "count":
        unit = _unit(max(precision, 1.0))
        return count(_down(low, unit), language), count(-_down(-high, unit), language)
    if kind == "share":
        digits = _decimals(precision, 100.0)
        unit = 10.0 ** -(digits + 2)
        return share(_down(low, unit), language, digits), share(-_down(-high, unit), language, digits)
    digits = max(_decimals(precision, 1.0), 1)
    return decimal(_down(low, 10.0**-digits), language, digits), decimal(
        -_down(-high, 10.0**-digits), language, digits
    )


def _down(value: float, unit: float) -> float:
    return math.floor(value / unit + 1e-9) * unit


def _unit(half_width: float) -> float:
    """The leading digit of a margin, or half of it where that is 1 or 2."""
    power = 10.0 ** math.floor(math.log10(half_width))
    return power / 2 if half_width < 2.5 * power else power


def _decimals(half_width: float | None, scale: float) -> int:
    """Decimals that an interval of this half width leaves meaningful, at most two."""
    if not half_width or not math.isfinite(half_width):
        return 0
    return min(max(-math.floor(math.log10(half_width * scale)), 0), 2)
