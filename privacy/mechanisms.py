"""The one door to OpenDP: exact integer tables and their bounds go in, noisy integers and losses come out.

The measurement that is drawn is the measurement whose map is charged: one composition over all
tables, so no loss is computed beside it by hand. Only OpenDP's own random source is used.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from importlib.metadata import version
from typing import Any

import numpy as np
import opendp.prelude as dp
from numpy.typing import NDArray

from privacy.budget import NANO, PrivacyLoss

OPENDP_VERSION = version("opendp")
MECHANISM = "discrete Gaussian on 64-bit integers (OpenDP make_gaussian)"
DIGITS = 4  # OpenDP draws faster at scales with few digits; rounding up only adds noise

# The user domain is our own claim, that counts move within their bound; tests/privacy checks the claim.
dp.enable_features("contrib", "honest-but-curious")
_VECTOR = (dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64"))
_TABLES = dp.user_domain("the bounded exact tables of one release", lambda _: True)
_UNITS = dp.user_distance("units of one season added or removed")


class LossExceededError(Exception):
    """What would be drawn costs more than was charged; nothing was drawn."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far one unit moves a table: at most `cells` cells, each by at most `size`."""

    cells: int
    size: int

    @property
    def l2(self) -> float:
        """size * sqrt(cells), rounded up to the next float so that it is never too small."""
        square = self.cells * self.size**2
        root = math.isqrt(square)
        return float(root) if root * root == square else math.nextafter(math.sqrt(square), math.inf)


@dataclass(frozen=True, slots=True)
class Draw:
    """One table as it enters the draw; `counts` is private and leaves only with noise."""

    counts: NDArray[np.int64]
    sensitivity: Sensitivity
    scale: float


def scale_for(sensitivity: Sensitivity, loss: PrivacyLoss) -> float:
    """The smallest scale of four digits at which this sensitivity costs at most this loss."""
    if loss.nano_rho == 0:
        raise ValueError("A table without a share of the budget cannot be drawn. Leave it out of the policy.")
    exact = sensitivity.l2 / math.sqrt(2 * loss.nano_rho / NANO)
    context = Context(prec=DIGITS, rounding=ROUND_CEILING)
    scale = context.create_decimal(Decimal(exact))
    while table_loss(sensitivity, float(scale)) > loss:
        scale = context.next_plus(scale)
    return float(scale)


def _table(index: int, l2: float, scale: float) -> Any:
    def counts(tables: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        return tables[index]

    def moved(units: int) -> float:
        return math.nextafter(units * l2, math.inf) if units > 1 else l2

    bounded = dp.t.make_user_transformation(_TABLES, _UNITS, *_VECTOR, counts, moved)
    return bounded >> dp.m.make_gaussian(*_VECTOR, scale=scale)


def _release(l2: Sequence[float], scales: Sequence[float]) -> Any:
    return dp.c.make_composition([_table(i, *pair) for i, pair in enumerate(zip(l2, scales, strict=True))])


@functools.lru_cache(maxsize=4096)
def table_loss(sensitivity: Sensitivity, scale: float) -> PrivacyLoss:
    """What one table costs one unit, from OpenDP's map, rounded up."""
    if scale <= 0:
        raise ValueError("Without noise the loss is infinite. Only tests draw without noise.")
    return PrivacyLoss.from_rho(dp.m.make_gaussian(*_VECTOR, scale=scale).map(sensitivity.l2))


def release_loss(sensitivities: Sequence[Sensitivity], scales: Sequence[float]) -> PrivacyLoss:
    """What the stacked tables cost one unit: OpenDP's map of all, and no less than the tables' sum."""
    if not sensitivities:
        return PrivacyLoss(0)
    stacked = PrivacyLoss.from_rho(_release([s.l2 for s in sensitivities], scales).map(1))
    single = PrivacyLoss.total(table_loss(s, scale) for s, scale in zip(sensitivities, scales, strict=True))
    return max(stacked, single)


def draw(tables: Mapping[str, Draw], allowed: PrivacyLoss | None = None) -> dict[str, NDArray[np.int64]]:
    """Draw every table once, as one measurement. Scale 0, which only tests have, returns the counts.

    With `allowed`, what was charged, OpenDP's own filter stands in between and lets nothing through that
    costs one unit of the drawn season more. Raises LossExceededError before anything is drawn.
    """
    counts = [np.ascontiguousarray(table.counts, dtype=np.int64) for table in tables.values()]
    sensitivities, scales = zip(*[(t.sensitivity, t.scale) for t in tables.values()], strict=True)
    measurement = _release([s.l2 for s in sensitivities], scales)
    if allowed is None:
        drawn = measurement(counts)
    else:
        # Checked here first: a filter that has refused once is dead, and says little of why.
        if release_loss(sensitivities, scales) > allowed:
            raise LossExceededError("These tables cost more than was charged for them. Nothing was drawn.")
        drawn = _filter(allowed)(counts)(measurement)
    return {name: np.asarray(noisy, dtype=np.int64) for name, noisy in zip(tables, drawn, strict=True)}


def _filter(allowed: PrivacyLoss) -> Any:
    # One nano-rho of slack: the filter compares floats, and our integers were rounded up to begin with.
    odometer = dp.c.make_fully_adaptive_composition(_TABLES, _UNITS, dp.zero_concentrated_divergence())
    return dp.c.make_privacy_filter(odometer, d_in=1, d_out=(allowed.nano_rho + 1) / NANO)


@functools.lru_cache(maxsize=4096)
def raw_margin(scale: float, alpha: float = 0.05) -> int:
    """A noisy integer lies within this many of the exact one with probability 1 - alpha at least."""
    return 0 if scale == 0 else math.ceil(dp.discrete_gaussian_scale_to_accuracy(scale=scale, alpha=alpha))


@functools.lru_cache(maxsize=4096)
def epsilon(loss: PrivacyLoss, delta: float) -> float:
    """The epsilon that this loss means at this delta, from OpenDP's conversion."""
    if loss.nano_rho == 0:
        return 0.0
    scalar = (dp.atom_domain(T="i64"), dp.absolute_distance(T="f64"))
    gaussian = dp.m.make_gaussian(*scalar, scale=1.0)
    distance = math.nextafter(math.sqrt(2 * loss.nano_rho / NANO), math.inf)
    return float(dp.c.make_zCDP_to_approxDP(gaussian).map(distance).epsilon(delta))
