"""The OPRF is that of RFC 9497, and the key holder learns nothing from what it is sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.identity import oprf
from ingest.identity.normalise import email_input
from ingest.identity.oprf import RFC_TEST_KEY, TRIAL_KEY_ID, Evaluator

# RFC 9497, A.1.1: OPRF(ristretto255, SHA-512), mode 0.
SCALAR = bytes.fromhex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")
VECTORS = [
    pytest.param(
        "00",
        "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
        "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
        id="vector 1",
    ),
    pytest.param(
        "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
        "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
        "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
        "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
        "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
        id="vector 2",
    ),
]


@pytest.mark.parametrize(("value", "blinded", "evaluated", "output"), VECTORS)
def test_the_published_vectors_come_out(value: str, blinded: str, evaluated: str, output: str) -> None:
    element, inverse = oprf.blind_with(bytes.fromhex(value), SCALAR)
    assert element.hex() == blinded
    [answer] = Evaluator(TRIAL_KEY_ID, RFC_TEST_KEY).evaluate([element])
    assert answer.hex() == evaluated
    assert [made.hex() for made in oprf.finalise([bytes.fromhex(value)], [inverse], [answer])] == [output]


NO_POINTS = [
    pytest.param(bytes(32), id="the identity"),
    pytest.param(b"\xff" * 32, id="not canonical"),
    pytest.param(bytes(31), id="too short"),
    pytest.param(b"", id="empty"),
]


@pytest.mark.parametrize("element", NO_POINTS)
def test_the_key_holder_refuses_what_is_no_point(element: bytes) -> None:
    evaluator = Evaluator(TRIAL_KEY_ID, RFC_TEST_KEY)
    with pytest.raises(ValueError, match="valid element"):
        evaluator.evaluate([element])


@pytest.mark.parametrize("element", NO_POINTS)
def test_the_venue_refuses_an_answer_that_is_no_point(element: bytes) -> None:
    [(_, inverse)] = oprf.blind([b"anna"])
    with pytest.raises(ValueError, match="valid element"):
        oprf.finalise([b"anna"], [inverse], [element])


@pytest.mark.parametrize("secret", [bytes(32), b"", bytes(31) + b"\x01\x01"])
def test_a_key_that_protects_nothing_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="OPRF key"):
        Evaluator("k1", secret)


def test_two_blinds_of_one_address_differ_and_end_in_one_token() -> None:
    value = email_input("anna@mail.example")
    assert value is not None
    seen: list[bytes] = []
    evaluator = Evaluator("k1", oprf.new_key())

    def watched(blinded: list[bytes]) -> list[bytes]:
        seen.extend(blinded)
        return evaluator.evaluate(blinded)

    tokens = oprf.remote_identify(watched, "k1")([value, value])
    assert tokens[0] == tokens[1]
    assert len(set(seen)) == 2
    assert all(value not in element and b"anna" not in element for element in seen)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=6))
def test_blinding_never_changes_a_token(values: list[bytes]) -> None:
    evaluator = Evaluator("k1", RFC_TEST_KEY)
    assert oprf.local_identify(evaluator)(values) == oprf.direct_identify(evaluator)(values)


def test_another_key_gives_another_token() -> None:
    one, two = (oprf.local_identify(Evaluator("k", oprf.new_key()))([b"anna"]) for _ in range(2))
    assert one != two


def test_a_token_is_the_key_id_and_half_the_output_without_padding() -> None:
    token = oprf.token("k1", bytes(range(64)))
    assert token == "k1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def test_the_key_check_tells_the_right_key_from_a_wrong_one() -> None:
    right = Evaluator("k1", oprf.new_key())
    assert oprf.key_check(right) == oprf.local_identify(right)([oprf.CHECK_INPUT])[0]
    assert oprf.key_check(right) != oprf.key_check(Evaluator("k1", oprf.new_key()))


def test_identities_go_out_in_batches_of_two_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert oprf.BATCH == 2_000
    monkeypatch.setattr(oprf, "BATCH", 2)
    evaluator, sizes = Evaluator("k1", RFC_TEST_KEY), []

    def counted(blinded: list[bytes]) -> list[bytes]:
        sizes.append(len(blinded))
        return evaluator.evaluate(blinded)

    values = [b"a", b"b", b"c", b"d", b"e"]
    assert oprf.remote_identify(counted, "k1")(values) == oprf.direct_identify(evaluator)(values)
    assert sizes == [2, 2, 1]


def test_a_missing_answer_is_noticed() -> None:
    evaluator = Evaluator("k1", RFC_TEST_KEY)
    short = oprf.remote_identify(lambda blinded: evaluator.evaluate(blinded)[1:], "k1")
    with pytest.raises(ValueError, match="did not answer"):
        short([b"a", b"b"])


def test_nothing_to_identify_asks_nobody() -> None:
    def never(blinded: list[bytes]) -> list[bytes]:
        raise AssertionError(blinded)

    assert oprf.remote_identify(never, "k1")([]) == []
