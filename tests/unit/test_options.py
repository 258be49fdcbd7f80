"""Options of the command line: what they become."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.options import AWS, CODE, GroupInOrder, InOrder, inputs_of


@pytest.fixture(params=["command", "group"])
def given(request):
    """Return what a command with options about code makes of its arguments."""

    def given(*arguments, **environment):
        found = []

        @CODE
        def keep(**options):
            found.extend(inputs_of(options).variables.given)

        if request.param == "command":
            command = click.command(cls=InOrder)(keep)
        else:
            command = click.group(cls=GroupInOrder, invoke_without_command=True)(keep)
        done = CliRunner(env=environment).invoke(command, arguments)
        assert done.exit_code == 0, done.output
        return found

    return given


def test_values_stay_in_the_order_in_which_they_are_typed(given):
    typed = ("--var", "a=1", "--var-file", "x.tfvars", "--region", "eu-west-1", "--var=a=b=c", "--var-file=y.tfvars")
    assert given(*typed) == [("a", "1"), Path("x.tfvars"), ("a", "b=c"), Path("y.tfvars")]


def test_values_of_the_process_environment_come_before_those_that_are_typed(given):
    assert given("--var", "a=1", AUDIT_VAR_FILE="x.tfvars:y.tfvars") == [
        Path("x.tfvars"),
        Path("y.tfvars"),
        ("a", "1"),
    ]


def test_nothing_given(given):
    assert given() == []


@pytest.mark.parametrize(
    "together",
    [
        {"snapshot": "x", "declared_only": True},
        {"edits": True, "declared_only": True},
        {"expiry_from": "x", "declared_only": True},
        {"expiry_from": "x", "snapshot": "y"},
    ],
)
def test_an_option_that_would_be_left_unread_is_wrong_usage(together):
    with pytest.raises(click.UsageError):
        inputs_of(together)


@pytest.mark.parametrize("text", ["a", "=1", "a =1"])
def test_a_value_without_a_name_is_wrong_usage(text):
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        inputs_of({"given": (text,)})


def test_the_reader_of_the_code_is_ours_unless_another_is_named():
    assert inputs_of({}).variables.reader == "auditor"
    assert inputs_of({"reader": "python-hcl2"}).variables.reader == "python-hcl2"


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-1", "-0.001", "1e9", "1e308", "x", ""])
def test_a_deadline_is_a_number_of_seconds_that_come_to_an_end(text):
    told = CliRunner().invoke(AWS(click.command()(lambda **_: None)), ["--deadline", text])
    assert told.exit_code == click.UsageError.exit_code
    assert "--deadline" in told.output


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("-0.0", 0), ("1.5", 1.5), ("604800", 604800)])
def test_a_deadline_may_be_now_and_within_a_week(text, seconds):
    found = []
    command = AWS(click.command()(lambda **given: found.append(given["deadline"])))
    assert CliRunner().invoke(command, ["--deadline", text]).exit_code == 0
    assert found == [seconds]
