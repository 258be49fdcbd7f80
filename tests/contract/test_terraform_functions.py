"""Every function has the results, errors and signature of Terraform 1.11.4."""

import json
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from auditor.hcl import types
from auditor.hcl.console import EmptyScope, eval_rows
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.functions.table import FUNCTIONS

RECORDED = Path(__file__).parent.parent / "fixtures" / "terraform"
ROWS = json.loads((RECORDED / "terraform-functions.json").read_text())
SIGNATURES = json.loads((RECORDED / "function-signatures.json").read_text())

# These evaluate their arguments themselves.
SPECIAL_FORMS = {"can", "templatefile", "templatestring", "try"}

# The complaint of the parser of YAML or of templates, in its own words.
OWN_WORDS = {'yamldecode("a: [")', 'templatefile("fixtures/broken.tftpl", {})'}


@pytest.fixture(scope="module")
def scope():
    draws = count()
    return EmptyScope(
        Surroundings(
            directory=RECORDED,
            project_root=RECORDED,
            home="/home/tester",
            now="2026-01-02T03:04:05Z",
            random=lambda size: sha256(str(next(draws)).encode()).digest()[:size],
        )
    )


def test_all_rows_are_there():
    assert len(ROWS) == 1040


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["expr"][:60])
def test_result(row, scope):
    (found,) = eval_rows([row], scope)
    expected = {key: value for key, value in row.items() if key not in {"note", "error"}}
    error = found.pop("error", None)
    assert found == expected
    if row["expr"] in OWN_WORDS:
        assert error
    else:
        assert error == row.get("error")


@pytest.mark.parametrize("name", sorted(SIGNATURES.keys() - SPECIAL_FORMS))
def test_signature(name):
    function, recorded = FUNCTIONS[name], SIGNATURES[name]
    assert [described(parameter) for parameter in function.parameters] == recorded["parameters"]
    variadic = None if function.variadic is None else described(function.variadic)
    assert variadic == recorded.get("variadic")


def described(parameter):
    """A parameter as Terraform's metadata has it."""
    found = {"name": parameter.name, "type": types.notation(parameter.type)}
    return {**found, "nullable": True} if parameter.null else found


def test_no_function_is_missing_and_none_is_invented():
    assert {name for name in FUNCTIONS if "::" not in name} | SPECIAL_FORMS == SIGNATURES.keys()
