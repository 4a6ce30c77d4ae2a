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

import numpy as np
import pyarrow as pa

from ingest.seasons import Season
from privacy.attacker import attack
from privacy.attacker_facts import Edition, Told, UnknownProductError, check_known
from privacy.disclosure import audience_files, network_spread
from privacy.disclosure_network import withhold
from privacy.peer_groups import PeerGroup, standing

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

    Remembers what it refused of which values, so that the same numbers are attacked once.
    """

    groups: Sequence[PeerGroup]
    venues: Sequence[str]
    owners: Mapping[str, str]
    season: Season
    today: date
    regions: Mapping[str, str]
    earlier: Sequence[Edition] = ()
    _refused: dict[bytes, frozenset[Told]] = field(default_factory=dict)

    def files(self, cells: pa.Table) -> dict[str, pa.Table]:
        """One file per audience, from which no two readers can tell a venue; NotClearedError."""
        return self._cleared(cells)[0]

    def spread(self, cells: pa.Table) -> Mapping[str, float]:
        """The network's size by area as far as everyone may see it, for the venues' areas to lean on."""
        refused = self._cleared(cells)[1]
        hidden = frozenset(
            t.label for t in refused if not t.group and t.level == "cell" and "area" in t.measure
        )
        return network_spread(cells, self.owners, self.season, self.today, self.regions, hidden)

    def _cleared(self, cells: pa.Table) -> tuple[dict[str, pa.Table], frozenset[Told]]:
        self._check_groups()
        files = audience_files(
            cells, self.groups, self.venues, self.owners, self.season, self.today, self.regions
        )
        try:
            check_known(files)
        except UnknownProductError as unknown:
            raise NotClearedError(f"{UNKNOWN}: {unknown}") from unknown
        key = _content(cells)
        if key not in self._refused:
            self._refused[key] = self._attacked(cells, files)
        refused = self._refused[key]
        return {who: leave_out(file, refused) for who, file in files.items()}, refused

    def _attacked(self, cells: pa.Table, files: Mapping[str, pa.Table]) -> frozenset[Told]:
        now = Edition(cells, files, [group for group in self.groups if group.season == self.season])
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
    columns = [file[name].to_pylist() for name in ("venue", "group", "measure", "level", "label")]
    hidden = [not venue and Told(*told) in refused for venue, *told in zip(*columns, strict=True)]
    return withhold(file, np.array(hidden, dtype=bool))


def _content(cells: pa.Table) -> bytes:
    """All that the check reads of the cells, in short: leaning moves none of it."""
    digest = hashlib.sha256()
    for name in ("cell_id", "fit", "status"):
        digest.update(repr(cells[name].to_pylist()).encode())
    return digest.digest()
