"""Empirical Bayes for small areas: signed estimates and a shape go in, steadier estimates come out.

An area leans on its district: the district's total, spread over its areas as the whole network is
spread. How far it leans is learnt from the released numbers themselves, pooled over all venues: the
more areas really differ from that shape, the less. Post-processing; no count is seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from privacy.consistency import Floats

EVEN = 1.0  # added to each area of the shape: an area where the network saw nobody is not thereby empty


def lean(
    signed: Floats, variance: Floats, nodes: NDArray[np.int64], above: NDArray[np.int64], shape: Floats
) -> tuple[Floats, Floats]:
    """Shrunk estimates of `nodes` and their posterior variances; arrays are venue by node.

    `above` is each node's district, `shape` its size in the whole network.
    """
    spread = shape + EVEN
    in_district = np.bincount(above, weights=spread)
    centre = np.maximum(signed[:, above], 0.0) * (spread / in_district[above])
    own, noise = signed[:, nodes], variance[:, nodes]
    between = _between(own - centre, centre, noise)
    trust = between / (between + noise)
    return centre + trust * (own - centre), np.maximum(trust * noise, np.finfo(float).tiny)


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
