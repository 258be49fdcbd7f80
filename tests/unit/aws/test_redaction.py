"""Redaction: what must not leave is gone from every byte, what a replay needs is still there."""

import gzip
import re
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from auditor.aws import snapshot
from auditor.aws.redaction import redacted
from auditor.kinds import backup_selection, kinds
from auditor.masking import covering
from auditor.model.answers import Answer, Answers, Request
from auditor.model.values import Unknown

KEY = b"only for this test"


@pytest.fixture(scope="module")
def taken(root):
    return snapshot.read(root / "tests" / "fixtures" / "estate" / "prod-snapshot.jsonl.gz")


def resources(of):
    return {(found.kind, found.identity.name): found for kind in kinds() for found in kind.read(of.answers, of.scope)}


def test_no_account_and_no_tag_value_is_left_in_the_file(taken):
    text = gzip.decompress(snapshot.encode(redacted(taken, KEY))).decode()
    assert taken.account not in text
    tags = {
        value
        for found in resources(taken).values()
        if isinstance(tags := found.values.get("tags"), Mapping)
        for value in tags.values()
        if len(value) > 8  # shorter ones are words that may stand anywhere
    }
    assert tags
    assert not [tag for tag in tags if re.search(f'"{re.escape(tag)}"', text)]


def test_who_started_the_run_is_left_out(taken):
    started = replace(taken, context={**taken.context, "trigger": {"by": "github", "actor": "somebody"}})
    assert "somebody" not in gzip.decompress(snapshot.encode(redacted(started, KEY))).decode()


@pytest.mark.parametrize("told", [{"commit": "9505cac", "dirty": 0}, {"unknown": "git says: fatal: /home/somebody"}])
def test_of_the_repository_commit_and_changes_stay(taken, told):
    git = {"branch": "somebody/fix", "folder": "somebody", "blob_url": "https://x/somebody/"} | told
    context = redacted(replace(taken, context={**taken.context, "git": git}), KEY).context
    assert "somebody" not in str(context)
    assert context["git"] == told | ({"unknown": "(redacted)"} if "unknown" in told else {})


def test_the_same_thing_has_the_same_pseudonym(taken):
    made = redacted(taken, KEY)
    assert made.account == made.scope.account != taken.account
    assert re.fullmatch(r"[0-9]{12}", made.account)
    arns = {found.facts["arn"] for found in resources(made).values() if found.facts.get("arn")}
    assert {arn.split(":")[4] for arn in arns} == {made.account}


def test_another_key_gives_other_pseudonyms(taken):
    assert redacted(taken, KEY).account != redacted(taken, b"another").account
    assert redacted(taken, KEY) == redacted(taken, KEY)


def test_the_same_resources_are_read_and_tag_values_are_unknown(taken):
    before, after = resources(taken), resources(redacted(taken, KEY))
    assert len(before) == len(after)
    for (kind, name), found in after.items():
        if kind == "aws_dynamodb_table":
            assert found.values["tags"].keys() == before[kind, name].values["tags"].keys()
            assert all(isinstance(value, Unknown) for value in found.values["tags"].values())
            assert found.values["point_in_time_recovery"] == before[kind, name].values["point_in_time_recovery"]


def answered(taken, api, page, **params):
    request = Request.of(api, **params)
    (answer,) = redacted(replace(taken, answers=Answers({request: Answer(request, (page,))})), KEY).answers
    return answer


def test_names_of_principals_are_replaced_and_service_roles_are_not(taken):
    page = {
        "Users": "arn:aws:iam::111122223333:role/payments-team, arn:aws:sts::111122223333:assumed-role/ops/alice",
        "RoleARN": "arn:aws:iam::111122223333:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/x",
        "Root": "arn:aws:iam::111122223333:root",
    }
    arn = "arn:aws:kms:eu-west-1:111122223333:key/k"
    answer = answered(taken, "kms:DescribeKey", page, KeyId=arn, PolicyName="default")
    (told,) = answer.pages
    assert not re.search("payments|alice|111122223333", str(answer))
    assert told["RoleARN"].endswith("role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/x")
    assert told["Root"].endswith(":root")
    assert dict(answer.request.params)["PolicyName"] == "default"


def test_a_tag_may_be_called_as_the_member_of_a_tag_is(taken):
    (told,) = answered(taken, "backup:ListTags", {"Tags": {"Key": "alice", "Value": "bob", "TagKey": "carol"}}).pages
    assert set(told["Tags"]) == {"Key", "Value", "TagKey"}
    (listed,) = answered(taken, "kms:ListResourceTags", {"Tags": [{"TagKey": "Owner", "TagValue": "dave"}]}).pages
    assert listed["Tags"][0]["TagKey"] == "Owner"
    assert not re.search("alice|bob|carol|dave", f"{told}{listed}".replace("TagKey", ""))


def test_tag_values_that_a_selection_asks_for_are_unknown(taken):
    page = {
        "BackupSelection": {
            "SelectionName": "restricted",
            "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Owner", "ConditionValue": "alice"}],
            "Conditions": {"StringLike": [{"ConditionKey": "aws:ResourceTag/Owner", "ConditionValue": "ali*"}]},
        }
    }
    answer = answered(taken, "backup:GetBackupSelection", page, BackupPlanId="p", SelectionId="s")
    assert "ali" not in str(answer.pages)
    content = backup_selection._content(answer)
    assert content["selection_tag"]["Owner"]["type"] == "STRINGEQUALS"
    assert isinstance(content["selection_tag"]["Owner"]["value"], Unknown)
    assert isinstance(content["condition"]["string_like"]["aws:ResourceTag/Owner"]["value"], Unknown)


@pytest.mark.parametrize("named", ["arn:aws:iam::{own}:role/payments", "arn:aws:iam::999988887777:root"])
def test_a_policy_that_names_others_is_taken_out(taken, named):
    page = {"Policy": f'{{"Principal": "{named.format(own=taken.account)}"}}'}
    answer = answered(taken, "kms:GetKeyPolicy", page, KeyId="k")
    assert (answer.ok, answer.code, answer.pages) == (False, "Redacted", ())
    assert isinstance(answer.unknown, Unknown)


def test_a_policy_of_the_own_account_alone_stays(taken):
    page = {"Policy": f'{{"Principal": "arn:aws:iam::{taken.account}:root"}}'}
    assert answered(taken, "kms:GetKeyPolicy", page, KeyId="k").ok


def test_what_the_code_marks_sensitive_is_taken_out(taken):
    name = taken.scope.names("aws_dynamodb_table")[0]
    before = gzip.decompress(snapshot.encode(redacted(taken, KEY))).decode()
    after = gzip.decompress(snapshot.encode(redacted(taken, KEY, covering({name, "35"})))).decode()
    assert (name in before, name in after) == (True, False)
    assert ('"RecoveryPeriodInDays":35' in before, '"RecoveryPeriodInDays":35' in after) == (True, False)
    assert '"RecoveryPeriodInDays":99' in after
