"""The figures that venues compare, and the arithmetic of noisy ratios: cells and sigmas in, values out.

A figure is a count or a ratio of two released counts. Sigma is known from the scale of the noise, so
the interval of a ratio follows by the delta method. Numerator and denominator of one venue are
positively correlated after the least-squares fit, or independent; leaving that out widens the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from privacy.fitting import Z95

# Dimensions under which each booker has one label, so that the labels add up to the whole.
EACH_BOOKER_ONCE = frozenset({"attendance_band", "channel_mix", "area", "venue_band"})


class Kind(str, Enum):
    """How a figure reads, and which rule protects it: a share of bookers, a ratio, or a count."""

    COUNT = "count"
    SHARE = "share"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing to compare: `numerator` at `level`, over the `denominator` of the core where there is one.

    `dimension`: one value per label of it. `ordered`: quartiles are offered.
    `sensitive_cells`: each label is judged as a count by the dominance rules although it reads as a
    share, because known totals turn it back into a count.
    """

    id: str
    kind: Kind
    numerator: str
    denominator: str = ""
    dimension: str = ""
    level: str = "cell"
    ordered: bool = True
    sensitive_cells: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the shares of all labels make one whole, so that one left out is found by subtraction."""
        return self.dimension in EACH_BOOKER_ONCE


_ALL = (
    Figure("reach", Kind.COUNT, "reach", level="total"),
    Figure("visits", Kind.COUNT, "visits"),
    Figure("returning_share", Kind.SHARE, "returning", "reach"),
    Figure("visits_per_booker", Kind.RATIO, "visits", "reach"),
    Figure("band_share", Kind.SHARE, "attendance_bands", "reach", dimension="attendance_band"),
    Figure("genre_share", Kind.SHARE, "reach_by_genre", "reach", dimension="genre"),
    Figure("product_class_share", Kind.SHARE, "reach_by_product_class", "reach", dimension="product_class"),
    Figure("channel_share", Kind.SHARE, "reach_by_channel", "reach", dimension="channel_mix"),
    Figure(
        "area_share",
        Kind.SHARE,
        "reach_by_area",
        "reach",
        dimension="area",
        ordered=False,
        sensitive_cells=True,
    ),
    Figure(
        "region_share",
        Kind.SHARE,
        "reach_by_area",
        "reach",
        level="region",
        dimension="area",
        ordered=False,
        sensitive_cells=True,
    ),
)
FIGURES: Mapping[str, Figure] = {figure.id: figure for figure in _ALL}


@dataclass(frozen=True, slots=True)
class Estimates:
    """Values with their standard errors, in step: any shape."""

    value: NDArray[np.float64]
    sigma: NDArray[np.float64]

    def mean_over_venues(self) -> Estimates:
        """Equal weights over the last axis (V-3)."""
        n = self.value.shape[-1]
        return Estimates(self.value.mean(axis=-1), np.sqrt((self.sigma**2).sum(axis=-1)) / n)


def ratio(numerator: Estimates, denominator: Estimates) -> Estimates:
    """Numerator over denominator; not a number where the denominator is within its own noise."""
    unclear = denominator.value <= Z95 * denominator.sigma
    below = np.where(unclear, np.nan, denominator.value)
    value = numerator.value / below
    sigma = np.sqrt(numerator.sigma**2 + (value * denominator.sigma) ** 2) / below
    return Estimates(value, sigma)
