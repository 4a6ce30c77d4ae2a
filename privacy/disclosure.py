"""What each audience may see: released cells, groups and owners go in, one table per audience comes out.

A venue gets its own cells, the network's safe cells, and for each of its peer groups the figures of
the *other* members. Never another venue's cell. Coordinator and public get no venue's cell at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ingest.seasons import Season
from privacy.disclosure_cells import AUDIENCE_SCHEMA, Column, as_audience, read_grids, table
from privacy.disclosure_network import network_cells, withheld_before, withhold
from privacy.disclosure_peers import FigureGrid, Others, figure_grids, own_columns, peer_columns
from privacy.disclosure_rules import WITHHELD, isolates, lag_ends
from privacy.figures import FIGURES, Figure, Kind
from privacy.peer_groups import PeerGroup, group_problems

COORDINATOR = "coordinator"
PUBLIC = "public"

__all__ = [
    "AUDIENCE_SCHEMA", "COORDINATOR", "FIGURES", "PUBLIC", "WITHHELD", "Figure", "Kind", "PeerGroup",
    "audience_files", "group_problems", "lag_ends", "others_may_be_seen",
]  # fmt: skip


def others_may_be_seen(season: Season, today: date) -> bool:
    """V-6: others' figures only a quarter after the season's end."""
    return today >= lag_ends(season.last_day)


def audience_files(
    cells: pa.Table,
    groups: Sequence[PeerGroup],
    venues: Sequence[str],
    owners: Mapping[str, str],
    season: Season,
    today: date,
    regions: Mapping[str, str] | None = None,
) -> dict[str, pa.Table]:
    """One table per venue, one for the coordinator, one for the public.

    `owners`: venue to owner (a holding's venues share one); `regions`: area to the region it rolls up
    to, so that an area is not found by subtraction. Without it areas are parts of one whole.
    """
    lag_over = others_may_be_seen(season, today)
    grids = read_grids(cells)
    figures = figure_grids(grids)
    network = network_cells(cells, grids, owners, regions or {}, lag_over=lag_over)
    known = frozenset(cells["measure"].to_pylist())
    now = [group for group in groups if group.season == season]
    files = {
        PUBLIC: network,
        COORDINATOR: _joined([network], _coordinator_columns(figures, now, owners, regions, lag_over)),
    }
    for venue in venues:
        own = as_audience(cells.filter(pc.equal(cells["venue"], venue)))
        own = withhold(own, withheld_before(own))
        more = list(own_columns(figures, venue, known))
        more += _venue_columns(figures, venue, now, owners, regions, lag_over)
        files[venue] = _joined([own, network], more)
    return files


def _venue_columns(
    figures: Sequence[FigureGrid],
    venue: str,
    groups: Sequence[PeerGroup],
    owners: Mapping[str, str],
    regions: Mapping[str, str] | None,
    lag_over: bool,
) -> list[Column]:
    mine = [(group, group.others(venue, owners)) for group in groups if venue in group.members]
    return _group_figures(figures, venue, mine, owners, regions, lag_over)


def _coordinator_columns(
    figures: Sequence[FigureGrid],
    groups: Sequence[PeerGroup],
    owners: Mapping[str, str],
    regions: Mapping[str, str] | None,
    lag_over: bool,
) -> list[Column]:
    whole = [(group, group.members) for group in groups]
    return _group_figures(figures, COORDINATOR, whole, owners, regions, lag_over)


def _group_figures(
    figures: Sequence[FigureGrid],
    audience: str,
    groups: Sequence[tuple[PeerGroup, tuple[str, ...]]],
    owners: Mapping[str, str],
    regions: Mapping[str, str] | None,
    lag_over: bool,
) -> list[Column]:
    """Groups in their order; one that would isolate a venue beside the earlier ones is withheld whole."""
    seen: list[frozenset[str]] = []
    columns: list[Column] = []
    for group, others in groups:
        alone = isolates([*seen, frozenset(others)], owners)
        if not alone:
            seen.append(frozenset(others))
        columns += peer_columns(
            figures, Others(group.id, audience, others, lag_over and not alone), owners, regions or {}
        )
    return columns


def _joined(cells: Sequence[pa.Table], columns: Sequence[Column]) -> pa.Table:
    return pa.concat_tables([*cells, *([table(columns)] if columns else [])])
