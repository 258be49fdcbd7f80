"""The account of the classical faults, with those besides that rules of the strict profile are about."""

from __future__ import annotations

from typing import Any

from classical_faults import NOW
from faulty_account import Account, alarm_arn, arn, key_name

REPLICA = "eu-central-1"
AT = NOW.isoformat()


class StrictAccount(Account):
    """Every table and key has the faults of the strict profile that do not hide each other."""

    def describe_table(self, asked: Any) -> Any:
        table = super().describe_table(asked)["Table"]
        table["StreamSpecification"]["StreamViewType"] = "NEW_IMAGE"
        if table["TableName"].endswith("recovery-off"):
            table["Replicas"] = [{"RegionName": REPLICA, "ReplicaStatus": "ACTIVE"}]
        return {"Table": table}

    def describe_kinesis_streaming_destination(self, asked: Any) -> Any:
        status = "ENABLE_FAILED" if asked["TableName"].endswith("twin") else "ACTIVE"
        stream = {"StreamArn": "arn:aws:kinesis:eu-central-1:111122223333:stream/s", "DestinationStatus": status}
        return {"TableName": asked["TableName"], "KinesisDataStreamDestinations": [stream]}

    def get_resource_policy(self, asked: Any) -> Any:
        return {"Policy": super().get_resource_policy(asked)["Policy"].replace("dynamodb:GetItem", "dynamodb:*")}

    def list_backup_plans(self, _asked: Any) -> Any:
        plan = {"BackupPlanArn": "arn:aws:backup:ap-southeast-1:111122223333:backup-plan:p", "VersionId": "v"}
        return {"BackupPlansList": [plan | {"BackupPlanId": "p", "BackupPlanName": "daily"}]}

    def list_tags(self, _asked: Any) -> Any:
        return {"Tags": {}}

    def get_backup_plan(self, _asked: Any) -> Any:
        return {"BackupPlanId": "p", "BackupPlan": {"BackupPlanName": "daily", "Rules": []}}

    def list_backup_selections(self, _asked: Any) -> Any:
        return {"BackupSelectionsList": [{"BackupPlanId": "p", "SelectionId": "s", "SelectionName": "all"}]}

    def get_backup_selection(self, _asked: Any) -> Any:
        chosen = {"SelectionName": "all", "IamRoleArn": "arn:aws:iam::111122223333:role/b", "Resources": [arn("*")]}
        return {"BackupPlanId": "p", "SelectionId": "s", "BackupSelection": chosen}

    def get_metric_data(self, asked: Any) -> Any:
        """Requests were throttled and failed, and all that is provisioned was used."""
        results = [
            {
                "Id": f"m{position}",
                "StatusCode": "Complete",
                "Timestamps": [AT],
                "Values": [18000 if "Sum" in metric else 5],
            }
            for position, metric in enumerate(asked["Metrics"])
        ]
        return {"MetricDataResults": results}

    def describe_key(self, asked: Any) -> Any:
        key = super().describe_key(asked)["KeyMetadata"]
        imported = {"prod-recovery-off": "2026-03-10T00:00:00Z", "prod-recovery-short": "2027-03-01T00:00:00Z"}
        if (ends := imported.get(key_name(asked["KeyId"]))) is not None:
            key |= {"Origin": "EXTERNAL", "ValidTo": ends, "ExpirationModel": "KEY_MATERIAL_EXPIRES"}
        return {"KeyMetadata": key | {"MultiRegion": True}}

    def get_key_policy(self, asked: Any) -> Any:
        return {"Policy": super().get_key_policy(asked)["Policy"].replace(":root", ":role/app")}

    def describe_scalable_targets(self, asked: Any) -> Any:
        targets = super().describe_scalable_targets(asked)["ScalableTargets"]
        return {"ScalableTargets": [target | {"MinCapacity": target["MaxCapacity"]} for target in targets]}

    def describe_alarms(self, asked: Any) -> Any:
        """Besides those of the faults one on each metric that a rule of the strict profile wants."""
        found = super().describe_alarms(asked)["MetricAlarms"]
        for name in self.copies:
            own = {"Name": "TableName", "Value": name}
            index = {"Name": "GlobalSecondaryIndexName", "Value": "by-mail"}
            for metric, dimensions in (
                ("ThrottledRequests", [own, {"Name": "Operation", "Value": "GetItem"}]),
                ("ReadThrottleEvents", [own, index]),
                ("WriteThrottleEvents", [own, index]),
                ("ConsumedReadCapacityUnits", [own]),
                ("ConsumedWriteCapacityUnits", [own]),
            ):
                found.append(
                    {
                        "AlarmName": f"{name}-{metric}-strict",
                        "AlarmArn": alarm_arn(f"{name}-{metric}-strict"),
                        "Namespace": "AWS/DynamoDB",
                        "MetricName": metric,
                        "Dimensions": dimensions,
                        "Statistic": "Sum",
                        "Period": 60,
                        "EvaluationPeriods": 1,
                        "Threshold": 2400,
                        "ComparisonOperator": "GreaterThanThreshold",
                        "ActionsEnabled": True,
                        "AlarmActions": ["arn:aws:sns:ap-southeast-1:111122223333:alarms"],
                    }
                )
        return {"MetricAlarms": found}
