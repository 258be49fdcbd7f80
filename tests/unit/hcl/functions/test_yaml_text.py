from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import plain_values, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Surroundings, call
from auditor.hcl.functions.table import FUNCTIONS

PLAN = Surroundings(Path(), Path())


def decoded(text):
    return plain_values.plain(call(FUNCTIONS["yamldecode"], [values.string(text)], PLAN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0b11", "0b11"), ("-0x1F", "-0x1F"), ("1_000", "1_000"), ("0x1F", 31), ("0o17", 15), ("+1", 1),
        ("!!int 0b11", 3), ("!!int -0x1F", -31), ("!!int _1_000", 1000), ("!!float 0x1f", 31),
        ("!!int 1.5", Decimal("1.5")),
        ("0xffffffffffffffff", 2**64 - 1), ("1e3", 1000), ("1_e3", "1_e3"), (".5_5", ".5_5"),
        ("'1'", "1"), ("!!str 1", "1"), ("!!int 7", 7),
        ("2024-1-2 3:04:05", "2024-01-02T03:04:05Z"), ("1.2.3", "1.2.3"), ("- ~\n- Null", (None, None)),
        ("!!binary aGk=", "aGk="), ("a: &x {k: 1}\nb: {<<: *x, k: 3}", {"a": {"k": 1}, "b": {"k": 3}}),
    ],
)  # fmt: skip
def test_readings(text, expected):
    assert decoded(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        ".nan",
        "!!int x",
        "0x10000000000000000",
        "!!bool 1_0",
        "!!int 2020-01-01",
        "!other 1",
        "? [a]\n: 1",
        "*x",
        "&a [*a]",
        "a: b: c",
        "{",
        "<<: 1",
        "a: &x {k: 1}\nb: {<<: [*x, {j: 2}], k: 3}",
        "\x00",
    ],
)
def test_complaints(text):
    with pytest.raises(FunctionError):
        decoded(text)


def test_depth_and_aliases_are_bounded():
    with pytest.raises(FunctionLimit):
        decoded("[" * 300 + "]" * 300)
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(FunctionLimit):
        decoded("\n".join(lines))


PLAIN = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8", categories=("L", "N", "P")))
    ),
    lambda inner: st.one_of(st.lists(inner).map(tuple), st.dictionaries(st.text("abc:# -", max_size=3), inner)),
    max_leaves=8,
)


@given(PLAIN)
def test_what_is_encoded_comes_back(plain):
    value = plain_values.from_plain(plain)
    text = call(FUNCTIONS["yamlencode"], [value], PLAN).content
    assert decoded(text) == plain_values.plain(value)
