"""Provider versions: which rules the lock file selects, and what a later version does otherwise."""

import pytest
from sample_tables import KINDS, answers, described, read, scope, table

from auditor.compare import compare
from auditor.compare.provider_rules import MEASURED, rules_of
from auditor.kinds import kinds
from auditor.model.drift import Plan

AWS = "registry.terraform.io/hashicorp/aws"


@pytest.mark.parametrize(
    ("version", "constraints", "major"),
    [
        ("5.100.0", ">= 5.0", 5),
        ("6.21.0", ">= 5.0", 6),
        ("", "~> 6.0", 6),
        ("", ">= 5.40, < 7.0", 5),
        ("", "< 6.0", 5),
        ("", "", 5),
        ("4.67.0", "", 5),
        ("12.0.0", "", 6),
    ],
)
def test_the_lock_file_or_else_the_constraint_selects(version, constraints, major):
    others = ("registry.terraform.io/hashicorp/random", "3.6.0", "")
    assert rules_of([others, (AWS, version, constraints)]).major == major


def test_no_provider_is_named():
    assert rules_of([]) is MEASURED


def test_a_mirrored_source_is_the_same_provider():
    assert rules_of([("mirror.example.com/hashicorp/aws", "6.0.0", "")]).major == 6


def test_measured_rules_change_no_kind():
    assert all(MEASURED.applied(kind) is kind for kind in kinds())


def test_a_later_version_changes_what_is_named_only():
    six = rules_of([(AWS, "6.0.0", "")])
    table = next(kind for kind in kinds() if kind.type == "aws_dynamodb_table")
    changed = six.applied(table)
    pairs = zip(table.attributes, changed.attributes, strict=True)
    assert {after.name for before, after in pairs if before != after} == {"attribute", "global_secondary_index"}
    assert six.origin.of == "provider hashicorp/aws 6 (read, not measured)"


SIX = rules_of([(AWS, "6.0.0", "")])


def plans(rules, declared, found):
    """Plan by path."""
    (comparison,) = compare([declared], read(found), found, KINDS.values(), scope(), rules=rules)
    return {drift.path: drift.plan for drift in comparison.drifts}


def test_an_attribute_alone_is_a_difference_to_5_and_none_to_6():
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "left")]
    found = answers(table=described(AttributeDefinitions=attributes))
    assert plans(MEASURED, table(), found) == {'attribute["left"]': Plan.UPDATE}
    assert plans(SIX, table(), found) == {'attribute["left"]': Plan.NO_OP}


def test_indexes_that_the_code_leaves_out_are_deleted_by_5_and_left_alone_by_6():
    index = {
        "IndexName": "by-id",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
    }
    found = answers(table=described(GlobalSecondaryIndexes=[index]))
    assert plans(MEASURED, table(), found) == {'global_secondary_index["by-id"]': Plan.UPDATE}
    assert plans(SIX, table(), found) == {"global_secondary_index": Plan.NO_OP}
