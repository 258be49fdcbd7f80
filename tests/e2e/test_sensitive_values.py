"""What the code marks sensitive reaches no artefact: as a value, a line of code, a key or a part of the command."""

import gzip
import subprocess
import sys

import pytest

MAIN = """
provider "aws" {
  region = "ap-southeast-1"
  default_tags {
    tags = { Token = var.token }
  }
}
variable "token" {
  type      = string
  sensitive = true
}
variable "password" {
  type      = string
  sensitive = true
  default   = "default-9f31c2"
}
variable "given" {
  type      = string
  sensitive = true
}
resource "aws_dynamodb_table" "this" {
  name         = "shop-prod-users"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { A = var.token, B = "before ${var.password} after", C = sensitive("inline-77aa01"), (var.given) = "x" }
}
"""
SECRETS = ("tfvars-4be0d7", "default-9f31c2", "option-c5518e", "inline-77aa01")


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "envs" / "prod"
    root.mkdir(parents=True)
    (root / "main.tf").write_text(MAIN)
    (root / "terraform.tfvars").write_text(f'token = "{SECRETS[0]}"\n')
    return tmp_path


def run(project, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "auditor", *arguments],
        cwd=project,
        env={"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(project), **variables},
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_no_report_shows_one(project):
    out = project / "out"
    given = ("--var", f"given={SECRETS[2]}", "--also", "csv,sarif,junit,markdown,github", "--out", str(out))
    done = run(project, "--env", "prod", "--declared-only", *given)
    assert done.returncode == 4, done.stderr
    everything = b"".join((done.stdout, done.stderr, *(file.read_bytes() for file in out.iterdir())))
    assert b"POL-005" in everything
    assert [secret for secret in SECRETS if secret.encode() in everything] == []


def test_a_report_shows_none_of_another_environment(project):
    other = project / "envs" / "uat"
    other.mkdir()
    text = MAIN.replace("shop-prod", "shop-uat").replace('"id"', "var.key")
    (other / "main.tf").write_text(text + 'variable "key" {\n  sensitive = true\n  default = "elsewhere-0b7d"\n}\n')
    (other / "terraform.tfvars").write_text(f'token = "{SECRETS[0]}"\n')
    out = project / "out"
    run(project, "--env", "prod", "--declared-only", "--out", str(out), TF_VAR_given=SECRETS[2])
    report = (out / "report.json").read_bytes()
    assert b"marks it sensitive" in report, "the other environment was not compared"
    unpacked = {".gz": gzip.decompress}
    everything = b"".join(unpacked.get(file.suffix, bytes)(file.read_bytes()) for file in out.iterdir())
    assert b"shop-uat-users" in everything, "the bundle holds the other environment's code"
    assert b"elsewhere-0b7d" not in everything


def test_declared_shows_none(project):
    done = run(project, "declared", "--env", "prod", TF_VAR_given=SECRETS[2])
    assert b"shop-prod-users" in done.stdout
    assert [secret for secret in SECRETS if secret.encode() in done.stdout] == []


SHORT = """
variable "pin" {
  type      = string
  sensitive = true
  default   = "4711"
}
resource "aws_dynamodb_table" "more" {
  name         = "shop-prod-more"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  tags = { A = var.pin, B = sensitive("0815") }
}
"""


def test_why_shows_none(project):
    (project / "envs" / "prod" / "more.tf").write_text(SHORT)
    for path in ("tags", "tags_all", "name"):
        done = run(project, "declared", "--env", "prod", "--why", "aws_dynamodb_table.more", path)
        assert b"more.tf" in done.stdout, done.stderr
        assert b"4711" not in done.stdout
        assert b"0815" not in done.stdout


NUMBER = """
variable "limit" {
  type      = number
  sensitive = true
}
variable "floor" {
  type      = number
  sensitive = true
  default   = 60917
}
resource "aws_dynamodb_table" "limited" {
  name         = "shop-prod-limited"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  on_demand_throughput {
    max_read_request_units  = var.limit
    max_write_request_units = max(var.floor, 1)
  }
}
"""


def test_numbers_without_quotes_are_covered_and_the_bundle_is_replayed(project):
    (project / "envs" / "prod" / "more.tf").write_text(SHORT.replace('  default   = "4711"\n', "") + NUMBER)
    with (project / "envs" / "prod" / "terraform.tfvars").open("a") as file:
        file.write("pin = 4711\ngiven = 471147\nlimit = 48213\n")
    out = project / "out"
    run(project, "--env", "prod", "--declared-only", "--out", str(out))
    sources = gzip.decompress((out / "sources.jsonl.gz").read_bytes())
    assert b"pin = 9999\\ngiven = 999999\\nlimit = 99999\\n" in sources
    told = sources + (out / "report.json").read_bytes()
    assert [pin for pin in (b"= 4711", b"471147", b"48213", b"60917") if pin in told] == []
    assert run(project, "replay", str(out)).stdout == b"same   report.html\nsame   report.json\n"


def test_a_short_one_is_in_no_line_of_code(project):
    (project / "envs" / "prod" / "more.tf").write_text(SHORT)
    done = run(project, "--env", "prod", "--declared-only", "--var", "pin=1234", "--out", str(project / "out"))
    everything = b"".join((done.stdout, done.stderr, *(file.read_bytes() for file in (project / "out").iterdir())))
    assert b"shop-prod-more" in everything
    assert [pin for pin in (b"=1234", b'"4711"', b'"0815"') if pin in everything] == []
