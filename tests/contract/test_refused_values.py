"""Values that the provider refuses, whatever would be planned, are refused, and no others: its verdicts in one root."""

import json
from pathlib import Path

from auditor.declared import declared
from auditor.hcl import load
from auditor.kinds import kinds

ROWS = json.loads((Path(__file__).parent.parent / "fixtures" / "hcl" / "refused_values.json").read_text("utf-8"))


def test_the_verdict_on_every_value(tmp_path):
    blocks = (f'resource "{row["type"]}" "r{number}" {{\n{row["body"]}}}\n' for number, row in enumerate(ROWS))
    (tmp_path / "main.tf").write_text('provider "aws" {\n region = "eu-west-1"\n}\n' + "".join(blocks), "utf-8")
    configuration = load(tmp_path)
    resources = declared(configuration, kinds(), account="111122223333", region="eu-west-1")
    found = {resource.address.partition(".r")[2]: resource.refused for resource in resources}
    wrong = [(row, found[str(n)]) for n, row in enumerate(ROWS) if bool(found[str(n)]) is not row["refused"]]
    assert wrong == []
    errors = {each.detail for each in configuration.diagnostics if each.severity == "error"}
    assert errors <= {text for told in found.values() for text in told}
    assert len(errors) >= 60


def test_they_are_many_and_of_both_kinds():
    refused = sum(row["refused"] for row in ROWS)
    assert refused >= 100
    assert len(ROWS) - refused >= 80
