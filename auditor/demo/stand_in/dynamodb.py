"""What moto answers otherwise than DynamoDB: members of a table it forgets or adds, and operations it does not have.

Still unlike DynamoDB, and not mended: every table and index is ACTIVE at once, TTL never passes through ENABLING, sizes
are 0, and GetResources leaves out tagged tables of a long list.
Replicas, which moto takes and does not keep, are refused.
"""

import uuid

from moto.kms.models import kms_backends

from auditor.demo.stand_in.gaps import Answer, Members, Request, answers, mends, rewrites

DEFAULT_KEY = "alias/aws/dynamodb"
KEPT = ("TableClass", "OnDemandThroughput", "SSESpecification")


def table_name(request: Request) -> str:
    """Return the name of the table a request speaks of, which it may give as an ARN."""
    return str(request.body["TableName"]).rpartition("table/")[2].partition("/")[0]


def key_arn(request: Request, key: str) -> str:
    """Return the ARN of a KMS key given by id, alias or ARN; as given if there is no such key."""
    backend = kms_backends[request.account][request.region]
    try:
        return str(backend.describe_key(backend.any_id_to_key_id(key)).arn)
    except (KeyError, AttributeError):
        return key


def keep(request: Request, kept: Members) -> None:
    """Keep the members of CreateTable and UpdateTable that moto drops."""
    kept.update({name: request.body[name] for name in KEPT if name in request.body})
    if request.body.get("BillingMode") == "PAY_PER_REQUEST":
        kept["WasOnDemand"] = True
    indexes = request.body.get("GlobalSecondaryIndexes", [])
    changes = [change for update in request.body.get("GlobalSecondaryIndexUpdates", []) for change in update.values()]
    for index in [*indexes, *changes]:
        if "OnDemandThroughput" in index:
            kept.setdefault("Indexes", {})[index["IndexName"]] = index["OnDemandThroughput"]


def describe_encryption(request: Request, table: Members, kept: Members) -> None:
    """SSEDescription: from the last SSESpecification, which UpdateTable of moto drops; the key always as its ARN.

    API: "KMSMasterKeyArn: The KMS key ARN used for the KMS encryption". Absent for the AWS owned key.
    """
    specification = kept.get("SSESpecification", {})
    table.pop("SSEDescription", None)
    if specification.get("Enabled"):
        table["SSEDescription"] = {
            "Status": "ENABLED",
            "SSEType": "KMS",
            "KMSMasterKeyArn": key_arn(request, specification.get("KMSMasterKeyId", DEFAULT_KEY)),
        }


def describe_indexes(table: Members, kept: Members) -> None:
    """Indexes: moto has neither ARN nor sizes nor on-demand maxima, and gives empty lists where AWS gives none."""
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in table.get(kind, []):
            index.setdefault("IndexArn", f"{table['TableArn']}/index/{index['IndexName']}")
            index.setdefault("IndexSizeBytes", 0)
            index.setdefault("ItemCount", 0)
            if throughput := kept.get("Indexes", {}).get(index["IndexName"]):
                index["OnDemandThroughput"] = throughput
        if not table.get(kind):
            table.pop(kind, None)


@mends("dynamodb", "CreateTable", "UpdateTable", "DeleteTable", "DescribeTable")
def table_description(request: Request, answer: Answer) -> None:
    """Make moto's table the one of AWS.

    BillingModeSummary: absent on a table that never was on demand (provider: absent reads as PROVISIONED); moto always
    has it. TableId, TableClassSummary, OnDemandThroughput: moto forgets them (API: CreateTable, TableDescription).
    """
    if request.operation == "CreateTable":
        request.forget("table", table_name(request))
    kept = request.remembered("table", table_name(request))
    keep(request, kept)
    table = answer.body.get("Table") or answer.body["TableDescription"]
    table["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{table['TableArn']}{table.get('CreationDateTime')}"))
    if not kept.get("WasOnDemand"):
        table.pop("BillingModeSummary", None)
    if kept.get("TableClass"):
        table["TableClassSummary"] = {"TableClass": kept["TableClass"]}
    if kept.get("OnDemandThroughput"):
        table["OnDemandThroughput"] = kept["OnDemandThroughput"]
    describe_encryption(request, table, kept)
    describe_indexes(table, kept)
    if request.operation == "DeleteTable":
        table["TableStatus"] = "DELETING"
        request.forget("table", table_name(request))


@rewrites("dynamodb", "UpdateTable")
def no_replicas(request: Request) -> None:
    """Refuse what moto takes and does not keep: a table without its replicas would be a wrong fact."""
    if "ReplicaUpdates" in request.body:
        raise NotImplementedError("replicas of a table are not kept here")


@rewrites("dynamodb", "GetResourcePolicy", "PutResourcePolicy", "DeleteResourcePolicy")
def policy_of_stream(request: Request) -> None:
    """Let a stream have a policy of its own (API: ResourceArn, of a table or stream).

    Moto takes what stands behind the last slash for the name of a table, and keeps policies by the whole text.
    """
    arn = request.body["ResourceArn"]
    if "/stream/" in arn:
        request.body["ResourceArn"] = f"{arn}/{arn.partition(':table/')[2].partition('/')[0]}"


@mends("dynamodb", "DescribeTimeToLive")
def time_to_live(_request: Request, answer: Answer) -> None:
    """Forget the attribute of a TTL that is off, as AWS does; moto keeps it."""
    description = answer.body["TimeToLiveDescription"]
    if description.get("TimeToLiveStatus") == "DISABLED":
        description.pop("AttributeName", None)


@answers("dynamodb", "DescribeContributorInsights")
def contributor_insights(request: Request) -> Answer:
    """Tell the status last set by UpdateContributorInsights; DISABLED where it never was (API)."""
    status = request.remembered("table", table_name(request)).get(f"Insights/{request.body.get('IndexName', '')}")
    named = {name: request.body[name] for name in ("TableName", "IndexName") if name in request.body}
    return Answer(named | {"ContributorInsightsStatus": status or "DISABLED"})


@answers("dynamodb", "UpdateContributorInsights")
def set_contributor_insights(request: Request) -> Answer:
    """Switch contributor insights at once; AWS passes through ENABLING and DISABLING (API)."""
    status = f"{request.body['ContributorInsightsAction']}D"
    request.remembered("table", table_name(request))[f"Insights/{request.body.get('IndexName', '')}"] = status
    return contributor_insights(request)


@answers("dynamodb", "ListContributorInsights")
def list_contributor_insights(request: Request) -> Answer:
    """List what was set in this account and Region (API: ContributorInsightsSummaries)."""
    summaries = [
        {"TableName": key[3], "ContributorInsightsStatus": status}
        | ({"IndexName": index} if (index := member.removeprefix("Insights/")) else {})
        for key, kept in list(request.memory.items())
        if key[:3] == (request.account, request.region, "table")
        for member, status in kept.items()
        if member.startswith("Insights/")
    ]
    return Answer({"ContributorInsightsSummaries": summaries})


@answers("dynamodb", "DescribeKinesisStreamingDestination")
def kinesis_destinations(request: Request) -> Answer:
    """List the destinations of a table; none where none was ever enabled (API)."""
    streams = request.remembered("table", table_name(request)).get("Kinesis", {})
    destinations = [{"StreamArn": arn, "DestinationStatus": status} for arn, status in streams.items()]
    return Answer({"TableName": table_name(request), "KinesisDataStreamDestinations": destinations})


@answers("dynamodb", "EnableKinesisStreamingDestination", "DisableKinesisStreamingDestination")
def set_kinesis_destination(request: Request) -> Answer:
    """Switch a destination at once; a disabled one stays listed for a while, as on AWS (API)."""
    status = "ACTIVE" if request.operation.startswith("Enable") else "DISABLED"
    streams = request.remembered("table", table_name(request)).setdefault("Kinesis", {})
    streams[request.body["StreamArn"]] = status
    return Answer(
        {
            "TableName": table_name(request),
            "StreamArn": request.body["StreamArn"],
            "DestinationStatus": f"{request.operation.removesuffix('KinesisStreamingDestination').upper()[:-1]}ING",
        }
    )


@answers("dynamodb", "DescribeTableReplicaAutoScaling")
def replica_autoscaling(request: Request) -> Answer:
    """Tell of no replica: moto keeps none (model: Replicas is optional)."""
    return Answer({"TableAutoScalingDescription": {"TableName": table_name(request), "TableStatus": "ACTIVE"}})
