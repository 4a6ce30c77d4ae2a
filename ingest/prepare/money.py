"""Prices and numbers of tickets as people and systems write them → whole cents, whole tickets. No floats."""

from __future__ import annotations

import re

_NOISE = re.compile(r"[\s\u00a0\u202f'’]|€|EUR|£|GBP|\$|USD|CAD|CHF", re.IGNORECASE)
_PLAIN = re.compile(r"([+-]?)(\d+)(?:[.,](\d{1,2}))?")
_GROUPED = {
    ",": re.compile(r"([+-]?)(\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?"),
    ".": re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?"),
}
MOST_CENTS = 100_000_000
_WHOLE = re.compile(r"([+-]?\d{1,6})(?:[.,]0+)?")


def cents(text: str, decimal: str) -> int | None:
    """None where the text is no amount. Two digits behind any sign are cents; three are a group."""
    amount = _NOISE.sub("", text)
    if amount.endswith(("-", ",-")):  # "12,-" is twelve; "12-" is minus twelve in some ledgers: not guessed.
        amount = amount.removesuffix(",-") if amount.endswith(",-") else ""
    match = _GROUPED[decimal].fullmatch(amount) or _PLAIN.fullmatch(amount)
    if match is None:
        return None
    sign, whole, part = match.groups()
    value = int(re.sub(r"[.,]", "", whole)) * 100 + int((part or "0").ljust(2, "0"))
    return None if value > MOST_CENTS else -value if sign == "-" else value


def paid(price: str, discount: str, decimal: str) -> int | None:
    """What was paid, in cents: the price less what a code took off, never below nothing."""
    full = cents(price, decimal)
    off = cents(discount, decimal) if discount.strip() else 0
    return full if full is None or not off else max(0, full - abs(off))


def whole(text: str) -> int | None:
    """A number of tickets; systems write 2, 2.00 or -1."""
    match = _WHOLE.fullmatch(text.strip())
    return int(match[1]) if match else None
