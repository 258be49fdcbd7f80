"""Throttling, errors and capacity of a table: summed over the table and its indexes, unknown where not told whole."""

import pytest

from auditor.kinds.dynamodb_table.activity import METRIC_DATA, activity, request
from auditor.kinds.dynamodb_table.asking import WANTED, follow
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

PROVISIONED = {"TableName": "t", "TableArn": "arn", "GlobalSecondaryIndexes": [{"IndexName": "by-email"}]}
ON_DEMAND = {"TableName": "t", "TableArn": "arn", "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
SCOPE = Scope(account="1", region="r", wanted=frozenset({METRIC_DATA}))
FIRST, SECOND = "2026-01-15T00:00:00.000Z", "2026-01-15T01:00:00.000Z"


def results(table, told, status="Complete"):
    """A page about every metric that is asked for; `told` holds values by the beginning of a metric's name."""
    metrics = dict(request(table).params)["Metrics"]
    return {
        "MetricDataResults": [
            {"Id": f"m{position}", "StatusCode": status, "Timestamps": list(values), "Values": list(values.values())}
            for position, metric in enumerate(metrics)
            for values in [next((values for start, values in told.items() if metric.startswith(start)), {})]
        ]
    }


def facts(table, *pages, scope=SCOPE):
    asked = request(table)
    return activity(table, Answers({asked: Answer(asked, tuple(pages))}), scope)


def test_nothing_published_is_none():
    assert facts(ON_DEMAND, results(ON_DEMAND, {})) == {
        "throttle_events": 0,
        "system_errors": 0,
        "capacity_used": NOT_APPLICABLE,
    }


def test_sums_are_over_days_directions_indexes_and_operations():
    page = results(
        PROVISIONED,
        {
            "ReadThrottleEvents Sum 86400 TableName=t GlobalSecondaryIndexName=by-email": {FIRST: 1.0, SECOND: 2.0},
            "WriteThrottleEvents Sum 86400 TableName=t": {FIRST: 4.0},
            "SystemErrors Sum 86400 TableName=t Operation=Query": {FIRST: 3.0},
            "SystemErrors Sum 86400 TableName=t Operation=PutItem": {SECOND: 5.0},
        },
    )
    found = facts(PROVISIONED, page)
    # Writes are throttled on the table and, by the beginning of the name, on the index.
    assert found["throttle_events"] == 1 + 2 + 4 + 4
    assert found["system_errors"] == 8


def test_pages_are_put_together():
    first = results(ON_DEMAND, {"ReadThrottleEvents": {FIRST: 1.0}}, status="PartialData")
    second = results(ON_DEMAND, {"ReadThrottleEvents": {SECOND: 2.0}})
    assert facts(ON_DEMAND, first, second)["throttle_events"] == 3


def test_the_busiest_hour_of_table_and_indexes_decides():
    page = results(
        PROVISIONED,
        {
            "ConsumedReadCapacityUnits Sum 3600 TableName=t GlobalSecondaryIndexName": {SECOND: 33_500.0},
            "ConsumedReadCapacityUnits": {FIRST: 3_600.0, SECOND: 0.0},
            "ProvisionedReadCapacityUnits": {FIRST: 10.0, SECOND: 10.0},
        },
    )
    used = facts(PROVISIONED, page)["capacity_used"]
    assert str(used) == "93.1"


@pytest.mark.parametrize("provisioned", [{}, {SECOND: 10.0}, {FIRST: 0.0}])
def test_consumption_without_provision_in_its_hour_is_unknown(provisioned):
    page = results(
        PROVISIONED, {"ConsumedWriteCapacityUnits": {FIRST: 1.0}, "ProvisionedWriteCapacityUnits": provisioned}
    )
    assert FIRST in facts(PROVISIONED, page)["capacity_used"].detail


def test_an_unused_table_uses_nothing():
    assert facts(PROVISIONED, results(PROVISIONED, {}))["capacity_used"] == 0


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_what_is_not_told_whole_is_unknown(status):
    for value in facts(PROVISIONED, results(PROVISIONED, {}, status=status)).values():
        assert isinstance(value, Unknown)
        assert (value.code, value.api) == (status, METRIC_DATA)


def test_a_metric_that_is_left_out_is_unknown_and_the_others_are_not():
    page = results(PROVISIONED, {})
    for wanted, fact in (("SystemErrors", "system_errors"), ("ProvisionedRead", "capacity_used")):
        metrics = dict(request(PROVISIONED).params)["Metrics"]
        kept = [each for each in page["MetricDataResults"] if not metrics[int(each["Id"][1:])].startswith(wanted)]
        found = facts(PROVISIONED, {"MetricDataResults": kept})
        assert {name for name, value in found.items() if isinstance(value, Unknown)} == {fact}


def test_a_refusal_is_unknown_with_the_action():
    asked = request(PROVISIONED)
    refused = Answer(asked, ok=False, code="AccessDenied", reason=Reason.DENIED, action=METRIC_DATA)
    for value in activity(PROVISIONED, Answers({asked: refused}), SCOPE).values():
        assert (value.reason, value.action) == (Reason.DENIED, METRIC_DATA)


def test_it_is_asked_only_where_a_rule_wants_it():
    described = Answer(Request.of("dynamodb:DescribeTable", TableName="t"), ({"Table": PROVISIONED},))
    unwanted = Scope(account="1", region="r")
    assert request(PROVISIONED) in list(follow(SCOPE, described))
    assert METRIC_DATA not in {asked.api for asked in follow(unwanted, described)}
    assert facts(PROVISIONED, scope=unwanted)["throttle_events"].reason is Reason.NOT_READ
    assert METRIC_DATA in WANTED


def test_a_table_on_demand_is_not_asked_for_its_provision():
    metrics = dict(request(ON_DEMAND).params)["Metrics"]
    assert not [metric for metric in metrics if "CapacityUnits" in metric]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("lost", ["Timestamps", "Values"])
def test_values_without_their_times_are_unknown_on_whichever_page(place, lost):
    pages = [results(ON_DEMAND, {"ReadThrottleEvents": {FIRST: 1.0}}) for _ in range(2)]
    for result in pages[place]["MetricDataResults"]:
        result[lost] = result[lost][1:]
    found = facts(ON_DEMAND, *pages)
    assert found["throttle_events"].code == "Uneven"
    assert found["system_errors"] == 0


@pytest.mark.parametrize("told", ["", "x", "m", "m-1", "m999"])
def test_what_was_not_asked_for_tells_nothing(told):
    page = results(ON_DEMAND, {})
    page["MetricDataResults"][0]["Id"] = told
    assert facts(ON_DEMAND, page)["throttle_events"].code == "NotTold"
