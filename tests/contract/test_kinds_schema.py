"""The attributes of kinds against the provider's schema: nothing left out, nothing made up."""

import pytest

from auditor.hcl.schema import resource_schema
from auditor.kinds import kinds
from auditor.model.kind import Shape

COMPUTED_ONLY = {
    "arn",
    "id",
    "tags_all",
    "key_id",
    "target_key_arn",
    "stream_arn",
    "stream_label",
    "revision_id",
    "alarm_arns",
}
OF_ONE_KIND = {
    "aws_backup_plan": {"version"},
    "aws_backup_vault": {"recovery_points"},
    "aws_iam_policy": {"attachment_count", "policy_id"},
    "aws_kms_replica_key": {"key_rotation_enabled", "key_spec", "key_usage"},
}
"""Computed only, where other kinds have an argument of the same name."""


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_every_argument_of_the_provider_is_known_and_none_other(kind):
    schema = resource_schema(kind.type)
    computed = COMPUTED_ONLY | OF_ONE_KIND.get(kind.type, set())
    required = {name for name, attribute in schema.attributes.items() if attribute.required}
    arguments = (set(schema.attributes) | set(schema.blocks)) - (computed - required)
    assert {attribute.name for attribute in kind.attributes} == arguments


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_computed_arguments_are_the_provider_s(kind):
    schema = resource_schema(kind.type)
    for attribute in kind.attributes:
        if attribute.name in schema.attributes and attribute.compared:
            assert attribute.computed == schema.attributes[attribute.name].computed, attribute.name


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_sets_of_blocks_have_an_identity_among_their_children(kind):
    for attribute in kind.attributes:
        if attribute.shape is Shape.BLOCKS and attribute.children:
            assert attribute.identity in {child.name for child in attribute.children}
