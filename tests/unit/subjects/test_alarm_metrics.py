import pytest
from sample_material import NAME, alarm

from auditor.model.values import Reason, Unknown
from auditor.subjects.alarm_metrics import alarm_record, can_be_crossed, receives_data


def metric(name, *dimensions, operation="GetItem", **more):
    given = dict.fromkeys(dimensions, "x") | ({"Operation": operation} if "Operation" in dimensions else {})
    return {"metric_name": name, "dimensions": given, **more}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (metric("ReadThrottleEvents", "TableName"), True),
        (metric("ReadThrottleEvents", "TableName", "GlobalSecondaryIndexName"), True),
        (metric("ReadThrottleEvents", "TableName", "Operation"), False),
        (metric("ThrottledRequests", "TableName", "Operation"), True),
        (metric("ThrottledRequests", "TableName"), False),
        (metric("SystemErrors", "TableName", "Operation"), True),
        (metric("SystemErrors"), False),
        (metric("SystemErrors", "TableName", "Operation", operation="Getitem"), False),
        (metric("UserErrors", "TableName"), False),
        (metric("UserErrors"), True),
        (metric("ReadKeyRangeThroughputThrottleEvents", "TableName"), True),
        (metric("AccountProvisionedWriteCapacityUtilization", unit="Percent"), True),
        (metric("ReadThrottleEvents", "TableName", unit="Count"), True),
        (metric("ReadThrottleEvents", "TableName", unit="Seconds"), False),
        (metric("SuccessfulRequestLatency", "TableName", "Operation", unit="Seconds"), False),
        ({"metric_name": "ReadThrottleEvents"}, False),
    ],
)
def test_dimensions_decide_whether_data_comes(given, expected):
    assert receives_data([given]) is expected


@pytest.mark.parametrize(
    "given",
    [
        metric("SystemErrors", "TableName"),
        metric("OfTomorrow", "TableName"),
        metric("SystemErrors", "TableName", "Operation", operation=Unknown(Reason.NOT_EVALUABLE)),
        {"metric_name": Unknown(Reason.FAILED), "dimensions": {"TableName": "x"}},
        {"metric_name": "SystemErrors", "dimensions": Unknown(Reason.FAILED)},
    ],
)
def test_what_is_disputed_or_not_told_is_unknown(given):
    assert isinstance(receives_data([given]), Unknown)


def test_one_metric_that_receives_data_is_enough():
    disputed = metric("SystemErrors", "TableName")
    assert receives_data([disputed, metric("SystemErrors", "TableName", "Operation")]) is True


def test_record_of_metric_math():
    queries = {
        "total": {"expression": "SUM(METRICS())", "metric": None},
        **{
            operation.lower(): {
                "metric": {
                    "namespace": "AWS/DynamoDB",
                    "metric_name": "SystemErrors",
                    "dimensions": {"TableName": NAME, "Operation": operation},
                }
            }
            for operation in ("Query", "GetItem")
        },
    }
    record = alarm_record(alarm(metric_name=None, dimensions=None, metric_query=queries), NAME)
    assert record["metrics"] == ("SystemErrors",)
    assert record["operations"] == ("GetItem", "Query")
    assert record["dimensions"] == ("Operation", "TableName")
    assert record["receives_data"] is True


def test_metrics_of_another_table_do_not_count():
    record = alarm_record(alarm(table="another"), NAME)
    assert record["metrics"] == ()
    assert record["receives_data"] is False


def test_no_actions_are_an_empty_list():
    assert alarm_record(alarm(alarm_actions=None), NAME)["alarm_actions"] == ()


def test_alarms_of_target_tracking():
    assert alarm_record(alarm("TargetTracking-table/x"), NAME)["service_made"] is True
    assert alarm_record(alarm(), NAME)["service_made"] is False


@pytest.mark.parametrize(
    ("comparison", "threshold", "expected"),
    [
        ("GreaterThanThreshold", 0, True),
        ("LessThanThreshold", 0, False),
        ("LessThanThreshold", 1, True),
        ("LessThanOrEqualToThreshold", 0, True),
        ("LessThanOrEqualToThreshold", -1, False),
        ("LessThanLowerOrGreaterThanUpperThreshold", None, None),
    ],
)
def test_no_metric_is_below_zero(comparison, threshold, expected):
    assert can_be_crossed(alarm(comparison_operator=comparison, threshold=threshold)) is expected


@pytest.mark.parametrize("name", ["comparison_operator", "threshold"])
def test_a_threshold_that_is_not_known(name):
    unknown = Unknown(Reason.NOT_EVALUABLE)
    given = {"comparison_operator": "LessThanThreshold", "threshold": 0} | {name: unknown}
    assert can_be_crossed(alarm(**given)) is unknown
