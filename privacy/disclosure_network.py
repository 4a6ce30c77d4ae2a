"""Network cells as everyone may see them: released cells go in, the same with unsafe ones withheld leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from privacy.disclosure_areas import LEVELS, Layer, Nesting, shown_areas
from privacy.disclosure_cells import AUDIENCE_SCHEMA, VALUE_COLUMNS, Grid, Grids, as_audience
from privacy.disclosure_rules import (
    MIN_OTHER_OWNERS,
    Values,
    by_owner,
    dominance_safe,
    enough_owners,
    owner_of,
    protect_partition,
)
from privacy.figures import EACH_BOOKER_ONCE

# A network cell is judged by what the venues themselves reach in it.
JUDGED_BY: Mapping[str, str] = {
    "network_reach": "reach",
    "network_new": "new",
    "network_returning": "returning",
    "network_reach_by_area": "reach_by_area",
    "network_attendance_bands": "attendance_bands",
    "network_reach_by_genre": "reach_by_genre",
    "network_reach_by_product_class": "reach_by_product_class",
    "network_reach_by_channel": "reach_by_channel",
    "network_venues_per_booker": "reach",
}
COMPLEMENTS = frozenset({"network_new", "network_returning"})
CROSSOVER = "crossover"
# Any two accounts together (T-08): the largest must stay hidden from the second and the third.
NETWORK_COLLUDERS = 2


def network_cells(
    cells: pa.Table, grids: Grids, owners: Mapping[str, str], nesting: Nesting, *, lag_over: bool
) -> pa.Table:
    """All network cells but crossover by name, each shown or withheld for everyone alike."""
    network = as_audience(
        cells.filter(pc.and_(pc.equal(cells["venue"], ""), pc.not_equal(cells["measure"], CROSSOVER)))
    )
    shown = np.zeros(network.num_rows, dtype=bool)
    if lag_over:
        shown = _shown(network, grids, owners, nesting)
    return withhold(network, ~shown | withheld_before(network))


def withheld_before(rows: pa.Table) -> NDArray[np.bool_]:
    """What the release itself withholds, such as a ratio over next to nothing."""
    hidden: NDArray[np.bool_] = pc.equal(rows["status"], "withheld").to_numpy(zero_copy_only=False)
    return hidden


def withhold(rows: pa.Table, hidden: NDArray[np.bool_]) -> pa.Table:
    """The same rows with nothing but the address of the cell left where `hidden`."""
    mask = pa.array(hidden)
    for name in (*VALUE_COLUMNS, "status"):
        field = AUDIENCE_SCHEMA.field(name)
        instead = pa.scalar("withheld" if name == "status" else None, field.type)
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, field, pc.if_else(mask, instead, rows[name]))
    return rows


def _shown(network: pa.Table, grids: Grids, owners: Mapping[str, str], nesting: Nesting) -> NDArray[np.bool_]:
    shown = np.zeros(network.num_rows, dtype=bool)
    text = {name: network[name].to_pylist() for name in ("measure", "level", "label", "dimension")}
    rows: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(text["measure"], text["level"], strict=True)):
        rows.setdefault(key, []).append(row)
    areas: dict[str, dict[str, Layer]] = {}
    for (measure, level), at in rows.items():
        labels = tuple(text["label"][row] for row in at)
        judged = _judged(grids, measure, level, labels, owners)
        if judged is None:
            continue
        layer = Layer(labels, judged, dominance_safe(judged, NETWORK_COLLUDERS))
        if level in LEVELS and text["dimension"][at[0]] == "area":
            areas.setdefault(measure, {})[level] = layer
        elif text["dimension"][at[0]] in EACH_BOOKER_ONCE:
            shown[at] = protect_partition(judged, layer.safe, NETWORK_COLLUDERS)
        else:
            shown[at] = layer.safe
    for measure, layers in areas.items():
        for level, told in shown_areas(layers, nesting, NETWORK_COLLUDERS).items():
            shown[rows[measure, level]] = told
    _hide_complements(shown, rows)
    return shown


def _hide_complements(shown: NDArray[np.bool_], rows: Mapping[tuple[str, str], list[int]]) -> None:
    """New and returning make reach: one of them withheld alone would be found by subtraction."""
    pair = [rows[key] for key in sorted(rows) if key[0] in COMPLEMENTS]
    if not all(shown[at].all() for at in pair):
        for at in pair:
            shown[at] = False


def _judged(
    grids: Grids, measure: str, level: str, labels: Sequence[str], owners: Mapping[str, str]
) -> Values | None:
    """What each owner reaches in these cells; None (and so withheld) where that is not known."""
    source = JUDGED_BY.get(measure, "")
    grid = next((grids[source, at] for at in (level, "cell", "total") if (source, at) in grids), None)
    if grid is None:
        return None
    names = [owner_of(owners, venue) for venue in grid.venues]
    if not enough_owners(names, MIN_OTHER_OWNERS + 1):
        return None
    return by_owner(np.nan_to_num(_rows(grid, labels)), names)


def _rows(grid: Grid, labels: Sequence[str]) -> Values:
    """The grid's rows for these labels. A grid without labels speaks for the venue as a whole."""
    if grid.labels == ("",):
        return np.repeat(grid.judged, len(labels), axis=0)
    place = {label: n for n, label in enumerate(grid.labels)}
    nothing = np.zeros(len(grid.venues))
    return np.array([grid.judged[place[label]] if label in place else nothing for label in labels])
