"""Many environments in one run: each is reported once, a killed process costs its own alone; one job, the same."""

import json
import os
import subprocess
import sys

import pytest
from fakeaws import FakeServer
from fakeaws.answering import ACCOUNT

PROGRAM = """
import os, signal, sys
from auditor import cli, pipeline

killed, read = sys.argv[1], pipeline.read

def cut_off(settings, here, *more, **named):
    done = read(settings, here, *more, **named)
    if here.environment.name == killed:
        os.kill(os.getpid(), signal.SIGKILL)
    return done

pipeline.read = cut_off
cli.main(sys.argv[2:])
"""
MAIN = """\
provider "aws" {
  region = "%(region)s"
}
resource "aws_dynamodb_table" "this" {
  for_each     = toset(["orders", "users"])
  name         = "%(name)s-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
"""
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-1")
OF_THE_MOMENT = {"run", "finished", "manifest", "age_seconds", "folder"}


def project(folder, number):
    """So many environments of one account in four Regions."""
    said = ['project = "fleet"\n']
    for n in range(number):
        name, region = f"t{n:03}", REGIONS[n % len(REGIONS)]
        root = folder / "envs" / name
        root.mkdir(parents=True)
        (root / "main.tf").write_text(MAIN % {"name": name, "region": region})
        said.append(f'[env.{name}]\nroot = "envs/{name}"\naccount = "{ACCOUNT}"\nregion = "{region}"\n')
    (folder / "audit.toml").write_text("".join(said))
    return folder


def audit(folder, url, jobs, out, killed=""):
    """Audit all; exit code and roll-up."""
    arguments = ("run", "--env", "all", "--no-second-reader", "-qq", "--jobs", str(jobs), "--out", out)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, killed, *arguments],
        cwd=folder,
        env=os.environ | {"AWS_ENDPOINT_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=3_000,
    )
    return done, json.loads((folder / out / "rollup.json").read_text())


def lasting(target):
    """What is told of an environment, whenever it is told."""
    run = {name: value for name, value in target["run"].items() if name not in OF_THE_MOMENT}
    return {**target, "run": run}


@pytest.mark.parametrize("number", [2, pytest.param(200, marks=pytest.mark.soak)])
def test_all_are_reported_once_and_a_killed_process_costs_its_own(tmp_path, number):
    names, killed = [f"t{n:03}" for n in range(number)], "t001"
    with FakeServer(tables=5) as aws:
        folder = project(tmp_path, number)
        done, cut = audit(folder, aws.url, 2, "cut", killed)
        whole_run, whole = audit(folder, aws.url, 1, "whole")
    assert (done.returncode, whole_run.returncode) == (4, 4)
    assert done.stderr == f"{killed} was not audited:\nerror: its process was ended by signal 9\n"
    assert [each["environment"] for each in cut["environments"]] == names
    assert cut["numbers"]["ended"] == {"findings": number - 1, "not audited": 1}
    assert whole["numbers"]["ended"] == {"findings": number}
    for of_two, of_one in zip(cut["environments"], whole["environments"], strict=True):
        if of_two["environment"] == killed:
            assert of_two["why"] == "its process was ended by signal 9"
            assert (of_two["run"], of_two["before"]) == (None, None)
            assert not (folder / "cut" / killed).exists()
        else:
            assert lasting(of_two) == lasting(of_one)
            assert (folder / "cut" / of_two["run"]["folder"] / "report.html").is_file()
    assert whole["numbers"]["open"] == sum(each["run"]["open"] for each in whole["environments"]) > 0


@pytest.mark.soak
def test_memory_does_not_grow_with_the_number_of_environments(tmp_path):
    """Of the largest process: ten times as many environments cost it what their evaluated code takes."""
    largest = []
    with FakeServer(tables=5) as aws:
        for number in (20, 200):
            moved = f"import os; os.chdir({str(project(tmp_path / str(number), number))!r})\n{PROGRAM}"
            arguments = ("run", "--env", "all", "--no-second-reader", "-qq", "--jobs", "2", "--out", "out")
            process = os.posix_spawn(
                sys.executable,
                [sys.executable, "-c", moved, "", *arguments],
                os.environ | {"AWS_ENDPOINT_URL": aws.url},
            )
            # Of this process and those that it waited for; whatever else ran before is not in it.
            _, status, used = os.wait4(process, 0)
            assert os.waitstatus_to_exitcode(status) == 4
            largest.append(used.ru_maxrss)
    assert largest[1] < 1.5 * largest[0]
