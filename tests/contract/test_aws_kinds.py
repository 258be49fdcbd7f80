"""What the kinds ask, against the table of operations and botocore's service models, over the fake."""

import botocore.session
import pytest
from botocore.validate import ParamValidator
from fakeaws import FakeServer
from fakeaws.backups import PLAN
from fakeaws.surroundings import LATE
from simulated_pace import least, paced

from auditor.aws.operations import OPERATIONS, find, of_permissions
from auditor.aws.permissions import actions, policy
from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect
from auditor.kinds import kinds
from auditor.live import read
from auditor.model.answers import Scope
from auditor.model.values import Unknown

ACCOUNT = "123456789012"
TABLES = f"arn:aws:dynamodb:ap-southeast-1:{ACCOUNT}:table/"
DAILY = "koneksi-staging-daily"
OPTIONAL = {
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListBackups",
    "backup:ListRecoveryPointsByResource",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:ListContributorInsights",
    "application-autoscaling:DescribeScheduledActions",
    "backup:ListBackupPlans",
    "backup:ListBackupSelections",
    "backup:ListBackupVaults",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
    "kms:ListKeyRotations",
}
ALARM, TARGET = "aws_cloudwatch_metric_alarm", "aws_appautoscaling_target"
CAPACITY = "dynamodb:table:{}CapacityUnits"


@pytest.fixture(scope="module")
def reading():
    """A reading of a rich estate with everything wanted, and how often the fake was called."""
    with FakeServer(tables=100, seed=3, drift=0.2) as aws:
        names = tuple(aws.world.names)
        scope = Scope(
            account=ACCOUNT,
            region="ap-southeast-1",
            declared={
                "aws_dynamodb_table": (*names, f"{names[0]}-missing"),
                "aws_iam_policy": ("koneksi-staging-read", "other"),
                "aws_backup_plan": (DAILY,),
                "aws_backup_selection": (f"{PLAN}/tables",),
                "aws_backup_vault": (DAILY,),
                "aws_dynamodb_tag": (f"{TABLES}{names[0]}/Team",),
                "aws_dynamodb_table_replica": (),
                "aws_kms_key_policy": (),
                ALARM: (f"{names[0]}-ReadThrottleEvents",),
                TARGET: tuple(f"dynamodb/table/{names[i]}/{CAPACITY.format(way)}" for i, way in aws.world.scaled[:3]),
            },
            patterns=("koneksi-staging-*",),
            wanted=frozenset(OPTIONAL),
        )
        connection = connect(Access(region=scope.region, endpoint=aws.url, account=ACCOUNT), actions(kinds()))
        snapshot = read(
            kinds(),
            scope,
            Reader(connection),
            confirm=lambda answers: (request for kind in kinds() for request in kind.confirm(answers, scope, ())),
        )
        connection.close()
        yield aws, snapshot


def test_every_permission_has_its_operation():
    assert of_permissions(actions(kinds()))


def test_every_request_is_answered_by_aws(reading):
    _, snapshot = reading
    missing = {answer.code for answer in snapshot.answers if not answer.ok}
    assert missing <= {"ResourceNotFoundException", "TableNotFoundException", "PolicyNotFoundException", "NoSuchEntity"}
    assert "ResourceNotFoundException" in missing
    assert len(snapshot.answers.by_request) > 180


def test_every_request_is_valid_by_the_service_model(reading):
    _, snapshot = reading
    session = botocore.session.Session()
    for answer in snapshot.answers:
        operation = find(answer.request.api)
        model = session.get_service_model(operation.service).operation_model(operation.name)
        params = {name: list(value) if isinstance(value, tuple) else value for name, value in answer.request.params}
        report = ParamValidator().validate(params, model.input_shape)
        assert not report.has_errors(), report.generate_report()


def test_nothing_is_called_without_permission_and_no_permission_without_use(reading):
    aws, snapshot = reading
    allowed = {
        action.partition(":")[2]
        for statement in policy(kinds(), snapshot.scope)["Statement"]
        if statement["Effect"] == "Allow"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert set(aws.stats()["calls"]) - {"GetCallerIdentity"} == allowed


def test_a_hundred_tables_take_little_more_than_the_slowest_lane_needs(reading):
    aws, snapshot = reading
    calls = {lane["api"]: lane["calls"] for lane in snapshot.context["api"] if lane["region"] == snapshot.region}
    assert calls["dynamodb:DescribeContinuousBackups"] > aws.world.tables == 100
    lanes = [(operation, calls[api]) for api, operation in OPERATIONS.items() if operation.rate and api in calls]
    found = [paced(operation, number) for operation, number in lanes]
    assert not any(lane.throttled or lane.lost for lane in found)
    slowest = max(least(operation, number) for operation, number in lanes)
    assert max(lane.seconds for lane in found) < 1.15 * slowest


def test_every_table_has_the_tags_that_it_has(reading):
    aws, snapshot = reading
    table = next(kind for kind in kinds() if kind.type == "aws_dynamodb_table")
    told = {found.identity.name: found.values["tags"] for found in table.read(snapshot.answers, snapshot.scope)}
    assert told == {aws.world.names[i]: aws.world.spec(i)["tags"] for i in range(aws.world.tables)}
    assert {} in told.values()


def test_every_alarm_has_the_tags_that_it_has_and_only_the_doubtful_are_asked(reading):
    aws, snapshot = reading
    alarm = next(kind for kind in kinds() if kind.type == ALARM)
    told = [found.values["tags"] for found in alarm.read(snapshot.answers, snapshot.scope)]
    assert told == [{"Project": aws.world.project}] * len(aws.world.alarms)
    late = [number for _, number in aws.world.alarms if number == LATE]
    assert 0 < len(late) == len(snapshot.answers.of("cloudwatch:ListTagsForResource")) < len(told)


def test_every_declared_target_has_the_tags_that_it_has_and_no_other_is_asked(reading):
    aws, snapshot = reading
    target = next(kind for kind in kinds() if kind.type == TARGET)
    told = {found.identity.name: found.values["tags"] for found in target.read(snapshot.answers, snapshot.scope)}
    declared = snapshot.scope.names(TARGET)
    assert [told.pop(name) for name in declared] == [{"Project": aws.world.project}] * 3
    assert told
    assert all(isinstance(tags, Unknown) for tags in told.values())
    assert len(snapshot.answers.of("application-autoscaling:ListTagsForResource")) == len(declared)


def test_no_table_is_described_twice(reading):
    aws, _ = reading
    calls = aws.stats()["calls"]
    replicas = sum(bool(aws.world.spec(i)["replicas"]) for i in range(aws.world.tables))
    assert calls["DescribeTable"] == aws.world.tables + 1 + replicas
    assert calls["DescribeTimeToLive"] == aws.world.tables + 1
