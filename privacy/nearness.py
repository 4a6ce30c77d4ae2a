"""What the geography says of an area beforehand: inhabitants and distances in, rings around venues out.

Public facts only, so an estimate may lean on them without telling anyone about another venue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# Outer ends in kilometres. Closer together near the venue, where reach falls fastest.
RINGS_KM = (1.0, 2.0, 3.0, 4.5, 6.5, 9.0, 12.0, 16.0, 22.0, 30.0, 42.0, 60.0, 90.0)


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """`inhabitants` by area, where a source was loaded; `kilometres` from each venue to each of `areas`."""

    areas: tuple[str, ...] = ()
    inhabitants: Mapping[str, float] = field(default_factory=dict)
    kilometres: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def rings(self, venues: Sequence[str], areas: Sequence[str]) -> NDArray[np.int64]:
        """The ring of each area around each venue; where a distance is not known, one ring holds all."""
        place = {area: number for number, area in enumerate(self.areas)}
        at = np.array([place.get(area, -1) for area in areas], dtype=np.int64)
        found = np.zeros((len(venues), len(areas)), dtype=np.int64)
        for row, venue in enumerate(venues):
            if venue in self.kilometres:
                rings = np.digitize(self.kilometres[venue], RINGS_KM)
                found[row] = np.where(at >= 0, rings[at], len(RINGS_KM))
        return found

    @property
    def digest(self) -> str:
        """SHA-256 over everything that an estimate may lean on; the empty text for nothing."""
        if not self.areas and not self.inhabitants:
            return ""
        lines = [",".join(self.areas), *(f"{area}\t{n:g}" for area, n in sorted(self.inhabitants.items()))]
        lines += [
            f"{venue}\t" + ",".join(f"{km:.3f}" for km in row)
            for venue, row in sorted(self.kilometres.items())
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


NOWHERE = Nearness()
