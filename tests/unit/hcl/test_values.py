from decimal import Decimal

from auditor.hcl import numbers, plain_values, types, values
from auditor.hcl.provenance import Provenance
from auditor.hcl.source import SourceFile
from auditor.hcl.values import SENSITIVE, Undecided, Value
from auditor.model.facts import SourceRange
from auditor.model.values import Reason, Unknown

CAUSE = values.not_evaluable("later", "aws_kms_key.this")
SECRET = frozenset({SENSITIVE})


def test_strings_and_keys_are_in_normal_form():
    assert values.string("e\u0301").content == "\u00e9"


def test_types_follow_from_the_content():
    value = values.mapping({"b": values.sequence([values.TRUE]), "a": values.null(types.STRING)})
    assert value.type == types.ObjectType({"a": types.STRING, "b": types.TupleType((types.BOOL,))})


def test_a_chain_starts_at_the_deciding_place():
    source = SourceFile("a.tf", "x\ny\nz")
    chain = Provenance(source, 4, Provenance(source, 2, Provenance(source, 0)))
    assert chain.chain() == (SourceRange("a.tf", 1), SourceRange("a.tf", 2), SourceRange("a.tf", 3))


def test_sets_hold_each_element_once_in_order():
    items = [values.string(text) for text in ("b", "a", "b")] + [values.null(types.STRING)]
    assert [item.content for item in values.set_of(types.STRING, items).content] == ["a", "b", None]


def test_unknown_elements_of_a_set_stay_apart():
    unknown = values.unknown(types.STRING, CAUSE)
    assert len(values.set_of(types.STRING, [unknown, unknown, values.string("a")]).content) == 3


def test_marks_of_elements_move_to_the_set():
    made = values.set_of(types.STRING, [values.string("a").marked(SECRET)])
    assert made.sensitive
    assert not made.content[0].sensitive


def test_marks_deep_are_taken_off_and_told():
    value = values.sequence([values.mapping({"a": values.TRUE.marked(SECRET)})])
    plain, marks = values.unmark_deep(value)
    assert marks == SECRET
    assert values.marks_deep(plain) == frozenset()


def test_an_unknown_list_of_certain_length_is_a_list_of_unknown_elements():
    made = values.unknown(types.ListType(types.STRING), CAUSE, not_null=True, minimum=2, maximum=2)
    assert [type(item.content) for item in made.content] == [Undecided, Undecided]
    empty = values.unknown(types.MapType(types.STRING), CAUSE, not_null=True, minimum=0, maximum=0)
    assert empty.content == {}


def test_causes_are_merged_into_one():
    other = Unknown(Reason.COMPUTED_BY_AWS, "made by AWS", ("aws_x.y",))
    merged = values.merged([CAUSE, other, CAUSE])
    assert merged.reason is Reason.NOT_EVALUABLE
    assert merged.references == ("aws_kms_key.this", "aws_x.y")


def test_plain_values_for_the_model():
    value = values.mapping(
        {
            "n": values.number(numbers.parse("1.50")),
            "count": values.count(3),
            "set": values.set_of(types.STRING, [values.string("b"), values.string("a")]),
            "u": values.unknown(types.STRING, CAUSE),
            "none": values.NULL,
        }
    )
    found = plain_values.plain(value)
    assert found == {"count": 3, "n": Decimal("1.5"), "none": None, "set": ("a", "b"), "u": CAUSE}
    assert type(found["count"]) is int


def test_plain_values_come_back():
    plain = {"a": (1, "x", None, True), "b": {"c": Decimal("0.5")}}
    assert plain_values.plain(plain_values.from_plain(plain)) == plain


def test_size_counts_what_is_shared_each_time():
    value = Value((values.TRUE,) * 3)
    assert value.size == 4
    assert Value((value, value)).size == 9
