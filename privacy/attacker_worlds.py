"""Other networks that look the same: a family and moves of its counts in; who sees no change out.

A world is how far each count is moved. It looks the same to two readers when their own venues and all that
either sees stay as they are. A count for which they have a world with ten per cent more, and one with ten
per cent less, is one that they cannot tell any closer, whatever they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from privacy.attacker_facts import Bools, Readers
from privacy.attacker_family import Family, Ranks
from privacy.disclosure_cells import Floats
from privacy.disclosure_rules import order_blocks

TOLERANCE = 1e-6
CLIPS = 5  # how often those who have no room left are passed over


@dataclass(frozen=True, slots=True)
class Goal:
    """What must stay uncertain: `weights` times the counts of `columns`, `up` and `down` from where it is.

    `venues` move together in the likely worlds; `owner` is the place of the one whose value it is.
    """

    node: tuple[str, str]
    columns: Bools
    weights: Floats
    venues: Bools
    owner: int
    value: float
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every two readers, by their places: (pairs, 2); whose each count is; and which are not theirs."""

    places: NDArray[np.intp]
    owner: NDArray[np.intp]
    free: Bools

    @classmethod
    def of(cls, family: Family, readers: Readers) -> Pairs:
        first, second = np.triu_indices(readers.size, 1)
        owner = readers.of_venue[family.of]
        return cls(
            np.stack([first, second], axis=1), owner, (owner != first[:, None]) & (owner != second[:, None])
        )

    def see(self, seen: Bools) -> Bools:
        """Which facts each two readers know between them, (pairs, facts): `seen` is (facts, readers)."""
        known = seen.T[self.places[:, 0]]
        for place in self.places.T[1:]:
            known = known | seen.T[place]
        return known

    def together(self, many: int) -> Pairs:
        """The first two and others, so many in all: in one row, whose world is one for each two."""
        names, often = np.unique(self.places, return_counts=True)
        first = self.places[0]
        others = names[np.argsort(-often, kind="stable")]
        places = np.concatenate([first, others[~np.isin(others, first)][: many - 2]])[None]
        return Pairs(places, self.owner, ~np.isin(self.owner, places)[None])

    def only(self, at: NDArray[np.intp]) -> Pairs:
        """Some of them."""
        return Pairs(self.places[at], self.owner, self.free[at])


def alike(family: Family, columns: NDArray[np.intp], moves: Floats, pairs: Pairs) -> Bools:
    """Whether each world looks the same to its two readers: moves are (pairs, columns, venues)."""
    values = family.values[columns]
    slack = TOLERANCE * (1.0 + np.abs(values))
    least = np.minimum(values, 0.0) - values - slack
    within = (moves >= least) & (moves <= family.most[columns] - values + slack)
    same: Bools = np.asarray(within.all(axis=(1, 2)))
    same &= ~((moves != 0).any(axis=1) & ~pairs.free).any(axis=1)
    if family.closed:
        same &= (np.abs(moves.sum(axis=1)) <= slack.sum(axis=0)).all(axis=1)
    told = family.touching(columns)
    sums = told.sums
    by_sum = ((moves @ sums.weights.T) * sums.inside.T).sum(axis=1)
    same &= ~(pairs.see(sums.seen) & (np.abs(by_sum) > TOLERANCE * sums.size)).any(axis=1)
    for ranks in told.ranks:
        if not same.any():
            break
        same &= _ranks_hold(ranks, moves[:, ranks.fact.columns[columns]].sum(axis=1), pairs)
    return same


def alike_to(
    family: Family, columns: NDArray[np.intp], moves: Floats, pairs: Pairs, readers: Readers
) -> Bools:
    """To which two readers one world, (columns, venues), looks the same: to each of them alone."""
    places = np.arange(readers.size)[:, None]
    each = Pairs(places, pairs.owner, pairs.owner != places)
    same = alike(family, columns, np.broadcast_to(moves, (readers.size, *moves.shape)), each)
    return np.asarray(same[pairs.places].all(axis=1))


def _ranks_hold(ranks: Ranks, moved: Floats, pairs: Pairs) -> Bools:
    """Whether both readers see the order statistic as it was, each without itself."""
    after = ranks.now + moved @ ranks.rows.T
    holds = np.ones(len(moved), dtype=bool)
    for reader in pairs.places.T:
        at = np.flatnonzero(~np.isnan(ranks.shown[reader]))
        holds[at] &= ranks.shown[reader[at]] == ranks.read(after[at], reader[at])
    return holds


def likely(
    family: Family,
    goal: Goal,
    base: Floats,
    columns: NDArray[np.intp],
    pairs: Pairs,
    readers: Readers,
    ease: Floats,
) -> Floats:
    """For each two readers a world: (pairs, columns, venues). The base moves, the others make up for it.

    What keeps the sums that they see is spread over all others in proportion to what they have, by least
    squares. `columns`: the one that moves and, where columns add up, the one that moves against it.
    """
    sums = family.touching(columns).sums
    # A sum over both columns, or over neither, stays as it is.
    held = sums.inside[:, 0] != sums.inside[:, -1] if len(columns) > 1 else np.ones(len(sums.size), bool)
    moves = np.broadcast_to(base, pairs.free.shape).copy()
    if held.any():
        give = pairs.free * ease * (base == 0) * (readers.of_venue[family.of] != goal.owner)
        sees = pairs.see(sums.seen[held])
        moves += _made_up(sums.weights[held], sees, give, moves, _room(family, columns))
    signs = np.array([1.0, -1.0])[: len(columns)]
    worlds: Floats = moves[:, None, :] * signs[:, None]
    return worlds


def eases(family: Family, columns: NDArray[np.intp]) -> list[Floats]:
    """How much each venue may give: what it has; and the same without those whose ranks are read."""
    ease: Floats = np.maximum(family.values[columns].min(axis=0), 0.0)
    ease = np.minimum(ease, np.maximum((family.most - family.values)[columns[0]], 0.0))
    aside = ease.copy()
    for ranks in family.touching(columns).ranks:
        order = np.argsort(ranks.now, kind="stable")
        first, last = order_blocks(len(ranks.owners)).get(ranks.fact.ordered, (0, -1))
        near = order[max(first - 1, 0) : last + 2]
        aside[(ranks.rows[near] > 0).any(axis=0)] = 0.0
    return [ease] if (aside == ease).all() else [ease, aside]


def _room(family: Family, columns: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """How far each venue's count may go down and up, by what it has where it moves and where against it."""
    values, most = family.values[columns], family.most[columns]
    down, up = np.minimum(values, 0.0) - values, most - values
    if len(columns) == 1:
        return down[0], up[0]
    return np.maximum(down[0], -up[1]), np.minimum(up[0], -down[1])


def _made_up(
    weights: Floats, sees: Bools, give: Floats, moves: Floats, room: tuple[Floats, Floats]
) -> Floats:
    """For each two readers moves that keep their sums, as near to what each may give as the room allows.

    Who would go beyond their room stops there, and the others make up for the rest.
    """
    made, open_ = np.zeros_like(moves), give > 0
    for _ in range(CLIPS):
        more = _least(weights, sees, give * open_, (moves + np.where(open_, 0.0, made)) @ weights.T)
        made = np.where(open_, more, made)
        beyond = open_ & ((made < room[0] - TOLERANCE) | (made > room[1] + TOLERANCE))
        if not beyond.any():
            break
        made = np.clip(made, *room)
        open_ &= ~beyond
    return made


def _least(weights: Floats, sees: Bools, give: Floats, off: Floats) -> Floats:
    """For each two readers the least moves, weighed by `give`, that bring sums back that are `off`."""
    scale = np.abs(weights).max(axis=1)
    scale = np.where(scale > 0, scale, 1.0)
    part = sees[:, :, None] * (weights / scale[:, None])[None]
    given = part * give[:, None, :]
    turn = given @ part.transpose(0, 2, 1)
    size = np.einsum("pff->p", turn)[:, None, None]
    size = np.where(size > 0, size, 1.0)
    # A trace of ridge lets equal sums stand twice; what it leaves over is caught by looking at the world.
    turn = turn / size + np.eye(len(weights)) * (1e-13 + ~sees[:, :, None])
    try:
        found = np.linalg.solve(turn, (sees * (-off / scale))[:, :, None] / size)
    except np.linalg.LinAlgError:
        return np.zeros_like(give)  # no world then, and the programs look for one
    least: Floats = (found.transpose(0, 2, 1) @ given)[:, 0, :]
    return least
