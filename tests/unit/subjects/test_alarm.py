from sample_material import NAME, alarm, both, declared, material, value

from auditor.model.drift import Existence
from auditor.model.values import Unknown


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
