"""A venue and its programme → venue.json: what a venue tells once about its own export."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from sample_data import generic, helloasso, pretix, rows, terms
from sample_data.programme import Programme
from sample_data.venues import PASS_OF_KIND, Venue, domain

CLASS_OF = {
    terms.SINGLE: "single",
    terms.CONCESSION: "concession",
    terms.SUBSCRIPTION: "subscription",
    terms.PASS: "pass",
    terms.SCHOOL: "school",
    terms.COMP: "comp",
    terms.MEMBER: "member",
    terms.ONLINE: "single",
}


def write_profile(folder: Path, venue: Venue, number: int, programme: Programme) -> None:
    """Write venue.json for the venue with this number."""
    folder.mkdir(parents=True, exist_ok=True)
    profile: dict[str, object] = {
        "organisation": venue.owner_slug,
        "venue": venue.slug,
        "name": venue.name,
        "country": "NL",
        "timezone": "Europe/Amsterdam",
        "currency": "EUR",
        "layout": venue.export.layout,
        "products": _products(venue),
        "channels": _channels(venue),
        "own_addresses": [f"kassa@{domain(venue)}"],
        "scans": venue.scans,
        "programme": _programme(venue, number, programme),
    }
    if venue.export.layout == "generic":
        profile["generic"] = generic.mapping(venue)
    text = json.dumps(profile, ensure_ascii=False, indent=1) + "\n"
    (folder / "venue.json").write_text(text, encoding="utf-8")


def _products(venue: Venue) -> list[dict[str, object]]:
    named: list[dict[str, object]] = []
    for product, name in enumerate(rows.product_names(venue)):
        if product >= terms.FIRST_NON_AUDIENCE:
            named.append({"match": name, "audience": False})
            continue
        rule: dict[str, object] = {"match": name, "class": CLASS_OF[product]}
        if product == terms.PASS:
            rule["scheme"] = PASS_OF_KIND[venue.kind]
        if product == terms.ONLINE:
            rule["channel"] = "online_vod"
        named.append(rule)
    return named


def _channels(venue: Venue) -> list[dict[str, str]]:
    names = {"pretix-positions": pretix.CHANNELS, "generic": generic.CHANNELS}.get(venue.export.layout, ())
    return [
        {"match": name, "channel": channel} for name, channel in zip(names[:4], terms.CHANNELS, strict=False)
    ]


def _programme(venue: Venue, number: int, programme: Programme) -> list[dict[str, object]]:
    """One entry per series, or per performance where the export does not say when it was."""
    here = np.flatnonzero(programme.venue == number)
    dated = venue.export.single_events or venue.export.layout == "helloasso-tickets"
    if not dated:
        found: dict[str, dict[str, object]] = {}
        for index in here:
            production = programme.productions[int(programme.production[index])]
            match = production.title if venue.export.layout == "generic" else production.event
            found.setdefault(match, _entry(match, programme, int(index)))
        return list(found.values())
    if not len(here):
        return []
    first, last = int(here[0]), int(here[-1]) + 1
    names = helloasso.ticket_names(programme, first, last)
    if venue.export.single_events:
        names = pretix.event_slugs(venue, programme, first, last)
    stamps = np.datetime_as_string(programme.starts, unit="m")
    return [{**_entry(names[i - first], programme, int(i)), "start": str(stamps[i])} for i in here]


def _entry(match: str, programme: Programme, index: int) -> dict[str, object]:
    production = programme.productions[int(programme.production[index])]
    entry: dict[str, object] = {
        "match": match,
        "production": production.ref,
        "title": production.title,
        "genre": production.genre.value,
    }
    if production.capacity is not None:
        entry["capacity"] = production.capacity
    return entry
