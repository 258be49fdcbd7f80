"""Bodies, blocks and whole files."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.hcl import ast
from auditor.hcl.parser import parse, parse_expression
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError


def read(text):
    return parse(SourceFile("main.tf", text))


def test_attributes_and_blocks_with_their_places():
    body = read('# head\nresource "aws_kms_key" "this" {\n  enabled = true\n  tags    = {}\n}\n')
    (block,) = body.blocks_of("resource")
    assert block.labels == ("aws_kms_key", "this")
    assert str(block.source.range_at(block.offset)) == "main.tf:2:1"
    enabled = block.body.attributes["enabled"]
    assert enabled.expression.value is True
    assert str(block.source.range_at(enabled.expression.offset)) == "main.tf:3:13"


def test_plain_attributes_in_one_step_are_read_as_any_other():
    plain = read('a = "x"\nb = 12\nc = true\n')
    other = read('\na = "x" # c\nb = 12 # c\nc = true # c\n')
    for name in "abc":
        assert plain.attributes[name].expression.value == other.attributes[name].expression.value
    places = [str(plain.source.range_at(plain.attributes[name].expression.offset)) for name in "abc"]
    assert places == ["main.tf:1:5", "main.tf:2:5", "main.tf:3:5"]


@pytest.mark.parametrize("text", ["a = 1\na = 2\n", "\na = 1\na = 2\n", "b {\n  a = 1\n  a = 2\n}\n"])
def test_an_attribute_stands_once(text):
    with pytest.raises(HclSyntaxError, match="Attribute redefined") as caught:
        read(text)
    assert "already set on line" in caught.value.detail


def test_errors_tell_place_and_line():
    with pytest.raises(HclSyntaxError) as caught:
        read("a = 1\n  b = ]\n")
    assert str(caught.value) == "main.tf:2:7: Invalid expression"
    assert caught.value.line == "  b = ]"


def test_columns_count_characters_as_people_see_them():
    with pytest.raises(HclSyntaxError) as caught:
        read('a = "e\u0301\U0001f468\u200d\U0001f469" ]\n')
    assert str(caught.value.subject) == "main.tf:1:10"


@pytest.mark.parametrize("opening", ["[", "(", "{a=", "!", "-", '"${', "f(", "b {\n", "x[", "a ? b : "])
def test_depth_is_bounded(opening):
    with pytest.raises(HclSyntaxError, match="nested too deeply"):
        read(("" if opening == "b {\n" else "a = ") + opening * 3000 + "\n")


def test_chains_are_bounded():
    assert isinstance(parse_expression(SourceFile("x", " + ".join("1" * 900))), ast.Binary)
    for chain in (" + ".join("1" * 3000), "a" + ".b" * 3000, "a" + "[0]" * 3000, "a.*" + ".b" * 3000):
        with pytest.raises(HclSyntaxError, match="nested too deeply"):
            parse_expression(SourceFile("x", chain))


@given(st.text(alphabet='ab1 \n"${}%[]()=:,.*<-~\\#/?!', max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(HclSyntaxError):
        assert isinstance(read(text), ast.Body)
