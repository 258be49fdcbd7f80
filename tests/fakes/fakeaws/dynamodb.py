"""DynamoDB's answers."""

from __future__ import annotations

import bisect
import json
import uuid

from fakeaws.paging import limited, named, page
from fakeaws.world import EPOCH, ApiError, Body, Where, World

WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}


def _table(world: World, asked: Body, where: Where, member: str = "TableName") -> int:
    name = asked.get(member) or ""
    i = world.index(name) if world.here(where) else None
    if i is None:
        raise ApiError(400, "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
    return i


def list_tables(world: World, asked: Body, where: Where) -> Body:
    names = [world.names[i] for i in world.here(where)]
    limit = limited(asked.get("Limit"), 100)
    start = bisect.bisect_right(names, asked.get("ExclusiveStartTableName") or "")
    part = names[start : start + limit]
    return named(TableNames=part, LastEvaluatedTableName=part[-1] if start + limit < len(names) else None)


def describe_table(world: World, asked: Body, where: Where) -> Body:
    i = _table(world, asked, where)
    spec, h, arn, created = world.spec(i), world.digest("size", i), world.table_arn(i, where), EPOCH + i
    throughput = {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": spec["read"],
        "WriteCapacityUnits": spec["write"],
    }
    attributes, keys = _keys(spec)
    indexes = _indexes(spec, arn, throughput, attributes, keys)
    table = {
        "AttributeDefinitions": [{"AttributeName": k, "AttributeType": v} for k, v in sorted(attributes.items())],
        "TableName": spec["name"],
        "KeySchema": keys,
        "TableStatus": "ACTIVE",
        "CreationDateTime": created,
        "ProvisionedThroughput": throughput,
        "TableSizeBytes": int.from_bytes(h[:4], "big"),
        "ItemCount": int.from_bytes(h[4:7], "big"),
        "TableArn": arn,
        "TableId": str(uuid.UUID(bytes=h[8:24], version=4)),
        "WarmThroughput": WARM,
        "DeletionProtectionEnabled": spec["deletion_protection"],
    }
    return {"Table": table | indexes | _options(world, spec, arn, where, created)}


def _keys(spec: Body) -> tuple[dict[str, str], list[Body]]:
    attributes, keys = {spec["hash_key"]: "S"}, [{"AttributeName": spec["hash_key"], "KeyType": "HASH"}]
    if spec["range_key"]:
        attributes[spec["range_key"]] = "N"
        keys.append({"AttributeName": spec["range_key"], "KeyType": "RANGE"})
    return attributes, keys


def _indexes(spec: Body, arn: str, throughput: Body, attributes: dict[str, str], keys: list[Body]) -> Body:
    """The indexes; their key attributes are added to `attributes`."""
    indexes: Body = {}
    for number in range(spec["gsis"]):
        key = f"gsi{number}_pk"
        attributes[key] = "S"
        index = {
            "IndexName": f"by-{key}",
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
            "IndexStatus": "ACTIVE",
            "ProvisionedThroughput": dict(throughput),
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": f"{arn}/index/by-{key}",
            "WarmThroughput": WARM,
        }
        indexes.setdefault("GlobalSecondaryIndexes", []).append(index)
    if spec["lsis"]:
        attributes["lsi_sk"] = "S"
        index = {
            "IndexName": "by-lsi",
            "KeySchema": [keys[0], {"AttributeName": "lsi_sk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status", "total"]},
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": f"{arn}/index/by-lsi",
        }
        indexes["LocalSecondaryIndexes"] = [index]
    return indexes


def _options(world: World, spec: Body, arn: str, where: Where, created: float) -> Body:
    """The members that AWS leaves out where there is nothing to say."""
    options: Body = {}
    if spec["billing_mode"] == "PAY_PER_REQUEST" or spec["ex_on_demand"]:
        options["BillingModeSummary"] = {
            "BillingMode": spec["billing_mode"],
            "LastUpdateToPayPerRequestDateTime": created,
        }
    if spec["on_demand_max"]:
        read, write = spec["on_demand_max"]
        options["OnDemandThroughput"] = {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}
    if spec["stream"]:
        label = "2025-01-01T00:00:00.000"
        options["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": spec["stream"]}
        options |= {"LatestStreamLabel": label, "LatestStreamArn": f"{arn}/stream/{label}"}
    if spec["sse"] != "owned":
        key = world.key_arn("aws" if spec["sse"] == "aws" else spec["key"], where)
        options["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    if spec["table_class"]:
        options["TableClassSummary"] = {"TableClass": spec["table_class"], "LastUpdateDateTime": created}
    replicas = [region for region in spec["replicas"] if region != where.region]
    if replicas:
        options["GlobalTableVersion"] = "2019.11.21"
        options["Replicas"] = [
            {
                "RegionName": region,
                "ReplicaStatus": "ACTIVE",
                "ReplicaArn": Where(region, where.account).arn("dynamodb", f"table/{spec['name']}"),
            }
            for region in replicas
        ]
    return options


def describe_continuous_backups(world: World, asked: Body, where: Where) -> Body:
    try:
        spec = world.spec(_table(world, asked, where))
    except ApiError:
        raise ApiError(400, "TableNotFoundException", f"Table not found: {asked.get('TableName')}") from None
    recovery: Body = {"PointInTimeRecoveryStatus": "ENABLED" if spec["pitr"] else "DISABLED"}
    if spec["pitr"]:
        recovery["EarliestRestorableDateTime"] = EPOCH
        recovery["LatestRestorableDateTime"] = EPOCH + 86400
        recovery["RecoveryPeriodInDays"] = spec["recovery_days"]
    # ContinuousBackupsStatus is ENABLED on every table, PITR or not.
    description = {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery}
    return {"ContinuousBackupsDescription": description}


def describe_time_to_live(world: World, asked: Body, where: Where) -> Body:
    attribute = world.spec(_table(world, asked, where))["ttl"]
    status = "ENABLED" if attribute else "DISABLED"
    return {"TimeToLiveDescription": named(TimeToLiveStatus=status, AttributeName=attribute)}


def tags(world: World, i: int) -> list[Body]:
    return [{"Key": key, "Value": value} for key, value in world.spec(i)["tags"].items()]


def list_tags_of_resource(world: World, asked: Body, where: Where) -> Body:
    rows = tags(world, _table(world, asked, where, "ResourceArn"))
    part, token = page(rows, asked.get("NextToken"), 10)
    return named(Tags=part, NextToken=token)


def describe_kinesis_streaming_destination(world: World, asked: Body, where: Where) -> Body:
    spec = world.spec(_table(world, asked, where))
    destination = {
        "StreamArn": where.arn("kinesis", f"stream/{spec['name']}"),
        "DestinationStatus": "ACTIVE",
        "ApproximateCreationDateTimePrecision": "MILLISECOND",
    }
    return {"TableName": spec["name"], "KinesisDataStreamDestinations": [destination] if spec["kinesis"] else []}


def list_contributor_insights(world: World, asked: Body, where: Where) -> Body:
    rows = []
    for i in world.here(where):
        spec = world.spec(i)
        on = spec["contributor_insights"]
        row = named(
            TableName=spec["name"],
            ContributorInsightsStatus="ENABLED" if on else "DISABLED",
            ContributorInsightsMode="ACCESSED_AND_THROTTLED_KEYS" if on else None,
        )
        rows.append(row)
    part, token = page(rows, asked.get("NextToken"), limited(asked.get("MaxResults"), 100))
    return named(ContributorInsightsSummaries=part, NextToken=token)


def get_resource_policy(world: World, asked: Body, where: Where) -> Body:
    i = _table(world, asked, where, "ResourceArn")
    if not world.spec(i)["resource_policy"]:
        raise ApiError(400, "PolicyNotFoundException", "Resource-based policy not found")
    statement = {
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{where.account}:root"},
        "Action": "dynamodb:GetItem",
        "Resource": world.table_arn(i, where),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"Policy": policy, "RevisionId": "1700000000000"}


def list_backups(_world: World, _asked: Body, _where: Where) -> Body:
    return {"BackupSummaries": []}


OPERATIONS = {
    "ListTables": list_tables,
    "DescribeTable": describe_table,
    "DescribeContinuousBackups": describe_continuous_backups,
    "DescribeTimeToLive": describe_time_to_live,
    "ListTagsOfResource": list_tags_of_resource,
    "DescribeKinesisStreamingDestination": describe_kinesis_streaming_destination,
    "ListContributorInsights": list_contributor_insights,
    "GetResourcePolicy": get_resource_policy,
    "ListBackups": list_backups,
}
