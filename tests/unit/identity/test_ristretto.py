"""The batches do what libsodium does one by one, and nothing of a wrong length reaches C."""

from __future__ import annotations

import pytest
import rbcl

from ingest.identity.ristretto import elements_from, inverses, multiply_all, multiply_each, random_scalars

ORDER = 2**252 + 27742317777372353535851937790883648493
ONE = (1).to_bytes(32, "little")


def test_elements_are_those_that_libsodium_makes_one_by_one() -> None:
    wide = [bytes([number] * 64) for number in range(1, 6)]
    assert elements_from(wide) == [rbcl.crypto_core_ristretto255_from_hash(one) for one in wide]


def test_products_are_those_that_libsodium_makes_one_by_one() -> None:
    scalars, elements = random_scalars(4), elements_from([bytes([number] * 64) for number in range(1, 5)])
    assert multiply_each(scalars, elements) == [
        rbcl.crypto_scalarmult_ristretto255(scalar, element)
        for scalar, element in zip(scalars, elements, strict=True)
    ]
    assert multiply_all(scalars[0], elements) == multiply_each([scalars[0]] * 4, elements)


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_every_scalar_times_its_inverse_is_one(count: int) -> None:
    scalars = random_scalars(count)
    products = [
        rbcl.crypto_core_ristretto255_scalar_mul(scalar, inverse)
        for scalar, inverse in zip(scalars, inverses(scalars), strict=True)
    ]
    assert products == [ONE] * count


def test_nothing_can_be_unblinded_by_zero() -> None:
    with pytest.raises(ValueError, match="no inverse"):
        inverses([*random_scalars(2), bytes(32)])


def test_random_scalars_are_reduced_and_never_the_same() -> None:
    scalars = random_scalars(200)
    assert len(set(scalars) | set(random_scalars(200))) == 400
    assert all(0 < int.from_bytes(scalar, "little") < ORDER for scalar in scalars)


def test_a_value_of_another_length_is_refused_before_it_reaches_c() -> None:
    [scalar], [element] = random_scalars(1), elements_from([bytes(range(64))])
    for wrong in (b"", scalar[:31], scalar + b"\0"):
        with pytest.raises(ValueError, match="valid element"):
            multiply_each([wrong], [element])
        with pytest.raises(ValueError, match="valid element"):
            multiply_each([scalar], [wrong])
        with pytest.raises(ValueError, match="32 bytes"):
            inverses([scalar, wrong])
        with pytest.raises(ValueError, match="64 bytes"):
            elements_from([wrong])


def test_a_missing_element_is_noticed() -> None:
    with pytest.raises(ValueError, match="zip"):
        multiply_each(random_scalars(2), elements_from([bytes(range(64))]))
