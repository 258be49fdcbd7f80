import pytest

from auditor.hcl import plain_values, types, values
from auditor.hcl.errors import EvaluationError
from auditor.hcl.traversal import attribute, index
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType
from auditor.hcl.values import SENSITIVE, Undecided

CAUSE = values.not_evaluable("later", "aws_x.y")
SECRET = frozenset({SENSITIVE})
KEY = values.string("a")


def test_parts_have_the_marks_of_what_they_stand_in():
    subject = plain_values.from_plain({"a": (1,)}).marked(SECRET)
    assert attribute(subject, "a").sensitive
    assert index(subject, KEY).sensitive
    assert index(plain_values.from_plain((1,)), values.number(0).marked(SECRET)).sensitive


@pytest.mark.parametrize(
    ("type_", "named", "indexed"),
    [
        (types.DYNAMIC, types.DYNAMIC, types.DYNAMIC),
        (ObjectType({"a": types.STRING}), types.STRING, types.DYNAMIC),
        (MapType(types.BOOL), types.BOOL, types.BOOL),
    ],
)
def test_parts_of_unknown_values_are_unknown_for_the_same_cause(type_, named, indexed):
    subject = values.unknown(type_, CAUSE)
    for found, part in ((attribute(subject, "a"), named), (index(subject, KEY), indexed)):
        assert found.type == part
        assert found.content.cause == CAUSE


def test_elements_of_sequences():
    listed = values.unknown(ListType(types.STRING), CAUSE)
    assert index(listed, values.number(0)).type == types.STRING
    pair = values.unknown(TupleType((types.STRING, types.BOOL)), CAUSE)
    assert index(pair, values.number(1)).type == types.BOOL
    with pytest.raises(EvaluationError):
        index(pair, values.number(2))
    somewhere = values.unknown(types.NUMBER, CAUSE)
    assert isinstance(index(plain_values.from_plain(("a", "b")), somewhere).content, Undecided)


@pytest.mark.parametrize(
    ("subject", "name", "summary"),
    [
        (values.unknown(ObjectType({}), CAUSE), "a", "Unsupported attribute"),
        (values.unknown(types.STRING, CAUSE), "a", "Unsupported attribute"),
        (values.map_of(types.STRING, {}), "a", "Missing map element"),
        (values.NULL, "a", "Attempt to get attribute from null value"),
        (values.list_of(ObjectType({"a": types.STRING}), []), "a", "Unsupported attribute"),
        (plain_values.from_plain((1,)), "a", "Unsupported attribute"),
    ],
)
def test_what_has_no_such_attribute(subject, name, summary):
    with pytest.raises(EvaluationError) as caught:
        attribute(subject, name)
    assert caught.value.summary == summary


@pytest.mark.parametrize(
    "subject", [values.set_of(types.STRING, [KEY]), values.unknown(SetType(types.STRING), CAUSE), KEY, values.NULL]
)
def test_what_has_no_index(subject):
    with pytest.raises(EvaluationError):
        index(subject, KEY)
