"""The JSON report keeps to its published schema."""

import copy
import json

import pytest
from hostile_report import hostile
from jsonschema import Draft202012Validator
from recorded_report import recorded_report
from sample_audit import sample_audit
from sample_estate import code_line

from auditor.formats.json import FRAMEWORKS, SCHEMA, document, encode
from auditor.policy.rule_reader import FRAMEWORKS as RULE_FRAMEWORKS
from auditor.shipped import shipped


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((shipped("reports") / "schema" / "report.v1.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture(scope="module")
def report():
    return json.loads(encode(document(sample_audit(), code=code_line)))


def _complaints(validator, report):
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(report)]


def test_a_report_keeps_to_the_schema(validator, report):
    assert _complaints(validator, report) == []


@pytest.mark.parametrize("change", ["missing", "unmanaged", "index_dropped", "other_key"])
def test_the_report_of_the_estate_keeps_to_the_schema(validator, change):
    assert _complaints(validator, recorded_report(change)) == []


def test_a_hostile_report_keeps_to_the_schema(validator, report):
    spoiled = hostile(report)
    for file in (*spoiled["evidence"]["files"], *spoiled["rules"]):
        for key in {"sha256", "digest"} & set(file):
            file[key] = "0" * 64
    assert [it for it in _complaints(validator, spoiled) if "sensitive" not in it and "tags[" not in it] == []


def test_an_empty_audit_keeps_to_the_schema(validator):
    assert _complaints(validator, document(sample_audit(made=(), found=(), rules=()))) == []


def test_the_schema_names_the_version_that_is_written(validator, report):
    assert validator.schema["$id"] == validator.schema["properties"]["schema"]["const"] == SCHEMA == report["schema"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.pop("complete"),
        lambda it: it.update(surprise=1),
        lambda it: it["findings"][0].update(status="FAIL"),
        lambda it: it["findings"][0]["evidence"][0].update(origin={"from": "nowhere"}),
        lambda it: it["results"][0].update(statuses="px"),
        lambda it: it["totals"]["results"].update(waived=-1),
        lambda it: it["resources"][0].update(plan="noop"),
        lambda it: it["verdict"].update(exit_code=1),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(validator, report, spoil):
    spoiled = copy.deepcopy(report)
    spoil(spoiled)
    assert _complaints(validator, spoiled)


def test_every_framework_that_a_rule_may_name_has_a_title():
    assert set(RULE_FRAMEWORKS) <= set(FRAMEWORKS)
