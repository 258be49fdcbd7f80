"""Code in which every text attacks whoever reads the report: nothing but text comes out, in every format."""

import json
import re
import subprocess
import sys

import pytest
from hostile_report import MARKUP, TEMPLATE

from auditor.formats import formats

TEXT = f"{MARKUP}{TEMPLATE}|`@everyone [x](javascript:1)"
# As Terraform reads them: an escape of HCL for each character that has a sense in a string.
WRITTEN = (
    TEXT.replace("%{", "%%{").replace('"', '\\"') + "\\u001b[2J\\n::error::forged\\r\\u202egpj\\u2066\\u200f\\u0000"
)
MAIN = f"""
provider "aws" {{
  region = "ap-southeast-1"
}}
variable "owner" {{
  default = "=cmd|'/c calc'!A1 {WRITTEN}"
}}
resource "aws_dynamodb_table" "this" {{
  for_each     = toset(["@SUM(1)", "<b>orders</b>"])
  name         = "shop-prod-${{each.key}}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "{WRITTEN}"
  attribute {{
    name = "{WRITTEN}"
    type = "S"
  }}
  tags = {{ (var.owner) = var.owner, Owner = "=1+1" }}
}}
"""
WAIVERS = f"""
schema: auditor/waivers/v1
waivers:
- id: W-1
  rule: POL-001
  subject: "*orders*"
  reason: {json.dumps("=1+1 " + TEXT)}
  owner: {json.dumps("owner " + MARKUP)}
  approver: head of security
  ticket: SEC-1
  created: 2026-11-01
  expires: 2027-01-01
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The files of the bundle, and what the terminal got."""
    folder = tmp_path_factory.mktemp("hostile")
    here = folder / "envs" / "prod"
    here.mkdir(parents=True)
    (here / "main<img src=x>.tf").write_text(MAIN)
    (here / "waivers.yaml").write_text(WAIVERS)
    command = (sys.executable, "-m", "auditor", "--env", "prod", "--declared-only", "--now", "2026-11-21T00:00:00Z")
    also = ",".join(sorted(set(formats()) - {"html", "json"}))
    done = subprocess.run([*command, "--out", "out", "--also", also], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 4, done.stderr.decode()
    written = {file.name: file.read_bytes() for file in (folder / "out").iterdir()}
    return written | {"stdout": done.stdout, "stderr": done.stderr}


def test_the_attack_arrives(bundle):
    report = json.loads(bundle["report.json"])
    assert "window.pwned" in json.dumps(report["findings"]) + json.dumps(report["subjects"])
    assert report["waivers"][0]["reason"].startswith("=1+1 ")
    tags = {name for subject in report["subjects"]["table"] for name in subject["tags"]}
    assert set("\x1b\u202e\n\0") <= set("".join(tags))


def test_nothing_drives_a_terminal_or_turns_text_around(bundle):
    for name, content in bundle.items():
        if name != "report.json" and not name.endswith(".gz"):
            found = re.search(
                "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", content.decode()
            )
            assert found is None, (name, found)


def test_no_line_is_forged(bundle):
    for name in ("stdout", "stderr", "report.txt", "report.github.txt"):
        forged = [line for line in bundle[name].decode().splitlines() if line.startswith("::error::")]
        assert forged == []


def test_no_markup_is_more_than_text(bundle):
    assert b"<script>window" not in bundle["report.html"]
    assert b"<img" not in bundle["report.html"] + bundle["report.md"] + bundle["report.junit.xml"]
    assert re.search(rb"(?<![\w;])@everyone", bundle["report.md"]) is None
