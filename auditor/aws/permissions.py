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


def policy(kinds: Iterable[Kind], scope: Scope) -> dict[str, Any]:
    """The policy document of the role that audits this scope: one statement per kind of resource, and the denial."""
    by_resource: dict[str, list[str]] = {}
    for operation in of_permissions(actions(kinds)):
        by_resource.setdefault(operation.resource, []).append(operation.permission)
    statements = [
        {
            "Sid": _SIDS[resource],
            "Effect": "Allow",
            "Action": sorted(by_resource[resource]),
            "Resource": _resources(resource, scope),
        }
        for resource in _SIDS
        if resource in by_resource
    ]
    denial = {"Sid": "NeverReadData", "Effect": "Deny", "Action": list(DATA_ACTIONS), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [*statements, denial]}


_SIDS: Final = {"*": "ListAndDescribe", "table": "ReadTables", "key": "ReadKeys"}


def _resources(resource: str, scope: Scope) -> str | list[str]:
    match resource:
        case "table":
            declared = scope.names("aws_dynamodb_table")
            names = sorted({*scope.patterns, *declared}) if scope.patterns else ["*"]
            covered = [name for name in names if not _covered(name, scope.patterns)]
            return [f"arn:{scope.partition}:dynamodb:{scope.region}:{scope.account}:table/{name}" for name in covered]
        case "key":
            return f"arn:{scope.partition}:kms:{scope.region}:{scope.account}:key/*"
        case _:
            return "*"


def _covered(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a declared name needs no line of its own, because a pattern of the scope includes it."""
    return name not in patterns and any(fnmatchcase(name, pattern) for pattern in patterns)
