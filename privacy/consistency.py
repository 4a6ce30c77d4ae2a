"""Noisy numbers that must add up: observations and variances on a forest go in, the best estimates come out.

A forest has nodes and groups: the members of a group add up to the group's parent, and a parent may
have several groups (a venue's bookers by area, and the same bookers by attendance band). Two passes
give what dense generalised least squares gives, with the exact variances, in linear time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_GROUP = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """`group[i]`: the group that node i belongs to, -1 for a root. `parent[g]`: what group g adds up to.

    A parent's number is smaller than its members'.
    """

    group: Ints
    parent: Ints

    def levels(self) -> list[Ints]:
        """The nodes below the roots by depth, top first."""
        depth = np.zeros(len(self.group), dtype=np.int64)
        below = self.group != NO_GROUP
        while True:
            deeper = depth.copy()
            deeper[below] = depth[self.parent[self.group[below]]] + 1
            if np.array_equal(deeper, depth):
                break
            depth = deeper
        return [np.flatnonzero(depth == d) for d in range(1, int(depth.max(initial=0)) + 1)]

    def repeated(self, times: int) -> Forest:
        """The same forest side by side, as for every venue."""
        nodes, groups = len(self.group), len(self.parent)
        shift = np.repeat(np.arange(times), nodes)
        group = np.where(
            np.tile(self.group, times) == NO_GROUP, NO_GROUP, np.tile(self.group, times) + shift * groups
        )
        parent = np.tile(self.parent, times) + np.repeat(np.arange(times), groups) * nodes
        return Forest(group, parent)


def least_squares(
    forest: Forest, observed: Floats, variance: Floats, shared: Floats | None = None
) -> tuple[Floats, Floats]:
    """Signed weighted least squares and its variances. A node that was not observed has variance inf.

    Every leaf must be observed; generalises the two passes of Hay et al. (2010) to any variances.
    `shared` (leaves only): the standard deviation of an error that all leaves of a group have together,
    beside their own.
    """
    levels = forest.levels()
    shared = np.zeros(len(observed)) if shared is None else shared
    precision = 1.0 / variance
    weighted = np.where(np.isinf(variance), 0.0, observed) * precision
    groups = len(forest.parent)
    group_sum, group_variance, group_shared = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    up, up_variance = np.zeros(len(observed)), np.zeros(len(observed))
    # Upwards: what a node's own observation and everything below it say about it.
    for nodes in reversed(levels):
        up[nodes] = weighted[nodes] / precision[nodes]
        up_variance[nodes] = 1.0 / precision[nodes]
        member_of = forest.group[nodes]
        sums = np.bincount(member_of, weights=up[nodes], minlength=groups)
        together = np.bincount(member_of, weights=shared[nodes], minlength=groups)
        variances = np.bincount(member_of, weights=up_variance[nodes], minlength=groups) + together**2
        here = np.unique(member_of)
        group_shared[here] = together[here]
        group_sum[here], group_variance[here] = sums[here], variances[here]
        np.add.at(precision, forest.parent[here], 1.0 / variances[here])
        np.add.at(weighted, forest.parent[here], sums[here] / variances[here])
    best, best_variance = weighted / precision, 1.0 / precision
    # Downwards: what the rest of the tree adds, shared out by variance.
    for nodes in levels:
        member_of = forest.group[nodes]
        parents = forest.parent[member_of]
        # How a node's error goes with its group's: what is shared moves all of them at once.
        with_group = up_variance[nodes] + shared[nodes] * group_shared[member_of]
        share = with_group / group_variance[member_of]
        best[nodes] = up[nodes] + share * (best[parents] - group_sum[member_of])
        alone = up_variance[nodes] + shared[nodes] ** 2
        best_variance[nodes] = alone - share * with_group + share**2 * best_variance[parents]
    return best, best_variance


def project(forest: Forest, estimate: Floats, variance: Floats) -> Floats:
    """The nearest estimates that are nowhere negative and add up in every group, from the roots down."""
    projected = estimate.copy()
    roots = forest.group == NO_GROUP
    projected[roots] = np.maximum(projected[roots], 0.0)
    for group, members in _members(forest):
        total = projected[forest.parent[group]]
        projected[members] = _onto_simplex(estimate[members], variance[members], float(total))
    return projected


def _members(forest: Forest) -> Iterator[tuple[int, Ints]]:
    """Each group's members; a group's parent is always finished first."""
    below = np.flatnonzero(forest.group != NO_GROUP)
    order = below[np.argsort(forest.group[below], kind="stable")]
    starts = np.flatnonzero(np.diff(forest.group[order], prepend=-2))
    found = {int(forest.group[part[0]]): part for part in np.split(order, starts[1:])} if len(order) else {}
    for group in sorted(found, key=lambda g: int(forest.parent[g])):
        yield group, found[group]


def _onto_simplex(values: Floats, variance: Floats, total: float) -> Floats:
    """Minimise sum((y - x)^2 / variance) over y >= 0 with sum(y) = total."""
    if total <= 0.0:
        return np.zeros_like(values)
    order = np.argsort(-values / variance, kind="stable")
    x, w = values[order], variance[order]
    lift = (np.cumsum(x) - total) / np.cumsum(w)
    kept = int(np.flatnonzero(x / w > lift)[-1])
    positive = np.maximum(values - lift[kept] * variance, 0.0)
    fitted: Floats = positive * (total / positive.sum())  # only rounding: the sum is the total already
    return fitted
