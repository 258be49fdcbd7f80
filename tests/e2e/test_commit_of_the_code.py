"""Which commit was audited: told of all files that were read, and unknown where git does not tell."""

import json
import os
import subprocess
import sys

import pytest

TABLE = """
resource "aws_dynamodb_table" "this" {
  name         = var.name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
variable "name" {}
"""


@pytest.fixture
def project(tmp_path):
    """In a folder of its repository."""
    root, module = tmp_path / "infra" / "envs" / "prod", tmp_path / "infra" / "modules" / "table"
    for folder in (root, module):
        folder.mkdir(parents=True)
    module.joinpath("main.tf").write_text(TABLE)
    root.joinpath("main.tf").write_text(
        'provider "aws" {\n  region = "eu-west-1"\n}\n'
        'module "users" {\n  source = "../../modules/table"\n  name   = "shop-prod-users"\n}\n'
    )
    tmp_path.joinpath("infra", "audit.toml").write_text('project = "shop"\n[env.prod]\nroot = "envs/prod"\n')
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run(
            ("git", "-c", "user.name=tests", "-c", "user.email=tests@example.invalid", *command),
            cwd=tmp_path,
            check=True,
        )
    return tmp_path / "infra"


def judged(project, form="json", **variables):
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "--env", "prod", "--declared-only", "--format", form],
        cwd=project,
        env={"HOME": str(project), "PATH": os.environ["PATH"], **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    return done.stdout.decode()


def clean_commit(report):
    (results,) = (each for each in report["results"] if each["rule"] == "AUD-008")
    return results["statuses"]


def test_a_changed_module_is_an_uncommitted_change(project):
    assert clean_commit(json.loads(judged(project))) == "p"
    (project / "modules" / "table" / "main.tf").write_text(TABLE + "# changed\n")
    report = json.loads(judged(project))
    assert report["run"]["git"]["dirty"] == 1
    assert clean_commit(report) == "f"


def test_without_git_the_commit_is_not_known(project):
    report = json.loads(judged(project, PATH=""))
    assert clean_commit(report) == "u"
    assert "code of an unknown commit (git can't be started)" in judged(project, "text", PATH="")


def test_code_scanning_and_annotations_get_paths_from_the_top_of_the_repository(project):
    (run,) = json.loads(judged(project, "sarif"))["runs"]
    places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert "infra/modules/table/main.tf" in places
    assert "file=infra/modules/table/main.tf,line=2," in judged(project, "github")


def test_the_page_leads_to_the_code_as_it_was(project):
    commit = json.loads(judged(project))["run"]["git"]["commit"]
    job = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://git.example.com",
        "GITHUB_REPOSITORY": "koneksi/estate",
    }
    line = f'href="https://git.example.com/koneksi/estate/blob/{commit}/infra/modules/table/main.tf#L2"'
    assert line in judged(project, "html", **job, GITHUB_SHA=commit)
    assert "/blob/" not in judged(project, "html", **job, GITHUB_SHA="0" * 40)
    (project / "modules" / "table" / "main.tf").write_text(f"# changed\n{TABLE}")
    assert "/blob/" not in judged(project, "html", **job, GITHUB_SHA=commit)
