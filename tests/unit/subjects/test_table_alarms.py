from decimal import Decimal

from sample_material import NAME, VALUES, alarm, both, declared, failed, live, material, only, users, value

from auditor.model.answers import Request
from auditor.model.drift import Existence
from auditor.model.values import Reason, Unknown

REFUSED = Unknown(Reason.DENIED)


def test_alarms():
    found = material(both(declared(), live()), live=(alarm("a"), alarm("b", table="other")))
    assert [record["name"] for record in value(found, "live.alarms")] == ["a"]
    assert value(users(), "live.alarms") == ()


def test_a_refused_list_of_alarms_is_not_an_empty_one():
    refused = material(both(declared(), live()), answers=failed(Request.of("cloudwatch:DescribeAlarms")))
    assert value(refused, "live.alarms").action == "cloudwatch:DescribeAlarms"


def with_alarm(**values):
    ours = alarm("declared", **values)
    mine = declared(ours.values, kind=ours.kind, name="declared")
    return value_of_table(material(both(declared(), live()), both(mine, existence=Existence.MISSING)))


def value_of_table(given):
    return only(given, "table").facts["declared.alarm_metrics"].value


def test_metrics_that_declared_alarms_look_at():
    assert with_alarm() == ("SystemErrors",)
    assert with_alarm(table="other") == ()
    assert with_alarm(metric_name="ReadThrottleEvents") == ()
    assert with_alarm(metric_name="ReadThrottleEvents", operation="") == ("ReadThrottleEvents",)
    assert with_alarm(dimensions=REFUSED) == (REFUSED,)
    assert value_of_table(users()) == ()


def test_an_alarm_that_may_not_exist_may_be_about_any_table():
    ours = alarm("declared")
    mine = declared(ours.values, kind=ours.kind, name="declared", undetermined=REFUSED)
    found = value_of_table(material(both(declared(), live()), both(mine, existence=Existence.UNDETERMINED)))
    assert found == ("SystemErrors", REFUSED)


def test_declared_metrics_of_a_table_without_a_name():
    unnamed = declared(VALUES | {"name": REFUSED}, name=REFUSED)
    assert value_of_table(material(both(unnamed, existence=Existence.UNDETERMINED))) is REFUSED


def of_index(**more):
    dimensions = {"TableName": NAME, "GlobalSecondaryIndexName": "by-email"}
    return alarm("i", metric_name="WriteThrottleEvents", **{"dimensions": dimensions, **more})


def test_metrics_of_indexes_on_which_somebody_is_told():
    def indexes(*alarms):
        return value(material(both(declared(), live()), live=alarms), "live.indexes")

    assert indexes() == ({"name": "by-email", "alarm_metrics": ()},)
    assert indexes(of_index()) == ({"name": "by-email", "alarm_metrics": ("WriteThrottleEvents",)},)
    assert indexes(of_index(actions_enabled=False), alarm())[0]["alarm_metrics"] == ()
    assert indexes(of_index(alarm_actions=()))[0]["alarm_metrics"] == ()


def test_indexes_whose_alarms_were_not_told():
    refused = failed(Request.of("cloudwatch:DescribeAlarms"))
    assert isinstance(value(material(both(declared(), live()), answers=refused), "live.indexes"), Unknown)
    none = live(VALUES | {"global_secondary_index": {}})
    assert value(material(both(declared(), none), answers=refused), "live.indexes") == ()


def share(given=None, **values):
    consumed = {"metric_name": "ConsumedReadCapacityUnits", "statistic": "Sum", "period": 60, "operation": ""}
    above = {"threshold": Decimal(240), "comparison_operator": "GreaterThanThreshold"}
    table = VALUES | (given or {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 10})
    found = material(both(declared(), live(table)), live=(alarm(**{**consumed, **above, **values}),))
    return value(found, "live.alarms")[0]["share_of_limit"]


def test_at_what_share_of_the_limit_an_alarm_goes_off():
    assert share() == 80
    assert share(metric_name="ConsumedWriteCapacityUnits") == 40
    assert share(threshold=300) == 100
    assert share({"billing_mode": "PAY_PER_REQUEST", "on_demand_throughput": {"max_read_request_units": 8}}) == 50


def test_other_alarms_have_no_share_of_the_limit():
    assert share(metric_name="ReadThrottleEvents") is None
    assert share(statistic="Average") is None
    assert share(comparison_operator="LessThanThreshold") is None
    assert share(threshold=None) is None
    assert share({"billing_mode": "PAY_PER_REQUEST"}) is None


def test_a_share_that_is_not_worked_out_is_unknown():
    metric = {
        "namespace": "AWS/DynamoDB",
        "metric_name": "ConsumedReadCapacityUnits",
        "dimensions": {"TableName": NAME},
    }
    assert isinstance(share(metric_name=None, metric_query={"m": {"metric": metric}}), Unknown)
    assert share({"billing_mode": "PROVISIONED", "read_capacity": REFUSED}) is REFUSED
    assert share({"billing_mode": REFUSED, "read_capacity": 0}) is REFUSED


def test_of_no_units_nothing_is_a_share():
    assert share({"billing_mode": "PROVISIONED", "read_capacity": 0}) is None
