"""Files that may go out: a release's cells and what is declared go in; what survives the attacker leaves.

The rules make the files and the attacker check reads them as any two readers would; what it finds is
withheld for everyone. Everything is decided from released values, so the same integers give the same files,
and a check that finds something never draws again. What cannot be mended so is refused by the rehearsal,
before anything is charged.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ingest.seasons import Season
from privacy.attacker import attack
from privacy.attacker_facts import Edition, Told, UnknownProductError, check_known
from privacy.disclosure import AREAS, PUBLIC, comparisons, spread_of, with_own
from privacy.disclosure_cells import Grids, read_grids
from privacy.disclosure_network import withhold
from privacy.peer_groups import PeerGroup, standing

ADDRESS = ("group", "measure", "level", "label")
# What leaning changes of a venue's areas (privacy.leaning).
LEANED = frozenset({"estimate", "low", "high", "beyond"})
NUMBERS = ("noisy", "sigma", "fit", *sorted(LEANED))

log = logging.getLogger(__name__)

# What comes after the colon names the group or the figure; the words before it are in the catalogue.
GIVES_AWAY = (
    "Nothing was drawn, because as owners and venues are now this peer group, beside the others, gives a "
    "single venue away. Give it other members, or have it removed, and propose again"
)
UNKNOWN = (
    "Nothing was drawn, because a figure of others would go out that the attacker check does not know. "
    "Tell whoever runs the service"
)


class NotClearedError(Exception):
    """The files of a release may not go out; the message says what a coordinator can change."""


@dataclass(slots=True)
class Clearance:
    """Clears one release. Everything but the cells is declared; `earlier` editions of the season are known.

    Remembers what may be told of which values, so that the same numbers are compared and attacked once.
    """

    groups: Sequence[PeerGroup]
    venues: Sequence[str]
    owners: Mapping[str, str]
    season: Season
    today: date
    regions: Mapping[str, str]
    earlier: Sequence[Edition] = ()
    _told: dict[bytes, dict[str, pa.Table]] = field(default_factory=dict)

    def files(self, cells: pa.Table) -> dict[str, pa.Table]:
        """One file per audience, from which no two readers can tell a venue; NotClearedError."""
        grids = read_grids(cells)
        return with_own(self._cleared(cells, grids), cells, grids, self.venues)

    def spread(self, cells: pa.Table) -> Mapping[str, float]:
        """The network's size by area as far as everyone may see it, for the venues' areas to lean on."""
        return spread_of(self._cleared(cells, read_grids(cells))[PUBLIC], self.regions)

    def _cleared(self, cells: pa.Table, grids: Grids) -> dict[str, pa.Table]:
        """What each audience is told of others, without what the attacker check found."""
        key = _content(cells)
        if key not in self._told:
            self._check_groups()
            told = comparisons(
                cells, grids, self.groups, self.venues, self.owners, self.season, self.today, self.regions
            )
            try:
                check_known(told)
            except UnknownProductError as unknown:
                raise NotClearedError(f"{UNKNOWN}: {unknown}") from unknown
            refused = self._attacked(grids, told)
            self._told[key] = {who: leave_out(file, refused) for who, file in told.items()}
        return self._told[key]

    def _attacked(self, grids: Grids, files: Mapping[str, pa.Table]) -> frozenset[Told]:
        now = Edition(grids, files, [group for group in self.groups if group.season == self.season])
        found = attack(now, self.venues, self.owners, self.regions, self.earlier)
        refused = frozenset(told for breach in found for told in breach.refused)
        log.info("attacker check: %d found, %d withheld for it", len(found), len(refused))
        return refused

    def _check_groups(self) -> None:
        """A group that gives a venue away is a coordinator's to change, not ours to drop in silence (V-5)."""
        now = [group for group in self.groups if group.season == self.season]
        kept = standing(now, self.owners)
        if fallen := [group.id for group in now if group.id not in kept]:
            raise NotClearedError(f"{GIVES_AWAY}: {', '.join(fallen)}")


def leave_out(file: pa.Table, refused: frozenset[Told]) -> pa.Table:
    """The same file with nothing but the address left of what was refused, wherever it stands."""
    if not refused:
        return file
    addresses = pc.binary_join_element_wise(*(file[name] for name in ADDRESS), "\t")
    named = pa.array(["\t".join((t.group, t.measure, t.level, t.label)) for t in refused])
    hidden = pc.and_(pc.equal(file["venue"], ""), pc.is_in(addresses, value_set=named))
    return withhold(file, hidden.to_numpy())


def _content(cells: pa.Table) -> bytes:
    """All of the cells that is told of others, in short: how a venue's areas lean moves none of it."""
    leaning = pc.and_(pc.equal(cells["measure"], AREAS), pc.not_equal(cells["venue"], ""))
    digest = hashlib.sha256()
    for name in ("cell_id", "status"):
        digest.update("\n".join(cells[name].to_pylist()).encode())
    for name in NUMBERS:
        column = cells[name].cast(pa.float64())
        if name in LEANED:
            column = pc.if_else(leaning, 0.0, column)
        digest.update(column.to_numpy(zero_copy_only=False).tobytes())
    return digest.digest()
