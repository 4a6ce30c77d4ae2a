"""Where a venue's bookers live: its own file of a release in; the rows beside the map out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aggregation.geography import Geography
from privacy.disclosure import districts_of
from reports.uncertainty import Value, discoveries, share
from reports.wording import rounded
from service.compare import CELLS_KEPT, Kept, View

AREAS_NAMED = 60
DISTRICTS_NAMED = 6


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One line of the postcode table."""

    code: str
    place: str
    value: Value
    share: Value | None


# Not on any map, so never among the areas.
ELSEWHERE = ("unknown", "abroad")


@dataclass(frozen=True, slots=True)
class Places:
    """What stands beside the map: the areas and districts whose bookers noise cannot explain, most first."""

    areas: tuple[AreaRow, ...]
    districts: tuple[AreaRow, ...]
    elsewhere: tuple[AreaRow, ...]


_kept = Kept(CELLS_KEPT)


def places_of(seen: View, geography: Geography, country: str) -> Places:
    """Found once for each release and venue: only the venue's own file is read, and the key says whose."""
    release = seen.release
    key = (str(release.path), release.manifest_digest, seen.venue.slug, country)
    found: Places = _kept.get(key, lambda: _find(seen, geography))
    return found


def _find(seen: View, geography: Geography) -> Places:
    areas, districts = seen.areas(), seen.areas("district")
    named = {area.code: area.place for area in geography.areas}
    return Places(
        tuple(_ranked(seen, areas, named)[:AREAS_NAMED]),
        tuple(_ranked(seen, districts, _largest_places(geography))[:DISTRICTS_NAMED]),
        tuple(_row(seen, label, "", areas[label]) for label in ELSEWHERE if label in areas),
    )


def _row(seen: View, code: str, place: str, value: Value) -> AreaRow:
    """With the value's part of the venue's bookers."""
    whole = seen.one("reach", "core") or seen.one("reach")
    return AreaRow(code, place, value, share(value, whole) if whole else None)


def _ranked(seen: View, values: Mapping[str, Value], places: Mapping[str, str]) -> list[AreaRow]:
    items = list(values.items())
    sure = discoveries([value for _, value in items])
    told = [item for item, found in zip(items, sure, strict=True) if found and item[0] not in ELSEWHERE]
    told = [(code, value) for code, value in told if _reads_as_there(value)]
    told.sort(key=lambda item: -item[1].estimate)
    return [_row(seen, code, places.get(code, ""), value) for code, value in told]


def _reads_as_there(value: Value) -> bool:
    """Whether the rounded number still exceeds its rounded margin: 100, give or take 150, says nothing."""
    number, margin = rounded(value.estimate, value.half_width)
    return number > margin


def _largest_places(geography: Geography) -> dict[str, str]:
    """Each district's place with most areas."""
    regions = {area.code: area.region for area in geography.areas}
    named: dict[str, Counter[str]] = {}
    inside = districts_of(list(regions), regions)
    for area, district in zip(geography.areas, inside, strict=True):
        named.setdefault(district, Counter())[area.place] += 1
    return {district: names.most_common(1)[0][0] for district, names in named.items()}
