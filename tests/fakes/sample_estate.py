"""A made-up production estate: its drifts, the rules and what they find, for every status and both verdicts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.drift import Drift, Moved, Plan, Reality, Risk
from auditor.model.facts import ApiField, Default, Fact, SourceRange, Written
from auditor.model.results import (
    Evidence,
    RuleText,
    Severity,
    Status,
)
from auditor.model.values import Reason, Unknown, Value

ACCOUNT, REGION, PROJECT = "111122223333", "ap-southeast-1", "koneksi"
ENV = "terraform/dynamodb/envs/prod"
TFVARS, MAIN, MODULE = f"{ENV}/terraform.tfvars", f"{ENV}/main.tf", "terraform/dynamodb/main.tf"
READ_AT = "2026-11-21T19:00:12Z"

CODE = {
    SourceRange(TFVARS, 9, 3): "deletion_protection = true",
    SourceRange(MAIN, 21, 25): "deletion_protection = var.deletion_protection",
    SourceRange(MODULE, 14, 33): "deletion_protection_enabled = each.value.deletion_protection",
    SourceRange(MODULE, 41, 15): "enabled = true",
    SourceRange(TFVARS, 31, 20): 'billing_mode = "PAY_PER_REQUEST"',
    SourceRange(MODULE, 12, 18): "billing_mode = each.value.billing_mode",
}

TABLES = (
    *("users", "sessions", "organizations", "memberships", "roles", "permissions", "access-keys", "files"),
    *("directories", "file-shares", "file-versions", "quotas", "billing-events", "invoices", "webhooks"),
    *("webhook-deliveries", "notifications", "jobs", "search-cursors", "feature-flags", "audit-log", "rate-limits"),
    *("email-verifications", "uploads"),
)
OWNERS = {"users": "identity", "sessions": "identity", "billing-events": "payments", "invoices": "payments"}


def code_line(place: SourceRange) -> str:
    """The line of the made-up code at a place."""
    return CODE.get(place, "")


def live_fact(value: Value, api: str = "dynamodb:DescribeTable", field: str = "Table") -> Fact:
    return Fact(value, ApiField(api, field, READ_AT, "R4Q1EXAMPLE0000000000000000"))


def written(value: Value, *chain: SourceRange) -> Fact:
    return Fact(value, Written(chain))


def arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


DENIED = Unknown(
    Reason.DENIED,
    "role/dynamodb-auditor may not describe key 7c1e2f04-0000-4000-8000-000000000b04",
    api="kms:DescribeKey",
    code="AccessDeniedException",
    action="kms:DescribeKey",
)
NOT_EVALUABLE = Unknown(
    Reason.NOT_EVALUABLE,
    "data.aws_kms_alias.shared is read by Terraform alone",
    references=("data.aws_kms_alias.shared.target_key_arn",),
)
THROTTLED = Unknown(
    Reason.FAILED, "no whole answer after 5 attempts in 31 s", api="cloudwatch:DescribeAlarms", code="Throttling"
)

DELETION = Drift(
    "deletion_protection_enabled",
    Plan.UPDATE,
    Reality.DIFFERENT,
    written(True, SourceRange(TFVARS, 9, 3), SourceRange(MAIN, 21, 25), SourceRange(MODULE, 14, 33)),
    live_fact(False, field="Table.DeletionProtectionEnabled"),
    moved=Moved.LIVE,
)
PITR = Drift(
    "point_in_time_recovery.enabled",
    Plan.UPDATE,
    Reality.DIFFERENT,
    written(True, SourceRange(MODULE, 41, 15)),
    live_fact(
        False,
        "dynamodb:DescribeContinuousBackups",
        "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
    ),
)
BILLING = Drift(
    "billing_mode",
    Plan.UPDATE,
    Reality.DIFFERENT,
    written("PAY_PER_REQUEST", SourceRange(TFVARS, 31, 20), SourceRange(MODULE, 12, 18)),
    live_fact("PROVISIONED", field="Table.BillingModeSummary.BillingMode"),
    note="The next apply turns the table back to on-demand.",
    moved=Moved.CODE,
)
STREAM = Drift(
    "stream_enabled",
    Plan.NO_OP,
    Reality.UNDECLARED,
    Fact(None, Default("hashicorp/aws 5.100")),
    live_fact(True, field="Table.StreamSpecification.StreamEnabled"),
    risk=Risk.REMOVES_PROTECTION,
    note="The code leaves the block out, so plan is blind to it.",
)
PROJECTION = Drift(
    'global_secondary_index["by-email"].projection_type',
    Plan.NO_OP,
    Reality.DIFFERENT,
    written("ALL", SourceRange(MODULE, 62, 23)),
    live_fact("KEYS_ONLY", field="Table.GlobalSecondaryIndexes"),
    risk=Risk.NEVER_CONVERGES,
    note="The provider never reads an index's projection back, so plan can't see this.",
)
RANGE_KEY = Drift(
    "range_key",
    Plan.REPLACE,
    Reality.DIFFERENT,
    written("created_at", SourceRange(MODULE, 10, 15)),
    live_fact(None, field="Table.KeySchema"),
    risk=Risk.REPLACES,
    note="A key can't be changed in place: the next apply destroys the table and all its items.",
)
KEY = Drift(
    "server_side_encryption.kms_key_arn",
    Plan.UNDETERMINED,
    Reality.UNDETERMINED,
    written(NOT_EVALUABLE, SourceRange(MODULE, 47, 19)),
    live_fact(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-example", field="Table.SSEDescription.KMSMasterKeyArn"),
)
TOKEN = Drift(
    'tags["token"]',
    Plan.UPDATE,
    Reality.DIFFERENT,
    replace(written("correct horse battery staple", SourceRange(TFVARS, 40, 5)), sensitive=True),
    replace(live_fact("s3cr3t-in-a-tag", "dynamodb:ListTagsOfResource", "Tags"), sensitive=True),
)

DRIFTS: Mapping[str, tuple[Drift, ...]] = {
    "billing-events": (DELETION, PITR, TOKEN),
    "sessions": (BILLING,),
    "files": (STREAM,),
    "users": (PROJECTION,),
    "invoices": (RANGE_KEY,),
    "feature-flags": (KEY,),
}


def rule(id_: str, title: str, severity: Severity, subject: str = "table", **more: Any) -> RuleText:
    family = id_.split("-", maxsplit=1)[0]
    text: dict[str, Any] = {
        "why": f"{title}: where it does not hold, an incident lasts longer and costs more.",
        "tested": "The live value as AWS tells it, against the value the rule asks for.",
        "remediation": {
            "terraform": "point_in_time_recovery {\n  enabled = true\n}",
            "aws_cli": "aws dynamodb describe-table --table-name {subject.name}",
        },
        "frameworks": {
            "soc2": {"judgement": ("CC6.1", "CC7.1")},
            "iso_27001_2022": {"judgement": ("A.8.9", "A.8.24")},
            "nist_800_53_r5": {"sourced": ("CP-9", "CP-10"), "judgement": ("CM-6",)},
        },
        "references": ("https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html",),
        "parameters": {},
        "enabled": True,
        "digest": hashlib.sha256(id_.encode()).hexdigest(),
    }
    return RuleText(id=id_, title=title, family=family, subject=subject, severity=severity, **{**text, **more})


RULES = (
    rule("AUD-002", "Every declared table was read", Severity.HIGH, "run"),
    rule("AUD-004", "No call was denied", Severity.MEDIUM, "run", counts=False),
    rule("BKP-002", "A restorable window of 35 days", Severity.MEDIUM, parameters={"days": 35}),
    rule("DRIFT-001", "Declared tables exist", Severity.CRITICAL),
    rule("DRIFT-002", "Live tables are declared", Severity.HIGH),
    rule("DRIFT-004", "Billing mode is as declared", Severity.MEDIUM),
    rule("DRIFT-006", "Deletion protection is as declared", Severity.HIGH),
    rule("DRIFT-007", "Point-in-time recovery is as declared", Severity.HIGH),
    rule("DRIFT-008", "Key schema is as declared", Severity.CRITICAL),
    rule("DRIFT-010", "Indexes are as declared", Severity.MEDIUM),
    rule("DRIFT-012", "Streams are as declared", Severity.HIGH),
    rule("DRIFT-020", "Tags are as declared", Severity.LOW),
    rule("KMS-001", "Automatic key rotation is on", Severity.HIGH, "key", parameters={"max_days": 365}),
    rule("KMS-002", "The key is enabled", Severity.CRITICAL, "key"),
    rule("MON-001", "Throttling is alarmed", Severity.MEDIUM),
    rule("MON-010", "Alarms have actions", Severity.LOW, "alarm"),
    rule("POL-001", "Names follow the pattern", Severity.INFO),
    rule("SEC-001", "Point-in-time recovery is on", Severity.HIGH),
    rule("SEC-004", "Deletion protection is on", Severity.HIGH),
    rule("SEC-006", "Encryption key is customer managed", Severity.HIGH),
    rule("SEC-014", "No public resource policy", Severity.CRITICAL),
    rule(
        "DRIFT-015",
        "Capacity is as declared",
        Severity.LOW,
        enabled=False,
        reason="belongs to the strict profile, which is not on",
    ),
)


class Made(Struct, frozen=True):
    """A result that is not a pass, in short."""

    rule: str
    subject: str
    status: Status
    message: str = ""
    path: str = ""
    evidence: tuple[Evidence, ...] = (Evidence("made", Fact(False, Default("made up"))),)
    waiver: str = ""
    waived: bool = False


def from_drift(rule_id: str, table: str, drift: Drift, message: str, **more: Any) -> Made:
    evidence = (Evidence(f"declared.{drift.path}", drift.declared), Evidence(f"live.{drift.path}", drift.live))
    return Made(rule_id, table, Status.FAIL, message, drift.path, evidence, **more)


def _pitr_off(table: str) -> Made:
    evidence = (
        Evidence(
            "live.point_in_time_recovery.status",
            live_fact("DISABLED", PITR.live.origin.api, "…Status"),
            "equals ENABLED",
        ),
    )
    return Made("SEC-001", table, Status.FAIL, "Point-in-time recovery is off", PITR.path, evidence)


def _undecided(rule_id: str, subject: str, cause: Unknown, path: str, message: str) -> Made:
    return Made(rule_id, subject, Status.UNKNOWN, message, path, (Evidence(path, live_fact(cause)),))


MADE = (
    Made(
        "DRIFT-001",
        "uploads",
        Status.FAIL,
        "The table is declared but does not exist",
        evidence=(Evidence("live.exists", live_fact(False), "equals true"),),
    ),
    Made(
        "DRIFT-002",
        "users-restore-0911",
        Status.FAIL,
        "The table is live but no code declares it",
        evidence=(
            Evidence("live.name", live_fact("koneksi-prod-users-restore-0911", "dynamodb:ListTables", "TableNames")),
        ),
    ),
    Made(
        "DRIFT-002",
        "scratch",
        Status.FAIL,
        "The table is live but no code declares it",
        evidence=(Evidence("live.name", live_fact("koneksi-prod-scratch", "dynamodb:ListTables", "TableNames")),),
    ),
    from_drift("DRIFT-008", "invoices", RANGE_KEY, "The range key differs: the next apply replaces the table"),
    from_drift("DRIFT-006", "billing-events", DELETION, "Deletion protection was turned off outside the code"),
    from_drift("DRIFT-007", "billing-events", PITR, "Point-in-time recovery was turned off outside the code"),
    from_drift("DRIFT-004", "sessions", BILLING, "The live table is provisioned, the code says on-demand"),
    from_drift("DRIFT-010", "users", PROJECTION, "Index by-email projects keys only, the code says all"),
    from_drift("DRIFT-012", "files", STREAM, "A stream copies every change, and no code declares it"),
    from_drift("DRIFT-020", "billing-events", TOKEN, "A tag has another value than the code's"),
    replace(
        from_drift("SEC-004", "billing-events", DELETION, "Deletion protection is off"),
        evidence=(Evidence("live.deletion_protection_enabled", DELETION.live, "equals true"),),
    ),
    _pitr_off("billing-events"),
    _pitr_off("scratch"),
    replace(_pitr_off("rate-limits"), waiver="W-009", waived=True),
    Made(
        "SEC-006",
        "scratch",
        Status.FAIL,
        "The table is encrypted with a key that AWS owns",
        "server_side_encryption.kms_key_arn",
        (Evidence("live.encryption", live_fact("AWS_OWNED", field="Table.SSEDescription"), "equals CUSTOMER"),),
    ),
    Made(
        "BKP-002",
        "search-cursors",
        Status.FAIL,
        "The restorable window is 7 days, 35 are asked for",
        "point_in_time_recovery.recovery_period_in_days",
        (Evidence("live.point_in_time_recovery.recovery_period_in_days", live_fact(7), "is at least 35"),),
        waiver="W-004",
    ),
    Made(
        "MON-001",
        "jobs",
        Status.FAIL,
        "No alarm watches ThrottledRequests",
        evidence=(Evidence("live.alarms", live_fact(()), "is not empty"),),
    ),
    Made(
        "POL-001",
        "audit-log",
        Status.FAIL,
        "The name has no data class in it",
        "name",
        (
            Evidence(
                "declared.name", written("koneksi-prod-audit-log", SourceRange(MAIN, 210, 3)), "matches the pattern"
            ),
        ),
    ),
    _undecided("KMS-001", "key/7c1e2f04", DENIED, "live.key.rotation_enabled", "Whether the key rotates is not known"),
    _undecided("KMS-002", "key/7c1e2f04", DENIED, "live.key.state", "The state of the key is not known"),
    _undecided("SEC-006", "access-keys", DENIED, "live.key.manager", "Who manages the key is not known"),
    _undecided(
        "SEC-006",
        "feature-flags",
        NOT_EVALUABLE,
        "declared.server_side_encryption.kms_key_arn",
        "Which key the code asks for is not known",
    ),
    _undecided("MON-001", "audit-log", THROTTLED, "live.alarms", "Whether an alarm watches it is not known"),
    Made(
        "AUD-004",
        "audit of prod",
        Status.FAIL,
        "1 of 64 calls was denied",
        evidence=(Evidence("run.denied", Fact(1, Default("this run"))),),
    ),
)
NOT_APPLICABLE_RULES = {"BKP-002": ("rate-limits", "scratch"), "DRIFT-010": ("sessions", "quotas", "jobs")}
