"""Forty vectors pin for every runtime which addresses are the same person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.identity.normalise import (
    CHECK_INPUT,
    email_input,
    is_shared_or_dummy,
    normalise_email,
    number_input,
)

VECTORS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("email_vectors.json").read_text("utf-8"))


def test_there_are_forty_vectors_and_none_is_there_twice() -> None:
    assert len(VECTORS) == 40
    assert len({vector["address"] for vector in VECTORS}) == 40


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_an_address_is_normalised_as_the_vector_says(vector: dict[str, Any]) -> None:
    assert normalise_email(vector["address"]) == vector["normalised"]


def test_the_input_says_what_it_is_and_how_long_it_is() -> None:
    assert email_input("Anna@Mail.example") == b"\x00\x05email\x00\x11anna@mail.example"


def test_an_address_that_names_nobody_has_no_input() -> None:
    assert email_input("n/a") is None


def test_a_number_belongs_to_its_venue() -> None:
    assert number_input("de-linde", " 0042 ") == b"\x00\x06number\x00\x08de-linde\x00\x040042"
    assert number_input("de-linde", "42") != number_input("de-spil", "42")


def test_a_number_never_equals_an_address_or_another_split() -> None:
    assert number_input("a", "bc") != number_input("ab", "c")
    assert CHECK_INPUT not in (email_input("check@foyer.example"), number_input("check", "foyer"))


@pytest.mark.parametrize("number", ["", "  ", "0", "-", "N/A", "onbekend", "9" * 129])
def test_a_number_that_names_nobody_has_no_input(number: str) -> None:
    assert number_input("de-linde", number) is None


def test_a_byte_that_could_not_be_read_identifies_nobody() -> None:
    assert email_input("ren\udce9@mail.example") is None
    assert email_input("ren\ufffd@mail.example") is None


def test_a_domain_that_has_no_a_label_identifies_nobody() -> None:
    assert normalise_email("anna@m\u00fcl ler.example".replace(" ", "\u2044")) is None
    assert normalise_email("anna@m\u00fcller") is None


def test_an_address_longer_than_any_is_refused() -> None:
    assert normalise_email("a" * 310 + "@mail.example") is None


def test_shared_and_made_up_addresses_are_told_from_mistyped_ones() -> None:
    assert is_shared_or_dummy("Info@mail.example")
    assert is_shared_or_dummy("xxx@mail.example")
    assert not is_shared_or_dummy("anna@@mail.example")
