"""Resources that refer to one that is created or replaced: the verdict is that of the real Terraform.

Its answers are kept in tests/fixtures/plan/dependents.json; where it is at hand, it is asked again.
"""

import json

import dependent_cases
import pytest
import terraform_verdicts
from dependent_cases import CASES
from terraform_runs import why_not

ONLY_THE_STATE_TELLS = {"aws_backup_selection.s"}
"""Which live one is meant, because what it belongs to is gone."""


@pytest.fixture(scope="module")
def recorded(root):
    return json.loads((root / "tests/fixtures/plan/dependents.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("given", [False, True], ids=["without a state", "with the state"])
@pytest.mark.parametrize("name", CASES)
def test_what_refers_to_a_resource_made_anew_follows(name, given, recorded, tmp_path):
    ours = dependent_cases.comparisons(CASES[name], tmp_path, given)
    for address, right in recorded[name].items():
        if address in ONLY_THE_STATE_TELLS and not given:
            assert ours[address].plan == "undetermined"
            continue
        forcing = list(ours[address].forcing) if right["verdict"] != "error" else []
        assert (str(ours[address].plan), forcing) == (right["verdict"], right["replace_paths"]), address
    failing = {address for address, right in recorded[name].items() if right["verdict"] == "error"}
    assert failing == {address for address, each in ours.items() if each.plan == "error"}


@pytest.mark.terraform
@pytest.mark.skipif(bool(why_not()), reason=why_not())
@pytest.mark.parametrize("name", CASES)
def test_terraform_still_says_what_was_recorded(name, recorded, tmp_path):
    assert terraform_verdicts.of_several(CASES[name], tmp_path) == recorded[name]
