import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_rules import ORIGIN, TABLE, condition_of, deciding, evidence_of, facts, truth_of

from auditor.model.catalogue import FactType
from auditor.model.facts import Fact, Facts
from auditor.model.rule import All, Any, Each, IfThen, Literal, Not, OtherFact, Some, Term
from auditor.model.values import NOT_APPLICABLE, Reason, Truth, Unknown, all_of, any_of, unknowns
from auditor.policy.conditions import MistypedFact, compiled

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WHO = Unknown(Reason.DENIED, api="dynamodb:DescribeTable")

ON = "{fact: live.exists, equals: true}"
NAMED = "{fact: live.name, equals: a}"
DAYS = "{fact: live.pitr.days, gte: 7}"


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        (ON, {"live__exists": True}, T),
        (ON, {"live__exists": False}, F),
        (ON, {"live__exists": WHO}, U),
        (ON, {}, F),
        (ON, {"live__exists": NOT_APPLICABLE}, F),
        (ON, {"live__exists": "true"}, U),
        (ON, {"live__exists": 1}, U),
        (DAYS, {"live__pitr__days": True}, U),
        ("{fact: live.name, exists: false}", {"live__name": NOT_APPLICABLE}, T),
        ("{fact: live.name, exists: true}", {"live__name": WHO}, U),
        ("{fact: live.indexes, contains: a}", {"live__indexes": ("a", WHO)}, T),
        ("{fact: live.indexes, contains: a}", {"live__indexes": ("a", 1)}, U),
        ("{fact: live.tags, contains_all: [a]}", {"live__tags": {"a": WHO}}, T),
        (f"all: [{ON}, {NAMED}]", {"live__exists": True, "live__name": "a"}, T),
        (f"all: [{ON}, {NAMED}]", {"live__exists": WHO, "live__name": "b"}, F),
        (f"all: [{ON}, {NAMED}]", {"live__exists": WHO, "live__name": "a"}, U),
        (f"any: [{ON}, {NAMED}]", {"live__exists": WHO, "live__name": "a"}, T),
        (f"any: [{ON}, {NAMED}]", {"live__exists": WHO, "live__name": "b"}, U),
        (f"any: [{ON}, {NAMED}]", {"live__exists": False, "live__name": "b"}, F),
        (f"not: {ON}", {"live__exists": WHO}, U),
        (f"not: {ON}", {"live__exists": False}, T),
        (f"if: {ON}\nthen: {NAMED}", {"live__exists": False, "live__name": WHO}, T),
        (f"if: {ON}\nthen: {NAMED}", {"live__exists": WHO, "live__name": "a"}, T),
        (f"if: {ON}\nthen: {NAMED}", {"live__exists": True, "live__name": "b"}, F),
        (f"if: {ON}\nthen: {NAMED}", {"live__exists": WHO, "live__name": "b"}, U),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": "a", "declared__name": "a"}, T),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": "a", "declared__name": "b"}, F),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": "a", "declared__name": WHO}, U),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": WHO, "declared__name": "a"}, U),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": "a", "declared__name": 1}, U),
        ("{fact: live.name, equals_fact: declared.name}", {}, T),
        ("{fact: live.pitr.days, lte_fact: declared.pitr.days}", {"live__pitr__days": 3}, F),
    ],
)
def test_truth(text, values, expected):
    assert truth_of(text, **values) is expected


EACH = "each: live.alarms\nassert: {fact: enabled, equals: true}"
SOME = "some: live.alarms\nwhere: {fact: enabled, equals: true}"
ENABLED, MUTED, HIDDEN = {"enabled": True, "name": "on"}, {"enabled": False, "name": "off"}, {"enabled": WHO}


@pytest.mark.parametrize(
    ("alarms", "each", "some"),
    [
        (None, T, F),
        ((), T, F),
        (WHO, U, U),
        ("x", U, U),
        (("x",), U, U),
        ((ENABLED,), T, T),
        ((ENABLED, MUTED), F, T),
        ((MUTED, WHO), F, U),
        ((ENABLED, WHO), U, T),
        ((ENABLED, HIDDEN), U, T),
        ((MUTED,), F, F),
    ],
)
def test_records(alarms, each, some):
    assert truth_of(EACH, live__alarms=alarms) is each
    assert truth_of(SOME, live__alarms=alarms) is some


def test_facts_are_compared_inside_a_record():
    text = "each: live.alarms\nassert: {fact: threshold, lte_fact: limit}"
    assert truth_of(text, live__alarms=({"threshold": 1, "limit": 2},)) is T
    assert truth_of(text, live__alarms=({"threshold": 3, "limit": 2},)) is F


def test_parameters_are_put_in():
    text = "{fact: live.pitr.days, gte: {param: days}}"
    assert truth_of(text, {"days": 7}, live__pitr__days=7) is T
    assert truth_of(text, {"days": 8}, live__pitr__days=7) is F
    assert truth_of(text, {"days": None}, live__pitr__days=7) is U
    ((path, value, expected),) = evidence_of(text, {"days": None}, live__pitr__days=7)
    assert (path, expected) == ("param.days", "is set")
    assert value.reason is Reason.NOT_READ


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        (DAYS, {"live__pitr__days": 3}, [("live.pitr.days", 3, "is at least 7")]),
        (
            f"all: [{ON}, {DAYS}]",
            {"live__exists": False, "live__pitr__days": 9},
            [("live.exists", False, "equals true")],
        ),
        (
            f"all: [{ON}, {DAYS}]",
            {"live__exists": WHO, "live__pitr__days": 3},
            [("live.pitr.days", 3, "is at least 7")],
        ),
        (
            f"any: [{ON}, {DAYS}]",
            {"live__exists": False, "live__pitr__days": 3},
            [("live.exists", False, "equals true"), ("live.pitr.days", 3, "is at least 7")],
        ),
        (f"not: {ON}", {"live__exists": True}, [("live.exists", True, "not: equals true")]),
        (
            f"if: {ON}\nthen: {DAYS}",
            {"live__exists": True, "live__pitr__days": 3},
            [("live.pitr.days", 3, "is at least 7")],
        ),
        (
            f"if: {ON}\nthen: {DAYS}",
            {"live__exists": WHO, "live__pitr__days": 3},
            [("live.exists", WHO, "not: equals true")],
        ),
        (
            "{fact: live.name, equals_fact: declared.name}",
            {"live__name": "a", "declared__name": "b"},
            [("live.name", "a", "equals declared.name"), ("declared.name", "b", "")],
        ),
        (EACH, {"live__alarms": (ENABLED, MUTED)}, [('live.alarms["off"].enabled', False, "equals true")]),
        (EACH, {"live__alarms": (ENABLED, HIDDEN)}, [("live.alarms[1].enabled", WHO, "equals true")]),
        (
            EACH,
            {"live__alarms": ({**MUTED, "name": None, "id": "W-1"},)},
            [('live.alarms["W-1"].enabled', False, "equals true")],
        ),
        (EACH, {"live__alarms": (WHO,)}, [("live.alarms[0]", WHO, "")]),
        (EACH, {"live__alarms": WHO}, [("live.alarms", WHO, "")]),
        (SOME, {"live__alarms": (MUTED,)}, [("live.alarms", (MUTED,), "in one of live.alarms: enabled equals true")]),
        (SOME, {"live__alarms": (MUTED, HIDDEN)}, [("live.alarms[1].enabled", WHO, "equals true")]),
        (f"not: {{{SOME.replace(chr(10), ', ')}}}", {"live__alarms": (ENABLED,)}, None),
        (
            "each: live.alarms\nassert: {each: actions, assert: {fact: arn, equals: x}}",
            {"live__alarms": ({"name": "a", "actions": ({"arn": "y"},)},)},
            [('live.alarms["a"].actions[0].arn', "y", "equals x")],
        ),
    ],
)
def test_evidence_is_what_decided(text, values, expected):
    found = evidence_of(text, **values)
    assert found
    if expected is not None:
        assert found == expected


def test_evidence_of_a_record_has_the_origin_and_secrecy_of_its_list():
    given = Facts({**facts(), "live.alarms": Fact((MUTED,), ORIGIN, sensitive=True)})
    (one,) = deciding(compiled(condition_of(EACH), {}), given)
    assert one.fact == Fact(False, ORIGIN, sensitive=True)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (ON, {"live__exists": "true"}),
        ("{fact: live.name, equals_fact: declared.name}", {"live__name": "a", "declared__name": 1}),
        (EACH, {"live__alarms": "x"}),
    ],
)
def test_a_mistyped_fact_is_a_defect(text, values):
    with pytest.raises(MistypedFact, match="the catalogue says"):
        evidence_of(text, **values)


def test_a_fact_that_is_not_there_is_a_defect():
    with pytest.raises(KeyError):
        compiled(condition_of(ON), {}).truth({})


# Laws, over three boolean facts and one list of records.

PATHS = ("live.exists", "live.name", "live.pitr.days")
LEAVES = (
    Term("live.exists", FactType.BOOL, "equals", Literal(True)),
    Term("live.name", FactType.STRING, "in", Literal(("a", "b"))),
    Term("live.name", FactType.STRING, "equals", OtherFact("declared.name", FactType.STRING)),
    Term("live.name", FactType.STRING, "exists", Literal(True)),
    Term("live.pitr.days", FactType.NUMBER, "gt", Literal(1)),
    Term("live.indexes", FactType.STRINGS, "contains", Literal("a")),
    Term("live.indexes", FactType.STRINGS, "empty", Literal(False)),
    Each("live.alarms", Term("enabled", FactType.BOOL, "equals", Literal(True))),
    Some("live.alarms", Term("enabled", FactType.BOOL, "equals", Literal(True))),
)
conditions = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(tuple).map(All)
        | st.lists(inner, min_size=1, max_size=3).map(tuple).map(Any)
        | inner.map(Not)
        | st.builds(IfThen, inner, inner)
    ),
    max_leaves=8,
)
_booleans = st.none() | st.booleans()
_names = st.none() | st.sampled_from("abc")
KNOWN = {
    "live.exists": _booleans,
    "live.name": _names,
    "declared.name": _names,
    "live.pitr.days": st.none() | st.integers(0, 3),
    "live.indexes": st.none() | st.lists(_names.filter(bool), max_size=2).map(tuple),
    "live.alarms": st.none() | st.lists(st.fixed_dictionaries({"enabled": st.booleans()}), max_size=2).map(tuple),
}


@st.composite
def known_and_holed(draw):
    """Facts, and the same with some of them, or parts of them, unknown."""
    known = {path: draw(strategy) for path, strategy in KNOWN.items()}
    holed = {path: WHO if draw(st.booleans()) else value for path, value in known.items()}
    for path in ("live.indexes", "live.alarms"):
        if isinstance(holed[path], tuple):
            holed[path] = tuple(WHO if draw(st.booleans()) else item for item in holed[path])
    return known, holed


def _facts(values):
    return Facts({path: Fact(values.get(path), ORIGIN) for path in TABLE})


@given(conditions, known_and_holed())
def test_replacing_an_unknown_by_a_value_never_flips_a_certain_truth(condition, values):
    truth = compiled(condition, {}).truth
    known, holed = map(_facts, values)
    before = truth(holed.plain)
    assert truth(known.plain) is not U
    if before is not U:
        assert truth(known.plain) is before


@given(st.lists(conditions, min_size=1, max_size=4), known_and_holed(), st.randoms(use_true_random=False))
def test_order_does_not_matter(parts, values, random):
    given = _facts(values[1])
    shuffled = random.sample(parts, len(parts))
    for join in (All, Any):
        assert compiled(join(tuple(parts)), {}).truth(given.plain) is compiled(join(tuple(shuffled)), {}).truth(
            given.plain
        )


@given(conditions, conditions, known_and_holed())
def test_combinations_are_kleenes(one, other, values):
    given = _facts(values[1])
    a, b = (compiled(condition, {}).truth(given.plain) for condition in (one, other))
    assert compiled(All((one, other)), {}).truth(given.plain) is all_of((a, b))
    assert compiled(Any((one, other)), {}).truth(given.plain) is any_of((a, b))
    assert compiled(Not(one), {}).truth(given.plain) is ~a
    assert compiled(IfThen(one, other), {}).truth(given.plain) is any_of((~a, b))
    assert compiled(Not(All((one, other))), {}).truth(given.plain) is compiled(Any((Not(one), Not(other))), {}).truth(
        given.plain
    )


@given(conditions, known_and_holed())
def test_there_is_always_evidence_and_of_an_unknown_it_is_unknown(condition, values):
    given = _facts(values[1])
    made = compiled(condition, {})
    found = list(itertools.islice(deciding(made, given), 50))
    assert found
    if made.truth(given.plain) is U:
        assert any(unknowns(one.fact.value) for one in found)
