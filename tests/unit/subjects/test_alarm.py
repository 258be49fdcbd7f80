from sample_material import NAME, alarm, both, declared, failed, material, value

from auditor.model.answers import Answer, Request
from auditor.model.drift import Existence
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown


def fact(path, told):
    return value(material(both(None, told, existence=Existence.UNMANAGED)), path, "alarm")


def test_what_it_looks_at():
    assert fact("live.tables", alarm()) == (NAME,)
    assert fact("live.metrics", alarm()) == ("SystemErrors",)
    assert fact("live.receives_data", alarm()) is True
    assert isinstance(fact("live.receives_data", alarm(operation="")), Unknown)


def test_an_alarm_on_something_else_has_no_metric_of_dynamodb():
    other = alarm(namespace="AWS/Lambda", metric_name="Errors")
    assert fact("live.receives_data", other) is None
    assert fact("live.metrics", other) == ()
    assert fact("live.tables", other) == ()


def test_actions():
    assert fact("live.alarm_actions", alarm(alarm_actions=None)) == ()
    assert fact("live.actions_enabled", alarm(actions_enabled=False)) is False
    ours = declared({"alarm_actions": None}, kind="aws_cloudwatch_metric_alarm", name="a")
    found = material(both(ours, existence=Existence.MISSING))
    assert value(found, "declared.alarm_actions", "alarm") == ()


def test_target_tracking():
    assert fact("live.service_made", alarm("TargetTracking-table/x")) is True
    assert fact("live.service_made", alarm()) is False


LISTED = Request.of("dynamodb:ListTables")


def lost(told, answer):
    found = material(both(None, told, existence=Existence.UNMANAGED), answers={LISTED: answer})
    return value(found, "live.lost_tables", "alarm")


def test_tables_that_are_not_there():
    assert lost(alarm(), Answer(LISTED, ({"TableNames": ["a"]}, {"TableNames": [NAME]}))) == ()
    assert lost(alarm(), Answer(LISTED, ({"TableNames": []},))) == (NAME,)
    assert lost(alarm(), failed(LISTED)[LISTED]).code == "AccessDeniedException"
    assert lost(alarm(namespace="AWS/Lambda"), failed(LISTED)[LISTED]) == ()


def test_a_table_that_is_missing_is_not_lost():
    ours = both(declared(), existence=Existence.MISSING)
    found = material(
        ours,
        both(None, alarm(), existence=Existence.UNMANAGED),
        answers={LISTED: Answer(LISTED, ({"TableNames": []},))},
    )
    assert value(found, "live.lost_tables", "alarm") == ()


def test_an_alarm_that_is_not_live_has_lost_no_table():
    ours = declared({}, kind="aws_cloudwatch_metric_alarm", name="a")
    found = material(both(ours, existence=Existence.MISSING))
    assert value(found, "live.lost_tables", "alarm") is NOT_APPLICABLE


def test_declared_alarms_are_held_against_the_metric_reference():
    def fact(path, **values):
        ours = declared(alarm().values | values, kind="aws_cloudwatch_metric_alarm", name="a")
        return value(material(both(ours, existence=Existence.MISSING)), f"declared.{path}", "alarm")

    unknown = Unknown(Reason.NOT_EVALUABLE)
    assert fact("receives_data") is True
    assert fact("receives_data", dimensions={"TableName": NAME, "Region": "x"}) is False
    assert fact("receives_data", metric_name=None, metric_query=unknown) is unknown
    assert fact("can_be_crossed", threshold=0, comparison_operator="LessThanThreshold") is False
    assert fact("can_be_crossed", namespace="AWS/Lambda", threshold=0) is None


def test_a_declared_alarm_on_a_metric_that_is_not_known():
    unknown = Unknown(Reason.NOT_EVALUABLE)
    ours = declared(alarm().values | {"metric_name": unknown}, kind="aws_cloudwatch_metric_alarm", name="a")
    found = material(both(ours, existence=Existence.MISSING))
    assert isinstance(value(found, "declared.receives_data", "alarm"), Unknown)
    assert value(found, "declared.can_be_crossed", "alarm") is None
