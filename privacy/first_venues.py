"""From first venues to the core: the postcode table as drawn goes in, what it says of the core comes out.

The finest table counts a booker at their first two venues only, since its noise grows with the root of
that number and nine bookers in ten know one venue. In keyed order every venue of a booker is equally
likely to be first, so the core holds the same areas in larger numbers: by how much, the released bands of
venues per booker say, for the network as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from aggregation.bounds import Bounds
from privacy.fitting import NoisyTable
from privacy.policy import BOUNDS

AREAS, FIRST, BANDS = "reach_by_area", "reach_by_area_first", "network_venues_per_booker"


def as_core(first: NoisyTable, tables: Mapping[str, NoisyTable], bounds: Bounds = BOUNDS) -> NoisyTable:
    """The first venues' table as an observation of the core's, by the network's released bands."""
    bands = tables.get(BANDS)
    factor = 1.0 if bands is None else pairs_per_first(bands, bounds)
    return replace(first, name=AREAS, measure=AREAS, factor=factor, drawn=False)


def pairs_per_first(bands: NoisyTable, bounds: Bounds = BOUNDS) -> float:
    """How many pairs of booker and venue the core holds for each that the first venues hold."""
    venues = np.array([_venues(label) for label in bands.inner[1]])
    # Signed: bands of nobody, cut off at nothing, would add venues that nobody knows.
    first = bands.noisy @ np.minimum(venues, bounds.first_venues)
    core = bands.noisy @ np.minimum(venues, bounds.core_venues)
    return max(float(core / first), 1.0) if first > 0 else 1.0


def _venues(band: str) -> float:
    """A middling number of venues in a band: "5-6" is 5.5, "21+" is 21."""
    ends = [int(end) for end in band.rstrip("+").split("-")]
    return sum(ends) / len(ends)
