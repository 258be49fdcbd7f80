"""`audit adopt` on the estate as somebody changed it by hand: diffs that apply, files written, what has no edit."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime

import jsonschema
import pytest
from click.testing import CliRunner
from record_estate import RECORDED

from auditor import pipeline
from auditor.cli import cli
from auditor.formats import html
from auditor.formats import json as report
from auditor.inputs import Inputs
from auditor.settings import load

CHANGED = RECORDED / "prod-changes" / "rotation_off.jsonl.gz"
TFVARS = "terraform/dynamodb/envs/prod/terraform.tfvars"
USERS, TAG = 'module.dynamodb.aws_dynamodb_table.on_demand["users"]', 'tags["DataClassification"]'


@pytest.fixture
def project(root, tmp_path, monkeypatch):
    """A copy of the project's code and settings, as the current directory."""
    folder = tmp_path / "project"
    shutil.copytree(root / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform"))
    shutil.copy(root / "audit.toml", folder)
    monkeypatch.chdir(folder)
    return folder


def adopt(*arguments, snapshot=CHANGED, status=0):
    done = CliRunner().invoke(cli, ["adopt", "--env", "prod", "--snapshot", str(snapshot), *arguments])
    assert done.exit_code == status, (done.output, done.exception)
    return done


def test_all_that_drifted(project):
    before = (project / TFVARS).read_bytes()
    done = adopt()
    edits, _, new = done.stdout.partition("--- /dev/null")
    assert "+import {" in new
    assert re.findall(r"^[-+](?![-+]).*$", edits, re.MULTILINE) == [
        '-    data_classification = "restricted"',
        '+    data_classification = "public"',
        '-    ttl_attribute = "expires_at"',
    ]
    assert (project / TFVARS).read_bytes() == before
    told = done.stderr
    assert f'{TFVARS}:12:27: adopted: {USERS} tags["DataClassification"]\n' in told
    # One switch for all tables of the environment; a literal of the module that other environments use as well.
    assert re.search(r'tfvars:5:31: shared: .*"orders"\] deletion_protection_enabled: also changes .*"sessions"', told)
    assert re.search(r"kms.tf:69:29: shared: .*enable_key_rotation: also changes staging: .*, uat: ", told)
    # What the diff says, `git apply` does; and the drift is gone then.
    subprocess.run(["git", "apply", "-"], input=done.stdout.encode(), check=True, env={**os.environ, "GIT_DIR": "/"})
    assert b"ttl_attribute" not in (project / TFVARS).read_bytes()
    assert "has no drift" in adopt(USERS, TAG, status=2).output


def test_what_is_written_is_what_the_diff_says(project):
    before = (project / TFVARS).read_text(encoding="utf-8")
    done = adopt("--write", USERS, TAG)
    after = (project / TFVARS).read_text(encoding="utf-8")
    assert after == before.replace('data_classification = "restricted"', 'data_classification = "public"', 1)
    assert '+    data_classification = "public"' in done.stdout
    assert "has no drift" in adopt(USERS, TAG, status=2).output


def test_one_address_and_one_path(project):
    done = adopt(USERS, TAG)
    assert '+    data_classification = "public"' in done.stdout
    assert "ttl_attribute" not in done.stdout
    assert adopt("koneksi-prod-users", TAG).stdout == done.stdout
    assert "there is" in adopt("nobody", status=2).output
    assert "has no drift at" in adopt(USERS, "ttl.enabled", status=2).output


def test_a_shared_edit_is_made_where_it_is_asked_for(project):
    done = adopt("--shared", 'module.dynamodb.aws_dynamodb_table.on_demand["orders"]', "deletion_protection_enabled")
    assert f"--- a/{TFVARS}" in done.stdout
    assert "-deletion_protection_enabled = true\n+deletion_protection_enabled = false\n" in done.stdout
    assert "also changes" in done.stderr


def test_a_file_that_has_changed_meanwhile_is_left_alone(project, monkeypatch):
    before = (project / TFVARS).read_bytes() + b"# somebody else's line\n"
    monkeypatch.setattr("auditor.adopt_command._second_reading", lambda *_: (project / TFVARS).write_bytes(before))
    done = CliRunner().invoke(cli, ["adopt", "--env", "prod", "--snapshot", str(CHANGED), "--write", USERS, TAG])
    assert "has changed since it was read" in str(done.exception)
    assert (project / TFVARS).read_bytes() == before


def test_nothing_drifted_nothing_adopted(project):
    done = adopt(snapshot=RECORDED / "prod-snapshot.jsonl.gz")
    assert done.stdout == ""
    assert done.stderr == "0 drifts looked at, 0 files in the diff\n"


def test_a_report_has_the_edits_where_they_are_asked_for(root):
    schema = json.loads((root / "reports" / "schema" / "report.v1.json").read_bytes())
    settings = load(root, {})
    inputs = Inputs(now=datetime.now(UTC), snapshot=RECORDED / "prod-changes" / "unmanaged.jsonl.gz", edits=True)
    audit = pipeline.audit(settings, settings.environment("prod"), inputs).audit
    told = report.decode(report.encode(report.document(audit)))
    jsonschema.validate(told, schema)
    edits = {(row["address"], drift["path"]): drift["edit"] for row in told["resources"] for drift in row["drifts"]}
    assert '+    data_classification = "public"\n' in edits[USERS, TAG]["diff"]
    assert edits[USERS, TAG]["others"] == []
    protection = edits['module.dynamodb.aws_dynamodb_table.on_demand["orders"]', "deletion_protection_enabled"]
    assert any("sessions" in each for each in protection["others"])
    assert all(each["diff"] or each["reason"] for each in edits.values())
    (unmanaged,) = [row["edit"] for row in told["resources"] if row["existence"] == "unmanaged"]
    assert "+import {" in unmanaged["diff"]
    page = html.FORMAT.render(told).decode()
    assert "Or take it over into code" in page
    assert "data_classification = &#34;public&#34;" in page
