"""The files under deploy/: valid for the programs they are for, and their commands do what their exit codes say."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from auditor.demo.stand_in.server import MotoServer

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
GITHUB = yaml.safe_load((DEPLOY / "github" / "nightly-audit.yml").read_text())
STEPS = {step.get("name", step.get("uses")): step for step in GITHUB["jobs"]["audit"]["steps"]}
GITLAB = yaml.safe_load((DEPLOY / "gitlab" / "nightly-audit.gitlab-ci.yml").read_text())["nightly-audit"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
CODES = [0, 1, 3, 4]


def run(command, cwd, *, interpreter="bash", **variables):
    return subprocess.run(
        [interpreter, "-e", "-c", command],
        cwd=cwd,
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def audit_that_ends_with(tmp_path):
    """A program `audit` that leaves a bundle and an exit code, in front of the real one."""

    def make(code):
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "audit"
        bundle = "" if code == 1 else "mkdir -p bundle; echo '# report' > bundle/report.md\n"
        program.write_text(f'#!/bin/sh\necho "$@" > told\n{bundle}exit {code}\n')
        program.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    return make


def estate(folder):
    """A checkout of the project's estate."""
    shutil.copytree(ROOT / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copy(ROOT / "audit.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("github/nightly-audit.yml", ["vendor.github-workflows"]),
        ("gitlab/nightly-audit.gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ],
)
def test_pipelines_fit_their_schemas(file, schema):
    done = run(f"check-jsonschema --builtin-schema {' '.join(schema)} {DEPLOY / file}", ROOT)
    assert done.returncode == 0, done.stdout


def test_github_actions_are_pinned_and_have_no_right_they_do_not_need():
    used = [step["uses"] for step in STEPS.values() if "uses" in step]
    assert len(used) == 7
    assert [each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each)] == []
    assert GITHUB["permissions"] == {}
    assert GITHUB["jobs"]["audit"]["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "security-events": "write",
    }
    assert not [step for step in STEPS.values() if "${{" in step.get("run", "")]


@pytest.mark.parametrize("code", CODES)
def test_github_steps_keep_the_report_and_end_with_the_verdict(code, tmp_path, audit_that_ends_with):
    path = audit_that_ends_with(code)
    (tmp_path / "bundle").mkdir()  # of last night
    (tmp_path / "bundle" / "report.md").write_text("# last night")
    output, summary = tmp_path / "output", tmp_path / "summary"
    audit = run(
        STEPS["Audit"]["run"],
        tmp_path,
        PATH=path,
        ENVIRONMENT="prod",
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert audit.returncode == 0
    assert output.read_text() == f"code={code}\n"
    assert summary.exists() is (code != 1)
    assert (tmp_path / "bundle").exists() is (code != 1)
    assert code == 1 or summary.read_text() == "# report\n"
    verdict = run(STEPS["Verdict"]["run"], tmp_path, CODE=str(code))
    assert verdict.returncode == code
    assert verdict.stdout.startswith({0: "compliant", 3: "::warning", 4: "::error", 1: "::error"}[code])
    assert run(STEPS["Verdict"]["run"], tmp_path, CODE="").returncode == 1


def test_github_and_gitlab_commands_audit_for_real(tmp_path):
    """Nothing of the estate is in the stand-in: both commands find that and leave what is uploaded."""
    folder = estate(tmp_path)
    with MotoServer("111122223333") as server:
        given = {"ENVIRONMENT": "prod", "AWS_ENDPOINT_URL": server.url}
        files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
        done = run(STEPS["Audit"]["run"], folder, **given, **files)
        assert (tmp_path / "output").read_text() == "code=4\n", done.stderr
        assert "::error" in done.stdout
        assert "DRIFT-001" in (tmp_path / "summary").read_text()
        assert json.loads((folder / "bundle" / "report.sarif").read_text())["version"] == "2.1.0"
        assert STEPS["Show the findings in code scanning"]["with"]["sarif_file"] == "bundle/report.sarif"

        (script,) = GITLAB["script"]
        assert run(script, folder, **given).returncode == 4
        assert (folder / GITLAB["artifacts"]["reports"]["junit"]).is_file()


@pytest.mark.parametrize("code", CODES)
def test_gitlab_ends_as_the_audit_and_keeps_no_report_of_another_night(code, tmp_path, audit_that_ends_with):
    (tmp_path / "bundle").mkdir()
    (script,) = GITLAB["script"]
    done = run(script, tmp_path, PATH=audit_that_ends_with(code), ENVIRONMENT="prod")
    assert done.returncode == code
    assert (tmp_path / "bundle").exists() is (code != 1)
    assert GITLAB["cache"]["paths"] == GITLAB["artifacts"]["paths"] == ["bundle"]


def test_gitlab_keeps_the_token_to_itself(tmp_path):
    token = tmp_path / "token"
    given = {"AWS_ID_TOKEN": "a token", "AWS_WEB_IDENTITY_TOKEN_FILE": str(token)}
    assert run(GITLAB["before_script"][1], tmp_path, **given).returncode == 0
    assert (token.read_text(), oct(token.stat().st_mode & 0o777)) == ("a token", "0o600")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_units_are_valid(tmp_path):
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace("/srv/auditor/bin/audit", str(BIN / "audit"))
        (tmp_path / unit.name.replace("@", "@prod")).write_text(text)
    done = run(f"systemd-analyze verify --man=no {tmp_path}/*.timer {tmp_path}/audit-nightly@prod.service", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    calendar = re.search(r"OnCalendar=(.*)", (DEPLOY / "systemd" / "audit-nightly@.timer").read_text())[1]
    assert "02:00:00" in run(f"systemd-analyze calendar '{calendar}'", tmp_path).stdout


@pytest.mark.parametrize(("code", "what"), [("1", "was not done"), ("3", "grant access"), ("4", "has findings")])
def test_the_unit_that_tells_says_what_the_exit_code_means(code, what, tmp_path):
    text = (DEPLOY / "systemd" / "audit-nightly-told@.service").read_text()
    (command,) = re.findall(r"ExecStart=/bin/sh -c '(.*)'", text)
    logger = tmp_path / "logger"
    logger.write_text('#!/bin/sh\necho "$@"\n')
    logger.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    told = run(command.replace("%i", "prod"), tmp_path, interpreter="sh", MONITOR_EXIT_STATUS=code, PATH=path)
    assert what in told.stdout
    assert f"audit of prod {'was' if code == '1' else ''}" in told.stdout


def test_the_service_runs_what_audit_understands(tmp_path):
    (command,) = re.findall(r"ExecStart=/srv/auditor/bin/(.*)", (DEPLOY / "systemd/audit-nightly@.service").read_text())
    with MotoServer("111122223333") as server:
        done = run(command.replace("%i", "prod"), estate(tmp_path), AWS_ENDPOINT_URL=server.url)
    assert done.returncode == 4
    assert "not compliant" in done.stderr


def cron_command():
    (line,) = re.findall(r"^0 2 \* \* \* auditor (.*)$", (DEPLOY / "cron/audit-nightly").read_text(), re.MULTILINE)
    return line


@pytest.mark.parametrize("code", CODES)
def test_cron_is_silent_only_after_a_compliant_night(code, tmp_path, audit_that_ends_with):
    command = cron_command().replace("/srv/estate", str(tmp_path)).replace("/run/lock", str(tmp_path))
    done = run(command, tmp_path, interpreter="sh", PATH=audit_that_ends_with(code))
    assert (done.stdout == "") is (code == 0)
    assert (f"exit {code}" in done.stdout) is (code != 0)
    assert (tmp_path / "told").read_text() == "run --env prod --quiet --quiet\n"


def test_the_hook_is_valid_and_its_files_are_those_that_decide():
    assert run("pre-commit validate-manifest .pre-commit-hooks.yaml", ROOT).returncode == 0
    matches = re.compile(HOOK["files"]).search
    assert all(
        matches(name) for name in ("a/main.tf", "x.auto.tfvars", "m.tf.json", "envs/prod/waivers.yaml", "audit.toml")
    )
    assert not any(matches(name) for name in ("README.md", "main.tf.orig", "rules.yaml"))


def test_the_hook_judges_only_environments_that_changed_and_in_under_two_seconds(tmp_path):
    folder = estate(tmp_path)
    variables = folder / "terraform/dynamodb/envs/prod/terraform.tfvars"
    variables.write_text(
        variables.read_text().replace("deletion_protection_enabled = true", "deletion_protection_enabled = false")
    )

    def hook(*files):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = run(f"{HOOK['entry']} {' '.join(files)}", folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    changed, seconds = hook("terraform/dynamodb/envs/prod/terraform.tfvars")
    assert changed.returncode == 4, changed.stderr
    assert "envs/prod/terraform.tfvars:5: critical " in changed.stdout
    assert "koneksi prod" in changed.stdout
    assert "koneksi uat" not in changed.stdout
    # Of the processor: what else the machine does is not the hook's.
    assert seconds < 2

    unharmed, _ = hook("terraform/dynamodb/envs/uat/terraform.tfvars")
    assert (unharmed.returncode, "koneksi uat" in unharmed.stdout) == (0, True)
    every, _ = hook("terraform/dynamodb/main.tf")
    assert (every.returncode, every.stdout.count("koneksi ")) == (4, 3)
    none, _ = hook("README.md")
    assert (none.returncode, none.stderr) == (0, "these files decide no environment\n")
    assert not (folder / "reports").exists()


def test_files_are_no_environments():
    done = run("audit run prod", ROOT)
    assert done.returncode == 2
    assert "--env prod" in done.stderr


def test_the_page_names_every_file():
    page = (DEPLOY / "README.md").read_text()
    folders = {path.parent.name for path in DEPLOY.rglob("*") if path.is_file() and path.parent != DEPLOY}
    assert {folder for folder in folders if f"{folder}/" not in page} == set()
