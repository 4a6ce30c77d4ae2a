"""The two-world audit: releases of neighbouring worlds go in, the least loss that explains them comes out.

It knows nothing of how noise is made. On training releases it learns the one event that tells the worlds
apart best; on fresh ones it counts how often each shows it, with Clopper-Pearson bounds on both counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from privacy.mechanisms import epsilon
from privacy.policy import Policy
from tests.privacy.audit import pipeline
from tests.privacy.audit.chance import least_epsilon, least_mu, mu_of
from tests.privacy.audit.instruments import mu_moved
from tests.privacy.audit.pipeline import Tables, Truth
from tests.privacy.audit.worlds import Pair

Floats = NDArray[np.float64]
READINGS = 4  # so that noise drawn on reading averages out
NUMBERS = ("noisy", "estimate", "low", "high")
CLEAR = 4.0  # deviations by which two training means differ before a number is believed to tell anything
DELTA = 1e-6


@dataclass(frozen=True, slots=True)
class Seen:
    """Releases of one world as an attacker keeps them: a row per release, the same columns throughout."""

    numbers: Floats

    def part(self, first: int, last: int | None = None) -> Seen:
        return Seen(self.numbers[first:last])


@dataclass(frozen=True, slots=True)
class Told:
    """What the audit of a pair needs to know beforehand: all of it public, but for the hint."""

    cells: tuple[str, ...]
    hints: Mapping[str, Floats]
    claimed_mu: float
    claimed_epsilon: float
    moved: float


def told_of(pair: Pair, there: Tables, gone: Tables, policy: Policy) -> Told:
    """The declared cells, the claim, and what someone who knows both worlds to the last row would weigh."""
    regions = pair.gone.where.regions
    one, other = (pipeline.truth(tables, regions, policy) for tables in (there, gone))
    published = pipeline.publish(gone, regions, policy)
    stated = pipeline.drawn_tables(published.facts)
    declared = pipeline.HONEST(gone, policy, regions).cells["cell_id"].to_pylist()
    loss = published.claimed(pair.season)
    return Told(
        tuple(declared),
        {"both worlds known": hint(declared, one, other, stated)},
        mu_of(loss),
        epsilon(loss, DELTA),
        mu_moved(one, other, published),
    )


def watch(tables: Tables, regions: Mapping[str, str], policy: Policy, runs: int) -> Iterator[pa.Table]:
    """That many releases of one world, each read a few times and averaged."""
    for _ in range(runs):
        read = pipeline.publish(tables, regions, policy).read
        answers = [read() for _ in range(READINGS)]
        yield answers[0] if all(answer is answers[0] for answer in answers) else _averaged(answers)


def _averaged(answers: Sequence[pa.Table]) -> pa.Table:
    first = answers[0]
    for name in NUMBERS:
        mean = np.mean([answer[name].to_numpy(zero_copy_only=False) for answer in answers], axis=0)
        at = first.schema.get_field_index(name)
        first = first.set_column(at, pa.field(name, pa.float64()), pa.array(mean, from_pandas=True))
    return first


def columns(cells: Sequence[str], releases: Iterable[pa.Table]) -> Seen:
    """One row per release: for each declared cell its numbers, whether each is untold, whether it is zero."""
    place = {cell: n for n, cell in enumerate(cells)}
    rows = []
    for table in releases:
        here = np.array([place[cell] for cell in table["cell_id"].to_pylist()], dtype=np.int64)
        values = np.full((len(NUMBERS), len(cells)), np.nan)
        for n, name in enumerate(NUMBERS):
            values[n, here] = table[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
        untold = np.isnan(values)
        rows.append(np.concatenate([np.where(untold, 0.0, values), untold, values == 0]).ravel())
    return Seen(np.array(rows))


@dataclass(frozen=True, slots=True)
class Event:
    """A weighted sum of what was seen passes a threshold; `turned` where it speaks for the world without."""

    name: str
    weights: Floats
    threshold: float
    turned: bool

    def count(self, seen: Seen) -> int:
        score = seen.numbers @ self.weights
        return int((score < self.threshold).sum() if self.turned else (score >= self.threshold).sum())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a two-world audit found. `caught` where less than the claim cannot explain it."""

    event: str
    runs: int
    hits: int
    alarms: int
    claimed_mu: float
    claimed_epsilon: float
    mu: float
    epsilon: float

    @property
    def caught(self) -> bool:
        return self.mu > self.claimed_mu or self.epsilon > self.claimed_epsilon


def judge(there: Seen, gone: Seen, training: int, told: Told, alpha: float) -> Verdict:
    """Learn an event on the first `training` releases of each world, and test it on the rest."""
    event = learn(there.part(0, training), gone.part(0, training), told.hints)
    fresh = there.part(training), gone.part(training)
    runs = len(fresh[0].numbers)
    speaks_for, against = reversed(fresh) if event.turned else fresh
    hits, alarms = event.count(speaks_for), event.count(against)
    return Verdict(
        event.name,
        runs,
        hits,
        alarms,
        told.claimed_mu,
        told.claimed_epsilon,
        least_mu(hits, alarms, runs, alpha),
        least_epsilon(hits, alarms, runs, alpha, DELTA),
    )


def audit_pair(
    pair: Pair, tables: tuple[Tables, Tables], policy: Policy, training: int, fresh: int, alpha: float
) -> Verdict:
    """The whole of it for one pair."""
    told = told_of(pair, *tables, policy)
    regions = pair.gone.where.regions
    there, gone = (columns(told.cells, watch(one, regions, policy, training + fresh)) for one in tables)
    return judge(there, gone, training, told, alpha)


def learn(there: Seen, gone: Seen, hints: Mapping[str, Floats]) -> Event:
    """The event that tells the training releases apart best."""
    found = [
        _best_threshold(name, weights, there, gone)
        for name, weights in {**hints, **_directions(there, gone)}.items()
    ]
    return max(found, key=lambda pair: pair[0])[1]


def _directions(there: Seen, gone: Seen) -> dict[str, Floats]:
    """The clearest single number, and all clear ones weighed by what they tell."""
    one, other = there.numbers, gone.numbers
    apart = one.mean(axis=0) - other.mean(axis=0)
    # A number that never changed in so few releases may yet: its spread is not taken as nothing.
    spread = one.var(axis=0) + other.var(axis=0) + apart**2 / len(one) + 1e-9
    clear = apart**2 / spread * len(one)
    first = np.zeros(len(apart))
    first[int(clear.argmax())] = np.sign(apart[int(clear.argmax())]) or 1.0
    together = np.where(clear > CLEAR**2, apart / spread, 0.0)
    return {"one number": first, **({"all that differs": together} if together.any() else {})}


def _best_threshold(name: str, weights: Floats, there: Seen, gone: Seen) -> tuple[float, Event]:
    one, other = there.numbers @ weights, gone.numbers @ weights
    tried = np.unique(np.quantile(np.concatenate([one, other]), np.linspace(0.01, 0.99, 50)))
    tried = (tried[1:] + tried[:-1]) / 2 if len(tried) > 1 else tried
    found = []
    for turned in (False, True):
        above = [((one >= at).sum(), (other >= at).sum()) for at in tried]
        pairs = [(len(other) - b, len(one) - a) if turned else (a, b) for a, b in above]
        told = np.array([least_mu(int(hits), int(alarms), len(one), 0.1) for hits, alarms in pairs])
        # Of thresholds that are as good as one another, the one in the middle errs least on fresh releases.
        best = np.flatnonzero(told == told.max())
        found.append((float(told.max()), Event(name, weights, float(tried[best[len(best) // 2]]), turned)))
    return max(found, key=lambda pair: pair[0])


def hint(cells: Sequence[str], there: Truth, gone: Truth, scale: Mapping[tuple[str, str], float]) -> Floats:
    """How far each cell's raw integer moves, over the square of its scale: the best weights there are."""
    weights = np.zeros((3 * len(NUMBERS), len(cells)))
    for n, cell in enumerate(cells):
        if cell in there and cell in gone and there[cell] != gone[cell]:
            one = there[cell]
            weights[0, n] = (one.number - gone[cell].number) / scale[one.table] ** 2
    return weights.ravel()
