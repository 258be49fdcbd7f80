"""Values as the plan's JSON has them, and what it does not say."""

from auditor.hcl import types, values
from auditor.hcl.numbers import parse
from auditor.hcl.plan_shape import MASKED, PlanShape, origins_of
from auditor.hcl.provenance import Provenance
from auditor.hcl.source import SourceFile

WHY = values.not_evaluable("why", "a.b")
UNKNOWN = values.unknown(types.STRING, WHY)
SECRET = values.string("hidden").marked(frozenset({values.SENSITIVE}))


def test_what_is_unknown_is_left_out_of_objects_null_in_lists_and_told_by_path():
    shape = PlanShape()
    tags = values.map_of(types.STRING, {"a b": UNKNOWN, "c": values.string("d")})
    value = values.mapping({"tags": tags, "items": values.sequence([UNKNOWN, values.number(parse("0.5"))])})
    assert shape.of(value) == {"items": [None, 0.5], "tags": {"c": "d"}}
    assert shape.unknown == {"items[0]": WHY, 'tags["a b"]': WHY}


def test_what_is_sensitive_is_masked_only_where_asked():
    value = values.mapping({"s": SECRET, "n": values.null(types.STRING).marked(SECRET.marks)})
    assert PlanShape(reveal_sensitive=False).of(value) == {"n": None, "s": MASKED}
    revealing = PlanShape()
    assert revealing.of(value) == {"n": None, "s": "hidden"}
    assert revealing.sensitive == ["n", "s"]


def test_an_origin_names_each_line_once_and_what_nobody_wrote_has_none():
    source = SourceFile("main.tf", "a = 1\nb = a\n")
    handed = values.string("x", Provenance(source, 4)).handed_on(source, 0).handed_on(source, 6)
    found = origins_of(values.mapping({"x": handed, "y": values.string("y")}))
    assert {path: [str(place) for place in origin.chain] for path, origin in found.items()} == {
        "x": ["main.tf:1:5", "main.tf:2:1"]
    }
