"""Ctrl-C and SIGTERM: what had come is kept and marked, the exit code is 130, and it does not take long."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from fakeaws import FakeServer

from auditor.aws import snapshot
from auditor.verification import verify

DECLARED = 10
"""At least so many tables as an environment declares."""
AUDIT = (sys.executable, "-m", "auditor")


@pytest.fixture
def slow():
    with FakeServer(tables=30, env="prod") as aws:
        aws.configure(latency_ms=400)
        yield aws


@pytest.fixture
def interrupted(slow, root, tmp_path):
    """Run the program against a slow AWS and interrupt it, so many times, when the reading has begun."""

    def run(*arguments, times=1, cwd=root, by=signal.SIGINT):
        environment = os.environ | {
            "AWS_ENDPOINT_URL": slow.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        command = [*AUDIT, *arguments, "--account", "123456789012"]
        child = subprocess.Popen(command, cwd=cwd, env=environment, stderr=subprocess.PIPE, text=True)
        with child:
            # Tables that nobody declares are described once they are listed: one answer has come, others are under way.
            while slow.stats()["calls"].get("DescribeTable", 0) <= DECLARED:
                assert child.poll() is None, child.stderr.read()
                time.sleep(0.02)
            began = time.monotonic()
            for _ in range(times):
                child.send_signal(by)
                time.sleep(0.1)
            code = child.wait(60)
            took = time.monotonic() - began
            return code, took, child.stderr.read()

    return run


def test_a_run_keeps_what_had_come(interrupted, tmp_path):
    code, took, told = interrupted("run", "--env", "prod", "--out", str(tmp_path / "bundle"))
    assert code == 130, told
    assert took < 30  # how soon it is on an idle machine, the benchmarks tell
    assert "incomplete" in told
    (folder,) = tmp_path.iterdir()
    assert {file.name for file in folder.iterdir()} == {"manifest.json", "snapshot.jsonl.gz"}
    verified = verify(folder)
    assert verified.sound
    assert any("there is no report" in line for line in verified.proves)
    kept = snapshot.read(folder / "snapshot.jsonl.gz")
    assert not kept.complete
    assert kept.context["cut_short"] == "Interrupted"
    assert any(answer.ok for answer in kept.answers)
    assert any(answer.code == "Interrupted" for answer in kept.answers)


def test_what_is_kept_shows_no_sensitive_text(interrupted, tmp_path):
    (tmp_path / "envs" / "prod").mkdir(parents=True)
    (tmp_path / "envs" / "prod" / "main.tf").write_text(
        'provider "aws" {\n  region = "ap-southeast-1"\n}\n'
        'variable "secret" {\n  sensitive = true\n  default   = "koneksi"\n}\n'
        'resource "aws_dynamodb_table" "it" {\n  name     = "koneksi-prod-users"\n  hash_key = "id"\n}\n'
    )
    code, _, told = interrupted("run", "--env", "prod", "--out", str(tmp_path / "out" / "bundle"), cwd=tmp_path)
    assert code == 130, told
    (folder,) = (tmp_path / "out").iterdir()
    pages = [answer.pages for answer in snapshot.read(folder / "snapshot.jsonl.gz").answers if answer.ok]
    assert pages
    assert "koneksi" not in str(pages)


def test_a_snapshot_keeps_what_had_come(interrupted, tmp_path):
    code, _, told = interrupted("snapshot", "--env", "prod", "--out", str(tmp_path / "cut.jsonl.gz"))
    assert code == 130, told
    assert not snapshot.read(tmp_path / "cut.jsonl.gz").complete


def test_a_termination_that_is_said_twice_keeps_what_had_come(interrupted, tmp_path):
    arguments = ("run", "--env", "prod,uat", "--out", str(tmp_path / "bundles"))
    code, _, told = interrupted(*arguments, times=2, by=signal.SIGTERM)
    assert code == 130, told
    assert "Traceback" not in told
    (folder,) = (each for each in (tmp_path / "bundles").iterdir() if each.is_dir())
    assert not snapshot.read(folder / "snapshot.jsonl.gz").complete
    assert re.search(r"prod +interrupted\n +uat +interrupted\n", told)


def test_a_second_interrupt_ends_at_once(interrupted, tmp_path):
    code, took, told = interrupted("run", "--env", "prod", "--out", str(tmp_path / "bundle"), times=2)
    assert code == 130, told
    assert took < 30  # how soon it is on an idle machine, the benchmarks tell
    assert "Traceback" not in told


def test_of_several_environments_the_one_under_way_is_kept_and_the_others_do_not_begin(interrupted, tmp_path):
    code, _, told = interrupted("run", "--env", "prod,uat", "--out", str(tmp_path / "bundles"))
    assert code == 130, told
    assert "Traceback" not in told
    (folder,) = (each for each in (tmp_path / "bundles").iterdir() if each.is_dir())
    assert folder.name.startswith("prod-")
    assert not snapshot.read(folder / "snapshot.jsonl.gz").complete
    assert re.search(r"prod +interrupted\n +uat +interrupted\n", told)
