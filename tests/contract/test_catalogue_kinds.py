import pytest

from auditor.kinds import kinds
from auditor.subjects.facts import catalogue

KINDS = {kind.type: kind for kind in kinds()}
ANALYSED = {
    "alarm_metrics",
    "autoscaling.read",
    "autoscaling.unscaled_indexes",
    "autoscaling.write",
    "encryption",
    "exists",
    "ignore_changes",
    "in_scope",
    "policy.foreign_accounts",
    "policy.public_statements",
    "policy.written",
    "prevent_destroy",
    "region",
    "resource_policy.foreign_accounts",
    "resource_policy.public_statements",
    "ttl.attribute_type",
    "undefined_attributes",
    "unused_attributes",
}
"""What is worked out from attributes of the resource or of others."""
OWN_NAMES = {
    "global_secondary_index": "global_secondary_index_names",
    "local_secondary_index": "local_secondary_index_names",
    "replica": "replica_regions",
}


def paths(attributes, prefix=""):
    for attribute in attributes:
        yield prefix + attribute.name
        yield from paths(attribute.children, f"{prefix}{attribute.name}.")


@pytest.mark.parametrize(("type_", "kind"), [("table", "aws_dynamodb_table"), ("key", "aws_kms_key")])
def test_declared_facts_are_attributes_of_the_kind(type_, kind):
    known = set(paths(KINDS[kind].attributes)) | set(OWN_NAMES.values())
    declared = {path.removeprefix("declared.") for path in catalogue()[type_] if path.startswith("declared.")}
    assert declared - ANALYSED <= known
    assert len(declared) > 5
