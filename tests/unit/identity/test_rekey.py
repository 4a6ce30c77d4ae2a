"""What the lake keeps is keyed with the service's pepper."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ingest.identity.rekey import booker_id, booker_ids

PEPPER = bytes(range(32))


def test_a_booker_is_the_first_half_of_an_hmac() -> None:
    assert booker_id(PEPPER, "k1.abc") == hmac.new(PEPPER, b"k1.abc", hashlib.sha256).digest()[:16]


def test_many_tokens_keep_their_order() -> None:
    assert booker_ids(PEPPER, ["k1.a", "k1.b"]) == [booker_id(PEPPER, "k1.a"), booker_id(PEPPER, "k1.b")]


def test_another_pepper_is_another_booker() -> None:
    assert booker_id(PEPPER, "k1.abc") != booker_id(PEPPER[::-1], "k1.abc")


def test_a_short_pepper_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        booker_id(PEPPER[:31], "k1.abc")
