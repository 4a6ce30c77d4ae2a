"""What the sample is said to hold is there: troubles for prepare, habits to measure, secrets to drop."""

from __future__ import annotations

import re
from collections import defaultdict

import polars as pl

from ingest.identity.normalise import email_input, normalise_email
from ingest.prepare import VenueProfile
from ingest.seasons import Season
from sample_data.venues import VENUES
from tests.unit.sample_data.reading import Sample

EMAIL, PHONE, PRODUCT, ATTENDEE = 5, 6, 12, 20


def _typed(sample: Sample) -> list[str]:
    places = {"pretix-positions": EMAIL, "helloasso-tickets": 7, "generic": 10}
    return [text for layout, place in places.items() for text in sample.column(layout, place)]


def test_the_network_has_24_venues_of_three_kinds_in_four_regions(sample: Sample) -> None:
    kinds = pl.Series([venue.kind for venue in sample.network.venues]).value_counts().sort("")
    assert dict(kinds.iter_rows()) == {"cinema": 6, "concert_hall": 2, "theatre": 16}
    assert len(sample.network.regions) == 4
    towns = [venue.place for venue in sample.network.venues]
    assert towns.count("Utrecht") == 4
    assert {v.capacity_band for v in sample.network.venues} == {"<250", "250-499", "500-999", ">=1000"}


def test_peer_groups_divide_the_network_so_that_none_can_be_subtracted_to_a_few(sample: Sample) -> None:
    owners = {o.slug: o.owner for o in sample.network.organisations}
    owner = {v.slug: owners[v.organisation] for v in sample.network.venues}
    *parts, everyone = sample.network.peer_groups
    assert sorted(m for part in parts for m in part.members) == sorted(everyone.members) == sorted(owner)
    assert all(len({owner[m] for m in group.members}) >= 6 for group in sample.network.peer_groups)
    assert len(set(owner.values())) == 22
    assert all(set(group.name) == {"en", "nl", "fr", "de"} for group in sample.network.peer_groups)


def test_people_can_log_in_for_three_venues_and_two_coordinate(sample: Sample) -> None:
    roles = [person.role for person in sample.network.people]
    assert (roles.count("box_office"), roles.count("manager"), roles.count("coordinator")) == (3, 3, 2)
    organisations = {o.slug for o in sample.network.organisations}
    assert {person.organisation for person in sample.network.people} <= organisations


def test_every_venue_json_is_one_that_prepare_accepts(sample: Sample) -> None:
    for venue in sample.network.venues:
        profile = VenueProfile.read(sample.out / "venues" / venue.slug / "venue.json")
        assert (profile.organisation, profile.venue) == (venue.organisation, venue.slug)
        assert profile.programme


def test_no_address_leads_anywhere_and_no_phone_rings(sample: Sample) -> None:
    addresses = [text.strip().lower() for text in _typed(sample) if "@" in text]
    assert addresses
    assert all(address.endswith(".example") for address in addresses)
    phones = sample.column("pretix-positions", PHONE) + sample.column("generic", 9)
    assert all(re.fullmatch(r"(\+31600\d{6})?", phone) for phone in phones)
    assert sum(bool(phone) for phone in phones) > len(phones) / 2, "prepare has something to drop"


def test_one_person_spells_an_address_in_several_ways_that_come_to_one(sample: Sample) -> None:
    spellings: dict[str, set[str]] = defaultdict(set)
    for text in _typed(sample):
        if (address := normalise_email(text)) is not None:
            spellings[address].add(text)
    several = {address: ways for address, ways in spellings.items() if len(ways) > 1}
    assert len(several) > 20
    assert any(way != way.strip() for ways in several.values() for way in ways)
    assert any(way.isupper() for ways in several.values() for way in ways)
    assert any(not way.isascii() and "@café" in way.lower() for ways in spellings.values() for way in ways)
    known = set(sample.truth("bookers").filter(kind="email")["address"])
    assert set(spellings) <= known | {a for a in spellings if a.startswith(("kassa@", "metgezel."))}


def test_door_sales_name_nobody_or_a_shared_address(sample: Sample) -> None:
    texts = _typed(sample)
    assert texts.count("") > len(texts) / 20
    assert any(text.startswith("kassa@") for text in texts)
    assert "nvt" in texts
    assert "noreply@geen.example" in texts
    assert email_input("nvt") is None


def test_some_people_are_known_by_number_alone_and_only_where_there_are_numbers(sample: Sample) -> None:
    numbered = sample.truth("bookers").filter(kind="number")
    assert len(numbered) > 0
    assert set(numbered["venue"]) <= {e.venue for e in sample.exports("generic")}
    rows = [row for e in sample.exports("generic") for row in sample.rows(e)[1:]]
    assert {row[2] for row in rows if row[2] and not row[10]} == set(numbered["number"])


def test_all_kinds_of_ticket_and_of_other_things_are_sold(sample: Sample) -> None:
    products = set(sample.column("pretix-positions", PRODUCT)) | set(sample.column("pretix-positions", 9))
    expected = {
        "Normaal", "Korting CJP/65+", "Keuzeserie", "Zaalpas", "Lichtpas", "Schoolvoorstelling", "Vrijkaart",
        "Vriendenkaart", "Online kijken", "Parkeerkaart", "Programmaboekje", "Donatie vriendenfonds",
    }  # fmt: skip
    assert expected <= products
    assert "Don" in sample.column("helloasso-tickets", 10)


def test_one_generic_venue_books_refunds_as_negative_rows(sample: Sample) -> None:
    rows = [row for e in sample.exports("generic") if e.venue == "golfslag" for row in sample.rows(e)[1:]]
    back = [row for row in rows if row[15].startswith("-")]
    assert back
    sold = {(row[1], row[15]) for row in rows}
    assert all((row[1], row[15][1:]) in sold for row in back)


def test_series_are_one_order_for_several_evenings_where_the_system_can(sample: Sample) -> None:
    evenings: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in (row for e in sample.exports("generic") for row in sample.rows(e)[1:]):
        if row[14] == "Keuzeserie":
            evenings[row[0]].add((row[11], row[12]))
    assert max(len(each) for each in evenings.values()) >= 3


def test_productions_tour_and_films_play_at_home_too(sample: Sample) -> None:
    productions = sample.truth("productions")
    theatres = [v.slug for v in VENUES if v.kind == "theatre"]
    venues = (
        productions.filter(pl.col("venue").is_in(theatres))
        .group_by("season", "title")
        .agg(pl.col("venue").n_unique())
    )
    assert (venues["venue"] >= 3).sum() > 5
    both = productions.group_by("venue", "season", "production").agg(pl.col("online").n_unique())
    assert (both["online"] == 2).sum() > 20


def test_people_move_have_two_addresses_see_everything_or_bring_a_class(sample: Sample) -> None:
    bookers = sample.truth("bookers")
    people = bookers.group_by("person").agg(pl.len().alias("bookers"), pl.col("moved").any())
    assert people["moved"].sum() > 50
    assert (people["bookers"] > 1).sum() > 10
    critic = bookers.filter(pl.col("critic"))
    assert critic["performances_1"].max() > 20
    assert bookers["school"].sum() > 0
    assert bookers["gives"].sum() > 100


def test_loyalty_falls_off_like_a_power_of_the_number(sample: Sample) -> None:
    counts = sample.truth("counts").filter(measure="network_attendance_bands", season="2025/26")
    bands = dict(counts.select("label", "count").iter_rows())
    assert bands["1"] > 3 * bands["2"] > 3 * bands["6+"] > 0


def test_audiences_live_near_their_venue(sample: Sample) -> None:
    reach = sample.truth("counts").filter(measure="reach_by_area", venue="hanzesteiger")
    # Hanzesteiger sells without postcodes, so nothing is known there; De Golfslag's public is from Flevoland.
    assert set(reach["label"]) == {"unknown"}
    golfslag = sample.truth("counts").filter(measure="reach_by_area", venue="golfslag", season="2025/26")
    placed = golfslag.filter(pl.col("label").str.starts_with("NL-"))
    near = placed.filter(pl.col("label").str.starts_with("NL-82"))
    assert near["count"].sum() > 0.5 * placed["count"].sum()


def test_seasons_go_by_local_start_also_in_their_first_and_last_hour(sample: Sample) -> None:
    for export in (e for e in sample.network.exports if e.venue == "de-linde"):
        season = Season.parse(export.season)
        first, last = season.first_day.isoformat(), season.last_day.isoformat() + " 23:59"
        assert all(first <= row[10] <= last for row in sample.rows(export)[1:])
    late = {row[10] for e in sample.network.exports if e.venue == "de-linde" for row in sample.rows(e)[1:]}
    assert any(start.endswith("08-01 00:30:00") for start in late)
    assert any(start.endswith("07-31 23:30:00") for start in late)


def test_the_readme_says_that_all_of_it_is_invented(sample: Sample) -> None:
    text = (sample.out / "README.md").read_text(encoding="utf-8")
    assert "Everything in it is invented" in text
    assert "no real rows" in text
