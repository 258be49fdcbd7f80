"""Commands for a shell: quoted, whatever the names are."""

import json
import shlex

import pytest

from auditor.formats.commands import adopt, aws_cli, terraform
from auditor.model.calls import Call
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality
from auditor.model.facts import Default, Fact, Identity

HOSTILE = [
    "$(reboot)",
    "`id`",
    "a'b\"c",
    "; rm -rf /",
    "--profile=x",
    "file:///etc/passwd",
    "\x1b[2J\n::error::",
    "\u202e",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_nothing_but_a_name(name):
    command = aws_cli(Call("dynamodb:UpdateTimeToLive", {"TableName": name}), "eu-west-1")
    assert command.isascii()
    assert command.isprintable()
    words = shlex.split(command)
    assert words[:-1] == ["aws", "dynamodb", "update-time-to-live", "--region", "eu-west-1", "--cli-input-json"]
    assert json.loads(words[-1]) == {"TableName": name}


def comparison(plan, address='aws_dynamodb_table.this["$(id)"]', existence=Existence.BOTH):
    return Comparison(
        kind="aws_dynamodb_table",
        identity=Identity("111122223333", "eu-west-1", "users"),
        address=address,
        existence=existence,
        plan=plan,
        declared=None,
        live=None,
    )


APPLY = ("terraform", "-chdir=envs/pr od", "apply")


def test_terraform_puts_back_what_it_would_update_or_create():
    told = terraform(comparison(Plan.UPDATE), APPLY)
    assert told == "terraform '-chdir=envs/pr od' apply '-target=aws_dynamodb_table.this[\"$(id)\"]'"
    assert terraform(comparison(Plan.CREATE, existence=Existence.MISSING), APPLY)


@pytest.mark.parametrize("plan", [Plan.NO_OP, Plan.REPLACE, Plan.ERROR, Plan.UNDETERMINED])
def test_what_terraform_would_not_put_back(plan):
    assert terraform(comparison(plan), APPLY) == ""


def test_what_is_there_and_as_good_as_deleted_is_not_created_beside_it():
    assert terraform(comparison(Plan.CREATE), APPLY) == ""


def test_no_command_for_an_address_that_can_t_be_shown():
    assert terraform(comparison(Plan.UPDATE, "a\nb"), APPLY) == ""
    assert terraform(comparison(Plan.UPDATE), ()) == ""


def drift(path="ttl.enabled", reality=Reality.DIFFERENT, *, sensitive=False):
    fact = Fact(True, Default("nobody"), sensitive)
    return Drift(path, Plan.UPDATE, reality, fact, Fact(False, Default("nobody")))


def test_a_drift_is_adopted_by_its_address_and_path():
    told = adopt("prod", comparison(Plan.UPDATE, "a.b['x']"), drift('tags["a"]'))
    assert shlex.split(told) == ["audit", "adopt", "--env", "prod", "a.b['x']", 'tags["a"]']


def test_an_unmanaged_resource_is_adopted_by_its_name():
    assert adopt("prod", comparison(Plan.NO_OP, "", Existence.UNMANAGED)) == "audit adopt --env prod users"


@pytest.mark.parametrize(
    "found",
    [drift(""), drift(reality=Reality.EQUAL), drift(reality=Reality.UNDETERMINED), drift(sensitive=True), None],
)
def test_what_is_not_adopted(found):
    assert adopt("prod", comparison(Plan.UPDATE), found) == ""
    assert adopt("prod", comparison(Plan.UPDATE, "a\nb"), drift()) == ""
    assert adopt("prod", comparison(Plan.UPDATE, "--env"), drift()) == ""
