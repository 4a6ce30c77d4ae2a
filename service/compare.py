"""A venue beside its peers: a venue, a season and a group in; released comparisons and pictures out."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.seasons import Season
from privacy.disclosure import PeerGroup
from privacy.release import StoredRelease
from reports.benchmark import AudienceCells, Benchmark, benchmarks, value_of
from reports.charts import comparison_chart, render_png, render_svg, svg_to_png
from reports.postcode_map import postcode_map
from reports.theme import THEMES
from reports.uncertainty import Value
from reports.wording import translator
from service import network, publication
from service.access import NotThereError
from service.labels import CATALOGUE, wording
from service.people import Venue
from service.runtime import Runtime

PICTURES_KEPT = 400
CELLS_KEPT = 60


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: the figure it shows and its title. `top` keeps that many rows, by own value."""

    figure: str
    title: str
    top: int | None = None


CHARTS: dict[str, Chart] = {
    "reach": Chart("reach", "Bookers in the season"),
    "visits": Chart("visits", "Visits in the season"),
    "genre": Chart("genre_share", "Share of bookers by genre"),
    "channel": Chart("channel_share", "Share of bookers by hall and online"),
    "product": Chart("product_class_share", "Share of bookers by kind of ticket"),
    "region": Chart("region_share", "Share of bookers by region", top=8),
    "returning": Chart("returning_share", "Share of bookers who were there last season too"),
    "frequency": Chart("visits_per_booker", "Visits per booker"),
    "bands": Chart("band_share", "Share of bookers by how often they came"),
}
# The map opens where most of the venue's bookers live; the whole country is one link further.
MAPS = {"map": True, "map-country": False}
# Whole pictures: a card over the page, one beside another, one on a phone.
WIDTHS = {"wide": 1040, "half": 500, "narrow": 312}


@dataclass(frozen=True, slots=True)
class View:
    """Everything a comparing page shows is read from here."""

    venue: Venue
    season: Season
    seasons: tuple[Season, ...]
    groups: tuple[PeerGroup, ...]
    group: PeerGroup | None
    release: StoredRelease
    cells: AudienceCells
    before: AudienceCells | None

    @property
    def group_id(self) -> str:
        return self.group.id if self.group else ""

    def of(self, figure: str) -> tuple[Benchmark, ...]:
        """The figure's comparisons in published order."""
        return benchmarks(self.cells, self.venue.slug, figure, self.group_id, previous=self.before)

    def one(self, measure: str, level: str = "") -> Value | None:
        """The venue's own value of a measure without labels."""
        found = self.cells.of(measure, venue=self.venue.slug, level=level)
        return value_of(found[0]) if found else None

    def areas(self, level: str = "cell") -> dict[str, Value]:
        """The venue's reach by postcode area, or by the districts that areas lie in."""
        rows = self.cells.of("reach_by_area", venue=self.venue.slug, level=level)
        return {str(row["label"]): value for row in rows if (value := value_of(row)) is not None}


@dataclass(slots=True)
class Kept:
    """The last few of something costly to make. Releases never change, so nothing here grows old."""

    most: int
    _items: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        made = make()
        with self._lock:
            self._items[key] = made
            while len(self._items) > self.most:
                self._items.popitem(last=False)
        return made


_tables = Kept(CELLS_KEPT)
_cells = Kept(CELLS_KEPT)
_pictures = Kept(PICTURES_KEPT)


def audience_table(release: StoredRelease, audience: str) -> pa.Table:
    """One audience's file of a release; raises NotThereError when the release has none for it."""
    try:
        return _tables.get(
            (str(release.path), release.manifest_digest, audience), lambda: release.audience(audience)
        )
    except KeyError:
        raise NotThereError from None


def audience_cells(release: StoredRelease, audience: str) -> AudienceCells:
    """The same file, looked up by measure."""
    key = (str(release.path), release.manifest_digest, audience)
    found: AudienceCells = _cells.get(key, lambda: AudienceCells(audience_table(release, audience)))
    return found


def cells_page(
    release: StoredRelease, audience: str, measure: str | None, start: int, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many cells there are, and those of one page."""
    table = audience_table(release, audience)
    if measure is not None:
        table = table.filter(pc.equal(table["measure"], measure))
    return table.num_rows, table.slice(start, limit).to_pylist()


def view(runtime: Runtime, venue: Venue, season: str | None = None, group: str | None = None) -> View | None:
    """What the venue may see of a season beside a group; None when nothing was published yet."""
    with runtime.reading() as connection:
        releases = {
            Season.parse(stored.manifest["season"]): stored
            for stored in reversed(publication.releases_in_view(runtime, connection))
            if venue.slug in stored.audiences
        }
        if not releases:
            return None
        seasons = tuple(sorted(releases, reverse=True))
        chosen = _chosen(season, seasons)
        groups = [one for one in network.peer_groups(connection, chosen) if venue.slug in one.members]
    # The narrowest group is the most alike, so a page opens with it.
    groups.sort(key=lambda one: len(one.members))
    before = releases.get(chosen.previous)
    return View(
        venue,
        chosen,
        seasons,
        tuple(groups),
        _group(groups, group),
        releases[chosen],
        audience_cells(releases[chosen], venue.slug),
        audience_cells(before, venue.slug) if before else None,
    )


def _chosen(asked: str | None, seasons: Sequence[Season]) -> Season:
    if asked is None:
        return seasons[0]
    try:
        wanted = Season.parse(asked)
    except ValueError:
        raise NotThereError from None
    if wanted not in seasons:
        raise NotThereError
    return wanted


def _group(groups: Sequence[PeerGroup], asked: str | None) -> PeerGroup | None:
    if asked is None:
        return groups[0] if groups else None
    for one in groups:
        if one.id == asked:
            return one
    raise NotThereError


def rows_of(seen: View, chart: Chart) -> list[Benchmark]:
    """The chart's rows: those with a value of the own venue, or of the peers."""
    rows = [row for row in seen.of(chart.figure) if row.own is not None or row.peer_mean is not None]
    if chart.top is not None and len(rows) > chart.top:
        rows.sort(key=lambda row: -(row.own.estimate if row.own else 0.0))
        rows = rows[: chart.top]
    return rows


def picture(
    runtime: Runtime, seen: View, name: str, kind: str, language: str, theme: str, size: str = "wide"
) -> bytes:
    """A chart as SVG or PNG; raises NotThereError for one that does not exist."""
    if (
        (name not in MAPS and name not in CHARTS)
        or kind not in {"svg", "png"}
        or theme not in THEMES
        or size not in WIDTHS
    ):
        raise NotThereError
    key = (
        str(seen.release.path),
        seen.release.manifest_digest,
        seen.before is not None,
        seen.venue.slug,
        seen.group_id,
        name,
        kind,
        language,
        theme,
        size,
    )
    made: bytes = _pictures.get(key, lambda: _draw(runtime, seen, name, kind, language, theme, size))
    return made


def _draw(runtime: Runtime, seen: View, name: str, kind: str, language: str, theme: str, size: str) -> bytes:
    say, paper = translator(language, CATALOGUE), kind == "png"
    about = f"{seen.venue.name}, {seen.season.label}"
    narrow = size == "narrow"
    if name in MAPS:
        title = (say("Bookers by postcode area"), about) if paper else ""
        svg = postcode_map(
            seen.areas(),
            runtime.geography,
            districts=seen.areas("district"),
            as_share=False,
            title=title,
            marker=seen.venue.area,
            language=language,
            closer=MAPS[name],
            stacked=narrow,
            theme=THEMES[theme],
            paper=paper,
            translate=say,
        ).svg
        return svg_to_png(svg) if paper else svg.encode()
    chart = CHARTS[name]
    spec = comparison_chart(
        rows_of(seen, chart),
        language=language,
        theme=THEMES[theme],
        title=(say(chart.title), about) if paper else "",
        label=lambda label: wording(label, say),
        translate=say,
        width=WIDTHS[size],
        key=size == "wide",
        stacked=narrow,
    )
    return render_png(spec, theme=THEMES[theme]) if paper else render_svg(spec).encode()
