"""The recorded plans are still what the real Terraform makes of the recorded root modules."""

from pathlib import Path

import pytest
from record_roots import plan_of, trimmed
from recorded_roots import compare, options_of
from terraform_runs import why_not

from auditor.hcl import load

ROOTS = Path(__file__).parent.parent / "fixtures" / "hcl" / "roots"

pytestmark = [pytest.mark.terraform, pytest.mark.skipif(bool(why_not()), reason=why_not())]

NAMES = sorted(path.name for path in ROOTS.iterdir())
SAMPLE = NAMES[::16]
"""Planned again in every run; the others by `make soak`: each takes terraform some seconds."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SAMPLE else pytest.mark.soak) for name in NAMES]
)
def test_terraform_plans_what_is_declared(name):
    root = ROOTS / name
    compare(load(root, **options_of(root)), trimmed(plan_of(root)))
