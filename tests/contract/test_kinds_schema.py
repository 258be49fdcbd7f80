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


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_every_argument_of_the_provider_is_known_and_none_other(kind):
    schema = resource_schema(kind.type)
    arguments = (set(schema.attributes) | set(schema.blocks)) - COMPUTED_ONLY
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
