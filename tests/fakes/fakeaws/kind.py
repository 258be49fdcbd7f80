"""A kind that asks for all that the fake has, and reads nothing into it: for tests of the live reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from auditor.model.answers import Answer, Request, Scope
from auditor.model.kind import Kind

TABLE_APIS = (
    "dynamodb:DescribeTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTimeToLive",
)
KEY_APIS = ("kms:DescribeKey", "kms:GetKeyRotationStatus")
FIRST = (
    Request.of("dynamodb:ListTables"),
    Request.of("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("dynamodb:table",)),
    Request.of("kms:ListAliases"),
    Request.of("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm")),
    Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb"),
    Request.of("application-autoscaling:DescribeScalingPolicies", ServiceNamespace="dynamodb"),
    Request.of("dynamodb:ListContributorInsights"),
    Request.of("dynamodb:ListBackups"),
)


def follow(_scope: Scope, answer: Answer) -> Iterator[Request]:
    if answer.request.api == "dynamodb:ListTables":
        names = [name for page in answer.pages for name in page["TableNames"]]
        for api in TABLE_APIS:
            yield from (Request.of(api, TableName=name) for name in names)
    if answer.request.api == "dynamodb:DescribeTable":
        table = answer.pages[0]["Table"]
        yield Request.of("dynamodb:ListTagsOfResource", ResourceArn=table["TableArn"])
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        if key:
            yield from (Request.of(api, KeyId=key) for api in KEY_APIS)


def kind(first: Iterable[Request] = FIRST, **changes: Any) -> Kind:
    """The kind, with other first requests or other functions."""
    asked = tuple(first)
    apis = [*(request.api for request in asked), *TABLE_APIS, *KEY_APIS, "dynamodb:ListTagsOfResource"]
    actions = {api.replace("resourcegroupstaggingapi", "tag") for api in apis}
    told: dict[str, Any] = {
        "type": "everything",
        "attributes": (),
        "identity": "name",
        "requests": lambda _scope: asked,
        "follow": follow,
        "read": lambda _answers, _scope: (),
        "refresh": lambda resource, _answers: resource,
        "permissions": tuple(sorted(actions)),
    }
    return Kind(**(told | changes))
