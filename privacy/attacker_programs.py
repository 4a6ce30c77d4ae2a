"""The one door to HiGHS: a goal and two readers in; a world that looks the same, or the interval, out.

Sums are linear. Order statistics are too, once it is said who stands where: they are held for given
rankings only. So a world that is found is one; that none is found may mean that another ranking has one,
and then more is withheld than need be, never less.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from privacy.attacker_facts import Family, Readers
from privacy.attacker_worlds import Goal, Pairs, owners_of, rounded
from privacy.disclosure_cells import Floats
from privacy.disclosure_rules import order_blocks


class Program:
    """Moves of some columns' counts at venues that are not the two readers' own, in units of their size."""

    def __init__(
        self, family: Family, goal: Goal, columns: NDArray[np.intp], pair: Pairs, readers: Readers
    ) -> None:
        self._family, self._goal, self._columns, self._pair, self._readers = (
            family,
            goal,
            columns,
            pair,
            readers,
        )
        self._venues = np.flatnonzero(pair.free[0])
        values = family.values[np.ix_(columns, self._venues)]
        # One unit per venue, so that the coefficients of small and large ones are alike.
        self._unit = np.maximum(np.abs(values).max(axis=0), 1.0)
        self._down = (values - np.minimum(values, 0.0)) / self._unit
        self._up = (family.most[np.ix_(columns, self._venues)] - values) / self._unit
        self._facts = [fact for fact in family.touching(columns) if pair.see(fact)[0]]

    def world(self, step: float, guide: Floats) -> Floats | None:
        """The least moves by which the goal moves by a step and owners rank as `guide` leads them."""
        rows, sides = [*self._sums(), self._towards()], [0.0] * len(self._sums()) + [step]
        below, most = self._ranks(guide)
        count = self._down.size
        free = np.concatenate([self._up.ravel(), self._down.ravel()])
        answer = _solve(
            np.ones(2 * count), rows, sides, below, most, np.stack([np.zeros(2 * count), free], 1)
        )
        return None if answer is None else self._moves(answer[:count] - answer[count:])

    def interval(self) -> tuple[float, float]:
        """Between which values the goal lies, by the sums alone and within these columns."""
        ends = []
        bounds = np.stack([-self._down.ravel(), self._up.ravel()], axis=1)
        for sign in (1.0, -1.0):
            rows = self._sums()
            found = _solve(sign * self._towards(), rows, [0.0] * len(rows), [], [], bounds, doubled=False)
            ends.append(
                -sign * np.inf if found is None else self._goal.value + float(found @ self._towards())
            )
        return ends[0], ends[1]

    def _towards(self) -> Floats:
        return self._row(self._goal.columns[self._columns], self._goal.weights)

    def _sums(self) -> list[Floats]:
        rows = [self._row(f.columns[self._columns], f.weights) for f in self._facts if not f.ordered]
        if self._family.closed:
            every = np.ones(len(self._columns), dtype=bool)
            rows += [self._row(every, one) for one in np.eye(self._family.values.shape[1])[self._venues]]
        return rows

    def _row(self, inside: NDArray[np.bool_], weights: Floats) -> Floats:
        return np.outer(inside, weights[self._venues] * self._unit).ravel()

    def _moves(self, net: Floats) -> Floats:
        moves = np.zeros((len(self._columns), self._family.values.shape[1]))
        moves[:, self._venues] = net.reshape(len(self._columns), -1) * self._unit
        moves[np.abs(moves) < 1e-9] = 0.0
        return moves

    def _ranks(self, guide: Floats) -> tuple[list[Floats], list[float]]:
        """Rows of `row @ moves <= most`: who stands where stays as led, each mean within its rounding."""
        rows: list[Floats] = []
        most: list[float] = []
        chained: set[bytes] = set()
        for fact in (one for one in self._facts if one.ordered):
            known, means = owners_of(self._family, fact, self._readers)
            inside = fact.columns[self._columns]
            now = self._family.values[fact.columns].sum(axis=0) @ means.T
            order = np.argsort(now + guide[inside].sum(axis=0) @ means.T, kind="stable")
            each = np.array([self._row(inside, row) for row in means])
            if (key := means.tobytes() + inside.tobytes()) not in chained:
                chained.add(key)
                rows += list(each[order[:-1]] - each[order[1:]])
                most += (now[order[1:]] - now[order[:-1]]).tolist()
            for reader in (int(place) for place in self._pair.places[0] if fact.seen[place]):
                others = order[known[order] != reader]
                block = order_blocks(len(others)).get(fact.ordered)
                if block is not None:
                    ranks = slice(block[0], block[1] + 1)
                    low, high = _alike(float(np.sort(now[others])[ranks].mean()))
                    mean, led = each[others[ranks]].mean(axis=0), float(now[others[ranks]].mean())
                    rows += [mean, -mean]
                    most += [high - led, led - low]
        return rows, most


@lru_cache(maxsize=4096)
def _alike(value: float) -> tuple[float, float]:
    """Values around this one that are surely rounded as it is."""
    to = float(rounded(np.array([value]))[0])
    span = np.abs(value) * np.linspace(-0.1, 0.1, 401)
    same = value + span[rounded(value + span) == to]
    return (float(same.min()), float(same.max())) if len(same) else (value, value)


def _solve(
    cost: Floats,
    rows: Sequence[Floats],
    sides: Sequence[float],
    below: Sequence[Floats],
    most: Sequence[float],
    bounds: Floats,
    *,
    doubled: bool = True,
) -> Floats | None:
    """What HiGHS finds; None where there is nothing, or where it has no answer, which counts as nothing."""

    count = len(cost) // 2 if doubled else len(cost)
    stacked = np.array([*rows, *below]).reshape(-1, count)
    scale = np.abs(stacked).max(axis=1, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    high = np.array([*sides, *most]) / scale
    low = np.concatenate([high[: len(rows)], np.full(len(below), -np.inf)])
    stacked = stacked / scale[:, None]
    matrix = csr_array(np.hstack([stacked, -stacked]) if doubled else stacked)
    held = [LinearConstraint(matrix, low, high)] if len(stacked) else []
    answer = milp(cost, constraints=held, bounds=Bounds(bounds[:, 0], bounds[:, 1]))
    return None if answer.x is None or answer.status != 0 else np.asarray(answer.x)
