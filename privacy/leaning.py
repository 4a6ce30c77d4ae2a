"""Empirical Bayes for small areas: signed estimates and public facts go in, steadier estimates come out.

An area leans on its district: the district's total, spread over its areas by their size and by how the
venue's own reach falls off from ring to ring around it. How far it leans is learnt from the released
numbers themselves, pooled over all venues: the more areas really differ from that picture, the less.
Post-processing; no count is seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privacy.consistency import Floats

EVEN = 1.0  # added to each area's size: an area where the network saw nobody is not thereby empty


def lean(
    signed: Floats,
    variance: Floats,
    nodes: NDArray[np.int64],
    above: NDArray[np.int64],
    size: Floats,
    rings: NDArray[np.int64] | None = None,
) -> tuple[Floats, Floats]:
    """Shrunk estimates of `nodes` and their posterior variances; arrays are venue by node.

    `above` is each node's district, `size` how large it is (inhabitants, or the network's reach), `rings`
    the ring of each area around each venue: venue by area, or nothing for one ring around all.
    """
    own, noise = signed[:, nodes], variance[:, nodes]
    spread = (size + EVEN) * (1.0 if rings is None else _rates(own, size + EVEN, rings))
    centre = np.maximum(signed[:, above], 0.0) * spread / _by_district(spread, above)
    between = _between(own - centre, centre, noise)
    trust = between / (between + noise)
    return centre + trust * (own - centre), np.maximum(trust * noise, np.finfo(float).tiny)


def _rates(own: Floats, size: Floats, rings: NDArray[np.int64]) -> Floats:
    """Venue by area: how many of its ring's size the venue reaches, one for each ring at the least."""
    venues, count = len(own), int(rings.max()) + 1
    flat = (np.arange(venues)[:, None] * count + rings).ravel()
    reached = np.bincount(flat, weights=own.ravel(), minlength=venues * count)
    there = np.bincount(flat, weights=np.broadcast_to(size, own.shape).ravel(), minlength=venues * count)
    rates = np.maximum(reached, 1.0) / np.maximum(there, EVEN)
    return np.asarray(rates[flat].reshape(own.shape), dtype=np.float64)


def _by_district(spread: Floats, above: NDArray[np.int64]) -> Floats:
    """Each area's district's sum of the spread, venue by area or one row for all."""
    rows = np.atleast_2d(spread)
    sums = np.stack([np.bincount(above, weights=row) for row in rows])
    return np.asarray(sums[:, above], dtype=np.float64)


def _between(away: Floats, centre: Floats, noise: Floats) -> Floats:
    """How much areas really differ from their centre: a * centre + b * centre^2, by moments, not negative."""
    excess = (away**2 - noise).ravel()
    weight = 1.0 / (noise + centre).ravel()
    columns = np.stack([centre.ravel(), centre.ravel() ** 2]) * weight
    a, b = _not_negative(columns, excess * weight)
    return np.maximum(a * centre + b * centre**2, 1e-9 * noise)


def _not_negative(columns: Floats, wanted: Floats) -> tuple[float, float]:
    """Least squares with two coefficients, neither below zero."""
    gram, right = columns @ columns.T, columns @ wanted
    if np.linalg.det(gram) > 1e-9 * gram[0, 0] * gram[1, 1]:
        both = np.linalg.solve(gram, right)
        if (both >= 0).all():
            return float(both[0]), float(both[1])
    alone = np.maximum(right / np.maximum(np.diag(gram), 1e-300), 0.0)
    gain = alone * right
    return (float(alone[0]), 0.0) if gain[0] >= gain[1] else (0.0, float(alone[1]))
