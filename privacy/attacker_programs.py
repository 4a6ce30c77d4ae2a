"""The one door to HiGHS: a goal and two readers in; a world that looks the same, or the interval, out.

Sums are linear. Order statistics are too, as long as the same owners stand in the middle: they are held for
a guessed ranking, and again for the ranking that comes out, until both are one. So a world that is found is
one; that none is found may mean that another ranking has one, and then more is withheld than need be, never
less.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import highspy
import numpy as np
from numpy.typing import NDArray

from privacy.attacker_facts import Bools
from privacy.attacker_family import Family, rounded
from privacy.attacker_worlds import Goal, Pairs
from privacy.disclosure_cells import Floats
from privacy.disclosure_rules import order_blocks

# Programs are small and many: looking for what to leave out first costs more than it saves.
OPTIONS: dict[str, bool | str] = {"output_flag": False, "presolve": "off", "parallel": "off"}
ROUNDS = 4  # how often a ranking is guessed anew


@dataclass(frozen=True, slots=True)
class _Rank:
    """An order statistic as one reader has it: the owners' means, as now and by moves, and its window."""

    now: Floats
    rows: Floats  # (owners, moves)
    block: tuple[int, int]
    window: tuple[float, float]

    def middle(self, moves: Floats) -> NDArray[np.intp]:
        """Who stands in it after these moves."""
        order = np.argsort(self.now + self.rows @ moves, kind="stable")
        return np.sort(order[self.block[0] : self.block[1] + 1])


class Program:
    """Moves of some columns' counts at venues that are not the two readers' own, in units of their size."""

    def __init__(self, family: Family, goal: Goal, columns: NDArray[np.intp], pair: Pairs) -> None:
        self._family, self._goal, self._columns, self._pair = family, goal, columns, pair
        self._venues = np.flatnonzero(pair.free[0])
        values = family.values[np.ix_(columns, self._venues)]
        # One unit per venue, so that the coefficients of small and large ones are alike.
        self._unit = np.maximum(np.abs(values).max(axis=0), 1.0)
        self._down = ((values - np.minimum(values, 0.0)) / self._unit).ravel()
        self._up = ((family.most[np.ix_(columns, self._venues)] - values) / self._unit).ravel()
        self._told = family.touching(columns)
        self._towards = self._row(goal.columns[columns], goal.weights)
        self._sums = self._held()
        self._ranks = list(self._ranked())

    def world(self, step: float, guide: Floats) -> Floats | None:
        """Moves near `guide`, (columns, venues), by which the goal moves a step and nothing shows."""
        near = (guide[:, self._venues] / self._unit).ravel()
        rows = np.vstack([self._sums, self._towards])
        low, high = np.zeros(len(rows)), np.zeros(len(rows))
        low[-1], high[-1] = (step, np.inf) if step > 0 else (-np.inf, step)
        if not self._ranks:
            found = self._nearest(np.zeros_like(near), rows, low, high)
            return None if found is None else self._moves(found)
        for _ in range(ROUNDS):
            middles = [rank.middle(near) for rank in self._ranks]
            means = np.array([r.rows[m].mean(axis=0) for r, m in zip(self._ranks, middles, strict=True)])
            known = np.array([r.now[m].mean() for r, m in zip(self._ranks, middles, strict=True)])
            window = np.array([rank.window for rank in self._ranks]).T - known
            found = self._nearest(
                near,
                np.vstack([rows, means]),
                np.concatenate([low, window[0]]),
                np.concatenate([high, window[1]]),
            )
            if found is None:
                return None
            near = found
            if all((r.middle(near) == m).all() for r, m in zip(self._ranks, middles, strict=True)):
                break
        return self._moves(near)

    def interval(self) -> tuple[float, float]:
        """Between which values the goal lies, by the sums alone and within these columns."""
        ends = []
        bounds = np.stack([-self._down, self._up], axis=1)
        zero = np.zeros(len(self._sums))
        for sign in (1.0, -1.0):
            found = _solve(sign * self._towards, self._sums, zero, zero, bounds)
            ends.append(-sign * np.inf if found is None else self._goal.value + float(found @ self._towards))
        return ends[0], ends[1]

    def _nearest(self, near: Floats, rows: Floats, low: Floats, high: Floats) -> Floats | None:
        """The moves that hold the rows and are closest to these ones: more than they are, and less."""
        held = np.clip(near, -self._down, self._up)
        shift = rows @ held
        bounds = np.zeros((2 * len(near), 2))
        bounds[:, 1] = np.concatenate([self._up - held, held + self._down])
        found = _solve(np.ones(len(bounds)), np.hstack([rows, -rows]), low - shift, high - shift, bounds)
        return None if found is None else held + found[: len(near)] - found[len(near) :]

    def _held(self) -> Floats:
        sums = self._told.sums
        known = self._pair.see(sums.seen)[0]
        inside, weights = sums.inside[known], sums.weights[np.ix_(known, self._venues)]
        if self._family.closed:
            alone = np.eye(len(self._venues))
            inside = np.vstack([inside, np.ones((len(alone), len(self._columns)))])
            weights = np.vstack([weights, alone])
        rows = inside[:, :, None] * (weights * self._unit)[:, None, :]
        return np.asarray(rows.reshape(len(rows), self._down.size))

    def _ranked(self) -> list[_Rank]:
        found = []
        for ranks in self._told.ranks:
            inside = ranks.fact.columns[self._columns]
            rows = np.array([self._row(inside, row) for row in ranks.rows])
            for reader in (int(place) for place in self._pair.places[0] if ranks.fact.seen[place]):
                others = ranks.owners != reader
                block = order_blocks(int(others.sum())).get(ranks.fact.ordered)
                if block is not None:
                    middle = np.sort(ranks.now[others])[block[0] : block[1] + 1]
                    found.append(_Rank(ranks.now[others], rows[others], block, _alike(float(middle.mean()))))
        return found

    def _row(self, inside: Bools, weights: Floats) -> Floats:
        return np.outer(inside, weights[self._venues] * self._unit).ravel()

    def _moves(self, net: Floats) -> Floats:
        moves = np.zeros((len(self._columns), self._family.values.shape[1]))
        moves[:, self._venues] = net.reshape(len(self._columns), -1) * self._unit
        moves[np.abs(moves) < 1e-9] = 0.0
        return moves


@lru_cache(maxsize=4096)
def _alike(value: float) -> tuple[float, float]:
    """Values around this one that are surely rounded as it is."""
    to = float(rounded(np.array([value]))[0])
    span = np.abs(value) * np.linspace(-0.1, 0.1, 401)
    same = value + span[rounded(value + span) == to]
    return (float(same.min()), float(same.max())) if len(same) else (value, value)


def _solve(cost: Floats, rows: Floats, low: Floats, high: Floats, bounds: Floats) -> Floats | None:
    """What HiGHS finds; None where there is nothing, or where it has no answer, which counts as nothing."""
    scale = np.abs(rows).max(axis=1, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    program = highspy.HighsLp()
    program.num_row_, program.num_col_ = rows.shape
    program.col_cost_ = cost
    program.col_lower_, program.col_upper_ = np.ascontiguousarray(bounds.T)
    program.row_lower_, program.row_upper_ = low / scale, high / scale
    at, column = np.nonzero(rows)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_row_, matrix.num_col_ = rows.shape
    matrix.start_ = np.searchsorted(at, np.arange(len(rows) + 1)).astype(np.int32)
    matrix.index_ = column.astype(np.int32)
    matrix.value_ = rows[at, column] / scale[at]
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(solver.getSolution().col_value)
