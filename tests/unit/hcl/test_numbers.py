from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import numbers
from auditor.hcl.numbers import NumberError, NumberTooLarge

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
WHOLE = st.integers(-(2**600), 2**600)


@given(DECIMALS)
def test_the_text_of_a_number_gives_the_number_back(decimal):
    number = numbers.parse(format(decimal, "f"))
    assert numbers.equal(numbers.parse(numbers.text(number)), number)


@given(WHOLE)
def test_whole_numbers_up_to_512_bits_are_exact(number):
    parsed = numbers.parse(str(number))
    if number.bit_length() <= 512:
        assert parsed == number
        assert numbers.text(parsed) == str(number)
    assert numbers.equal(numbers.parse(numbers.text(parsed)), parsed)


@given(WHOLE, WHOLE)
def test_a_quotient_is_within_half_a_unit_in_the_last_place(one, other):
    if not other:
        return
    exact = Fraction(numbers.fraction(numbers.parse(str(one)))) / numbers.fraction(numbers.parse(str(other)))
    quotient = numbers.fraction(numbers.divide(numbers.parse(str(one)), numbers.parse(str(other))))
    assert abs(quotient - exact) <= abs(exact) / 2**512


@given(DECIMALS, DECIMALS)
def test_sums_are_commutative_and_close(one, other):
    first, second = numbers.parse(format(one, "f")), numbers.parse(format(other, "f"))
    total = numbers.add(first, second)
    assert numbers.equal(total, numbers.add(second, first))
    assert abs(numbers.fraction(total) - Fraction(one + other)) < Fraction(1, 2**400)


@pytest.mark.parametrize("text", ["", " 1", "1_0", "0x1", "Infinity", "NaN", "1e", "--1", "\u0661"])
def test_what_is_no_number(text):
    assert numbers.parse(text) is None


@pytest.mark.parametrize("text", ["1e99999999", "1e-99999999", "9" * 5000, "1e4000"])
def test_more_digits_than_are_kept(text):
    with pytest.raises(NumberTooLarge):
        numbers.parse(text)


def test_machine_numbers_have_fewer_digits():
    third = numbers.divide(numbers.machine_integer(1), numbers.machine_integer(3))
    assert numbers.text(third) == "0.33333333333333333334"
    assert len(numbers.text(numbers.divide(1, 3))) > 150
    assert numbers.text(numbers.machine_float(0.1)) == "0.1"


def test_infinities_and_negative_zero():
    assert numbers.divide(1, 0) is numbers.INFINITY
    assert numbers.negate(0) is numbers.NEGATIVE_ZERO
    assert numbers.equal(numbers.NEGATIVE_ZERO, 0)
    assert numbers.negate(numbers.INFINITY) is numbers.NEGATIVE_INFINITY
    for operation, left, right in (
        (numbers.divide, 0, 0),
        (numbers.add, numbers.INFINITY, numbers.NEGATIVE_INFINITY),
        (numbers.multiply, numbers.INFINITY, 0),
    ):
        with pytest.raises(NumberError):
            operation(left, right)


def test_growing_products_end():
    number = numbers.parse("1e1500")
    square = numbers.multiply(number, number)
    with pytest.raises(NumberTooLarge):
        numbers.multiply(square, square)


@pytest.mark.parametrize(("left", "right", "rest"), [(7, -3, "1"), (-7, 3, "-1"), (5, 0, "5")])
def test_the_remainder_has_the_sign_of_the_dividend(left, right, rest):
    assert numbers.text(numbers.modulo(left, right)) == rest
