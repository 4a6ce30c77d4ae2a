"""Names of products, channels and productions → the closed vocabularies."""

from __future__ import annotations

from datetime import datetime

import pytest

from ingest.prepare.clock import Clock
from ingest.prepare.profile import ChannelRule, ProductRule, ProgrammeEntry
from ingest.prepare.programme import LONGEST_TITLE, Programme, plain_title, ref
from ingest.prepare.rules import Channels, Products
from ingest.vocabulary import Channel, Genre, ProductClass


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Normaal", "single"), ("Rang 1", "single"), ("Donderdag", "single"), ("Klassiek abonnee", "single"),
        ("Vrijkaart", "comp"), ("Invitation", "comp"), ("Freikarte", "comp"), ("Comp", "comp"),
        ("Komplett", "single"), ("Schoolvoorstelling", "school"), ("Tarif scolaire", "school"),
        ("Schülerkarte", "school"), ("Klas 3b", "school"), ("Abonnement 5", "subscription"),
        ("Season ticket", "subscription"), ("Podiumpas", "pass"), ("Podiumpas 65+", "pass"),
        ("Cineville Pass", "pass"), ("Lid", "member"), ("Adhérent", "member"),
        ("Mitglied", "member"), ("CJP", "concession"), ("Student", "concession"), ("65+", "concession"),
        ("Tarif réduit", "concession"), ("Ermäßigt", "concession"), ("Kind t/m 12", "concession"),
        ("Jeugd", "concession"), ("Enfant", "concession"),
    ],
)  # fmt: skip
def test_a_product_without_a_rule_is_what_its_name_gives_away(name: str, expected: str) -> None:
    product = Products(()).find(name, "")
    assert (product.product_class.value, product.audience, product.by_rule) == (expected, True, False)


@pytest.mark.parametrize(
    "name",
    ["Parkeerkaart", "Parking", "Parkplatz", "Garderobe", "Pauzedrankje", "Programmaboekje", "T-shirt",
     "Cadeaubon", "Gift card", "Gutschein", "Don", "Don libre", "Donatie", "Donation", "Spende",
     "Frais de dossier", "Servicekosten"],
)  # fmt: skip
def test_a_product_that_is_no_seat_is_known_by_its_name(name: str) -> None:
    assert not Products(()).find(name, "").audience


def test_the_venues_first_fitting_rule_decides() -> None:
    rules = (
        ProductRule("Parkeer*", audience=False),
        ProductRule("normaal", ProductClass.MEMBER, channel=Channel.PHONE),
        ProductRule("Norm*", ProductClass.COMP),
        ProductRule("* - balkon", ProductClass.PASS, scheme="stadspas"),
    )
    products = Products(rules)
    assert products.find("NORMAAL", "").product_class is ProductClass.MEMBER
    assert products.find("NORMAAL", "").channel is Channel.PHONE
    assert products.find("Normalo", "").product_class is ProductClass.COMP
    assert products.find("Kaart", "Balkon").scheme == "stadspas"
    assert not products.find("Parkeerplaats", "").audience


def test_a_variation_gives_the_class_away_too() -> None:
    assert Products(()).find("Kaart", "Student").product_class is ProductClass.CONCESSION


def test_a_stream_is_online() -> None:
    assert Products(()).find("Livestream", "").channel is Channel.ONLINE_VOD
    assert Products(()).find("Online ticket", "").channel is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("", "web"), ("  ", "web"), ("Webshop", "web"), ("web", "web"), ("Online shop", "web"),
     ("Kassa 2", "desk"), ("pretixpos", "desk"), ("POS", "desk"), ("Guichet", "desk"), ("Abendkasse", "desk"),
     ("Telefonisch", "phone"), ("Téléphone", "phone"), ("resellers", "reseller"),
     ("Wederverkoper", "reseller"), ("VOD", "online_vod"), ("Rookseinen", None)],
)  # fmt: skip
def test_a_channel_without_a_rule_is_what_its_name_gives_away(name: str, expected: str | None) -> None:
    found = Channels(()).find(name)
    assert (found and found.value) == expected


def test_the_venues_channel_rule_comes_first_also_for_no_name() -> None:
    channels = Channels((ChannelRule("", Channel.DESK), ChannelRule("web*", Channel.RESELLER)))
    assert channels.find("") is Channel.DESK
    assert channels.find("Webshop") is Channel.RESELLER


def entry(match: str, production: str, start: str = "", capacity: int | None = None) -> ProgrammeEntry:
    moment = datetime.fromisoformat(start) if start else None
    return ProgrammeEntry(match, production, genre=Genre.THEATRE, capacity=capacity, start=moment)


def programme(*entries: ProgrammeEntry) -> Programme:
    return Programme(entries, Clock("Europe/Amsterdam"))


def test_an_event_is_found_by_its_slug_before_its_title() -> None:
    found = programme(
        entry("hamlet*", "by-title", "2025-10-03T20:00"), entry("h-25", "by-slug", "2025-10-04T20:00")
    )
    performance = found.find("h-25", ("h-25", "Hamlet"), "")
    assert performance is not None
    assert performance.production_ref == "by-slug"
    other = found.find("x", ("x", "HAMLET 2"), "")
    assert other is not None
    assert other.production_ref == "by-title"


def test_of_several_dates_of_one_name_the_one_that_starts_then_is_meant() -> None:
    found = programme(
        entry("hamlet", "hamlet", "2025-10-03T20:15", capacity=400),
        entry("hamlet", "hamlet", "2025-10-04T20:15", capacity=90),
    )
    small = found.find("", ("Hamlet",), "2025-10-04 20:15:00")
    first = found.find("", ("Hamlet",), "2025-10-09 20:15:00")
    assert small is not None
    assert first is not None
    assert small.cells.endswith(",90")
    assert ",theatre," in small.cells
    assert first.cells.endswith(",400")
    assert small.ref != first.ref


def test_square_brackets_in_a_title_are_no_pattern() -> None:
    found = programme(entry("Bowie [live]", "bowie", "2025-10-03T20:15")).find("", ("Bowie [live]",), "")
    assert found is not None
    assert found.production_ref == "bowie"


def test_what_the_programme_does_not_know_keeps_its_own_name() -> None:
    found = programme().find("ham-25", ("ham-25", "Hamlet\n in  de tuin"), "2025-10-03T20:15")
    assert found is not None
    assert not found.known
    assert found.cells == "ham-25,Hamlet in de tuin,other,ham-25:20251003T2015,2025-10-03T20:15:00+02:00,"


def test_without_any_start_there_is_no_performance() -> None:
    assert programme(entry("hamlet", "hamlet")).find("", ("hamlet",), "") is None
    assert programme(entry("hamlet", "hamlet", "2025-10-03T20:15")).find("", ("hamlet",), "?") is None


@pytest.mark.parametrize("text", ["hamlet-2025", "H.2:3_x"])
def test_a_name_that_is_a_reference_stays_itself(text: str) -> None:
    assert ref(text) == text


def test_names_that_lose_letters_stay_apart() -> None:
    names = ["C", "C++", "C#", "Één", "Een", "De vrouw", "De-vrouw", "戲", "劇", "x" * 64, "x" * 65]
    refs = [ref(name) for name in names]
    assert len({one for one in refs if one != "De-vrouw"}) == len(names) - 2
    assert all(len(one) <= 64 and one for one in refs)


def test_a_title_is_one_line_of_bounded_length() -> None:
    assert plain_title(" De\r\nvrouw\tvan ") == "De vrouw van"
    assert len(plain_title("x" * 999)) == LONGEST_TITLE
