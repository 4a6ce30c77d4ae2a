"""The public entry of this deployment: releases, ledger and settings in; YAML for the registry out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml
from babel import Locale
from sqlalchemy import Connection, select

from privacy import ledger
from privacy.policy import POLICY
from privacy.publish import visible
from reports.deployment import Facts, deployment
from service import accounts, people, tables
from service.runtime import Runtime


def document(runtime: Runtime, connection: Connection) -> bytes | None:
    """The entry as it stands; None while nothing was published. Releases that are held are told as well."""
    manifests = sorted(
        (stored.manifest for stored in visible(connection, runtime.releases)),
        key=lambda manifest: datetime.fromisoformat(manifest["date"]),
    )
    if not manifests:
        return None
    found = deployment(_facts(runtime, connection, manifests))
    text = yaml.dump(found, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=1000)
    return text.encode()


def _facts(runtime: Runtime, connection: Connection, manifests: list[dict[str, Any]]) -> Facts:
    organisation = tables.organisations
    network = connection.execute(
        select(organisation.c.slug, organisation.c.name).where(organisation.c.is_network).limit(1)
    ).one()
    venues = people.all_venues(connection)
    countries = sorted({venue.country for venue in venues} | {runtime.settings.country})
    return Facts(
        network=network.name,
        slug=network.slug,
        region=", ".join(Locale("en").territories.get(country, country) for country in countries),
        url=runtime.settings.url,
        key_holder=runtime.settings.key_holder,
        venues=len(venues),
        policy=POLICY,
        manifests=manifests,
        spent={one.season.label: one.total.nano_rho for one in accounts.all_accounts(connection)},
        entries=ledger.head(connection).number,
    )


class _Blocks(yaml.SafeDumper):
    """Writes texts of several lines as blocks that people can read."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Blocks.add_representer(str, _text)
