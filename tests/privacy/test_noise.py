"""The noise is what we say it is: whole numbers, as wide as stated, drawn afresh, in every cell."""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import privacy
from privacy.mechanisms import Draw, Sensitivity, draw, raw_margin
from privacy.policy import POLICY
from privacy.publish import protect
from privacy.workload import plan_release
from tests.privacy.small_network import AREAS, REGIONS, VENUES, exact_tables

# Each test below that looks at random numbers fails for correct code less often than once in a million runs.
FALSE_ALARM = 1e-6

SOURCES = ("np.random", "numpy.random", "import random", "from random", "secrets", "urandom")


def binomial_tails(successes: int, trials: int, chance: float) -> tuple[float, float]:
    """P(X <= successes) and P(X >= successes), summed exactly in logarithms."""
    log = [
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(chance)
        + (trials - k) * math.log1p(-chance)
        for k in range(trials + 1)
    ]
    chances = np.exp(log)
    return float(chances[: successes + 1].sum()), float(chances[successes:].sum())


def _noise(rounds: int) -> dict[str, np.ndarray]:
    """Noise of each table of the workload, over some releases: noisy minus exact, per table."""
    planned = plan_release(exact_tables(), POLICY, REGIONS)
    drawn = [draw(planned.draws) for _ in range(rounds)]
    return {
        name: np.concatenate([d[name] - table.counts for d in drawn]) for name, table in planned.draws.items()
    }


def test_D_04_noisy_integers_cover_the_bounded_exact_count_at_95_percent():
    """Two-sided binomial test, pooled over all tables, each side at half the false-alarm rate.

    The margin is a whole number rounded up, so the true coverage lies between 95 % and 95 % plus the chance
    of the last integer; both ends are tested.
    """
    planned = plan_release(exact_tables(), POLICY, REGIONS)
    noise = _noise(4)
    inside = trials = 0
    widest = 0.95
    for fact in planned.facts:
        margin = raw_margin(fact.scale)
        inside += int((np.abs(noise[fact.name]) <= margin).sum())
        trials += len(noise[fact.name])
        last = (
            2 * math.exp(-((margin - 1) ** 2) / (2 * fact.scale**2)) / (fact.scale * math.sqrt(2 * math.pi))
        )
        widest = max(widest, 0.95 + last)
    assert trials >= 2000
    assert binomial_tails(inside, trials, 0.95)[0] > FALSE_ALARM / 2
    assert binomial_tails(inside, trials, widest)[1] > FALSE_ALARM / 2


def test_A_1_N_12_the_spread_of_the_noise_is_the_stated_scale_and_its_mean_nothing():
    """Sums of squares over scale squared are chi-squared: within five deviations (2.9e-7 a side)."""
    planned = plan_release(exact_tables(), POLICY, REGIONS)
    noise = _noise(4)
    standard = np.concatenate([noise[fact.name] / fact.scale for fact in planned.facts])
    n = len(standard)
    assert abs((standard**2).sum() - n) < 5 * math.sqrt(2 * n)
    assert abs(standard.sum()) < 5 * math.sqrt(n)


def test_A_1_cells_get_noise_of_their_own():
    """Neighbouring cells are uncorrelated: five deviations again."""
    noise = draw({"t": Draw(np.zeros(20_000, dtype=np.int64), Sensitivity(6, 1), 29.25)})["t"] / 29.25
    assert abs(float(noise[1:] @ noise[:-1])) < 5 * math.sqrt(len(noise))


def test_A_7_N_21_noise_values_are_whole_numbers():
    release = protect(exact_tables(), POLICY, REGIONS)
    assert release.cells.schema.field("noisy").type == pa.int64()
    drawn = draw({"t": Draw(np.arange(5), Sensitivity(6, 1), 29.25)})["t"]
    assert drawn.dtype == np.int64


def _draw_in_worker(_: int) -> Sequence[int]:
    table = Draw(np.zeros(64, dtype=np.int64), Sensitivity(6, 1), 29.25)
    drawn: Sequence[int] = draw({"t": table})["t"].tolist()
    return drawn


# Forking is what is tested here; newer Pythons warn of it wherever there are threads.
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_A_8_two_forked_workers_draw_different_noise():
    """64 equal draws by chance: below 1e-100. The parent draws first, so a shared state would show."""
    mine = _draw_in_worker(0)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        one, two = pool.map(_draw_in_worker, range(2), chunksize=1)
    assert len({tuple(mine), tuple(one), tuple(two)}) == 3


def test_N_14_the_only_visitor_of_an_area_changes_no_key_of_the_release():
    """Cells, their order, and everything that is told about a table are the same; only counts may differ."""
    with_visitor = list(exact_tables())
    areas = with_visitor[0].counts.reshape(len(VENUES), len(AREAS)).copy()
    areas[:, 7] = 0
    areas[2, 7] = 1
    with_visitor[0] = replace(with_visitor[0], counts=areas.ravel())
    gone = areas.copy()
    gone[2, 7] = 0
    without = [replace(with_visitor[0], counts=gone.ravel()), *with_visitor[1:]]
    ours, theirs = (protect(tables, POLICY, REGIONS) for tables in (with_visitor, without))
    keys = ["cell_id", "measure", "venue", "dimension", "label", "level"]
    assert ours.cells.select(keys).equals(theirs.cells.select(keys))
    assert [fact.keyset.digest for fact in ours.facts] == [fact.keyset.digest for fact in theirs.facts]
    assert ours.facts == theirs.facts
    assert ours.charges == theirs.charges


def test_N_14_an_empty_network_has_every_cell_of_a_full_one():
    full = exact_tables()
    empty = [replace(table, counts=np.zeros_like(table.counts)) for table in full]
    keys = [protect(tables, POLICY, REGIONS).cells["cell_id"] for tables in (full, empty)]
    assert keys[0].equals(keys[1])


def test_A_8_N_09_nothing_in_the_privacy_layer_draws_from_another_random_source():
    """No numpy or random generator; `secrets` only names a temporary folder."""
    for path in sorted(Path(privacy.__file__).parent.glob("*.py")):
        names = {name for line in path.read_text("utf-8").splitlines() for name in SOURCES if name in line}
        assert names <= ({"secrets"} if path.name in ("release.py", "checkpoints.py") else set()), path.name
