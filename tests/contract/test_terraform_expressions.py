"""Every expression has the value and type, or the error, of Terraform 1.11.4."""

import json
from pathlib import Path

import pytest

from auditor.hcl import types, values
from auditor.hcl.console import EmptyScope, eval_rows
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.json_text import json_text
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.values import Undecided

RECORDED = Path(__file__).parent.parent / "fixtures" / "terraform"
ROWS = json.loads((RECORDED / "terraform-expressions.json").read_text())
FURTHER_ROWS = json.loads((RECORDED / "further-expressions.json").read_text())
UNKNOWN_ROWS = json.loads((RECORDED / "unknown-values.json").read_text())
SURROUNDINGS = Surroundings(directory=RECORDED, project_root=RECORDED, home="/home/tester")

# Errors that the evaluator gives come in Terraform's words; those of the parser in words of its own.
EVALUATED = (
    "Invalid operand",
    "Operation failed",
    "Unsupported attribute",
    "Invalid index",
    "Invalid function argument",
    "Error in function call",
    "Inconsistent conditional result types",
    "Iteration over",
    "Reference to",
    "Attempt to",
    "Missing map element",
    "Incorrect condition type",
    "Duplicate object key",
    "Invalid object key",
    "Invalid template interpolation value",
    "Not enough function arguments",
    "Too many function arguments",
)
# A name with a dot as an object key: Terraform's references come first, ours is refused as ambiguous.
OWN_WORDS = {"{ a.b = 1 }"}


def test_all_rows_are_there():
    assert len(ROWS) == 453


def test_further_results():
    """Those whose error is not given are refused in words of our own."""
    results = eval_rows([{"expr": row["expr"]} for row in FURTHER_ROWS], EmptyScope(SURROUNDINGS))
    for found, row in zip(results, FURTHER_ROWS, strict=True):
        if not row["ok"] and "error" not in row:
            assert found.pop("error")
        assert found == row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["expr"][:60])
def test_result(row):
    (found,) = eval_rows([row], EmptyScope(SURROUNDINGS))
    expected = {key: value for key, value in row.items() if key not in {"note", "error"}}
    error = found.pop("error", None)
    assert found == expected
    if row.get("error", "").startswith(EVALUATED) and row["expr"] not in OWN_WORDS:
        assert error == row["error"]
    assert (error is None) is row["ok"]


class PlanScope(EmptyScope):
    """A module with a resource `terraform_data.u` that is not there yet."""

    def resolve(self, name, steps, /):
        if (name, *steps[:1]) == ("terraform_data", "u"):
            cause = values.not_evaluable("made by the resource", "terraform_data.u")
            identifier = values.unknown(types.STRING, cause, not_null=True)
            nothing = dict.fromkeys(("input", "output", "triggers_replace"), values.NULL)
            return values.mapping({"id": identifier, **nothing}), 1
        return super().resolve(name, steps)


@pytest.mark.parametrize("row", UNKNOWN_ROWS, ids=lambda row: row["expr"][:60])
def test_unknown_values(row):
    source = SourceFile("main.tf", row["expr"])
    value = evaluate(parse_expression(source), PlanScope(SURROUNDINGS), source)
    known, unknown = planned(values.unmark_deep(value)[0])
    if "certain" in row:
        # We know more than Terraform, and soundly: the expression has this value whatever the unknown one is.
        assert row["after_unknown"] is True
        assert (known, unknown) == (row["certain"], False)
    else:
        assert unknown == row["after_unknown"]
        assert unknown is True or known == row["after"]


def planned(value):
    """A value as the plan shows it: what is known of it, and where it is unknown."""
    content = value.content
    if isinstance(content, Undecided):
        return None, True
    if isinstance(content, dict):
        parts = {name: planned(item) for name, item in content.items()}
        unknown = {name: part for name, (_, part) in parts.items() if part}
        return {name: known for name, (known, part) in parts.items() if part is not True}, unknown or False
    if isinstance(content, tuple):
        pairs = [planned(item) for item in content]
        unknown = [part for _, part in pairs]
        return [known for known, _ in pairs], unknown if any(unknown) else False
    return json.loads(json_text(value)), False
