from xml.etree import ElementTree as ET

import pytest

from auditor.formats.junit import render


@pytest.fixture(scope="module")
def suites(report):
    return ET.fromstring(render(report))  # noqa: S314 - our own bytes


def test_counts_are_those_of_the_report(suites, report):
    results = report["totals"]["results"]
    expected = {
        "testcase": results["total"],
        "failure": results["fail"] - results["waived"],
        "error": results["unknown"] + results["error"],
        "skipped": results["not_applicable"] + results["waived"],
    }
    assert {tag: len(list(suites.iter(tag))) for tag in expected} == expected
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert sum(int(it.get(name)) for it in suites) == expected[tag]
        assert suites.get(name) in {str(expected[tag]), None}


def test_an_unknown_is_an_error_that_says_why(suites):
    case = suites.find(".//testcase[@name='KMS-001 Automatic key rotation is on']/error[@type='unknown']")
    assert case.get("message") == "Whether the key rotates is not known"
    assert "kms:DescribeKey" in case.text


def test_a_fail_points_at_its_line(suites):
    case = suites.find(".//testcase[@name='DRIFT-006 Deletion protection is as declared']/failure")
    assert case.text.startswith("terraform/dynamodb/envs/prod/terraform.tfvars:9: ")
    assert "(declared true, live false)" in case.text


def test_a_waived_fail_is_skipped_by_name(suites):
    assert [it.get("message") for it in suites.iter("skipped") if it.get("message") != "not applicable"] == [
        "waived: W-009"
    ]


def test_the_suite_says_whether_everything_was_read(suites):
    assert {it.get("value") for it in suites.iter("property") if it.get("name") == "complete"} == {"false"}


def test_hostile_text_stays_inside_its_element(suites, spoiled):
    spoiled_suites = ET.fromstring(render(spoiled))  # noqa: S314 - our own bytes
    assert [it.tag for it in spoiled_suites.iter()] == [it.tag for it in suites.iter()]
