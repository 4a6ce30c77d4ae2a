"""The audit says nothing against the pipeline, and something against each way to break it.

Correct code is accused less often than once in a million runs (`short.FALSE_ALARM` for each call). A mutant
that is seen by chance is missed as seldom: the least clear of them, a tenth less noise, lies six standard
errors beyond its threshold; all others lie further out or are seen without chance.
"""

from __future__ import annotations

import pytest

from tests.privacy.audit import instruments, pipeline, short
from tests.privacy.audit.mutants import BARE_TABLE, MUTANTS, Mutant
from tests.privacy.audit.worlds import FULL, WIDE

PAIRS = ("few", "many", "rare", "first row", "threshold", "no booker", "season before")


def test_A_1_A_2_N_03_N_13_nothing_is_found_against_the_real_pipeline() -> None:
    assert short.audit(PAIRS) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_A_2_N_13_the_mutant_is_caught(mutant: Mutant) -> None:
    found = short.audit_mutant(mutant)
    assert mutant.caught_by in {one.instrument for one in found}, found


def test_A_1_a_small_table_without_noise_is_caught_and_the_real_ones_are_not() -> None:
    assert short.audit_small_tables() == []
    with BARE_TABLE.applied():
        found = short.audit_small_tables()
    assert [one.said.partition(":")[0] for one in found] == ["network_returning@cell"]


def test_A_1_one_release_is_enough_to_calibrate() -> None:
    """A tenth less noise is asked to be seen in 2,000 cells; one release has three times as many."""
    exact = pipeline.truth(short.large(), WIDE.regions)
    seen = instruments.noise_of(pipeline.publish(short.large(), WIDE.regions), exact)
    assert len(seen.noise) >= 6000
    assert seen.noise.dtype.kind == "i"


def test_A_2_N_03_the_pairs_are_as_telling_as_the_claim_allows() -> None:
    """An audit of persons who hardly count would pass anything: the devotee moves most of what is charged."""
    there, gone = (pipeline.truth(one, FULL.regions) for one in short.counted("many"))
    published = pipeline.publish(short.counted("many")[1], FULL.regions)
    (many,) = (pair for pair in short.all_pairs() if pair.name == "many")
    claimed = published.claimed(many.season)
    assert (instruments.mu_moved(there, gone, published) / instruments.mu_of(claimed)) ** 2 > 0.75


def test_the_pairs_are_those_that_the_checks_name() -> None:
    assert tuple(pair.name for pair in short.all_pairs()) == PAIRS


def test_counting_the_same_rows_again_gives_the_same_tables() -> None:
    """The audit keeps its counts: chance comes in with the noise and nowhere before."""
    (pair,) = (pair for pair in short.all_pairs() if pair.name == "many")
    again = pipeline.count(pair.there)
    for one, other in zip(again, short.counted("many")[0], strict=True):
        assert (one.counts == other.counts).all()
