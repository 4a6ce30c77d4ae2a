"""A postcode as typed, and a country → the postcode area. The full postcode never leaves the venue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.prepare.countries import country_code

# What remains of each country's postcode: the first group.
_FORMS = {
    "NL": re.compile(r"([1-9]\d{3})(?:[A-Z]{2})?"),
    "BE": re.compile(r"([1-9]\d{3})"),
    "FR": re.compile(r"(\d{5})(?:CEDEX\d*)?"),
    "DE": re.compile(r"(\d{5})"),
    "GB": re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(?:\d[A-Z]{2})"),
    "CA": re.compile(r"([A-CEGHJ-NPR-TVXY]\d[A-Z])(?:\d[A-Z]\d)?"),
}
# Spreadsheets take a postcode for a number and drop its first zero.
_LOST_ZERO = {"FR": re.compile(r"\d{4}(?:CEDEX\d*)?"), "DE": re.compile(r"\d{4}")}
_PREFIX = re.compile(r"(NL|BE|B|FR|F|DE|D|L|LU|CH|A|AT)-(?=\d)")
_PREFIX_COUNTRY = {"B": "BE", "F": "FR", "D": "DE", "L": "LU", "A": "AT"}
# Forms that no other country here has, so that they tell the country themselves.
_TELLING = {
    "NL": re.compile(r"[1-9]\d{3}[A-Z]{2}"),
    "GB": _FORMS["GB"],
    "CA": re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d"),
}
_NOISE = re.compile(r"[\s\u00a0.\-–]+")
_EMPTY = frozenset(("", "-", "0", "0000", "00000", "N/A", "NA", "NVT", "ONBEKEND", "XXXX"))


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives, as far as it may leave the venue. Empty texts mean not known."""

    country: str = ""
    area: str = ""
    bad_postcode: bool = False
    bad_country: bool = False


NOWHERE = Home()


def home(country: str, postcode: str, default: str) -> Home:
    """`default` is the venue's own country: what a visitor means who states none."""
    text, prefix = postcode.strip().upper().replace(" ", ""), None
    if not text.isalnum():
        prefix = _PREFIX.match(text)
        text = _NOISE.sub("", text[prefix.end() :] if prefix else text)
    stated = country_code(country)
    bad_country = stated is None and bool(country.strip())
    if text in _EMPTY:
        return Home(stated or "", "", False, bad_country)
    if stated is None and prefix:
        stated = _PREFIX_COUNTRY.get(prefix[1], prefix[1])
    code = stated or ("" if bad_country else _told_by(text) or default)
    if code and code not in _FORMS:
        return Home(code, "", False, bad_country)
    area = _area(code, text, stated is not None) if code else None
    if area is None:
        return Home(stated or "", "", not bad_country, bad_country)
    return _well(code, area)


@lru_cache(maxsize=1 << 14)
def _well(code: str, area: str) -> Home:
    """Areas are few and visitors many: each home is made once."""
    return Home(code, area)


def _told_by(text: str) -> str | None:
    return next((code for code, form in _TELLING.items() if form.fullmatch(text)), None)


def _area(code: str, text: str, stated: bool) -> str | None:
    if stated and code in _LOST_ZERO and _LOST_ZERO[code].fullmatch(text):
        text = "0" + text
    match = _FORMS[code].fullmatch(text)
    return match[1] if match else None
