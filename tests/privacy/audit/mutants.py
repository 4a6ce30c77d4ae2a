"""Broken pipelines that the audit must catch: each a small patch of the production code.

Where a patch no longer bites (a name is gone, a text reads otherwise) it raises, so that a mutant never
passes for want of being applied.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import aggregation.counts
import aggregation.relations
import privacy.mechanisms
import privacy.publish
from aggregation.bounds import Bounds
from privacy.release import Release
from tests.privacy.audit import pipeline

ROWS_KEPT = 500
NO_BOUND = 2**31 - 1
# The tail ends after the core, whatever the bounds.
OPEN = replace(
    Bounds(),
    **{field.name: NO_BOUND - (field.name in {"first_venues", "core_venues"}) for field in fields(Bounds)},
)
Drawn = dict[str, NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to be wrong: `pair` shows it best, `caught_by` names an instrument that must see it."""

    name: str
    apply: Callable[[ExitStack], None]
    caught_by: str
    pair: str = "many"
    counts: bool = False

    @contextmanager
    def applied(self) -> Iterator[None]:
        """While this lasts, the production code is broken in this way."""
        with ExitStack() as stack:
            self.apply(stack)
            yield


def _noise(change: Callable[[str, Any, Drawn], NDArray[np.int64]]) -> Callable[[ExitStack], None]:
    """Whatever is drawn is changed, table by table, before anyone sees it."""

    def apply(stack: ExitStack) -> None:
        real = privacy.publish.draw

        def drawing(tables: Mapping[str, Any], *charged: Any) -> Drawn:
            drawn = real(tables, *charged)
            return {name: change(name, table, drawn) for name, table in tables.items()}

        stack.enter_context(patch.object(privacy.publish, "draw", drawing))

    return apply


def _smaller(times: float) -> Callable[[ExitStack], None]:
    """The noise is drawn at a smaller scale than is told, past the filter that would refuse it."""

    def apply(stack: ExitStack) -> None:
        real = privacy.publish.draw

        def drawing(tables: Mapping[str, Any], *_: Any) -> Drawn:
            return real({name: replace(table, scale=table.scale * times) for name, table in tables.items()})

        stack.enter_context(patch.object(privacy.publish, "draw", drawing))

    return apply


def _seeded(name: str, table: Any, _: Drawn) -> NDArray[np.int64]:
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    noise = np.random.default_rng(seed).normal(0, 1, len(table.counts)) * table.scale
    return table.counts + np.rint(noise).astype(np.int64)


def _one_for_all(name: str, table: Any, drawn: Drawn) -> NDArray[np.int64]:
    return table.counts + (drawn[name] - table.counts)[:1]


def _cut_off(name: str, table: Any, drawn: Drawn) -> NDArray[np.int64]:
    most = int(2.5 * table.scale)
    return table.counts + np.clip(drawn[name] - table.counts, -most, most)


def _zeros_bare(name: str, table: Any, drawn: Drawn) -> NDArray[np.int64]:
    return np.where(table.counts == 0, 0, drawn[name])


def _one_table_bare(name: str, table: Any, drawn: Drawn) -> NDArray[np.int64]:
    return table.counts if name == "network_returning" else drawn[name]


def _sensitivity(l2: Callable[[Any], float]) -> Callable[[ExitStack], None]:
    """How far one booker moves a table is misjudged, in scales and charges alike."""

    def apply(stack: ExitStack) -> None:
        stack.enter_context(patch.object(privacy.mechanisms.Sensitivity, "l2", property(l2)))
        privacy.mechanisms.table_loss.cache_clear()
        stack.callback(privacy.mechanisms.table_loss.cache_clear)

    return apply


def _no_bound(stack: ExitStack) -> None:
    """Counting leaves out the bounds that the tables state."""
    real = aggregation.counts.values
    stack.enter_context(
        patch.object(aggregation.counts, "values", lambda keysets, _, salt: real(keysets, OPEN, salt))
    )


def _global_cap(stack: ExitStack) -> None:
    """A cap on all rows together instead of one on each booker's."""
    _no_bound(stack)
    capped = "SELECT * FROM ({}) AS placed ORDER BY booker NULLS LAST, order_ref, venue LIMIT {}"
    _rewrite(stack, aggregation.relations, "step", "placed_tickets", lambda t: capped.format(t, ROWS_KEPT))


def _redefined(stack: ExitStack) -> None:
    """A column is bounded first and redefined afterwards: visits become visits times attendances."""
    bound = "least(visits, :tickets_per_venue)"
    _rewrite(
        stack,
        aggregation.counts,
        "question",
        "visits.sql",
        lambda t: t.replace(bound, f"{bound} * attendances"),
    )


def _every_area(stack: ExitStack) -> None:
    """A booker is counted in every area that an order names, not in the latest order's."""
    _rewrite(
        stack,
        aggregation.counts,
        "question",
        "reach_by_area.sql",
        lambda t: t.replace(
            "FROM core_pairs\n",
            "FROM (SELECT p.venue, p.attendances, coalesce(o.place, p.place) AS place FROM core_pairs AS p\n"
            "LEFT JOIN stated_orders AS o ON o.booker = p.booker AND o.venue = p.venue)\n",
        ),
    )


def _rewrite(stack: ExitStack, module: Any, reader: str, name: str, change: Callable[[str], str]) -> None:
    real = getattr(module, reader)

    def reading(asked: str) -> str:
        text = str(real(asked))
        if asked != name:
            return text
        changed = change(text)
        if changed == text:
            raise AssertionError(f"{name} reads otherwise by now: this mutant breaks nothing.")
        return changed

    stack.enter_context(patch.object(module, reader, reading))


def _look_back_free(stack: ExitStack) -> None:
    """The earlier season is read and not charged."""
    real = aggregation.counts.table_bounds

    def bounds(measure: Any, stated: Any, season: Any) -> dict[Any, Any]:
        return {season: real(measure, stated, season)[season]}

    stack.enter_context(patch.object(aggregation.counts, "table_bounds", bounds))


def _told(change: Callable[[pa.Table, pa.Array], pa.Table]) -> Callable[[ExitStack], None]:
    """What is told is changed in sight of the exact counts, which are handed over cell by cell."""

    def apply(stack: ExitStack) -> None:
        real = privacy.publish.protect

        def protecting(tables: Any, policy: Any = None, regions: Any = None) -> Release:
            release = real(tables, policy, regions)
            exact = real(tables, replace(policy, noiseless=True), regions).cells
            return replace(release, cells=change(release.cells, exact["estimate"]))

        stack.enter_context(patch.object(privacy.publish, "protect", protecting))

    return apply


def _only_filled(cells: pa.Table, exact: pa.Array) -> pa.Table:
    return cells.filter(pc.greater(exact, 0.5))


def _suppressed(cells: pa.Table, exact: pa.Array) -> pa.Table:
    hidden = pc.and_(pc.less(exact, 9.5), pc.equal(cells["level"], "cell"))
    at = cells.schema.get_field_index("noisy")
    return cells.set_column(at, cells.schema.field(at), pc.if_else(hidden, None, cells["noisy"]))


def _exact_total(cells: pa.Table, exact: pa.Array) -> pa.Table:
    total = pc.and_(pc.equal(cells["measure"], "reach"), pc.equal(cells["level"], "total"))
    for name in ("estimate", "low", "high"):
        at = cells.schema.get_field_index(name)
        cells = cells.set_column(at, cells.schema.field(at), pc.if_else(total, exact, cells[name]))
    return cells


def _drawn_on_reading(stack: ExitStack) -> None:
    """Each question draws its own noise."""
    real = pipeline.publish

    def publishing(*given: Any) -> pipeline.Published:
        return replace(real(*given), read=lambda: real(*given).read())

    stack.enter_context(patch.object(pipeline, "publish", publishing))


MUTANTS = (
    Mutant("half the noise", _smaller(0.5), "calibration"),
    Mutant("a tenth less noise", _smaller(0.9), "calibration"),
    Mutant("wrong sensitivity", _sensitivity(lambda _: 1.0), "distance"),
    Mutant("L2 taken as 1", _sensitivity(lambda bound: float(bound.size)), "distance"),
    Mutant("no bound", _no_bound, "distance", counts=True),
    Mutant("global row cap", _global_cap, "distance", "first row", counts=True),
    Mutant("redefined after bounding", _redefined, "distance", counts=True),
    Mutant("every area of a booker", _every_area, "distance", counts=True),
    Mutant("look-back not charged", _look_back_free, "distance", "season before", counts=True),
    Mutant("noise on every reading", _drawn_on_reading, "repeats"),
    Mutant("noise seeded by the question", _noise(_seeded), "repeats"),
    Mutant("one draw for all cells", _noise(_one_for_all), "calibration"),
    Mutant("noise that is cut off", _noise(_cut_off), "calibration"),
    Mutant("no noise on zeros", _noise(_zeros_bare), "calibration", "rare"),
    Mutant("cells found in the data", _told(_only_filled), "post-processing", "rare"),
    Mutant("small true counts left out", _told(_suppressed), "post-processing", "threshold"),
    Mutant("an exact total beside", _told(_exact_total), "post-processing", "few"),
)

# One cell in thousands: seen only over several releases (instruments.per_table).
BARE_TABLE = Mutant("one small table without noise", _noise(_one_table_bare), "calibration")
