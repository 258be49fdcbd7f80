import pytest
from sample_tables import (
    ACCOUNT,
    ALIASES,
    BACKUPS,
    DEFAULT_KEY,
    DESCRIBE,
    EXPIRY,
    KEY,
    KINDS,
    LIST,
    OTHER_KEY,
    REGION,
    TABLE,
    TAGS,
    TARGETS,
    alias,
    answers,
    arn,
    asked,
    denied,
    described,
    failed,
    pitr,
    scope,
    whole,
)

from auditor.model.answers import Answers
from auditor.model.facts import ApiField
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

KIND = KINDS["aws_dynamodb_table"]


def live(found, where=None):
    (resource,) = KIND.read(found, where or scope())
    return resource


# What is asked.


def test_declared_tables_do_not_wait_for_the_list():
    assert set(KIND.requests(scope())) == {LIST, TAGS, ALIASES, DESCRIBE, BACKUPS, EXPIRY}


def test_listed_tables_of_the_environment_are_followed_and_others_are_not():
    listing = whole(LIST, TableNames=["koneksi-prod-orders", "elsewhere"])
    assert set(KIND.follow(scope(), listing)) == {
        asked(f"dynamodb:{api}", TableName="koneksi-prod-orders")
        for api in ("DescribeTable", "DescribeContinuousBackups", "DescribeTimeToLive")
    }


def test_a_described_table_leads_to_its_key_but_not_to_autoscaling_while_on_demand():
    assert set(KIND.follow(scope(), whole(DESCRIBE, Table=described()))) == {asked("kms:DescribeKey", KeyId=KEY)}
    provisioned = described(BillingModeSummary=None, SSEDescription=None)
    assert set(KIND.follow(scope(), whole(DESCRIBE, Table=provisioned))) == {TARGETS}


def test_replicas_are_asked_in_their_own_region_and_followed_no_further():
    replicas = described(SSEDescription=None, Replicas=[{"RegionName": "eu-west-1"}, {"RegionName": REGION}])
    there = asked("dynamodb:DescribeTable", "eu-west-1", TableName=TABLE)
    assert set(KIND.follow(scope(), whole(DESCRIBE, Table=replicas))) == {
        there,
        asked("dynamodb:DescribeContinuousBackups", "eu-west-1", TableName=TABLE),
        asked("kms:ListAliases", "eu-west-1"),
    }
    assert not set(KIND.follow(scope(), whole(there, Table=replicas)))


def test_backups_are_asked_for_only_where_they_are_wanted():
    where = scope(wanted=frozenset({"dynamodb:ListBackups", "backup:ListRecoveryPointsByResource"}))
    assert asked("dynamodb:ListBackups", BackupType="ALL") in set(KIND.requests(where))
    points = asked("backup:ListRecoveryPointsByResource", ResourceArn=arn())
    assert points in set(KIND.follow(where, whole(DESCRIBE, Table=described())))


# What the answers say.


def test_values_and_facts():
    found = live(answers(tags={"env": "prod", "aws:created": "x"}, table=described(ItemCount=7)))
    assert found.values["billing_mode"] == "PAY_PER_REQUEST"
    assert found.values["tags"] == {"env": "prod"}
    assert found.values["server_side_encryption"] == {"enabled": True, "kms_key_arn": KEY}
    assert found.values["point_in_time_recovery"] == {"enabled": True, "recovery_period_in_days": 35}
    assert found.facts["arn"] == arn()
    assert found.facts["status"] == "ACTIVE"
    assert found.facts["item_count"] == 7
    assert found.facts["encryption"] == "CUSTOMER"


def test_values_stand_in_the_order_of_the_attributes():
    compared = [attribute.name for attribute in KIND.attributes if attribute.compared]
    assert list(live(answers()).values) == compared


@pytest.mark.parametrize(
    ("members", "path", "value"),
    [
        ({"BillingModeSummary": None}, "billing_mode", "PROVISIONED"),
        ({"TableClassSummary": None}, "table_class", "STANDARD"),
        ({"StreamSpecification": None}, "stream_enabled", False),
        ({"SSEDescription": None}, "server_side_encryption", {"enabled": False, "kms_key_arn": None}),
        (
            {"SSEDescription": {"Status": "DISABLED"}},
            "server_side_encryption",
            {"enabled": False, "kms_key_arn": None},
        ),
        ({"OnDemandThroughput": None}, "on_demand_throughput", None),
        ({"GlobalSecondaryIndexes": None}, "global_secondary_index", {}),
        ({"Replicas": [{"RegionName": REGION}]}, "replica", {}),
    ],
)
def test_what_absence_means(members, path, value):
    assert live(answers(table=described(**members))).values[path] == value


def test_deletion_protection_that_is_not_told_is_unknown_and_not_off():
    found = live(answers(table=described(DeletionProtectionEnabled=None))).values["deletion_protection_enabled"]
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("key", "others", "mode"),
    [
        (None, (), "AWS_OWNED"),
        (DEFAULT_KEY, (), "AWS_MANAGED"),
        (OTHER_KEY, (), "CUSTOMER"),
        (
            KEY,
            (denied(ALIASES), whole(asked("kms:DescribeKey", KeyId=KEY), KeyMetadata={"KeyManager": "AWS"})),
            "AWS_MANAGED",
        ),
        (KEY, (whole(asked("kms:DescribeKey", KeyId=KEY), KeyMetadata={"KeyManager": "CUSTOMER"}),), "CUSTOMER"),
    ],
)
def test_whose_key_it_is(key, others, mode):
    encryption = key and {"Status": "ENABLED", "KMSMasterKeyArn": key}
    assert live(answers(*others, table=described(SSEDescription=encryption))).facts["encryption"] == mode


def test_whose_key_it_is_can_be_unknown():
    found = live(answers(denied(ALIASES), denied(asked("kms:DescribeKey", KeyId=KEY)))).facts["encryption"]
    assert found.action == "kms:DescribeKey"
    nameless = live(answers(table=described(SSEDescription={"Status": "ENABLED"}))).facts["encryption"]
    assert isinstance(nameless, Unknown)


def test_recovery_that_was_denied_is_unknown_with_its_cause_and_nothing_else_is():
    found = live(answers(denied(BACKUPS)))
    assert found.values["point_in_time_recovery"].action == "dynamodb:DescribeContinuousBackups"
    assert found.facts["point_in_time_recovery_status"].code == "AccessDeniedException"
    assert found.values["ttl"] == {"enabled": False, "attribute_name": NOT_APPLICABLE}


def test_recovery_without_its_inner_description_is_unknown():
    found = live(answers(whole(BACKUPS, ContinuousBackupsDescription={"ContinuousBackupsStatus": "ENABLED"})))
    assert isinstance(found.values["point_in_time_recovery"], Unknown)


def test_recovery_of_an_archived_table_does_not_apply():
    archived = described(TableStatus="ARCHIVED")
    found = live(answers(failed(BACKUPS, "TableNotFoundException"), table=archived))
    assert found.values["point_in_time_recovery"] is NOT_APPLICABLE
    assert KIND.refresh(found, answers(table=archived)).values["point_in_time_recovery"] == {
        "enabled": False,
        "recovery_period_in_days": 0,
    }


def test_the_window_applies_only_while_recovery_is_on():
    off = live(answers(recovery=pitr("DISABLED")))
    assert off.facts["point_in_time_recovery_earliest"] is NOT_APPLICABLE
    on = live(answers(recovery=pitr(EarliestRestorableDateTime="2026-10-20T00:00:00Z")))
    assert on.facts["point_in_time_recovery_earliest"] == "2026-10-20T00:00:00Z"


@pytest.mark.parametrize(
    ("status", "enabled", "changing"),
    [("ENABLED", True, False), ("ENABLING", True, True), ("DISABLING", False, True), ("DISABLED", False, False)],
)
def test_expiry_in_transition_counts_as_what_it_will_be(status, enabled, changing):
    found = live(answers(ttl={"TimeToLiveStatus": status, "AttributeName": "expires"}))
    assert found.values["ttl"]["enabled"] is enabled
    assert ("ttl.enabled" in found.facts["in_transition"]) is changing


def test_a_replica_tells_its_key_and_recovery_in_its_own_region():
    replicas = described(Replicas=[{"RegionName": "eu-west-1", "KMSMasterKeyId": OTHER_KEY}])
    there = asked("dynamodb:DescribeTable", "eu-west-1", TableName=TABLE)
    backups = asked("dynamodb:DescribeContinuousBackups", "eu-west-1", TableName=TABLE)
    encrypted = whole(there, Table={"SSEDescription": {"KMSMasterKeyArn": KEY}})
    told = whole(backups, ContinuousBackupsDescription=pitr())
    assert live(answers(encrypted, told, table=replicas)).values["replica"]["eu-west-1"] == {
        "region_name": "eu-west-1",
        "kms_key_arn": KEY,
        "point_in_time_recovery": True,
    }
    gone = answers(whole(there, Table={}), failed(backups, "TableNotFoundException"), table=replicas)
    assert live(gone).values["replica"]["eu-west-1"]["point_in_time_recovery"] is False
    assert live(gone).values["replica"]["eu-west-1"]["kms_key_arn"] == OTHER_KEY
    unread = live(answers(table=replicas)).values["replica"]["eu-west-1"]
    assert unread["kms_key_arn"].reason is Reason.NOT_READ


def test_a_type_of_key_that_is_not_known_leaves_the_keys_unknown():
    schema = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "VECTOR"}]
    found = live(answers(table=described(KeySchema=schema)))
    assert isinstance(found.values["hash_key"], Unknown)
    assert found.values["hash_key"].detail == "a KeyType 'VECTOR' is not known here"
    assert found.values["range_key"] == found.values["hash_key"]


def test_bounds_of_autoscaling_by_path():
    table = described(
        BillingModeSummary=None,
        GlobalSecondaryIndexes=[
            {"IndexName": "by-email", "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}], "Projection": {}}
        ],
    )
    targets = [
        {
            "ResourceId": resource,
            "ScalableDimension": f"dynamodb:{scaled}:WriteCapacityUnits",
            "MinCapacity": 1,
            "MaxCapacity": 9,
        }
        for resource, scaled in ((f"table/{TABLE}", "table"), (f"table/{TABLE}/index/by-email", "index"))
    ]
    assert live(answers(whole(TARGETS, ScalableTargets=targets), table=table)).facts["bounds"] == {
        "write_capacity": (1, 9),
        'global_secondary_index["by-email"].write_capacity': (1, 9),
    }
    assert live(answers(denied(TARGETS))).facts["bounds"] == {}
    assert isinstance(live(answers(denied(TARGETS), table=table)).facts["bounds"], Unknown)


def test_backups_as_facts():
    listing = asked("dynamodb:ListBackups", BackupType="ALL")
    points = asked("backup:ListRecoveryPointsByResource", ResourceArn=arn())
    found = live(
        answers(
            whole(listing, BackupSummaries=[{"TableArn": arn(), "BackupName": "b", "BackupStatus": "AVAILABLE"}]),
            whole(points, RecoveryPoints=[{"RecoveryPointArn": "r", "Status": "COMPLETED"}]),
        )
    )
    assert found.facts["backups"][0]["name"] == "b"
    assert found.facts["recovery_points"][0]["arn"] == "r"
    assert live(answers()).facts["backups"].reason is Reason.NOT_READ


def test_a_value_knows_where_it_came_from():
    found = live(answers(table=described()))
    assert found.origin("server_side_encryption.kms_key_arn") == ApiField(
        "dynamodb:DescribeTable", "Table.SSEDescription.KMSMasterKeyArn", "2026-11-24T02:00:00Z", "R1"
    )
    assert found.origin('global_secondary_index["a.b"].projection_type').field.endswith("Projection.ProjectionType")
    assert found.origin("point_in_time_recovery.enabled").api == "dynamodb:DescribeContinuousBackups"


# Existence.


def test_a_table_that_is_listed_but_denied_is_there_and_unknown():
    found = live(answers(denied(DESCRIBE)))
    assert found.identity.name == TABLE
    assert found.values["billing_mode"].action == "dynamodb:DescribeTable"
    assert found.facts["encryption"].action == "dynamodb:DescribeTable"
    assert found.values["point_in_time_recovery"]["enabled"] is True


@pytest.mark.parametrize("names", [[TABLE], []])
def test_a_table_that_aws_does_not_find_is_not_there(names):
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=names))
    assert list(KIND.read(found, scope())) == []
    assert KIND.absence(found, scope(), TABLE) is None


def test_absence_is_told_by_one_code_only():
    assert KIND.absence(answers(denied(DESCRIBE)), scope(), TABLE).action == "dynamodb:DescribeTable"
    assert KIND.absence(Answers(), scope(), TABLE).reason is Reason.NOT_READ


def test_the_list():
    assert KIND.listed(answers(), scope()) == (TABLE,)
    assert KIND.listed(answers(denied(LIST)), scope()).action == "dynamodb:ListTables"


GOING = {
    **dict.fromkeys(("AttributeDefinitions", "KeySchema", "BillingModeSummary", "SSEDescription")),
    "TableStatus": "DELETING",
    "ItemCount": 0,
}


def test_a_table_that_is_being_deleted_is_what_it_tells_and_else_unknown():
    found = live(answers(table=described(**GOING)))
    known = {name: value for name, value in found.values.items() if not isinstance(value, Unknown)}
    del known["tags"], known["ttl"], known["point_in_time_recovery"]
    capacity = {"read_capacity": 0, "write_capacity": 0}
    assert known == {"name": TABLE, "deletion_protection_enabled": True} | capacity
    told = {name for name, value in found.facts.items() if not isinstance(value, Unknown)}
    assert {"arn", "status", "item_count"} <= told
    assert not told & {"encryption", "key_arn", "replicas", "indexes", "stream_arn", "bounds", "id", "created"}
    assert found.facts["encryption"].detail.endswith("deleted AWS does not tell SSEDescription")


def test_the_key_of_a_going_replica_is_unknown_where_it_is_not_told():
    replicas = described(Replicas=[{"RegionName": "eu-west-1", "KMSMasterKeyId": OTHER_KEY}])
    there = whole(asked("dynamodb:DescribeTable", "eu-west-1", TableName=TABLE), Table={"TableStatus": "DELETING"})
    found = live(answers(there, table=replicas)).values["replica"]["eu-west-1"]
    assert isinstance(found["kms_key_arn"], Unknown)


def test_the_provider_is_not_said_to_store_what_is_not_told():
    found = answers(table=described(**GOING | {"DeletionProtectionEnabled": None}))
    stored = KIND.refresh(live(found), found).values
    unknown = {name for name, value in live(found).values.items() if isinstance(value, Unknown)}
    assert {"deletion_protection_enabled", "hash_key", "range_key", "stream_view_type", "replica"} <= unknown
    assert {name for name in unknown if not isinstance(stored[name], Unknown)} == set()


# What the provider would have stored.


def test_the_default_key_is_stored_as_none_and_so_it_is_for_replicas():
    default = {"Status": "ENABLED", "KMSMasterKeyArn": DEFAULT_KEY}
    table = described(SSEDescription=default, Replicas=[{"RegionName": "eu-west-1"}, {"RegionName": REGION}])
    there = asked("dynamodb:DescribeTable", "eu-west-1", TableName=TABLE)
    found = answers(
        whole(there, Table={"SSEDescription": {"KMSMasterKeyArn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/d2"}}),
        whole(asked("kms:ListAliases", "eu-west-1"), Aliases=[alias("aws/dynamodb", "d2", "eu-west-1")]),
        table=table,
    )
    stored = KIND.refresh(live(found), found).values
    assert stored["server_side_encryption"] == {"enabled": True, "kms_key_arn": ""}
    assert stored["replica"]["eu-west-1"]["kms_key_arn"] is None
    assert stored["replica"][REGION]["region_name"] == REGION


def test_what_cannot_be_told_is_not_emptied():
    found = answers(denied(ALIASES), denied(asked("kms:DescribeKey", KeyId=KEY)))
    stored = KIND.refresh(live(found), found).values
    assert isinstance(stored["server_side_encryption"]["kms_key_arn"], Unknown)


# Configurations that the provider refuses.

FITTING = {"hash_key": "id", "attribute": {"id": {}}, "billing_mode": "PAY_PER_REQUEST"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"read_capacity": 5}, "cannot be set"),
        ({"billing_mode": "PROVISIONED"}, "must be at least 1"),
        ({"attribute": {"id": {}, "x": {}}}, "no key uses"),
        ({"range_key": "at"}, "keys without an attribute: at"),
        ({"stream_enabled": True}, "stream_view_type is required"),
        ({"ttl": {"enabled": True}}, "ttl.attribute_name"),
    ],
)
def test_refused_configurations(changes, reason):
    assert KIND.invalid(FITTING, None) == ()
    reasons = KIND.invalid(FITTING | changes, None)
    assert reasons
    assert all(reason in told for told in reasons)


@pytest.mark.parametrize(
    "name", ["billing_mode", "hash_key", "attribute", "global_secondary_index", "read_capacity", "stream_view_type"]
)
def test_unknown_values_refuse_nothing(name):
    unknown = Unknown(Reason.NOT_EVALUABLE)
    assert KIND.invalid(FITTING | {"stream_enabled": name == "stream_view_type", name: unknown}, None) == ()


def test_capacity_left_over_passes_while_the_mode_is_being_changed():
    assert KIND.invalid(FITTING | {"read_capacity": 5}, {"billing_mode": "PROVISIONED"}) == ()
    kept = {"billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5}
    assert KIND.invalid(FITTING | {"billing_mode": "PROVISIONED"}, kept) == ()
    assert len(KIND.invalid(FITTING | {"billing_mode": "PROVISIONED"}, None)) == 2
