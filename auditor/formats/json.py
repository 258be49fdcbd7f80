"""The JSON report: the one model of an audit, which every other format is made from."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from auditor.formats import commands
from auditor.formats.encode import CodeLine, encode_fact, encode_place, encode_unknown, no_code
from auditor.formats.interface import Document, Format
from auditor.formats.parity import parity
from auditor.formats.since import known, with_history
from auditor.formats.verdict import complete, subject_key, totals, verdict
from auditor.model.drift import Comparison, Drift, Edit, Existence
from auditor.model.errors import ReportError
from auditor.model.facts import SourceRange
from auditor.model.results import Audit, Cause, Evidence, Finding, RuleText, Severity, Status, Subject, Waiver
from auditor.model.values import Unknown

SCHEMA: Final = "auditor/report/v1"
_DEEPEST_LINE: Final = 3

FRAMEWORKS: Final[Mapping[str, str]] = {
    "aws_fsbp": "AWS Foundational Security Best Practices",
    "aws_security_hub": "AWS Security Hub CSPM",
    "cis_aws_foundations": "CIS AWS Foundations Benchmark",
    "cis_controls_v8": "CIS Controls v8",
    "fedramp_moderate_r4": "FedRAMP Moderate Rev. 4",
    "gdpr": "GDPR",
    "hipaa": "HIPAA Security Rule",
    "iso_27001_2022": "ISO/IEC 27001:2022 Annex A",
    "nist_800_53_r5": "NIST SP 800-53 Rev. 5",
    "pci_dss_4_0": "PCI DSS 4.0",
    "soc2": "SOC 2 Trust Services Criteria",
}
"""Titles of the frameworks; one that is not here is shown by its id."""


def document(
    audit: Audit,
    *,
    fail_on: str = "low",
    new_only: bool = False,
    code: CodeLine = no_code,
    earlier: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of an audit.

    `fail_on` and `new_only` decide the exit code alone; `code` gives the text of a line that is shown beside its place;
    `earlier` is what the run before told (`formats/since.py`).
    """
    numbers = totals(audit)
    subjects = {(subject.type, subject_key(subject)): subject for many in audit.subjects.values() for subject in many}
    covered: dict[str, list[str]] = defaultdict(list)
    for finding in audit.findings:
        covered[finding.waiver].append(finding.fingerprint)
    causes = [_cause(cause, subjects) for cause in audit.causes]
    told = {
        "schema": SCHEMA,
        "demonstration": audit.demonstration,
        "complete": complete(audit, numbers),
        "run": {**_plain(audit.run), "environment": audit.environment, "tier": audit.tier},
        "verdict": verdict(audit, numbers, fail_on, new_only=new_only, known=known(earlier)),
        "totals": numbers,
        "first": _first(causes),
        "population": _population(audit),
        "parity": parity(audit),
        "subjects": {kind: [_subject(subject) for subject in many] for kind, many in sorted(audit.subjects.items())},
        "resources": [_resource(comparison, audit, code) for comparison in audit.comparisons],
        "results": [
            {"rule": results.rule, "subject_type": results.subject_type, "statuses": results.statuses}
            for results in audit.results
        ],
        "findings": [_finding(finding, code) for finding in audit.findings],
        "causes": causes,
        "waivers": [_waiver(waiver, state, covered[waiver.id]) for waiver, state in audit.waivers],
        "coverage": {
            "unread": [
                {"what": it.what, "where": list(it.where), "why": it.why, "effect": it.effect, "fix": it.fix}
                | {name: part for name, part in (("api", it.api), ("code", it.code), ("action", it.action)) if part}
                for it in audit.coverage
            ],
            "undecided": _undecided(audit.findings),
            "not_examined": [{"address": address, "reason": reason} for address, reason in audit.not_examined],
            "not_asked": list(audit.not_asked),
            "disabled": [
                {"rule": rule.id, "title": rule.title, "reason": rule.reason}
                for rule in audit.rules
                if not rule.enabled
            ],
        },
        "evidence": {
            "api": [_plain(calls) for calls in audit.api],
            "files": [_plain(file) for file in audit.inputs],
            "diagnostics": list(audit.diagnostics),
            "second_reader": _plain(audit.second_reader),
        },
        "rules": [_rule(rule) for rule in audit.rules],
        "frameworks": _frameworks(audit.rules),
    }
    return with_history(told, earlier)


def encode(report: Document) -> bytes:
    """A report as bytes: UTF-8, keys in the document's order."""
    # A lone surrogate can't be UTF-8; AWS and files can hold one only by mistake, and it must not stop a report.
    return _laid_out(report).encode("utf-8", "replace") + b"\n"


def decode(content: bytes) -> dict[str, Any]:
    """The report that some bytes hold; ReportError where they hold none, or one of another version."""
    hint = "give the report.json of a bundle"
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ReportError("the report is not JSON", detail=str(error)[:200], hint=hint) from error
    found = report.get("schema") if isinstance(report, dict) else None
    if found != SCHEMA:
        facts = [("want", SCHEMA), ("have", str(found)[:80])]
        raise ReportError("this is no report that this version reads", facts=facts, hint=hint)
    return dict(report)


_on_one_line: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _laid_out(value: Any, level: int = 0) -> str:  # noqa: ANN401 - any JSON
    """Members of the outer objects and items of their lists stand on lines of their own, so that reports can be diffed.

    The rest is left to the library's fast encoder, which knows no such layout.
    """
    margin = "\n" + " " * (level + 1)
    if isinstance(value, Mapping) and value and level < _DEEPEST_LINE:
        members = (f"{_on_one_line(key)}: {_laid_out(item, level + 1)}" for key, item in value.items())
        return "{" + margin + f",{margin}".join(members) + margin[:-1] + "}"
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return "[" + margin + f",{margin}".join(map(_on_one_line, value)) + margin[:-1] + "]"
    return _on_one_line(value)


FORMAT = Format(name="json", suffix=".json", render=encode)


def resource_id(comparison: Comparison) -> str:
    """Names a resource inside the report."""
    name = comparison.address if isinstance(comparison.identity.name, Unknown) else str(comparison.identity)
    return f"{comparison.kind}:{name}"


def _plain(value: Any) -> Any:  # noqa: ANN401 - what run, api and inputs hold is theirs
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(_plain(item) for item in value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _optional(place: SourceRange | None, code: CodeLine = no_code) -> dict[str, Any] | None:
    return encode_place(place, code) if place else None


def _subject(subject: Subject) -> dict[str, Any]:
    comparison = subject.comparison
    return {
        "name": subject.name,
        "identity": subject.identity,
        "address": subject.address,
        "existence": comparison.existence.value if comparison else None,
        "resource": resource_id(comparison) if comparison else None,
        "place": _optional(subject.place),
        "tags": dict(sorted(subject.tags.items())),
    }


def _resource(comparison: Comparison, audit: Audit, code: CodeLine) -> dict[str, Any]:
    identity = comparison.identity
    name = encode_unknown(identity.name) if isinstance(identity.name, Unknown) else identity.name
    return {
        "id": resource_id(comparison),
        "kind": comparison.kind,
        "identity": {"account": identity.account, "region": identity.region, "name": name},
        "address": comparison.address,
        "place": _optional(comparison.declared.place if comparison.declared else None, code),
        "existence": comparison.existence.value,
        "plan": comparison.plan.value,
        "changed": list(comparison.changed),
        "forcing": list(comparison.forcing),
        "not_compared": list(comparison.not_compared),
        "cause": encode_unknown(comparison.cause) if comparison.cause is not None else None,
        "note": comparison.note,
        "drifts": [_drift(drift, comparison, audit, code) for drift in comparison.drifts],
        "put_back": commands.terraform(comparison, audit.apply),
        "adopt": commands.adopt(audit.environment, comparison),
        "edit": _edit(comparison.edit),
        "moved": comparison.moved.value if comparison.moved else None,
    }


def _edit(edit: Edit | None) -> dict[str, Any] | None:
    return {"diff": edit.diff, "others": list(edit.others), "reason": edit.reason} if edit else None


def _drift(drift: Drift, comparison: Comparison, audit: Audit, code: CodeLine) -> dict[str, Any]:
    return {
        "path": drift.path,
        "plan": drift.plan.value,
        "reality": drift.reality.value,
        "risk": drift.risk.value if drift.risk else None,
        "declared": encode_fact(drift.declared, code),
        "live": encode_fact(drift.live, code),
        "note": drift.note,
        "put_back": [commands.aws_cli(call, comparison.identity.region) for call in drift.put_back],
        "adopt": commands.adopt(audit.environment, comparison, drift),
        "edit": _edit(drift.edit),
        "moved": drift.moved.value if drift.moved else None,
    }


def _finding(finding: Finding, code: CodeLine) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "subject_type": finding.subject_type,
        "subject": finding.subject,
        "identity": finding.identity,
        "address": finding.address,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": finding.path,
        "place": _optional(finding.place, code),
        "evidence": [_evidence(evidence, code) for evidence in finding.evidence],
        "unknown": [encode_unknown(cause) for cause in finding.causes],
        "waiver": finding.waiver,
        "waived": finding.waived,
    }


def _evidence(evidence: Evidence, code: CodeLine) -> dict[str, Any]:
    return {"path": evidence.path, "expected": evidence.expected, **encode_fact(evidence.fact, code)}


def _cause(cause: Cause, subjects: Mapping[tuple[str, str], Subject]) -> dict[str, Any]:
    failed = [finding for finding in cause.findings if finding.status is Status.FAIL]
    still_open = [finding.severity for finding in failed if not finding.waived]
    worst, paths = cause.worst, {finding.path for finding in cause.findings}
    subject = subjects.get((worst.subject_type, subject_key(worst)))
    return {
        "id": cause.id,
        "subject": worst.subject,
        "identity": worst.identity,
        "path": cause.path,
        "severity": min(still_open, key=lambda it: it.rank, default=worst.severity).value,
        "state": "open" if still_open else "waived" if failed else "undecided",
        "risk": _risk(subject, paths),
        "moved": _moved(subject, paths),
        "title": worst.message,
        "findings": [finding.fingerprint for finding in cause.findings],
    }


def _risk(subject: Subject | None, paths: set[str]) -> str | None:
    drifts = subject.comparison.drifts if subject and subject.comparison else ()
    return next((drift.risk.value for drift in drifts if drift.path in paths and drift.risk), None)


def _moved(subject: Subject | None, paths: set[str]) -> str | None:
    comparison = subject.comparison if subject else None
    sides = {"": comparison.moved, **{drift.path: drift.moved for drift in comparison.drifts}} if comparison else {}
    return next((side.value for path, side in sides.items() if path in paths and side), None)


def _first(causes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids of the open causes in the order in which to mend them."""
    ranks = {severity.value: severity.rank for severity in Severity}
    still_open = [cause for cause in causes if cause["state"] == "open"]
    ordered = sorted(still_open, key=lambda it: (ranks[it["severity"]], it["risk"] is None, it["identity"], it["path"]))
    return [cause["id"] for cause in ordered]


def _population(audit: Audit) -> dict[str, Any]:
    """By kind: which resources there are, and that the numbers add up; lists of AWS are taken from the audit."""
    by_kind: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in audit.comparisons:
        by_kind[comparison.kind].append(comparison)
    kinds = sorted({*by_kind, *(kind for kind, told in audit.population.items() if isinstance(told, Mapping))})
    return {kind: _reconciled(by_kind[kind], audit.population.get(kind, {})) for kind in kinds}


def _reconciled(comparisons: list[Comparison], told: Mapping[str, Any]) -> dict[str, Any]:
    count = Counter(it.existence for it in comparisons)
    declared = sum(it.declared is not None for it in comparisons)
    live = sum(it.live is not None for it in comparisons)
    undetermined = [it for it in comparisons if it.existence is Existence.UNDETERMINED]
    undetermined_declared = sum(it.declared is not None for it in undetermined)
    undetermined_live = sum(it.live is not None for it in undetermined)
    excluded = [_plain(entry) for entry in told.get("excluded", ())]
    listed = told.get("listed")
    not_listed = "listed" in told and listed is None
    sums = [
        declared == count[Existence.BOTH] + count[Existence.MISSING] + undetermined_declared,
        live == count[Existence.BOTH] + count[Existence.UNMANAGED] + undetermined_live,
        listed is None or listed - len(excluded) == live,
    ]
    return {
        "declared": declared,
        "live": live,
        "both": count[Existence.BOTH],
        "missing": count[Existence.MISSING],
        "unmanaged": count[Existence.UNMANAGED],
        "undetermined": {"declared": undetermined_declared, "live": undetermined_live},
        "listed": listed,
        "list_pages": told.get("list_pages"),
        "patterns": list(told.get("patterns", ())),
        "excluded": excluded,
        "adds_up": None if all(sums) and not_listed else all(sums),
    }


def _waiver(waiver: Waiver, state: str, findings: list[str]) -> dict[str, Any]:
    return {
        "id": waiver.id,
        "rule": waiver.rule,
        "subject": waiver.subject,
        "path": waiver.path,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "approver": waiver.approver,
        "ticket": waiver.ticket,
        "created": waiver.created,
        "expires": waiver.expires,
        "state": state,
        "place": _optional(waiver.place),
        "findings": findings,
    }


def _undecided(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What keeps results unknown, each reason once, with the results it keeps so."""
    by_reason: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for finding in findings:
        if finding.status is Status.UNKNOWN:
            for cause in finding.causes:
                told = encode_unknown(cause)
                by_reason.setdefault(json.dumps(told), (told, []))[1].append(finding.fingerprint)
    ordered = sorted(by_reason.items(), key=lambda it: (-len(it[1][1]), it[0]))
    return [{**told, "findings": list(dict.fromkeys(fingerprints))} for _, (told, fingerprints) in ordered]


def _rule(rule: RuleText) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "family": rule.family,
        "subject": rule.subject,
        "severity": rule.severity.value,
        "enabled": rule.enabled,
        "reason": rule.reason,
        "counts": rule.counts,
        "why": rule.why,
        "tested": rule.tested,
        "remediation": dict(rule.remediation),
        "parameters": _plain(rule.parameters),
        "references": list(rule.references),
        "digest": rule.digest,
    }


def _frameworks(rules: Iterable[RuleText]) -> list[dict[str, Any]]:
    """Each framework with its controls; of every link the rule and its basis."""
    links: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules:
        for framework, bases in rule.frameworks.items():
            for basis, controls in bases.items():
                for control in controls:
                    links[framework][control].append({"rule": rule.id, "basis": basis})
    return [
        {
            "id": framework,
            "title": FRAMEWORKS.get(framework, framework),
            "controls": [{"id": control, "rules": rules} for control, rules in sorted(controls.items(), key=_natural)],
        }
        for framework, controls in sorted(links.items())
    ]


def _natural(entry: tuple[str, Any]) -> list[tuple[bool, int, str]]:
    """Sorts `A.8.9` before `A.8.24`."""
    parts = entry[0].replace("-", ".").replace("(", ".").split(".")
    return [(part.isdigit(), int(part) if part.isdecimal() else 0, part) for part in parts]
