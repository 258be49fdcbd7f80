"""What the provider plans beside what is written."""

import pytest

from auditor.hcl import types, values
from auditor.hcl.completion import completed_attribute
from auditor.hcl.schema import AttributeSchema
from auditor.hcl.values import Value

CAUSE = values.not_evaluable("later", "local.x")
OPTIONAL = AttributeSchema(types.STRING)
COMPUTED = AttributeSchema(types.STRING, computed=True)
DEFAULT = AttributeSchema(types.STRING, computed=True, default=values.string("d"))
TAGS = AttributeSchema(types.MapType(types.STRING))


@pytest.mark.parametrize(
    ("written", "attribute", "planned"),
    [
        (None, OPTIONAL, None),
        (None, DEFAULT, "d"),
        (values.NULL, DEFAULT, "d"),
        (values.EMPTY_STRING, OPTIONAL, ""),
        (values.EMPTY_STRING, AttributeSchema(types.STRING, computed=True, blank=True), ""),
        (values.string("x"), AttributeSchema(types.STRING, suppressed="x"), None),
        (values.string('{"b": 1, "a": 2}'), AttributeSchema(types.STRING, normalized="json"), '{"a":2,"b":1}'),
        (Value((), types.ListType(types.STRING)), AttributeSchema(types.ListType(types.STRING)), None),
    ],
)
def test_what_is_planned(written, attribute, planned):
    assert completed_attribute(written, attribute, "r.a").content == planned


@pytest.mark.parametrize("written", [None, values.NULL, values.EMPTY_STRING])
def test_what_aws_decides(written):
    found = completed_attribute(written, COMPUTED, "r.a").content
    assert found.cause.references == ("r.a",)


def test_inside_of_a_set_of_blocks_nothing_is_an_empty_text():
    assert completed_attribute(None, OPTIONAL, "r.a", in_set=True).content == ""
    assert completed_attribute(values.EMPTY_STRING, COMPUTED, "r.a", in_set=True).content == ""


def test_a_map_is_unknown_as_a_whole_and_knows_no_null():
    tags = {"a": values.string("x"), "b": values.null(types.STRING)}
    assert list(completed_attribute(values.map_of(types.STRING, tags), TAGS, "r.t").content) == ["a"]
    tags["b"] = values.unknown(types.STRING, CAUSE)
    assert not completed_attribute(values.map_of(types.STRING, tags), TAGS, "r.t").is_known
