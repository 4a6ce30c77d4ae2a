"""The network's declaration: network.json in; members, people and peer groups in the database out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from ingest.findings import Text
from ingest.seasons import Season
from privacy.disclosure import PeerGroup, group_problems
from service import people, tables
from service.access import Role


class GroupRefusedError(Exception):
    """A peer group would give a venue away; `problems` says how, in every language."""

    def __init__(self, problems: tuple[Text, ...]) -> None:
        super().__init__(" ".join(problem.en for problem in problems))
        self.problems = problems


def establish(connection: Connection, network: Mapping[str, Any], passwords: Mapping[str, str]) -> None:
    """Everything that network.json declares. `passwords` by address; others get in by invitation only."""
    running = {venue["organisation"] for venue in network["venues"]}
    first = min(Season.parse(label) for label in network["seasons"])
    for one in network["organisations"]:
        is_network = one["slug"] not in running
        people.create_organisation(
            connection,
            one["slug"],
            one["name"],
            owner=one["owner"],
            is_network=is_network,
            first_season=first if is_network else None,
            declared_bookers=_declared(one.get("bookers")),
        )
    for one in network["venues"]:
        people.create_venue(
            connection,
            people.Venue(
                one["slug"],
                one["organisation"],
                one["name"],
                one["kind"],
                one["capacity_band"],
                one["country"],
                one["region"],
                one["area"],
            ),
        )
    for one in network["people"]:
        people.create_user(
            connection,
            email=one["email"],
            name=one["name"],
            organisation=one["organisation"],
            role=Role(one["role"]),
            language=one.get("language", ""),
            password=passwords.get(one["email"]),
        )
    for version, label in enumerate(sorted(network["seasons"]), start=1):
        _declare_groups(connection, network["peer_groups"], Season.parse(label), version)


def looks_back(connection: Connection, season: Season) -> bool:
    """Whether the season before belongs to the network as well: by declaration, whatever was delivered."""
    begun = connection.execute(
        select(func.min(tables.organisations.c.first_season)).where(tables.organisations.c.is_network)
    ).scalar_one()
    return begun is not None and begun < season.start_year


def _declared(bookers: object) -> int | None:
    if bookers is None or (type(bookers) is int and bookers > 0):
        return bookers
    raise ValueError("An organisation's bookers are a whole number above zero, or left out.")


def _declare_groups(
    connection: Connection, groups: Iterable[Mapping[str, Any]], season: Season, version: int
) -> None:
    for one in groups:
        create_peer_group(
            connection, PeerGroup(one["id"], one["name"], version, season, tuple(one["members"]))
        )


def create_peer_group(connection: Connection, group: PeerGroup) -> None:
    """Keep one version of a curated peer group; GroupRefusedError when a venue rule is against it."""
    earlier = [one for one in _all_groups(connection) if one.id == group.id and one.version < group.version]
    beside = [one for one in _all_groups(connection) if one.id != group.id]
    problems = group_problems(
        group, people.owners(connection), previous=earlier[-1] if earlier else None, beside=beside
    )
    if problems:
        raise GroupRefusedError(problems)
    connection.execute(
        insert(tables.peer_groups).values(
            id=group.id,
            version=group.version,
            name_en=group.name["en"],
            name_nl=group.name["nl"],
            name_fr=group.name.get("fr"),
            name_de=group.name.get("de"),
            season=group.season.start_year,
            members=json.dumps(sorted(group.members)),
        )
    )


def peer_groups(connection: Connection, season: Season) -> tuple[PeerGroup, ...]:
    """The groups as they were declared for a season."""
    return tuple(group for group in _all_groups(connection) if group.season == season)


def _names(row: Row[Any]) -> dict[str, str]:
    """The group's name in the languages that have one."""
    found = {"en": row.name_en, "nl": row.name_nl, "fr": row.name_fr, "de": row.name_de}
    return {language: name for language, name in found.items() if name}


def _all_groups(connection: Connection) -> list[PeerGroup]:
    table = tables.peer_groups
    return [
        PeerGroup(
            row.id,
            _names(row),
            row.version,
            Season(row.season),
            tuple(json.loads(row.members)),
        )
        for row in connection.execute(select(table).order_by(table.c.id, table.c.version))
    ]
