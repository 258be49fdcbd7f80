import pytest

from auditor.kinds import kinds
from auditor.subjects.facts import catalogue

KINDS = {kind.type: kind for kind in kinds()}
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
    analysed = {"exists", "in_scope", "encryption", "ignore_changes", "prevent_destroy", "region", "alarm_metrics"}
    declared = {path.removeprefix("declared.") for path in catalogue()[type_] if path.startswith("declared.")}
    assert declared - analysed <= known
    assert len(declared) > 5
