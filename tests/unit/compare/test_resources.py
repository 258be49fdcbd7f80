import json

import pytest
from msgspec.structs import replace
from sample_tables import (
    ACCOUNT,
    ALARMS,
    ALIASES,
    DESCRIBE,
    KEY,
    KINDS,
    LIST,
    OWN_TAGS,
    REGION,
    TABLE,
    alias,
    answers,
    arn,
    asked,
    declared_values,
    denied,
    described,
    failed,
    read,
    resource,
    scope,
    table,
    whole,
)

from auditor.compare import compare, excluded, unlisted
from auditor.compare.references import References
from auditor.model.drift import Existence, Plan, Reality
from auditor.model.facts import Identity
from auditor.model.tags import ALARM_TAGS, TABLE_TAGS
from auditor.model.values import REFERENCE, Reason, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE, "a data source decides it")


def all_of(declared, found, where=None):
    where = where or scope()
    return compare(declared, read(found, where), found, KINDS.values(), where)


def computed(reference):
    return Unknown(Reason.COMPUTED_BY_AWS, f"{reference} is known later", (reference,))


# Existence.


def test_a_table_is_missing_where_aws_says_so():
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    (comparison,) = all_of([table()], found)
    assert (comparison.existence, comparison.plan) == (Existence.MISSING, Plan.CREATE)
    assert comparison.live is None


def test_a_missing_table_that_cannot_be_created_is_an_error():
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    (comparison,) = all_of([table(billing_mode=None)], found)
    assert comparison.plan is Plan.ERROR
    assert "read_capacity must be at least 1" in comparison.note


def test_a_denied_table_that_no_list_shows_is_undetermined_with_its_cause():
    (comparison,) = all_of([table()], answers(denied(DESCRIBE), denied(LIST)))
    assert (comparison.existence, comparison.plan) == (Existence.UNDETERMINED, Plan.UNDETERMINED)
    assert comparison.cause.action == "dynamodb:DescribeTable"


def test_a_live_table_of_the_environment_that_nobody_declares_is_unmanaged():
    (comparison,) = all_of([], answers())
    assert (comparison.existence, comparison.plan, comparison.address) == (Existence.UNMANAGED, Plan.NO_OP, "")
    assert comparison.identity == Identity(ACCOUNT, REGION, TABLE)


def test_a_live_table_of_others_is_left_alone_but_counted():
    where = scope(patterns=("other-*",), declared={})
    assert all_of([], answers(), where) == ()
    assert excluded(KINDS["aws_dynamodb_table"], answers(), where) == (TABLE,)
    assert excluded(KINDS["aws_dynamodb_table"], answers(), scope()) == ()
    assert excluded(KINDS["aws_dynamodb_table"], answers(denied(LIST)), where) == ()


def test_without_a_whole_list_nobody_knows_what_is_unmanaged():
    causes = unlisted(KINDS.values(), answers(denied(LIST)), scope())
    assert causes["aws_dynamodb_table"].action == "dynamodb:ListTables"
    assert "aws_kms_alias" not in causes


def test_a_declared_table_of_unknown_name_could_be_any_live_one():
    nameless = resource(identity=Identity(ACCOUNT, REGION, UNKNOWN), values={"name": UNKNOWN})
    first, second = all_of([nameless], answers())
    assert (first.existence, first.cause) == (Existence.UNDETERMINED, UNKNOWN)
    assert (second.existence, second.cause) == (Existence.UNDETERMINED, UNKNOWN)
    assert second.plan is Plan.UNDETERMINED


def test_a_table_that_may_not_be_declared_at_all_is_undetermined_and_not_unmanaged():
    maybe = replace(table(), undetermined=UNKNOWN)
    assert [c.existence for c in all_of([maybe], answers())] == [Existence.UNDETERMINED]


def test_a_table_of_another_region_is_not_looked_at():
    elsewhere = resource(identity=Identity(ACCOUNT, "eu-west-1", TABLE), values=declared_values())
    comparison = all_of([elsewhere], answers())[0]
    assert comparison.existence is Existence.UNDETERMINED
    assert comparison.cause.reason is Reason.NOT_READ


def test_a_key_whose_deletion_is_pending_is_there_though_plan_takes_it_for_gone():
    pending = {"KeyState": "PendingDeletion", "Enabled": False, "DeletionDate": "2026-12-01T00:00:00Z"}
    found = answers(whole(asked("kms:DescribeKey", KeyId=KEY), KeyMetadata=key(**pending)))
    comparison = all_of([declared_key(), declared_alias()], found)[0]
    assert (comparison.existence, comparison.plan, comparison.changed) == (Existence.BOTH, Plan.CREATE, ())
    (drift,) = comparison.drifts
    assert (drift.path, drift.plan, drift.reality) == ("state", Plan.CREATE, Reality.DIFFERENT)
    assert (drift.declared.value, drift.live.value) == ("present", "PendingDeletion, due 2026-12-01T00:00:00Z")
    assert drift.note == "Terraform takes it for gone already, and would create another in its place"


def test_resources_of_other_kinds_are_not_compared():
    assert all_of([resource(kind="aws_sns_topic", name="alarms", address="aws_sns_topic.alarms"), table()], answers())[
        0
    ].kind == ("aws_dynamodb_table")


# References.


def key(**members):
    told = {"KeyId": "k1", "Arn": KEY, "AWSAccountId": ACCOUNT, "KeyManager": "CUSTOMER", "Enabled": True}
    return told | {"Description": "tables of prod"} | members


def declared_key(**values):
    values = {"description": "tables of prod"} | values
    reference = "aws_kms_key.this.key_id"
    identity = Identity(ACCOUNT, REGION, computed(reference))
    return resource("aws_kms_key", address="aws_kms_key.this", identity=identity, values=values)


def declared_alias(target="aws_kms_key.this.key_id", name="alias/koneksi-prod"):
    values = {"name": name, "target_key_id": computed(target) if isinstance(target, str) else target}
    return resource("aws_kms_alias", name=name, address="aws_kms_alias.this", values=values)


def with_key(**members):
    told = {"Policy": "{}", "KeyRotationEnabled": True, "Tags": []}
    return answers(
        whole(asked("kms:DescribeKey", KeyId=KEY), KeyMetadata=key(**members)),
        whole(asked("kms:GetKeyRotationStatus", KeyId=KEY), KeyRotationEnabled=told["KeyRotationEnabled"]),
        whole(asked("kms:GetKeyPolicy", KeyId=KEY, PolicyName="default"), Policy=told["Policy"]),
        whole(asked("kms:ListResourceTags", KeyId=KEY), Tags=told["Tags"]),
    )


def by_address(comparisons):
    return {comparison.address: comparison for comparison in comparisons}


def test_a_key_is_found_through_its_alias_and_a_table_through_its_key():
    users = table(server_side_encryption={"enabled": True, "kms_key_arn": computed("aws_kms_key.this.arn")})
    found = by_address(all_of([users, declared_key(enable_key_rotation=True), declared_alias()], with_key()))
    assert found["aws_kms_key.this"].identity.name == "k1"
    assert {address: c.drifts for address, c in found.items()} == dict.fromkeys(found, ())


def test_a_table_with_another_key_than_the_declared_one_is_different():
    users = table(server_side_encryption={"enabled": True, "kms_key_arn": computed("aws_kms_key.this.arn")})
    other = described(SSEDescription={"Status": "ENABLED", "KMSMasterKeyArn": KEY.replace("k1", "k9")})
    found = with_key()
    found = replace(found, by_request={**found.by_request, DESCRIBE: whole(DESCRIBE, Table=other)})
    (drift,) = by_address(all_of([users, declared_key(), declared_alias()], found))["aws_dynamodb_table.users"].drifts
    assert (drift.path, drift.reality) == ("server_side_encryption.kms_key_arn", Reality.DIFFERENT)
    assert drift.declared.value == KEY


@pytest.mark.parametrize("key_in_code", [(), (declared_key(description=None),)])
@pytest.mark.parametrize("alias_in_code", [(), (declared_alias(UNKNOWN),)])
def test_a_reference_that_leads_nowhere_is_undetermined_and_named(key_in_code, alias_in_code):
    reference = computed("aws_kms_key.this.arn")
    users = table(server_side_encryption={"enabled": True, "kms_key_arn": reference})
    comparison = all_of([users, *key_in_code, *alias_in_code], with_key())[0]
    (drift,) = comparison.drifts
    assert drift.reality is Reality.UNDETERMINED
    assert drift.unknown.references == ("aws_kms_key.this.arn",)


def test_a_reference_to_what_live_has_not_is_undetermined():
    reference = computed("aws_dynamodb_table.users.stream_arn")
    key_of_stream = table(server_side_encryption={"enabled": True, "kms_key_arn": reference})
    (drift,) = all_of([key_of_stream], answers())[0].drifts
    assert drift.unknown.references == ("aws_dynamodb_table.users.stream_arn",)


def test_a_key_without_an_alias_in_aws_is_undetermined():
    found = replace(
        with_key(), by_request={**with_key().by_request, ALIASES: whole(ALIASES, Aliases=[alias("other", "k1")])}
    )
    comparison = by_address(all_of([declared_key(), declared_alias()], found))["aws_kms_key.this"]
    assert comparison.existence is Existence.UNDETERMINED
    assert comparison.cause.references == ("aws_kms_key.this.key_id",)


def between_marks(reference):
    return reference.join(REFERENCE)


def test_a_text_around_references_is_filled_with_what_live_says():
    text = Unknown(Reason.NOT_EVALUABLE, text=f"<{between_marks('aws_kms_key.this.arn')}>")
    known = References([declared_key(), declared_alias()], {}, KINDS, scope())
    assert known.bound(text) is text
    found = with_key()
    live = {(each.kind, each.identity.name): each for each in read(found, scope())}
    known = References([declared_key(), declared_alias()], live, KINDS, scope())
    assert known.bound(text) == f"<{KEY}>"
    two = replace(text, text=f"{text.text} {between_marks('aws_other.this.arn')}")
    assert known.bound(two) is two


def test_what_is_made_out_of_a_reference_is_not_that_reference():
    made = replace(computed("aws_kms_key.this.arn"), reason=Reason.NOT_EVALUABLE)
    users = table(server_side_encryption={"enabled": True, "kms_key_arn": made})
    assert all_of([users, declared_key(), declared_alias()], with_key())[0].drifts[0].reality is Reality.UNDETERMINED


def alarm(actions):
    values = {
        "alarm_name": "koneksi-prod-throttles",
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 1,
        "alarm_actions": actions,
    }
    return resource("aws_cloudwatch_metric_alarm", values["alarm_name"], "aws_cloudwatch_metric_alarm.a", values)


TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
LIVE_ALARM = {
    "AlarmName": "koneksi-prod-throttles",
    "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:koneksi-prod-throttles",
    "ActionsEnabled": True,
    "AlarmActions": [TOPIC],
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
}


def test_the_arn_of_a_topic_follows_from_its_name():
    topic = resource("aws_sns_topic", "alarms", "aws_sns_topic.alarms", {"name": "alarms"})
    own = ALARM_TAGS.of(LIVE_ALARM["AlarmArn"])
    found = answers(whole(ALARMS, MetricAlarms=[LIVE_ALARM]), whole(own, Tags=[]))
    declared = alarm((computed("aws_sns_topic.alarms.arn"),))
    assert by_address(all_of([declared, topic], found))["aws_cloudwatch_metric_alarm.a"].drifts == ()
    nameless = replace(topic, identity=replace(topic.identity, name=UNKNOWN))
    (drift,) = by_address(all_of([declared, nameless], found))["aws_cloudwatch_metric_alarm.a"].drifts
    assert drift.reality is Reality.UNDETERMINED


def test_alarms_of_target_tracking_are_nobodys_to_declare():
    tracking = LIVE_ALARM | {"AlarmName": f"TargetTracking-table/{TABLE}-AlarmHigh"}
    found = answers(whole(ALARMS, MetricAlarms=[tracking, LIVE_ALARM]))
    where = scope(patterns=("*",))
    unmanaged = [c.identity.name for c in all_of([], found, where) if c.kind == "aws_cloudwatch_metric_alarm"]
    assert unmanaged == ["koneksi-prod-throttles"]


def test_a_resource_named_by_a_reference_is_found_through_it():
    policy = asked("dynamodb:GetResourcePolicy", ResourceArn=arn())
    reference = computed("aws_dynamodb_table.users.arn")
    declared = resource(
        "aws_dynamodb_resource_policy",
        address="aws_dynamodb_resource_policy.p",
        identity=Identity(ACCOUNT, REGION, reference),
        values={"resource_arn": reference, "policy": '{"Version": "2012-10-17"}'},
    )
    found = answers(whole(policy, Policy='{"Version":"2012-10-17"}'))
    comparison = by_address(all_of([table(), declared], found))["aws_dynamodb_resource_policy.p"]
    assert comparison.identity.name == arn()
    assert comparison.drifts == ()
    gone = answers(failed(policy, "PolicyNotFoundException"))
    assert by_address(all_of([table(), declared], gone))["aws_dynamodb_resource_policy.p"].plan is Plan.CREATE


@pytest.mark.parametrize(("action", "paths"), [("kms:*", []), ("kms:Decrypt", ["policy"])])
def test_a_key_policy_that_the_code_leaves_out_is_undeclared_unless_it_is_aws_s_own(action, paths):
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": action,
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})
    request = asked("kms:GetKeyPolicy", KeyId=KEY, PolicyName="default")
    found = replace(with_key(), by_request={**with_key().by_request, request: whole(request, Policy=policy)})
    declared = [declared_key(enable_key_rotation=True), declared_alias()]
    drifts = by_address(all_of(declared, found))["aws_kms_key.this"].drifts
    assert [drift.path for drift in drifts] == paths
    assert all(drift.reality is Reality.UNDECLARED and drift.plan is Plan.NO_OP for drift in drifts)


# Tags.


def tag_drifts(declared, tags):
    (comparison,) = all_of([declared], answers(tags=tags))
    return {d.path: (d.plan, d.reality) for d in comparison.drifts}, comparison.changed


CHANGED = (Plan.UPDATE, Reality.DIFFERENT)


def test_of_tags_that_nobody_could_read_the_code_s_own_words_are_told():
    unread = answers(denied(TABLE_TAGS.of_all), denied(OWN_TAGS))

    def told(tags, **facts):
        (comparison,) = all_of([table(tags=tags, facts=facts)], unread)
        (drift,) = (drift for drift in comparison.drifts if drift.path == "tags")
        assert (drift.plan, drift.reality) == (Plan.UNDETERMINED, Reality.UNDETERMINED)
        assert isinstance(drift.live.value, Unknown)
        return drift.declared.value

    assert told({"team": "data", "none": None}, default_tags={"env": "prod"}) == {"env": "prod", "team": "data"}
    assert told(None) is None
    assert told(UNKNOWN, default_tags={"env": "prod"}) is UNKNOWN
    assert told({"team": "data"}, default_tags=UNKNOWN) is UNKNOWN


def test_tags_compare_key_by_key_over_the_provider_s_defaults():
    defaults = {"default_tags": {"env": "prod", "team": "core"}}
    declared = table(tags={"team": "data", "none": None}, facts=defaults)
    assert tag_drifts(declared, {"env": "prod", "team": "data", "aws:x": "1"}) == ({}, ())
    assert tag_drifts(declared, {"env": "prod", "team": "core", "by": "hand"}) == (
        {'tags["by"]': CHANGED, 'tags["team"]': CHANGED},
        ("tags", "tags_all"),
    )
    assert tag_drifts(declared, {"team": "data"}) == ({'tags["env"]': CHANGED}, ("tags_all",))


def test_tags_that_the_provider_hides_never_converge():
    hiding = {"ignored_tags": ("hidden",), "ignored_tag_prefixes": ("k8s/",)}
    declared = table(tags={"hidden": "1", "k8s/a": "1", "aws:a": "1"}, facts=hiding)
    found, changed = tag_drifts(declared, {"k8s/b": "2"})
    assert found == dict.fromkeys(('tags["hidden"]', 'tags["k8s/a"]', 'tags["aws:a"]'), (Plan.UPDATE, Reality.EQUAL))
    assert changed == ("tags", "tags_all")


def test_tags_can_be_left_out_as_a_whole_or_one_by_one():
    declared = table(tags={"a": "1", "b": "1"}, facts={"default_tags": {"env": "prod"}}, ignored=("tags",))
    assert tag_drifts(declared, {"env": "prod", "by": "hand"}) == ({}, ())
    assert tag_drifts(declared, {"by": "hand"}) == ({'tags["env"]': CHANGED}, ("tags_all",))
    one = table(tags={"a": "1", "b": "1"}, ignored=('tags["a"]',))
    assert tag_drifts(one, {"a": "2", "b": "2"}) == ({'tags["b"]': CHANGED}, ("tags", "tags_all"))


def test_unknown_tags_are_undetermined():
    undetermined = (Plan.UNDETERMINED, Reality.UNDETERMINED)
    assert tag_drifts(table(tags={"a": UNKNOWN}), {"a": "1"}) == ({'tags["a"]': undetermined}, ())
    assert tag_drifts(table(tags=UNKNOWN), {"a": "1"}) == ({"tags": undetermined}, ())
