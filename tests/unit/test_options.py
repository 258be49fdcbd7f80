"""Options of the command line: what they become."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from auditor.options import AWS, CODE, ENVIRONMENT, RESULT, GroupInOrder, InOrder, arguments_of, inputs_of


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


@pytest.mark.parametrize("text", ["a", "=1", "a =1"])
def test_a_value_without_a_name_is_wrong_usage(text):
    with pytest.raises(click.BadParameter, match="NAME=VALUE"):
        inputs_of({"given": (text,)})


def test_options_can_be_typed_again():
    made = []

    @click.command(cls=InOrder)
    @ENVIRONMENT
    @RESULT
    @CODE
    @AWS
    @click.pass_context
    def keep(ctx, /, **given):
        made.append((given, arguments_of(ctx.command, given)))

    typed = "--var-file=b --var=a=1 --env=x,y --out=o -qq --exit-zero --format=json --deadline=3 --account=111122223333"
    CliRunner(env={"AUDIT_REGION": "eu-west-1"}).invoke(keep, typed.split(), catch_exceptions=False)
    again = made[0][1]
    CliRunner().invoke(keep, ["--env=x,y", "--out=o", *again], catch_exceptions=False)
    assert made[0][0] == made[1][0]
    assert made[0][0]["region"] == "eu-west-1"


def test_the_reader_of_the_code_is_ours_unless_another_is_named():
    assert inputs_of({}).variables.reader == "auditor"
    assert inputs_of({"reader": "python-hcl2"}).variables.reader == "python-hcl2"
