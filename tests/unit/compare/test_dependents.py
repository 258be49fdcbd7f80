"""What refers to a resource that is created or replaced follows."""

from sample_tables import DESCRIBE, KEY, KINDS, answers, asked, described, failed, read, resource, scope, table, whole

from auditor.compare import compare
from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.tags import ALARM_TAGS
from auditor.model.values import REFERENCE, Reason, Unknown

ALARM = "aws_cloudwatch_metric_alarm.gone"
ALARMS = asked("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm"))
ARN = "arn:aws:cloudwatch:ap-southeast-1:111122223333:alarm:gone"
WATCH = ARN.replace("gone", "watch")
GONE = resource("aws_cloudwatch_metric_alarm", "gone", ALARM, {"alarm_name": "gone"})


def refers(address, attribute="arn", **more):
    return Unknown(Reason.COMPUTED_BY_AWS, "later", (f"{address}.{attribute}",), **more)


def alarm(name="watch", **values):
    found = {"alarm_name": name, "evaluation_periods": 1, "comparison_operator": "GreaterThanThreshold"} | values
    return resource("aws_cloudwatch_metric_alarm", name, f"aws_cloudwatch_metric_alarm.{name}", found)


def compared(*declared, **live):
    entry = {"AlarmName": "watch", "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    entry |= {"AlarmArn": WATCH, "ActionsEnabled": True} | live
    found = answers(whole(ALARMS, MetricAlarms=[entry]), whole(ALARM_TAGS.of(WATCH), Tags=[]))
    told = compare(declared, read(found), found, KINDS.values(), scope())
    return {each.address: each for each in told}


def test_a_reference_to_what_is_created_is_a_change():
    told = compared(GONE, alarm(alarm_actions=(refers(ALARM),)), AlarmActions=[ARN])
    assert told[ALARM].plan is Plan.CREATE
    follows = told["aws_cloudwatch_metric_alarm.watch"]
    (drift,) = follows.drifts
    assert (follows.plan, follows.changed) == (Plan.UPDATE, ("alarm_actions",))
    assert (drift.path, drift.reality, drift.declared.value, drift.live.value) == (
        "alarm_actions",
        Reality.EQUAL,
        (ARN,),
        (ARN,),
    )
    assert ALARM in drift.note


def test_an_undetermined_difference_becomes_a_certain_change():
    later = Unknown(
        Reason.NOT_EVALUABLE, "later", (f"{ALARM}.other",), text=f"x{REFERENCE[0]}{ALARM}.other{REFERENCE[1]}"
    )
    told = compared(GONE, alarm(alarm_description=later), AlarmDescription="x1")
    follows = told["aws_cloudwatch_metric_alarm.watch"]
    assert (follows.plan, follows.changed) == (Plan.UPDATE, ("alarm_description",))
    assert [drift.reality for drift in follows.drifts] == [Reality.UNDETERMINED]


def test_tags_and_nested_blocks_follow_by_their_paths():
    query = {"m1": {"id": "m1", "label": refers(ALARM), "return_data": True}}
    told = compared(
        GONE,
        alarm(tags={"watched": refers(ALARM), "other": "x"}, metric_query=query),
        Metrics=[{"Id": "m1", "Label": ARN, "ReturnData": True}],
    )
    follows = told["aws_cloudwatch_metric_alarm.watch"]
    assert {'tags["watched"]', 'metric_query["m1"].label'} <= {drift.path for drift in follows.drifts}
    assert {"tags", "tags_all", "metric_query"} <= set(follows.changed)


def test_a_reference_to_what_stays_is_no_change():
    watch = alarm(alarm_actions=(refers("aws_sns_topic.t"), "x"), ok_actions=("y",))
    told = compared(GONE, watch, AlarmActions=["z"])
    assert told["aws_cloudwatch_metric_alarm.watch"].plan is not Plan.CREATE
    ignoring = resource(
        "aws_cloudwatch_metric_alarm",
        "watch",
        "aws_cloudwatch_metric_alarm.watch",
        {**alarm().values, "alarm_actions": (refers(ALARM),)},
        ignored=("alarm_actions",),
    )
    assert compared(GONE, ignoring, AlarmActions=[ARN])["aws_cloudwatch_metric_alarm.watch"].plan is Plan.NO_OP


TABLE_ARN = "arn:aws:dynamodb:ap-southeast-1:111122223333:table/koneksi-prod-users"
TAG = "aws_dynamodb_tag.owner"


def tagged(found, declared, facts=None, **values):
    told = {"key": "Owner", "value": "a"} | values
    owner = resource("aws_dynamodb_tag", f"{TABLE_ARN}/Owner", TAG, told, facts=facts or {})
    where = scope(declared={"aws_dynamodb_table": ("koneksi-prod-users",), "aws_dynamodb_tag": ()})
    told = compare([declared, owner], read(found, where), found, KINDS.values(), where)
    return {each.address: each for each in told}


def test_what_is_replaced_takes_along_what_is_told_by_it():
    own = whole(asked("dynamodb:ListTagsOfResource", ResourceArn=TABLE_ARN), Tags=[{"Key": "Owner", "Value": "a"}])
    declared = table(hash_key="pk", attribute={"pk": {"name": "pk", "type": "S"}}, tags={"Owner": "a"})
    told = tagged(answers(own), declared, resource_arn=refers("aws_dynamodb_table.users"))
    assert told["aws_dynamodb_table.users"].plan is Plan.REPLACE
    assert (told[TAG].plan, told[TAG].forcing) == (Plan.REPLACE, ("resource_arn",))
    assert [drift.risk for drift in told[TAG].drifts] == [Risk.REPLACES]


def test_what_must_not_be_destroyed_fails_the_plan():
    own = whole(asked("dynamodb:ListTagsOfResource", ResourceArn=TABLE_ARN), Tags=[{"Key": "Owner", "Value": "a"}])
    declared = table(hash_key="pk", attribute={"pk": {"name": "pk", "type": "S"}}, tags={"Owner": "a"})
    refers_to_it = {"facts": {"prevent_destroy": True}, "resource_arn": refers("aws_dynamodb_table.users")}
    told = tagged(answers(own), declared, **refers_to_it)
    assert told["aws_dynamodb_table.users"].plan is Plan.REPLACE
    assert (told[TAG].plan, "prevent_destroy" in told[TAG].note) == (Plan.ERROR, True)
    assert [(drift.path, drift.plan, drift.risk) for drift in told[TAG].drifts] == [
        ("resource_arn", Plan.REPLACE, Risk.REPLACES),
        ("", Plan.ERROR, Risk.FAILS),
    ]
    same = tagged(answers(own), table(tags={"Owner": "a"}), **refers_to_it)
    assert same[TAG].plan is not Plan.ERROR


def test_what_is_replaced_anyway_stays_so():
    twice = {"resource_arn": refers("aws_dynamodb_table.users"), "key": refers("aws_dynamodb_table.users")}
    own = whole(asked("dynamodb:ListTagsOfResource", ResourceArn=TABLE_ARN), Tags=[{"Key": "Owner", "Value": "a"}])
    chained = [
        table(hash_key="pk", attribute={n: {"name": n, "type": "S"} for n in ("pk", ARN)}, range_key=refers(ALARM)),
        GONE,
        resource("aws_dynamodb_tag", f"{TABLE_ARN}/Owner", TAG, {"value": "a"} | twice),
    ]
    found = answers(own, whole(ALARMS, MetricAlarms=[]))
    where = scope(declared={"aws_dynamodb_table": ("koneksi-prod-users",), "aws_dynamodb_tag": ()})
    told = {each.address: each for each in compare(chained, read(found, where), found, KINDS.values(), where)}
    assert told["aws_dynamodb_table.users"].forcing == ("hash_key", "range_key")
    assert told[TAG].forcing == ("key", "resource_arn")


def test_a_key_of_a_disabled_block_waits_for_nothing():
    off = {"enabled": False, "kms_key_arn": refers("aws_kms_key.k")}
    key = resource("aws_kms_key", KEY.rpartition("/")[2], "aws_kms_key.k")
    found = answers(
        failed(asked("kms:DescribeKey", KeyId=KEY), "NotFoundException"),
        table=described(SSEDescription=None),
    )
    told = {
        each.address: each
        for each in compare([table(server_side_encryption=off), key], read(found), found, KINDS.values(), scope())
    }
    assert told["aws_kms_key.k"].plan is Plan.CREATE
    assert told["aws_dynamodb_table.users"].plan is Plan.NO_OP
    on = {"enabled": True, "kms_key_arn": refers("aws_kms_key.k")}
    told = {
        each.address: each
        for each in compare([table(server_side_encryption=on), key], read(found), found, KINDS.values(), scope())
    }
    assert told["aws_dynamodb_table.users"].plan is Plan.UPDATE


def test_what_is_missing_itself_does_not_follow():
    missing = answers(failed(DESCRIBE, "ResourceNotFoundException"))
    later = resource(
        "aws_cloudwatch_metric_alarm", "later", "aws_cloudwatch_metric_alarm.later", {"alarm_name": "later"}
    )
    told = compare([table(), later], read(missing), missing, KINDS.values(), scope())
    assert {each.existence for each in told} == {Existence.MISSING}
