"""Declared and live sides of recorded plans: a case's code evaluated, its answers given, both compared.

A case has `id`, `type`, `config` (HCL), `provider` (a name of PROVIDERS) and `live` (answers by operation).
"""

from datetime import UTC, datetime

from msgspec.structs import replace

from auditor.compare import compare
from auditor.declared import declared, names
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.tags import ALARM_TAGS, TABLE_TAGS
from auditor.model.values import Reason

ACCOUNT, REGION = "111122223333", "ap-southeast-1"
PROVIDERS = {
    "plain": "",
    "region us-west-2": "",
    "default_tags env=prod": 'default_tags {\n tags = { env = "prod" }\n }',
    "ignore_tags keys=[ignored] key_prefixes=[kubernetes.io/]": (
        'ignore_tags {\n keys = ["ignored"]\n key_prefixes = ["kubernetes.io/"]\n }'
    ),
}


def code_of(case):
    name = f'name = "t-{case["id"].lower()}"\n' if case["type"] == "aws_dynamodb_table" else ""
    return f'resource "{case["type"]}" "{case["id"].lower()}" {{\n{name}{case["config"]}\n}}\n'


def configured(cases, folder):
    """The declared resource of each case, evaluated from code in folders below `folder`."""
    found = {}
    for number, (provider, settings) in enumerate(PROVIDERS.items()):
        own = [case for case in cases if case.get("provider", "plain") == provider]
        directory = folder / f"root{number}"
        directory.mkdir()
        region = provider.removeprefix("region ") if provider.startswith("region ") else REGION
        text = f'provider "aws" {{\n region = "{region}"\n {settings}\n}}\n' + "".join(map(code_of, own))
        (directory / "main.tf").write_text(text, encoding="utf-8")
        configuration = load(directory, account=ACCOUNT, region=REGION)
        resources = {r.address: r for r in declared(configuration, kinds(), account=ACCOUNT, region=REGION)}
        found |= {case["id"]: resources[f"{case['type']}.{case['id'].lower()}"] for case in own}
    return found


def failed(request, code):
    return Answer(request, ok=False, code=code, reason=Reason.FAILED)


def table_answers(name, live, region=""):
    describe = Request.of("dynamodb:DescribeTable", region, TableName=name)
    if live is None:
        yield failed(describe, "ResourceNotFoundException")
        return
    yield Answer(describe, ({"Table": {"TableName": name, **live["DescribeTable"]}},))
    backups = Request.of("dynamodb:DescribeContinuousBackups", region, TableName=name)
    arn = live["DescribeTable"].get("TableArn", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
    told = live["DescribeContinuousBackups"]
    if "error" in told:
        yield failed(backups, told["error"])
    else:
        yield Answer(backups, ({"ContinuousBackupsDescription": told},))
    ttl = Request.of("dynamodb:DescribeTimeToLive", region, TableName=name)
    yield Answer(ttl, ({"TimeToLiveDescription": live["DescribeTimeToLive"]},))
    alias = {
        "AliasName": "alias/aws/dynamodb",
        "AliasArn": f"arn:aws:kms:{region or REGION}:{ACCOUNT}:alias/aws/dynamodb",
        "TargetKeyId": f"default-{region or REGION}",
    }
    yield Answer(Request.of("kms:ListAliases", region), ({"Aliases": [alias]},))
    if not region:
        tags = pairs(live["ListTagsOfResource"])
        yield Answer(TABLE_TAGS.of_all, ({"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": tags}]},))
        yield Answer(TABLE_TAGS.of(arn), ({"Tags": tags},))
        targets = Request.of("application-autoscaling:DescribeScalableTargets", ServiceNamespace="dynamodb")
        yield Answer(targets, ({"ScalableTargets": []},))


def key_answers(live):
    aliases = []
    for name, key in live["kms"].items():
        arn = key["DescribeKey"]["Arn"]
        alias = arn.replace(f"key/{name}", f"alias/{name}")
        aliases.append({"AliasName": f"alias/{name}", "AliasArn": alias, "TargetKeyId": name})
        yield Answer(Request.of("kms:DescribeKey", KeyId=arn), ({"KeyMetadata": key["DescribeKey"]},))
        yield Answer(Request.of("kms:GetKeyRotationStatus", KeyId=arn), (key["GetKeyRotationStatus"],))
        policy = Request.of("kms:GetKeyPolicy", KeyId=arn, PolicyName="default")
        yield Answer(policy, ({"Policy": key["GetKeyPolicy"]},))
        tags = [{"TagKey": k, "TagValue": v} for k, v in key["ListResourceTags"].items()]
        yield Answer(Request.of("kms:ListResourceTags", KeyId=arn), ({"Tags": tags},))
    yield Answer(Request.of("kms:ListAliases"), ({"Aliases": aliases},))


def alarm_answers(live):
    alarms = list(live.get("DescribeAlarms", {}).values())
    request = Request.of("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm"))
    yield Answer(request, ({"MetricAlarms": alarms},))
    yield from alarm_tag_answers(live, alarms)


def alarm_tag_answers(live, alarms):
    for alarm in alarms:
        told = live["cloudwatch ListTagsForResource"][alarm["AlarmName"]]
        yield Answer(ALARM_TAGS.of(alarm["AlarmArn"]), ({"Tags": pairs(told)},))


def policy_answers(live, arn):
    request = Request.of("dynamodb:GetResourcePolicy", ResourceArn=arn)
    found = live.get("GetResourcePolicy", {}).get(arn)
    yield Answer(request, (found,)) if found else failed(request, "PolicyNotFoundException")


def destination_answers(live):
    for table, destinations in live["DescribeKinesisStreamingDestination"].items():
        request = Request.of("dynamodb:DescribeKinesisStreamingDestination", TableName=table)
        yield Answer(request, ({"KinesisDataStreamDestinations": destinations},))


def regional_answers(live):
    for region, tables in live["dynamodb"].items():
        place = "" if region == REGION else region
        for name, there in tables.items():
            yield from table_answers(name, there, place)
            if place:
                tags = [{"Key": key, "Value": value} for key, value in there["ListTagsOfResource"].items()]
                arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
                yield Answer(Request.of("dynamodb:ListTagsOfResource", place, ResourceArn=arn), ({"Tags": tags},))


def action_answers(live):
    actions = [
        {name: _time(value) if name in ("StartTime", "EndTime") else value for name, value in each.items()}
        for each in live["DescribeScheduledActions"]
    ]
    request = Request.of("application-autoscaling:DescribeScheduledActions", ServiceNamespace="dynamodb")
    yield Answer(request, ({"ScheduledActions": actions},))


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def target_answers(live):
    request = Request.of(f"{SCALING}DescribeScalableTargets", ServiceNamespace="dynamodb")
    yield Answer(request, ({"ScalableTargets": live.get("DescribeScalableTargets", [])},))
    told = live.get("scaling ListTagsForResource", {})
    for arn in filter(None, (each.get("ScalableTargetARN") for each in live.get("DescribeScalableTargets", []))):
        yield Answer(Request.of(f"{SCALING}ListTagsForResource", ResourceARN=arn), ({"Tags": told.get(arn, {})},))


def composite_answers(live):
    alarms = list(live["CompositeAlarms"].values())
    request = Request.of("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm"))
    yield Answer(request, ({"CompositeAlarms": alarms},))
    yield from alarm_tag_answers(live, alarms)


def iam_answers(live, name):
    get = Request.of("iam:GetPolicy", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/{name}")
    if not live["policies"]:
        yield failed(get, "NoSuchEntity")
    for arn, told in live["policies"].items():
        policy = told["Policy"] | {"Tags": pairs(told["Tags"])}
        yield Answer(Request.of("iam:GetPolicy", PolicyArn=arn), ({"Policy": policy},))
        version = Request.of("iam:GetPolicyVersion", PolicyArn=arn, VersionId="v1")
        yield Answer(version, ({"PolicyVersion": {"Document": told["Document"]}},))


def backup_answers(live):
    plans = list(live.get("plans", {}).values())
    names = [each | {"BackupPlanName": each["BackupPlan"]["BackupPlanName"]} for each in plans]
    names += [
        {"BackupPlanId": each, "BackupPlanName": "another", "BackupPlanArn": "another"} for each in selected(live)
    ]
    yield Answer(Request.of("backup:ListBackupPlans"), ({"BackupPlansList": names},))
    for each in plans:
        yield Answer(Request.of("backup:GetBackupPlan", BackupPlanId=each["BackupPlanId"]), (each,))
        yield Answer(Request.of("backup:ListTags", ResourceArn=each["BackupPlanArn"]), (each,))
    vaults = list(live.get("vaults", {}).values())
    yield Answer(Request.of("backup:ListBackupVaults"), ({"BackupVaultList": vaults},))
    for each in vaults:
        yield Answer(Request.of("backup:ListTags", ResourceArn=each["BackupVaultArn"]), (each,))
    aliases = [{"AliasName": "alias/aws/backup", "AliasArn": "arn:x:alias/aws/backup", "TargetKeyId": "default-backup"}]
    yield Answer(Request.of("kms:ListAliases"), ({"Aliases": aliases},))
    for plan, selections in selected(live).items():
        entries = [
            {"BackupPlanId": plan, "SelectionId": each["SelectionId"]}
            | {"SelectionName": each["BackupSelection"]["SelectionName"]}
            for each in selections
        ]
        yield Answer(Request.of("backup:ListBackupSelections", BackupPlanId=plan), ({"BackupSelectionsList": entries},))
        for each in selections:
            get = Request.of("backup:GetBackupSelection", BackupPlanId=plan, SelectionId=each["SelectionId"])
            yield Answer(get, (each,))


def selected(live):
    """Selections by plan."""
    found = {}
    for each in live.get("selections", {}).values():
        found.setdefault(each["BackupPlanId"], []).append(each)
    return found


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tables_answers(case, resource):
    name = case["live"]["DescribeTable"].get("TableName") if case["live"] else None
    if name not in (None, resource.identity.name):  # the state has it under another name
        yield from table_answers(resource.identity.name, None)
    name = name or resource.identity.name
    yield from table_answers(name, case["live"])
    for region, there in case.get("live_other_regions", {}).items():
        yield from table_answers(name, there, region)


def listing(api, member, told, **params):
    """The answer of an operation that lists all; `told` is the live side's name for its items."""
    return lambda case, _: [Answer(Request.of(api, **params), ({member: case["live"].get(told, [])},))]


SCALING = "application-autoscaling:"
ANSWERS = {
    "aws_dynamodb_table": tables_answers,
    "aws_dynamodb_table_replica": lambda case, _: regional_answers(case["live"]),
    "aws_dynamodb_tag": lambda case, _: regional_answers(case["live"]),
    "aws_dynamodb_contributor_insights": listing(
        "dynamodb:ListContributorInsights", "ContributorInsightsSummaries", "DescribeContributorInsights"
    ),
    "aws_dynamodb_kinesis_streaming_destination": lambda case, _: destination_answers(case["live"]),
    "aws_dynamodb_resource_policy": lambda case, resource: policy_answers(case["live"], resource.identity.name),
    "aws_kms_key": lambda case, _: key_answers(case["live"]),
    "aws_kms_key_policy": lambda case, _: key_answers(case["live"]),
    "aws_kms_replica_key": lambda case, _: key_answers(case["live"]),
    "aws_kms_alias": listing("kms:ListAliases", "Aliases", "ListAliases"),
    "aws_appautoscaling_target": lambda case, _: target_answers(case["live"]),
    "aws_appautoscaling_policy": listing(
        f"{SCALING}DescribeScalingPolicies", "ScalingPolicies", "DescribeScalingPolicies", ServiceNamespace="dynamodb"
    ),
    "aws_appautoscaling_scheduled_action": lambda case, _: action_answers(case["live"]),
    "aws_cloudwatch_metric_alarm": lambda case, _: alarm_answers(case["live"]),
    "aws_cloudwatch_composite_alarm": lambda case, _: composite_answers(case["live"]),
    "aws_iam_policy": lambda case, resource: iam_answers(case["live"], resource.identity.name),
    "aws_backup_plan": lambda case, _: backup_answers(case["live"]),
    "aws_backup_vault": lambda case, _: backup_answers(case["live"]),
    "aws_backup_selection": lambda case, _: backup_answers(case["live"]),
}


def state_of(case):
    """The attributes that a state has of a random pair, where one is given with it."""
    if not case.get("given"):
        return None
    (kind,) = (kind for kind in kinds() if kind.type == case["type"])
    return {attribute.name: None for attribute in kind.attributes if attribute.kept} | case["state"]


def compared(case, resource, state=None):
    """The comparison of a case, as an audit makes it; `state`: the attributes that a state given with it has."""
    if case["type"] in {"aws_kms_key", "aws_kms_replica_key"}:
        (name,) = case["live"]["kms"]
        resource = replace(resource, identity=replace(resource.identity, name=name))
    answers = Answers({answer.request: answer for answer in ANSWERS[case["type"]](case, resource)})
    scope = Scope(ACCOUNT, REGION, declared=names([resource]))
    live = [found for kind in kinds() for found in kind.read(answers, scope)]
    applied = None if state is None else {resource.address: state}
    return compare([resource], live, answers, kinds(), scope, applied=applied)[0]
