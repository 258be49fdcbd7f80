"""Bundles of a small estate: written as a run writes them, without AWS."""

import json
from datetime import UTC, datetime, timedelta

from auditor import bundle, history, pipeline, reporting
from auditor.formats import formats
from auditor.inputs import Inputs, Variables
from auditor.settings import load
from auditor.shipped import shipped

MAIN = """\
provider "aws" {
  region = "ap-southeast-1"
}
variable "token" {
  type      = string
  sensitive = true
  default   = "secret-4be0d7"
}
resource "aws_dynamodb_table" "this" {
  for_each     = toset(jsondecode(file("tables.json")))
  name         = "shop-prod-${each.key}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
output "token" {
  value     = "before ${var.token} after"
  sensitive = true
}
"""
SETTINGS = """\
project = "shop"
[env.prod]
root = "envs/prod"
tier = "production"
account = "111122223333"
[env.uat]
root = "envs/uat"
tier = "preproduction"
"""
FIRST = datetime(2026, 1, 15, 2, tzinfo=UTC)


def project(folder, *, protected=False):
    """A project with two environments, in which a file outside of the code decides."""
    for name in ("prod", "uat"):
        root = folder / "envs" / name
        root.mkdir(parents=True, exist_ok=True)
        main = MAIN.replace("prod", name)
        if protected:
            main = main.replace("  hash_key ", "  deletion_protection_enabled = true\n  hash_key ")
        (root / "main.tf").write_text(main)
        (root / "tables.json").write_text('["users"]')
    (folder / "audit.toml").write_text(SETTINGS)
    return folder


def write(folder, root, *, night=0, snapshot=None, signer=None, also=(), earlier=None, **variables):
    """Audit a project's prod and write the bundle; the code alone where there is no snapshot."""
    settings = load(root, {})
    inputs = Inputs(
        now=FIRST + timedelta(days=night),
        fixed_now=True,
        command="audit --env prod",
        declared_only=snapshot is None,
        snapshot=snapshot,
        variables=Variables(**variables),
    )
    outcome = pipeline.audit(settings, settings.environment("prod"), inputs)
    audit = outcome.audit
    told = history.earlier(
        {**audit.run, "environment": audit.environment},
        demonstration=audit.demonstration,
        shelves=[history.Shelf.of(history.folders(earlier))] if earlier else (),
    )
    document = reporting.document(outcome, fail_on="low", earlier=told)
    written = [formats()[name] for name in ("html", "json", *also)]
    bundle.write(folder, reporting.artefacts(document, outcome, written, earlier=told, signer=signer))
    return document


def nights(out, root, number, **more):
    """Bundles of so many nights, each compared with the one before."""
    for night in range(number):
        name = bundle.folder_name((FIRST + timedelta(days=night)).isoformat().replace("+00:00", "Z"))
        write(out / name, root, night=night, earlier=out, **more)
    return sorted(out.iterdir())


def tampered(manifest, change):
    """A manifest, changed."""
    document = json.loads(manifest.read_bytes())
    change(document)
    manifest.write_bytes(json.dumps(document).encode())


def rule(rule_id):
    """The file of a shipped rule."""
    (file,) = shipped("rules").glob(f"*/{rule_id}-*.yaml")
    return file
