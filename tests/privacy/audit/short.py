"""The short audit: everything that one or two releases show, in a few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tests.privacy.audit import instruments, pipeline, worlds
from tests.privacy.audit.instruments import Finding
from tests.privacy.audit.mutants import Mutant
from tests.privacy.audit.pipeline import Tables
from tests.privacy.audit.worlds import FULL, SMALL, WIDE, Pair

# How often correct code may be accused by one short audit, and a mutant that is seen by chance be missed.
FALSE_ALARM = 1e-7


@cache
def all_pairs() -> tuple[Pair, ...]:
    """Every pair over the small network."""
    return worlds.pairs(worlds.base(FULL))


@cache
def counted(name: str) -> tuple[Tables, Tables]:
    """A pair's two worlds as production counts them; outside any mutant, since it is kept."""
    (pair,) = (pair for pair in all_pairs() if pair.name == name)
    return pipeline.count(pair.there), pipeline.count(pair.gone)


@cache
def large() -> Tables:
    """A network of some 6,000 cells in which nobody comes near a bound."""
    return pipeline.count(worlds.base(WIDE))


def audit(pairs: Sequence[str], *, recount: bool = False) -> list[Finding]:
    """What can be said against the pipeline as it stands now. `recount` where counting itself is broken."""
    exact = pipeline.truth(large(), WIDE.regions)
    tables = pipeline.count(worlds.base(WIDE)) if recount else large()
    one, two = (pipeline.publish(tables, WIDE.regions) for _ in range(2))
    found = [
        *instruments.calibration(one, exact, FALSE_ALARM),
        *instruments.repeats(one, two, exact, FALSE_ALARM),
    ]
    for pair in all_pairs():
        if pair.name in pairs:
            found += _of_pair(pair, recount=recount)
    return found


def _of_pair(pair: Pair, *, recount: bool) -> list[Finding]:
    tables = (pipeline.count(pair.there), pipeline.count(pair.gone)) if recount else counted(pair.name)
    there, gone = (pipeline.truth(one, FULL.regions) for one in tables)
    published = pipeline.publish(tables[1], FULL.regions)
    return [
        *instruments.distance(pair, there, gone, published),
        *instruments.post_processing(*tables, FULL.regions),
    ]


def audit_small_tables(releases: int = 12) -> list[Finding]:
    """The same question for tables of one or a few cells: each looked at over a dozen releases."""
    tables = pipeline.count(worlds.base(SMALL))
    exact = pipeline.truth(tables, SMALL.regions)
    drawn = [pipeline.publish(tables, SMALL.regions) for _ in range(releases)]
    return instruments.per_table(drawn, exact, FALSE_ALARM)


def audit_mutant(mutant: Mutant) -> list[Finding]:
    """The same audit while the pipeline is broken in one way."""
    large(), counted(mutant.pair)
    with mutant.applied():
        return audit([mutant.pair], recount=mutant.counts)
