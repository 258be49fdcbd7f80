"""Many tables, as AWS tells of them and as code declares them: the material of the benchmarks of pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from sample_tables import (
    ACCOUNT,
    ALIASES,
    KEY,
    KINDS,
    LIST,
    REGION,
    TAGS,
    arn,
    asked,
    declared_values,
    described,
    pitr,
    whole,
)

from auditor.compare import compare
from auditor.model.answers import Answers, Scope
from auditor.model.facts import Identity, Resource, Side

COLUMNS = ("id", "email", "at")
INDEXES = ("email", "at")


def index(name):
    return {
        "IndexName": f"by-{name}",
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
    }


def answers_for(names):
    for name in names:
        yield whole(
            asked("dynamodb:DescribeTable", TableName=name),
            Table=described(
                name,
                AttributeDefinitions=[{"AttributeName": column, "AttributeType": "S"} for column in COLUMNS],
                GlobalSecondaryIndexes=[index(column) for column in INDEXES],
            ),
        )
        backups = asked("dynamodb:DescribeContinuousBackups", TableName=name)
        yield whole(backups, ContinuousBackupsDescription=pitr(RecoveryPeriodInDays=35))
        expiry = asked("dynamodb:DescribeTimeToLive", TableName=name)
        yield whole(expiry, TimeToLiveDescription={"TimeToLiveStatus": "DISABLED"})
    tags = [{"Key": "env", "Value": "prod"}, {"Key": "team", "Value": "data"}]
    yield whole(TAGS, ResourceTagMappingList=[{"ResourceARN": arn(name), "Tags": tags} for name in names])
    yield whole(LIST, TableNames=list(names))
    yield whole(ALIASES, Aliases=[])


def declared_for(names):
    """One table in a hundred leaves its recovery off."""
    for number, name in enumerate(names):
        values = declared_values(
            name=name,
            attribute={column: {"name": column, "type": "S"} for column in COLUMNS},
            global_secondary_index={
                f"by-{column}": {"name": f"by-{column}", "hash_key": column, "projection_type": "ALL"}
                for column in INDEXES
            },
            server_side_encryption={"enabled": True, "kms_key_arn": KEY},
            point_in_time_recovery={"enabled": number % 100 != 0},
            tags={"team": "data"},
        )
        yield Resource(
            Side.DECLARED,
            "aws_dynamodb_table",
            Identity(ACCOUNT, REGION, name),
            values,
            address=f"aws_dynamodb_table.this[{number}]",
            facts={"default_tags": {"env": "prod"}},
        )


@dataclass(frozen=True, slots=True)
class Both:
    """What was answered, where it was asked, and the two sides made of it."""

    answers: Answers
    scope: Scope
    live: tuple[Resource, ...]
    declared: tuple[Resource, ...]

    def compared(self):
        """Compare the sides."""
        return compare(self.declared, self.live, self.answers, KINDS.values(), self.scope)


def answered(tables):
    """Answers about this many tables, and their scope."""
    names = [f"koneksi-prod-{number:05d}" for number in range(tables)]
    answers = Answers({answer.request: answer for answer in answers_for(names)})
    return answers, Scope(ACCOUNT, REGION, declared={"aws_dynamodb_table": tuple(names)}, patterns=("koneksi-prod-*",))


def sides(answers, scope):
    """Both sides of these answers."""
    live = tuple(found for kind in KINDS.values() for found in kind.read(answers, scope))
    return Both(answers, scope, live, tuple(declared_for(scope.names("aws_dynamodb_table"))))
