"""The declared estate, created on an AWS stand-in: one function for each type of resource.

The only code that writes to an AWS endpoint, through a client that accepts loopback addresses and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from auditor.model.errors import SettingsError
from auditor.model.facts import Resource
from auditor.model.values import REFERENCE, NotApplicable, Unknown, Value


class Hand(Struct, frozen=True):
    """A client that writes, for loopback only."""

    endpoint: str
    region: str

    def __call__(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        """A boto3 client of one service of the stand-in."""
        import boto3

        if urlsplit(self.endpoint).hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise SettingsError(f"the demonstration writes to loopback only, not to {self.endpoint}")
        make: Any = boto3.client  # its typed overloads know services by literal name only
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id="demonstration",
            aws_secret_access_key="demonstration",  # noqa: S106 - a word, not a secret
        )


Values = Mapping[str, Any]
Computed = Mapping[str, str]
"""What AWS gives a resource when it is created, by attribute: `arn`, `key_id`..."""


def create(resources: Iterable[Resource], hand: Hand) -> None:
    """Create the declared resources that the stand-in serves, in an order in which references resolve."""
    computed: dict[str, str] = {}
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(resource.kind, []).append(resource)
    for kind, make in _CREATORS.items():
        for resource in by_type.get(kind, ()):
            values = {name: _resolved(value, computed) for name, value in resource.values.items()}
            values["tags"] = (_resolved(resource.facts.get("default_tags"), {}) or {}) | (values.get("tags") or {})
            for attribute, text in make(hand, values).items():
                computed[f"{resource.address}.{attribute}"] = text


def _resolved(value: Value, computed: Mapping[str, str]) -> Any:  # noqa: ANN401 - plain data for boto3
    """A value as boto3 takes it; a reference to something created before is what AWS gave it."""
    if isinstance(value, Unknown) and value.text:
        text = value.text
        for reference in value.references:
            text = text.replace(reference.join(REFERENCE), computed.get(reference, reference))
        return text
    if isinstance(value, Unknown):
        return next((computed[name] for name in value.references if name in computed), None)
    if isinstance(value, Mapping):
        return {key: _resolved(item, computed) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_resolved(item, computed) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return None if isinstance(value, NotApplicable) else value


def _tags(values: Values, key: str = "Key", text: str = "Value") -> list[dict[str, str]]:
    return [{key: name, text: content} for name, content in values["tags"].items()]


def _topic(hand: Hand, values: Values) -> Computed:
    return {"arn": hand("sns").create_topic(Name=values["name"])["TopicArn"]}


def _key(hand: Hand, values: Values) -> Computed:
    kms = hand("kms")
    policy = {"Policy": values["policy"]} if values.get("policy") else {}
    made = kms.create_key(
        Description=values.get("description") or "", Tags=_tags(values, "TagKey", "TagValue"), **policy
    )
    key = made["KeyMetadata"]
    if values.get("enable_key_rotation"):
        period = values.get("rotation_period_in_days")
        kms.enable_key_rotation(KeyId=key["KeyId"], **({"RotationPeriodInDays": period} if period else {}))
    return {"arn": key["Arn"], "key_id": key["KeyId"], "id": key["KeyId"]}


def _alias(hand: Hand, values: Values) -> Computed:
    hand("kms").create_alias(AliasName=values["name"], TargetKeyId=values["target_key_id"])
    return {}


def _index(block: Values, *, with_capacity: bool) -> dict[str, Any]:
    schema = [{"AttributeName": block["hash_key"], "KeyType": "HASH"}] if block.get("hash_key") else []
    if block.get("range_key"):
        schema.append({"AttributeName": block["range_key"], "KeyType": "RANGE"})
    projection: dict[str, Any] = {"ProjectionType": block["projection_type"]}
    if block.get("non_key_attributes"):
        projection["NonKeyAttributes"] = list(block["non_key_attributes"])
    index: dict[str, Any] = {"IndexName": block["name"], "KeySchema": schema, "Projection": projection}
    if with_capacity:
        index["ProvisionedThroughput"] = _throughput(block)
    return index


def _throughput(values: Values) -> dict[str, int]:
    return {"ReadCapacityUnits": values["read_capacity"], "WriteCapacityUnits": values["write_capacity"]}


def _table(hand: Hand, values: Values) -> Computed:
    dynamodb = hand("dynamodb")
    provisioned = (values.get("billing_mode") or "PROVISIONED") == "PROVISIONED"
    schema = [{"AttributeName": values["hash_key"], "KeyType": "HASH"}]
    if values.get("range_key"):
        schema.append({"AttributeName": values["range_key"], "KeyType": "RANGE"})
    request: dict[str, Any] = {
        "TableName": values["name"],
        "BillingMode": "PROVISIONED" if provisioned else "PAY_PER_REQUEST",
        "KeySchema": schema,
        "AttributeDefinitions": [
            {"AttributeName": block["name"], "AttributeType": block["type"]} for block in _blocks(values, "attribute")
        ],
        "Tags": _tags(values),
        "DeletionProtectionEnabled": bool(values.get("deletion_protection_enabled")),
    }
    if provisioned:
        request["ProvisionedThroughput"] = _throughput(values)
    if indexes := _blocks(values, "global_secondary_index"):
        request["GlobalSecondaryIndexes"] = [_index(block, with_capacity=provisioned) for block in indexes]
    if throughput := values.get("on_demand_throughput"):
        request["OnDemandThroughput"] = {
            "MaxReadRequestUnits": throughput["max_read_request_units"],
            "MaxWriteRequestUnits": throughput["max_write_request_units"],
        }
    if values.get("table_class"):
        request["TableClass"] = values["table_class"]
    if values.get("stream_enabled"):
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": values["stream_view_type"]}
    encryption = values.get("server_side_encryption") or {}
    if encryption.get("enabled"):
        request["SSESpecification"] = {
            "Enabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": encryption["kms_key_arn"],
        }
    made = dynamodb.create_table(**request)["TableDescription"]
    recovery = values.get("point_in_time_recovery") or {}
    if recovery.get("enabled"):
        _set_recovery(hand, values["name"], on=True, days=recovery.get("recovery_period_in_days"))
    expiry = values.get("ttl") or {}
    if expiry.get("enabled"):
        dynamodb.update_time_to_live(
            TableName=values["name"],
            TimeToLiveSpecification={"Enabled": True, "AttributeName": expiry["attribute_name"]},
        )
    return {"arn": made["TableArn"], "stream_arn": made.get("LatestStreamArn", ""), "id": values["name"]}


def _blocks(values: Values, name: str) -> list[Values]:
    blocks: Mapping[str, Values] = values.get(name) or {}
    return list(blocks.values())


def _set_recovery(hand: Hand, table: str, *, on: bool, days: int | None = None) -> None:
    specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": on}
    if days:
        specification["RecoveryPeriodInDays"] = days
    hand("dynamodb").update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=specification)


def _iam_policy(hand: Hand, values: Values) -> Computed:
    made = hand("iam").create_policy(
        PolicyName=values["name"],
        Description=values.get("description") or "",
        PolicyDocument=values["policy"],
        Tags=_tags(values),
    )
    return {"arn": made["Policy"]["Arn"]}


def _target(hand: Hand, values: Values) -> Computed:
    hand("application-autoscaling").register_scalable_target(
        ServiceNamespace=values["service_namespace"],
        ResourceId=values["resource_id"],
        ScalableDimension=values["scalable_dimension"],
        MinCapacity=values["min_capacity"],
        MaxCapacity=values["max_capacity"],
        Tags={tag["Key"]: tag["Value"] for tag in _tags(values)},
    )
    return {"resource_id": values["resource_id"], "id": values["resource_id"]}


def _policy(hand: Hand, values: Values) -> Computed:
    tracking = values["target_tracking_scaling_policy_configuration"]
    configuration = {
        "TargetValue": tracking["target_value"],
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": tracking["predefined_metric_specification"]["predefined_metric_type"]
        },
        "ScaleInCooldown": tracking.get("scale_in_cooldown"),
        "ScaleOutCooldown": tracking.get("scale_out_cooldown"),
        "DisableScaleIn": tracking.get("disable_scale_in"),
    }
    hand("application-autoscaling").put_scaling_policy(
        PolicyName=values["name"],
        PolicyType=values["policy_type"],
        ServiceNamespace=values["service_namespace"],
        ResourceId=values["resource_id"],
        ScalableDimension=values["scalable_dimension"],
        TargetTrackingScalingPolicyConfiguration=_given(configuration),
    )
    return {}


def _alarm(hand: Hand, values: Values) -> Computed:
    request = {
        "AlarmName": values["alarm_name"],
        "AlarmDescription": values.get("alarm_description"),
        "Namespace": values.get("namespace"),
        "MetricName": values.get("metric_name"),
        "Dimensions": [{"Name": name, "Value": text} for name, text in (values.get("dimensions") or {}).items()],
        "Statistic": values.get("statistic"),
        "Period": values.get("period"),
        "Unit": values.get("unit"),
        "EvaluationPeriods": values["evaluation_periods"],
        "DatapointsToAlarm": values.get("datapoints_to_alarm"),
        "Threshold": values.get("threshold"),
        "ComparisonOperator": values["comparison_operator"],
        "TreatMissingData": values.get("treat_missing_data"),
        "ActionsEnabled": True if values.get("actions_enabled") is None else values["actions_enabled"],
        "AlarmActions": values.get("alarm_actions"),
        "OKActions": values.get("ok_actions"),
        "Metrics": [_query(block) for block in _blocks(values, "metric_query")] or None,
        "Tags": _tags(values) or None,
    }
    hand("cloudwatch").put_metric_alarm(**_given(request))
    return {}


def _query(block: Values) -> dict[str, Any]:
    query: dict[str, Any] = {"Id": block["id"], "ReturnData": bool(block.get("return_data"))}
    if block.get("expression"):
        query["Expression"] = block["expression"]
    if block.get("label"):
        query["Label"] = block["label"]
    if metric := block.get("metric"):
        query["MetricStat"] = {
            "Metric": {
                "Namespace": metric["namespace"],
                "MetricName": metric["metric_name"],
                "Dimensions": [
                    {"Name": name, "Value": text} for name, text in (metric.get("dimensions") or {}).items()
                ],
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return query


def _given(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if value is not None}


_CREATORS: Final[Mapping[str, Callable[[Hand, Values], Computed]]] = {
    "aws_sns_topic": _topic,
    "aws_kms_key": _key,
    "aws_kms_alias": _alias,
    "aws_dynamodb_table": _table,
    "aws_iam_policy": _iam_policy,
    "aws_appautoscaling_target": _target,
    "aws_appautoscaling_policy": _policy,
    "aws_cloudwatch_metric_alarm": _alarm,
}
"""In the order of creation."""
