"""Kinds that say one thing of a table each: replicas, tags, insights, Kinesis streams, scheduled actions."""

import pytest
from msgspec.structs import replace

from auditor.compare import compare
from auditor.kinds import (
    appautoscaling_scheduled_action,
    dynamodb_contributor_insights,
    dynamodb_kinesis_streaming_destination,
    dynamodb_table_replica,
    dynamodb_tag,
)
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.drift import Plan, Reality
from auditor.model.facts import Identity, Resource, Side
from auditor.model.tags import TABLE_TAGS
from auditor.model.values import Reason, Unknown

SCOPE = Scope("111122223333", "eu-west-1")
ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/users"
MODULES = (
    appautoscaling_scheduled_action,
    dynamodb_contributor_insights,
    dynamodb_kinesis_streaming_destination,
    dynamodb_table_replica,
    dynamodb_tag,
)

LATER = Unknown(Reason.NOT_EVALUABLE, "later")


def declaring(module, *names):
    return replace(SCOPE, declared={module.TYPE: names})


def answers(*several):
    return Answers({answer.request: answer for answer in several})


def denied(request):
    return Answer(request, ok=False, code="AccessDeniedException", reason=Reason.DENIED)


def table(**more):
    return Answer(
        Request.of("dynamodb:DescribeTable", TableName="users"),
        ({"Table": {"TableName": "users", "TableArn": ARN, **more}},),
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.TYPE)
def test_what_nobody_declares_or_wants_is_neither_asked_nor_told(module):
    described = table(Replicas=[{"RegionName": "us-east-1"}])
    assert list(module.KIND.requests(SCOPE)) == []
    assert list(module.KIND.follow(SCOPE, described)) == []
    assert list(module.KIND.read(answers(described), SCOPE)) == []


# Replicas.

REPLICA = Request.of("dynamodb:DescribeTable", "us-east-1", TableName="users")
RECOVERY = Request.of("dynamodb:DescribeContinuousBackups", "us-east-1", TableName="users")


def test_a_table_named_by_reference_leads_to_its_replicas():
    asked = list(dynamodb_table_replica.KIND.follow(declaring(dynamodb_table_replica), table(Replicas=[
        {"RegionName": "us-east-1"}, {"RegionName": "eu-west-1"}
    ])))  # fmt: skip
    assert {request.region for request in asked} == {"us-east-1"}
    assert {request.api for request in asked} == {
        "dynamodb:DescribeTable",
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:ListTagsOfResource",
        "kms:ListAliases",
    }


def test_a_replica_that_did_not_answer_is_there_with_unknown_settings():
    shown = table(Replicas=[{"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE"}])
    (found,) = dynamodb_table_replica.KIND.read(
        answers(shown, denied(REPLICA), denied(RECOVERY)), declaring(dynamodb_table_replica)
    )
    assert found.identity.name == f"{ARN}/us-east-1"
    assert found.facts["status"] == "ACTIVE"
    for name in ("kms_key_arn", "point_in_time_recovery", "deletion_protection_enabled", "tags"):
        assert isinstance(found.values[name], Unknown), name


DEFAULT = "arn:aws:kms:us-east-1:111122223333:key/k1"
ALIASES = Request.of("kms:ListAliases", "us-east-1")


@pytest.mark.parametrize(
    ("key", "told", "reality"),
    [
        (DEFAULT, [{"AliasName": "alias/aws/dynamodb", "TargetKeyId": "k1"}], None),
        (DEFAULT, [], Reality.DIFFERENT),
        (DEFAULT, None, Reality.UNDETERMINED),
        (None, [], None),
    ],
)
def test_a_replica_without_a_key_in_code_has_the_default_one(key, told, reality):
    encryption = {"SSEDescription": {"KMSMasterKeyArn": key}} if key else {}
    there = Answer(REPLICA, ({"Table": {"TableArn": ARN, "DeletionProtectionEnabled": False} | encryption},))
    off = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}
    tags = Request.of("dynamodb:ListTagsOfResource", "us-east-1", ResourceArn=ARN.replace("eu-west-1", "us-east-1"))
    given = answers(
        table(Replicas=[{"RegionName": "us-east-1"}]),
        there,
        Answer(RECOVERY, ({"ContinuousBackupsDescription": off},)),
        Answer(tags, ({"Tags": []},)),
        denied(ALIASES) if told is None else Answer(ALIASES, ({"Aliases": told},)),
    )
    where = declaring(dynamodb_table_replica)
    live = list(dynamodb_table_replica.KIND.read(given, where))
    declared = Resource(Side.DECLARED, live[0].kind, live[0].identity, {"global_table_arn": ARN}, address="r")
    (comparison,) = compare([declared], live, given, [dynamodb_table_replica.KIND], where)
    assert comparison.plan is Plan.NO_OP
    assert [drift.reality for drift in comparison.drifts] == ([reality] if reality else [])


def test_a_replica_is_missing_where_its_table_does_not_list_it():
    absence = dynamodb_table_replica.KIND.absence
    assert absence(answers(table()), SCOPE, f"{ARN}/us-east-1") is None
    assert absence(answers(denied(table().request)), SCOPE, f"{ARN}/us-east-1") is not None
    assert isinstance(absence(answers(table(TableStatus="DELETING")), SCOPE, f"{ARN}/us-east-1"), Unknown)
    assert absence(answers(table(TableStatus="DELETING", Replicas=[])), SCOPE, f"{ARN}/us-east-1") is None


def test_the_key_of_a_replica_that_is_being_deleted_is_unknown_where_it_is_not_told():
    shown = table(Replicas=[{"RegionName": "us-east-1", "KMSMasterKeyId": DEFAULT}])
    there = Answer(REPLICA, ({"Table": {"TableArn": ARN, "TableStatus": "DELETING"}},))
    (found,) = dynamodb_table_replica.KIND.read(answers(shown, there), declaring(dynamodb_table_replica))
    assert isinstance(found.values["kms_key_arn"], Unknown)
    assert isinstance(found.facts["default_key"], Unknown)


# Tags.


def test_every_tag_of_a_table_is_told_and_a_missing_one_is_missing():
    entry = {"ResourceARN": ARN, "Tags": [{"Key": "Team", "Value": "a"}]}
    common = Answer(TABLE_TAGS.of_all, ({"ResourceTagMappingList": [entry]},))
    scope = declaring(dynamodb_tag, f"{ARN}/Team", f"{ARN}/Owner")
    (found,) = dynamodb_tag.KIND.read(answers(common), scope)
    assert (found.identity.name, found.values["value"]) == (f"{ARN}/Team", "a")
    own = Answer(Request.of(dynamodb_tag.TAGS, ResourceArn=ARN), ({"Tags": entry["Tags"]},))
    assert dynamodb_tag.KIND.absence(answers(common, own), scope, f"{ARN}/Owner") is None
    assert dynamodb_tag.KIND.absence(answers(common), scope, f"{ARN}/Owner").api == dynamodb_tag.TAGS
    refused = answers(common, denied(own.request))
    assert dynamodb_tag.KIND.absence(refused, scope, f"{ARN}/Owner").reason is Reason.DENIED
    assert not list(dynamodb_tag.KIND.read(refused, scope))


@pytest.mark.parametrize(
    ("told", "key", "value", "doubtful"),
    [
        ({"Team": "v", "Other": "w"}, "Team", "v", False),
        ({"Team": "a"}, "Team", "v", True),
        ({"Team": "v"}, "Owner", "v", True),
        ({"Team": "v"}, "Team", LATER, True),
        (None, "Team", "v", True),
        ({}, "Team", "v", True),
    ],
)
def test_a_tag_that_the_answer_about_all_has_not_as_the_code_is_asked_of_the_table(told, key, value, doubtful):
    tags = [{"Key": key, "Value": value} for key, value in (told or {}).items()]
    entries = [] if told is None else [{"ResourceARN": ARN, "Tags": tags}]
    common = Answer(TABLE_TAGS.of_all, ({"ResourceTagMappingList": entries},))
    scope = replace(SCOPE, declared={dynamodb_tag.TYPE: (), dynamodb_tag.TABLE: ("users",)})
    tag = Resource(Side.DECLARED, dynamodb_tag.TYPE, Identity("1", "eu-west-1", "x"), {"key": key, "value": value})
    asked = list(dynamodb_tag.KIND.confirm(answers(common, table()), scope, [tag]))
    assert asked == [TABLE_TAGS.of(ARN)] * doubtful
    assert not list(dynamodb_tag.KIND.confirm(answers(common, table()), SCOPE, [tag]))
    assert not list(dynamodb_tag.KIND.confirm(answers(common, table()), scope, []))
    assert not list(dynamodb_tag.KIND.confirm(answers(denied(common.request), table()), scope, [tag]))


# Contributor insights.


def summary(status, **more):
    entry = {"TableName": "users", "ContributorInsightsStatus": status, **more}
    return Answer(dynamodb_contributor_insights.INSIGHTS, ({"ContributorInsightsSummaries": [entry]},))


@pytest.mark.parametrize(
    ("status", "on"), [("ENABLED", True), ("ENABLING", True), ("FAILED", True), ("DISABLED", False)]
)
def test_insights_are_on_in_every_state_but_disabled(status, on):
    assert len(list(dynamodb_contributor_insights.KIND.read(answers(summary(status)), SCOPE))) == on


def test_insights_of_an_index_are_another_resource():
    kind = dynamodb_contributor_insights.KIND
    (found,) = kind.read(answers(summary("ENABLED", IndexName="by-email")), SCOPE)
    assert found.identity.name == kind.name({"table_name": "users", "index_name": "by-email"}, "") == "users/by-email"
    assert kind.name({"table_name": "users"}, "") == "users"
    assert kind.absence(answers(summary("DISABLED")), SCOPE, "users") is None
    assert kind.absence(answers(denied(dynamodb_contributor_insights.INSIGHTS)), SCOPE, "users") is not None


# Kinesis.


def test_a_stream_that_is_switched_off_is_none():
    kind = dynamodb_kinesis_streaming_destination.KIND
    request = Request.of("dynamodb:DescribeKinesisStreamingDestination", TableName="users")
    told = Answer(
        request,
        (
            {
                "KinesisDataStreamDestinations": [
                    {"StreamArn": "arn:a", "DestinationStatus": "ACTIVE"},
                    {"StreamArn": "arn:b", "DestinationStatus": "DISABLED"},
                ]
            },
        ),
    )
    assert [found.values["stream_arn"] for found in kind.read(answers(told), SCOPE)] == ["arn:a"]
    assert kind.absence(answers(told), SCOPE, "users/arn:b") is None
    assert kind.absence(answers(denied(request)), SCOPE, "users/arn:b") is not None
    assert list(kind.requests(declaring(dynamodb_kinesis_streaming_destination, "users/arn:a"))) == [request]


# Scheduled actions.


def test_a_scheduled_action_speaks_as_the_provider_does():
    entry = {
        "ScheduledActionName": "night",
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/users/index/by-email",
        "ScalableDimension": "dynamodb:index:ReadCapacityUnits",
        "Schedule": "rate(1 day)",
        "StartTime": "2026-01-01T00:00:00.000Z",
        "ScalableTargetAction": {"MinCapacity": 0},
    }
    told = Answer(appautoscaling_scheduled_action.ACTIONS, ({"ScheduledActions": [entry]},))
    (found,) = appautoscaling_scheduled_action.KIND.read(answers(told), SCOPE)
    assert found.values["start_time"] == "2026-01-01T00:00:00Z"
    assert found.values["scalable_target_action"] == {"min_capacity": "0", "max_capacity": None}
    assert (found.facts["table"], found.facts["index"]) == ("users", "by-email")
    assert found.identity.name.endswith("/night")


@pytest.mark.parametrize(("told", "stored"), [({}, ""), ({"Timezone": "Asia/Jakarta"}, "Asia/Jakarta")])
def test_a_time_zone_that_is_left_out_is_none_for_the_provider(told, stored):
    action = {
        "ScheduledActionName": "a",
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/users",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "Schedule": "rate(1 day)",
    }
    given = answers(Answer(appautoscaling_scheduled_action.ACTIONS, ({"ScheduledActions": [action | told]},)))
    (live,) = appautoscaling_scheduled_action.KIND.read(given, SCOPE)
    assert live.values["timezone"] == (stored or "UTC")
    assert appautoscaling_scheduled_action.KIND.refresh(live, given).values["timezone"] == stored
