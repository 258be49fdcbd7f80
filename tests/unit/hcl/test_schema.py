"""The provider's schema."""

from auditor.hcl import types
from auditor.hcl.schema import data_schema, from_notation, resource_schema


def test_what_the_table_is_made_of():
    table = resource_schema("aws_dynamodb_table")
    assert table.attributes["billing_mode"].absent.content == "PROVISIONED"
    assert table.attributes["arn"].computed
    assert table.attributes["range_key"].absent.is_null
    assert table.blocks["global_secondary_index"].nesting == "set"
    assert table.blocks["ttl"].computed
    assert types.notation(table.type)[1]["tags"] == ["map", "string"]


def test_types_that_are_not_described():
    assert resource_schema("aws_nothing") is None
    assert data_schema("aws_nothing") is None


def test_notation_goes_both_ways():
    for notation in ("string", ["list", ["map", "number"]], ["object", {"a": "bool"}], ["tuple", ["string"]]):
        assert types.notation(from_notation(notation)) == notation


def test_defaults_have_the_type_of_their_attribute():
    policy = resource_schema("aws_appautoscaling_policy").blocks["target_tracking_scaling_policy_configuration"].schema
    assert policy.attributes["disable_scale_in"].absent.content is False
