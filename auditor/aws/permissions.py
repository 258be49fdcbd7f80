"""The least-privilege IAM policy of an audit: what its kinds call, narrowed to what is the environment's own."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, Final

from auditor.aws.operations import of_permissions
from auditor.model.answers import Scope
from auditor.model.kind import Kind

DATA_ACTIONS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQL*",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)
"""What touches customers' data; denied explicitly, so that no other policy of the role can open it."""


def actions(kinds: Iterable[Kind]) -> frozenset[str]:
    """The IAM actions that reading these kinds needs."""
    return frozenset(action for kind in kinds for action in kind.permissions)


def policy(
    kinds: Iterable[Kind],
    scope: Scope,
    regions: Iterable[str] = (),
    *,
    state: tuple[str, str] | None = None,
    bundles: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The policy document of the role that audits this scope: one statement per kind of resource, and the denial.

    `regions` are further Regions to read: those where global tables have replicas. `state` is the bucket and the key of
    the state that references are resolved by, `bundles` the bucket and the prefix of the environment's earlier bundles.
    """
    places = sorted({scope.region, *regions})
    by_resource: dict[str, list[str]] = {}
    for operation in of_permissions(needed(kinds, scope)):
        by_resource.setdefault(operation.resource, []).append(operation.permission)
    statements: list[dict[str, Any]] = [
        {
            "Sid": _SIDS[resource],
            "Effect": "Allow",
            "Action": sorted(by_resource[resource]),
            "Resource": _resources(resource, scope, places),
        }
        for resource in _SIDS
        if resource in by_resource
    ]
    if state is not None:
        statements.append(_objects("ReadState", scope, *state))
    if bundles is not None:
        bucket, root = bundles
        statements.append(_objects("ReadEarlierBundles", scope, bucket, f"{root}*"))
        statements.append(
            {
                "Sid": "ListEarlierBundles",
                "Effect": "Allow",
                "Action": ["s3:ListBucket"],
                "Resource": [f"arn:{scope.partition}:s3:::{bucket}"],
                "Condition": {"StringEquals": {"s3:prefix": root}},
            }
        )
    denial = {"Sid": "NeverReadData", "Effect": "Deny", "Action": list(DATA_ACTIONS), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [*statements, denial]}


def _objects(sid: str, scope: Scope, bucket: str, key: str) -> dict[str, Any]:
    resource = [f"arn:{scope.partition}:s3:::{bucket}/{key}"]
    return {"Sid": sid, "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": resource}


def needed(kinds: Iterable[Kind], scope: Scope) -> frozenset[str]:
    """The actions of the kinds; of the optional ones only those that the code or a rule gives a reason for."""
    return frozenset(
        action
        for kind in kinds
        for action in kind.permissions
        if action in scope.wanted
        or (action not in kind.wanted and (action not in kind.optional or kind.type in scope.declared))
    )


_SIDS: Final = {
    "*": "ListAndDescribe",
    "table": "ReadTables",
    "key": "ReadKeys",
    "alarm": "ReadAlarms",
    "policy": "ReadPolicies",
}


def _resources(resource: str, scope: Scope, regions: list[str]) -> list[str]:
    match resource:
        case "table":
            return [
                f"arn:{scope.partition}:dynamodb:{region}:{scope.account}:table/{name}"
                for region in regions
                for table in _names(scope, "aws_dynamodb_table")
                for name in (table, *([] if "*" in table else [f"{table}/stream/*"]))
            ]
        case "key":
            own = [f"arn:{scope.partition}:kms:{region}:{scope.account}:key/*" for region in regions]
            return [*own, *(key for key in scope.sought("aws_kms_key") if _is_foreign(key, scope))]
        case "alarm":
            return [
                f"arn:{scope.partition}:cloudwatch:{scope.region}:{scope.account}:alarm:{name}"
                for name in _names(scope, "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
            ]
        case "policy":
            names = scope.names("aws_iam_policy") or ("*",)
            return [f"arn:{scope.partition}:iam::{scope.account}:policy/{name}" for name in names]
        case _:
            return ["*"]


def _is_foreign(key: str, scope: Scope) -> bool:
    """Whether a key that is looked up by its ARN is another account's."""
    return ":key/" in key and f":{scope.account}:" not in key


def _names(scope: Scope, *kinds: str) -> list[str]:
    """The patterns of the scope, and the declared names that none of them includes; everything where there is none."""
    if not scope.patterns:
        return ["*"]
    declared = {name for kind in kinds for name in (*scope.names(kind), *scope.sought(kind))}
    outside = {name for name in declared if not any(fnmatchcase(name, pattern) for pattern in scope.patterns)}
    return sorted({*scope.patterns, *outside})
