"""From noisy integers to estimates with 95 % intervals: drawn tables go in, the release's cells come out.

Post-processing only: it costs nothing and sees no count. First signed least squares over everything
that must add up, then areas lean on their district, then the projection onto what is possible (nothing
negative, all sums kept). Intervals are those of the signed fit, so neither leaning nor projecting ever
narrows them; where an estimate lies outside its interval, the interval is widened to hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from aggregation.bounds import Bounds
from privacy.consistency import Floats
from privacy.first_venues import AREAS, FIRST, as_core
from privacy.fitting import Z95, Fit, Level, NoisyTable, Tree, plain_fit
from privacy.nearness import NOWHERE, Nearness
from privacy.policy import BOUNDS, NETWORK_PARTITIONS, VENUE_PARTITIONS
from privacy.release import CELLS_SCHEMA, DERIVED, RELEASED, WITHHELD
from privacy.truncation import allow_for_bounds, shares_left_out

WIDER = ("district", "region", "country")


def estimate_cells(
    tables: Sequence[NoisyTable],
    regions: Mapping[str, str],
    spread: Mapping[str, float] | None = None,
    near: Nearness = NOWHERE,
    bounds: Bounds = BOUNDS,
) -> pa.Table:
    """Every cell of the release: each drawn one, and those that follow from them.

    Areas lean on what is `near` and on `spread`, the network's size in each area, evenly where neither is
    given. Both must be what every member may see: who knows the raw integers reads it back from estimates.
    """
    by_name = {table.name: table for table in tables}
    shares = shares_left_out(by_name, bounds)
    if (first := by_name.get(FIRST)) is not None:
        by_name |= {AREAS: as_core(first, by_name, bounds)}
    parts: list[pa.Table] = []
    for partitions, leans_on in ((NETWORK_PARTITIONS, {}), (VENUE_PARTITIONS, spread or {})):
        scope = [by_name.pop(name) for name in partitions if name in by_name]
        if scope:
            parts += _scope_cells(scope, by_name, regions, leans_on, near)
    parts += [_rows(_own_level(table), plain_fit(table)) for table in by_name.values()]
    return allow_for_bounds(pa.concat_tables(parts), shares)


def _scope_cells(
    partitions: Sequence[NoisyTable],
    others: dict[str, NoisyTable],
    regions: Mapping[str, str],
    spread: Mapping[str, float],
    near: Nearness,
) -> list[pa.Table]:
    """A scope's partition tables and all that follows; takes the tables it uses out of `others`."""
    tree = Tree(partitions, others, regions)
    fit = tree.fit(spread, near)
    network = partitions[0].venues == ("",)
    # The root's rows are written with the totals.
    parts = [_rows(level, fit.part(level.nodes)) for level in tree.levels if len(level.nodes)]
    root = fit.part(np.array([0]))
    parts += _totals(root, partitions[0].venues, others, "network_" if network else "")
    for used in tree.used:
        others.pop(used, None)
    return parts


def _totals(root: Fit, venues: tuple[str, ...], others: dict[str, NoisyTable], prefix: str) -> list[pa.Table]:
    """Reach, new and the ratios: everything that needs the fitted total."""
    reach = f"{prefix}reach"
    rows: list[pa.Table] = []
    whole = root
    if not prefix:
        drawn = others.get("reach_by_area@core")
        noisy = None if drawn is None else drawn.noisy
        rows.append(_column(reach, venues, root, level="core", noisy=noisy))
        if (tail := others.get("reach_beyond")) is not None:
            whole = _added(root, plain_fit(tail))
    rows.append(_column(reach, venues, whole, level="total"))
    if (returning := others.pop(f"{prefix}returning", None)) is not None:
        raw = plain_fit(returning)
        back = Fit(raw.signed, raw.variance, np.minimum(raw.projected, root.projected))
        new = Fit(root.signed - raw.signed, root.variance + raw.variance, root.projected - back.projected)
        rows += [_rows(_own_level(returning), back), _column(f"{prefix}new", venues, new)]
    visits, unnamed = others.get("visits"), others.get("unidentified_visits")
    if not prefix and visits is not None:
        rows.append(_ratio("visits_per_booker", venues, plain_fit(visits), root))
        if unnamed is not None:
            rows.append(_share("unidentified_share", venues, plain_fit(unnamed), plain_fit(visits)))
    return rows


def _added(a: Fit, b: Fit) -> Fit:
    return Fit(a.signed + b.signed, a.variance + b.variance, a.projected + b.projected)


def _ratio(measure: str, venues: tuple[str, ...], above: Fit, below: Fit) -> pa.Table:
    """A ratio of two independent fits by the delta method; withheld where the lower one may be zero."""
    clear = below.signed > Z95 * np.sqrt(below.variance)
    base = np.where(clear, below.projected, 1.0)
    value = above.projected / base
    variance = (above.variance + value**2 * below.variance) / base**2
    return _column(measure, venues, Fit(value, variance, value), withheld=~clear.ravel())


def _share(measure: str, venues: tuple[str, ...], part: Fit, rest: Fit) -> pa.Table:
    """part / (part + rest), between 0 and 1."""
    whole = _added(part, rest)
    clear = whole.signed > Z95 * np.sqrt(whole.variance)
    base = np.where(clear, whole.projected, 1.0)
    share = np.clip(part.projected / base, 0.0, 1.0)
    variance = ((1 - share) ** 2 * part.variance + share**2 * rest.variance) / base**2
    return _column(measure, venues, Fit(share, variance, share), withheld=~clear.ravel(), most=1.0)


def _own_level(table: NoisyTable) -> Level:
    return Level(table, table.level, table.inner[1], np.empty(0, dtype=np.int64))


def _rows(at: Level, fit: Fit) -> pa.Table:
    """One table's cells at one level: raw integers beside the estimates where this level was drawn."""
    table = at.table
    noisy = table.noisy if table.level == at.level and table.drawn else None
    return _cells(table.measure, table.venues, table.inner[0], at.labels, at.level, fit, noisy=noisy)


def _column(
    measure: str,
    venues: tuple[str, ...],
    fit: Fit,
    *,
    level: str = "cell",
    noisy: NDArray[np.int64] | None = None,
    withheld: NDArray[np.bool_] | None = None,
    most: float = np.inf,
) -> pa.Table:
    """One value per venue, or one for the network."""
    return _cells(measure, venues, "", ("",), level, fit, noisy=noisy, withheld=withheld, most=most)


def cell_ids(measure: str, venues: Sequence[str], labels: Sequence[str], level: str) -> list[str]:
    """The stable addresses of cells, venue by venue; wider levels carry their level's name."""
    if level == "core":
        places = [level] * len(labels)
    else:
        places = [f"{level}:{label}" if level in WIDER else label for label in labels]
    ends = [f"/{place}" if place else "" for place in places]
    return [start + end for start in (f"{measure}/{v}" if v else measure for v in venues) for end in ends]


def _cells(
    measure: str,
    venues: tuple[str, ...],
    dimension: str,
    labels: tuple[str, ...],
    level: str,
    fit: Fit,
    *,
    noisy: NDArray[np.int64] | None,
    withheld: NDArray[np.bool_] | None = None,
    most: float = np.inf,
) -> pa.Table:
    size = len(venues) * len(labels)
    low, high = fit.interval()
    hidden = np.zeros(size, dtype=bool) if withheld is None else withheld
    status = np.where(hidden, WITHHELD, DERIVED if noisy is None else RELEASED)

    def values(array: Floats) -> pa.Array:
        return pa.array(np.where(hidden, 0.0, np.minimum(array.ravel(), most)))

    columns = {
        "cell_id": cell_ids(measure, venues, labels, level),
        "measure": [measure] * size,
        "venue": np.repeat(np.array(venues, dtype=object), len(labels)),
        "dimension": [dimension] * size,
        "label": list(labels) * len(venues),
        "level": [level] * size,
        "noisy": pa.nulls(size, pa.int64()) if noisy is None else pa.array(noisy.ravel()),
        "sigma": values(np.sqrt(fit.variance)),
        "fit": values(fit.signed),
        "estimate": values(fit.projected),
        "low": values(low),
        "high": values(high),
        "beyond": np.zeros(size),
        "status": status.tolist(),
    }
    return pa.table(columns, schema=CELLS_SCHEMA)
