import pytest
from msgspec.structs import replace
from sample_material import NAME, VALUES, both, declared, failed, live, material, users, value

from auditor.model.answers import Request
from auditor.model.values import Reason, Unknown

TABLE = f"table/{NAME}"
INDEX = f"{TABLE}/index/by-email"


def scaling(kind, resource, dimension, **values):
    given = {"resource_id": resource, "scalable_dimension": dimension, **values}
    return live(given, kind=f"aws_appautoscaling_{kind}", name=f"{resource}/{dimension}", facts={})


def scaled(*dimensions, suspended=False):
    found = []
    for resource, dimension in dimensions:
        state = {"dynamic_scaling_out_suspended": suspended}
        found += [scaling("target", resource, dimension, suspended_state=state), scaling("policy", resource, dimension)]
    return found


READ, WRITE = (TABLE, "dynamodb:table:ReadCapacityUnits"), (TABLE, "dynamodb:table:WriteCapacityUnits")
INDEX_READ, INDEX_WRITE = (INDEX, "dynamodb:index:ReadCapacityUnits"), (INDEX, "dynamodb:index:WriteCapacityUnits")


def fact(path, found, **more):
    return value(material(both(declared(), live()), live=found, **more), f"live.autoscaling.{path}")


def test_a_target_with_a_policy_scales():
    assert fact("read", scaled(READ)) is True
    assert fact("write", scaled(READ)) is False
    assert fact("write", scaled(READ, WRITE)) is True


def test_a_target_without_a_policy_does_not_scale():
    assert fact("read", scaled(READ)[:1]) is False


def test_a_suspended_target_does_not_scale():
    assert fact("read", scaled(READ, suspended=True)) is False


def test_indexes_scale_by_themselves():
    assert fact("unscaled_indexes", scaled(READ, WRITE)) == ("by-email",)
    assert fact("unscaled_indexes", scaled(INDEX_READ)) == ("by-email",)
    assert fact("unscaled_indexes", scaled(INDEX_READ, INDEX_WRITE)) == ()


@pytest.mark.parametrize("operation", ["DescribeScalableTargets", "DescribeScalingPolicies"])
def test_a_refused_list_leaves_it_unknown(operation):
    api = f"application-autoscaling:{operation}"
    refused = failed(Request.of(api, ServiceNamespace="dynamodb"))
    assert fact("read", scaled(READ), answers=refused).api == api
    assert isinstance(fact("unscaled_indexes", scaled(READ), answers=refused), Unknown)


def test_a_target_of_which_suspension_is_unknown():
    target, policy = scaled(READ)
    unsure = scaling("target", *READ, suspended_state=Unknown(Reason.FAILED))
    assert isinstance(fact("read", [unsure, policy]), Unknown)
    assert fact("read", [target, policy]) is True
    assert fact("read", [scaling("target", *READ), policy]) is True


def written(kind, resource, dimension, **values):
    given = {"resource_id": resource, "scalable_dimension": dimension, **values}
    return declared(given, kind=f"aws_appautoscaling_{kind}", name=f"{resource}/{dimension}")


def written_fact(path, *resources):
    found = material(both(declared(), live()))
    environment = replace(found.environment, resources=(*found.environment.resources, *resources))
    return value(replace(found, environment=environment), f"declared.autoscaling.{path}")


def test_what_the_code_scales():
    target, policy = written("target", *READ), written("policy", *READ)
    assert written_fact("read", target, policy) is True
    assert written_fact("read", target) is False
    assert written_fact("write", target, policy) is False
    assert written_fact("unscaled_indexes", target, policy) == ("by-email",)


def test_what_the_code_may_scale():
    unknown = Unknown(Reason.NOT_EVALUABLE)
    target, policy = written("target", unknown, READ[1]), written("policy", *READ)
    assert written_fact("read", target, policy) is unknown
    assert written_fact("write", target, policy) is False
    anything = written("target", unknown, unknown), written("policy", unknown, unknown)
    assert written_fact("unscaled_indexes", *anything) is unknown


def test_indexes_that_were_not_told():
    unknown = Unknown(Reason.FAILED)
    found = users(global_secondary_index=unknown)
    assert value(found, "live.autoscaling.unscaled_indexes") is unknown


def test_settings_of_scaling():
    target = scaling("target", *READ, min_capacity=5, max_capacity=50)
    policy = scaling("policy", *READ, target_tracking_scaling_policy_configuration={"target_value": 70})
    expected = {"name": f"{TABLE} {READ[1]}", "min": 5, "max": 50, "target_value": 70}
    assert fact("settings", [target, policy]) == (expected,)
    assert fact("settings", [target]) == (expected | {"target_value": None},)
    other = scaling("target", "table/other", READ[1])
    assert fact("settings", [other, scaling("target", *INDEX_READ)])[0]["name"] == f"{INDEX} {INDEX_READ[1]}"
    refused = failed(Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb"))
    assert isinstance(fact("settings", [target], answers=refused), Unknown)


def limit(live_values, found=(), direction="read", **more):
    return value(material(both(declared(), live(VALUES | live_values)), live=found, **more), f"live.limit.{direction}")


PROVISIONED = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 7}


def test_the_most_that_a_table_gives():
    assert limit(PROVISIONED) == 5
    assert limit(PROVISIONED, direction="write") == 7
    scaling_ = [scaling("target", *READ, max_capacity=50)]
    assert limit(PROVISIONED, scaling_) == 50
    assert limit(PROVISIONED, scaling_, direction="write") == 7


def test_on_demand_the_maximum_is_what_was_set():
    on_demand = {"billing_mode": "PAY_PER_REQUEST", "read_capacity": 0}
    for most, told in ((40, 40), (-1, None), (None, None)):
        assert limit(on_demand | {"on_demand_throughput": {"max_read_request_units": most}}) == told
    assert limit(on_demand) is None


def test_a_limit_that_could_not_be_read():
    refused = failed(Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb"))
    assert isinstance(limit(PROVISIONED, answers=refused), Unknown)
    assert limit({"billing_mode": "PAY_PER_REQUEST"}, answers=refused) is None
