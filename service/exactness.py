"""How exact figures are, for the methods page: the newest release in view goes in, worded rows come out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from ingest.seasons import Season
from privacy.disclosure import others_may_be_seen
from privacy.expectation import expected_error
from privacy.policy import POLICY
from privacy.precision import TABLES, TypicalMargin, typical_margins, typical_margins_by_region
from privacy.release import StoredRelease
from reports.wording import Translate
from service import people, publication_input
from service.compare import Kept
from service.runtime import Runtime

NAMES = {
    ("reach", "total"): "Bookers in all",
    ("returning", "cell"): "Returning bookers",
    ("attendance_bands", "cell"): "Bookers by how often they came",
    ("reach_by_genre", "cell"): "Bookers by genre",
    ("reach_by_product_class", "cell"): "Bookers by kind of ticket",
    ("reach_by_channel", "cell"): "Bookers by hall and online",
    ("visits", "cell"): "Visits",
    ("unidentified_visits", "cell"): "Visits without a name",
    ("reach_by_area", "region"): "Bookers by region",
    ("reach_by_area", "district"): "Bookers by district",
    ("reach_by_area", "cell"): "Bookers by postcode area",
}
SIZES = (10, 50, 500)
# Where the policy's table has another name than the figure that is made from it.
_DRAWN = {("reach", "total"): "reach_by_area@core", ("reach_by_area", "cell"): "reach_by_area_first"}

Rows = tuple[tuple[str, tuple[float | None, ...]], ...]
_kept = Kept(8)


@dataclass(frozen=True, slots=True)
class Exactness:
    """Typical margins of one season: by figure, and of postcode areas by region."""

    season: str
    tables: Rows
    regions: Rows


def exactness(
    runtime: Runtime, connection: Connection, releases: Sequence[StoredRelease], say: Translate
) -> Exactness | None:
    """Of the newest release whose figures others may see; None without one."""
    for release in releases:
        season = Season.parse(release.manifest["season"])
        if others_may_be_seen(season, runtime.settings.today()):
            tables, regions = _margins(runtime, connection, release)
            return Exactness(
                season.label,
                tuple((say(NAMES[one.measure, one.level]), one.margins) for one in tables),
                tuple((one.region, one.margins) for one in regions),
            )
    return None


def expected(say: Translate) -> Rows:
    """What the policy's noise alone allows, for figures of `SIZES`: known before anything is counted."""
    return tuple(_expected(say))


def _expected(say: Translate) -> Iterator[tuple[str, tuple[float | None, ...]]]:
    known = {one.name: one for one in expected_error(POLICY)}
    for measure, level in TABLES:
        name = _DRAWN.get((measure, level)) or (measure if level == "cell" else f"{measure}@{level}")
        yield say(NAMES[measure, level]), tuple(known[name].half_width / size for size in SIZES)


def _margins(
    runtime: Runtime, connection: Connection, release: StoredRelease
) -> tuple[tuple[TypicalMargin, ...], tuple[TypicalMargin, ...]]:
    owners = people.owners(connection)

    def work_out() -> tuple[tuple[TypicalMargin, ...], tuple[TypicalMargin, ...]]:
        cells, places = release.cells(), publication_input.regions(runtime)
        return typical_margins(cells, owners), typical_margins_by_region(cells, owners, places)

    key = (str(release.path), release.manifest_digest, tuple(sorted(owners.items())))
    found: tuple[tuple[TypicalMargin, ...], tuple[TypicalMargin, ...]] = _kept.get(key, work_out)
    return found
