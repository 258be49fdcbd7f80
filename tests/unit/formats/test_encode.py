import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats.encode import RESERVED, encode_fact, encode_origin, encode_place, encode_value
from auditor.model.facts import ApiField, Default, Fact, SourceRange, Written
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

PLACE = SourceRange("main.tf", 3, 7)
WORDS = "correct horse battery staple"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, None),
        (True, True),
        (1, 1),
        (Decimal(10), 10),
        (Decimal("0.5"), 0.5),
        (Decimal("0.1"), 0.1),
        (2**53 + 1, {"number": "9007199254740993"}),
        (Decimal("0.30000000000000000001"), {"number": "0.30000000000000000001"}),
        (Decimal("1E+400"), {"number": "1E+400"}),
        (Decimal("Infinity"), {"number": "Infinity"}),
        ((1, "a"), [1, "a"]),
        ({"a": ("b",)}, {"a": ["b"]}),
        (NOT_APPLICABLE, {"not_applicable": True}),
        (Unknown(Reason.DENIED, api="a:B", action="a:B"), {"unknown": "denied", "api": "a:B", "action": "a:B"}),
        ({"unknown": "denied"}, {"map": {"unknown": "denied"}}),
        ({"map": {}}, {"map": {"map": {}}}),
    ],
)
def test_a_value_has_one_encoding(value, encoded):
    assert encode_value(value) == encoded
    assert type(encode_value(value)) is type(encoded)


keys = st.one_of(st.sampled_from(sorted(RESERVED)), st.text(max_size=3))
unknowns = st.builds(Unknown, st.sampled_from(Reason), detail=st.text(max_size=3), references=st.just(()))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(allow_nan=False), st.text(max_size=3), unknowns,
    st.just(NOT_APPLICABLE),
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(tuple), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=8,
)


def decode(encoded):
    """The other way round, as a reader of the schema would write it."""
    match encoded:
        case list():
            return tuple(map(decode, encoded))
        case {"unknown": reason, **told}:
            return Unknown(Reason(reason), told.get("detail", ""))
        case {"not_applicable": True}:
            return NOT_APPLICABLE
        case {"number": text}:
            return Decimal(text)
        case {"map": members} | ({} as members):
            return {key: decode(item) for key, item in members.items()}
        case float():
            return Decimal(repr(encoded))
        case _:
            return encoded


@given(values)
def test_nothing_is_lost(value):
    assert decode(json.loads(json.dumps(encode_value(value)))) == value


def test_of_a_sensitive_fact_nothing_is_told_and_no_line_of_code():
    fact = Fact(WORDS, Written((PLACE,)), sensitive=True)
    told = encode_fact(fact, lambda _: f'password = "{WORDS}"')
    assert told["value"] == {"sensitive": True}
    assert WORDS not in json.dumps(told)


def test_a_sensitive_fact_that_is_unknown_says_why():
    assert encode_fact(Fact(Unknown(Reason.DENIED), Default("x"), sensitive=True))["value"] == {"unknown": "denied"}


def test_origins_say_where_from():
    assert encode_origin(Written((PLACE,)), lambda _: "  a = 1 ") == {
        "from": "written",
        "chain": [{"file": "main.tf", "line": 3, "column": 7, "code": "a = 1"}],
    }
    assert encode_origin(ApiField("kms:DescribeKey", "KeyMetadata.KeyState")) == {
        "from": "api",
        "api": "kms:DescribeKey",
        "field": "KeyMetadata.KeyState",
    }
    assert encode_origin(Default("hashicorp/aws 5.100")) == {"from": "default", "of": "hashicorp/aws 5.100"}


def test_a_line_of_code_is_bounded():
    assert len(encode_place(PLACE, lambda _: "x" * 10_000)["code"]) == 240
