"""The parser gives Terraform's verdict on every recorded text, in both directions."""

import json
from pathlib import Path

import pytest

from auditor.hcl.parser import parse
from auditor.hcl.source import SourceFile
from auditor.model.errors import HclSyntaxError

SNIPPETS = json.loads((Path(__file__).parent.parent / "fixtures" / "hcl" / "snippets.json").read_text())
NAMES = [snippet["name"] for snippet in SNIPPETS]


def source_of(snippet):
    return SourceFile("main.tf", snippet["hcl"].removeprefix("\ufeff"))


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s["terraform_ok"]], ids=lambda s: s["name"])
def test_reads_what_terraform_reads(snippet):
    parse(source_of(snippet))


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if not s["terraform_ok"]], ids=lambda s: s["name"])
def test_refuses_what_terraform_refuses_in_its_words(snippet):
    with pytest.raises(HclSyntaxError) as caught:
        parse(source_of(snippet))
    assert caught.value.summary == snippet["terraform_error"]
    assert caught.value.subject.line >= 1
    assert caught.value.line in snippet["hcl"]


def test_nothing_is_left_out():
    assert len(SNIPPETS) == len(set(NAMES)) == 237
