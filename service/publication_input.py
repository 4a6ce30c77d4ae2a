"""What a publication stands for: a season in; its rows as they are now, the declared cells, places, out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from aggregation.counts import Keysets
from aggregation.geography import kilometres_from
from ingest.seasons import Season
from ingest.snapshot import Snapshot
from ingest.vocabulary import Genre, ProductClass
from privacy.manifest import salted_digest
from privacy.nearness import Nearness
from privacy.policy import POLICY
from privacy.workload import Publication, regions_digest
from service import intake, network, people
from service.runtime import Runtime


def keysets(runtime: Runtime, connection: Connection) -> Keysets:
    """The declared cells: venues and areas as listed, never as seen in data."""
    return Keysets(
        venues=tuple(venue.slug for venue in people.all_venues(connection)),
        areas=runtime.geography.codes(),
        genres=tuple(genre.value for genre in Genre),
        product_classes=tuple(product.value for product in ProductClass),
    )


def regions(runtime: Runtime) -> dict[str, str]:
    """To which region each area belongs."""
    return {area.code: area.region for area in runtime.geography.areas}


def nearness(runtime: Runtime, connection: Connection) -> Nearness:
    """What estimates of areas may lean on: inhabitants and distances, both public."""
    areas = runtime.geography.areas
    places = [(v.slug, runtime.geography.area(v.area)) for v in people.all_venues(connection)]
    return Nearness(
        tuple(area.code for area in areas),
        runtime.inhabitants.by_area,
        {slug: kilometres_from(place, areas) for slug, place in places if place is not None},
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A publication with the input it stands for."""

    publication: Publication
    now: Snapshot
    before: Snapshot | None
    keysets: Keysets
    near: Nearness


def prepare(
    runtime: Runtime, connection: Connection, season: Season, edition: int, corrects: str = ""
) -> Prepared:
    """Bind a season's edition to the data, the cells, the geography and the policy of this moment."""
    now, earlier = intake.snapshots(runtime, connection, season)
    # By declaration: whether anything was delivered for the season before must not show in what is drawn.
    before = earlier if network.looks_back(connection, season) else None
    declared, near = keysets(runtime, connection), nearness(runtime, connection)
    parts = [now.digest, before.digest if before else ""]
    publication = Publication(
        season=season,
        edition=edition,
        input_digest=salted_digest(runtime.keys.salt(season), parts),
        keyset_digest=declared.digest,
        regions_digest=regions_digest(regions(runtime), near),
        policy_digest=POLICY.digest,
        corrects=corrects,
    )
    return Prepared(publication, now, before, declared, near)
