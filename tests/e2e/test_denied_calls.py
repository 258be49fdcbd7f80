"""The law of denial: one denied operation turns the facts it feeds into unknowns, and nothing into another fact."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from auditor import pipeline
from auditor.demo import ACCOUNT, REGION
from auditor.demo.estate import Hand, create
from auditor.demo.stand_in.server import MotoServer
from auditor.estate import estate
from auditor.formats import json as report
from auditor.formats import text
from auditor.inputs import Inputs, Variables
from auditor.model.errors import AccessError
from auditor.model.results import LETTERS, Status
from auditor.model.values import Unknown
from auditor.settings import load

ASKED = {
    "application-autoscaling:DescribeScalableTargets": "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies": "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:ListTagsForResource": "application-autoscaling:ListTagsForResource",
    "dynamodb:DescribeContinuousBackups": "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable": "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive": "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy": "dynamodb:GetResourcePolicy",
    "dynamodb:ListTables": "dynamodb:ListTables",
    "iam:GetPolicy": "iam:GetPolicy",
    "iam:GetPolicyVersion": "iam:GetPolicyVersion",
    "kms:DescribeKey": "kms:DescribeKey",
    "kms:GetKeyPolicy": "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus": "kms:GetKeyRotationStatus",
    "kms:ListAliases": "kms:ListAliases",
    "kms:ListResourceTags": "kms:ListResourceTags",
    "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
    "tagging:GetResources": "tag:GetResources",
}
"""What a run asks of the stand-in (service as it signs, operation) -> the IAM action that allows it."""


@pytest.fixture(scope="module")
def server():
    with MotoServer(ACCOUNT) as running:
        yield running


@pytest.fixture(scope="module")
def audited(root, server):
    """Audit the estate, which was created without terraform, and give the outcome."""
    settings = load(root, {})
    prod = replace(settings.environment("prod"), endpoint=server.url)
    create(estate(settings, prod, Variables()).resources, Hand(server.url, REGION))

    def run():
        return pipeline.audit(settings, prod, Inputs(now=datetime.now(UTC)))

    return run


@pytest.fixture(scope="module")
def whole(audited):
    return audited()


@pytest.fixture
def denied(server):
    def deny(operation, match=""):
        server.deny(operation, match=match)

    yield deny
    server.heal()


def statuses(outcome):
    """Status by rule, identity and address of the subject."""
    names = {letter: status for status, letter in LETTERS.items()}
    return {
        (results.rule, subject.identity, subject.address): names[letter]
        for results in outcome.audit.results
        for subject, letter in zip(outcome.audit.subjects[results.subject_type], results.statuses, strict=True)
    }


def document(outcome):
    return report.decode(report.encode(report.document(outcome.audit, code=outcome.code)))


def test_nothing_denied_is_complete_and_in_sync(whole, server):
    told = document(whole)
    assert told["verdict"]["exit_code"] == 0, told["findings"]
    asked = {name for name in server.counts if "List" in name or "Describe" in name or "Get" in name}
    made_by_the_audit = {name for name in asked if not name.startswith("sts:")}
    assert made_by_the_audit >= set(ASKED)


@pytest.mark.parametrize("operation", sorted(ASKED))
def test_one_denied_operation(operation, audited, whole, denied):
    denied(operation.partition(":")[2])
    outcome = audited()
    told = document(outcome)
    before, after = statuses(whole), statuses(outcome)
    assert told["verdict"]["exit_code"] == 3, [finding["message"] for finding in told["findings"]]
    # What could be the declared one, or not, is a subject of its own: then one of identity and address is open.
    by_identity = {(rule, identity): status for (rule, identity, _), status in before.items() if identity}
    by_address = {(rule, address): status for (rule, _, address), status in before.items() if address}
    for (rule, identity, address), status in after.items():
        if rule.startswith("AUD-"):
            continue  # the run's own quality: that evidence is missing is a fact
        same = (by_identity.get((rule, identity)), by_address.get((rule, address)), Status.UNKNOWN)
        assert status in {*same, Status.NOT_APPLICABLE if same[0] is not same[1] else None}, (rule, identity, address)
    lost = set(by_address) - {(rule, address) for rule, _, address in after}
    assert not lost
    # Who lists nothing may have seen all there is: the population is at fault then, not one of its members.
    assert Status.UNKNOWN in after.values() or operation == "dynamodb:ListTables"
    # No difference is made up, and none is called equal without a look.
    risks = {(it.address, drift.path) for it in whole.audit.comparisons for drift in it.drifts if drift.risk}
    for comparison in outcome.audit.comparisons:
        assert str(comparison.existence) in {"both", "undetermined"}
        for drift in comparison.drifts:
            if str(drift.reality) == "equal":  # told for the risk alone, as in the whole reading
                assert drift.risk
                assert (comparison.address, drift.path) in risks
                assert not isinstance(drift.live, Unknown)
            else:
                assert str(drift.reality) in {"undeclared", "undetermined"}
    # The missing action is named where a reader looks.
    action = ASKED[operation]
    assert any(f"grant {action} " in entry["fix"] for entry in told["coverage"]["unread"])
    assert action in text.closing(told)


@pytest.fixture
def retagged(server, whole):
    """A table and an alarm with one tag more than the code has; their addresses."""
    kinds = ("aws_dynamodb_table", "aws_cloudwatch_metric_alarm")
    table, alarm = (next(each for each in whole.audit.comparisons if each.kind == kind) for kind in kinds)
    tables, alarms = map(Hand(server.url, REGION), ("dynamodb", "cloudwatch"))
    tag = {"Key": "ByHand", "Value": "yes"}
    tables.tag_resource(ResourceArn=table.live.facts["arn"], Tags=[tag])
    alarms.tag_resource(ResourceARN=alarm.live.facts["arn"], Tags=[tag])
    yield {table.address, alarm.address}
    tables.untag_resource(ResourceArn=table.live.facts["arn"], TagKeys=[tag["Key"]])
    alarms.untag_resource(ResourceARN=alarm.live.facts["arn"], TagKeys=[tag["Key"]])


@pytest.mark.parametrize("refused", [False, True])
def test_tags_unlike_the_code_s_are_told_by_the_resource_itself_or_not_known(refused, audited, denied, retagged):
    operations = {"dynamodb:ListTagsOfResource": "table", "cloudwatch:ListTagsForResource": "alarm"}
    if refused:
        for operation, match in operations.items():
            denied(operation.partition(":")[2], match)
    outcome = audited()
    drifts = {comparison.address: comparison.drifts for comparison in outcome.audit.comparisons}
    found = {address: told for address, told in drifts.items() if any(str(drift.reality) != "equal" for drift in told)}
    assert {address: str(drift.reality) for address, (drift,) in found.items()} == dict.fromkeys(
        retagged, "undetermined" if refused else "different"
    )
    assert {drift.live.origin.api for (drift,) in found.values()} == set(operations)
    granted = {entry["fix"].split()[1] for entry in document(outcome)["coverage"]["unread"]}
    assert granted == (set(operations) if refused else set())


def test_what_is_not_listed_is_not_counted(audited, denied):
    denied("ListTables")
    told = document(audited())
    assert "    ? unmanaged" in text.summary(told)
    assert told["population"]["aws_dynamodb_table"]["listed"] is None


def test_denied_identity_ends_the_audit(audited, denied):
    denied("GetCallerIdentity")
    with pytest.raises(AccessError) as told:
        audited()
    assert ("did", "nothing was read") in told.value.facts
