"""Quoted strings, heredocs and template files."""

import pytest

from auditor.hcl import ast
from auditor.hcl.parser import parse, parse_expression
from auditor.hcl.source import SourceFile
from auditor.hcl.template import parse_template
from auditor.model.errors import HclSyntaxError


def expression(text):
    return parse_expression(SourceFile("x", text))


def heredoc(text):
    return parse(SourceFile("x", f"a = {text}")).attributes["a"].expression


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\n\t\"\\\u00e9\U0001F600"', 'a\n\t"\\\u00e9\U0001f600'),
        ('"$${x} %%{y} $ % $$"', "${x} %{y} $ % $$"),
        ('"e\u0301"', "\u00e9"),
        ('""', ""),
    ],
)
def test_literals(text, value):
    assert expression(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<<E\n  a\n b\nE\n", "  a\n b\n"),
        ("<<-E\n    a\n\n      b\n  E\n", "a\n\n  b\n"),
        ("<<-E\n\t\ta\n\t  b\nE\n", "a\n b\n"),
        ("<<E\nE\n", ""),
        ("<<E\na\\n$${x}\nE  \n", "a\\n${x}\n"),
    ],
)
def test_heredocs(text, value):
    assert heredoc(text).value == value


def test_one_interpolation_alone_keeps_its_type():
    assert isinstance(expression('"${var.x}"'), ast.TemplateWrap)
    assert isinstance(expression('"${var.x} "'), ast.Template)


def test_strip_markers_take_one_literal():
    parts = heredoc("<<E\n  x ${~ a ~}  \n  y\nE\n").parts
    assert [part.value for part in parts if isinstance(part, ast.Literal)] == ["  x", "  y\n"]


def test_directives_nest():
    (branch,) = expression('"%{ if a }x%{ for k, v in m }${v}%{ endfor }%{ else }y%{ endif }"').parts
    assert branch.if_false.value == "y"
    loop = branch.if_true.parts[1]
    assert (loop.key_name, loop.value_name) == ("k", "v")


@pytest.mark.parametrize(
    "text",
    ['"%{ if a }x"', '"%{ endif }"', '"%{ else }"', '"%{ while a }"', '"%{ for a, b, c in m }%{ endfor }"', '"${a b}"'],
)
def test_broken_templates_are_refused(text):
    with pytest.raises(HclSyntaxError):
        expression(text)


def test_a_template_file_is_one_template():
    parsed = parse_template(SourceFile("t.tftpl", 'name = "${name}"\n'))
    assert [type(part).__name__ for part in parsed.parts] == ["Literal", "Variable", "Literal"]
