"""What each audience may see: released cells, groups and owners go in, one table per audience comes out.

A venue gets its own cells, the network's safe cells, and for each of its peer groups the figures of
the *other* members. Never another venue's cell. Coordinator and public get no venue's cell at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.seasons import Season
from privacy.disclosure_areas import Nesting
from privacy.disclosure_cells import AUDIENCE_SCHEMA, Column, Grids, as_audience, read_grids, table
from privacy.disclosure_network import network_cells, withheld_before, withhold
from privacy.disclosure_peers import Others, figure_grids, own_columns, peer_columns
from privacy.disclosure_rules import WITHHELD, lag_ends
from privacy.figures import FIGURES, Figure, Kind
from privacy.peer_groups import PeerGroup, group_problems, standing
from privacy.workload import districts as districts_of

COORDINATOR = "coordinator"
PUBLIC = "public"
AREAS = "reach_by_area"

__all__ = [
    "AUDIENCE_SCHEMA", "COORDINATOR", "FIGURES", "PUBLIC", "WITHHELD", "Figure", "Kind", "PeerGroup",
    "audience_files", "districts_of", "group_problems", "lag_ends", "network_spread", "others_may_be_seen",
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
    to, so that an area is not found by subtraction. Without it areas are parts of one whole. Of groups
    that together give a venue away, the earlier ones are shown.
    """
    grids = read_grids(cells)
    others = comparisons(cells, grids, groups, venues, owners, season, today, regions)
    return with_own(others, cells, grids, venues)


def comparisons(
    cells: pa.Table,
    grids: Grids,
    groups: Sequence[PeerGroup],
    venues: Sequence[str],
    owners: Mapping[str, str],
    season: Season,
    today: date,
    regions: Mapping[str, str] | None = None,
) -> dict[str, pa.Table]:
    """What each audience is told of others: the network and its groups. No leaning of areas moves it."""
    if reserved := {COORDINATOR, PUBLIC}.intersection(venues):
        raise ValueError(f"A venue cannot be called {' or '.join(sorted(reserved))}: that names an audience.")
    lag_over = others_may_be_seen(season, today)
    figures = figure_grids(grids)
    nesting = Nesting(grids[AREAS, "cell"].labels if (AREAS, "cell") in grids else (), regions or {})
    network = network_cells(cells, grids, owners, nesting, lag_over=lag_over)
    now = [group for group in groups if group.season == season]
    shown = standing(now, owners) if lag_over else frozenset()
    narrow = _narrowest(now)

    def compared(audience: str) -> Iterator[Column]:
        for group in now:
            if audience == COORDINATOR or audience in group.members:
                others = group.members if audience == COORDINATOR else group.others(audience, owners)
                ranked = audience != COORDINATOR and group.id in narrow
                whom = Others(group.id, audience, others, group.id in shown, ranked)
                yield from peer_columns(figures, whom, owners, nesting)

    told = {who: _joined([network], list(compared(who))) for who in (COORDINATOR, *venues)}
    return {PUBLIC: network, **told}


def with_own(
    others: Mapping[str, pa.Table], cells: pa.Table, grids: Grids, venues: Sequence[str]
) -> dict[str, pa.Table]:
    """The files: what each audience is told of others and, before it, each venue's own cells and ratios."""
    figures, known = figure_grids(grids), frozenset(cells["measure"].to_pylist())
    files = dict(others)
    for venue in venues:
        own = as_audience(cells.filter(pc.equal(cells["venue"], venue)))
        own = withhold(own, withheld_before(own))
        files[venue] = pa.concat_tables(
            [_joined([own], list(own_columns(figures, venue, known))), others[venue]]
        )
    return files


def _narrowest(groups: Sequence[PeerGroup]) -> frozenset[str]:
    """Groups that hold no other group. Only these are ranked, and only to their members (V-7).

    Ranks of the same owners in two groups, or as a member and as the coordinator sees them, tell more
    together than two roundings hide; the attacker check would have to withhold nearly all of both.
    """
    members = {group.id: frozenset(group.members) for group in groups}
    return frozenset(one for one in members if not any(m < members[one] for m in members.values()))


def network_spread(
    cells: pa.Table, owners: Mapping[str, str], season: Season, today: date, regions: Mapping[str, str]
) -> dict[str, float]:
    """The network's size by area as far as the rules let everyone see it (see spread_of)."""
    grids = read_grids(cells)
    nesting = Nesting(grids[AREAS, "cell"].labels if (AREAS, "cell") in grids else (), regions)
    lag_over = others_may_be_seen(season, today)
    return spread_of(network_cells(cells, grids, owners, nesting, lag_over=lag_over), regions)


def spread_of(public: pa.Table, regions: Mapping[str, str]) -> dict[str, float]:
    """The network's size by area as far as everyone may see it, for the venues' areas to lean on.

    An area that is withheld gets the mean of those shown in its district, so that it is not read back
    from a venue's own estimates. Where none is shown, there is nothing to lean on.
    """
    shown = public.filter(
        pc.and_(pc.equal(public["measure"], f"network_{AREAS}"), pc.equal(public["level"], "cell"))
    )
    areas = shown["label"].to_pylist()
    size = shown["estimate"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    size = np.where(withheld_before(shown), np.nan, size)
    known = ~np.isnan(size)
    if not known.any():
        return {}
    _, district = np.unique(districts_of(areas, regions), return_inverse=True)
    count = np.bincount(district, weights=known)
    mean = np.bincount(district, weights=np.where(known, size, 0.0)) / np.maximum(count, 1.0)
    return dict(zip(areas, np.where(known, size, mean[district]).tolist(), strict=True))


def _joined(cells: Sequence[pa.Table], columns: Sequence[Column]) -> pa.Table:
    return pa.concat_tables([*cells, *([table(columns)] if columns else [])])
