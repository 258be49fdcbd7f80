"""What Terraform refuses is refused, and what it takes is taken: small configurations with the verdict of Terraform."""

import json
from pathlib import Path

import pytest

from auditor.compare import of_code
from auditor.declared import declared
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.drift import Plan
from auditor.model.errors import SourceError
from auditor.model.values import Truth
from auditor.pipeline import NOT_ASKED

ROWS = json.loads((Path(__file__).parent.parent / "fixtures" / "hcl" / "refused.json").read_text())


def places(root, given):
    """The lines that we complain about, conditions that are false included."""
    try:
        configuration = load(root, given=given)
    except SourceError as error:
        subjects = [each.subject for each in (error, *error.others)]
        return {f"{subject.file}:{subject.line}" if subject else None for subject in subjects}
    wrong = [each.place for each in configuration.diagnostics if each.severity == "error"]
    wrong += [each.place for each in configuration.conditions if each.truth is Truth.FALSE and each.type != "assert"]
    resources = declared(configuration, kinds(), account="111122223333", region="eu-central-1")
    refused = (each.declared.place for each in of_code(resources, kinds(), NOT_ASKED) if wholly(each))
    return {f"{place.file}:{place.line}" for place in (*wrong, *refused)}


def wholly(comparison):
    """Whether the provider refuses a resource as a whole, and not one of its values."""
    return comparison.plan is Plan.ERROR and not comparison.declared.refused


def test_they_are_many_and_of_both_kinds():
    assert sum(bool(row["terraform"]) for row in ROWS) >= 200
    assert sum(not row["terraform"] for row in ROWS) >= 35
    assert sum("beyond" in row for row in ROWS) <= 14


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_verdict_and_place(row, tmp_path):
    for name, text in row["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = places(tmp_path, list(row.get("given", {}).items()))
    wanted = {each["place"] for each in row["terraform"]}
    if "beyond" in row:
        assert bool(found) != bool(wanted), "Terraform and we agree now: take the word away"
    else:
        assert found == set(row.get("elsewhere", wanted))
