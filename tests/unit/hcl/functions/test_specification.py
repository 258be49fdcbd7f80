from pathlib import Path

import pytest

from auditor.hcl import plain_values, values
from auditor.hcl.errors import FunctionError, FunctionLimit
from auditor.hcl.functions.specification import Family, Parameter, Surroundings, call, whole
from auditor.hcl.functions.table import FUNCTIONS
from auditor.hcl.numbers import Float, parse
from auditor.hcl.types import NUMBER, STRING
from auditor.hcl.values import SENSITIVE, Undecided

PLAN = Surroundings(Path(), Path())
CAUSE = values.not_evaluable("later", "local.x")
SECRET = frozenset({SENSITIVE})


def run(name, *arguments):
    return call(FUNCTIONS[name], arguments, PLAN)


def test_arguments_reach_a_function_as_plain_content():
    family, seen = Family(), []

    @family.function("f", Parameter("text", STRING), variadic=Parameter("numbers", NUMBER), result=STRING)
    def _f(text, *given):
        seen.append((text, given))
        return text

    arguments = [values.number(1), values.string("2"), values.number(3)]
    assert call(family.functions["f"], arguments, PLAN).content == "1"
    assert seen == [("1", (2, 3))]


def test_unknown_arguments_make_the_result_unknown_with_its_type():
    content = run("upper", values.unknown(STRING, CAUSE))
    assert (content.type, content.content.cause, content.content.not_null) == (STRING, CAUSE, True)


def test_unknown_parts_make_the_result_unknown_where_they_could_matter():
    partly = values.sequence([values.unknown(STRING, CAUSE), values.string("b")])
    assert isinstance(run("join", values.string(","), partly).content, Undecided)
    assert run("element", partly, values.number(1)).content == "b"
    assert run("length", partly).content == 2


def test_marks_of_arguments_are_on_the_result():
    assert run("upper", values.string("a").marked(SECRET)).sensitive
    inner = values.mapping({"a": values.string("x").marked(SECRET)})
    assert run("jsonencode", inner).sensitive
    merged = run("merge", inner, values.mapping({"b": values.TRUE}))
    assert not merged.sensitive
    assert merged.content["a"].sensitive
    assert not merged.content["b"].sensitive


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("base64decode", ["hunter2!"]),
        ("tonumber", ["hunter2!"]),
        ("parseint", ["hunter2!", 10]),
        ("formatdate", ["YYYY", "hunter2!"]),
        ("cidrhost", ["hunter2!", 1]),
        ("uuidv5", ["hunter2!", "x"]),
        ("file", ["hunter2!"]),
        ("textencodebase64", ["a", "hunter2!"]),
        ("regex", ["hunter2!(", "x"]),
    ],
)
def test_no_complaint_quotes_a_sensitive_argument(name, arguments):
    given = [plain_values.from_plain(item).marked(SECRET) for item in arguments]
    with pytest.raises(FunctionError) as caught:
        run(name, *given)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["timestamp", "plantimestamp", "uuid"])
def test_a_plan_knows_neither_time_nor_chance(name):
    value = run(name)
    assert isinstance(value.content, Undecided)
    assert value.content.not_null


def test_what_is_certain_of_a_random_result():
    value = run("bcrypt", values.string("x"), values.number(12))
    assert value.content.prefix == "$2a$12$"
    assert run("length", value).content == 60


def test_compressed_texts_are_not_guessed():
    assert run("base64gzip", values.string("x")).content.prefix.startswith("H4sI")


def test_numbers_with_too_many_digits_are_a_limit_not_a_complaint():
    with pytest.raises(FunctionLimit):
        run("jsondecode", values.string("1e99999"))


@pytest.mark.parametrize("number", [parse("1.5"), 2**63, -(2**63) - 1])
def test_what_is_no_machine_integer(number):
    with pytest.raises(FunctionError, match="whole number"):
        whole(number)
    assert whole(2**63 - 1) == 2**63 - 1
    assert isinstance(parse("1.5"), Float)
