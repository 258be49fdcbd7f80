"""A made-up audit of a production environment: every status, both verdicts, every section of a report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality, Risk
from auditor.model.facts import ApiField, Default, Fact, Identity, Resource, Side, SourceRange, Written
from auditor.model.results import (
    LETTERS,
    Audit,
    Cause,
    Evidence,
    Finding,
    RuleResults,
    RuleText,
    Severity,
    Status,
    Subject,
    Unread,
    Waiver,
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
    family = id_.split("-")[0]
    text: dict[str, Any] = {
        "why": f"{title}: where it does not hold, an incident lasts longer and costs more.",
        "tested": "The live value as AWS tells it, against the value the rule asks for.",
        "remediation": {
            "terraform": "point_in_time_recovery {\n  enabled = true\n}",
            "aws_cli": "aws dynamodb describe-table --table-name {table.name}",
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


@dataclass(frozen=True)
class Made:
    """A result that is not a pass, in short."""

    rule: str
    subject: str
    status: Status
    message: str = ""
    path: str = ""
    evidence: tuple[Evidence, ...] = ()
    causes: tuple[Unknown, ...] = ()
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
    return Made(rule_id, subject, Status.UNKNOWN, message, path, (Evidence(path, live_fact(cause)),), (cause,))


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
        "run",
        Status.FAIL,
        "1 of 64 calls was denied",
        evidence=(Evidence("run.denied", Fact(1, Default("this run"))),),
    ),
)
NOT_APPLICABLE_RULES = {"BKP-002": ("rate-limits", "scratch"), "DRIFT-010": ("sessions", "quotas", "jobs")}


def full_name(short: str) -> str:
    return f"{PROJECT}-prod-{short}"


def comparison(short: str, existence: Existence = Existence.BOTH, drifts: tuple[Drift, ...] = ()) -> Comparison:
    """Both sides of a table."""
    identity = Identity(ACCOUNT, REGION, full_name(short))
    address = "" if existence is Existence.UNMANAGED else f'module.dynamodb.aws_dynamodb_table.this["{short}"]'
    place = SourceRange(MODULE, 5, 1)
    declared = Resource(Side.DECLARED, "aws_dynamodb_table", identity, {}, address, place=place) if address else None
    live = None if existence is Existence.MISSING else Resource(Side.LIVE, "aws_dynamodb_table", identity, {})
    plans = {drift.plan for drift in drifts}
    order = (Plan.REPLACE, Plan.UPDATE, Plan.UNDETERMINED)
    plan = {Existence.MISSING: Plan.CREATE}.get(existence) or next((it for it in order if it in plans), Plan.NO_OP)
    return Comparison(
        "aws_dynamodb_table", identity, address, existence, plan, declared, live, drifts,
        changed=tuple(sorted(drift.path.split(".")[0] for drift in drifts if drift.plan is Plan.UPDATE)),
        forcing=tuple(drift.path for drift in drifts if drift.plan is Plan.REPLACE),
        note="Provisioned capacity is left to autoscaling by ignore_changes." if short == "jobs" else "",
    )  # fmt: skip


def table(found: Comparison) -> Subject:
    name = str(found.identity.name)
    short = name.removeprefix(f"{PROJECT}-prod-")
    owner = {"Owner": OWNERS.get(short, "platform")} if found.address else {}
    place = SourceRange(MAIN, 20 + 9 * TABLES.index(short), 5) if short in TABLES else None
    return Subject("table", name, arn(name), {}, found.address, place, {**owner, "DataClass": "internal"}, found)


def comparisons(tables: tuple[str, ...] = TABLES) -> tuple[Comparison, ...]:
    """The estate's tables: one missing, two unmanaged."""
    declared = (
        comparison(short, Existence.MISSING if short == "uploads" else Existence.BOTH, DRIFTS.get(short, ()))
        for short in tables
    )
    return (
        *declared,
        comparison("users-restore-0911", Existence.UNMANAGED),
        comparison("scratch", Existence.UNMANAGED),
    )


def subjects(found: tuple[Comparison, ...]) -> dict[str, tuple[Subject, ...]]:
    keys = tuple(
        Subject(
            "key",
            f"key/{short}",
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{short}",
            {},
            place=SourceRange("terraform/dynamodb/kms.tf", 3, 1),
        )
        for short in ("0a1b2c3d", "7c1e2f04")
    )
    alarms = tuple(
        Subject(
            "alarm",
            full_name(f"{short}-throttles"),
            f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{full_name(short)}-throttles",
            {},
        )
        for short in ("users", "billing-events")
    )
    run = Subject("run", "run", f"{ACCOUNT}/{REGION}/run", {})
    return {"alarm": alarms, "key": keys, "run": (run,), "table": tuple(map(table, found))}


def sample_audit(
    made: tuple[Made, ...] = MADE,
    found: tuple[Comparison, ...] | None = None,
    rename: Callable[[str], str] = str,
    rules: tuple[RuleText, ...] = RULES,
) -> Audit:
    """The made-up audit; results, findings and causes follow from `made`, everything else passes."""
    found = comparisons() if found is None else found
    by_type = {kind: tuple(replace(it, name=rename(it.name)) for it in many) for kind, many in subjects(found).items()}
    texts = {text.id: text for text in rules}
    asked = {(entry.rule, entry.subject): entry for entry in made}
    findings: list[Finding] = []
    results: list[RuleResults] = []
    for text in rules:
        if not text.enabled:
            continue
        letters = []
        for subject, original in zip(by_type[text.subject], subjects(found)[text.subject], strict=True):
            short = original.name.removeprefix(f"{PROJECT}-prod-")
            entry = asked.get((text.id, short))
            passed = Status.NOT_APPLICABLE if short in NOT_APPLICABLE_RULES.get(text.id, ()) else Status.PASS
            letters.append(LETTERS[entry.status if entry else passed])
            if entry:
                findings.append(_finding(entry, subject, text))
        results.append(RuleResults(text.id, text.subject, "".join(letters)))
    findings.sort(key=lambda it: (it.severity.rank, it.status is not Status.FAIL, it.rule, it.identity))
    return Audit(
        environment="prod",
        tier="production",
        run=RUN,
        comparisons=found,
        subjects=by_type,
        rules=tuple(texts.values()),
        results=tuple(results),
        findings=tuple(findings),
        causes=_causes(findings),
        waivers=WAIVERS,
        population=POPULATION if len(found) == len(comparisons()) else {},
        coverage=COVERAGE,
        not_examined=(
            ('module.dynamodb.aws_dynamodb_table_item.seed["roles"]', "items of tables are never read"),
            ("module.dynamodb.aws_sns_topic.alarms", "this version of the auditor has no kind for it"),
        ),
        api=API,
        inputs=tuple(
            {"path": path, "bytes": 1000 + len(path), "sha256": hashlib.sha256(path.encode()).hexdigest()}
            for path in (MAIN, TFVARS, MODULE, "terraform/dynamodb/kms.tf")
        ),
        diagnostics=(f'{MAIN}:12:3: variable "unused" is declared and never used',),
        second_reader={"reader": "python-hcl2 8.1.4", "agreed": 11, "disagreed": [], "not_finished": []},
        complete=False,
    )


def _finding(entry: Made, subject: Subject, text: RuleText) -> Finding:
    place = entry.evidence[0].fact.origin if entry.evidence else None
    digest = hashlib.sha256("|".join((text.id, "prod", subject.identity, entry.path)).encode()).hexdigest()
    return Finding(
        text.id, subject.type, subject.name, subject.identity, entry.status, text.severity, entry.message, entry.path,
        entry.evidence, digest, subject.address,
        place.deciding if isinstance(place, Written) else subject.place,
        entry.causes, entry.waiver, entry.waived,
    )  # fmt: skip


def _causes(findings: list[Finding]) -> tuple[Cause, ...]:
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        together.setdefault((finding.identity, finding.path or finding.rule), []).append(finding)
    return tuple(
        Cause(
            "c-" + many[0].fingerprint[:12],
            many[0].subject,
            many[0].path,
            many[0].severity,
            tuple(it.fingerprint for it in many),
            many[0].message,
        )  # fmt: skip
        for many in together.values()
    )


RUN: Mapping[str, Any] = {
    "id": "2026-11-21T190004Z-prod-acba25",
    "project": PROJECT,
    "account": ACCOUNT,
    "account_source": "audit.toml",
    "region": REGION,
    "caller": f"arn:aws:sts::{ACCOUNT}:assumed-role/dynamodb-auditor/nightly",
    "started": "2026-11-21T19:00:04Z",
    "finished": "2026-11-21T19:00:42Z",
    "command": "audit --env prod",
    "trigger": "schedule",
    "tool": {"name": "auditor", "version": "0.1.0", "python": "3.11.2", "boto3": "1.40.0"},
    "rules": {"enabled": 21, "digest": "6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0"},
    "git": {"commit": "9505cacb7c710ed17125fcc6cb3669e8ddca6c8c", "branch": "main", "dirty": False},
}
WAIVERS = (
    (
        Waiver(
            "W-009", "SEC-001", "koneksi-prod-rate-limits", "Counters live one minute; nothing in them is worth restoring.",
            "platform team", "2027-03-31", ticket="SEC-2291", approver="head of security", created="2026-10-06",
            place=SourceRange(f"{ENV}/waivers.yaml", 3, 3),
        ),
        "valid",
    ),
    (
        Waiver("W-004", "BKP-002", "koneksi-prod-search-cursors", "Cursors are rebuilt from the index.", "storage team", "2026-11-01"),
        "expired",
    ),
    (Waiver("W-012", "MON-*", "koneksi-prod-legacy-*", "Legacy tables go away.", "platform team", "2026-12-05"), "unmatched"),
)  # fmt: skip
POPULATION = {
    "aws_dynamodb_table": {
        "listed": 26,
        "list_pages": 1,
        "patterns": ("koneksi-prod-*",),
        "excluded": ({"name": "terraform-locks", "reason": "its name matches none of the environment's patterns"},),
    }
}
COVERAGE = (
    Unread(
        "State and rotation of one KMS key", ("koneksi-prod-access-keys", "key/7c1e2f04"),
        "AccessDeniedException: the key belongs to account 444455556666, whose policy does not name role/dynamodb-auditor.",
        "3 results are unknown; they count as not passed.",
        "Grant kms:DescribeKey on this key to role/dynamodb-auditor, or ask its owner for a statement in the key policy.",
        "kms:DescribeKey", "AccessDeniedException",
    ),
    Unread(
        "CloudWatch alarms, page 3", ("koneksi-prod-audit-log",), "Throttling after 5 attempts in 31 s.",
        "1 result is unknown.", "Run again; if it stays, raise the deadline.", "cloudwatch:DescribeAlarms", "Throttling",
    ),
)  # fmt: skip
API = tuple(
    {"api": api, "calls": calls, "ok": ok, "denied": denied, "throttled": throttled, "failed": failed}
    for api, calls, ok, denied, throttled, failed in (
        ("cloudwatch:DescribeAlarms", 3, 2, 0, 5, 1),
        ("dynamodb:DescribeContinuousBackups", 25, 25, 0, 0, 0),
        ("dynamodb:DescribeTable", 26, 26, 0, 0, 0),
        ("dynamodb:ListTables", 1, 1, 0, 0, 0),
        ("kms:DescribeKey", 2, 1, 1, 0, 0),
        ("sts:GetCallerIdentity", 1, 1, 0, 0, 0),
    )
)
