import pytest
from sample_tables import (
    ACCOUNT,
    BACKUPS,
    DEFAULT_KEY,
    DESCRIBE,
    EXPIRY,
    KEY,
    KINDS,
    OTHER_KEY,
    REGION,
    TABLE,
    TARGETS,
    answers,
    denied,
    described,
    pitr,
    read,
    resource,
    scope,
    table,
    whole,
)

from auditor.compare import compare
from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.facts import ApiField, Default
from auditor.model.values import Reason, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE, "a data source decides it")


def compared(declared, found):
    return compare([declared], read(found), found, KINDS.values(), scope())[0]


def drifts(declared, found):
    """Plan, reality and risk by path."""
    comparison = compared(declared, found)
    assert comparison.existence is Existence.BOTH
    return {drift.path: (drift.plan, drift.reality, drift.risk) for drift in comparison.drifts}


def test_the_same_on_both_sides_is_no_drift():
    comparison = compared(table(), answers())
    assert comparison.drifts == ()
    assert comparison.plan is Plan.NO_OP


def test_a_protection_that_the_code_leaves_out_would_be_switched_off():
    found = drifts(table(deletion_protection_enabled=None), answers())
    assert found == {"deletion_protection_enabled": (Plan.UPDATE, Reality.DIFFERENT, Risk.REMOVES_PROTECTION)}


def test_a_default_is_the_providers():
    (drift,) = compared(table(deletion_protection_enabled=None), answers()).drifts
    assert isinstance(drift.declared.origin, Default)
    assert drift.live.origin == ApiField(
        "dynamodb:DescribeTable", "Table.DeletionProtectionEnabled", "2026-11-24T02:00:00Z", "R1"
    )


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"server_side_encryption": None}, {"server_side_encryption.enabled", "server_side_encryption.kms_key_arn"}),
        ({"point_in_time_recovery": None}, {"point_in_time_recovery.enabled"}),
    ],
)
def test_what_the_code_says_nothing_about_is_undeclared_and_plan_is_blind_to_it(changes, paths):
    found = drifts(table(**changes), answers())
    assert found == dict.fromkeys(paths, (Plan.NO_OP, Reality.UNDECLARED, None))


def test_expiry_that_the_code_says_nothing_about_is_undeclared():
    ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    found = drifts(table(), answers(ttl=ttl))
    assert found == dict.fromkeys(("ttl.enabled", "ttl.attribute_name"), (Plan.NO_OP, Reality.UNDECLARED, None))


def test_blocks_left_out_fit_what_aws_does_by_itself():
    plain = answers(table=described(SSEDescription=None), recovery=pitr("DISABLED"))
    assert drifts(table(server_side_encryption=None, point_in_time_recovery=None), plain) == {}


def test_the_account_s_default_key_is_what_no_key_means():
    declared = table(server_side_encryption={"enabled": True})
    managed = answers(table=described(SSEDescription={"Status": "ENABLED", "KMSMasterKeyArn": DEFAULT_KEY}))
    assert drifts(declared, managed) == {}
    assert drifts(declared, answers()) == {"server_side_encryption.kms_key_arn": (Plan.NO_OP, Reality.DIFFERENT, None)}


def test_a_key_that_is_replaced_by_another_is_different():
    found = answers(table=described(SSEDescription={"Status": "ENABLED", "KMSMasterKeyArn": OTHER_KEY}))
    assert drifts(table(), found) == {"server_side_encryption.kms_key_arn": (Plan.UPDATE, Reality.DIFFERENT, None)}


@pytest.mark.parametrize("written", [DEFAULT_KEY, f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/koneksi-prod"])
def test_a_key_that_the_provider_stores_otherwise_never_converges(written):
    live = DEFAULT_KEY if written == DEFAULT_KEY else KEY
    found = answers(table=described(SSEDescription={"Status": "ENABLED", "KMSMasterKeyArn": live}))
    declared = table(server_side_encryption={"enabled": True, "kms_key_arn": written})
    assert drifts(declared, found) == {
        "server_side_encryption.kms_key_arn": (Plan.UPDATE, Reality.EQUAL, Risk.NEVER_CONVERGES)
    }


def test_expiry_that_is_being_enabled_is_a_change_for_plan_only_and_passes():
    ttl = {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires"}
    declared = table(ttl={"enabled": True, "attribute_name": "expires"})
    assert drifts(declared, answers(ttl=ttl)) == {"ttl.enabled": (Plan.UPDATE, Reality.EQUAL, None)}


def test_expiry_that_was_switched_off_is_one_difference_and_not_two():
    declared = table(ttl={"enabled": True, "attribute_name": "expires"})
    assert drifts(declared, answers()) == {
        "ttl.enabled": (Plan.UPDATE, Reality.DIFFERENT, None),
        "ttl.attribute_name": (Plan.UPDATE, Reality.EQUAL, None),
    }


def test_expiry_that_is_disabled_has_no_attribute_to_compare():
    declared = table(ttl={"enabled": False, "attribute_name": "expires"})
    assert drifts(declared, answers()) == {}


def test_a_disabled_block_of_unknown_state_leaves_its_parts_open():
    declared = table(point_in_time_recovery={"enabled": UNKNOWN, "recovery_period_in_days": 7})
    assert drifts(declared, answers()) == {
        "point_in_time_recovery.enabled": (Plan.UNDETERMINED, Reality.UNDETERMINED, None),
        "point_in_time_recovery.recovery_period_in_days": (Plan.UNDETERMINED, Reality.UNDETERMINED, None),
    }
    fitting = table(point_in_time_recovery={"enabled": UNKNOWN, "recovery_period_in_days": 35})
    assert drifts(fitting, answers()).keys() == {"point_in_time_recovery.enabled"}


def test_a_denied_answer_leaves_open_what_it_would_have_told_and_nothing_else():
    found = drifts(table(), answers(denied(BACKUPS), denied(EXPIRY)))
    undetermined = (Plan.NO_OP, Reality.UNDETERMINED, None)
    assert found == {
        "point_in_time_recovery.enabled": (Plan.UNDETERMINED, Reality.UNDETERMINED, None),
        "point_in_time_recovery.recovery_period_in_days": undetermined,
        "ttl.enabled": undetermined,
        "ttl.attribute_name": undetermined,
    }


def test_a_table_that_is_listed_but_not_described_is_there_with_everything_open():
    comparison = compared(table(), answers(denied(DESCRIBE)))
    assert comparison.existence is Existence.BOTH
    assert comparison.plan is Plan.UNDETERMINED
    assert {drift.reality for drift in comparison.drifts} == {Reality.UNDETERMINED}
    assert {drift.unknown.action for drift in comparison.drifts} == {"dynamodb:DescribeTable"}


# Keys and indexes.


def indexed(**members):
    index = {
        "IndexName": "by-email",
        "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
    }
    return described(
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "email")],
        GlobalSecondaryIndexes=[index | members],
    )


ATTRIBUTES = {name: {"name": name, "type": "S"} for name in ("id", "email")}


def index(**changes):
    by_email = {"name": "by-email", "hash_key": "email", "projection_type": "ALL"} | changes
    return {"attribute": ATTRIBUTES, "global_secondary_index": {"by-email": by_email}}


def test_the_type_of_a_key_is_invisible_to_plan():
    wrong = {"AttributeName": "id", "AttributeType": "N"}
    found = drifts(table(), answers(table=described(AttributeDefinitions=[wrong])))
    assert found == {'attribute["id"].type': (Plan.NO_OP, Reality.DIFFERENT, None)}


def test_the_projection_of_a_local_index_is_invisible_to_plan():
    live = described(
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at", "email")],
        LocalSecondaryIndexes=[
            {
                "IndexName": "own",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "email", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    declared = table(
        range_key="at",
        attribute={name: {"name": name, "type": "S"} for name in ("id", "at", "email")},
        local_secondary_index={"own": {"name": "own", "range_key": "email", "projection_type": "ALL"}},
    )
    path = 'local_secondary_index["own"].projection_type'
    assert drifts(declared, answers(table=live)) == {path: (Plan.NO_OP, Reality.DIFFERENT, None)}


def test_a_sort_key_that_live_has_not_is_different_though_the_state_keeps_it():
    found = drifts(table(range_key="at"), answers())
    assert found["range_key"] == (Plan.NO_OP, Reality.DIFFERENT, None)


def test_another_partition_key_replaces_the_table():
    comparison = compared(table(hash_key="pk", attribute={"pk": {"name": "pk", "type": "S"}}), answers())
    assert comparison.plan is Plan.REPLACE
    assert (comparison.forcing, comparison.changed) == (("hash_key",), ("attribute", "hash_key"))
    assert [(drift.path, drift.risk) for drift in comparison.drifts] == [("hash_key", Risk.REPLACES)]


def test_an_index_compares_by_name_and_part():
    found = drifts(table(**index()), answers(table=indexed(Projection={"ProjectionType": "KEYS_ONLY"})))
    assert found == {'global_secondary_index["by-email"].projection_type': (Plan.UPDATE, Reality.DIFFERENT, None)}


def test_an_index_on_one_side_only_is_different_as_a_whole_and_its_key_comes_along():
    different = {'global_secondary_index["by-email"]': (Plan.UPDATE, Reality.DIFFERENT, None)}
    assert drifts(table(), answers(table=indexed())) == different
    assert drifts(table(**index()), answers()) == different
    assert compared(table(), answers(table=indexed())).changed == ("attribute", "global_secondary_index")


def test_an_attribute_that_no_index_brought_is_a_difference_of_its_own():
    extra = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "extra")]
    found = drifts(table(**index()), answers(table=described(AttributeDefinitions=extra)))
    assert set(found) == {'attribute["extra"]', 'global_secondary_index["by-email"]'}


def test_capacity_left_over_on_demand_never_converges():
    found = drifts(table(**index(read_capacity=5, write_capacity=5)), answers(table=indexed()))
    assert found == dict.fromkeys(
        (f'global_secondary_index["by-email"].{name}_capacity' for name in ("read", "write")),
        (Plan.UPDATE, Reality.EQUAL, Risk.NEVER_CONVERGES),
    )


def test_a_maximum_inside_an_index_that_the_code_leaves_out():
    limits = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": -1}
    path = 'global_secondary_index["by-email"].on_demand_throughput'
    assert drifts(table(**index()), answers(table=indexed(OnDemandThroughput=limits))) == {
        path: (Plan.UPDATE, Reality.DIFFERENT, None)
    }
    same = index(on_demand_throughput={"max_read_request_units": 10, "max_write_request_units": -1})
    assert drifts(table(**same), answers(table=indexed(OnDemandThroughput=limits))) == {}


def test_unknown_parts_of_a_set_are_neither_equal_nor_different():
    undetermined = (Plan.UNDETERMINED, Reality.UNDETERMINED, None)
    live = answers(table=indexed())
    path = 'global_secondary_index["by-email"]'
    assert drifts(table(attribute=ATTRIBUTES, global_secondary_index=UNKNOWN), live) == {
        "global_secondary_index": undetermined
    }
    assert drifts(table(attribute=ATTRIBUTES, global_secondary_index={"by-email": UNKNOWN}), live) == {
        path: undetermined
    }
    assert drifts(table(**index(projection_type=UNKNOWN)), live) == {f"{path}.projection_type": undetermined}


def test_attributes_left_out_are_undeclared():
    assert drifts(table(attribute=None), answers()) == {"attribute": (Plan.NO_OP, Reality.UNDECLARED, None)}


# Capacity under autoscaling.


def provisioned(units, *targets):
    live = described(
        BillingModeSummary=None, ProvisionedThroughput={"ReadCapacityUnits": units, "WriteCapacityUnits": 5}
    )
    return answers(*targets, table=live)


def target(least, most):
    scalable = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{TABLE}",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": least,
        "MaxCapacity": most,
    }
    return whole(TARGETS, ScalableTargets=[scalable])


PROVISIONED = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}


@pytest.mark.parametrize(
    ("units", "targets", "reality"),
    [
        (50, (target(5, 100),), Reality.EQUAL),
        (150, (target(5, 100),), Reality.DIFFERENT),
        (50, (), Reality.DIFFERENT),
        (50, (denied(TARGETS),), Reality.UNDETERMINED),
    ],
)
def test_capacity_that_autoscaling_moved_is_not_different(units, targets, reality):
    found = drifts(table(**PROVISIONED), provisioned(units, *targets))
    assert found["read_capacity"][:2] == (Plan.UPDATE, reality)


def test_capacity_left_to_others_is_undeclared():
    declared = table(**PROVISIONED | {"read_capacity": None, "write_capacity": None})
    assert drifts(declared, provisioned(50)) == dict.fromkeys(
        ("read_capacity", "write_capacity"), (Plan.NO_OP, Reality.UNDECLARED, None)
    )


# Blocks, replicas and what the code leaves out.


def test_a_block_that_is_not_computed_differs_as_a_whole():
    limits = {"max_read_request_units": 10}
    found = drifts(table(on_demand_throughput=limits), answers())
    assert found == {"on_demand_throughput": (Plan.UPDATE, Reality.DIFFERENT, None)}
    unlimited = drifts(table(on_demand_throughput={"max_read_request_units": -1}), answers())
    assert unlimited == {"on_demand_throughput": (Plan.UPDATE, Reality.EQUAL, Risk.NEVER_CONVERGES)}


def test_an_unknown_block_is_open():
    undetermined = (Plan.UNDETERMINED, Reality.UNDETERMINED, None)
    assert drifts(table(on_demand_throughput=UNKNOWN), answers()) == {"on_demand_throughput": undetermined}


def test_a_replica_of_the_own_region_never_converges():
    own = {REGION: {"region_name": REGION}}
    found = drifts(table(replica=own), answers())
    assert found == {f'replica["{REGION}"]': (Plan.UPDATE, Reality.EQUAL, Risk.NEVER_CONVERGES)}


def test_everything_can_be_left_out():
    comparison = compared(table(ignored=("all",), deletion_protection_enabled=False), answers())
    assert comparison.drifts == ()
    assert comparison.not_compared == ("all",)
    assert comparison.plan is Plan.NO_OP


def test_one_attribute_can_be_left_out_and_is_listed():
    declared = table(
        ignored=("server_side_encryption[0].kms_key_arn", "deletion_protection_enabled"),
        deletion_protection_enabled=False,
        server_side_encryption={"enabled": True, "kms_key_arn": OTHER_KEY},
    )
    comparison = compared(declared, answers())
    assert comparison.drifts == ()
    assert comparison.not_compared == ("deletion_protection_enabled", "server_side_encryption[0].kms_key_arn")


def test_a_refused_configuration_is_an_error_with_its_reason():
    comparison = compared(table(attribute={"pk": {"name": "pk", "type": "S"}}), answers())
    assert comparison.plan is Plan.ERROR
    assert "keys without an attribute: id" in comparison.note


def test_sensitive_values_stay_marked():
    from msgspec import structs  # noqa: PLC0415 - one test only

    declared = structs.replace(table(hash_key="pk"), sensitive=frozenset({"hash_key"}))
    (drift,) = [drift for drift in compared(declared, answers()).drifts if drift.path == "hash_key"]
    assert drift.declared.sensitive


def test_a_role_that_aws_replaced_by_its_own_never_converges():
    name = f"dynamodb/table/{TABLE}/dynamodb:table:ReadCapacityUnits"
    values = {
        "service_namespace": "dynamodb",
        "resource_id": f"table/{TABLE}",
        "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
        "min_capacity": 5,
        "max_capacity": 100,
        "role_arn": "arn:aws:iam::111122223333:role/mine",
    }
    scalable = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{TABLE}",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
        "MinCapacity": 5,
        "MaxCapacity": 100,
        "RoleARN": "arn:aws:iam::111122223333:role/aws-service-role/x/y",
    }
    declared = resource("aws_appautoscaling_target", name, "aws_appautoscaling_target.t", values)
    found = answers(whole(TARGETS, ScalableTargets=[scalable]))
    assert drifts(declared, found) == {"role_arn": (Plan.UPDATE, Reality.EQUAL, Risk.NEVER_CONVERGES)}


def test_projected_attributes_of_an_index_are_a_set():
    live = answers(table=indexed(Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "a"]}))
    path = 'global_secondary_index["by-email"].non_key_attributes'
    fits = index(projection_type="INCLUDE", non_key_attributes=("a", "b"))
    assert drifts(table(**fits), live) == {}
    assert drifts(table(**index(projection_type="INCLUDE", non_key_attributes=("a",))), live) == {
        path: (Plan.UPDATE, Reality.DIFFERENT, None)
    }


def test_capacity_left_out_of_an_index_is_kept_where_everything_else_is_written():
    live = described(
        BillingModeSummary=None,
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        AttributeDefinitions=indexed()["AttributeDefinitions"],
        GlobalSecondaryIndexes=[
            indexed()["GlobalSecondaryIndexes"][0]
            | {
                "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 7},
                "OnDemandThroughput": {"MaxReadRequestUnits": 9},
            }
        ],
    )
    limits = {"max_read_request_units": 9}
    whole_index = index(range_key="", non_key_attributes=(), on_demand_throughput=limits)
    found = drifts(table(**PROVISIONED, **whole_index), answers(table=live))
    path = 'global_secondary_index["by-email"]'
    assert found == dict.fromkeys(
        (f"{path}.read_capacity", f"{path}.write_capacity"), (Plan.NO_OP, Reality.UNDECLARED, None)
    )
    without = index(range_key="", non_key_attributes=())
    assert drifts(table(**PROVISIONED, **without), answers(table=live))[f"{path}.read_capacity"][0] is Plan.UPDATE
    half = index(on_demand_throughput=limits)
    assert drifts(table(**PROVISIONED, **half), answers(table=live))[f"{path}.read_capacity"] == (
        Plan.UPDATE,
        Reality.UNDECLARED,
        None,
    )
