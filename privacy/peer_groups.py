"""Peer groups, curated and versioned: a proposed version goes in, what is wrong with it comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from ingest.findings import Text
from ingest.seasons import Season
from privacy.disclosure_rules import MIN_CHANGED_OWNERS, MIN_OTHER_OWNERS, isolates, owner_of


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """One version of one group, for one season.

    `name` has en and nl, other languages read the English; `members` are venues.
    """

    id: str
    name: Mapping[str, str]
    version: int
    season: Season
    members: tuple[str, ...]

    def name_in(self, language: str) -> str:
        """The group's name as it was declared for the language, else in English."""
        return self.name.get(language) or self.name["en"]

    def others(self, venue: str, owners: Mapping[str, str]) -> tuple[str, ...]:
        """The members that do not belong to this venue's owner (T-07: nobody's figure holds his own)."""
        own = owner_of(owners, venue)
        return tuple(m for m in self.members if owner_of(owners, m) != own)


TOO_FEW = Text(
    en="A peer group needs at least five owners, so that each member sees at least four others.",
    nl="Een vergelijkingsgroep telt minstens vijf eigenaren, zodat elk lid er minstens vier andere ziet.",
    fr="Un groupe de comparaison compte au moins cinq propriétaires ;"
    " chaque membre en voit ainsi au moins quatre.",
    de="Eine Vergleichsgruppe hat mindestens fünf Eigentümer, "
    "damit jedes Mitglied mindestens vier andere sieht.",
)
SAME_SEASON = Text(
    en="A group changes only between seasons. Make the new version for a later season.",
    nl="Een groep verandert alleen tussen seizoenen. Maak de nieuwe versie voor een later seizoen.",
    fr="Un groupe ne change qu'entre deux saisons. Faites la nouvelle version pour une saison ultérieure.",
    de="Eine Gruppe ändert sich nur zwischen Saisons. Machen Sie die neue Fassung für eine spätere Saison.",
)
SINGLE_CHANGE = Text(
    en="At least two owners must join or leave at once: a single change gives that venue away.",
    nl="Er moeten minstens twee eigenaren tegelijk bij- of uitgaan: één wisseling verraadt dat huis.",
    fr="Au moins deux propriétaires entrent ou sortent à la fois : un seul changement trahirait cette salle.",
    de="Mindestens zwei Eigentümer kommen oder gehen zugleich: Ein einzelner Wechsel verrät dieses Haus.",
)
VERSION_ORDER = Text(
    en="A new version has the next number and the same id.",
    nl="Een nieuwe versie heeft het volgende nummer en dezelfde id.",
    fr="Une nouvelle version porte le numéro suivant et le même identifiant.",
    de="Eine neue Fassung hat die nächste Nummer und dieselbe Kennung.",
)
OVERLAP = Text(
    en="Beside the other groups and the network's totals this one gives a single venue away. "
    "Choose other members.",
    nl="Naast de andere groepen en de totalen van het netwerk verraadt deze groep één huis. "
    "Kies andere leden.",
    fr="À côté des autres groupes et des totaux du réseau, celui-ci trahit une salle. "
    "Choisissez d'autres membres.",
    de="Neben den anderen Gruppen und den Summen des Netzwerks verrät diese ein einzelnes Haus. "
    "Wählen Sie andere Mitglieder.",
)


def group_problems(
    group: PeerGroup,
    owners: Mapping[str, str],
    *,
    previous: PeerGroup | None = None,
    beside: Sequence[PeerGroup] = (),
) -> tuple[Text, ...]:
    """Everything that stands against activating this version, all at once (V-1, V-5, T-08)."""
    found: list[Text] = []
    if len({owner_of(owners, venue) for venue in group.members}) < MIN_OTHER_OWNERS + 1:
        found.append(TOO_FEW)
    if previous is not None:
        found += _change_problems(group, previous, owners)
    groups = [other for other in (*beside, group) if other.season == group.season]
    if give_one_away(groups, owners):
        found.append(OVERLAP)
    return tuple(found)


def _change_problems(group: PeerGroup, previous: PeerGroup, owners: Mapping[str, str]) -> list[Text]:
    if set(group.members) == set(previous.members):
        return []
    found = []
    if group.id != previous.id or group.version != previous.version + 1:
        found.append(VERSION_ORDER)
    if group.season <= previous.season:
        found.append(SAME_SEASON)
    changed = set(group.members) ^ set(previous.members)
    if len({owner_of(owners, venue) for venue in changed}) < MIN_CHANGED_OWNERS:
        found.append(SINGLE_CHANGE)
    return found


def give_one_away(groups: Sequence[PeerGroup], owners: Mapping[str, str]) -> bool:
    """Whether any two accounts that put together what they see and know can single out a venue (T-08).

    A member sees its groups without its own owner's venues; the coordinator sees all groups whole. Everyone
    sees the network's totals, in which a booker of two venues counts once: near enough to a sum to be one.
    `owners` names every venue of the network.
    """
    return _gives_one_away(tuple((g.id, g.members) for g in groups), tuple(sorted(owners.items())))


@lru_cache(maxsize=256)  # a publication asks about the same groups many times over
def _gives_one_away(
    groups: tuple[tuple[str, tuple[str, ...]], ...], owned: tuple[tuple[str, str], ...]
) -> bool:
    owners = dict(owned)
    members = {id: frozenset(owner_of(owners, venue) for venue in venues) for id, venues in groups}
    accounts = sorted(frozenset().union(*members.values(), owners.values()))
    views = {account: {id for id, of in members.items() if account in of} for account in accounts}
    network = frozenset(owners).union(*(venues for _, venues in groups))

    def together(pair: tuple[str, str]) -> list[frozenset[str]]:
        """The sets of venues whose sum two accounts know ("" is the coordinator), less their own venues."""
        seen = [m for id, m in groups if "" in pair or any(id in views[account] for account in pair)]
        return [frozenset(m for m in part if owner_of(owners, m) not in pair) for part in (*seen, network)]

    pairs = [*combinations(accounts, 2), *((account, "") for account in accounts), ("", "")]
    return any(isolates(together(pair), owners) for pair in pairs)


def standing(groups: Sequence[PeerGroup], owners: Mapping[str, str]) -> frozenset[str]:
    """Ids of the groups that may be shown beside each other: each in order, if the earlier ones allow it."""
    kept: list[PeerGroup] = []
    for group in groups:
        if not give_one_away([*kept, group], owners):
            kept.append(group)
    return frozenset(group.id for group in kept)
