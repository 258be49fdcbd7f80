"""A made-up audit of the sample estate: results, findings and causes follow from what its rules are made to find."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace
from sample_estate import (
    ACCOUNT,
    DRIFTS,
    ENV,
    MADE,
    MAIN,
    MODULE,
    NOT_APPLICABLE_RULES,
    OWNERS,
    PROJECT,
    REGION,
    RULES,
    TABLES,
    TFVARS,
    Made,
    arn,
)

from auditor.model.drift import Comparison, Drift, Existence, Moved, Plan
from auditor.model.facts import Default, Fact, Identity, Resource, Side, SourceRange
from auditor.model.results import LETTERS, Audit, Cause, Finding, RuleResults, RuleText, Status, Subject, Unread, Waiver
from auditor.model.values import Reason, Unknown, Value

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
    "trigger": {
        "by": "github",
        "event": "schedule",
        "actor": "nightly-audit",
        "url": "https://git.example.com/koneksi/estate/actions/runs/4711",
    },
    "tool": {"name": "auditor", "version": "0.1.0", "python": "3.11.2", "boto3": "1.40.0"},
    "ruleset": {"rules": 22, "digest": "6c621d1a05138a7888d37d9269a9da8e2e11e4aced2f6cfd24b05ab1b9e61bb0"},
    "git": {"commit": "9505cacb7c710ed17125fcc6cb3669e8ddca6c8c", "branch": "main", "dirty": False},
}
WAIVERS = (
    (
        Waiver(
            "W-009",
            "SEC-001",
            "koneksi-prod-rate-limits",
            "Counters live one minute; nothing in them is worth restoring.",
            "platform team",
            "2027-03-31",
            ticket="SEC-2291",
            approver="head of security",
            created="2026-10-06",
            place=SourceRange(f"{ENV}/waivers.yaml", 3, 3),
        ),
        "valid",
    ),
    (
        Waiver(
            "W-004",
            "BKP-002",
            "koneksi-prod-search-cursors",
            "Cursors are rebuilt from the index.",
            "storage team",
            "2026-11-01",
        ),
        "expired",
    ),
    (
        Waiver("W-012", "MON-*", "koneksi-prod-legacy-*", "Legacy tables go away.", "platform team", "2026-12-05"),
        "unmatched",
    ),
)
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
        "State and rotation of one KMS key",
        ("koneksi-prod-access-keys", "key/7c1e2f04"),
        "AccessDeniedException: the policy of the key does not name role/dynamodb-auditor.",
        "3 results are unknown; they count as not passed.",
        "Grant kms:DescribeKey on this key, or ask its owner for a statement in its policy.",
        "kms:DescribeKey",
        "AccessDeniedException",
    ),
    Unread(
        "CloudWatch alarms, page 3",
        ("koneksi-prod-audit-log",),
        "Throttling after 5 attempts in 31 s.",
        "1 result is unknown.",
        "Run again; if it stays, raise the deadline.",
        "cloudwatch:DescribeAlarms",
        "Throttling",
    ),
)
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


PARITY: Mapping[str, tuple[Mapping[str, tuple[Value, ...]], tuple[str, ...]]] = {
    "users": (
        {
            "deletion_protection_enabled": ("true", "false", "false"),
            "hash_key": ("id", "id", "id"),
            "point_in_time_recovery.enabled": ("false", "true", "true"),
            "ttl.attribute_name": (None, "expires_at", None),
        },
        ("point_in_time_recovery.enabled: prod < staging", "point_in_time_recovery.enabled: prod < uat"),
    ),
    "sessions": (
        {
            "deletion_protection_enabled": ("true", "false", "false"),
            "billing_mode": ("PROVISIONED", Unknown(Reason.NOT_EVALUABLE, "var.mode has no value"), "PROVISIONED"),
        },
        (),
    ),
}


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
        moved=Moved.LIVE if existence is Existence.MISSING else None,
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
    run = Subject("run", "audit of prod", "run/prod", {})
    logical = tuple(logical_table(short, *told) for short, told in PARITY.items())
    return {"alarm": alarms, "key": keys, "logical_table": logical, "run": (run,), "table": tuple(map(table, found))}


def logical_table(short: str, settings: Mapping[str, tuple[Value, ...]], weaker: tuple[str, ...]) -> Subject:
    """A table of all environments; a setting's values are those of prod, staging and uat."""
    records = tuple(
        {"setting": setting, "environment": environment, "value": value}
        for setting, values in settings.items()
        for environment, value in zip(("prod", "staging", "uat"), values, strict=True)
    )
    origin = Default("declared tables of all environments")
    facts = {"parity.settings": Fact(records, origin), "parity.weaker": Fact(weaker, origin)}
    return Subject("logical_table", f"{PROJECT}-{short}", f"logical table/{PROJECT}-{short}", facts)


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
    digest = hashlib.sha256(f"{text.id}|prod|{subject.identity}|{entry.path}".encode()).hexdigest()
    return Finding(
        text.id, subject, entry.status, text.severity, entry.path, entry.evidence, digest,
        lambda finding: f"{finding.subject}: {entry.message}", entry.waiver, entry.waived,
    )  # fmt: skip


def _causes(findings: list[Finding]) -> tuple[Cause, ...]:
    together: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        together.setdefault((finding.identity, finding.path), []).append(finding)
    return tuple(Cause(path, tuple(many)) for (_, path), many in together.items())
