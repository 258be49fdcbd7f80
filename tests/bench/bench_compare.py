"""Time and memory of reading and comparing many tables: `python tests/bench/bench_compare.py [tables]`."""

import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fakes"))

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


def main():
    names = [f"koneksi-prod-{number:05d}" for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)]
    answers = Answers({answer.request: answer for answer in answers_for(names)})
    scope = Scope(ACCOUNT, REGION, declared={"aws_dynamodb_table": tuple(names)}, patterns=("koneksi-prod-*",))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    live = [found for kind in KINDS.values() for found in kind.read(answers, scope)]
    read = time.process_time()
    declared = list(declared_for(names))
    built = time.process_time()
    comparisons = compare(declared, live, answers, KINDS.values(), scope)
    compared = time.process_time()
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    drifts = sum(len(comparison.drifts) for comparison in comparisons)
    sys.stdout.write(
        f"{len(comparisons)} comparisons, {drifts} drifts\n"
        f"read {read - start:.2f} s, declared {built - read:.2f} s, compared {compared - built:.2f} s CPU\n"
        f"{megabytes:.0f} MB more than the answers\n"
    )


if __name__ == "__main__":
    main()
