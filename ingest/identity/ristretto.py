"""Many ristretto255 operations at once: lists of 32 or 64 bytes enter and leave, libsodium does all of them.

rbcl's own functions take one value each and look at every argument again, which for a batch costs more than
some of the operations. So the library that rbcl carries and initialises is called here without them, and
what is wrong with an argument is found here: C would read beyond one that is too short.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterable, Sequence

from rbcl._sodium import _sodium

SIZE = 32  # of a scalar and of an encoded element alike
WIDE = 64  # of uniform bytes that a scalar or an element is made of
_ONE = (1).to_bytes(SIZE, "little")


def _function(name: str, values: int) -> Callable[..., int]:
    """A function that writes 32 bytes and reads `values` others; a handle of our own, beside rbcl's."""
    found: Callable[..., int] = _sodium[name]
    found.argtypes = (ctypes.c_char_p,) * (1 + values)  # type: ignore[attr-defined]
    return found


_from_hash = _function("crypto_core_ristretto255_from_hash", 1)
_reduce = _function("crypto_core_ristretto255_scalar_reduce", 1)
_invert = _function("crypto_core_ristretto255_scalar_invert", 1)
_scalar_mul = _function("crypto_core_ristretto255_scalar_mul", 2)
_multiply = _function("crypto_scalarmult_ristretto255", 2)


def elements_from(uniform: Iterable[bytes]) -> list[bytes]:
    """An element for each 64 uniform bytes (RFC 9496, 4.3.4)."""
    made, found = ctypes.create_string_buffer(SIZE), []
    for wide in uniform:
        if len(wide) != WIDE:
            raise ValueError("An element is made of 64 bytes.")
        _from_hash(made, wide)
        found.append(made.raw)
    return found


def random_scalars(count: int) -> list[bytes]:
    """Fresh and uniform: 64 bytes each from the system, modulo the group's order."""
    made, found, pool = ctypes.create_string_buffer(SIZE), [], os.urandom(WIDE * count)
    for start in range(0, len(pool), WIDE):
        _reduce(made, pool[start : start + WIDE])
        found.append(made.raw)
    return found


def inverses(scalars: Sequence[bytes]) -> list[bytes]:
    """All inverses for the price of one, in constant time: multiply up, invert once, divide back down."""
    if any(len(scalar) != SIZE for scalar in scalars):
        raise ValueError("A scalar has 32 bytes.")
    made, products = ctypes.create_string_buffer(SIZE), [_ONE]
    for scalar in scalars:
        _scalar_mul(made, products[-1], scalar)
        products.append(made.raw)
    if _invert(made, products.pop()):
        raise ValueError("Zero has no inverse.")
    left, found = made.raw, []
    for scalar, before in zip(reversed(scalars), reversed(products), strict=True):
        _scalar_mul(made, left, before)
        found.append(made.raw)
        _scalar_mul(made, left, scalar)
        left = made.raw
    return found[::-1]


def multiply_each(scalars: Sequence[bytes], elements: Sequence[bytes]) -> list[bytes]:
    """Each scalar times its element; raises ValueError where that is no element, or the identity.

    libsodium refuses encodings that are not canonical, and an identity by its product: one look, no second.
    """
    made, found = ctypes.create_string_buffer(SIZE), []
    for scalar, element in zip(scalars, elements, strict=True):
        if len(element) != SIZE or len(scalar) != SIZE or _multiply(made, scalar, element):
            raise ValueError("That is not a valid element of the group.")
        found.append(made.raw)
    return found


def multiply_all(scalar: bytes, elements: Sequence[bytes]) -> list[bytes]:
    """One scalar times every element, as multiply_each."""
    return multiply_each([scalar] * len(elements), elements)
