"""Inputs → tokens by RFC 9497, OPRF mode 0 with ristretto255 and SHA-512.

The venue blinds and finalises, the key holder evaluates: he never sees an address, she never sees the key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence

from ingest.identity.normalise import CHECK_INPUT
from ingest.identity.ristretto import (
    SIZE,
    elements_from,
    inverses,
    multiply_all,
    multiply_each,
    random_scalars,
)

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
TOKEN_BYTES = 32
# The published key of RFC 9497 A.1.1: it protects nothing, so what it made is a trial.
RFC_TEST_KEY = bytes.fromhex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e")
TRIAL_KEY_ID = "rfc9497-test"

_CONTEXT = b"OPRFV1-\x00-ristretto255-SHA512"
_DST = b"HashToGroup-" + _CONTEXT
_DST_PRIME = _DST + bytes([len(_DST)])
# expand_message_xmd of RFC 9380 with SHA-512 and 64 bytes wanted needs one block only.
_EXPAND_START = hashlib.sha512(bytes(128))
_EXPAND_TAIL = (64).to_bytes(2, "big") + b"\x00" + _DST_PRIME


def blind(inputs: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """For each input the blinded element and the inverse of its fresh random scalar."""
    scalars = random_scalars(len(inputs))
    return list(zip(multiply_each(scalars, _hash_to_group(inputs)), inverses(scalars), strict=True))


def blind_with(value: bytes, scalar: bytes) -> tuple[bytes, bytes]:
    """Blind one input with a given scalar; only test vectors choose the scalar themselves."""
    return multiply_all(scalar, _hash_to_group([value]))[0], inverses([scalar])[0]


def finalise(inputs: Sequence[bytes], unblind: Sequence[bytes], evaluated: Sequence[bytes]) -> list[bytes]:
    """The 64 bytes of output of each, by the inverses that blind gave; ValueError on what is no point."""
    return [_output(*pair) for pair in zip(inputs, multiply_each(unblind, evaluated), strict=True)]


def token(key_id: str, output: bytes) -> str:
    """What stands in an extract: the key's id and the first half of the output."""
    return f"{key_id}.{base64.urlsafe_b64encode(output[:TOKEN_BYTES]).decode('ascii').rstrip('=')}"


class Evaluator:
    """The key holder's side. `secret` is a scalar of 32 bytes, little-endian."""

    __slots__ = ("_secret", "key_id")

    def __init__(self, key_id: str, secret: bytes) -> None:
        if len(secret) != SIZE or not any(secret):
            raise ValueError("An OPRF key is a scalar of 32 bytes, not zero.")
        self.key_id = key_id
        self._secret = secret

    def evaluate(self, blinded: Sequence[bytes]) -> list[bytes]:
        """Raises ValueError on the identity element and on anything that is not a valid point."""
        return multiply_all(self._secret, blinded)

    def outputs(self, inputs: Sequence[bytes]) -> list[bytes]:
        """The outputs for inputs known in the clear, without blinding: the same 64 bytes each."""
        elements = multiply_all(self._secret, _hash_to_group(inputs))
        return [_output(*pair) for pair in zip(inputs, elements, strict=True)]


def new_key() -> bytes:
    """A fresh random scalar for a key file."""
    return random_scalars(1)[0]


def local_identify(evaluator: Evaluator) -> Identify:
    """Both sides in one process: for the demo, trials and tests."""
    return remote_identify(evaluator.evaluate, evaluator.key_id)


def direct_identify(evaluator: Evaluator) -> Identify:
    """The same tokens at a third of the cost, where one process holds key and addresses anyway."""
    return lambda inputs: [token(evaluator.key_id, output) for output in evaluator.outputs(inputs)]


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
    outputs = finalise(inputs, [inverse for _, inverse in blinded], evaluated)
    return [token(key_id, output) for output in outputs]


def _hash_to_group(inputs: Sequence[bytes]) -> list[bytes]:
    return elements_from(map(_uniform, inputs))


def _uniform(value: bytes) -> bytes:
    first = _EXPAND_START.copy()
    first.update(value + _EXPAND_TAIL)
    return hashlib.sha512(first.digest() + b"\x01" + _DST_PRIME).digest()


def _output(value: bytes, element: bytes) -> bytes:
    framed = len(value).to_bytes(2, "big") + value + SIZE.to_bytes(2, "big") + element + b"Finalize"
    return hashlib.sha512(framed).digest()
