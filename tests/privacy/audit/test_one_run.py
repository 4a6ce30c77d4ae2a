"""The one-run audit in process; over HTTP it stands in tests/functional/test_canaries.py.

The real pipeline is accused where 600 blind guesses are right 472 times or more: far rarer than 1e-6. What it
sees is seen without chance: cells that are missing or bare where a canary is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from privacy.mechanisms import epsilon
from privacy.policy import POLICY
from tests.privacy.audit import one_run
from tests.privacy.audit.mutants import MUTANTS
from tests.privacy.audit.one_run import DELTA, Canary
from tests.privacy.audit.worlds import WIDE, Network

CLAIMED = epsilon(POLICY.budget.plan, DELTA)
ALPHA = 0.001


@pytest.mark.parametrize(("make", "guesses"), [(one_run.alone, 600), (one_run.everywhere, 100)])
def test_A_3_canaries_are_not_found_and_gross_leaks_are(
    make: Callable[[Network, int], Sequence[Canary]], guesses: int
) -> None:
    canaries = make(WIDE, 5)
    assert one_run.run(canaries, WIDE, guesses, ALPHA).epsilon <= CLAIMED
    for mutant in MUTANTS:
        if mutant.name in {"cells found in the data", "no noise on zeros"}:
            with mutant.applied():
                assert one_run.run(canaries, WIDE, guesses, ALPHA).epsilon > CLAIMED, mutant.name
