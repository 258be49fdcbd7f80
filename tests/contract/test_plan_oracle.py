"""The `plan` verdict against Terraform's own, case by case."""

import json
from dataclasses import replace

import pytest

from auditor.compare import compare
from auditor.declared import declared, names
from auditor.hcl import load
from auditor.kinds import kinds
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.drift import Plan, Reality, Risk
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

IMPORTED_ONLY = {
    "K11": "no-op",  # deletion_window_in_days is never read
    "K46": "no-op",  # bypass_policy_lockout_safety_check is never read
    "RP1": "no-op",  # a policy that is equivalent to the state's is kept
    "RP2": "update",
    "RP3": "no-op",
    "RK1": "no-op",  # deletion_window_in_days is never read
    "RK4": "no-op",
    "RP5": "no-op",
    "T093": "update",  # a stored sort key is kept while live has none
    "T146": "no-op",  # a tag that repeats a default one
    "T166": "no-op",  # propagate_tags is never read
    "T180": "no-op",  # restore_source_name is never read
    "T182b": "no-op",  # restore_to_latest_time is never read
    "T183": "no-op",  # import_table is never read
    "X24": "no-op",  # stream_view_type of the state is kept while streams are off
    "X25": "no-op",
}
"""Verdicts of a first import from which those with a state differ; ours are the latter."""

OPEN = {
    "A04": "another live name is another resource: only the state knows that it is the declared one",
    "A06": "a name made up from name_prefix is known to the state only",
    "T181": "an argument that is in the state, but no longer in code",
    "T182": "an argument that is in the state, but no longer in code",
}
"""Cases that are not decided as Terraform does, with the reason."""


@pytest.fixture(scope="module")
def cases(root):
    return json.loads((root / "tests/fixtures/plan/cases.json").read_text(encoding="utf-8"))["cases"]


def code_of(case):
    name = f'name = "t-{case["id"].lower()}"\n' if case["type"] == "aws_dynamodb_table" else ""
    return f'resource "{case["type"]}" "{case["id"].lower()}" {{\n{name}{case["config"]}\n}}\n'


@pytest.fixture(scope="module")
def configured(cases, tmp_path_factory):
    """The declared resource of each case."""
    found = {}
    for number, (provider, settings) in enumerate(PROVIDERS.items()):
        own = [case for case in cases if case.get("provider", "plain") == provider]
        directory = tmp_path_factory.mktemp(f"root{number}")
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
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"
    describe = Request.of("dynamodb:DescribeTable", region, TableName=name)
    if live is None:
        yield failed(describe, "ResourceNotFoundException")
        return
    yield Answer(describe, ({"Table": {"TableName": name, **live["DescribeTable"]}},))
    backups = Request.of("dynamodb:DescribeContinuousBackups", region, TableName=name)
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
        tags = [{"Key": key, "Value": value} for key, value in live["ListTagsOfResource"].items()]
        bulk = Request.of("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("dynamodb:table",))
        yield Answer(bulk, ({"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": tags}]},))
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
    tags = [
        {
            "ResourceARN": alarm["AlarmArn"],
            "Tags": [
                {"Key": key, "Value": value}
                for key, value in live["cloudwatch ListTagsForResource"][alarm["AlarmName"]].items()
            ],
        }
        for alarm in alarms
    ]
    bulk = Request.of("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("cloudwatch:alarm",))
    yield Answer(bulk, ({"ResourceTagMappingList": tags},))


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
            tags = [{"Key": key, "Value": value} for key, value in there["ListTagsOfResource"].items()]
            arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
            yield Answer(Request.of("dynamodb:ListTagsOfResource", place, ResourceArn=arn), ({"Tags": tags},))


def tables_answers(case, resource):
    yield from table_answers(resource.identity.name, case["live"])
    for region, there in case.get("live_other_regions", {}).items():
        yield from table_answers(resource.identity.name, there, region)


def listing(api, member, told, **params):
    """The answer of an operation that lists all; `told` is the live side's name for its items."""
    return lambda case, _: [Answer(Request.of(api, **params), ({member: case["live"].get(told, [])},))]


SCALING = "application-autoscaling:Describe"
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
    "aws_appautoscaling_target": listing(
        f"{SCALING}ScalableTargets", "ScalableTargets", "DescribeScalableTargets", ServiceNamespace="dynamodb"
    ),
    "aws_appautoscaling_policy": listing(
        f"{SCALING}ScalingPolicies", "ScalingPolicies", "DescribeScalingPolicies", ServiceNamespace="dynamodb"
    ),
    "aws_cloudwatch_metric_alarm": lambda case, _: alarm_answers(case["live"]),
}


def compared(case, resource):
    """The comparison of a case, as an audit makes it."""
    if case["type"] in {"aws_kms_key", "aws_kms_replica_key"}:
        (name,) = case["live"]["kms"]
        resource = replace(resource, identity=replace(resource.identity, name=name))
    answers = Answers({answer.request: answer for answer in ANSWERS[case["type"]](case, resource)})
    scope = Scope(ACCOUNT, REGION, declared=names([resource]))
    live = [found for kind in kinds() for found in kind.read(answers, scope)]
    return compare([resource], live, answers, kinds(), scope)[0]


def wanted(case):
    return IMPORTED_ONLY.get(case["id"], case["verdict"])


def test_every_case_has_terraforms_verdict(cases, configured):
    wrong = {}
    for case in cases:
        plan = str(compared(case, configured[case["id"]]).plan)
        if plan != wanted(case):
            wrong[case["id"]] = f"{plan} instead of {wanted(case)}: {case['title']}"
    assert wrong.keys() == OPEN.keys(), json.dumps(
        {key: text for key, text in wrong.items() if key not in OPEN}, indent=1
    )


STATE_KEEPS = {"T068": {"stream_view_type"}}
"""Changed on a first import only: the state keeps these."""

PASSENGERS = {"stream_arn", "revision_id", "bypass_policy_lockout_safety_check", "deletion_window_in_days"}
"""Values that are computed or never read, and that plan lists because something else changed."""


def test_every_update_changes_what_terraform_changes(cases, configured):
    wrong = {}
    for case in cases:
        if case["id"] in OPEN or case["id"] in IMPORTED_ONLY or case["verdict"] != "update":
            continue
        found = set(compared(case, configured[case["id"]]).changed) - PASSENGERS
        expected = set(case["changed"]) - PASSENGERS - STATE_KEEPS.get(case["id"], set())
        if found != expected:
            wrong[case["id"]] = f"{sorted(found)} instead of {sorted(expected)}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)


def test_every_replacement_is_forced_by_what_forces_it(cases, configured):
    wrong = {}
    for case in cases:
        if case["id"] in OPEN or case["id"] in IMPORTED_ONLY or case["verdict"] != "replace":
            continue
        found, expected = compared(case, configured[case["id"]]).forcing, sorted(case["replace_paths"])
        if list(found) != expected:
            wrong[case["id"]] = f"{list(found)} instead of {expected}: {case['title']}"
    assert not wrong, json.dumps(wrong, indent=1)


# What is true beyond plan.

BLIND = (
    *("T006", "T011", "T012", "T012s", "T015", "T015s", "T028", "T036", "T036s", "T041", "X42", "T090", "X03"),
    *("T118", "T124", "X02", "X02b", "K06", "K07", "K13", "K49", "S05", "W12"),
)
"""Cases in which live is another than the code says or leaves open, while plan changes nothing."""

SAME = (
    *("T001", "T003", "T004", "T008", "T009b", "T014", "T019", "T020", "T022", "T026", "T033", "T037", "T045"),
    *("T050", "T064", "T066", "T069", "T069b", "T081", "T094", "T101", "T112", "T113", "T115", "T116"),
    *("T123", "T136", "T143", "T144", "T147", "T150", "T153", "T154", "T156", "T166s", "T170", "T185", "X01", "X05"),
    *("X09", "K04", "K12", "K14", "K15", "K16", "K18", "K20", "K22", "K23", "K27", "K28", "K31", "A02", "S03"),
    *("P01", "P08", "W04", "W08", "W19", "RP6s"),
)
"""Cases that look different and are not."""

NEVER_CONVERGING = ("T023", "T106", "T134", "T151", "T151b", "X08", "X28", "X39", "S04", "KP3")
"""Cases in which every plan changes the same again."""


@pytest.fixture
def case_of(cases):
    return {case["id"]: case for case in cases}


@pytest.mark.parametrize("name", BLIND)
def test_reality_sees_what_plan_is_blind_to(name, case_of, configured):
    comparison = compared(case_of[name], configured[name])
    assert comparison.plan is Plan.NO_OP
    assert {drift.reality for drift in comparison.drifts} & {Reality.DIFFERENT, Reality.UNDECLARED}


@pytest.mark.parametrize("name", SAME)
def test_reality_raises_no_false_alarm(name, case_of, configured):
    if name not in case_of:
        pytest.fail(f"no such case: {name}")
    drifts = compared(case_of[name], configured[name]).drifts
    assert [drift.path for drift in drifts if drift.reality is Reality.DIFFERENT] == []


@pytest.mark.parametrize("name", NEVER_CONVERGING)
def test_changes_without_end_are_told(name, case_of, configured):
    risks = {drift.risk for drift in compared(case_of[name], configured[name]).drifts}
    assert Risk.NEVER_CONVERGES in risks
