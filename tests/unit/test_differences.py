import json

import pytest
from click.testing import CliRunner

from auditor.aws import snapshot
from auditor.cli import cli
from auditor.differences import MOVING, differences

CHANGED = "prod-changes/rotation_off.jsonl.gz"


@pytest.fixture(scope="module")
def recorded(root):
    return lambda name: snapshot.read(root / "tests" / "fixtures" / "estate" / f"{name}.jsonl.gz")


def test_a_snapshot_does_not_differ_from_itself(recorded):
    taken = recorded("prod-snapshot")
    assert differences(taken, taken, moving=True) == ()


def test_what_was_changed_by_hand_is_told_by_path(recorded):
    found = differences(recorded("prod-snapshot"), recorded("prod-changes/rotation_off"))
    by_path = {(each.kind, each.path): (each.before, each.after) for each in found}
    assert by_path["aws_kms_key", "enable_key_rotation"] == (True, False)


def test_what_is_in_one_of_them_only_is_one_difference(recorded):
    before, after = recorded("prod-changes/missing"), recorded("prod-changes/unmanaged")
    (added,) = [each for each in differences(before, after) if each.path == "" and each.kind == "aws_dynamodb_table"]
    assert (added.before, added.after) == ("absent", "there")
    assert [(each.before, each.after) for each in differences(after, before) if each.name == added.name] == [
        ("there", "absent")
    ]


def test_what_changes_by_itself_is_told_on_demand(recorded):
    before, after = recorded("prod-snapshot"), recorded("prod-changes/rotation_off")
    few, everything = (differences(before, after, moving=moving) for moving in (False, True))
    more = [each.path.removeprefix("facts.") for each in everything if each not in few]
    assert more
    assert set(more) <= MOVING


@pytest.mark.parametrize("command", [("snapshot", "diff"), ("diff",)])
def test_the_command_prints_a_line_for_each_fact_and_the_same_as_json(root, command):
    files = [str(root / "tests/fixtures/estate" / name) for name in ("prod-snapshot.jsonl.gz", CHANGED)]
    told = CliRunner().invoke(cli, [*command, *files])
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert any(
        line.startswith("aws_kms_key ") and line.endswith("enable_key_rotation: true -> false") for line in lines
    )
    assert told.stderr == f"{len(lines)} differences\n"
    rows = json.loads(CliRunner().invoke(cli, [*command, "--json", *files]).stdout)
    assert len(rows) == len(lines)
    assert {"kind", "name", "path", "before", "after"} == set(rows[0])
    assert CliRunner().invoke(cli, [*command, files[0], files[0]]).stdout == ""
