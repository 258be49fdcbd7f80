import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.formats.words import (
    caller_role,
    clean,
    clean_block,
    drift_counts,
    filled,
    lines,
    message,
    moved,
    not_examined,
    place,
    short_commit,
    shown,
    sides,
)

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_unsafe_is_left(text):
    assert not UNSAFE.search(clean(text))
    assert len(clean(text)) <= len(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp"))))
def test_ordinary_text_stays_as_it_is(text):
    assert clean(text) == text


def test_a_block_keeps_its_lines():
    assert clean('{\n  "Version": 1\r\n}') == '{ "Version": 1 }'
    assert clean_block("a {\n\tb = \x1b1\n}") == "a {\n  b = \ufffd1\n}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not set"),
        (True, "true"),
        ("true", '"true"'),
        (7, "7"),
        ([], "[]"),
        (["a", 1], '["a", 1]'),
        ({"enabled": True, "ttl": None}, "{enabled = true, ttl = not set}"),
        ({"map": {"unknown": 1}}, "{unknown = 1}"),
        ({"number": "1E+400"}, "1E+400"),
        ({"not_applicable": True}, "not applicable"),
        ({"sensitive": True}, "sensitive"),
        ({"unknown": "denied", "api": "a:B", "code": "No"}, "unknown (No: a:B)"),
        ({"unknown": "not_evaluable", "references": ["data.a.b"]}, "unknown (data.a.b)"),
        ({"unknown": "computed_by_aws"}, "unknown (AWS decides it on creation)"),
        ([{"unknown": "denied", "api": "a:B"}], "[unknown (a:B)]"),
    ],
)
def test_values_in_words(value, text):
    assert shown(value) == text


def test_words_for_a_value_are_bounded():
    assert len(shown("x" * 10_000)) == 300
    assert shown("x" * 99, 9) == '"xxxxxxx…'


def test_a_message_goes_without_the_subject_beside_it(report):
    finding = next(it for it in report["findings"] if it["rule"] == "DRIFT-006")
    assert finding["message"].startswith("koneksi-prod-billing-events: ")
    assert message(finding) == "Deletion protection was turned off outside the code"
    assert message({"subject": "a", "message": "ab: c."}) == "ab: c"


def test_only_a_plain_name_is_filled_into_a_command():
    assert filled("describe {subject.name}", "koneksi-prod-users") == "describe koneksi-prod-users"
    assert filled("describe {subject.name}", "x; rm -rf $(y)") == "describe {subject.name}"
    assert filled("describe {subject.name}", "users\n") == "describe {subject.name}"


def test_where_a_finding_points(report):
    found = {(it["rule"], it["subject"]): it for it in report["findings"]}
    assert place(found["DRIFT-006", "koneksi-prod-billing-events"]) == "terraform/dynamodb/envs/prod/terraform.tfvars:9"
    assert place(found["DRIFT-002", "koneksi-prod-scratch"]) == "aws:koneksi-prod-scratch"
    assert place(found["AUD-004", "audit of prod"]) == "run/prod"


def test_both_sides_of_a_finding(report):
    finding = next(it for it in report["findings"] if it["rule"] == "DRIFT-006")
    assert list(sides(finding)) == [("declared", "true"), ("live", "false")]


def test_lines_are_causes_once_each_and_nothing_waived(report):
    told = list(lines(report))
    leading = [finding["fingerprint"] for finding, _ in told]
    assert len(leading) == len(set(leading)) == len([it for it in report["causes"] if it["state"] != "waived"])
    assert not any(finding["waived"] for finding, _ in told)
    also = {finding["rule"]: others for finding, others in told if others}
    assert also == {"DRIFT-006": ("SEC-004",), "DRIFT-007": ("SEC-001",)}
    statuses = [finding["status"] for finding, _ in told]
    assert statuses == sorted(statuses)


def test_who_asked_and_what_code(report):
    assert caller_role(report) == "role/dynamodb-auditor"
    assert caller_role({"run": {}}) == "the caller"
    assert short_commit(report) == "9505cacb clean"
    assert short_commit({"run": {"git": {"commit": "9505cacb7c71", "dirty": 3}}}) == "9505cacb with uncommitted changes"
    assert short_commit({"run": {"git": {"commit": "9505cacb7c71", "dirty": None}}}) == "9505cacb"
    assert short_commit({"run": {"git": {"commit": None}}}) == short_commit({"run": {}}) == "not in git"


def test_what_is_not_examined_is_counted_by_type():
    addresses = ['module.a["x.y"].aws_sns_topic.this["k.z"]', "aws_sns_topic.b[0]", "module.a.aws_lambda_function.f"]
    document = {"coverage": {"not_examined": [{"address": each, "reason": "not read"} for each in addresses]}}
    assert (
        not_examined(document)
        == "Declared, but of types that are not examined: 1 aws_lambda_function, 2 aws_sns_topic."
    )
    assert not_examined({"coverage": {"not_examined": []}}) == ""


@pytest.mark.parametrize(
    ("listed", "patterns", "found", "told"),
    [(5, ["a*"], 0, 0), (None, ["a*"], 0, None), (5, [], 0, None), (None, [], 2, 2)],
)
def test_unmanaged_resources_are_a_number_only_where_they_were_sought(listed, patterns, found, told):
    population = {"listed": listed, "list_pages": 1, "patterns": patterns}
    others = {"listed": None, "list_pages": None, "patterns": []}
    totals = {"drift": {"resources": 3, "undetermined": 0, "drifted": 1, "missing": 0, "unmanaged": found}}
    counts = drift_counts({"population": {"a": population, "b": others}, "totals": totals})
    assert counts == {"drifted": 1, "missing": 0, "unmanaged": told}


@pytest.mark.parametrize(
    ("resources", "undetermined", "told"), [(2, 2, None), (2, 1, 0), (0, 0, 0)], ids=["none", "some", "no resource"]
)
def test_what_was_not_compared_is_no_number(resources, undetermined, told):
    drift = {"resources": resources, "undetermined": undetermined, "drifted": 0, "missing": 0, "unmanaged": 0}
    counts = drift_counts({"population": {}, "totals": {"drift": drift}})
    assert counts == {"drifted": told, "missing": told, "unmanaged": told}


def test_the_side_that_moved_in_words():
    causes = [
        {"moved": "by_hand", "findings": ["1", "2"]},
        {"moved": "not_applied", "findings": ["3"]},
        {"moved": None, "findings": ["4"]},
        {"findings": ["5"]},
    ]
    told = {"1": "changed by hand", "2": "changed by hand", "3": "not applied yet"}
    assert moved({"causes": causes}) == told
