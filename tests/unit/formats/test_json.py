import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sample_audit import comparison, comparisons, sample_audit
from sample_estate import MADE, RULES, Made, code_line

from auditor.formats.json import FORMAT, decode, document, encode
from auditor.model.drift import Existence
from auditor.model.errors import ReportError
from auditor.model.facts import Identity
from auditor.model.results import Status, Subject
from auditor.model.values import Reason, Unknown

LETTERS = {"p": "pass", "f": "fail", "u": "unknown", "n": "not_applicable", "e": "error"}
SEVERITIES = ("critical", "high", "medium", "low", "info")


def recompute(report):
    """Every number of a report, counted anew from its results, findings, resources and subjects alone."""
    key = lambda it: (it["rule"], it["identity"] or it["address"])  # noqa: E731 - used four times, here alone
    statuses = Counter(LETTERS[letter] for results in report["results"] for letter in results["statuses"])
    fails = [it for it in report["findings"] if it["status"] == "fail"]
    still_open = [it for it in fails if not it["waived"]]
    worst = []
    for cause in report["causes"]:
        mine = [it["severity"] for it in still_open if it["fingerprint"] in cause["findings"]]
        worst += [min(mine, key=SEVERITIES.index)] if mine else []
    silent = {rule["id"] for rule in report["rules"] if not rule["counts"]}
    limit = report["verdict"]["fail_on"]
    counted = SEVERITIES[: SEVERITIES.index(limit) + 1] if limit != "never" else ()
    resources = report["resources"]
    existence = Counter(it["existence"] for it in resources)
    drifts = [drift for it in resources for drift in it["drifts"]]
    differs = lambda it: it["reality"] == "different" or (it["reality"] == "undeclared" and it["risk"])  # noqa: E731 - same
    by_severity = lambda them: {it: Counter(them)[it] for it in SEVERITIES}  # noqa: E731 - same
    return {
        "totals": {
            "results": {
                **{status: statuses[status] for status in LETTERS.values()},
                "total": statuses.total(),
                "applicable": statuses.total() - statuses["not_applicable"],
                "waived": len({key(it) for it in fails} - {key(it) for it in still_open}),
            },
            "findings": {
                "open": by_severity([it["severity"] for it in still_open]),
                "waived": len(fails) - len(still_open),
                "unknown": sum(it["status"] == "unknown" for it in report["findings"]),
                "error": sum(it["status"] == "error" for it in report["findings"]),
            },
            "causes": {"open": by_severity(worst), "all": len(report["causes"])},
            "subjects": {kind: len(many) for kind, many in report["subjects"].items()},
            "drift": {
                "resources": len(resources),
                "drifted": sum(it["existence"] == "both" and any(map(differs, it["drifts"])) for it in resources),
                **{name: existence[name] for name in ("missing", "unmanaged", "undetermined")},
                "reality": dict(Counter(it["reality"] for it in drifts)),
                "plan": dict(Counter(it["plan"] for it in resources)),
                "risk": dict(Counter(it["risk"] for it in drifts if it["risk"])),
            },
        },
        "counted": sum(
            it["severity"] in counted and it["severity"] != "info" and it["rule"] not in silent for it in still_open
        ),
    }


def assert_adds_up(report):
    fresh = recompute(report)
    assert report["totals"] == fresh["totals"]
    assert report["verdict"]["counted"] == fresh["counted"]
    results = report["totals"]["results"]
    assert sum(results[status] for status in LETTERS.values()) == results["total"]
    assert results["total"] == sum(len(report["subjects"][it["subject_type"]]) for it in report["results"])
    assert (report["verdict"]["exit_code"] == 4) == (fresh["counted"] > 0)
    assert report["complete"] <= (results["unknown"] == results["error"] == 0)
    for kind, numbers in report["population"].items():
        mine = [it for it in report["resources"] if it["kind"] == kind]
        assert numbers["declared"] + numbers["unmanaged"] + numbers["undetermined"]["live"] >= len(mine)
        assert numbers["both"] + numbers["missing"] + numbers["undetermined"]["declared"] == numbers["declared"]
        assert numbers["both"] + numbers["unmanaged"] + numbers["undetermined"]["live"] == numbers["live"]
    letters = {
        (results["rule"], subject["identity"] or subject["address"]): LETTERS[letter]
        for results in report["results"]
        for subject, letter in zip(report["subjects"][results["subject_type"]], results["statuses"], strict=True)
    }
    told = {(it["rule"], it["identity"] or it["address"]): it["status"] for it in report["findings"]}
    assert told == {key: status for key, status in letters.items() if status not in {"pass", "not_applicable"}}


def test_every_number_is_a_count_of_the_one_set_of_results(report):
    assert_adds_up(report)


enabled = [rule for rule in RULES if rule.enabled and rule.subject == "table"]
results = st.builds(
    Made,
    st.sampled_from([rule.id for rule in enabled]),
    st.sampled_from(["users", "jobs", "files", "scratch", "uploads"]),
    st.sampled_from([Status.FAIL, Status.UNKNOWN, Status.ERROR]),
    st.just("made"),
    st.sampled_from(["", "ttl.enabled"]),
)
made = st.lists(results, max_size=12, unique_by=lambda it: (it.rule, it.subject)).map(
    lambda many: tuple(
        replace(it, waiver="W-009", waived=it.status is Status.FAIL and index % 3 == 0) for index, it in enumerate(many)
    )
)


@settings(max_examples=40, deadline=None)
@given(made, st.sampled_from(["critical", "high", "medium", "low", "never"]))
def test_any_report_adds_up(made, fail_on):
    assert_adds_up(json.loads(encode(document(sample_audit(made=made), fail_on=fail_on))))


def test_the_same_audit_gives_the_same_bytes(audit):
    assert encode(document(audit)) == encode(document(sample_audit()))


def test_order_without_meaning_does_not_show(audit):
    shuffled = dict(random.Random(3).sample(sorted(audit.subjects.items()), len(audit.subjects)))  # noqa: S311 - an order
    subjects = {kind: tuple(map(_tags_turned, many)) for kind, many in shuffled.items()}
    assert encode(document(replace(audit, subjects=subjects))) == encode(document(audit))


def _tags_turned(subject: Subject) -> Subject:
    return replace(subject, tags=dict(reversed(subject.tags.items())))


def test_bytes_decode_to_the_document(audit):
    report = document(audit, code=code_line)
    assert json.loads(FORMAT.render(report)) == report


def test_a_report_can_be_read_back(report):
    assert decode(encode(report)) == report


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"schema": "auditor/report/v2"}', b"\xff", b"[" * 9999]
)
def test_what_is_no_report_is_told(content):
    with pytest.raises(ReportError) as raised:
        decode(content)
    assert raised.value.hint


def test_half_a_surrogate_pair_does_not_stop_a_report(audit):
    bent = document(replace(audit, diagnostics=("half \ud800",)))
    assert json.loads(encode(bent))["evidence"]["diagnostics"] == ["half ?"]


def test_sensitive_values_are_nowhere_in_the_report(report):
    text = json.dumps(report)
    assert "correct horse" not in text
    assert "s3cr3t" not in text


def test_a_drift_carries_both_verdicts_and_its_chain(report):
    drift = next(
        it
        for resource in report["resources"]
        for it in resource["drifts"]
        if it["path"] == "deletion_protection_enabled"
    )
    assert (drift["plan"], drift["reality"], drift["risk"]) == ("update", "different", None)
    assert drift["declared"]["origin"]["chain"][0]["code"] == "deletion_protection = true"
    assert drift["live"]["origin"]["api"] == "dynamodb:DescribeTable"
    assert drift["live"]["origin"]["request_id"]


def test_what_is_to_be_mended_first(report):
    causes = {cause["id"]: cause for cause in report["causes"]}
    first = [causes[key] for key in report["first"]]
    ranks = [(SEVERITIES.index(it["severity"]), it["risk"] is None) for it in first]
    assert ranks == sorted(ranks)
    assert first[0]["risk"] == "replaces"
    assert {it["id"] for it in report["causes"] if it["state"] == "open"} == set(report["first"])


def test_reasons_of_unknowns_are_told_once_with_the_missing_action(report):
    undecided = report["coverage"]["undecided"]
    assert [(it["unknown"], it.get("action"), len(it["findings"])) for it in undecided] == [
        ("denied", "kms:DescribeKey", 3),
        ("failed", None, 1),
        ("not_evaluable", None, 1),
    ]


def test_frameworks_link_rules_with_their_basis(report):
    nist = next(it for it in report["frameworks"] if it["id"] == "nist_800_53_r5")
    assert [control["id"] for control in nist["controls"]] == ["CM-6", "CP-9", "CP-10"]
    assert {link["basis"] for link in nist["controls"][0]["rules"]} == {"judgement"}


def test_a_list_of_aws_that_does_not_add_up_is_told():
    audit = replace(sample_audit(), population={"aws_dynamodb_table": {"listed": 99}})
    assert document(audit)["population"]["aws_dynamodb_table"]["adds_up"] is False


def test_a_list_that_aws_did_not_tell_adds_up_to_nothing():
    audit = replace(sample_audit(), population={"aws_dynamodb_table": {"listed": None}})
    assert document(audit)["population"]["aws_dynamodb_table"]["adds_up"] is None


@pytest.mark.parametrize("side", ["declared", "live"])
def test_undetermined_resources_are_counted_on_the_side_they_are_known(side):
    found = comparison("users", Existence.UNDETERMINED)
    found = replace(found, live=None) if side == "declared" else replace(found, declared=None)
    numbers = document(sample_audit(found=(*comparisons(("jobs",)), found)))["population"]["aws_dynamodb_table"]
    assert numbers["undetermined"] == {"declared": int(side == "declared"), "live": int(side == "live")}
    assert numbers["adds_up"]


def test_a_resource_that_could_not_be_compared_says_why():
    cause = Unknown(Reason.DENIED, "refused", api="dynamodb:DescribeTable", action="dynamodb:DescribeTable")
    identity = Identity("111122223333", "ap-southeast-1", Unknown(Reason.NOT_EVALUABLE, "depends on a data source"))
    found = replace(comparison("users", Existence.UNDETERMINED), live=None, cause=cause, identity=identity)
    resource = document(sample_audit(made=(), found=(found,)))["resources"][0]
    assert resource["cause"] == {
        "unknown": "denied",
        "detail": "refused",
        "api": "dynamodb:DescribeTable",
        "action": "dynamodb:DescribeTable",
    }
    assert resource["identity"]["name"] == {"unknown": "not_evaluable", "detail": "depends on a data source"}
    assert resource["id"] == f"aws_dynamodb_table:{found.address}"


def test_a_waiver_names_what_it_covers(report):
    covered = {waiver["id"]: len(waiver["findings"]) for waiver in report["waivers"]}
    assert covered == {"W-009": sum(it.waiver == "W-009" for it in MADE), "W-004": 1, "W-012": 0}
