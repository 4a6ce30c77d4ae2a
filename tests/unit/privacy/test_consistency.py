"""Two-pass least squares is dense generalised least squares; the projection keeps every sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privacy.consistency import NO_GROUP, Forest, least_squares, project


@st.composite
def observed_trees(draw):
    """A random tree whose leaves are observed and whose inner nodes may be, with any variances."""
    group, parent = [NO_GROUP], []
    for _ in range(draw(st.integers(1, 6))):
        above = draw(st.integers(0, len(group) - 1))
        parent.append(above)
        group += [len(parent) - 1] * draw(st.integers(1, 4))
    forest = Forest(np.array(group), np.array(parent))
    size = len(group)
    values = draw(st.lists(st.floats(-200, 400), min_size=size, max_size=size))
    spread = draw(st.lists(st.floats(0.1, 50), min_size=size, max_size=size))
    hidden = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    variance = np.array(spread)
    inner = np.isin(np.arange(size), parent)
    variance[inner & np.array(hidden)] = np.inf
    return forest, np.array(values), variance


def _dense(forest, observed, variance):
    """Generalised least squares by matrices: minimise over all vectors in the kernel of the sum rules."""
    size = len(observed)
    rules = np.zeros((len(forest.parent), size))
    for node, group in enumerate(forest.group):
        if group != NO_GROUP:
            rules[group, node] = 1.0
    rules[np.arange(len(forest.parent)), forest.parent] -= 1.0
    _, singular, right = np.linalg.svd(rules)
    free = right[np.count_nonzero(singular > 1e-9) :].T
    weight = np.diag(np.where(np.isinf(variance), 0.0, 1.0 / variance))
    covariance = np.linalg.inv(free.T @ weight @ free)
    fitted = free @ covariance @ free.T @ weight @ np.where(np.isinf(variance), 0.0, observed)
    return fitted, np.diag(free @ covariance @ free.T)


@given(observed_trees())
@settings(max_examples=150, deadline=None)
def test_two_passes_equal_dense_generalised_least_squares_with_its_variances(tree):
    forest, observed, variance = tree
    fitted, fitted_variance = least_squares(forest, observed, variance)
    dense, dense_variance = _dense(forest, observed, variance)
    assert np.allclose(fitted, dense, atol=1e-6)
    assert np.allclose(fitted_variance, dense_variance, rtol=1e-6)


def _sums_hold(forest, values):
    for group, parent in enumerate(forest.parent):
        assert values[forest.group == group].sum() == pytest.approx(values[parent], abs=1e-6)


@given(observed_trees())
@settings(max_examples=150, deadline=None)
def test_projection_keeps_totals_and_leaves_nothing_negative(tree):
    forest, observed, variance = tree
    fitted, fitted_variance = least_squares(forest, observed, variance)
    projected = project(forest, fitted, fitted_variance)
    _sums_hold(forest, fitted)
    _sums_hold(forest, projected)
    assert (projected >= 0).all()
    assert projected[0] == pytest.approx(max(fitted[0], 0.0))


@given(observed_trees())
@settings(max_examples=60, deadline=None)
def test_projection_changes_nothing_that_is_possible_already(tree):
    forest, observed, variance = tree
    fitted, fitted_variance = least_squares(forest, np.abs(observed) + 500, variance)
    assume((fitted > 0).all())
    assert np.allclose(project(forest, fitted, fitted_variance), fitted)


def test_projection_is_the_nearest_point_by_hand():
    """10 = a + b with a = 14 and b = -4, equal variances: nearest without negatives is 10 and 0."""
    forest = Forest(np.array([NO_GROUP, 0, 0]), np.array([0]))
    assert project(forest, np.array([10.0, 14.0, -4.0]), np.ones(3)).tolist() == [10.0, 10.0, 0.0]


def test_projection_moves_the_less_certain_number_more():
    forest = Forest(np.array([NO_GROUP, 0, 0]), np.array([0]))
    projected = project(forest, np.array([10.0, 8.0, 8.0]), np.array([1.0, 1.0, 3.0]))
    assert projected.tolist() == pytest.approx([10.0, 6.5, 3.5])


def test_a_forest_side_by_side_is_fitted_tree_by_tree():
    forest = Forest(np.array([NO_GROUP, 0, 0, 1, 1]), np.array([0, 0]))
    random = np.random.default_rng(2)
    values, variance = random.normal(50, 20, (3, 5)), random.uniform(1, 9, (3, 5))
    together = least_squares(forest.repeated(3), values.ravel(), variance.ravel())[0].reshape(3, 5)
    alone = [least_squares(forest, values[n], variance[n])[0] for n in range(3)]
    assert np.allclose(together, np.stack(alone))
