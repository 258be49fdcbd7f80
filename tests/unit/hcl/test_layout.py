"""Spans: each is exactly the text of its expression."""

import json

import pytest

from auditor.hcl.json_syntax import moved
from auditor.hcl.layout import layout
from auditor.hcl.parser import parse, parse_expression
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError


def laid_out(text):
    return layout(SourceFile("main.tf", text))


def every_file(root):
    for pattern in ("terraform/**/*.tf", "terraform/**/*.tfvars", "tests/fixtures/hcl/roots/**/*.tf"):
        yield from (path.read_text(encoding="utf-8") for path in sorted(root.glob(pattern)))
    snippets = json.loads((root / "tests/fixtures/hcl/snippets.json").read_text(encoding="utf-8"))
    for snippet in snippets if isinstance(snippets, list) else snippets["snippets"]:
        yield snippet["hcl"] if "hcl" in snippet else snippet["text"]


def test_the_text_of_a_span_is_its_expression_again(root):
    looked_at = 0
    for text in every_file(root):
        try:
            known = laid_out(text)
        except HclSyntaxError:
            with pytest.raises(HclSyntaxError):
                parse(SourceFile("main.tf", text))
            continue
        assert known.body == parse(known.source)
        for expressions in known._starting.values():
            for expression in expressions:
                span = known.span(expression)
                part = known.source.text[span.start : span.end]
                part += "\n" if part.startswith("<<") else ""
                assert moved(parse_expression(SourceFile("part", part)), 0) == moved(expression, 0), part
                looked_at += 1
    assert looked_at > 8000


def test_parentheses_belong_to_what_they_hold():
    known = laid_out("a = (1 + 2) # three\n")
    span = known.span(known.body.attributes["a"].expression)
    assert known.source.text[span.start : span.end] == "(1 + 2)"


def test_braces_of_bodies_and_objects():
    known = laid_out("b {\n  c = { d = 1 }\n}\ne { f = 2 }\n")
    text = known.source.text
    inner = [known.braces(block.body).inner for block in known.body.blocks]
    assert [text[each.start : each.end] for each in inner] == ["\n  c = { d = 1 }\n", " f = 2 "]
    of = known.braces(known.body.blocks[0].body.attributes["c"].expression).inner
    assert text[of.start : of.end] == " d = 1 "
    assert known.braces(known.body) is None


def test_what_stands_at_an_offset():
    known = laid_out("b {\n  c = { d = 1 }\n}\n")
    text = known.source.text
    body, attribute = known.attribute_at(text.index("c ="))
    assert attribute.name == "c"
    assert body is known.body.blocks[0].body
    element = known.element_at(text.index("1"))
    assert element.key.value == "d"
    assert known.block_at(0).type == "b"
    assert known.attribute_at(1) is known.element_at(1) is known.block_at(1) is None
    assert known.starting_at(1) == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines(ending):
    known = laid_out(f"  a = 1{ending}b = 2")
    assert known.line_break == ending
    assert known.line_end(3) == 7
    assert known.next_line(3) == 7 + len(ending)
    assert known.line_start(known.next_line(3) + 2) == known.next_line(3)
    assert known.next_line(len(known.source.text)) == len(known.source.text)
    assert known.indentation(4) == "  "
