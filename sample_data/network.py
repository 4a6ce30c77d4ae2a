"""The network as a whole: venues and the seed → `network.json`, and its reading back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.vocabulary import Genre
from sample_data.venues import (
    CINEMA,
    NETWORK_ORGANISATION,
    ORGANISATION_NAMES,
    OWNERS,
    PASS_NAMES,
    Venue,
)

FILE = "network.json"
CLOCK = "2026-11-01"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who uploads and signs. Organisations with one owner count as one where venues are protected."""

    slug: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class NetworkVenue:
    """A venue as the service needs to know it."""

    slug: str
    organisation: str
    name: str
    kind: str
    seats: int
    capacity_band: str
    place: str
    country: str
    area: str
    region: str
    latitude: float
    longitude: float
    joined: str


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A curated group of venues that compare themselves with one another."""

    id: str
    name: Mapping[str, str]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may log in to the demo."""

    email: str
    name: str
    role: str
    organisation: str


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One raw export; the paths are relative to the sample's folder."""

    venue: str
    season: str
    path: str
    profile: str


@dataclass(frozen=True, slots=True)
class Network:
    """Everything `network.json` says. `regions` are those the venues stand in."""

    seed: int
    scale: float
    clock: str
    seasons: tuple[str, ...]
    country: str
    regions: tuple[str, ...]
    organisations: tuple[Organisation, ...]
    venues: tuple[NetworkVenue, ...]
    peer_groups: tuple[PeerGroup, ...]
    people: tuple[Person, ...]
    genres: tuple[str, ...]
    pass_schemes: Mapping[str, str]
    exports: tuple[ExportFile, ...]

    def write(self, out: Path) -> None:
        """Write `network.json`."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"
        (out / FILE).write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, out: Path) -> Network:
        """Read what `write` wrote."""
        raw = json.loads((out / FILE).read_text(encoding="utf-8"))
        groups = tuple(PeerGroup(g["id"], g["name"], tuple(g["members"])) for g in raw["peer_groups"])
        return cls(
            seed=raw["seed"],
            scale=raw["scale"],
            clock=raw["clock"],
            seasons=tuple(raw["seasons"]),
            country=raw["country"],
            regions=tuple(raw["regions"]),
            organisations=tuple(Organisation(**o) for o in raw["organisations"]),
            venues=tuple(NetworkVenue(**v) for v in raw["venues"]),
            peer_groups=groups,
            people=tuple(Person(**p) for p in raw["people"]),
            genres=tuple(raw["genres"]),
            pass_schemes=raw["pass_schemes"],
            exports=tuple(ExportFile(**e) for e in raw["exports"]),
        )


def describe(
    venues: Sequence[Venue],
    regions: Mapping[str, str],
    seasons: tuple[str, ...],
    seed: int,
    scale: float,
    exports: tuple[ExportFile, ...],
) -> Network:
    """The network of these venues; `regions` gives each venue's region by slug."""
    return Network(
        seed=seed,
        scale=scale,
        clock=CLOCK,
        seasons=seasons,
        country="NL",
        regions=tuple(sorted(set(regions.values()))),
        organisations=_organisations(venues),
        venues=tuple(_venue(v, regions[v.slug]) for v in venues),
        peer_groups=_groups(venues),
        people=_people(venues),
        genres=tuple(g.value for g in Genre),
        pass_schemes=dict(PASS_NAMES),
        exports=exports,
    )


def _venue(venue: Venue, region: str) -> NetworkVenue:
    return NetworkVenue(
        venue.slug,
        venue.owner_slug,
        venue.name,
        venue.kind,
        venue.seats,
        venue.capacity_band,
        venue.place,
        "NL",
        venue.area,
        region,
        venue.latitude,
        venue.longitude,
        venue.joined,
    )


def _organisations(venues: Sequence[Venue]) -> tuple[Organisation, ...]:
    found: dict[str, Organisation] = {}
    for venue in venues:
        slug = venue.owner_slug
        found.setdefault(
            slug, Organisation(slug, ORGANISATION_NAMES.get(slug, venue.name), OWNERS.get(slug, slug))
        )
    slug, name = NETWORK_ORGANISATION
    found[slug] = Organisation(slug, name, slug)
    return tuple(found.values())


def _groups(venues: Sequence[Venue]) -> tuple[PeerGroup, ...]:
    """Three groups that divide the network, and all of it: no two of them differ by only a few venues."""
    everyone = PeerGroup(
        "all",
        _named("The whole network", "Het hele netwerk", "Tout le réseau", "Das ganze Netz"),
        tuple(v.slug for v in venues),
    )
    halls = [v for v in venues if v.kind != CINEMA]
    parts = (
        PeerGroup(
            "halls-under-500",
            _named(
                "Theatres with fewer than 500 seats",
                "Theaters met minder dan 500 stoelen",
                "Théâtres de moins de 500 places",
                "Theater mit weniger als 500 Plätzen",
            ),
            tuple(v.slug for v in halls if v.seats < 500),
        ),
        PeerGroup(
            "halls-500-up",
            _named(
                "Theatres and concert halls with 500 seats or more",
                "Theaters en concertzalen met 500 stoelen of meer",
                "Théâtres et salles de concert de 500 places ou plus",
                "Theater und Konzertsäle mit 500 oder mehr Plätzen",
            ),
            tuple(v.slug for v in halls if v.seats >= 500),
        ),
        PeerGroup(
            "art-house",
            _named("Art-house cinemas", "Filmtheaters", "Cinémas art et essai", "Programmkinos"),
            tuple(v.slug for v in venues if v.kind == CINEMA),
        ),
    )
    owners = {v.slug: OWNERS.get(v.owner_slug, v.owner_slug) for v in venues}
    enough = all(len({owners[m] for m in part.members}) >= 5 for part in parts)
    return (*parts, everyone) if enough else (everyone,)


def _named(en: str, nl: str, fr: str, de: str) -> dict[str, str]:
    return {"en": en, "nl": nl, "fr": fr, "de": de}


def _people(venues: Sequence[Venue]) -> tuple[Person, ...]:
    names = iter(
        ("Sanne Kuiper", "Joost van Veen", "Fatima El Amrani", "Bas Hofman", "Iris Wessels", "Ruben Postma")
    )
    shown = [
        v for slug in ("de-linde", "nachtvlinder", "rijnoever", "eemlicht") for v in venues if v.slug == slug
    ]
    people = []
    for venue in shown[:3]:
        host = venue.slug.replace("-", "") + ".example"
        people.append(Person(f"kassa@{host}", next(names), "box_office", venue.owner_slug))
        people.append(Person(f"marketing@{host}", next(names), "manager", venue.owner_slug))
    slug, _ = NETWORK_ORGANISATION
    people.append(Person("els@publieksnetwerk.example", "Els Timmermans", "coordinator", slug))
    people.append(Person("murat@publieksnetwerk.example", "Murat Öztürk", "coordinator", slug))
    return tuple(people)
