"""The question about metrics is one that CloudWatch takes."""

from datetime import UTC, datetime

import botocore.session
from botocore.validate import ParamValidator

from auditor.aws.metrics import metric_data
from auditor.aws.operations import OPERATIONS
from auditor.kinds.dynamodb_table.activity import METRIC_DATA, request

NOW = datetime(2026, 1, 15, 2, 34, 56, tzinfo=UTC)
TABLE = {
    "TableName": "shop-prod.orders_2",
    "GlobalSecondaryIndexes": [{"IndexName": f"by-{number}"} for number in range(20)],
}


def sent(table):
    return metric_data(dict(request(table).params), NOW)


def test_the_days_before_now_in_whole_hours():
    asked = sent(TABLE)
    assert asked["EndTime"] == datetime(2026, 1, 15, 2, tzinfo=UTC)
    assert asked["StartTime"] == datetime(2026, 1, 8, 2, tzinfo=UTC)


def test_a_metric():
    query = sent(TABLE)["MetricDataQueries"][2]
    assert query == {
        "Id": "m2",
        "ReturnData": True,
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/DynamoDB",
                "MetricName": "ReadThrottleEvents",
                "Dimensions": [
                    {"Name": "TableName", "Value": "shop-prod.orders_2"},
                    {"Name": "GlobalSecondaryIndexName", "Value": "by-0"},
                ],
            },
            "Period": 86400,
            "Stat": "Sum",
        },
    }


def test_cloudwatch_takes_it_in_one_call_whatever_the_table():
    """At most 500 queries and, so that no page is cut short, 100,800 data points."""
    model = botocore.session.get_session().get_service_model("cloudwatch").operation_model("GetMetricData")
    asked = sent(TABLE)
    report = ParamValidator().validate(asked, model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert len(asked["MetricDataQueries"]) <= 500
    hours = 7 * 24 * 3600
    assert sum(hours // query["MetricStat"]["Period"] for query in asked["MetricDataQueries"]) <= 100_800


def test_what_is_sent_depends_on_the_time_and_what_is_asked_does_not():
    operation = OPERATIONS[METRIC_DATA]
    params = dict(request(TABLE).params)
    assert operation.sent(params, NOW) != operation.sent(params, NOW.replace(day=16))
    assert request(TABLE) == request(dict(TABLE))
