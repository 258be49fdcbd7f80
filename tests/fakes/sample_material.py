"""A small estate as material for subjects: one table with its key, alarm and scaling, both sides."""

from datetime import UTC, datetime

from auditor.model.answers import Answer, Answers, Request
from auditor.model.drift import Comparison, Existence, Plan
from auditor.model.facts import Identity, Resource, Side, SourceRange
from auditor.model.members import LiveOrigins
from auditor.model.values import Reason
from auditor.subjects.facts import build
from auditor.subjects.material import DeclaredEnvironment, Material, RunInformation

ACCOUNT = "111122223333"
REGION = "ap-southeast-1"
NAME = "acme-prod-users"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
KEY_ID = "0a1b2c3d"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

VALUES = {
    "name": NAME,
    "billing_mode": "PAY_PER_REQUEST",
    "hash_key": "id",
    "deletion_protection_enabled": True,
    "point_in_time_recovery": {"enabled": True, "recovery_period_in_days": 35},
    "server_side_encryption": {"enabled": True, "kms_key_arn": KEY_ARN},
    "tags": {"Environment": "prod", "Owner": "platform"},
    "global_secondary_index": {"by-email": {"hash_key": "email"}},
}
FACTS = {
    "arn": TABLE_ARN,
    "status": "ACTIVE",
    "encryption": "CUSTOMER",
    "encryption_status": "ENABLED",
    "encryption_inaccessible_since": None,
    "key_arn": KEY_ARN,
    "backups": (),
    "recovery_points": (),
}


def identity(name=NAME):
    return Identity(ACCOUNT, REGION, name)


def declared(values=None, *, kind="aws_dynamodb_table", name=NAME, address="", **more):
    return Resource(
        Side.DECLARED,
        kind,
        identity(name),
        VALUES if values is None else values,
        address=address or f"{kind}.this",
        place=SourceRange("main.tf", 7),
        **more,
    )


def live(values=None, *, kind="aws_dynamodb_table", name=NAME, facts=None):
    api = "dynamodb:DescribeTable"
    answer = Answer(Request.of(api), at="2026-03-01T11:00:00Z", request_id="r-1")
    return Resource(
        Side.LIVE,
        kind,
        identity(name),
        VALUES if values is None else values,
        origins=LiveOrigins({"": (api, "Table")}, {api: answer}),
        facts=FACTS if facts is None else facts,
    )


def key(**facts):
    told = {"arn": KEY_ARN, "key_manager": "CUSTOMER", "key_state": "Enabled", "key_spec": "SYMMETRIC_DEFAULT"}
    told |= {"origin": "AWS_KMS", "deletion_date": None, **facts}
    values = {"enable_key_rotation": True, "rotation_period_in_days": 365, "policy": None}
    return live(values, kind="aws_kms_key", name=KEY_ID, facts=told)


def alarm(name="acme-prod-users-errors", *, table=NAME, operation="GetItem", **values):
    dimensions = {"TableName": table} | ({"Operation": operation} if operation else {})
    given = {"alarm_name": name, "namespace": "AWS/DynamoDB", "metric_name": "SystemErrors", "dimensions": dimensions}
    given |= {"actions_enabled": True, "alarm_actions": ("arn:aws:sns:ap-southeast-1:111122223333:ops",), **values}
    return live(given, kind="aws_cloudwatch_metric_alarm", name=name, facts={})


def both(ours=None, theirs=None, existence=Existence.BOTH, **more):
    side = ours or theirs
    return Comparison(
        side.kind, side.identity, ours.address if ours else "", existence, Plan.NO_OP, ours, theirs, **more
    )


def answered(*requests):
    """Answers of which nothing is looked at but that they came."""
    return {request: Answer(request) for request in requests}


def failed(request, code="AccessDeniedException", reason="denied"):
    return {request: Answer(request, ok=False, code=code, reason=Reason(reason), detail="refused")}


LISTS = answered(
    Request.of("cloudwatch:DescribeAlarms"),
    Request.of("dynamodb:ListTables"),
    Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb"),
    Request.of("application-autoscaling:DescribeScalingPolicies", ServiceNamespace="dynamodb"),
)
RUN = RunInformation(
    account=ACCOUNT, caller=f"arn:aws:sts::{ACCOUNT}:assumed-role/audit/x", expected_account=ACCOUNT, now=NOW
)


def environment(name="prod", tier="production", resources=(), **more):
    return DeclaredEnvironment(name=name, tier=tier, resources=resources, patterns=(f"acme-{name}-*",), **more)


def material(*comparisons, live=(), answers=None, run=None, others=(), **more):
    resources = tuple(one.declared for one in comparisons if one.declared is not None)
    compared = tuple(one.live for one in comparisons if one.live is not None)
    return Material(
        environment=environment(resources=resources, **more),
        run=run or RUN,
        comparisons=comparisons,
        live=(*compared, *live),
        answers=Answers(LISTS | (answers or {})),
        others=others,
    )


def only(material_, type_="table"):
    """The one subject of a type."""
    (subject,) = build(material_)[type_]
    return subject


def value(material_, path, type_="table"):
    """The value of a fact of the one subject of a type."""
    return only(material_, type_).facts[path].value


def users(**values):
    """The material of one table that is the same on both sides but for what is given for the live one."""
    facts = values.pop("facts", {})
    return material(both(declared(), live(VALUES | values, facts=FACTS | facts)))
