"""Instances and their keys."""

import pytest

from auditor.hcl import values
from auditor.hcl.errors import EvaluationError
from auditor.hcl.evaluate import evaluate
from auditor.hcl.expansion import Repetition, expand, quoted
from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.hcl.types import STRING
from auditor.hcl.variables import CONSTANTS


def suffixes(text, value=None):
    body = parse(SourceFile("x", text + "\n"))
    expansion = expand(body, lambda a: value or evaluate(a.expression, CONSTANTS, a.source))
    return [repetition.suffix for repetition in expansion.repetitions]


def test_suffixes():
    assert suffixes("a = 1") == [""]
    assert suffixes("count = 2") == ["[0]", "[1]"]
    assert suffixes('count = "0"') == []
    assert suffixes('for_each = { b = 1, a = 2, "q\\"" = 3 }') == ['["a"]', '["b"]', '["q\\""]']
    assert suffixes("for_each = 1", values.set_of(STRING, [values.string("y"), values.string("x")])) == [
        '["x"]',
        '["y"]',
    ]


@pytest.mark.parametrize(
    "text", ["count = null", "count = -1", "count = 1.5", 'count = "x"', "count = 1e9", "for_each = null",
             'for_each = ["a"]', 'for_each = "a"'],
)  # fmt: skip
def test_arguments_that_terraform_refuses(text):
    with pytest.raises(EvaluationError):
        suffixes(text)


def test_sensitive_keys_are_refused():
    with pytest.raises(EvaluationError, match="Sensitive"):
        suffixes("for_each = 1", values.mapping({}).marked(frozenset({values.SENSITIVE})))


def test_keys_are_escaped_as_addresses_write_them():
    assert Repetition('a"\\${b}\n').suffix == '["a\\"\\\\$${b}\\n"]'


def test_keys_are_escaped_as_addresses_show_them():
    assert quoted('a"b\\c\n\r\t') == 'a\\"b\\\\c\\n\\r\\t'
    assert quoted("${x} %{y} $x {}") == "$${x} %%{y} $x {}"
    assert quoted("\u200d\U000e0001é") == "\\u200d\\U000e0001é"
