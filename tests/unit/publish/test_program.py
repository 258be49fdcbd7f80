"""The command `audit-publish`: off unless a bucket is named, verified before anything is sent, no part of `audit`."""

import json
import subprocess
import sys

import boto3
import pytest

from auditor.publish.program import main

ROLE = "arn:aws:iam::444455556666:role/publisher"
OPTIONS = ["--bucket", "reports", "--region", "eu-west-1"]


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    out, err = capsys.readouterr()
    return left.value.code, out, err


def test_delivery(aws, folder, capsys):
    code, out, _ = run(capsys, folder, *OPTIONS, "--topic", aws.topic)
    assert code == 0
    assert "4 of 4 files written, all verified; the topic was told" in out
    assert len(aws.messages()) == 1
    assert "the topic had been told before" in run(capsys, folder, *OPTIONS, "--topic", aws.topic)[1]


def test_options_by_the_environment_and_a_role_of_its_own(aws, folder, capsys, monkeypatch):
    iam = boto3.client("iam", region_name="eu-west-1")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="publisher", AssumeRolePolicyDocument=json.dumps(trust))
    for name, value in (("BUCKET", "reports"), ("REGION", "eu-west-1"), ("ROLE", ROLE), ("TOPIC", aws.topic)):
        monkeypatch.setenv(f"AUDIT_PUBLISH_{name}", value)
    code, out, err = run(capsys, folder)
    assert (code, err) == (0, "")
    assert "the topic was told" in out
    assert aws.server.counts["sts:AssumeRole"] == 1


def test_a_role_that_cannot_be_assumed(aws, folder, capsys):
    aws.server.fail("AssumeRole", "AccessDenied", status=403)
    code, _, err = run(capsys, folder, *OPTIONS, "--role", ROLE)
    assert code == 1
    assert f"error: can't assume {ROLE}" in err
    assert "not the auditor's" in err


def test_a_profile_that_is_not_there(folder, capsys):
    code, _, err = run(capsys, folder, *OPTIONS, "--profile", "nobody")
    assert (code, "error: there are no credentials" in err) == (1, True)


def test_the_last_bundle_is_brought_back(aws, folder, capsys, tmp_path):
    place = tmp_path / "reports" / "bundle"
    code, out, _ = run(capsys, place, *OPTIONS, "--bring-back", "prod")
    assert (code, out) == (0, f"{place}  nothing was delivered yet\n")
    assert not place.exists()
    for each in sorted(folder.parent.iterdir()):
        assert run(capsys, each, *OPTIONS)[0] == 0
    code, out, _ = run(capsys, place, *OPTIONS, "--bring-back", "prod")
    assert code == 0
    assert {each.name: each.read_bytes() for each in place.iterdir()} == {
        each.name: each.read_bytes() for each in folder.iterdir()
    }
    assert run(capsys, place, *OPTIONS, "--bring-back", "uat")[1].endswith("nothing was delivered yet\n")


def test_nothing_is_sent_of_a_bundle_that_was_changed(aws, folder, capsys):
    (folder / "report.html").write_text("other")
    code, _, err = run(capsys, folder, *OPTIONS, "--topic", aws.topic)
    assert code == 1
    assert "is not what its manifest says" in err
    assert "report.html" in err
    assert aws.objects() == {}
    assert aws.messages() == []


def test_where_no_audit_was_done_there_is_nothing_to_deliver(tmp_path, capsys):
    code, _, err = run(capsys, tmp_path / "none", *OPTIONS)
    assert code == 1
    assert "the audit was not done" in err


def test_dry_run_asks_nobody(folder, capsys, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    code, out, err = run(capsys, folder, *OPTIONS, "--dry-run")
    assert code == 0
    assert json.loads(out)["location"].startswith("s3://reports/")
    assert "manifest  sha256 " in err


@pytest.mark.parametrize(
    "wrong", [["--region", "eu-west-1"], ["--bucket", "reports"], [*OPTIONS, "--topic", "verdicts"]]
)
def test_wrong_usage(folder, capsys, wrong):
    assert run(capsys, folder, *wrong)[0] == 2


def test_interrupted(folder, capsys, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("auditor.publish.program.contents", interrupt)
    assert run(capsys, folder, *OPTIONS)[0] == 130


def loaded_by(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_what_writes_cannot_audit_and_what_audits_cannot_write():
    loaded = "import sys, {}; print(*(name for name in sys.modules if name.startswith('auditor')))"
    publisher = loaded_by(loaded.format("auditor.publish.program"))
    assert publisher & {"auditor.aws.reader", "auditor.aws.lock", "auditor.aws.session", "auditor.pipeline"} == set()
    auditor = loaded_by(loaded.format("auditor.cli, auditor.pipeline, auditor.aws.session"))
    assert not [name for name in auditor if name.startswith("auditor.publish")]
