"""Random pairs of what stands around tables: replicas, tags, policies, copies of keys, alarms of alarms, backups.

Each maker fills a case's `live` and `state` and gives the declared arguments and a lifecycle block.
"""

import json

from plan_cases import ACCOUNT, REGION
from random_writing import Map, applied_tags, ignoring, policy_of, retagged, rewritten, state_tags, tags_of, written

ELSEWHERE = "us-west-2"
WHEN = 1700000000


def touched(chance):
    """Whether something was changed by hand."""
    return chance.random() > 0.33


def recovering(enabled):
    description = {"PointInTimeRecoveryStatus": "ENABLED" if enabled else "DISABLED"}
    description |= {"RecoveryPeriodInDays": 35} if enabled else {}
    return {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": description}


def described(name, region, **more):
    """A table on demand, as a Region's answers tell of it."""
    told = {
        "TableName": name,
        "TableArn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}",
        "TableStatus": "ACTIVE",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "DeletionProtectionEnabled": False,
    }
    return {
        "DescribeTable": told | more,
        "DescribeContinuousBackups": recovering(enabled=False),
        "DescribeTimeToLive": {"TimeToLiveStatus": "DISABLED"},
        "ListTagsOfResource": {},
    }


def table_replica(chance, case):
    name = case["id"].lower()
    case["provider"] = f"region {ELSEWHERE}"
    keys = [f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/{key}" for key in ("customer-1", "customer-2")]
    keys.append(f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/default-{ELSEWHERE}")
    declared = {"global_table_arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"} | written(
        chance,
        {
            "kms_key_arn": chance.choice(keys),
            "point_in_time_recovery": chance.random() < 0.6,
            "table_class_override": "STANDARD_INFREQUENT_ACCESS",
            "deletion_protection_enabled": chance.random() < 0.6,
            "tags": tags_of(chance),
        },
        0.4,
    )
    entry = {"RegionName": ELSEWHERE, "ReplicaStatus": chance.choice(("ACTIVE", "ACTIVE", "UPDATING"))}
    key, other = declared.get("kms_key_arn"), declared.get("table_class_override")
    entry |= {"KMSMasterKeyId": key} if key else {}
    entry |= {"ReplicaTableClassSummary": {"TableClass": other}} if other else {}
    there = described(name, ELSEWHERE)
    there["DescribeTable"]["DeletionProtectionEnabled"] = bool(declared.get("deletion_protection_enabled"))
    if key:
        there["DescribeTable"]["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    there["DescribeContinuousBackups"] = recovering(declared.get("point_in_time_recovery"))
    there["ListTagsOfResource"] = applied_tags("plain", declared.get("tags"))
    replicas = [entry]
    if touched(chance):
        change = chance.randrange(6)
        if change == 0:
            there["DescribeContinuousBackups"] = recovering(chance.random() < 0.5)
        elif change == 1:
            there["DescribeTable"]["DeletionProtectionEnabled"] = chance.random() < 0.5
        elif change == 2:
            entry["ReplicaTableClassSummary"] = {
                "TableClass": chance.choice(("STANDARD", "STANDARD_INFREQUENT_ACCESS"))
            }
        elif change == 3:
            retagged(chance, there["ListTagsOfResource"])
        elif change == 4:
            key = chance.choice(keys)
            entry["KMSMasterKeyId"] = key
            there["DescribeTable"]["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        elif chance.random() < 0.4:
            replicas = []
    case["live"] = {
        "dynamodb": {
            REGION: {name: described(name, REGION, **({"Replicas": replicas} if replicas else {}))},
            ELSEWHERE: {name: there},
        }
    }
    case["state"] = {
        "id": f"{name}:{REGION}",
        "global_table_arn": declared["global_table_arn"],
        "tags": state_tags(declared.get("tags")),
    }
    return declared, ignoring(chance, ["tags", "point_in_time_recovery", "deletion_protection_enabled"])


def tag(chance, case):
    name = case["id"].lower()
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    declared = {"resource_arn": arn, "key": chance.choice(("a", "Owner")), "value": chance.choice(("1", "", "x y"))}
    there = described(name, REGION)
    there["ListTagsOfResource"] = {declared["key"]: declared["value"], "other": "x"}
    if touched(chance):
        there["ListTagsOfResource"] = chance.choice(
            ({}, {declared["key"]: "2"}, {declared["key"].swapcase(): "1"}, {"other": "y", declared["key"]: "1"})
        )
    case["live"] = {"dynamodb": {REGION: {name: there}}}
    case["state"] = {"id": f"{arn},{declared['key']}", **declared}
    return declared, ignoring(chance, ["value"])


def insights(chance, case):
    name, index = case["id"].lower(), chance.choice((None, None, "by-email"))
    declared = {"table_name": name} | ({"index_name": index} if index else {})
    told = {
        "TableName": name,
        "ContributorInsightsStatus": chance.choice(("ENABLED", "ENABLED", "ENABLING", "DISABLING")),
    }
    told |= {"IndexName": index} if index else {}
    if touched(chance):
        told["ContributorInsightsStatus"] = chance.choice(("DISABLED", "FAILED", "ENABLED"))
    case["live"] = {"DescribeContributorInsights": [told]}
    case["state"] = {"id": f"name:{name}/index:{index or ''}/{ACCOUNT}", "table_name": name, "index_name": index or ""}
    return declared, ""


def destination(chance, case):
    name, stream = case["id"].lower(), f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s"
    words = ("MILLISECOND", "MICROSECOND")
    declared = {"table_name": name, "stream_arn": stream} | written(
        chance, {"approximate_creation_date_time_precision": chance.choice(words)}
    )
    told = {
        "StreamArn": stream,
        "DestinationStatus": "ACTIVE",
        "ApproximateCreationDateTimePrecision": declared.get("approximate_creation_date_time_precision", words[0]),
    }
    if touched(chance):
        told |= chance.choice(
            (
                {"DestinationStatus": "DISABLED"},
                {"DestinationStatus": "ENABLE_FAILED"},
                {"ApproximateCreationDateTimePrecision": chance.choice(words)},
                {"StreamArn": f"{stream}2"},
            )
        )
    case["live"] = {"DescribeKinesisStreamingDestination": {name: [told]}}
    case["state"] = {"id": f"{name},{stream}", "table_name": name, "stream_arn": stream}
    return declared, ignoring(chance, ["approximate_creation_date_time_precision"])


def resource_policy(chance, case):
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{case['id'].lower()}"
    policy = policy_of(chance)
    told = json.dumps(rewritten(chance, policy)) if touched(chance) else json.dumps(policy)
    case["live"] = {"GetResourcePolicy": {arn: {"Policy": told, "RevisionId": "1"}} if chance.random() > 0.08 else {}}
    case["state"] = {
        "id": arn,
        "resource_arn": arn,
        "policy": json.dumps(policy),
        "revision_id": "1",
        "confirm_remove_self_resource_access": False,
    }
    return {"resource_arn": arn, "policy": json.dumps(policy)}, ignoring(chance, ["policy"])


def key_metadata(name, **more):
    return {
        "AWSAccountId": ACCOUNT,
        "KeyId": name,
        "Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}",
        "CreationDate": WHEN,
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "MultiRegion": False,
    } | more


def key_policy(chance, case):
    name, policy = f"k-{case['id'].lower()}", policy_of(chance)
    bare = chance.random() < 0.8
    declared = {
        "key_id": name if bare else f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}",
        "policy": json.dumps(policy),
    } | written(chance, {"bypass_policy_lockout_safety_check": chance.random() < 0.5}, 0.3)
    case["live"] = {
        "kms": {
            name: {
                "DescribeKey": key_metadata(name),
                "GetKeyPolicy": json.dumps(rewritten(chance, policy) if touched(chance) else policy),
                "GetKeyRotationStatus": {"KeyRotationEnabled": False},
                "ListResourceTags": {},
            }
        }
    }
    case["state"] = {
        "id": name,
        "key_id": name,
        "policy": declared["policy"],
        "bypass_policy_lockout_safety_check": declared.get("bypass_policy_lockout_safety_check", False),
    }
    return declared, ignoring(chance, ["policy"])


def replica_key(chance, case):
    name, primary = f"mrk-{case['id'].lower()}", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/mrk-1"
    policy = policy_of(chance)
    declared = {"primary_key_arn": primary} | written(
        chance,
        {
            "description": chance.choice(("words", "")),
            "enabled": chance.random() < 0.7,
            "policy": json.dumps(policy),
            "tags": tags_of(chance),
            "deletion_window_in_days": chance.choice((30, 7)),
        },
        0.45,
    )
    on = declared.get("enabled", True)
    told = key_metadata(
        name,
        Enabled=on,
        KeyState="Enabled" if on else "Disabled",
        Description=declared.get("description", ""),
        MultiRegion=True,
        MultiRegionConfiguration={
            "MultiRegionKeyType": "REPLICA",
            "PrimaryKey": {"Arn": primary, "Region": "us-east-1"},
            "ReplicaKeys": [],
        },
    )
    live = {
        "DescribeKey": told,
        "GetKeyPolicy": json.dumps(policy),
        "GetKeyRotationStatus": {"KeyRotationEnabled": chance.random() < 0.5},
        "ListResourceTags": applied_tags(case["provider"], declared.get("tags")),
    }
    if touched(chance):
        change = chance.randrange(5)
        if change == 0:
            told["Description"] = chance.choice(("by hand", ""))
        elif change == 1:
            told |= {"Enabled": False, "KeyState": "Disabled"}
        elif change == 2:
            live["GetKeyPolicy"] = json.dumps(rewritten(chance, policy))
        elif change == 3:
            retagged(chance, live["ListResourceTags"])
        elif chance.random() < 0.3:
            told["KeyState"] = "PendingDeletion"
    case["live"] = {"kms": {name: live}}
    case["state"] = {
        "id": name,
        "primary_key_arn": primary,
        "deletion_window_in_days": declared.get("deletion_window_in_days", 30),
        "bypass_policy_lockout_safety_check": False,
        "tags": state_tags(declared.get("tags")),
        "policy": declared.get("policy"),
    }
    return declared, ignoring(chance, ["policy", "tags", "description", "enabled"])


def scheduled_action(chance, case):
    declared = {
        "name": "a",
        "service_namespace": "dynamodb",
        "resource_id": f"table/{case['id'].lower()}",
        "scalable_dimension": "dynamodb:table:WriteCapacityUnits",
        "schedule": chance.choice(("cron(0 8 * * ? *)", "at(2030-01-01T00:00:00)", "rate(1 day)")),
    } | written(
        chance,
        {
            "timezone": chance.choice(("UTC", "Asia/Jakarta")),
            "start_time": "2029-01-01T00:00:00Z",
            "end_time": "2031-01-01T00:00:00Z",
        },
        0.4,
    )
    limits = written(chance, {"min_capacity": chance.choice((5, 0)), "max_capacity": 50}, 0.7) or {"min_capacity": 5}
    declared["scalable_target_action"] = limits
    told = {
        "ScheduledActionName": "a",
        "ScheduledActionARN": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scheduledAction:{case['id']}",
        "ServiceNamespace": "dynamodb",
        "Schedule": declared["schedule"],
        "ResourceId": declared["resource_id"],
        "ScalableDimension": declared["scalable_dimension"],
        "CreationTime": WHEN,
        "ScalableTargetAction": {
            theirs: limits[ours]
            for ours, theirs in (("min_capacity", "MinCapacity"), ("max_capacity", "MaxCapacity"))
            if ours in limits
        },
    }
    times = {"2029-01-01T00:00:00Z": 1861920000, "2031-01-01T00:00:00Z": 1924992000}
    told |= {"Timezone": declared["timezone"]} if "timezone" in declared else {}
    told |= {"StartTime": times[declared["start_time"]]} if "start_time" in declared else {}
    told |= {"EndTime": times[declared["end_time"]]} if "end_time" in declared else {}
    if touched(chance):
        told |= chance.choice(
            (
                {"Schedule": "rate(2 days)"},
                {"Timezone": "Asia/Jakarta"},
                {"Timezone": "UTC"},
                {"EndTime": 1924992001},
                {"ScalableTargetAction": {"MinCapacity": 7}},
                {"ScalableTargetAction": {"MaxCapacity": 0}},
            )
        )
    case["live"] = {"DescribeScheduledActions": [told] if chance.random() > 0.05 else []}
    named = ("name", "service_namespace", "resource_id", "scalable_dimension")
    case["state"] = {"id": f"a-dynamodb-{declared['resource_id']}", **{name: declared[name] for name in named}}
    return declared, ignoring(chance, ["schedule", "scalable_target_action", "end_time"])


def composite_alarm(chance, case):
    name = f"co-{case['id'].lower()}"
    topics = [f"arn:aws:sns:{REGION}:{ACCOUNT}:{each}" for each in ("a", "b")]
    declared = {"alarm_name": name, "alarm_rule": chance.choice(("ALARM(a)", "ALARM(a) OR ALARM(b)"))} | written(
        chance,
        {
            "alarm_description": chance.choice(("words", "")),
            "actions_enabled": chance.random() < 0.6,
            "alarm_actions": chance.choice((topics, topics[:1], [])),
            "ok_actions": topics[1:],
            "insufficient_data_actions": topics[:1],
            "actions_suppressor": {"alarm": "quiet", "extension_period": 10, "wait_period": 20},
            "tags": tags_of(chance),
        },
        0.4,
    )
    live = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "AlarmRule": declared["alarm_rule"],
        "ActionsEnabled": declared.get("actions_enabled", True),
        "AlarmActions": list(declared.get("alarm_actions", [])),
        "OKActions": list(declared.get("ok_actions", [])),
        "InsufficientDataActions": list(declared.get("insufficient_data_actions", [])),
        "StateValue": "OK",
    }
    live |= {"AlarmDescription": declared["alarm_description"]} if declared.get("alarm_description") else {}
    quiet = {
        "ActionsSuppressor": "quiet",
        "ActionsSuppressorExtensionPeriod": 10,
        "ActionsSuppressorWaitPeriod": 20,
    }
    live |= quiet if "actions_suppressor" in declared else {}
    tags = applied_tags(case["provider"], declared.get("tags"))
    if touched(chance):
        if chance.random() < 0.2:
            retagged(chance, tags)
        else:
            live |= chance.choice(
                (
                    {"AlarmRule": "ALARM(c)"},
                    {"AlarmDescription": "by hand"},
                    {"ActionsEnabled": chance.random() < 0.5},
                    {"AlarmActions": topics[::-1]},
                    {"OKActions": []},
                    quiet | {"ActionsSuppressorWaitPeriod": 30},
                    quiet | {"ActionsSuppressor": "other"},
                    {"StateValue": "ALARM"},
                )
            )
    case["live"] = {"CompositeAlarms": {name: live}, "cloudwatch ListTagsForResource": {name: tags}}
    if chance.random() < 0.04:
        case["live"] = {"CompositeAlarms": {}, "cloudwatch ListTagsForResource": {}}
    case["state"] = {"id": name, "alarm_name": name, "tags": state_tags(declared.get("tags"))}
    return declared, ignoring(chance, ["alarm_actions", "alarm_rule", "tags", "actions_enabled"])


def iam_policy(chance, case):
    name, policy = f"p-{case['id'].lower()}", policy_of(chance)
    for statement in policy["Statement"]:
        del statement["Principal"]
    declared = {"name": name} | written(
        chance, {"path": "/teams/a/", "description": "words", "tags": tags_of(chance)}, 0.4
    )
    declared["policy"] = json.dumps(policy)
    path = declared.get("path", "/")
    arn = f"arn:aws:iam::{ACCOUNT}:policy{path}{name}"
    told = {
        "PolicyName": name,
        "PolicyId": f"ANPA{case['id']}",
        "Arn": arn,
        "Path": path,
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "IsAttachable": True,
        "CreateDate": "2026-01-01T00:00:00Z",
        "UpdateDate": "2026-01-01T00:00:00Z",
    }
    told |= {"Description": declared["description"]} if "description" in declared else {}
    tags = applied_tags(case["provider"], declared.get("tags"))
    if touched(chance):
        change = chance.randrange(4)
        if change == 0:
            retagged(chance, tags)
        elif change == 1:
            told["Description"] = "by hand"
        else:
            policy = rewritten(chance, policy)
    case["live"] = {"policies": {arn: {"Policy": told, "Tags": tags, "Document": json.dumps(policy)}}}
    if chance.random() < 0.05:
        case["live"] = {"policies": {}}
    case["state"] = {
        "id": arn,
        "arn": arn,
        "name": name,
        "name_prefix": "",
        "path": path,
        "policy": declared["policy"],
        "tags": state_tags(declared.get("tags")),
    }
    return declared, ignoring(chance, ["policy", "tags", "description"])


# Backups.


def days(chance):
    found = written(chance, {"cold_storage_after": 30, "delete_after": chance.choice((120, 365))}, 0.7)
    found |= written(chance, {"opt_in_to_archive_for_supported_resources": chance.random() < 0.5}, 0.3)
    return found or {"delete_after": 35}


def applied_days(block):
    names = {
        "cold_storage_after": "MoveToColdStorageAfterDays",
        "delete_after": "DeleteAfterDays",
        "opt_in_to_archive_for_supported_resources": "OptInToArchiveForSupportedResources",
    }
    return {names[name]: value for name, value in block.items()}


def backup_rule(chance, number):
    rule = {"rule_name": f"r{number}", "target_vault_name": chance.choice(("main", "other"))} | written(
        chance,
        {
            "schedule": chance.choice(("cron(0 5 ? * * *)", "rate(1 day)")),
            "schedule_expression_timezone": chance.choice(("Etc/UTC", "Asia/Jakarta")),
            "start_window": chance.choice((60, 120)),
            "completion_window": chance.choice((180, 360)),
            "enable_continuous_backup": chance.random() < 0.5,
            "recovery_point_tags": Map({"team": "a"}),
            "lifecycle": days(chance),
        },
        0.45,
    )
    if chance.random() < 0.3:
        vaults = [f"arn:aws:backup:{ELSEWHERE}:{ACCOUNT}:backup-vault:{each}" for each in ("copy", "safe")]
        rule["copy_action"] = [
            {"destination_vault_arn": vault} | written(chance, {"lifecycle": days(chance)})
            for vault in vaults[: chance.choice((1, 2))]
        ]
    return rule


def applied_rule(rule):
    told = {
        "RuleName": rule["rule_name"],
        "RuleId": f"id-{rule['rule_name']}",
        "TargetBackupVaultName": rule["target_vault_name"],
        "ScheduleExpressionTimezone": rule.get("schedule_expression_timezone", "Etc/UTC"),
        "StartWindowMinutes": rule.get("start_window", 60),
        "CompletionWindowMinutes": rule.get("completion_window", 180),
        "EnableContinuousBackup": rule.get("enable_continuous_backup", False),
    }
    told |= {"ScheduleExpression": rule["schedule"]} if "schedule" in rule else {}
    told |= {"RecoveryPointTags": dict(rule["recovery_point_tags"])} if "recovery_point_tags" in rule else {}
    told |= {"Lifecycle": applied_days(rule["lifecycle"])} if "lifecycle" in rule else {}
    copies = [
        {"DestinationBackupVaultArn": each["destination_vault_arn"]}
        | ({"Lifecycle": applied_days(each["lifecycle"])} if "lifecycle" in each else {})
        for each in rule.get("copy_action", ())
    ]
    return told | ({"CopyActions": copies} if copies else {})


def backup_plan(chance, case):
    name, own = f"b-{case['id'].lower()}", f"id-{case['id'].lower()}"
    declared = {"name": name, "rule": [backup_rule(chance, n) for n in range(chance.choice((1, 1, 2)))]}
    declared |= written(chance, {"tags": tags_of(chance)}, 0.4)
    rules = [applied_rule(rule) for rule in declared["rule"]]
    plan = {"BackupPlanName": name, "Rules": rules}
    options = Map({"WindowsVSS": "enabled"})
    if chance.random() < 0.15:
        declared["advanced_backup_setting"] = [{"resource_type": "EC2", "backup_options": options}]
        plan["AdvancedBackupSettings"] = [{"ResourceType": "EC2", "BackupOptions": dict(options)}]
    tags = applied_tags(case["provider"], declared.get("tags"))
    if touched(chance):
        change = chance.randrange(10)
        if change == 0:
            retagged(chance, tags)
        elif change == 1:
            rules.append(applied_rule(backup_rule(chance, 9)))
        elif change == 2:
            rules.reverse()
            rules[0]["RuleId"] = "made-again"
        elif change == 3:
            rules[0]["CopyActions"] = []
        elif change == 4:
            rules[0]["RecoveryPointTags"] = {"aws:x": "y", "team": chance.choice("ab")}
        elif change == 5:
            plan["AdvancedBackupSettings"] = []
        else:
            rules[0] |= chance.choice(
                (
                    {"ScheduleExpression": "rate(9 days)"},
                    {"StartWindowMinutes": 480},
                    {"CompletionWindowMinutes": 10080},
                    {"EnableContinuousBackup": True},
                    {"Lifecycle": {"DeleteAfterDays": 7}},
                    {"TargetBackupVaultName": "by-hand"},
                    {"ScheduleExpressionTimezone": "America/Lima"},
                )
            )
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:{own}"
    told = {"BackupPlan": plan, "BackupPlanId": own, "BackupPlanArn": arn, "VersionId": "v1", "Tags": tags}
    told["AdvancedBackupSettings"] = plan.get("AdvancedBackupSettings", [])
    case["live"] = {"plans": {own: told}} if chance.random() > 0.05 else {"plans": {}}
    case["state"] = {"id": own, "name": name, "arn": arn, "tags": state_tags(declared.get("tags"))}
    return declared, ignoring(chance, ["rule", "tags", "advanced_backup_setting"])


def backup_vault(chance, case):
    name = f"v-{case['id'].lower()}"
    keys = [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{each}" for each in ("customer-1", "customer-2")]
    declared = {"name": name} | written(
        chance, {"kms_key_arn": keys[0], "force_destroy": chance.random() < 0.5, "tags": tags_of(chance)}, 0.45
    )
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:{name}"
    default = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/default-backup"
    told = {"BackupVaultName": name, "BackupVaultArn": arn, "EncryptionKeyArn": declared.get("kms_key_arn", default)}
    tags = applied_tags(case["provider"], declared.get("tags"))
    if touched(chance):
        if chance.random() < 0.5:
            retagged(chance, tags)
        else:
            told["EncryptionKeyArn"] = chance.choice((*keys, default))
    case["live"] = {"vaults": {name: told | {"Tags": tags}}} if chance.random() > 0.05 else {"vaults": {}}
    case["state"] = {
        "id": name,
        "name": name,
        "force_destroy": declared.get("force_destroy", False),
        "tags": state_tags(declared.get("tags")),
    }
    return declared, ignoring(chance, ["tags", "kms_key_arn"])


def backup_selection(chance, case):
    name, plan, own = "s", f"plan-{case['id'].lower()}", f"sel-{case['id'].lower()}"
    tables = [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{each}" for each in ("a", "b", "c*")]
    declared = {"name": name, "iam_role_arn": f"arn:aws:iam::{ACCOUNT}:role/backup", "plan_id": plan} | written(
        chance,
        {
            "resources": chance.sample(tables, chance.choice((1, 2))),
            "not_resources": tables[:1],
            "selection_tag": [
                {"type": "STRINGEQUALS", "key": key, "value": "yes"} for key in ("backup", "x")[: chance.choice((1, 2))]
            ],
            "condition": written(
                chance,
                {
                    "string_equals": [{"key": "aws:ResourceTag/a", "value": "1"}],
                    "string_not_like": [{"key": "aws:ResourceTag/b", "value": "2*"}],
                },
            ),
        },
        0.5,
    )
    if declared.get("condition") == {}:
        del declared["condition"]
    told = {"SelectionName": name, "IamRoleArn": declared["iam_role_arn"]}
    told |= {"Resources": list(declared["resources"])} if "resources" in declared else {}
    told |= {"NotResources": list(declared["not_resources"])} if "not_resources" in declared else {}
    told["ListOfTags"] = [
        {"ConditionType": each["type"], "ConditionKey": each["key"], "ConditionValue": each["value"]}
        for each in declared.get("selection_tag", ())
    ]
    names = {"string_equals": "StringEquals", "string_not_like": "StringNotLike"}
    told["Conditions"] = {
        theirs: [
            {"ConditionKey": each["key"], "ConditionValue": each["value"]}
            for each in declared.get("condition", {}).get(ours, ())
        ]
        for ours, theirs in names.items()
    } | {"StringLike": [], "StringNotEquals": []}
    if touched(chance):
        change = chance.randrange(6)
        if change == 0:
            told["Resources"] = [tables[2]]
        elif change == 1:
            told["NotResources"] = [tables[1]]
        elif change == 2:
            told["ListOfTags"] = [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "no"}]
        elif change == 3:
            told["Conditions"]["StringEquals"] = [{"ConditionKey": "aws:ResourceTag/a", "ConditionValue": "9"}]
        elif change == 4:
            told["IamRoleArn"] += "-other"
        else:
            told["Resources"] = told.get("Resources", [])[::-1]
    told = {"BackupSelection": told, "BackupPlanId": plan, "SelectionId": own}
    case["live"] = {"selections": {own: told}} if chance.random() > 0.05 else {"selections": {}}
    case["state"] = {"id": own, "name": name, "plan_id": plan}
    return declared, ignoring(chance, ["resources", "selection_tag", "condition", "not_resources"])


MAKERS = {
    "aws_dynamodb_table_replica": table_replica,
    "aws_dynamodb_tag": tag,
    "aws_dynamodb_contributor_insights": insights,
    "aws_dynamodb_kinesis_streaming_destination": destination,
    "aws_dynamodb_resource_policy": resource_policy,
    "aws_kms_key_policy": key_policy,
    "aws_kms_replica_key": replica_key,
    "aws_appautoscaling_scheduled_action": scheduled_action,
    "aws_cloudwatch_composite_alarm": composite_alarm,
    "aws_iam_policy": iam_policy,
    "aws_backup_plan": backup_plan,
    "aws_backup_vault": backup_vault,
    "aws_backup_selection": backup_selection,
}
