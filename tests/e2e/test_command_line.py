"""The command line from outside: every mistake is one clear error with place, cause and hint, and its exit code."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest

from auditor.formats import formats

MODULE = """
variable "tables" {
  type = map(object({ hash_key = string }))
}
resource "aws_dynamodb_table" "this" {
  for_each     = var.tables
  name         = "shop-prod-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash_key
  attribute {
    name = each.value.hash_key
    type = "S"
  }
}
"""
MAIN = """
provider "aws" {
  region = "ap-southeast-1"
}
module "tables" {
  source = "../../module"
  tables = { users = { hash_key = "id" } }
}
"""
SETTINGS = """
[env.prod]
root = "envs/prod"
tier = "production"
account = "111122223333"
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "module").mkdir()
    (tmp_path / "module" / "main.tf").write_text(MODULE)
    (tmp_path / "envs" / "prod").mkdir(parents=True)
    (tmp_path / "envs" / "prod" / "main.tf").write_text(MAIN)
    (tmp_path / "audit.toml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def audit(project):
    """Run the program in the project, by default without credentials."""

    def run(*arguments, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "AWS_EC2_METADATA_DISABLED": "true",
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-m", "auditor", *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def told(done, *parts, code=1):
    """The error is on stderr, whole, and nothing else is anywhere."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr
    assert done.stderr.count("error:") == 1 or code == 2


def test_no_credentials(audit):
    told(audit("--env", "prod"), "no AWS credentials", "nothing was read", "audit demo")


def test_unknown_environment(audit):
    told(audit("--env", "prd"), "no environment named 'prd'", "found  prod", "did you mean --env prod?")


def test_no_environment_is_a_usage_error(audit):
    told(audit("run"), "--env", "prod", code=2)


def test_unknown_command_is_a_usage_error(audit):
    told(audit("rnu"), "No such command 'rnu'", code=2)


def test_unknown_format_is_told_before_anything_is_read(audit):
    told(audit("--env", "prod", "--format", "pdf"), "no format 'pdf'", "html", code=2)


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01"])
def test_unusable_time_is_a_usage_error(audit, time):
    told(audit("--env", "prod", "--now", time), "--now", code=2)


def test_broken_hcl(audit, project):
    (project / "envs" / "prod" / "main.tf").write_text("locals {\n  tables = { users = id:S }\n}\n")
    told(audit("--env", "prod"), "error: envs/prod/main.tf:2:", "2 |   tables = { users = id:S }", "^")


def test_missing_module(audit, project):
    shutil.rmtree(project / "module")
    told(audit("--env", "prod"), "envs/prod/main.tf:5:1", "there is no directory module", '5 | module "tables" {')


def test_module_that_is_not_installed(audit, project):
    (project / "envs" / "prod" / "main.tf").write_text(
        MAIN + 'module "remote" {\n  source  = "terraform-aws-modules/dynamodb-table/aws"\n  version = "4.0.0"\n}\n'
    )
    told(
        audit("--env", "prod"), "envs/prod/main.tf:9:1", "terraform-aws-modules/dynamodb-table/aws", "`terraform init`"
    )


def test_broken_settings(audit, project):
    (project / "audit.toml").write_text(SETTINGS.replace("tier", "teir"))
    told(audit("--env", "prod"), "audit.toml:4:1", "unknown setting 'env.prod.teir'", "did you mean tier?", "4 | teir")


def test_broken_rule(audit, project):
    (project / "own" / "sec").mkdir(parents=True)
    (project / "own" / "sec" / "SEC-900-own.yaml").write_text("id: SEC-900\ntitel: Own\n")
    (project / "audit.toml").write_text(SETTINGS + '[rules]\npaths = ["own"]\n')
    told(audit("--env", "prod"), "own/sec/SEC-900-own.yaml:2:1", "titel", "title")


def test_broken_waiver(audit, project):
    file = project / "envs" / "prod" / "waivers.yaml"
    file.write_text("schema: auditor/waivers/v1\nwaivers:\n- id: W-1\n  rule: SEC-01\n")
    told(audit("--env", "prod"), "envs/prod/waivers.yaml:3:3: the key 'subject' is missing", "3 | - id: W-1")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "can't read the snapshot"), (b"no gzip", "not a snapshot"), (b"\x1f\x8b\x08\x00", "snapshot")],
)
def test_unreadable_snapshot(audit, project, content, words):
    if content is not None:
        (project / "prod.jsonl.gz").write_bytes(content)
    told(audit("--env", "prod", "--snapshot", "prod.jsonl.gz"), "prod.jsonl.gz", words)


def test_endpoint_that_does_not_answer(audit):
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    told(audit("--env", "prod", **keys), "127.0.0.1:9", "nothing was read")


def test_out_that_holds_something_else_is_left_alone(audit, project):
    (project / "notes").mkdir()
    (project / "notes" / "todo.txt").write_text("mine")
    done = audit("--env", "prod", "--declared-only", "--out", "notes")
    assert done.returncode == 1
    assert "not a bundle" in done.stderr
    assert (project / "notes" / "todo.txt").read_text() == "mine"


def test_declared_only_needs_no_credentials_and_says_what_it_did_not_look_at(audit, project):
    done = audit("--env", "prod", "--declared-only", "--out", "out", "--format", "json")
    assert done.returncode == 4, done.stderr
    report = json.loads(done.stdout)
    assert {finding["rule"] for finding in report["findings"]} >= {"POL-001", "POL-002", "POL-003"}
    assert all(not finding["rule"].startswith(("SEC", "DRIFT")) for finding in report["findings"])
    off = {entry["rule"]: entry["reason"] for entry in report["coverage"]["disabled"]}
    assert "code alone" in off["SEC-001"]
    files = sorted(file.name for file in (project / "out").iterdir())
    assert files == ["manifest.json", "report.html", "report.json", "sources.jsonl.gz"]


WHOLE_TABLES = """
resource "aws_dynamodb_table" "unindexed" {
  name         = "shop-prod-unindexed"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "email"
    type = "S"
  }
}
resource "aws_dynamodb_table" "streamed" {
  name           = "shop-prod-streamed"
  billing_mode   = "PAY_PER_REQUEST"
  hash_key       = "id"
  stream_enabled = true
  attribute {
    name = "id"
    type = "S"
  }
}
"""


def test_code_alone_tells_of_whole_tables_that_terraform_refuses(audit, project):
    main = project / "envs" / "prod" / "main.tf"
    main.write_text(MAIN + WHOLE_TABLES)
    report = json.loads(audit("--env", "prod", "--declared-only", "--out", "out", "--format", "json").stdout)
    lines = main.read_text().split("\n")
    first, second = (
        lines.index(f'resource "aws_dynamodb_table" "{name}" {{') + 1 for name in ("unindexed", "streamed")
    )
    said = "Refused by the provider: aws_dynamodb_table."
    stream = "stream_view_type is required when stream_enabled is true"
    assert sorted(report["evidence"]["diagnostics"]) == [
        f"envs/prod/main.tf:{first}:1: error: {said}unindexed: attributes that no key uses: email",
        f"envs/prod/main.tf:{second}:1: warning: {said}streamed: refused while there is none yet: {stream}",
    ]
    assert report["complete"] is False


def test_a_state_is_told_by_the_report(audit, project):
    content = '{"version": 4, "resources": []}'
    (project / "prod.tfstate").write_text(content)
    done = audit("--env", "prod", "--declared-only", "--state", "prod.tfstate", "--format", "json", "--out", "out")
    document = json.loads(done.stdout)
    assert document["run"]["state"] == "prod.tfstate"
    digest = hashlib.sha256(content.encode()).hexdigest()
    entry = {"path": "prod.tfstate", "bytes": len(content), "sha256": digest}
    assert entry in document["evidence"]["files"]
    told(audit("--env", "prod", "--declared-only", "--state", "none.tfstate"), "none.tfstate can't be read")


def test_declared_prints_values_unknowns_and_origins(audit):
    document = json.loads(audit("declared", "--env", "prod").stdout)
    (table,) = document["resources"]
    assert table["address"] == 'module.tables.aws_dynamodb_table.this["users"]'
    assert table["values"]["name"] == "shop-prod-users"
    assert table["values"]["attribute"] == [{"name": "id", "type": "S"}]
    assert "arn" in table["unknown"]
    assert table["origins"]["hash_key"] == ["envs/prod/main.tf:7:35", "module/main.tf:9:3"]


def test_declared_prints_why_a_value_is_what_it_is(audit):
    address = 'module.tables.aws_dynamodb_table.this["users"]'
    told = audit("declared", "--env", "prod", "--why", address, 'attribute["id"].name').stdout.splitlines()
    assert told[0] == 'attribute["id"].name'
    assert told[1].startswith("  envs/prod/main.tf:7:35  ")
    done = audit("declared", "--env", "prod", "--why", address, "hash_kye")
    assert (done.returncode, done.stdout) == (1, "")
    assert "did you mean hash_key?" in done.stderr


def test_declared_of_any_directory_with_variables(audit, project):
    (project / "more.tfvars").write_text('tables = { a = { hash_key = "k" } }\n')
    done = audit("declared", "--dir", "module", "--var-file", "more.tfvars")
    assert [each["values"]["name"] for each in json.loads(done.stdout)["resources"]] == ["shop-prod-a"]
    done = audit("declared", "--dir", "module", "--var", 'tables={b={hash_key="k"}}')
    assert [each["values"]["name"] for each in json.loads(done.stdout)["resources"]] == ["shop-prod-b"]


def test_eval_prints_like_the_console(audit, project):
    assert audit("eval", '{ a = upper("x"), n = 1 + 2 }').stdout == '{\n  "a" = "X"\n  "n" = 3\n}\n'
    told(audit("eval", "1 +"), "<expression>")
    (project / "rows.json").write_text('[{"expr": "1 + 1"}, {"expr": "nope"}]')
    first, second = json.loads(audit("eval", "--json", "rows.json").stdout)
    assert first == {"expr": "1 + 1", "ok": True, "value": "2", "type": "number"}
    assert second["ok"] is False
    assert second["error"]
    (project / "rows.json").write_text("{}")
    told(audit("eval", "--json", "rows.json"), "rows.json holds no expressions")
    told(audit("eval"), "give one expression", code=2)


def test_rules_and_their_pages(audit):
    assert audit("rules", "test").stdout.endswith(" passed, 0 failed\n")
    assert "SEC-001" in audit("rules", "list").stdout
    assert audit("explain", "sec-001").stdout.startswith("SEC-001  ")
    told(audit("explain", "SEC-999"), "no rule 'SEC-999'", "did you mean SEC-", code=2)


def test_an_expression_without_a_value_is_the_users_mistake(audit):
    done = audit("eval", "--env", "prod", 'tonumber("x")')
    told(done, "Invalid function argument", 'cannot convert "x" to number')
    assert "defect" not in done.stderr


def test_permissions_is_a_policy(audit):
    policy = json.loads(audit("permissions", "--env", "prod").stdout)
    allowed = {action for each in policy["Statement"] if each["Effect"] == "Allow" for action in each["Action"]}
    assert "dynamodb:DescribeTable" in allowed
    assert not {action for action in allowed if action.split(":")[1].startswith(("Put", "Update", "Delete", "Create"))}


def test_render_makes_every_format_of_a_report(audit, project):
    audit("--env", "prod", "--declared-only", "--out", "out")
    written = (project / "out" / "report.html").read_text()
    assert audit("render", "out/report.json").stdout == written
    assert audit("render", "out/report.json", "--format", "markdown").stdout.startswith("#")
    assert json.loads(audit("render", "--schema").stdout)["properties"]["schema"]["const"] == "auditor/report/v1"
    told(audit("render", "audit.toml"), "not JSON")
    told(audit("render"), "report.json", code=2)


@pytest.mark.parametrize("name", sorted(set(formats()) - {"json"}))
def test_what_only_says_that_it_is_a_report_is_refused(audit, project, name):
    (project / "half.json").write_text(json.dumps({"schema": "auditor/report/v1", "findings": 7}))
    told(audit("render", "half.json", "--format", name), "half.json is not a whole report")


def test_a_full_disk_is_told(project):
    command = f"{sys.executable} -m auditor render --schema > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: stdout can't be written: No space left on device\n")


def test_a_closed_pipe_is_quiet(project):
    command = f"{sys.executable} -m auditor rules list | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_help_answers_at_once(audit):
    """No heavy library is loaded: 0.15 s of CPU would be gone at once."""
    command = "import sys; from auditor import cli; print({'boto3', 'hcl2', 'jinja2', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert audit("--help").stdout.startswith("Usage: audit")


def test_one_environment_that_fails_does_not_cost_the_others(audit, project):
    (project / "envs" / "uat").mkdir()
    (project / "envs" / "uat" / "main.tf").write_text("locals {")
    (project / "audit.toml").write_text('[env.uat]\nroot = "envs/uat"\n' + SETTINGS)
    done = audit("--env", "all", "--declared-only", "--out", "out")
    assert done.returncode == 4
    assert "uat was not audited:\nerror: envs/uat/main.tf:1:" in done.stderr
    assert (project / "out" / "prod" / "report.json").exists()
    assert not (project / "out" / "uat").exists()


def test_what_is_wrong_with_the_code_is_told_on_the_terminal(audit, project):
    (project / "envs" / "prod" / "terraform.tfvars").write_text("nobody = 1\n")
    done = audit("--env", "prod", "--declared-only", "--region", "eu-west-1")
    assert "eu-west-1 is read, but the code's provider is configured for ap-southeast-1" in done.stderr
    assert "nobody" in done.stderr


@pytest.mark.parametrize("option", ["--out", "--snapshot", "--state", "--var-file"])
def test_an_empty_path_is_a_usage_error(audit, option):
    told(audit("--env", "prod", option, ""), f"'{option}': the path is empty", code=2)


@pytest.mark.parametrize("account", ["12", "1111-2222-3333", "prod"])
def test_an_account_has_12_digits(audit, account):
    told(audit("--env", "prod", "--account", account), f"'{account}' is no account id: 12 digits", code=2)


def test_a_place_for_the_bundle_that_can_not_be_used_is_told_before_aws_is_asked(audit, project):
    (project / "mine").mkdir()
    (project / "mine" / "letter.txt").write_text("mine")
    told(audit("--env", "prod", "--out", "mine"), "mine holds something that is not a bundle")
    told(audit("--env", "prod", "--out", "mine/letter.txt/x"), "mine/letter.txt is not a folder")
    told(audit("snapshot", "--env", "prod", "--out", "none/x.gz"), "there is no folder none")


def test_what_is_not_there_is_named_without_a_line(audit):
    told(audit("--env", "prod", "--declared-only", "--var-file", "no.tfvars"), "error: no.tfvars can't be read\n")
    told(audit("declared", "--dir", "nowhere"), "error: nowhere can't be read\n")
