"""Kinds that AWS tells as one list: aliases, scalable targets, scaling policies, alarms, resource policies."""

from decimal import Decimal

import pytest
from sample_tables import (
    ACCOUNT,
    ALARMS,
    ALIASES,
    DESCRIBE,
    KINDS,
    LIST,
    REGION,
    TABLE,
    TARGETS,
    alias,
    answers,
    arn,
    asked,
    denied,
    described,
    failed,
    scope,
    whole,
)

from auditor.compare import unlisted
from auditor.model.answers import Answers
from auditor.model.values import Unknown

ALIAS, TARGET, POLICY, ALARM, RESOURCE_POLICY = (
    KINDS[f"aws_{name}"]
    for name in (
        "kms_alias",
        "appautoscaling_target",
        "appautoscaling_policy",
        "cloudwatch_metric_alarm",
        "dynamodb_resource_policy",
    )
)
POLICIES = asked("application-autoscaling:DescribeScalingPolicies", ServiceNamespace="dynamodb")
ALARM_TAGS = asked("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("cloudwatch:alarm",))
DIMENSION = "dynamodb:table:ReadCapacityUnits"
SCALABLE = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{TABLE}/index/by-email",
    "ScalableDimension": DIMENSION,
    "MinCapacity": 5,
    "MaxCapacity": 100,
    "SuspendedState": {"DynamicScalingInSuspended": True},
}
SCALING = {
    "PolicyName": "p",
    "PolicyARN": "arn:p",
    "ServiceNamespace": "dynamodb",
    "ResourceId": f"table/{TABLE}",
    "ScalableDimension": DIMENSION,
    "PolicyType": "TargetTrackingScaling",
    "Alarms": [{"AlarmName": "TargetTracking-table/x"}],
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 70.5,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
    },
}
THROTTLES = {
    "AlarmName": "koneksi-prod-throttles",
    "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:koneksi-prod-throttles",
    "ActionsEnabled": True,
    "AlarmActions": ["b", "a"],
    "Dimensions": [{"Name": "TableName", "Value": TABLE}],
    "Threshold": 1.0,
    "Metrics": [
        {"Id": "e", "Expression": "m*2", "ReturnData": True},
        {
            "Id": "m",
            "MetricStat": {
                "Metric": {"MetricName": "x", "Dimensions": [{"Name": "TableName", "Value": TABLE}]},
                "Period": 60,
                "Stat": "Sum",
            },
        },
    ],
}
OWN_POLICY = asked("dynamodb:GetResourcePolicy", ResourceArn=arn())


def one(kind, found, where=None):
    (resource,) = kind.read(found, where or scope())
    return resource


def test_aliases():
    found = one(ALIAS, answers())
    assert found.values == {"name": "alias/koneksi-prod", "target_key_id": "k1"}
    assert found.facts["target_key_arn"].endswith(":key/k1")
    assert ALIAS.belongs(found, scope(patterns=("koneksi-*",)))
    assert not ALIAS.belongs(found, scope(patterns=("other",)))
    unused = answers(whole(ALIASES, Aliases=[alias("koneksi-prod", None)]))
    assert one(ALIAS, unused).facts["target_key_arn"] is None
    assert set(ALIAS.requests(scope())) == {ALIASES}
    assert not set(ALIAS.requests(scope(patterns=())))


def test_targets():
    found = one(TARGET, answers(whole(TARGETS, ScalableTargets=[SCALABLE])))
    assert found.identity.name == f"dynamodb/table/{TABLE}/index/by-email/{DIMENSION}"
    assert found.values["suspended_state"] == {
        "dynamic_scaling_in_suspended": True,
        "dynamic_scaling_out_suspended": False,
        "scheduled_scaling_suspended": False,
    }
    assert (found.facts["table"], found.facts["index"]) == (TABLE, "by-email")
    assert TARGET.belongs(found, scope())
    assert not TARGET.belongs(found, scope(declared={}, patterns=("other",)))


def test_scaling_policies():
    found = one(POLICY, answers(whole(POLICIES, ScalingPolicies=[SCALING])))
    configuration = found.values["target_tracking_scaling_policy_configuration"]
    assert configuration["target_value"] == Decimal("70.5")
    assert configuration["disable_scale_in"] is False
    assert found.facts["alarms"] == ("TargetTracking-table/x",)
    assert POLICY.belongs(found, scope())
    assert not POLICY.belongs(found, scope(declared={}, patterns=("other",)))


def test_scaling_policies_of_other_sorts():
    customized = SCALING | {
        "TargetTrackingScalingPolicyConfiguration": {
            "CustomizedMetricSpecification": {"MetricName": "m", "Dimensions": [{"Name": "a", "Value": "1"}]}
        }
    }
    found = one(POLICY, answers(whole(POLICIES, ScalingPolicies=[customized])))
    configuration = found.values["target_tracking_scaling_policy_configuration"]
    assert configuration["customized_metric_specification"]["dimensions"] == {"a": {"name": "a", "value": "1"}}
    steps = {key: value for key, value in SCALING.items() if not key.startswith("TargetTracking")}
    found = one(POLICY, answers(whole(POLICIES, ScalingPolicies=[steps])))
    assert found.values["target_tracking_scaling_policy_configuration"] is None


def test_every_list_that_tells_what_nobody_declares_is_asked_for_whatever_the_code_declares():
    where = scope(wanted=frozenset({"dynamodb:GetResourcePolicy"}))
    on_demand = whole(DESCRIBE, Table=described())
    asked_for = {request for kind in KINDS.values() for request in kind.requests(where)}
    asked_for |= {request for kind in KINDS.values() for request in kind.follow(where, on_demand)}
    assert unlisted(KINDS.values(), Answers({each: whole(each) for each in asked_for}), where) == {}


def test_alarms():
    tags = [{"ResourceARN": THROTTLES["AlarmArn"], "Tags": [{"Key": "env", "Value": "prod"}]}]
    found = one(ALARM, answers(whole(ALARMS, MetricAlarms=[THROTTLES]), whole(ALARM_TAGS, ResourceTagMappingList=tags)))
    assert found.values["alarm_actions"] == ("a", "b")
    assert found.values["dimensions"] == {"TableName": TABLE}
    assert found.values["threshold"] == 1
    assert found.values["treat_missing_data"] == "missing"
    assert found.values["metric_query"]["m"]["metric"]["dimensions"] == {"TableName": TABLE}
    assert found.values["metric_query"]["e"]["metric"] is None
    assert found.values["tags"] == {"env": "prod"}
    assert set(found.values) == {attribute.name for attribute in ALARM.attributes}


def test_tags_of_alarms_are_asked_for_where_the_code_declares_an_alarm():
    assert set(ALARM.requests(scope())) == {ALARMS}
    assert set(ALARM.requests(scope(declared={ALARM.type: ("a",)}))) == {ALARMS, ALARM_TAGS}
    unread = one(ALARM, answers(whole(ALARMS, MetricAlarms=[THROTTLES]))).values["tags"]
    assert isinstance(unread, Unknown)


def test_resource_policies_are_asked_for_only_where_somebody_wants_them():
    told = whole(DESCRIBE, Table=described())
    wanted = scope(wanted=frozenset({"dynamodb:GetResourcePolicy"}))
    assert not set(RESOURCE_POLICY.follow(scope(), told))
    assert set(RESOURCE_POLICY.follow(wanted, told)) == {OWN_POLICY}
    assert set(RESOURCE_POLICY.follow(scope(declared={RESOURCE_POLICY.type: ()}), told)) == {OWN_POLICY}
    assert set(RESOURCE_POLICY.requests(scope(declared={RESOURCE_POLICY.type: (arn(),)}))) == {OWN_POLICY}
    assert not set(RESOURCE_POLICY.requests(scope()))


def test_the_policy_of_a_stream_is_asked_for_where_there_is_one():
    wanted = scope(wanted=frozenset({"dynamodb:GetResourcePolicy"}))
    stream = {"LatestStreamArn": f"{arn()}/stream/1", "StreamSpecification": {"StreamEnabled": True}}
    own = asked("dynamodb:GetResourcePolicy", ResourceArn=stream["LatestStreamArn"])
    assert set(RESOURCE_POLICY.follow(wanted, whole(DESCRIBE, Table=described(**stream)))) == {OWN_POLICY, own}
    switched_off = stream | {"StreamSpecification": {"StreamEnabled": False}}
    assert set(RESOURCE_POLICY.follow(wanted, whole(DESCRIBE, Table=described(**switched_off)))) == {OWN_POLICY}
    found = one(RESOURCE_POLICY, answers(whole(own, Policy="{}")))
    assert RESOURCE_POLICY.belongs(found, scope(patterns=()))
    assert not RESOURCE_POLICY.belongs(found, scope(declared={}, patterns=("*/stream/1",)))


def test_resource_policies():
    found = one(RESOURCE_POLICY, answers(whole(OWN_POLICY, Policy="{}", RevisionId="1")))
    assert found.values == {"resource_arn": arn(), "policy": "{}"}
    assert RESOURCE_POLICY.belongs(found, scope())
    assert not RESOURCE_POLICY.belongs(found, scope(declared={}, patterns=("other",)))
    none = answers(failed(OWN_POLICY, "PolicyNotFoundException"))
    assert list(RESOURCE_POLICY.read(none, scope())) == []
    assert RESOURCE_POLICY.absence(none, scope(), arn()) is None
    assert RESOURCE_POLICY.absence(answers(denied(OWN_POLICY)), scope(), arn()).action == "dynamodb:GetResourcePolicy"
    wanted = scope(wanted=frozenset({"dynamodb:GetResourcePolicy"}))
    assert RESOURCE_POLICY.listed(none, wanted) == ()
    assert RESOURCE_POLICY.listed(answers(whole(OWN_POLICY, Policy="{}")), wanted) == (arn(),)
    assert isinstance(RESOURCE_POLICY.listed(answers(), scope()), Unknown)
    assert isinstance(RESOURCE_POLICY.listed(answers(denied(OWN_POLICY)), wanted), Unknown)


def test_the_policies_of_tables_that_were_not_told_are_not_told():
    """Where there is no table there is no policy; of a table that nobody described nobody knows."""
    wanted = scope(wanted=frozenset({"dynamodb:GetResourcePolicy"}))
    empty = whole(LIST, TableNames=[])
    assert RESOURCE_POLICY.listed(Answers({LIST: empty}), wanted) == ()
    for refused in (denied(LIST), denied(DESCRIBE)):
        assert RESOURCE_POLICY.listed(Answers({LIST: empty, refused.request: refused}), wanted) == refused.unknown


LISTS = [
    (ALIAS, ALIASES, "Aliases"),
    (TARGET, TARGETS, "ScalableTargets"),
    (POLICY, POLICIES, "ScalingPolicies"),
    (ALARM, ALARMS, "MetricAlarms"),
]


@pytest.mark.parametrize(("kind", "request_", "member"), LISTS, ids=lambda part: getattr(part, "type", ""))
def test_what_a_whole_list_lacks_is_missing_and_a_denied_list_tells_nothing(kind, request_, member):
    empty, refused = answers(whole(request_, **{member: []})), answers(denied(request_))
    assert kind.listed(empty, scope()) == ()
    assert kind.absence(empty, scope(), "x") is None
    assert kind.listed(refused, scope()).action == request_.api
    assert kind.absence(refused, scope(), "x").action == request_.api
    assert list(kind.read(refused, scope())) == []


@pytest.mark.parametrize("kind", [TARGET, POLICY, ALARM, RESOURCE_POLICY], ids=lambda kind: kind.type)
def test_the_provider_stores_what_aws_tells(kind):
    marker = object()
    assert kind.refresh(marker, answers()) is marker


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("alias/x-20260101000000000000000001", "alias/x-"), ("alias/x-2024", ""), (f"{'0' * 26}", "")],
)
def test_the_provider_reads_the_prefix_of_an_alias_off_its_name(name, prefix):
    entry = {"AliasName": name, "AliasArn": f"arn:aws:kms:x:1:{name}", "TargetKeyId": "k"}
    (found,) = ALIAS.read(answers(whole(ALIASES, Aliases=[entry])), scope())
    assert ALIAS.refresh(found, answers()).values == found.values | {"name_prefix": prefix}


@pytest.mark.parametrize(("kind", "members"), [(ALIAS, {}), (ALARM, {})], ids=["alias", "alarm"])
def test_lists_lead_to_nothing_more(kind, members):
    assert not set(kind.follow(scope(), whole(DESCRIBE, Table=described(**members))))
