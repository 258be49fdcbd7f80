"""Random expressions have the values that the real Terraform gives them.

PROGRAMS_FIRST and PROGRAMS_COUNT choose other seeds.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from random_programs import PURE, Programs

from auditor.hcl.console import EmptyScope
from auditor.hcl.errors import EvaluationError, LimitExceeded
from auditor.hcl.evaluate import evaluate
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.parser import parse_expression
from auditor.hcl.source import SourceFile

FIRST = int(os.environ.get("PROGRAMS_FIRST", "0"))
COUNT = int(os.environ.get("PROGRAMS_COUNT", "500"))
FUNCTIONS = tuple(name for name in PURE if name != "base64gzip")
"""Without the one whose bytes depend on the library that packs them."""

FOUND = (83, 282, 997, 2053, 2425, 3515, 10070, 10238, 10807, 13831, 15397)
"""Seeds that once had other values here: conditions over nothing, and branches that fail without being chosen."""

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed"),
]


def expression(seed):
    """Return a random expression on one line."""
    return Programs(random.Random(seed), FUNCTIONS).expression(4)  # noqa: S311 - the same seed gives the same program


def asked(text):
    """Return an expression whose value is JSON, or null where the given one has none."""
    return f"try(nonsensitive(jsonencode([{text}])), null)"


def console(lines, folder):
    """Return the values that `terraform console` has for expressions of strings or null."""
    items = "".join(f"    {line},\n" for line in lines)
    (folder / "main.tf").write_text(f"locals {{\n  all = jsonencode([\n{items}  ])\n}}\n", encoding="utf-8")
    done = subprocess.run(
        ["terraform", "console"],
        input="local.all\n",
        cwd=folder,
        env=os.environ | {"CHECKPOINT_DISABLE": "1", "NO_COLOR": "1", "TF_CLI_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(json.loads(done.stdout))


def ours(text):
    scope = EmptyScope(Surroundings(Path("/nowhere"), Path("/nowhere")))
    source = SourceFile("main.tf", asked(text))
    try:
        return evaluate(parse_expression(source), scope, source).content
    except LimitExceeded:
        return "limit"
    except EvaluationError as error:
        return f"error: {error}"


def differences(seeds, folder):
    """Return seed, expression, Terraform's value and ours, where they differ."""
    programs = {seed: expression(seed) for seed in seeds}
    theirs = console([asked(text) for text in programs.values()], folder)
    for (seed, text), value in zip(programs.items(), theirs, strict=True):
        mine = ours(text)
        if mine not in (value, "limit"):
            yield seed, text, value, mine


def test_random_expressions(tmp_path):
    seeds = dict.fromkeys((*FOUND, *range(FIRST, FIRST + COUNT)))
    assert list(differences(seeds, tmp_path)) == []
