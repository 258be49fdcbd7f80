"""Provider versions: which rules the lock file selects, and what a later version does otherwise."""

import pytest

from auditor.compare.provider_rules import MEASURED, rules_of
from auditor.kinds import kinds

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
