"""Edits change what they are for, and not a byte besides."""

import pytest

from auditor.hcl import edit
from auditor.hcl.layout import layout
from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile


def laid_out(text):
    return layout(SourceFile("main.tf", text))


def after(known, change):
    text = edit.applied(known.source.text, [change])
    parse(SourceFile("main.tf", text))
    return text


def body_of(known, *blocks):
    body = known.body
    for index in blocks:
        body = body.blocks[index].body
    return body


COMMENTED = """\
# head
resource "t" "n" {
  name   = "x" # why
  number = 1 // that

  /* ttl */
  ttl {
    enabled = true
  }
}
"""


def test_another_value_leaves_comments_and_blanks():
    known = laid_out(COMMENTED)
    assert after(known, edit.argument(known, body_of(known, 0), "name", "y")) == COMMENTED.replace('"x"', '"y"')
    assert after(known, edit.argument(known, body_of(known, 0, 0), "enabled", False)) == COMMENTED.replace(
        "enabled = true", "enabled = false"
    )


def test_a_new_argument_stands_behind_the_last_one_and_is_aligned():
    known = laid_out(COMMENTED)
    told = after(known, edit.argument(known, body_of(known, 0), "class", "C"))
    assert told == COMMENTED.replace("// that\n", '// that\n  class  = "C"\n')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("b {\n}\n", "b {\n  a = 1\n}\n"),
        ("b {}\n", "b {\n  a = 1\n}\n"),
        ("b { c = 2 }\n", "b {\n  c = 2\n  a = 1\n}\n"),
        ("b {\n  c {\n  }\n}\n", "b {\n  a = 1\n  c {\n  }\n}\n"),
        ("b {\r\n  c = 2\r\n}\r\n", "b {\r\n  c = 2\r\n  a = 1\r\n}\r\n"),
        ("b {\n  c = <<E\nx\nE\n}\n", "b {\n  c = <<E\nx\nE\n  a = 1\n}\n"),
    ],
)
def test_a_new_argument_in_any_body(text, told):
    known = laid_out(text)
    assert after(known, edit.argument(known, body_of(known, 0), "a", 1)) == told


def test_a_new_argument_of_a_file():
    known = laid_out("b = 2\n")
    assert after(known, edit.argument(known, known.body, "a", 1)) == "b = 2\na = 1\n"
    empty = laid_out("")
    assert after(empty, edit.argument(empty, empty.body, "a", 1)) == "a = 1\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("b {\n  a = 1 # gone with it\n  c = 2\n}\n", "b {\n  c = 2\n}\n"),
        ("b { a = 1 }\n", "b {  }\n"),
        ("b {\n  a = [\n    1,\n  ]\n}\n", "b {\n}\n"),
        ("b {\r\n  a = 1\r\n}\r\n", "b {\r\n}\r\n"),
    ],
)
def test_an_argument_taken_out(text, told):
    known = laid_out(text)
    attribute = body_of(known, 0).attributes["a"]
    assert after(known, edit.without_argument(known, attribute)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("b {\n  x = 1\n}\n", 'b {\n  x = 1\n\n  ttl {\n    enabled        = true\n    attribute_name = "e"\n  }\n}\n'),
        ("b {}\n", 'b {\n  ttl {\n    enabled        = true\n    attribute_name = "e"\n  }\n}\n'),
    ],
)
def test_a_new_block(text, told):
    known = laid_out(text)
    values = {"enabled": True, "attribute_name": "e"}
    assert after(known, edit.block(known, body_of(known, 0), "ttl", values)) == told


def test_a_new_block_with_a_block_inside_at_the_end_of_a_file():
    known = laid_out("a = 1\n")
    told = after(known, edit.block(known, known.body, "outer", {"x": 1, "inner": ({"y": 2},)}))
    assert told == "a = 1\n\nouter {\n  x = 1\n  inner {\n    y = 2\n  }\n}\n"


def test_a_block_taken_out_with_the_blank_line_before_it():
    known = laid_out("b {\n  x = 1\n\n  ttl {\n    enabled = true\n  }\n}\n")
    assert after(known, edit.without_block(known, body_of(known, 0).blocks[0])) == "b {\n  x = 1\n}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = {}\n", "a = { k = 1 }\n"),
        ("a = { b = 2 }\n", "a = { b = 2, k = 1 }\n"),
        ("a = { k = 2 }\n", "a = { k = 1 }\n"),
        ('a = { "k" = 2 }\n', 'a = { "k" = 1 }\n'),
        ("a = {\n  bc = 2 # two\n}\n", "a = {\n  bc = 2 # two\n  k  = 1\n}\n"),
        ("a = {\n  b = 2,\n  c = 3,\n}\n", "a = {\n  b = 2,\n  c = 3,\n  k = 1,\n}\n"),
        ("a = {\n  b = 2,\n  c = 3\n}\n", "a = {\n  b = 2,\n  c = 3,\n  k = 1\n}\n"),
        ("a = {\n  b = 2, c = 3 }\n", "a = {\n  b = 2, c = 3, \n  k = 1}\n"),
        ("a = {\n  b = 2 }\n", "a = {\n  b = 2 \n  k = 1}\n"),
    ],
)
def test_an_element_of_an_object(text, told):
    known = laid_out(text)
    assert after(known, edit.element(known, known.body.attributes["a"].expression, "k", 1)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = { k = 1 }\n", "a = {}\n"),
        ("a = { k = 1, b = 2 }\n", "a = { b = 2 }\n"),
        ("a = { b = 2, k = 1 }\n", "a = { b = 2 }\n"),
        ("a = { b = 2, k = 1, c = 3 }\n", "a = { b = 2, c = 3 }\n"),
        ("a = {\n  k = 1 # gone\n  b = 2\n}\n", "a = {\n  b = 2\n}\n"),
        ("a = {\n  b = 2,\n  k = 1,\n}\n", "a = {\n  b = 2,\n}\n"),
        ('a = {\n  ("k") = {\n    x = 1\n  }\n  b = 2\n}\n', "a = {\n  b = 2\n}\n"),
    ],
)
def test_an_element_taken_out(text, told):
    known = laid_out(text)
    of = known.body.attributes["a"].expression
    value = next(value for key, value in of.items if key.value == "k")
    assert after(known, edit.without_element(known, known.element_at(value.offset))) == told


def test_changes_of_one_text_go_together_unless_they_overlap():
    one, two = edit.Change("f", 0, 1, "x"), edit.Change("f", 2, 3, "y")
    assert edit.applied("abc", [two, one, one]) == "xby"
    assert edit.applied("abc", [one, edit.Change("f", 0, 2, "z")]) is None
