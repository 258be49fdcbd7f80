"""The message tells numbers and names, says what is not known, and holds no value of the estate."""

import json

import pytest
from msgspec.structs import replace

from auditor.publish import message
from auditor.publish.contents import contents


@pytest.fixture
def bundle(folder):
    return contents(folder)


def told(bundle, **more):
    return message.message(bundle, location="s3://reports/x/", link="https://example.org/x") | more


def with_report(bundle, **more):
    return replace(bundle, report={**bundle.report, **more})


def test_numbers_are_those_of_the_report(bundle, document):
    found = told(bundle)
    assert found["state"] == document["verdict"]["state"]
    assert found["open"] == document["totals"]["findings"]["open"]
    assert found["unknown"] == document["totals"]["results"]["unknown"]
    assert (found["new"], found["fixed"]) == (0, 0)  # nothing changed since the night before
    assert found["manifest_sha256"] == bundle.digest
    assert json.loads(json.dumps(found)) == found


def test_new_and_fixed_are_unknown_without_an_earlier_audit_and_not_none(bundle):
    alone = with_report(bundle, history={"previous": None, "new": 0, "resolved": []})
    assert (told(alone)["new"], told(alone)["fixed"]) == (None, None)
    assert "new       not known: no earlier audit" in message.text(told(alone))
    compared = with_report(bundle, history={"previous": {"run": "x"}, "new": 0, "resolved": [{}, {}]})
    assert (told(compared)["new"], told(compared)["fixed"]) == (0, 2)
    assert "new       0\nfixed     2\n" in message.text(told(compared))


def test_an_interrupted_run_is_no_verdict(bundle):
    found = told(replace(bundle, report=None))
    assert (found["state"], found["complete"], found["open"], found["unknown"]) == ("interrupted", False, None, None)
    text = message.text(found)
    assert "verdict   Interrupted\n" in text
    assert "open      not known\n" in text
    assert "unknown   not known\n" in text


def test_the_subject_fits_sns(bundle):
    long = message.subject(told(bundle, project="ünïcode\n" * 40))
    assert len(long) == 100
    assert long.isascii()
    assert long.isprintable()
    assert message.subject(told(bundle, complete=False, state="fail")).endswith(", incomplete")
    assert "demonstration" in message.subject(told(bundle, demonstration=True))


def test_no_open_finding(bundle):
    assert "open      none\n" in message.text(told(bundle, open={"high": 0, "low": 0}))


def test_subscribers_get_text_or_json(bundle):
    found = told(bundle)
    structured = json.loads(message.structured(found))
    assert json.loads(structured["default"]) == found
    assert structured["email"] == message.text(found)


def test_no_value_of_the_estate_is_told(bundle, document):
    """Neither a finding's words nor a fact, tag or caller: only what is counted, and names that people gave."""
    private = "not to be told"
    report = json.loads(json.dumps(document))
    report["verdict"] |= {"headline": private, "completeness": private}
    report["run"] |= {"caller": private, "command": private, "endpoint": private}
    for finding in report["findings"]:
        finding |= {"message": private, "subject": private, "identity": private, "evidence": [private]}
    assert private not in message.structured(told(replace(bundle, report=report)))
