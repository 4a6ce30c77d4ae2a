"""Areas lean on their district as far as the numbers themselves say, and no further."""

from __future__ import annotations

import numpy as np

from privacy.leaning import lean

DISTRICTS, AREAS = 10, 40


def _case(seed, roughness):
    """Districts above areas; true areas differ from the network's shape by a factor of this roughness."""
    random = np.random.default_rng(seed)
    above = np.repeat(np.arange(DISTRICTS), AREAS)
    nodes = np.arange(DISTRICTS, DISTRICTS + DISTRICTS * AREAS)
    shape = random.lognormal(4, 0.5, DISTRICTS * AREAS)
    factor = random.lognormal(-(roughness**2) / 2, roughness, (8, DISTRICTS * AREAS))
    truth = random.poisson(shape * 0.1 * factor).astype(float)
    total = np.stack([truth[:, above == d].sum(axis=1) for d in range(DISTRICTS)], axis=1)
    noisy = truth + random.normal(0, 20, truth.shape)
    variance = np.full((8, DISTRICTS * (AREAS + 1)), 400.0)
    return np.concatenate([total, noisy], axis=1), variance, nodes, above, shape, truth


def test_areas_that_follow_the_network_lean_almost_wholly():
    signed, variance, nodes, above, shape, truth = _case(1, 0.1)
    steadier, _ = lean(signed, variance, nodes, above, shape)
    raw = np.sqrt(((signed[:, nodes] - truth) ** 2).mean())
    assert np.sqrt(((steadier - truth) ** 2).mean()) < raw / 3


def test_areas_that_differ_widely_lean_little_and_never_lose():
    signed, variance, nodes, above, shape, truth = _case(2, 2.0)
    steadier, _ = lean(signed, variance, nodes, above, shape)
    raw = np.sqrt(((signed[:, nodes] - truth) ** 2).mean())
    assert np.sqrt(((steadier - truth) ** 2).mean()) < raw


def test_without_noise_nothing_leans():
    signed, variance, nodes, above, shape, _ = _case(3, 1.0)
    steadier, _ = lean(signed, variance * 1e-18, nodes, above, shape)
    assert np.allclose(steadier, signed[:, nodes], atol=1e-3)


def test_an_area_lies_between_its_own_number_and_its_share_of_the_district():
    signed, variance, nodes, above, shape, _ = _case(4, 0.5)
    steadier, weight = lean(signed, variance, nodes, above, shape)
    spread = shape + 1
    share = signed[:, above] * spread / np.bincount(above, weights=spread)[above]
    low, high = np.minimum(share, signed[:, nodes]), np.maximum(share, signed[:, nodes])
    assert ((low - 1e-9 <= steadier) & (steadier <= high + 1e-9)).all()
    assert ((weight > 0) & (weight <= variance[:, nodes])).all()
