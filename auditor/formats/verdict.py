"""The numbers of an audit and the verdict they give: state, words and exit code.

A `state` speaks of the estate, the exit code of the threshold that was asked for; neither ever takes an unknown for a
pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from auditor.model.drift import Comparison, Existence, Reality
from auditor.model.results import LETTERS, Audit, Finding, Severity, Status, Subject

COMPLETE: Final = 0
INCOMPLETE: Final = 3
FINDINGS: Final = 4
NEVER: Final = "never"

_WORDS: Final = {"fail": "Not compliant", "incomplete": "Incomplete", "pass": "Compliant"}
_CODE_ALONE: Final = "Compliant in code alone"
_PLURALS: Final = {"policy": "policies"}


def plural(number: int, singular: str) -> str:
    """A number with its noun, as `2 policies`."""
    noun = singular if number == 1 else _PLURALS.get(singular, f"{singular}s")
    return f"{number:,} {noun.replace('_', ' ')}"


def drifted(comparison: Comparison) -> bool:
    """Whether a live resource differs from its code: a different attribute, or a risky one the code is silent on."""
    return comparison.existence is Existence.BOTH and any(
        drift.reality is Reality.DIFFERENT or (drift.reality is Reality.UNDECLARED and drift.risk is not None)
        for drift in comparison.drifts
    )


def totals(audit: Audit) -> dict[str, Any]:
    """Every number of the audit, counted from its results, findings and comparisons."""
    letters = Counter(letter for results in audit.results for letter in results.statuses)
    results = {status.value: letters[letter] for status, letter in LETTERS.items()}
    failed = [finding for finding in audit.findings if finding.status is Status.FAIL]
    still_open = {finding.fingerprint: finding for finding in failed if not finding.waived}
    open_results = {(finding.rule, subject_key(finding)) for finding in still_open.values()}
    waived_results = {(finding.rule, subject_key(finding)) for finding in failed} - open_results
    return {
        "results": {
            **results,
            "total": sum(results.values()),
            "applicable": sum(results.values()) - results[Status.NOT_APPLICABLE.value],
            "waived": len(waived_results),
        },
        "findings": {
            "open": _by_severity(finding.severity for finding in still_open.values()),
            "waived": len(failed) - len(still_open),
            "unknown": sum(finding.status is Status.UNKNOWN for finding in audit.findings),
            "error": sum(finding.status is Status.ERROR for finding in audit.findings),
        },
        "causes": {"open": _by_severity(_worst_open(audit, still_open)), "all": len(audit.causes)},
        "subjects": {kind: len(subjects) for kind, subjects in sorted(audit.subjects.items())},
        "drift": _drift(audit.comparisons),
    }


def subject_key(item: Finding | Subject) -> str:
    """What tells a subject from others of its type: its identity, or its address where AWS has none yet."""
    return item.identity or item.address


def _by_severity(severities: Iterable[Severity]) -> dict[str, int]:
    counted = Counter(severities)
    return {severity.value: counted[severity] for severity in Severity}


def _worst_open(audit: Audit, still_open: Mapping[str, Finding]) -> Iterable[Severity]:
    for cause in audit.causes:
        severities = [each.severity for each in cause.findings if each.fingerprint in still_open]
        if severities:
            yield min(severities, key=lambda severity: severity.rank)


def _drift(comparisons: tuple[Comparison, ...]) -> dict[str, Any]:
    drifts = [drift for comparison in comparisons for drift in comparison.drifts]
    existence = Counter(comparison.existence.value for comparison in comparisons)
    return {
        "resources": len(comparisons),
        "drifted": sum(drifted(comparison) for comparison in comparisons),
        "missing": existence[Existence.MISSING.value],
        "unmanaged": existence[Existence.UNMANAGED.value],
        "undetermined": existence[Existence.UNDETERMINED.value],
        "reality": dict(sorted(Counter(drift.reality.value for drift in drifts).items())),
        "plan": dict(sorted(Counter(comparison.plan.value for comparison in comparisons).items())),
        "risk": dict(sorted(Counter(drift.risk.value for drift in drifts if drift.risk).items())),
    }


def complete(audit: Audit, numbers: Mapping[str, Any]) -> bool:
    """Whether everything was read and decided."""
    results = numbers["results"]
    return audit.complete and not results[Status.UNKNOWN.value] and not results[Status.ERROR.value]


def verdict(
    audit: Audit,
    numbers: Mapping[str, Any],
    fail_on: str,
    *,
    new_only: bool = False,
    known: Container[str] | None = None,
) -> dict[str, Any]:
    """The verdict on the estate in words, and the exit code for `fail_on` (critical, high, medium, low or never).

    With `new_only` the findings that the run before had, which are `known`, don't count for the exit code; where no run
    before tells what is new (None), all do.
    """
    silent = {rule.id for rule in audit.rules if not rule.counts}
    failing = [
        finding
        for finding in audit.findings
        if finding.status is Status.FAIL
        and not finding.waived
        and finding.severity is not Severity.INFO
        and finding.rule not in silent
    ]
    limit = -1 if fail_on == NEVER else Severity(fail_on).rank
    severe = [finding for finding in failing if finding.severity.rank <= limit]
    counted = [each for each in severe if not new_only or known is None or each.fingerprint not in known]
    whole = complete(audit, numbers)
    state = "fail" if failing else "pass" if whole else "incomplete"
    return {
        "state": state,
        "word": _CODE_ALONE if state == "pass" and audit.run.get("declared_only") else _WORDS[state],
        "headline": _headline(failing, numbers),
        "completeness": " ".join(
            (
                _completeness(audit, numbers, whole=whole),
                *([_what_counts(len(counted), len(severe), known is None)] if new_only else ()),
            )
        ),
        "fail_on": fail_on,
        "counted": len(counted),
        "exit_code": FINDINGS if counted else COMPLETE if whole else INCOMPLETE,
        **({"new_only": True} if new_only else {}),
    }


def _what_counts(counted: int, severe: int, first: bool) -> str:
    if first:
        return "Only new findings were to count, but no earlier run tells which are new: all count."
    return f"Only new findings count: {counted:,} of {severe:,} at or above the threshold."


def _headline(failing: list[Finding], numbers: Mapping[str, Any]) -> str:
    results = len({(finding.rule, subject_key(finding)) for finding in failing})
    besides = numbers["results"][Status.FAIL.value] - numbers["results"]["waived"] - results
    subjects = Counter(kind for kind, _ in {(finding.subject_type, subject_key(finding)) for finding in failing})
    drift = numbers["drift"]
    if not failing:
        head = "No result about the estate fails" if any(numbers["findings"]["open"].values()) else "No result fails"
    else:
        where = _joined(plural(number, kind) for kind, number in sorted(subjects.items()))
        head = f"{plural(results, 'result')} {'fails' if results == 1 else 'fail'} on {where}"
        if besides:
            head += (
                f"; {besides:,} more, about the run or for information, {'does' if besides == 1 else 'do'} not count"
            )
    both = drift["resources"] - sum(drift[name] for name in _ABSENCES)
    differ = f"{drift['drifted']:,} of {plural(both, 'resource')} on both sides differ from the code"
    others = [f"{drift[name]:,} {word}" for name, word in _ABSENCES.items() if drift[name]]
    if unread := drift["reality"].get(Reality.UNDETERMINED.value):
        others.append(f"{plural(unread, 'attribute')} could not be compared")
    compared = differ if both else "No resource was compared with AWS"
    return f"{head}. {'; '.join((compared, *others))}."


_ABSENCES: Final = {
    "missing": "missing in AWS",
    "unmanaged": "not declared",
    "undetermined": "undetermined",
}


def _joined(parts: Iterable[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last


def _completeness(audit: Audit, numbers: Mapping[str, Any], *, whole: bool) -> str:
    results = numbers["results"]
    sentences = []
    if undecided := results[Status.UNKNOWN.value]:
        applicable = plural(results["applicable"], "applicable result")
        sentences.append(f"{undecided:,} of {applicable} could not be decided and count as not passed.")
    if broken := results[Status.ERROR.value]:
        sentences.append(f"{plural(broken, 'result')} could not be computed: a defect of a rule or of the auditor.")
    if audit.coverage:
        sentences.append(f"{plural(len(audit.coverage), 'thing')} could not be read.")
    if any(isinstance(told, Mapping) and told.get("listed", 0) is None for told in audit.population.values()):
        sentences.append("AWS did not list its tables, so any that are not declared are not known.")
    if any(isinstance(told, Mapping) and not told.get("patterns", True) for told in audit.population.values()):
        sentences.append(
            "No name space is known, as a scope in audit.toml tells it: what nobody declares was not sought."
        )
    if wrong := sum(": error: " in each for each in audit.diagnostics):
        sentences.append(f"{plural(wrong, 'error')} in the code: what depends on it is unknown.")
    sentences.extend(audit.gaps)
    if audit.run.get("declared_only"):
        sentences.append("The code alone was judged; AWS was not asked.")
    if not sentences and whole:
        sentences.append(
            f"Everything was read, and each of {plural(results['applicable'], 'applicable result')} decided."
        )
    sentences.extend(_whence(audit.run))
    return " ".join(sentences)


def _whence(run: Mapping[str, Any]) -> Iterable[str]:
    if not run.get("account_source") and not run.get("declared_only"):
        yield "No expected account is set for this environment, so the account was not compared."
    if endpoint := run.get("endpoint"):
        yield f"Read from {endpoint}, which is not AWS itself."
