"""Records survive being written down, whatever they hold; paths go where they are placed."""

import json
from pathlib import Path

import pytest

from auditor.model.rule import Layer, Profile
from auditor.records import restored, written
from auditor.settings import Environment, Settings
from auditor.state import State

ROOT = Path("/project")
PROD = Environment(
    name="prod",
    root=ROOT / "envs" / "prod",
    role="arn:aws:iam::1:role/x",
    scope=("shop-*",),
    waivers=None,
    var_files=(ROOT / "a.tfvars",),
    about_rules=Layer(("env", "prod"), {"SEC-001": {"enabled": False}}, {"days": 35, "tags": ["Owner"]}),
)
SETTINGS = Settings(
    project="shop",
    root=ROOT,
    file=ROOT / "audit.toml",
    environments={"prod": PROD},
    also=("csv",),
    about_tiers={"production": Layer(("tier", "production"))},
    profile=Profile.STRICT,
)


def told(record, left_out=None):
    return json.loads(json.dumps(written(record, lambda path: path.relative_to(ROOT).as_posix(), left_out or {})))


def test_settings_come_back_as_they_were():
    assert restored(Settings, told(SETTINGS), ROOT.joinpath) == SETTINGS
    moved = restored(Settings, told(SETTINGS), Path("/elsewhere").joinpath)
    assert moved.environments["prod"].var_files == (Path("/elsewhere/a.tfvars"),)
    assert moved.file == Path("/elsewhere/audit.toml")


def test_fields_are_left_out_by_class():
    document = told(SETTINGS, {Environment: frozenset({"role"})})
    assert "arn:aws:iam" not in json.dumps(document)
    assert restored(Settings, document, ROOT.joinpath).environments["prod"].role == ""


def test_a_state_comes_back():
    state = State(path="prod.tfstate", size=3, sha256="ab", values={"aws_kms_key.this.arn": "arn", "n": 1, "b": True})
    assert restored(State, told(state), ROOT.joinpath) == state


@pytest.mark.parametrize(
    "change", [{"project": 7}, {"profile": "none"}, {"unknown": 1}, {"environments": 7}, {"also": 7}, {"root": None}]
)
def test_what_is_no_record_is_refused(change):
    with pytest.raises((TypeError, ValueError, AttributeError, KeyError)):
        restored(Settings, {**told(SETTINGS), **change}, ROOT.joinpath)
