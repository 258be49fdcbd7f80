import pytest

from auditor.compare.sameness import same
from auditor.model.kind import Attribute, Equivalence, Shape
from auditor.model.values import Reason, Truth, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE)
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def attribute(shape, equivalence=None):
    return Attribute(name="x", shape=shape, doc="", equivalence=equivalence)


@pytest.mark.parametrize(
    ("one", "other", "truth"),
    [
        (("a", "b"), ("b", "a"), T),
        (("a",), ("b",), F),
        ((), None, T),
        (("a", UNKNOWN), ("a", "b"), U),
        (("a", UNKNOWN), ("b", "c", "d"), F),
        (("a", UNKNOWN), ("a", "b", "c"), F),
        (("a", UNKNOWN), ("b", UNKNOWN), U),
        (UNKNOWN, ("a",), U),
    ],
)
def test_sets(one, other, truth):
    assert same(attribute(Shape.SET), one, other) is truth
    assert same(attribute(Shape.SET), other, one) is truth


@pytest.mark.parametrize(
    ("shape", "equivalence", "one", "other", "truth"),
    [
        (Shape.NUMBER, Equivalence.NO_MAXIMUM, -1, None, T),
        (Shape.NUMBER, Equivalence.NO_MAXIMUM, -1, 5, F),
        (Shape.NUMBER, None, 0, None, T),
        (Shape.STRING, Equivalence.KEY_ID, "arn:aws:kms:x:1:key/k1", "k1", T),
        (Shape.STRING, Equivalence.KEY_ID, "k2", "k1", F),
        (Shape.MAP, None, {"a": "1", "b": None}, {"a": "1"}, T),
        (Shape.MAP, None, {"a": "1"}, {"a": "2"}, F),
        (Shape.JSON, None, '{"Version": "x"}', '{"Version":"x"}', T),
        (Shape.LIST, None, ("a", "b"), ("b", "a"), F),
        (Shape.BOOL, None, None, False, T),
    ],
)
def test_shapes_and_equivalences(shape, equivalence, one, other, truth):
    assert same(attribute(shape, equivalence), one, other) is truth
