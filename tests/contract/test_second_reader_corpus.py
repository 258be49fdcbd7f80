"""The second reader over everything that is read in the tests: agreement, or a fault of python-hcl2 that is known.

Each known fault has a text of its own here, which fails once a release of python-hcl2 mends it: take it off the list.
"""

import json
from pathlib import Path

import pytest

from auditor.hcl.second_reader import KNOWN_FAULTS, compared

FIXTURES = Path(__file__).parent.parent / "fixtures" / "hcl"
ESTATE = Path(__file__).parents[2] / "terraform"
SNIPPETS = {
    snippet["name"]: snippet["hcl"].removeprefix("\ufeff")
    for snippet in json.loads((FIXTURES / "snippets.json").read_text())
    if snippet["terraform_ok"]
}
FILES = sorted(path for folder in (FIXTURES, ESTATE) for end in ("tf", "tfvars") for path in folder.rglob(f"*.{end}"))

FAULTS = {
    "strip markers": 'a = "${~ b ~}"\n',
    "line end or comment inside an interpolation": 'a = "${\n  b\n}"\n',
    "escaped template openings": 'a = "$${"\n',
    "repeated unary operators": "a = !!b\n",
    "minus beside its digits": "a = b -10\n",
    "two splats in one chain": "a = b[*].c[*].d\n",
    "a line end behind an operator": "a = (!\n  b)\n",
    "operators at the start of a line": "a = (b\n  - c)\n",
    "comments between tokens": "a = /* b */ c\n",
    "a name or marker that is not ASCII": "é = 1\n",
    "heredoc markers": "a = <<_E\nb\n_E\n",
    "line ends inside a for expression": "a = { for b,\n  c in d : b => c }\n",
    "legacy splats": "a = b.*.c[0]\n",
    "namespaced functions": "a = core::max(b)\n",
}


@pytest.mark.parametrize("fault", KNOWN_FAULTS)
def test_known_faults_are_still_there(fault):
    result = compared("main.tf", FAULTS[fault])
    assert any(fault in told for told in result["known_faults"]), result
    assert result["disagreed"] == []


@pytest.mark.parametrize("name", SNIPPETS)
def test_valid_snippets(name):
    assert compared("main.tf", SNIPPETS[name])["disagreed"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_root_modules_and_the_estate(path):
    result = compared(path.name, path.read_text())
    assert result["disagreed"] == []
    assert result["agreed"] > 0 or result["known_faults"] or not path.read_text().strip()
