from decimal import Decimal

import pytest

from auditor.model.facts import Default, Fact
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.policy.messages import clean, fact_words, fill, placeholders, words


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "absent"),
        (NOT_APPLICABLE, "not applicable"),
        (True, "true"),
        (False, "false"),
        (Decimal("1.5"), "1.5"),
        ("ENABLED", "ENABLED"),
        ((), "none"),
        (("a", None), "a, absent"),
        (tuple("abcdefghij"), "a, b, c, d, e, f, g, h and 2 more"),
        ({"Owner": "data"}, "Owner = data"),
        (Unknown(Reason.DENIED, api="kms:DescribeKey", action="kms:DescribeKey"), "unknown (denied: kms:DescribeKey)"),
        (Unknown(Reason.FAILED, api="kms:GetKeyPolicy"), "unknown (failed: kms:GetKeyPolicy)"),
        (Unknown(Reason.NOT_EVALUABLE, references=("var.a", "var.b")), "unknown (not_evaluable: var.a, var.b)"),
        (Unknown(Reason.NOT_READ), "unknown (not_read)"),
    ],
)
def test_words(value, expected):
    assert words(value) == expected


def test_hostile_text_is_cleaned_and_cut():
    assert clean("a\x1b[2J\n::error::\u202e") == "a\ufffd[2J ::error::\ufffd"
    assert clean('{\n  "Version": "2012-10-17"\r\n}') == '{ "Version": "2012-10-17" }'
    assert len(words("x" * 10_000)) == 200
    assert words("x" * 200) == "x" * 200


def test_a_sensitive_fact_is_not_shown():
    assert fact_words(Fact("secret", Default("x"), sensitive=True)) == "(sensitive)"
    assert fact_words(Fact("open", Default("x"))) == "open"


def test_fill_replaces_each_placeholder_once():
    assert (
        fill("{a.b} and {c}, not ${d} or { e }", {"a.b": "{c}", "c": "2"}.__getitem__) == "{c} and 2, not ${d} or { e }"
    )
    assert list(placeholders("{a.b} ${c} {D}")) == ["a.b"]
