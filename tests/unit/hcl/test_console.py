from pathlib import Path

import pytest

from auditor.hcl import types, values
from auditor.hcl.console import EmptyScope, eval_rows, evaluate_text, printed
from auditor.hcl.functions.specification import Surroundings
from auditor.model.errors import HclSyntaxError, SourceError

SCOPE = EmptyScope(Surroundings(Path(), Path()), workspace="prod")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("1 + 1", "2"),
        ('"a\\"b"', '"a\\"b"'),
        ('"<&>"', '"<&>"'),
        ("null", "null"),
        ("tostring(null)", "tostring(null)"),
        ("true", "true"),
        ("[]", "[]"),
        ('[1, "a"]', '[\n  1,\n  "a",\n]'),
        ("{ a = [1] }", '{\n  "a" = [\n    1,\n  ]\n}'),
        ("tolist([1])", "tolist([\n  1,\n])"),
        ('toset(["a"])', 'toset([\n  "a",\n])'),
        ("tomap({})", "tomap({})"),
        ('"a\\nb"', "<<EOT\na\nb\nEOT"),
        ('sensitive("x")', "(sensitive value)"),
        ("uuid()", "(known after apply)"),
        ("1 / 0", "+Inf"),
        ("type({ a = [1] })", "object({\n    a: tuple([\n        number,\n    ]),\n})"),
        ("terraform.workspace", '"prod"'),
    ],
)
def test_printed_as_the_console_does(expression, text):
    assert evaluate_text(expression, SCOPE) == text


def test_what_can_not_be_evaluated():
    with pytest.raises(HclSyntaxError):
        evaluate_text("1 +", SCOPE)
    with pytest.raises(SourceError, match="Reference to undeclared input variable") as told:
        evaluate_text("var.x", SCOPE)
    assert 'the name "x" has not been declared' in told.value.detail


@pytest.mark.parametrize("call", ["templatefile({}, {{}})", "templatestring({}, {{}})", "file({})"])
def test_no_complaint_quotes_a_sensitive_text(call):
    with pytest.raises(SourceError) as told:
        evaluate_text(call.format('[for text in [sensitive("hunter${2}")] : text][0]'), SCOPE)
    assert "hunter2" not in told.value.detail


def test_rows_are_completed_one_by_one():
    rows = eval_rows([{"expr": "1 +", "kept": "not"}, {"expr": "[uuid()]"}, {"expr": 'sensitive("a")'}], SCOPE)
    assert [row["ok"] for row in rows] == [False, True, True]
    assert rows[1] == {"expr": "[uuid()]", "ok": True, "value": None, "unknown": "inside"}
    assert rows[2] == {"expr": 'sensitive("a")', "ok": True, "sensitive": True, "value": '"a"', "type": "string"}


def test_sensitive_parts_are_never_printed():
    value = values.mapping({"a": values.string("hunter2").marked(frozenset({values.SENSITIVE})), "b": values.TRUE})
    assert "hunter2" not in printed(value)
    assert printed(values.null(types.ListType(types.STRING))) == "tolist(null)"
