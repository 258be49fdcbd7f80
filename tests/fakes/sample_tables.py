"""Sample tables of both sides: answers of AWS, and the declaration that fits them."""

from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.facts import Identity, Resource, Side, SourceRange
from auditor.model.values import Reason

ACCOUNT, REGION = "111122223333", "ap-southeast-1"
TABLE = "koneksi-prod-users"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k1"
OTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k2"
DEFAULT_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/default"
KINDS = {kind.type: kind for kind in kinds()}


def arn(name=TABLE):
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def asked(api, region="", **params):
    return Request.of(api, region, **params)


DESCRIBE = asked("dynamodb:DescribeTable", TableName=TABLE)
BACKUPS = asked("dynamodb:DescribeContinuousBackups", TableName=TABLE)
EXPIRY = asked("dynamodb:DescribeTimeToLive", TableName=TABLE)
TAGS = asked("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("dynamodb:table",))
OWN_TAGS = asked("dynamodb:ListTagsOfResource", ResourceArn=arn())
TARGETS = asked("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb")
ALIASES = asked("kms:ListAliases")
LIST = asked("dynamodb:ListTables")
ALARMS = asked("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm"))


def whole(request, **body):
    return Answer(request, (body,), at="2026-11-24T02:00:00Z", request_id="R1")


def denied(request):
    return Answer(request, ok=False, code="AccessDeniedException", reason=Reason.DENIED, detail="not allowed")


def failed(request, code):
    return Answer(request, ok=False, code=code, reason=Reason.FAILED)


def described(name=TABLE, **members):
    """A table on demand, encrypted with the account's own key; a member that is None is left out."""
    table = {
        "TableName": name,
        "TableArn": arn(name),
        "TableStatus": "ACTIVE",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "DeletionProtectionEnabled": True,
        "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
    }
    return {key: value for key, value in (table | members).items() if value is not None}


def pitr(status="ENABLED", **members):
    return {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status, **members}}


def alias(name, target, region=REGION):
    return {
        "AliasName": f"alias/{name}",
        "AliasArn": f"arn:aws:kms:{region}:{ACCOUNT}:alias/{name}",
        "TargetKeyId": target,
    }


def answers(*others, table=None, tags=None, recovery=None, ttl=None):
    """What AWS answers about the sample table; `others` replace or add answers."""
    told_tags = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    told = [
        whole(LIST, TableNames=[TABLE]),
        whole(DESCRIBE, Table=table or described()),
        whole(BACKUPS, ContinuousBackupsDescription=recovery or pitr(RecoveryPeriodInDays=35)),
        whole(EXPIRY, TimeToLiveDescription=ttl or {"TimeToLiveStatus": "DISABLED"}),
        whole(TAGS, ResourceTagMappingList=[{"ResourceARN": arn(), "Tags": told_tags}]),
        *([] if tags else [whole(OWN_TAGS, Tags=[])]),
        whole(TARGETS, ScalableTargets=[]),
        whole(ALIASES, Aliases=[alias("aws/dynamodb", "default"), alias("koneksi-prod", "k1")]),
        whole(ALARMS, MetricAlarms=[]),
        *others,
    ]
    return Answers({answer.request: answer for answer in told})


def scope(**changes):
    settings = {
        "declared": {"aws_dynamodb_table": (TABLE,)},
        "patterns": ("koneksi-prod-*",),
        "environment": "prod",
    }
    return Scope(ACCOUNT, REGION, **(settings | changes))


def read(found, where=None):
    """All live resources in the answers."""
    return [resource for kind in KINDS.values() for resource in kind.read(found, where or scope())]


def declared_values(**changes):
    """What fits the sample table; a value that is None is left out."""
    values = {
        "name": TABLE,
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": {"id": {"name": "id", "type": "S"}},
        "server_side_encryption": {"enabled": True, "kms_key_arn": KEY},
        "point_in_time_recovery": {"enabled": True},
        "deletion_protection_enabled": True,
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def resource(kind="aws_dynamodb_table", name=TABLE, address="aws_dynamodb_table.users", values=None, **more):
    """A declared resource."""
    identity = more.pop("identity", Identity(ACCOUNT, REGION, name))
    return Resource(
        Side.DECLARED, kind, identity, values or {}, address=address, place=SourceRange("main.tf", 1), **more
    )


def table(ignored=(), facts=None, **changes):
    """The declared sample table, changed."""
    return resource(values=declared_values(**changes), ignored=ignored, facts=facts or {})
