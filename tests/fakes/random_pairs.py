"""Random declared/live pairs as cases: code over the whole schema, applied, then changed by hand here and there.

Each comes from a seed of its own, so that one that disagrees can be made again: `pair(seed)`.
"""

import json
import random

import random_companions
from plan_cases import ACCOUNT, PROVIDERS, REGION
from random_companions import touched
from random_writing import (
    Map,
    applied_tags,
    hcl,
    ignoring,
    policy_of,
    retagged,
    rewritten,
    state_tags,
    tags_of,
    written,
)

ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
KEYS = [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/customer-{n}" for n in (1, 2)]
DEFAULT_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/default-{REGION}"
NAMES = ("id", "pk", "sk", "gk", "gh")
OTHERS = ("us-west-2", "eu-west-1")


def pair(seed):
    """The pair of a seed."""
    chance = random.Random(seed)  # noqa: S311 - to be made again, not to be secret
    weights = [WEIGHTS.get(kind, 1) for kind in MAKERS]
    kind = chance.choices(list(MAKERS), weights)[0]
    case = {"id": f"F{seed}", "type": kind, "provider": "plain"}
    if kind in TAGGED and chance.random() < 0.4:
        case["provider"] = chance.choice([name for name in PROVIDERS if not name.startswith("region")])
    declared, lifecycle = MAKERS[kind](chance, case)
    case["config"] = hcl(declared) + lifecycle
    case["given"] = chance.random() < 0.4
    if "import_table" in declared or "name_prefix" in declared:
        case["given"] = True  # only a state tells
    elif case["given"] and chance.random() < 0.5:
        edited(chance, case)
    return case


def edited(chance, case):
    """The code was changed since the last apply, in what only the state tells."""
    choices = {
        "aws_dynamodb_table": (
            {"restore_source_name": "old"},
            {"restore_source_table_arn": f"{ARN}/old"},
            {"restore_date_time": "2026-01-01T00:00:00Z"},
            {"restore_to_latest_time": True},
            {"import_table": [{"input_format": "CSV", "s3_bucket_source": [{"bucket": "b"}]}]},
            "replica",
            "name",
        ),
        "aws_kms_key": ({"deletion_window_in_days": 7}, {"bypass_policy_lockout_safety_check": True}),
        "aws_kms_replica_key": ({"deletion_window_in_days": 7}, {"bypass_policy_lockout_safety_check": True}),
        "aws_kms_key_policy": ({"bypass_policy_lockout_safety_check": True},),
        "aws_backup_vault": ({"force_destroy": True},),
        "aws_dynamodb_resource_policy": ({"confirm_remove_self_resource_access": True}, "policy", "policy"),
    }
    change = chance.choice(choices.get(case["type"], ({},)))
    if change == "replica":
        for each in case["state"]["replica"]:
            each["propagate_tags"] = chance.random() < 0.5
    elif change == "policy":
        case["state"]["policy"] = json.dumps(rewritten(chance, json.loads(case["state"]["policy"])))
    elif change == "name":
        if case["live"]:
            name = f"old-{case['id'].lower()}"
            case["live"]["DescribeTable"]["TableName"] = name
            case["live"]["DescribeTable"]["TableArn"] = f"{ARN}/{name}"
            case["state"] |= {"id": name, "name": name}
    else:
        case["state"] |= change


# Tables.


def table(chance, case):  # noqa: C901, PLR0912 - one choice after the other
    name = f"t-{case['id'].lower()}"
    declared = {}
    mode = chance.choice((None, "PROVISIONED", "PAY_PER_REQUEST", "PAY_PER_REQUEST"))
    if mode:
        declared["billing_mode"] = mode
    if (mode == "PAY_PER_REQUEST" and chance.random() < 0.08) or (mode != "PAY_PER_REQUEST" and chance.random() < 0.92):
        declared |= {"read_capacity": chance.choice((5, 5, 10, 0)), "write_capacity": 5}
    declared["hash_key"] = chance.choice(("id", "pk"))
    if chance.random() < 0.5:
        declared["range_key"] = "sk"
    declared["global_secondary_index"] = [
        global_index(chance, n, mode) for n in range(chance.choice((0, 0, 1, 1, 2, 3)))
    ]
    if "range_key" in declared:
        declared["local_secondary_index"] = [local_index(chance, n) for n in range(chance.choice((0, 0, 0, 1, 2)))]
    used = {declared["hash_key"], declared.get("range_key")}
    for block in (*declared["global_secondary_index"], *declared.get("local_secondary_index", ())):
        used |= {block.get("hash_key"), block.get("range_key")}
    names = sorted(filter(None, used))
    if chance.random() < 0.03:
        names = names[:-1] if chance.random() < 0.5 else [*names, "unused"]
    chance.shuffle(names)
    declared["attribute"] = [{"name": each, "type": chance.choice("SSNB")} for each in names]
    declared |= streams(chance)
    declared |= written(
        chance,
        {
            "server_side_encryption": encryption(chance),
            "point_in_time_recovery": written(chance, {"recovery_period_in_days": chance.choice((7, 35))}, 0.4)
            | {"enabled": chance.random() < 0.7},
            "ttl": expiry(chance),
            "deletion_protection_enabled": chance.choice((True, False, None)),
            "table_class": chance.choice(("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
            "tags": tags_of(chance),
        },
        0.45,
    )
    if mode == "PAY_PER_REQUEST" and chance.random() < 0.2:
        declared["on_demand_throughput"] = throughput(chance)
    if chance.random() < 0.2:
        declared["replica"] = [replica(chance, region) for region in chance.sample(OTHERS, chance.choice((1, 1, 2)))]
    state = {}
    if chance.random() < 0.06:
        declared |= chance.choice(({"restore_source_name": "old"}, {"restore_to_latest_time": False}))
        state = {n: v for n, v in declared.items() if n.startswith("restore_")}
    elif chance.random() < 0.03:
        declared["import_table"] = {"input_format": "CSV", "s3_bucket_source": {"bucket": chance.choice("bc")}}
        state = {"import_table": [{"input_format": "CSV", "s3_bucket_source": [{"bucket": "b"}]}]}
    if chance.random() < 0.05:
        declared["timeouts"] = {"create": "30m"}
    case["live"] = applied_table(chance, name, declared, case["provider"])
    if chance.random() < 0.1:
        case["live"]["DescribeTable"]["WarmThroughput"] = {"ReadUnitsPerSecond": 50000, "WriteUnitsPerSecond": 4000}
    case["live_other_regions"] = {
        each["region_name"]: replica_table(name, each) for each in declared.get("replica", ())
    }
    if chance.random() > 0.33:
        for _ in range(chance.choice((1, 1, 2, 3))):
            chance.choice(TABLE_CHANGES)(chance, case["live"])
    if chance.random() < 0.02:
        case["live"] = None
    case["state"] = state | {
        "id": name,
        "name": name,
        **{n: declared[n] for n in ("range_key", "stream_view_type") if n in declared},
        "tags": state_tags(declared.get("tags")),
        "replica": [
            {
                "region_name": each["region_name"],
                "propagate_tags": each.get("propagate_tags", False),
                "point_in_time_recovery": each.get("point_in_time_recovery", False),
                "kms_key_arn": each.get("kms_key_arn", ""),
            }
            for each in declared.get("replica", ())
        ],
    }
    if not declared["global_secondary_index"]:
        del declared["global_secondary_index"]
    paths = ["read_capacity", "write_capacity", "billing_mode", "global_secondary_index", "attribute", "replica", "ttl"]
    paths += ["tags", "tags_all", 'tags["team"]', "point_in_time_recovery[0].enabled", "range_key", "hash_key"]
    paths += ["server_side_encryption", "stream_enabled", "stream_view_type", "local_secondary_index", "table_class"]
    paths += ["deletion_protection_enabled", "ttl[0].attribute_name", "on_demand_throughput"]
    return declared, ignoring(chance, paths)


def streams(chance):
    if chance.random() < 0.6:
        return {}
    enabled = chance.random() < 0.75
    view = {"stream_view_type": chance.choice(("NEW_IMAGE", "KEYS_ONLY", "NEW_AND_OLD_IMAGES"))}
    return {"stream_enabled": enabled} | (view if enabled and chance.random() < 0.95 else {})


def encryption(chance):
    block = {"enabled": chance.random() < 0.8}
    return block | ({"kms_key_arn": chance.choice((*KEYS, KEYS[0], DEFAULT_KEY))} if chance.random() < 0.6 else {})


def expiry(chance):
    if chance.random() < 0.75:
        return {"attribute_name": chance.choice(("exp", "ttl")), "enabled": True}
    return written(chance, {"attribute_name": "exp", "enabled": False})


def throughput(chance):
    found = written(
        chance,
        {"max_read_request_units": chance.choice((100, -1)), "max_write_request_units": chance.choice((50, -1))},
        0.8,
    )
    return found or {"max_read_request_units": 100}


def global_index(chance, number, mode):
    block = {"name": f"g{number}", "hash_key": chance.choice(NAMES)}
    if chance.random() < 0.5:
        block["range_key"] = chance.choice(("sk", "gh", ""))
    block["projection_type"] = chance.choice(("ALL", "KEYS_ONLY", "INCLUDE"))
    if block["projection_type"] == "INCLUDE":
        block["non_key_attributes"] = chance.sample(("a", "b", "c"), 2)
    elif chance.random() < 0.2:
        block["non_key_attributes"] = []
    if chance.random() < (0.05 if mode == "PAY_PER_REQUEST" else 0.85):
        block |= {"read_capacity": 5, "write_capacity": 5}
    if mode == "PAY_PER_REQUEST" and chance.random() < 0.15:
        block["on_demand_throughput"] = throughput(chance)
    return block


def local_index(chance, number):
    block = {"name": f"l{number}", "range_key": chance.choice(("gk", "gh"))}
    block["projection_type"] = chance.choice(("ALL", "KEYS_ONLY", "INCLUDE"))
    if block["projection_type"] == "INCLUDE":
        block["non_key_attributes"] = chance.sample(("a", "b", "c"), 2)
    return block


def replica(chance, region):
    return {"region_name": region} | written(
        chance,
        {
            "kms_key_arn": f"arn:aws:kms:{region}:{ACCOUNT}:key/customer-1",
            "point_in_time_recovery": chance.choice((True, False)),
            "propagate_tags": chance.choice((True, False)),
        },
        0.45,
    )


def key_schema(block):
    parts = [("HASH", block["hash_key"]), ("RANGE", block.get("range_key"))]
    return [{"AttributeName": name, "KeyType": type_} for type_, name in parts if name]


def units(block):
    return {"ReadCapacityUnits": block.get("read_capacity", 0), "WriteCapacityUnits": block.get("write_capacity", 0)}


def positive(block):
    """The capacities that AWS would take."""
    return {name: block.get(name) or 1 for name in ("read_capacity", "write_capacity")}


def maximum(block):
    return {
        "MaxReadRequestUnits": block.get("max_read_request_units", -1),
        "MaxWriteRequestUnits": block.get("max_write_request_units", -1),
    }


def projection(block):
    found = {"ProjectionType": block["projection_type"]}
    return found | ({"NonKeyAttributes": block["non_key_attributes"]} if block.get("non_key_attributes") else {})


def applied_table(chance, name, declared, provider):
    """The answers about a table as it is after an apply."""
    on_demand = declared.get("billing_mode") == "PAY_PER_REQUEST"
    told = {
        "TableName": name,
        "TableArn": f"{ARN}/{name}",
        "TableStatus": "ACTIVE",
        "AttributeDefinitions": [
            {"AttributeName": each["name"], "AttributeType": each["type"]} for each in declared["attribute"]
        ],
        "KeySchema": key_schema(declared),
        "ProvisionedThroughput": units({} if on_demand else positive(declared)),
    }
    if on_demand:
        told["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
    indexes = [
        {"IndexName": each["name"], "KeySchema": key_schema(each), "Projection": projection(each)}
        | {"IndexStatus": "ACTIVE", "ProvisionedThroughput": units({} if on_demand else each)}
        | ({"OnDemandThroughput": maximum(each["on_demand_throughput"])} if "on_demand_throughput" in each else {})
        for each in declared["global_secondary_index"]
    ]
    local = [
        {"IndexName": each["name"], "KeySchema": key_schema(each | {"hash_key": declared["hash_key"]})}
        | {"Projection": projection(each)}
        for each in declared.get("local_secondary_index", ())
    ]
    told |= {"GlobalSecondaryIndexes": indexes} if indexes else {}
    told |= {"LocalSecondaryIndexes": local} if local else {}
    if declared.get("stream_enabled"):
        told["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": declared.get("stream_view_type", "NEW_IMAGE"),
        }
    block = declared.get("server_side_encryption", {})
    if block.get("enabled"):
        key = block.get("kms_key_arn", DEFAULT_KEY)
        told["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    if declared.get("deletion_protection_enabled") is not None or chance.random() < 0.5:
        told["DeletionProtectionEnabled"] = bool(declared.get("deletion_protection_enabled"))
    if declared.get("table_class") == "STANDARD_INFREQUENT_ACCESS":
        told["TableClassSummary"] = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    if "on_demand_throughput" in declared:
        told["OnDemandThroughput"] = maximum(declared["on_demand_throughput"])
    if declared.get("replica"):
        told["Replicas"] = [
            {"RegionName": each["region_name"], "ReplicaStatus": "ACTIVE"}
            | ({"KMSMasterKeyId": each["kms_key_arn"]} if "kms_key_arn" in each else {})
            for each in declared["replica"]
        ]
    recovery = declared.get("point_in_time_recovery", {})
    ttl = declared.get("ttl", {})
    expires = {"TimeToLiveStatus": "ENABLED", "AttributeName": ttl["attribute_name"]} if ttl.get("enabled") else {}
    return {
        "DescribeTable": told,
        "DescribeContinuousBackups": recovering(recovery.get("enabled"), recovery.get("recovery_period_in_days", 35)),
        "DescribeTimeToLive": expires or {"TimeToLiveStatus": "DISABLED"},
        "ListTagsOfResource": applied_tags(provider, declared.get("tags")),
    }


def recovering(enabled, days):
    description = {"PointInTimeRecoveryStatus": "ENABLED" if enabled else "DISABLED"}
    description |= {"RecoveryPeriodInDays": days} if enabled else {}
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": description}


def replica_table(name, block):
    key = block.get("kms_key_arn")
    told = {"TableName": name, "TableStatus": "ACTIVE", "KeySchema": [], "AttributeDefinitions": []}
    if key:
        told["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    return {
        "DescribeTable": told,
        "DescribeContinuousBackups": recovering(block.get("point_in_time_recovery"), 35),
        "DescribeTimeToLive": {"TimeToLiveStatus": "DISABLED"},
        "ListTagsOfResource": {},
    }


def _billing(chance, live):
    told = live["DescribeTable"]
    if told.pop("BillingModeSummary", None):
        told["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    else:
        told["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
        told["ProvisionedThroughput"] = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def _capacity(chance, live):
    if "BillingModeSummary" not in live["DescribeTable"]:
        live["DescribeTable"]["ProvisionedThroughput"] = {
            "ReadCapacityUnits": chance.choice((5, 50)),
            "WriteCapacityUnits": chance.choice((5, 7)),
        }


def _encryption(chance, live):
    told = live["DescribeTable"]
    key = chance.choice((*KEYS, DEFAULT_KEY, None))
    told.pop("SSEDescription", None)
    if key:
        status = chance.choice(("ENABLED", "ENABLED", "UPDATING"))
        told["SSEDescription"] = {"Status": status, "SSEType": "KMS", "KMSMasterKeyArn": key}


def _recovery(chance, live):
    days = chance.choice((7, 35))
    live["DescribeContinuousBackups"] = recovering(chance.random() < 0.6, days)
    if chance.random() < 0.1:
        live["DescribeContinuousBackups"] = {"error": "UnknownOperationException"}


def _expiry(chance, live):
    live["DescribeTimeToLive"] = chance.choice(
        (
            {"TimeToLiveStatus": "DISABLED"},
            {"TimeToLiveStatus": "DISABLED", "AttributeName": "other"},
            {"TimeToLiveStatus": "ENABLED", "AttributeName": "exp"},
            {"TimeToLiveStatus": "ENABLING", "AttributeName": "exp"},
            {"TimeToLiveStatus": "DISABLING", "AttributeName": "ttl"},
        )
    )


def _protection(chance, live):
    live["DescribeTable"]["DeletionProtectionEnabled"] = chance.random() < 0.6


def _class(chance, live):
    told = live["DescribeTable"]
    told["TableClassSummary"] = {"TableClass": chance.choice(("STANDARD", "STANDARD_INFREQUENT_ACCESS"))}


def _stream(chance, live):
    told = live["DescribeTable"]
    told.pop("StreamSpecification", None)
    found = chance.choice((None, {"StreamEnabled": False}, "NEW_IMAGE", "KEYS_ONLY"))
    if found is not None:
        on = {"StreamEnabled": True, "StreamViewType": found}
        told["StreamSpecification"] = found if isinstance(found, dict) else on


def _tags(chance, live):
    retagged(chance, live["ListTagsOfResource"])


def _maximum(chance, live):
    told = live["DescribeTable"]
    if told.pop("OnDemandThroughput", None) is None:
        told["OnDemandThroughput"] = chance.choice((maximum({}), maximum({"max_read_request_units": 100})))


def _define(told, *names):
    known = {each["AttributeName"] for each in told["AttributeDefinitions"]}
    told["AttributeDefinitions"] += [
        {"AttributeName": name, "AttributeType": "S"} for name in names if name not in known
    ]


def _index(chance, live):
    told = live["DescribeTable"]
    indexes = told.setdefault("GlobalSecondaryIndexes", [])
    on_demand = "BillingModeSummary" in told
    if not indexes or chance.random() < 0.25:
        key = chance.choice(("id", "byhand"))
        _define(told, key)
        made = {"name": "added", "hash_key": key, "projection_type": "ALL"}
        indexes.append(
            {"IndexName": "added", "KeySchema": key_schema(made), "Projection": projection(made)}
            | {"IndexStatus": "ACTIVE", "ProvisionedThroughput": units({} if on_demand else {"read_capacity": 5})}
        )
        return
    index = chance.choice(indexes)
    change = chance.choice(("drop", "projection", "capacity", "maximum", "order", "status", "key"))
    if change == "drop":
        indexes.remove(index)
    elif change == "projection":
        index["Projection"] = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "a"]}
    elif change == "capacity" and not on_demand:
        index["ProvisionedThroughput"] = {"ReadCapacityUnits": 9, "WriteCapacityUnits": 5}
    elif change == "maximum":
        index["OnDemandThroughput"] = maximum({"max_read_request_units": chance.choice((100, -1))})
    elif change == "order":
        indexes.reverse()
        for each in indexes:
            each["Projection"].get("NonKeyAttributes", []).reverse()
    elif change == "key":
        index["KeySchema"] = key_schema({"hash_key": chance.choice(NAMES), "range_key": chance.choice(("sk", ""))})
        _define(told, *(each["AttributeName"] for each in index["KeySchema"]))
    else:
        index["IndexStatus"] = "UPDATING"
    if not indexes:
        del told["GlobalSecondaryIndexes"]


def _local(chance, live):
    told = live["DescribeTable"]
    if indexes := told.get("LocalSecondaryIndexes"):
        if chance.random() < 0.4:
            indexes.pop()
            if not indexes:
                del told["LocalSecondaryIndexes"]
        else:
            indexes[0]["Projection"] = {"ProjectionType": "KEYS_ONLY"}


def _replicas(chance, live):
    told = live["DescribeTable"]
    entries = told.setdefault("Replicas", [])
    if entries and chance.random() < 0.4:
        entries.pop()
    else:
        region = chance.choice((*OTHERS, REGION))
        if all(each["RegionName"] != region for each in entries):
            entries.append({"RegionName": region, "ReplicaStatus": "ACTIVE"})
    if not entries:
        del told["Replicas"]


def _keys(chance, live):
    told = live["DescribeTable"]
    if chance.random() < 0.5:
        for each in told["AttributeDefinitions"]:
            each["AttributeType"] = "N"
    else:
        keys = {"hash_key": chance.choice(("id", "pk")), "range_key": chance.choice(("sk", ""))}
        told["KeySchema"] = key_schema(keys)
        _define(told, *(each["AttributeName"] for each in told["KeySchema"]))


TABLE_CHANGES = (
    *(_billing, _capacity, _encryption, _recovery, _expiry, _protection, _class, _stream, _tags, _maximum),
    *(_index, _index, _index, _local, _replicas, _keys),
)


# Keys.


def key(chance, case):  # noqa: C901 - one choice after the other
    name = f"k-{case['id'].lower()}"
    policy = policy_of(chance)
    rotation = chance.choice((True, True, False, None))
    declared = written(
        chance,
        {
            "description": chance.choice(("words", "", "other")),
            "enable_key_rotation": rotation,
            "is_enabled": chance.choice((True, True, False)),
            "multi_region": False,
            "key_usage": "ENCRYPT_DECRYPT",
            "deletion_window_in_days": 30,
            "policy": json.dumps(policy),
            "tags": tags_of(chance),
        },
        0.5,
    )
    if declared.get("enable_key_rotation") is not None and chance.random() < 0.3:
        declared["rotation_period_in_days"] = chance.choice((365, 90))
    on = bool(declared.get("enable_key_rotation"))
    told = {
        "AWSAccountId": ACCOUNT,
        "KeyId": name,
        "Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}",
        "CreationDate": 1700000000,
        "Enabled": declared.get("is_enabled", True),
        "Description": declared.get("description", ""),
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled" if declared.get("is_enabled", True) else "Disabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
    }
    spinning = {"KeyRotationEnabled": on}
    if on:
        spinning["RotationPeriodInDays"] = declared.get("rotation_period_in_days", 365)
    live = {
        "DescribeKey": told,
        "GetKeyPolicy": json.dumps(policy),
        "GetKeyRotationStatus": spinning,
        "ListResourceTags": applied_tags(case["provider"], declared.get("tags")),
    }
    if chance.random() > 0.33:
        for _ in range(chance.choice((1, 1, 2))):
            change = chance.randrange(6)
            if change == 0:
                told["Description"] = chance.choice(("words", "by hand", ""))
            elif change == 1:
                live["GetKeyRotationStatus"] = chance.choice(
                    (
                        {"KeyRotationEnabled": False},
                        {"KeyRotationEnabled": True, "RotationPeriodInDays": chance.choice((90, 365))},
                    )
                )
            elif change == 2:
                told |= {"Enabled": False, "KeyState": "Disabled"}
            elif change == 3:
                live["GetKeyPolicy"] = json.dumps(rewritten(chance, policy))
            elif change == 4:
                retagged(chance, live["ListResourceTags"])
            elif chance.random() < 0.3:
                told |= chance.choice(
                    (
                        {"MultiRegion": True, "MultiRegionConfiguration": {"MultiRegionKeyType": "PRIMARY"}},
                        {"KeyUsage": "SIGN_VERIFY"},
                        {"KeyState": "PendingDeletion"},
                    )
                )
    case["live"] = {"kms": {name: live}}
    case["state"] = {
        "id": name,
        "policy": declared.get("policy"),
        "deletion_window_in_days": declared.get("deletion_window_in_days"),
        "bypass_policy_lockout_safety_check": False,
        "tags": state_tags(declared.get("tags")),
    }
    paths = ["description", "enable_key_rotation", "is_enabled", "policy", "tags", "rotation_period_in_days"]
    return declared, ignoring(chance, paths)


def alias(chance, case):
    name = f"alias/{case['id'].lower()}"
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/kid-1"
    declared = {"name": name, "target_key_id": chance.choice((arn, "kid-1"))}
    prefix = None
    if chance.random() < 0.3:
        del declared["name"]
        prefix = declared["name_prefix"] = f"alias/{case['id'].lower()[:3]}"
    live = {"AliasName": name, "AliasArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:{name}"}
    case["live"] = {"ListAliases": [live | {"TargetKeyId": chance.choice(("kid-1", "kid-1", "kid-2"))}]}
    if chance.random() < 0.1:
        case["live"] = {"ListAliases": []}
    case["state"] = {"id": name, "name": name}
    if prefix:
        case["state"]["name_prefix"] = chance.choice((prefix, prefix, "alias/other"))
    return declared, ignoring(chance, ["target_key_id"])


# Autoscaling.


def target(chance, case):
    declared = {
        "service_namespace": "dynamodb",
        "resource_id": f"table/{case['id'].lower()}",
        "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
        "min_capacity": 5,
        "max_capacity": 100,
    }
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    role += "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
    if chance.random() < 0.2:
        declared["role_arn"] = chance.choice(("", role, f"arn:aws:iam::{ACCOUNT}:role/own"))
    flags = ("dynamic_scaling_in_suspended", "dynamic_scaling_out_suspended", "scheduled_scaling_suspended")
    if chance.random() < 0.4:
        declared["suspended_state"] = {flag: chance.random() < 0.5 for flag in flags if chance.random() < 0.6}
    given = declared.get("suspended_state", {})
    live = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": declared["resource_id"],
        "ScalableDimension": declared["scalable_dimension"],
        "MinCapacity": 5,
        "MaxCapacity": 100,
        "RoleARN": role,
        "ScalableTargetARN": f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/{case['id'].lower()}",
        "CreationTime": 1700000000,
        "SuspendedState": {
            "DynamicScalingInSuspended": given.get(flags[0], False),
            "DynamicScalingOutSuspended": given.get(flags[1], False),
            "ScheduledScalingSuspended": given.get(flags[2], False),
        },
    }
    declared |= written(chance, {"tags": tags_of(chance)}, 0.7)
    tags = applied_tags(case["provider"], declared.get("tags"))
    if chance.random() > 0.33:
        change = chance.randrange(6)
        if change > 3:
            retagged(chance, tags)
        elif change == 0:
            live["MinCapacity"] = chance.choice((1, 0))
        elif change == 1:
            live["MaxCapacity"] = 200
        else:
            live["SuspendedState"][chance.choice(list(live["SuspendedState"]))] = chance.random() < 0.7
    case["live"] = {"DescribeScalableTargets": [live] if chance.random() > 0.05 else []}
    case["live"]["scaling ListTagsForResource"] = {live["ScalableTargetARN"]: tags}
    if chance.random() < 0.1:
        del live["ScalableTargetARN"]  # made before targets had one
    case["state"] = {
        "id": declared["resource_id"],
        "tags": state_tags(declared.get("tags")),
        **{n: declared[n] for n in ("service_namespace", "resource_id", "scalable_dimension")},
    }
    return declared, ignoring(chance, ["min_capacity", "max_capacity", "suspended_state", "tags"])


def scaling_policy(chance, case):
    words = {
        "target_value": chance.choice((70, 70.0, 50)),
        **written(chance, {"disable_scale_in": chance.choice((True, False))}, 0.3),
        **written(chance, {"scale_in_cooldown": chance.choice((60, 0)), "scale_out_cooldown": 60}, 0.4),
        "predefined_metric_specification": {"predefined_metric_type": "DynamoDBReadCapacityUtilization"},
    }
    dimensions = [{"name": "TableName", "value": "t"}, {"name": "Operation", "value": "GetItem"}]
    if own := chance.random() < 0.3:
        del words["predefined_metric_specification"]
        words["customized_metric_specification"] = {
            "metric_name": "ConsumedReadCapacityUnits",
            "namespace": "AWS/DynamoDB",
            "statistic": "Sum",
            **written(chance, {"unit": "Count"}, 0.4),
            "dimensions": dimensions[: chance.choice((1, 2))],
        }
    math = None
    if own and chance.random() < 0.5:
        written_math, math = scaling_math(chance, dimensions)
        words["customized_metric_specification"] = {"metrics": written_math}
    declared = {
        "name": "p",
        "service_namespace": "dynamodb",
        "resource_id": f"table/{case['id'].lower()}",
        "scalable_dimension": "dynamodb:table:ReadCapacityUnits",
        "policy_type": "TargetTrackingScaling",
        "target_tracking_scaling_policy_configuration": words,
    }
    told = {"TargetValue": float(words["target_value"])}
    if math is not None:
        told["CustomizedMetricSpecification"] = {"Metrics": math}
    elif own:
        metric = words["customized_metric_specification"]
        told["CustomizedMetricSpecification"] = {
            "MetricName": metric["metric_name"],
            "Namespace": metric["namespace"],
            "Statistic": metric["statistic"],
            "Dimensions": [{"Name": each["name"], "Value": each["value"]} for each in metric["dimensions"]][::-1],
        } | ({"Unit": metric["unit"]} if "unit" in metric else {})
        if touched(chance):
            told["CustomizedMetricSpecification"] |= chance.choice(
                (
                    {"Statistic": "Average"},
                    {"Unit": "Bytes"},
                    {"Dimensions": [{"Name": "TableName", "Value": "other"}]},
                    {"Dimensions": []},
                )
            )
    else:
        told["PredefinedMetricSpecification"] = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    for ours, theirs in (
        ("disable_scale_in", "DisableScaleIn"),
        ("scale_in_cooldown", "ScaleInCooldown"),
        ("scale_out_cooldown", "ScaleOutCooldown"),
    ):
        if ours in words:
            told[theirs] = words[ours]
    if chance.random() > 0.33:
        told |= chance.choice(
            (
                {"TargetValue": 60.0},
                {"DisableScaleIn": True},
                {"ScaleInCooldown": 120},
                {"ScaleOutCooldown": 0},
                {}
                if own
                else {"PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"}},
            )
        )
    live = {
        "PolicyARN": f"arn:{case['id']}",
        "PolicyName": "p",
        "ServiceNamespace": "dynamodb",
        "ResourceId": declared["resource_id"],
        "ScalableDimension": declared["scalable_dimension"],
        "PolicyType": "TargetTrackingScaling",
        "Alarms": [],
        "CreationTime": 1700000000,
        "TargetTrackingScalingPolicyConfiguration": told,
    }
    case["live"] = {"DescribeScalingPolicies": [live] if chance.random() > 0.05 else []}
    case["state"] = {
        "id": "p",
        **{n: declared[n] for n in ("name", "service_namespace", "resource_id", "scalable_dimension", "policy_type")},
    }
    return declared, ignoring(chance, ["target_tracking_scaling_policy_configuration", "policy_type"])


def scaling_math(chance, dimensions):
    """Metric math of a scaling policy as written, and as AWS has it, perhaps changed by hand."""
    metric = {"metric_name": "x", "namespace": "AWS/DynamoDB"}
    metric |= written(chance, {"dimensions": dimensions[: chance.choice((1, 2))]})
    declared = [
        {"id": "e1", "expression": "m1*2"} | written(chance, {"label": "x", "return_data": True}),
        {"id": "m1", "metric_stat": {"stat": "Sum", "metric": metric} | written(chance, {"unit": "Count"})}
        | written(chance, {"return_data": False}, 0.8),
    ]
    chance.shuffle(declared)
    told = [applied_query(each) | {"ReturnData": each.get("return_data", True)} for each in declared]
    by_id = {each["Id"]: each for each in told}
    stat = {"Namespace": metric["namespace"], "MetricName": metric["metric_name"]}
    stat["Dimensions"] = [{"Name": each["name"], "Value": each["value"]} for each in metric.get("dimensions", ())]
    unit = next(each["metric_stat"] for each in declared if "metric_stat" in each).get("unit")
    by_id["m1"]["MetricStat"] = {"Metric": stat, "Stat": "Sum"} | ({"Unit": unit} if unit else {})
    if touched(chance):
        change = chance.randrange(7)
        if change == 0:
            by_id["e1"]["Expression"] = "m1*3"
        elif change == 1:
            by_id["e1"]["Label"] = "by hand"
        elif change == 2:
            by_id["m1"]["MetricStat"]["Stat"] = "Average"
        elif change == 3:
            stat["Dimensions"] = chance.choice(([], [{"Name": "TableName", "Value": "other"}]))
        elif change == 4:
            by_id["m1"]["ReturnData"] = chance.random() < 0.5
        elif change == 5:
            told.append({"Id": "e2", "Expression": "m1", "ReturnData": False})
        else:
            told.reverse()
    return declared, told


# Alarms.


def queries(chance):
    """Metric math as written, and as AWS has it."""
    declared = [
        {"id": "e1", "expression": chance.choice(("m1*2", "m1/60")), "return_data": True}
        | written(chance, {"label": "x"}),
        {
            "id": "m1",
            "metric": {
                "metric_name": "x",
                "namespace": "AWS/DynamoDB",
                "period": 60,
                "stat": chance.choice(("Sum", "p99")),
            }
            | written(chance, {"dimensions": Map({"TableName": "t"}), "unit": "Count"}),
        }
        | written(chance, {"return_data": False, "account_id": ACCOUNT}, 0.3),
    ]
    chance.shuffle(declared)
    return declared, [applied_query(each) for each in declared]


def applied_query(block):
    told = {"Id": block["id"], "ReturnData": block.get("return_data", False)}
    names = {"expression": "Expression", "label": "Label", "account_id": "AccountId"}
    told |= {theirs: block[ours] for ours, theirs in names.items() if ours in block}
    if stat := block.get("metric"):
        named = [{"Name": name, "Value": value} for name, value in stat.get("dimensions", {}).items()]
        told["MetricStat"] = {
            "Metric": {"Namespace": stat["namespace"], "MetricName": stat["metric_name"], "Dimensions": named},
            "Period": stat["period"],
            "Stat": stat["stat"],
        } | ({"Unit": stat["unit"]} if "unit" in stat else {})
    return told


def changed_query(chance, math):
    """Metric math changed by hand."""
    by_id = {each["Id"]: each for each in math}
    change = chance.randrange(6)
    if change == 0:
        by_id["e1"]["Expression"] = "m1*3"
    elif change == 1:
        by_id["m1"]["MetricStat"]["Stat"] = "Average"
    elif change == 2:
        by_id["m1"]["MetricStat"]["Metric"]["Dimensions"] = [{"Name": "TableName", "Value": "other"}]
    elif change == 3:
        math.reverse()
    elif change == 4:
        by_id["e1"]["Label"] = "by hand"
    else:
        math.append({"Id": "e2", "Expression": "m1", "ReturnData": False})


def alarm(chance, case):  # noqa: C901 - one choice after the other
    name = f"al-{case['id'].lower()}"
    topics = [f"arn:aws:sns:{REGION}:{ACCOUNT}:{each}" for each in ("a", "b")]
    declared = {
        "alarm_name": name,
        "comparison_operator": "GreaterThanThreshold",
        "evaluation_periods": 5,
        "metric_name": "ThrottledRequests",
        "namespace": "AWS/DynamoDB",
        "period": 60,
        "statistic": "Sum",
        "threshold": chance.choice((1, 0, 2.5)),
        "dimensions": Map({"TableName": "t"}),
    } | written(
        chance,
        {
            "alarm_description": chance.choice(("words", "")),
            "actions_enabled": chance.choice((True, False)),
            "alarm_actions": chance.choice((topics, topics[:1], [])),
            "ok_actions": topics[1:],
            "datapoints_to_alarm": 3,
            "treat_missing_data": chance.choice(("missing", "notBreaching")),
            "unit": "Count",
            "tags": tags_of(chance),
            "insufficient_data_actions": topics,
        },
        0.35,
    )
    math = None
    if chance.random() < 0.3:
        for single in ("metric_name", "namespace", "period", "statistic", "dimensions", "unit"):
            declared.pop(single, None)
        declared["metric_query"], math = queries(chance)
    elif chance.random() < 0.25:
        del declared["statistic"]
        declared["extended_statistic"] = "p99"
        if chance.random() < 0.5:
            declared["evaluate_low_sample_count_percentiles"] = chance.choice(("evaluate", "ignore"))
    live = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "ActionsEnabled": declared.get("actions_enabled", True),
        "OKActions": list(declared.get("ok_actions", [])),
        "AlarmActions": list(declared.get("alarm_actions", [])),
        "InsufficientDataActions": list(declared.get("insufficient_data_actions", [])),
        "StateValue": "OK",
        "EvaluationPeriods": 5,
        "Threshold": float(declared["threshold"]),
        "ComparisonOperator": "GreaterThanThreshold",
    }
    for ours, theirs in (
        ("alarm_description", "AlarmDescription"),
        ("datapoints_to_alarm", "DatapointsToAlarm"),
        ("treat_missing_data", "TreatMissingData"),
        ("unit", "Unit"),
        ("metric_name", "MetricName"),
        ("namespace", "Namespace"),
        ("statistic", "Statistic"),
        ("extended_statistic", "ExtendedStatistic"),
        ("evaluate_low_sample_count_percentiles", "EvaluateLowSampleCountPercentile"),
        ("period", "Period"),
    ):
        if declared.get(ours):
            live[theirs] = declared[ours]
    live |= {"Metrics": math} if math else {"Dimensions": [{"Name": "TableName", "Value": "t"}]}
    tags = applied_tags(case["provider"], declared.get("tags"))
    if chance.random() > 0.33:
        for _ in range(chance.choice((1, 1, 2))):
            if chance.random() < 0.15:
                retagged(chance, tags)
                continue
            if math and chance.random() < 0.5:
                changed_query(chance, math)
                continue
            live |= chance.choice(
                (
                    {"AlarmDescription": chance.choice(("by hand", "words"))},
                    {"ActionsEnabled": chance.random() < 0.3},
                    {"AlarmActions": chance.choice((topics[::-1], topics[:1], []))},
                    {"DatapointsToAlarm": chance.choice((3, 5))},
                    {"TreatMissingData": chance.choice(("missing", "notBreaching", "ignore"))},
                    {"Unit": chance.choice(("Count", "Bytes"))},
                    {"Threshold": chance.choice((1.0, 9.0))},
                    {"Dimensions": [{"Name": "TableName", "Value": "other"}]},
                    {"EvaluateLowSampleCountPercentile": "ignore"},
                    {"InsufficientDataActions": topics},
                    {"Period": 300},
                    {"StateValue": "ALARM"},
                )
            )
    case["live"] = {"DescribeAlarms": {name: live}, "cloudwatch ListTagsForResource": {name: tags}}
    if chance.random() < 0.04:
        case["live"] = {"DescribeAlarms": {}, "cloudwatch ListTagsForResource": {}}
    case["state"] = {"id": name, "alarm_name": name, "tags": state_tags(declared.get("tags"))}
    return declared, ignoring(chance, ["alarm_actions", "threshold", "tags", "actions_enabled", "alarm_description"])


MAKERS = {
    "aws_dynamodb_table": table,
    "aws_kms_key": key,
    "aws_kms_alias": alias,
    "aws_appautoscaling_target": target,
    "aws_appautoscaling_policy": scaling_policy,
    "aws_cloudwatch_metric_alarm": alarm,
    **random_companions.MAKERS,
}
WEIGHTS = {"aws_dynamodb_table": 12, "aws_kms_key": 3, "aws_cloudwatch_metric_alarm": 3, "aws_backup_plan": 2}
TAGGED = {
    *("aws_dynamodb_table", "aws_kms_key", "aws_kms_replica_key", "aws_cloudwatch_metric_alarm"),
    *("aws_cloudwatch_composite_alarm", "aws_iam_policy", "aws_backup_plan", "aws_backup_vault"),
    "aws_appautoscaling_target",
}
