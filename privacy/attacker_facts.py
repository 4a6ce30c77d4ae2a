"""What two readers can put together: files as they would go out in, families of facts about others out.

A family is a table of released counts, columns by venues, and the facts that shown numbers are of it. A
fact is a weighted sum that its readers know. A member of a group knows its own figures, so that from the
mean of the others it has the sum over the whole group: one fact for all its members. A network total, in
which a booker of two venues counts once, is taken for the sum, which tells the attacker more than it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from privacy.disclosure_cells import Floats, Grids
from privacy.disclosure_network import JUDGED_BY
from privacy.disclosure_rules import owner_of
from privacy.figures import FIGURES
from privacy.peer_groups import PeerGroup

COORDINATOR, PUBLIC = "coordinator", "public"
# Counts bookers by how many venues they know: no sum over venues.
NO_SUM = frozenset({"network_venues_per_booker"})
MEAN, ORDERED = "peer_mean/", ("peer_q1/", "peer_median/", "peer_q3/")

Bools = NDArray[np.bool_]
Node = tuple[str, str]  # level and label; ("", "") is the whole


class UnknownProductError(Exception):
    """A file shows something of others that the attacker check does not know; it may not go out."""


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One number about others, as it is addressed in every file that has it."""

    group: str
    measure: str
    level: str
    label: str

    @property
    def ordered(self) -> bool:
        """Whether it is a median or a quartile."""
        return self.measure.startswith(ORDERED)

    @property
    def source(self) -> str:
        """The measure of the venues that it speaks of; UnknownProductError where that is not known."""
        figure = FIGURES.get(self.measure.partition("/")[2])
        if self.group and figure and self.measure.startswith((MEAN, *ORDERED)):
            return figure.numerator
        if self.group or self.measure not in JUDGED_BY:
            raise UnknownProductError(self.measure)
        return JUDGED_BY[self.measure]


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may put numbers together: every owner, and last the coordinator. `of_venue`: owners' places."""

    owners: tuple[str, ...]
    venues: tuple[str, ...]
    of_venue: NDArray[np.intp]

    @classmethod
    def of(cls, venues: Sequence[str], owners: Mapping[str, str]) -> Readers:
        names = [owner_of(owners, venue) for venue in venues]
        known = tuple(sorted(set(names)))
        return cls(known, tuple(venues), np.array([known.index(name) for name in names], dtype=np.intp))

    @property
    def size(self) -> int:
        return len(self.owners) + 1

    def places(self, audience: str) -> list[int]:
        """Whose knowledge a file adds to: the public's to everyone's."""
        if audience == PUBLIC:
            return list(range(self.size))
        if audience == COORDINATOR:
            return [len(self.owners)]
        at = [n for n, venue in enumerate(self.venues) if venue == audience]
        return [int(self.of_venue[n]) for n in at]


@dataclass(frozen=True, slots=True)
class Fact:
    """The sum over `columns` and venues of weight times count is known to `seen` (by reader).

    With `ordered` not the sum is known but that order statistic of the owners' means. `past`: an earlier
    edition told it, so that it cannot be left out any more.
    """

    told: Told
    columns: Bools
    weights: Floats
    seen: Bools
    past: bool = False
    ordered: str = field(init=False)  # q1, median, q3, or nothing where it is a sum

    def __post_init__(self) -> None:
        name = self.told.measure.removeprefix("peer_").partition("/")[0] if self.told.ordered else ""
        object.__setattr__(self, "ordered", name)


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition of a release told: its values (internal), its files, the groups as they were.

    `since`: of an earlier one, the venues that were drawn anew after it; the integers of all others stand,
    and their estimates differ by what was learnt of the network alone. None where that is not known.
    """

    grids: Grids
    files: Mapping[str, pa.Table]
    groups: Sequence[PeerGroup]
    since: frozenset[str] | None = None


def read_told(files: Mapping[str, pa.Table], readers: Readers) -> dict[Told, Bools]:
    """Every number about others that is shown in any file, and who reads it."""
    found: dict[Told, Bools] = {}
    names = ["group", "measure", "level", "label"]
    for audience, file in files.items():
        shown = pc.and_(pc.equal(file["venue"], ""), pc.not_equal(file["status"], "withheld"))
        places = readers.places(audience)
        for row in zip(*file.filter(shown).select(names).to_pydict().values(), strict=True):
            told = Told(*row)
            if told.measure not in NO_SUM:
                found.setdefault(told, np.zeros(readers.size, dtype=bool))[places] = True
    return found


def check_known(files: Mapping[str, pa.Table]) -> None:
    """Refuse a group's figure that the check does not know, shown or not: so a rehearsal with zeros finds it.

    What the rules cannot judge of the network, they withhold (disclosure_network).
    """
    for file in files.values():
        others = file.filter(pc.equal(file["venue"], "")).select(["group", "measure"])
        for row in others.group_by(["group", "measure"]).aggregate([]).to_pylist():
            if row["group"]:
                _ = Told(row["group"], row["measure"], "", "").source
