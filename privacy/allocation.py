"""How a season's own part is divided: the tables' bounds and priors go in, shares in thousandths come out.

The shares in the policy are what this finds: the least weighted relative error that the released figures
are expected to have. Everything it reads is public or assumed beforehand (a middling venue, how many areas
lie in a district); it never sees a count or a release. The tables that must add up are judged after they
are made to, since they help one another; all others stand alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WHOLE = 1000
ROUNDS = 60
STEP = 1e-3
LEAST = 5  # thousandths: below, a share says nothing and its table could as well be left out


@dataclass(frozen=True, slots=True)
class Wanted:
    """One table: what one unit moves (L2), a typical cell, and how much its relative error weighs."""

    name: str
    l2: float
    typical: float
    weight: float


@dataclass(frozen=True, slots=True)
class Tree:
    """One scope's tables that add up, widest first: each level's name and how many of it lie in one above.

    `beside` are further partitions of the whole, with their number of cells. Areas differ from what their
    district predicts by `roughness` of their size, so that leaning helps them as far as that.
    """

    levels: tuple[tuple[str, int], ...]
    beside: tuple[tuple[str, int], ...]
    roughness: float


def divide(tables: Sequence[Wanted], trees: Sequence[Tree]) -> dict[str, int]:
    """Each table's share in thousandths of the part; they add up to `WHOLE`."""
    share = {table.name: 1.0 / len(tables) for table in tables}
    for _ in range(ROUNDS):
        # At the best shares another thousandth is worth the same everywhere. For a table alone, whose error
        # falls with the root of its share, this step is exact.
        worth = {name: _worth(name, share, tables, trees) for name in share}
        grown = {name: part * worth[name] ** (2 / 3) for name, part in share.items()}
        share = {name: part / sum(grown.values()) for name, part in grown.items()}
    return _rounded(share)


def expected(share: Mapping[str, float], tables: Sequence[Wanted], trees: Sequence[Tree]) -> float:
    """The weighted sum of relative errors under these shares, up to the size of the part."""
    error = {t.name: t.l2 / math.sqrt(share[t.name]) for t in tables}
    for tree in trees:
        error |= _together(tree, error, {t.name: t.typical for t in tables})
    return sum(t.weight * error[t.name] / t.typical for t in tables)


def _worth(name: str, share: Mapping[str, float], tables: Sequence[Wanted], trees: Sequence[Tree]) -> float:
    more = {**share, name: share[name] * (1 + STEP)}
    less = {**share, name: share[name] / (1 + STEP)}
    gain = expected(less, tables, trees) - expected(more, tables, trees)
    return max(gain, 1e-12) / (2 * STEP * share[name])


def _together(tree: Tree, error: Mapping[str, float], typical: Mapping[str, float]) -> dict[str, float]:
    """Errors after least squares on a tree of equal branches: once upwards, once downwards."""
    names, counts = [name for name, _ in tree.levels], [count for _, count in tree.levels]
    own = [error[name] ** 2 for name in names]
    own[0] = 1 / (1 / own[0] + sum(1 / (count * error[name] ** 2) for name, count in tree.beside))
    up = own.copy()
    for level in range(len(names) - 2, -1, -1):
        up[level] = 1 / (1 / own[level] + 1 / (counts[level + 1] * up[level + 1]))
    best = up.copy()
    for level in range(1, len(names)):
        part = 1 / counts[level]
        best[level] = up[level] * (1 - part) + part**2 * best[level - 1]
    between = (tree.roughness * typical[names[-1]]) ** 2
    best[-1] = 1 / (1 / best[-1] + 1 / between)
    found = {name: math.sqrt(variance) for name, variance in zip(names, best, strict=True)}
    for name, count in tree.beside:
        alone = error[name] ** 2
        found[name] = math.sqrt(alone * (1 - 1 / count) + best[0] / count**2)
    return found


def _rounded(share: Mapping[str, float]) -> dict[str, int]:
    """Whole thousandths, none below `LEAST`; what rounding leaves goes to the largest share."""
    found = {name: max(LEAST, math.floor(part * WHOLE)) for name, part in share.items()}
    found[max(found, key=lambda name: found[name])] += WHOLE - sum(found.values())
    return found
