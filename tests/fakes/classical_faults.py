"""The classical faults of tables and keys, each as code in several forms and as a live account, beside its sound twin.

One set of values describes a table with its key, alarms, scaling and policies. `project` writes it as Terraform code,
once with a fault in it and once without; `faulty_account` answers as AWS would where it stands like that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "ap-southeast-1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
OWN = f"arn:aws:iam::{ACCOUNT}:root"
FORMS = ("literal", "expression", "module and tfvars", "policy document")

Values = Mapping[str, Any]

SOUND: Values = {
    "prefix": "prod-",
    "billing": "PAY_PER_REQUEST",
    "capacity": None,
    "table_scaled": False,
    "index_scaled": False,
    "protected": True,
    "recovery": True,
    "recovery_days": 35,
    "encrypted": True,
    "customer_key": True,
    "rotation": True,
    "rotation_days": 365,
    "key_enabled": True,
    "deletion_days": 30,
    "key_principal": OWN,
    "table_principal": OWN,
    "stream_principal": OWN,
    "expires_by": "expires_at",
    "tags": {"Environment": "prod", "Owner": "platform"},
    "metrics": ["ReadThrottleEvents", "WriteThrottleEvents"],
    "dimension": "TableName",
    "threshold": 1,
    "alarms_on": True,
    "tells": [TOPIC],
}
"""What code can say; a name here is an expression in the code below."""

LIVE_ONLY: Values = {"pending_deletion": False, "backup_hours": 3}


@dataclass(frozen=True)
class Fault:
    """One fault: the values that make it, and the rules that must tell of it on each side, no others."""

    name: str
    changes: Values
    live: frozenset[str]
    declared: frozenset[str] = frozenset()
    """Empty: code can't say it."""
    twin: Values = field(default_factory=dict)
    """What the sound twin has besides, so that it differs in the fault alone."""


def fault(name: str, live: str, declared: str, twin: Values | None = None, **changes: Any) -> Fault:
    return Fault(name, changes, frozenset(live.split()), frozenset(declared.split()), twin or {})


NO_TELLING_ALARM = "MON-001 MON-002 MON-004"
SCALED = {"billing": "PROVISIONED", "capacity": 5, "table_scaled": True, "index_scaled": True}

FAULTS = (
    fault("recovery-off", "SEC-001", "POL-002", recovery=False),
    fault("recovery-short", "SEC-002", "POL-029", recovery_days=7),
    fault("unprotected", "SEC-004", "POL-001 POL-006", protected=False),
    fault("aws-owned-key", "SEC-005 SEC-006", "POL-003", encrypted=False),
    fault("aws-managed-key", "SEC-006", "POL-003", customer_key=False),
    fault("rotation-off", "KMS-001", "POL-014", rotation=False),
    fault("rotation-slow", "KMS-002", "POL-028", rotation_days=2560),
    # Terraform takes such a key for gone, and would make a new one.
    fault("key-to-be-deleted", "KMS-004 DRIFT-023", "", pending_deletion=True),
    fault("key-disabled", "KMS-005", "POL-030", key_enabled=False),
    fault("deletion-window", "", "POL-013", deletion_days=7),
    fault("key-public", "KMS-006", "POL-024", key_principal="*"),
    fault("key-other-account", "KMS-007", "POL-025", key_principal=f"arn:aws:iam::{OTHER}:root"),
    fault("table-public", "IAM-001", "POL-026", table_principal="*"),
    fault("table-other-account", "IAM-002", "POL-027", table_principal=f"arn:aws:iam::{OTHER}:role/x"),
    fault("stream-public", "IAM-004", "POL-026", stream_principal="*"),
    fault("expiry-by-text", "SEC-020", "POL-018", expires_by="mail"),
    fault("unscaled", "CAP-001", "POL-033", SCALED, table_scaled=False),
    fault("unscaled-index", "CAP-001", "POL-033", SCALED, index_scaled=False),
    fault("no-alarm", "MON-001", "POL-016", metrics=["WriteThrottleEvents"]),
    fault("mute-alarm", f"MON-011 {NO_TELLING_ALARM}", "POL-031", alarms_on=False),
    fault("alarm-tells-nobody", f"MON-010 {NO_TELLING_ALARM}", "POL-031", tells=[]),
    fault("wrong-dimension", "MON-001 MON-002 MON-012", "POL-016 POL-032", dimension="Table"),
    fault("uncrossable", "MON-012", "POL-032", threshold=-1),
    fault("no-backup", "BKP-002", "", backup_hours=None),
    fault("stale-backup", "BKP-002", "", backup_hours=27),
    fault("untagged", "SEC-009", "POL-005", tags={"Environment": "prod"}),
    fault("misnamed", "", "POL-004", prefix="uat-"),
)


def label(each: Fault, sound: bool) -> str:
    """The name of a copy, in names and addresses."""
    return f"{each.name}-twin" if sound else each.name


def copies() -> dict[str, Values]:
    """Every fault and every twin by label, as values."""
    found: dict[str, Values] = {}
    for each in FAULTS:
        for sound in (True, False):
            found[label(each, sound)] = {**SOUND, **LIVE_ONLY, **each.twin, **({} if sound else each.changes)}
    return found


# Code


TABLE = """
resource "aws_kms_key" "LABEL" {
  enable_key_rotation     = <rotation>
  rotation_period_in_days = <rotation_days>
  is_enabled              = <key_enabled>
  deletion_window_in_days = <deletion_days>
  policy                  = <<key_policy>>
}

resource "aws_kms_alias" "LABEL" {
  name          = "alias/${<prefix>}LABEL"
  target_key_id = aws_kms_key.LABEL.key_id
}

resource "aws_dynamodb_table" "LABEL" {
  name                        = "${<prefix>}LABEL"
  billing_mode                = <billing>
  read_capacity               = <capacity>
  write_capacity              = <capacity>
  hash_key                    = "id"
  deletion_protection_enabled = <protected>
  stream_enabled              = true
  stream_view_type            = "KEYS_ONLY"
  tags                        = <tags>

  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "mail"
    type = "S"
  }
  global_secondary_index {
    name            = "by-mail"
    hash_key        = "mail"
    projection_type = "ALL"
    read_capacity   = <capacity>
    write_capacity  = <capacity>
  }
  point_in_time_recovery {
    enabled                 = <recovery>
    recovery_period_in_days = <recovery> ? <recovery_days> : null
  }
  server_side_encryption {
    enabled     = <encrypted>
    kms_key_arn = <encrypted> && <customer_key> ? aws_kms_key.LABEL.arn : null
  }
  ttl {
    enabled        = true
    attribute_name = <expires_by>
  }
}

resource "aws_dynamodb_resource_policy" "LABEL" {
  resource_arn = aws_dynamodb_table.LABEL.arn
  policy       = <<table_policy>>
}

resource "aws_dynamodb_resource_policy" "LABEL_stream" {
  resource_arn = aws_dynamodb_table.LABEL.stream_arn
  policy       = <<stream_policy>>
}

resource "aws_appautoscaling_target" "LABEL" {
  for_each = toset(concat(
    <table_scaled> ? ["table:Read", "table:Write"] : [],
    <index_scaled> ? ["index:Read", "index:Write"] : [],
  ))
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.LABEL.name}${startswith(each.key, "index") ? "/index/by-mail" : ""}"
  scalable_dimension = "dynamodb:${each.key}CapacityUnits"
  min_capacity       = 5
  max_capacity       = 50
}

resource "aws_appautoscaling_policy" "LABEL" {
  for_each           = aws_appautoscaling_target.LABEL
  name               = "follow"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension
  target_tracking_scaling_policy_configuration {
    target_value = 70
    predefined_metric_specification {
      predefined_metric_type = "DynamoDB${split(":", each.key)[1]}CapacityUtilization"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "LABEL" {
  for_each            = toset(<metrics>)
  alarm_name          = "${aws_dynamodb_table.LABEL.name}-${each.key}"
  namespace           = "AWS/DynamoDB"
  metric_name         = each.key
  dimensions          = { (<dimension>) = aws_dynamodb_table.LABEL.name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = <threshold> < 0 ? "LessThanOrEqualToThreshold" : "GreaterThanOrEqualToThreshold"
  threshold           = <threshold>
  actions_enabled     = <alarms_on>
  alarm_actions       = <tells>
}

resource "aws_cloudwatch_metric_alarm" "LABEL_errors" {
  alarm_name          = "${aws_dynamodb_table.LABEL.name}-SystemErrors"
  namespace           = "AWS/DynamoDB"
  metric_name         = "SystemErrors"
  dimensions          = { TableName = aws_dynamodb_table.LABEL.name, Operation = "GetItem" }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  actions_enabled     = <alarms_on>
  alarm_actions       = <tells>
}
"""

POLICIES = {"key": ("kms:*", '"*"'), "table": ("dynamodb:GetItem", "aws_dynamodb_table.LABEL.arn")}
POLICIES["stream"] = ("dynamodb:GetRecords", "aws_dynamodb_table.LABEL.stream_arn")

DOCUMENT = """
data "aws_iam_policy_document" "LABEL_WHAT" {
  statement {
    sid       = "Use"
    actions   = ["ACTION"]
    resources = [RESOURCE]
    principals {
      type        = "AWS"
      identifiers = [<WHAT_principal>]
    }
  }
}
"""

SETTINGS = f"""
[rules.POL-018]
enabled = true

[env.prod]
root = "envs/prod"
tier = "production"
account = "{ACCOUNT}"
region = "{REGION}"
scope = ["prod-*"]
"""

ROOT = f"""
terraform {{
  required_version = ">= 1.11, < 2.0"
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }}
  }}
  backend "s3" {{
    bucket       = "state"
    key          = "prod"
    region       = "{REGION}"
    encrypt      = true
    use_lockfile = true
  }}
}}

provider "aws" {{
  region              = "{REGION}"
  allowed_account_ids = ["{ACCOUNT}"]
}}
"""


LOCK = """
provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = "~> 5.100"
}
"""


def written(value: Any) -> str:
    """A value as a literal of HCL, which takes JSON for one."""
    return json.dumps(value)


def computed(value: Any) -> str:
    """The same value by an expression that looks like another one."""
    return f'[for each in [{written(value)}, "sound"] : each if each != "sound"][0]'


def code(name: str, place: Callable[[str], str], *, documents: bool) -> str:
    """The resources of one copy; `place` gives the expression for each value."""
    text = TABLE
    for what, (action, resource) in POLICIES.items():
        text = text.replace(f"<<{what}_policy>>", _policy(what, action, resource, documents=documents))
        if documents:
            document = DOCUMENT.replace("WHAT", what).replace("ACTION", action).replace("RESOURCE", resource)
            text += document
    for each in SOUND:
        text = text.replace(f"<{each}>", place(each))
    return text.replace("LABEL", name)


def _policy(what: str, action: str, resource: str, *, documents: bool) -> str:
    if documents:
        return f"data.aws_iam_policy_document.LABEL_{what}.json"
    statement = (
        f'{{ Sid = "Use", Effect = "Allow", Action = "{action}", Resource = {resource}, '
        f"Principal = {{ AWS = <{what}_principal> }} }}"
    )
    return f'jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})'


def undecided(folder: Path) -> None:
    """Write a project of one environment with one table of which the code decides nothing but the name."""
    root = folder / "envs" / "prod"
    root.mkdir(parents=True)
    (folder / "audit.toml").write_text(SETTINGS)
    text = code("open", lambda each: written("prod-") if each == "prefix" else OPEN[each], documents=False)
    (root / "main.tf").write_text(f'{ROOT}\ndata "external" "any" {{\n  program = ["true"]\n}}\n{text}')


OPEN: Values = {each: f'data.external.any.result["{each}"]' for each in SOUND} | {
    "tags": "data.external.any.result",
    "metrics": '[data.external.any.result["metrics"]]',
    "tells": '[data.external.any.result["tells"]]',
}


def project(folder: Path, form: str) -> None:
    """Write a project of one environment, with a copy of each fault and of each twin in one form."""
    root = folder / "envs" / "prod"
    root.mkdir(parents=True)
    (folder / "audit.toml").write_text(SETTINGS)
    (root / "main.tf").write_text(ROOT)
    (root / ".terraform.lock.hcl").write_text(LOCK)
    for name, values in copies().items():
        if form == "module and tfvars":
            _module(folder, root, name, values)
        else:
            literal = computed if form == "expression" else written
            told = {each: literal(value) for each, value in values.items()}
            (root / f"{name}.tf").write_text(code(name, told.__getitem__, documents=form == "policy document"))


def _module(folder: Path, root: Path, name: str, values: Values) -> None:
    module = folder / "modules" / "table"
    if not module.exists():
        module.mkdir(parents=True)
        variables = "".join(f'variable "{each}" {{}}\n' for each in SOUND)
        resources = code("this", lambda each: f"var.{each}", documents=False).replace('}this"', '}${var.label}"')
        (module / "main.tf").write_text(f'{variables}variable "label" {{}}\n{resources}')
    passed = "".join(f'  {each} = var.{name}["{each}"]\n' for each in SOUND)
    call = f'module "{name}" {{\n  source = "../../modules/table"\n  label = "{name}"\n{passed}}}\n'
    (root / f"{name}.tf").write_text(f'variable "{name}" {{}}\n{call}')
    told = {each: values[each] for each in SOUND}
    (root / f"{name}.auto.tfvars").write_text(f"{name} = {written(told)}\n")
