"""Names that expressions bind."""

from auditor.hcl import values
from auditor.hcl.scope import UNBOUND

ONE, TWO = values.number(1), values.number(2)


def test_inner_names_hide_outer_ones_and_leave_them_as_they_are():
    outer = UNBOUND.with_names({"a": ONE, "b": ONE})
    inner = outer.with_names({"a": TWO})
    assert (inner.get("a"), inner.get("b"), outer.get("a"), UNBOUND.get("a")) == (TWO, ONE, ONE, None)


def test_the_element_of_a_splat_stays_beside_the_names():
    bound = UNBOUND.with_names({"a": ONE}).with_item(TWO)
    assert (bound.get("a"), bound.item, bound.with_names({"b": ONE}).item) == (ONE, TWO, TWO)
