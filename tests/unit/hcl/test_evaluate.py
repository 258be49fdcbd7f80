from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.hcl import plain_values, types, values
from auditor.hcl.console import EmptyScope
from auditor.hcl.errors import EvaluationError, LimitExceeded
from auditor.hcl.evaluate import Evaluation, Outline, evaluate
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.numbers import Float
from auditor.hcl.parser import parse_expression
from auditor.hcl.provenance import Provenance
from auditor.hcl.scope import UNBOUND
from auditor.hcl.source import SourceFile
from auditor.hcl.values import Undecided, Value, not_evaluable
from auditor.model.facts import SourceRange


class LocalScope(EmptyScope):
    """Nothing but locals, by name."""

    def __init__(self, **found):
        super().__init__(Surroundings(Path(), Path()))
        self.found = found
        self.asked = []

    def resolve(self, name, steps, /):
        if name == "local":
            self.asked.append(steps)
            return self.found[steps[0]], 1
        return super().resolve(name, steps)


def result(expression, **found):
    source = SourceFile("main.tf", expression)
    return evaluate(parse_expression(source), LocalScope(**found), source)


def places(value):
    return [str(place) for place in value.origin.chain()]


def test_a_literal_knows_its_place():
    assert places(result("\n  7")) == ["main.tf:2:3"]


@pytest.mark.parametrize(
    "expression",
    [
        "local.given.name",
        'local.given["name"]',
        "values(local.given)[0]",
        'lookup(local.given, "name", "other")',
        "merge({ other = 1 }, local.given).name",
        "try(local.missing.nothing, local.given.name)",
        "coalesce(null, local.given.name)",
        "true ? local.given.name : 7",
        "[for item in [local.given] : item.name][0]",
        "flatten([[local.given.name]])[0]",
        "concat([1], [local.given.name])[1]",
        "tolist([local.given.name])[0]",
        "one([local.given][*].name)",
        "tostring(local.given.name)",
        "sensitive(local.given.name)",
    ],
)
def test_a_value_handed_through_keeps_the_place_of_its_literal(expression):
    source = SourceFile("terraform.tfvars", 'x = "users"')
    literal = values.string("users", Provenance(source, 4))
    found = result(expression, given=values.mapping({"name": literal}), missing=values.mapping({}))
    assert found.content == "users"
    assert places(found) == ["terraform.tfvars:1:5"]


def test_a_computed_value_stands_where_it_is_computed():
    assert places(result('\n"${local.given}-x"', given=values.string("a"))) == ["main.tf:2:1"]


def test_places_that_handed_a_value_on_follow_the_deciding_one():
    variables, main = SourceFile("prod.tfvars", "name = 1"), SourceFile("main.tf", "\nname = var.name")
    value = values.number(1, Provenance(variables, 7)).handed_on(main, 8)
    assert value.origin.chain() == (SourceRange("prod.tfvars", 1, 8), SourceRange("main.tf", 2, 8))


def test_references_say_which_part_is_wanted():
    scope = LocalScope(given=values.sequence([values.mapping({"a": values.mapping({"b": values.TRUE})})]))
    source = SourceFile("main.tf", "local.given[0].a.b")
    assert evaluate(parse_expression(source), scope, source).content is True
    assert scope.asked == [("given", None, "a", "b")]


def test_an_error_has_the_place_of_the_innermost_part():
    with pytest.raises(EvaluationError) as caught:
        result("[1, { a = upper([]) }]")
    assert str(caught.value.place.chain()[0]) == "main.tf:1:11"


def test_the_branch_that_is_not_chosen_may_fail():
    assert result('true ? "a" : tonumber("x")').content == "a"
    with pytest.raises(EvaluationError):
        result('false ? "a" : tonumber("x")')


def test_an_unknown_value_carries_its_references():
    cause = values.not_evaluable("later", "aws_kms_key.this")
    found = result('"arn-${local.given}"', given=values.unknown(types.STRING, cause))
    assert found.content.cause.references == ("aws_kms_key.this",)
    assert found.content.prefix == "arn-"


@pytest.mark.parametrize(
    "expression",
    [
        "[for a in range(1000) : [for b in range(1000) : b]]",
        "try([for a in range(1000) : [for b in range(1000) : b]], 1)",
        "can([for a in range(1000) : [for b in range(1000) : b]])",
    ],
)
def test_loops_end(expression, monkeypatch):
    monkeypatch.setattr("auditor.hcl.evaluate.MOST_TURNS", 1000)
    with pytest.raises(LimitExceeded):
        result(expression)


def test_values_do_not_grow_without_end():
    with pytest.raises(LimitExceeded):
        doubled(values.sequence([values.string("x")]), "[local.given, local.given]")


def test_texts_do_not_grow_without_end():
    with pytest.raises(LimitExceeded):
        doubled(values.string("x" * 1000), '"${local.given}${local.given}"')


def doubled(value, expression):
    for _ in range(50):
        value = result(expression, given=value)


# A law: what is certain while a value is unknown, stays so whatever it turns out to be.
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b", "1", "true"]))
PLAIN = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(tuple), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
LEAVES = st.sampled_from(
    ["local.x", "local.x", "local.x", "1", "0", '"a"', '"b"', "true", "null", "[]", "{}", '["a", "b"]', "{ a = 1 }"]
)
FORMS = [
    "({0} == {1})", "({0} != {1})", "({0} && {1})", "({0} || {1})", "({0} + {1})", "({0} < {1})", "(!{0})",
    "({0} ? {1} : {2})", "[{0}, {1}]", "{{ a = {0}, b = {1} }}", '"p-${{{0}}}"', "[for v in {0} : v]",
    "[for v in [{0}] : v if {1} == v]", "{{ for k, v in {{ a = {0} }} : k => v }}", "{0}[*]", "[{0}][*].a",
    "try({0}, {1})", "try({0}.a, {1})", "can({0}.a)", "length({0})", "merge({0}, {1})", "concat({0}, {1})",
    "coalesce({0}, {1})", 'lookup({0}, "a", {1})', "contains({0}, {1})", "element({0}, 0)", "keys({0})",
    "values({0})", "flatten([{0}, {1}])", "tolist({0})", "toset({0})", "tomap({0})", "tostring({0})",
    "jsonencode({0})", 'join(",", {0})', 'format("%s", {0})', 'startswith("p-${{{0}}}", "p")', "one({0})",
    "distinct({0})", "sort({0})", "setunion({0}, {1})", "alltrue({0})", "anytrue({0})", "reverse({0})",
    "compact({0})", "coalescelist({0}, {1})", "issensitive({0})", "length(toset({0}))", 'zipmap(["a"], [{0}])',
    "setproduct({0}, {1})", "chunklist({0}, 1)", "index({0}, {1})", 'formatlist("%s", {0})',
    "length({0} == {1} ? [1] : [2])", '({0} == {1} ? "pre-a" : "pre-b")',
]  # fmt: skip
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(lambda form, *parts: form.format(*parts), st.sampled_from(FORMS), inner, inner, inner),
    max_leaves=6,
)


def outcome(expression, value):
    try:
        return result(expression, x=value)
    except EvaluationError as error:
        return error


def admits(certain, actual):
    """Whether a result with unknown parts says nothing that the actual result contradicts."""
    content, found = certain.content, actual.content
    if isinstance(content, Undecided):
        return isinstance(found, Undecided) or within(content, found)
    if isinstance(content, dict) and isinstance(found, dict):
        return content.keys() == found.keys() and all(admits(content[key], found[key]) for key in content)
    if isinstance(content, tuple) and isinstance(found, tuple):
        if isinstance(certain.type, types.SetType) and not values.is_wholly_known(certain):
            return len(found) <= len(content)
        return len(content) == len(found) and all(map(admits, content, found))
    return type(content) is type(found) and content == found


def within(content, found):
    """Whether known content is what is certain about an unknown value."""
    if found is None:
        return not content.not_null
    if isinstance(found, bool | Float):
        return True
    if isinstance(found, str) and not found.startswith(content.prefix):
        return False
    size = found if isinstance(found, int) else len(found)
    low, high = content.minimum, content.maximum
    return (low is None or size >= low) and (high is None or size <= high)


def walked(value):
    """A value and everything inside it."""
    yield value
    if value.is_known and isinstance(value.content, tuple | dict):
        for item in value.content.values() if isinstance(value.content, dict) else value.content:
            yield from walked(item)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expression=EXPRESSIONS, plain=PLAIN)
def test_what_is_certain_while_a_value_is_unknown_stays_so(expression, plain):
    known = plain_values.from_plain(plain)
    cause = values.not_evaluable("later", "local.x")
    actual = outcome(expression, known)
    if isinstance(actual, EvaluationError):
        return
    if plain is None and not all(part.is_known for part in walked(actual)):
        return  # functions take a null without a type for one whose type is open, as Terraform's do: nothing is certain
    unknowns = [
        values.unknown(types.DYNAMIC, cause),
        values.unknown(known.type, cause),
        values.unknown(known.type, cause, not_null=plain is not None),
    ]
    for unknown in unknowns:
        while_unknown = outcome(expression, unknown)
        assert isinstance(while_unknown, Value), (expression, unknown)
        assert admits(while_unknown, actual), (expression, while_unknown, actual)


@pytest.mark.parametrize(
    ("expression", "notation"),
    [
        ("upper(1, 2)", "dynamic"),
        ("[upper(1, 2), 3]", ["tuple", ["dynamic", "number"]]),
        ('{ "a" = upper() }', ["object", {"a": "dynamic"}]),
        ("{ (upper()) = 1 }", "dynamic"),
        ('"x ${upper()}"', "string"),
        ('"${upper() + 1}"', "number"),
        ("upper() < 1", "bool"),
        ("!upper()", "bool"),
        ('upper() ? "x ${upper()}" : "a"', "string"),
        ("upper() ? [upper()] : 1", "dynamic"),
        ("true ? [upper()] : 1", "dynamic"),
        ('1 == 1 ? upper() : "a"', "dynamic"),
        ("null ? 1 : upper()", "dynamic"),
        ('[] ? "a" : 1', "string"),
        ("[for x in [1, 2] : x.missing]", ["tuple", ["dynamic", "dynamic"]]),
        ('{ for x in [1, 2] : "k" => upper() }', ["object", {"k": "dynamic"}]),
        ("[for x in upper() : x]", "dynamic"),
        ("{ a = upper(), b = 0.5 }.b", "number"),
        ("length([upper()])", "dynamic"),
        ("[upper()][*].x", "dynamic"),
        ("try([], upper())", "dynamic"),
        ("{}[*].x", ["tuple", ["dynamic"]]),
        ("[for x in {} : x if upper() == 1]", "dynamic"),
    ],
)
def test_of_what_fails_the_type_is_left(expression, notation):
    source = SourceFile("main.tf", expression)
    evaluation = Evaluation(LocalScope(), source)
    found = Outline(evaluation, not_evaluable("why")).value(parse_expression(source), UNBOUND)
    assert types.notation(found.type) == notation
