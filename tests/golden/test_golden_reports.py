import json

import pytest
from sample_audit import sample_audit
from sample_estate import code_line
from sample_history import earlier

from auditor.formats import formats, text
from auditor.formats.json import document, encode


@pytest.fixture(scope="module")
def report():
    first = json.loads(encode(document(sample_audit(), code=code_line)))
    return json.loads(encode(document(sample_audit(), code=code_line, earlier=earlier(first))))


@pytest.mark.parametrize("name", ["csv", "github", "json", "junit", "markdown", "sarif", "text"])
def test_a_format(name, report, golden):
    chosen = formats()[name]
    golden(f"report{chosen.suffix}", chosen.render(report))


@pytest.mark.parametrize("width", [60, 72, 80, 120])
@pytest.mark.parametrize("color", [False, True])
def test_a_terminal(width, color, report, golden):
    shown = text.render(report, width=width, color=color) + text.closing(report, width=width, color=color)
    golden(f"terminal-{width}{'-colour' if color else ''}.txt", shown.encode())
