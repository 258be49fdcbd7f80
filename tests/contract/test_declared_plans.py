"""What the reader declares equals what `terraform plan` recorded: values, and what is known only after apply."""

import json
from pathlib import Path

import pytest
from recorded_roots import compare, options_of

from auditor.hcl import load

FIXTURES = Path(__file__).parent.parent / "fixtures"
ROOTS = sorted(path.parent for path in (FIXTURES / "hcl" / "roots").glob("*/plan.json"))
ESTATE = sorted((FIXTURES / "estate").glob("*-plan.json"))
PROJECT = Path(__file__).parent.parent.parent


def test_all_roots_are_recorded():
    assert len(ROOTS) >= 61


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_roots(root):
    configuration = load(root, **options_of(root))
    assert not configuration.diagnostics
    compare(configuration, json.loads((root / "plan.json").read_text()))


@pytest.mark.parametrize("plan", ESTATE, ids=lambda plan: plan.stem)
def test_estate(plan):
    environment = plan.stem.removesuffix("-plan")
    root = PROJECT / "terraform" / "dynamodb" / "envs" / environment
    configuration = load(root, project_root=PROJECT)
    assert not configuration.diagnostics
    compare(configuration, json.loads(plan.read_text()))
