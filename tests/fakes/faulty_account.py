"""AWS as it stands where the copies of the classical faults do: a reader for `auditor.live.read`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from botocore import xform_name
from classical_faults import ACCOUNT, NOW, POLICIES, REGION, Values, copies

from auditor import live
from auditor.aws.session import Caller
from auditor.estate import Estate
from auditor.kinds import kinds
from auditor.model.answers import Answer, Request, Snapshot
from auditor.model.values import Reason


class Account:
    """Answers what is asked about copies as AWS does; a reader for `auditor.live.read`."""

    caller = Caller(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/audit/x", "aws")
    region, endpoint, calls, throttled, clock_skew = REGION, "", 0, 0, 0

    def __init__(self) -> None:
        self.copies = {values["prefix"] + name: values for name, values in copies().items()}

    def read(self, here: Estate, wanted: frozenset[str]) -> Snapshot:
        """All that an audit of the estate reads of it."""
        scope = here.scope(wanted)
        return live.read(
            kinds(),
            scope,
            self,
            confirm=lambda answers: (
                request for kind in kinds() for request in kind.confirm(answers, scope, here.resources)
            ),
        )

    def now(self) -> str:
        return NOW.isoformat().replace("+00:00", "Z")

    def counts(self) -> tuple[()]:
        return ()

    def stop(self, code: str, detail: str) -> None:
        raise AssertionError(f"{code}: {detail}")

    def submit(self, request: Request, done: Callable[[Answer], None]) -> None:
        asked = dict(request.params)
        answer = getattr(self, xform_name(request.api.partition(":")[2]))(asked)
        if isinstance(answer, str):
            done(Answer(request, ok=False, code=answer, reason=Reason.FAILED, at=self.now()))
        else:
            done(Answer(request, (answer,), at=self.now(), request_id="R1"))

    # DynamoDB

    def list_tables(self, _asked: Any) -> Any:
        return {"TableNames": list(self.copies)}

    def describe_table(self, asked: Any) -> Any:
        name = asked["TableName"]
        values = self.copies[name]
        units = dict.fromkeys(("ReadCapacityUnits", "WriteCapacityUnits"), values["capacity"] or 0)
        table = {
            "TableName": name,
            "TableArn": arn(name),
            "TableStatus": "ACTIVE",
            "AttributeDefinitions": [{"AttributeName": each, "AttributeType": "S"} for each in ("id", "mail")],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingModeSummary": {"BillingMode": values["billing"]},
            "ProvisionedThroughput": units,
            "DeletionProtectionEnabled": values["protected"],
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
            "LatestStreamArn": f"{arn(name)}/stream/1",
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-mail",
                    "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": units,
                }
            ],
        }
        if values["encrypted"]:
            key = key_arn(name if values["customer_key"] else "default")
            table["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        return {"Table": table}

    def describe_continuous_backups(self, asked: Any) -> Any:
        values = self.copies[asked["TableName"]]
        days = {"RecoveryPeriodInDays": values["recovery_days"]} if values["recovery"] else {}
        status = "ENABLED" if values["recovery"] else "DISABLED"
        told = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status, **days}}
        return {"ContinuousBackupsDescription": told}

    def describe_time_to_live(self, asked: Any) -> Any:
        by = self.copies[asked["TableName"]]["expires_by"]
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": by}}

    def get_resource_policy(self, asked: Any) -> Any:
        table, _, stream = asked["ResourceArn"].partition(":table/")[2].partition("/stream/")
        what = "stream" if stream else "table"
        return {"Policy": policy(POLICIES[what][0], asked["ResourceArn"], self.copies[table][f"{what}_principal"])}

    def list_backups(self, _asked: Any) -> Any:
        return {"BackupSummaries": []}

    def list_recovery_points_by_resource(self, asked: Any) -> Any:
        hours = self.copies[asked["ResourceArn"].rpartition("/")[2]]["backup_hours"]
        if hours is None:
            return {"RecoveryPoints": []}
        made = (NOW - timedelta(hours=hours)).isoformat()
        return {"RecoveryPoints": [{"RecoveryPointArn": "arn:r", "Status": "COMPLETED", "CreationDate": made}]}

    def list_tags_of_resource(self, asked: Any) -> Any:
        return {"Tags": self._tags(asked["ResourceArn"].rpartition("/")[2])}

    def _tags(self, name: str) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.copies[name]["tags"].items()]

    def list_contributor_insights(self, _asked: Any) -> Any:
        return {"ContributorInsightsSummaries": []}

    def get_resources(self, asked: Any) -> Any:
        if asked["ResourceTypeFilters"] != ("dynamodb:table",):
            return {"ResourceTagMappingList": []}
        entries = [{"ResourceARN": arn(name), "Tags": self._tags(name)} for name in self.copies]
        return {"ResourceTagMappingList": entries}

    def describe_kinesis_streaming_destination(self, asked: Any) -> Any:
        return {"TableName": asked["TableName"], "KinesisDataStreamDestinations": []}

    def list_backup_plans(self, _asked: Any) -> Any:
        return {"BackupPlansList": []}

    # CloudWatch

    def get_metric_data(self, asked: Any) -> Any:
        """Nothing was throttled, and nothing used."""
        results = [
            {"Id": f"m{position}", "StatusCode": "Complete", "Timestamps": [], "Values": []}
            for position, _ in enumerate(asked["Metrics"])
        ]
        return {"MetricDataResults": results}

    # KMS

    def list_aliases(self, _asked: Any) -> Any:
        targets = {name: f"k-{name}" for name in self.copies} | {"aws/dynamodb": "k-default"}
        root = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias"
        aliases = [
            {"AliasName": f"alias/{name}", "AliasArn": f"{root}/{name}", "TargetKeyId": key}
            for name, key in targets.items()
        ]
        return {"Aliases": aliases}

    def describe_key(self, asked: Any) -> Any:
        name = key_name(asked["KeyId"])
        key = {
            "KeyId": f"k-{name}",
            "Arn": key_arn(name),
            "AWSAccountId": ACCOUNT,
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
            "Origin": "AWS_KMS",
            "MultiRegion": False,
            "CreationDate": "2024-01-01T00:00:00Z",
            "Description": "",
        }
        if name == "default":
            return {"KeyMetadata": key | {"KeyManager": "AWS", "Enabled": True, "KeyState": "Enabled"}}
        values = self.copies[name]
        state = "PendingDeletion" if values["pending_deletion"] else "Enabled" if values["key_enabled"] else "Disabled"
        dated = {"DeletionDate": "2026-04-01T00:00:00Z"} if values["pending_deletion"] else {}
        told = {"KeyManager": "CUSTOMER", "Enabled": state == "Enabled", "KeyState": state}
        return {"KeyMetadata": key | dated | told}

    def get_key_rotation_status(self, asked: Any) -> Any:
        values = self.copies[key_name(asked["KeyId"])]
        days = {"RotationPeriodInDays": values["rotation_days"]} if values["rotation"] else {}
        return {"KeyRotationEnabled": values["rotation"], **days}

    def list_key_rotations(self, asked: Any) -> Any:
        """Keys that rotate did so a month ago."""
        rotated = (
            [{"RotationDate": "2026-02-01T00:00:00Z"}] if self.copies[key_name(asked["KeyId"])]["rotation"] else []
        )
        return {"Rotations": rotated, "Truncated": False}

    def get_key_policy(self, asked: Any) -> Any:
        return {"Policy": policy("kms:*", "*", self.copies[key_name(asked["KeyId"])]["key_principal"])}

    def list_resource_tags(self, _asked: Any) -> Any:
        return {"Tags": []}

    def list_grants(self, _asked: Any) -> Any:
        return {"Grants": []}

    # The others

    def describe_alarms(self, _asked: Any) -> Any:
        found = [alarm for name, values in self.copies.items() for alarm in alarms(name, values)]
        return {"MetricAlarms": [alarm | {"AlarmArn": alarm_arn(alarm["AlarmName"])} for alarm in found]}

    def list_tags_for_resource(self, asked: Any) -> Any:
        return {"Tags": {} if ":scalable-target/" in asked["ResourceARN"] else []}

    def scaled(self) -> list[tuple[str, str]]:
        """Resource id and dimension of everything that is scaled."""
        return [
            (f"table/{name}{below}", f"dynamodb:{what}:{direction}CapacityUnits")
            for name, values in self.copies.items()
            for what, below in (("table", ""), ("index", "/index/by-mail"))
            if values[f"{what}_scaled"]
            for direction in ("Read", "Write")
        ]

    def describe_scalable_targets(self, _asked: Any) -> Any:
        targets = [
            {
                "ServiceNamespace": "dynamodb",
                "ResourceId": resource,
                "ScalableDimension": dimension,
                "MinCapacity": 5,
                "MaxCapacity": 50,
                "ScalableTargetARN": f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/{number}",
            }
            for number, (resource, dimension) in enumerate(self.scaled())
        ]
        return {"ScalableTargets": targets}

    def describe_scaling_policies(self, _asked: Any) -> Any:
        policies = [
            {
                "PolicyName": "follow",
                "PolicyType": "TargetTrackingScaling",
                "ServiceNamespace": "dynamodb",
                "ResourceId": resource,
                "ScalableDimension": dimension,
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": f"DynamoDB{dimension.split(':')[2].removesuffix('Units')}Utilization"
                    },
                },
            }
            for resource, dimension in self.scaled()
        ]
        return {"ScalingPolicies": policies}

    def describe_scheduled_actions(self, _asked: Any) -> Any:
        return {"ScheduledActions": []}


def arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def key_arn(name: str) -> str:
    return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-{name}"


def key_name(given: str) -> str:
    return given.rpartition("/k-")[2]


def policy(action: str, resource: str, principal: str) -> str:
    allowed = {"Action": action, "Resource": resource, "Principal": {"AWS": principal}}
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Use", "Effect": "Allow", **allowed}]})


def alarms(name: str, values: Values) -> Iterator[dict[str, Any]]:
    common = {
        "Namespace": "AWS/DynamoDB",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ActionsEnabled": values["alarms_on"],
        "AlarmActions": values["tells"],
    }
    for metric in values["metrics"]:
        yield common | {
            "AlarmName": f"{name}-{metric}",
            "MetricName": metric,
            "Dimensions": [{"Name": values["dimension"], "Value": name}],
            "ComparisonOperator": f"{'LessThan' if values['threshold'] < 0 else 'GreaterThan'}OrEqualToThreshold",
            "Threshold": values["threshold"],
        }
    yield common | {
        "AlarmName": f"{name}-SystemErrors",
        "MetricName": "SystemErrors",
        "Dimensions": [{"Name": "TableName", "Value": name}, {"Name": "Operation", "Value": "GetItem"}],
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1,
    }
