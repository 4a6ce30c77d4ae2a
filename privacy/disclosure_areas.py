"""Areas within districts, regions and countries: what is safe by level goes in, what may be shown comes out.

Totals are shown at several levels at once, so an area left out alone would be its district less the
other areas. Under each shown total, what is left out together must be safe; under a hidden one
nothing is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privacy.disclosure_rules import Values, protect_partition
from privacy.workload import districts, regions_of

LEVELS = ("country", "region", "district", "cell")
WHOLE = ("", "")

Masks = dict[str, NDArray[np.bool_]]
Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """One level: its labels, what each owner has there, and which labels are safe by themselves."""

    labels: tuple[str, ...]
    judged: Values
    safe: NDArray[np.bool_]


class Nesting:
    """Which label lies in which, from the public map of areas to regions. Built once per release."""

    def __init__(self, areas: Sequence[str], regions: Mapping[str, str]) -> None:
        countries = [area.partition("-")[0] if area in regions else area for area in areas]
        into = (countries, regions_of(areas, regions), districts(areas, regions), areas)
        self._chains: dict[tuple[str, str], tuple[str, ...]] = {}
        for chain in zip(*into, strict=True):
            for level, label in zip(LEVELS, chain, strict=True):
                self._chains.setdefault((level, label), chain)
        self._families: dict[object, dict[tuple[str, str], list[Row]]] = {}

    def chain(self, area: str) -> tuple[str, ...]:
        """The labels that an area lies in, by LEVELS, itself last."""
        return self._chains["cell", area]

    def families(self, layers: Mapping[str, Layer]) -> dict[tuple[str, str], list[Row]]:
        """The rows directly under each total that these levels show, widest total first."""
        key = tuple((level, layers[level].labels) for level in LEVELS if level in layers)
        if key not in self._families:
            self._families[key] = self._found({level: set(labels) for level, labels in key}, dict(key))
        return self._families[key]

    def _found(
        self, present: Mapping[str, set[str]], labels: Mapping[str, tuple[str, ...]]
    ) -> dict[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {WHOLE: []}
        for level, names in labels.items():
            for row, name in enumerate(names):
                found.setdefault(self._parent(level, name, present), []).append((level, row))
        return found

    def _parent(self, level: str, label: str, present: Mapping[str, set[str]]) -> tuple[str, str]:
        """The nearest wider label that is there. Unknown and abroad stand beside the countries."""
        chain = self._chains.get((level, label))
        if chain is not None:
            for at in range(LEVELS.index(level) - 1, -1, -1):
                if chain[at] in present.get(LEVELS[at], ()):
                    return LEVELS[at], chain[at]
        return WHOLE


def shown_areas(layers: Mapping[str, Layer], nesting: Nesting, colluders: int) -> Masks:
    """What may be shown at each level."""
    shown = {level: np.zeros(len(layer.labels), dtype=bool) for level, layer in layers.items()}
    open_totals = {WHOLE}
    for total, rows in nesting.families(layers).items():
        if total not in open_totals:
            continue
        judged = np.array([layers[level].judged[row] for level, row in rows])
        safe = np.array([layers[level].safe[row] for level, row in rows], dtype=bool)
        if not rows:
            continue
        for (level, row), told in zip(rows, protect_partition(judged, safe, colluders), strict=True):
            shown[level][row] = told
            if told:
                open_totals.add((level, layers[level].labels[row]))
    return shown
