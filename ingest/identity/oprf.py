"""Inputs → tokens by RFC 9497, OPRF mode 0 with ristretto255 and SHA-512.

The venue blinds and finalises, the key holder evaluates: he never sees an address, she never sees the key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from itertools import accumulate

import rbcl

from ingest.identity.normalise import CHECK_INPUT

__all__ = [
    "BATCH",
    "CHECK_INPUT",
    "RFC_TEST_KEY",
    "TRIAL_KEY_ID",
    "Evaluator",
    "Identify",
    "blind",
    "blind_with",
    "direct_identify",
    "finalise",
    "key_check",
    "local_identify",
    "new_key",
    "remote_identify",
    "token",
]

Identify = Callable[[list[bytes]], list[str]]

BATCH = 2_000
POINT = 32
TOKEN_BYTES = 32
# The published key of RFC 9497 A.1.1: it protects nothing, so what it made is a trial.
RFC_TEST_KEY = bytes.fromhex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e")
TRIAL_KEY_ID = "rfc9497-test"

# The order of the group (RFC 9496).
_ORDER = 2**252 + 27742317777372353535851937790883648493
_NOT_A_POINT = "That is not a valid element of the group."
_CONTEXT = b"OPRFV1-\x00-ristretto255-SHA512"
_DST = b"HashToGroup-" + _CONTEXT
_DST_PRIME = _DST + bytes([len(_DST)])
# expand_message_xmd of RFC 9380 with SHA-512 and 64 bytes wanted needs one block only.
_EXPAND_START = hashlib.sha512(bytes(128))
_EXPAND_TAIL = (64).to_bytes(2, "big") + b"\x00" + _DST_PRIME


def blind(inputs: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """For each input the blinded element and the inverse of its fresh random scalar."""
    scalars = [rbcl.crypto_core_ristretto255_scalar_random() for _ in inputs]
    blinded = [
        bytes(rbcl.crypto_scalarmult_ristretto255(scalar, _hash_to_group(value)))
        for scalar, value in zip(scalars, inputs, strict=True)
    ]
    return list(zip(blinded, _inverses(scalars), strict=True))


def blind_with(value: bytes, scalar: bytes) -> tuple[bytes, bytes]:
    """Blind one input with a given scalar; only test vectors choose the scalar themselves."""
    blinded = rbcl.crypto_scalarmult_ristretto255(scalar, _hash_to_group(value))
    return bytes(blinded), bytes(rbcl.crypto_core_ristretto255_scalar_invert(scalar))


def finalise(value: bytes, inverse: bytes, evaluated: bytes) -> bytes:
    """The 64 bytes of output; raises ValueError when the evaluated element is not a valid point."""
    element = _multiply(inverse, evaluated)
    return _output(value, element)


def token(key_id: str, output: bytes) -> str:
    """What stands in an extract: the key's id and the first half of the output."""
    return f"{key_id}.{base64.urlsafe_b64encode(output[:TOKEN_BYTES]).decode('ascii').rstrip('=')}"


class Evaluator:
    """The key holder's side. `secret` is a scalar of 32 bytes, little-endian."""

    __slots__ = ("_secret", "key_id")

    def __init__(self, key_id: str, secret: bytes) -> None:
        if len(secret) != POINT or not any(secret):
            raise ValueError("An OPRF key is a scalar of 32 bytes, not zero.")
        self.key_id = key_id
        self._secret = secret

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """Raises ValueError on the identity element and on anything that is not a valid point."""
        return [_multiply(self._secret, element) for element in blinded]

    def output(self, value: bytes) -> bytes:
        """The output for an input known in the clear, without blinding: the same 64 bytes."""
        return _output(value, _multiply(self._secret, _hash_to_group(value)))


def new_key() -> bytes:
    """A fresh random scalar for a key file."""
    return bytes(rbcl.crypto_core_ristretto255_scalar_random())


def local_identify(evaluator: Evaluator) -> Identify:
    """Both sides in one process: for the demo, trials and tests."""
    return remote_identify(evaluator.evaluate, evaluator.key_id)


def direct_identify(evaluator: Evaluator) -> Identify:
    """The same tokens at a third of the cost, where one process holds key and addresses anyway."""
    return lambda inputs: [token(evaluator.key_id, evaluator.output(value)) for value in inputs]


def remote_identify(evaluate: Callable[[list[bytes]], list[bytes]], key_id: str) -> Identify:
    """Blind here, evaluate there in batches, finalise here; raises ValueError when answers are missing."""

    def identify(inputs: list[bytes]) -> list[str]:
        tokens: list[str] = []
        for start in range(0, len(inputs), BATCH):
            tokens += _one_batch(inputs[start : start + BATCH], evaluate, key_id)
        return tokens

    return identify


def key_check(evaluator: Evaluator) -> str:
    """The token of the known test input: what an extract made with this key must carry."""
    return local_identify(evaluator)([CHECK_INPUT])[0]


def _one_batch(inputs: list[bytes], evaluate: Callable[[list[bytes]], list[bytes]], key_id: str) -> list[str]:
    blinded = blind(inputs)
    evaluated = evaluate([element for element, _ in blinded])
    if len(evaluated) != len(inputs):
        raise ValueError("The key holder did not answer for every identity in the batch.")
    return [
        token(key_id, finalise(value, inverse, element))
        for value, (_, inverse), element in zip(inputs, blinded, evaluated, strict=True)
    ]


def _hash_to_group(value: bytes) -> bytes:
    first = _EXPAND_START.copy()
    first.update(value + _EXPAND_TAIL)
    uniform = hashlib.sha512(first.digest() + b"\x01" + _DST_PRIME).digest()
    return bytes(rbcl.crypto_core_ristretto255_from_hash(uniform))


def _output(value: bytes, element: bytes) -> bytes:
    framed = len(value).to_bytes(2, "big") + value + POINT.to_bytes(2, "big") + element + b"Finalize"
    return hashlib.sha512(framed).digest()


def _multiply(scalar: bytes, element: bytes) -> bytes:
    # libsodium refuses encodings that are no point, and the identity by its product: one check, no second.
    if len(element) != POINT:
        raise ValueError(_NOT_A_POINT)
    try:
        return bytes(rbcl.crypto_scalarmult_ristretto255(scalar, element))
    except RuntimeError:
        raise ValueError(_NOT_A_POINT) from None


def _inverses(scalars: Sequence[bytes]) -> list[bytes]:
    """All inverses for the price of one: multiply up, invert once, divide back down."""
    numbers = [int.from_bytes(scalar, "little") for scalar in scalars]
    products = list(accumulate(numbers, lambda a, b: a * b % _ORDER, initial=1))
    inverse = pow(products.pop(), -1, _ORDER)
    found: list[bytes] = []
    for number, before in zip(reversed(numbers), reversed(products), strict=True):
        found.append((inverse * before % _ORDER).to_bytes(POINT, "little"))
        inverse = inverse * number % _ORDER
    return found[::-1]
