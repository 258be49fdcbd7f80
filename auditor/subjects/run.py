"""The subject `run`: the audit itself, whose account, reads, code, population and waivers decide what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.drift import Existence
from auditor.model.facts import Resource
from auditor.model.results import Subject
from auditor.model.values import Reason, Unknown, Value, unknowns
from auditor.policy.waivers import State, state
from auditor.subjects.definition import Definition, LazyFacts, SubjectType, analysed, makers_of, spec
from auditor.subjects.material import LIST_TABLES, Index, Material
from auditor.subjects.sides import TABLE

MOST_RECORDS: Final = 200
"""Entries that a list of the run holds; a longer one ends with the number of the others."""


def _unread(material: Material) -> Value:
    """Failed reads by operation, error code and reason."""
    counted: dict[tuple[str, str, str], int] = {}
    for answer in material.answers.by_request.values():
        if not answer.answered:
            key = (answer.request.api, answer.code, str(answer.reason or Reason.FAILED))
            counted[key] = counted.get(key, 0) + 1
    return tuple(
        {"api": api, "code": code, "reason": reason, "count": count}
        for (api, code, reason), count in sorted(counted.items())
    )


def _unevaluated(material: Material) -> Value:
    """`ADDRESS: ATTRIBUTE` of values that the code does not decide; what AWS decides later is not among them."""
    found: list[str] = []
    for resource in material.environment.resources:
        if resource.undetermined is not None:
            found.append(f"{resource.address}: count or for_each")
        found.extend(f"{resource.address}: {name}" for name in _open_attributes(resource))
    if len(found) > MOST_RECORDS:
        found[MOST_RECORDS:] = [f"and {len(found) - MOST_RECORDS} more"]
    failed = material.environment.failed
    return tuple(found) if failed is None else failed


def _open_attributes(resource: Resource) -> Iterable[str]:
    for name, value in resource.values.items():
        found = unknowns(value)
        if found and any(not unknown.text and unknown.reason is not Reason.COMPUTED_BY_AWS for unknown in found):
            yield name


def _unexamined(material: Material) -> Value:
    """Tables of which it is not known on which sides they are; an Unknown where the list of tables is not whole."""
    names = sorted(
        str(comparison.identity.name) if isinstance(comparison.identity.name, str) else comparison.address
        for comparison in material.comparisons
        if comparison.kind == TABLE and comparison.existence is Existence.UNDETERMINED
    )
    asked = material.answers.of(LIST_TABLES)
    found: list[Value] = [*names]
    found += [answer.unknown for answer in asked if not answer.ok]
    if not asked:
        found.append(Unknown(Reason.NOT_READ, "tables were not listed", api=LIST_TABLES))
    return tuple(found)


def _matches(material: Material) -> Value:
    account, expected = material.run.account, material.run.expected_account
    if isinstance(account, Unknown):
        return account
    return account == expected if expected else _NOT_NAMED


_NOT_NAMED: Final = Unknown(
    Reason.NOT_EVALUABLE, "no account is named for this environment: neither option, nor audit.toml, nor provider"
)


def _waivers(material: Material) -> Value:
    today = material.run.now.date()
    return tuple(
        {
            "id": waiver.id,
            "rule": waiver.rule,
            "state": str(material.run.waiver_states.get(waiver.id) or state(waiver, today)),
            "owner": waiver.owner or None,
            "approver": waiver.approver or None,
            "reason": waiver.reason or None,
            "ticket": waiver.ticket or None,
            "days": (date.fromisoformat(waiver.expires) - date.fromisoformat(waiver.created)).days,
            "days_left": (date.fromisoformat(waiver.expires) - today).days,
        }
        for waiver in material.run.waivers
    )


def _window(material: Material) -> Value:
    window = material.run.window
    return material.unread if window is None else int(window.total_seconds() // 60)


def _clock_skew(material: Material) -> Value:
    skew = material.run.clock_skew
    return _UNTOLD_TIME if skew is None else abs(skew)


_UNTOLD_TIME: Final = Unknown(Reason.NOT_READ, "no answer of AWS told the time")
_WAIVER: Final = (
    ("id", "Its id."),
    ("rule", "Rule, or a glob of them."),
    ("owner", "Who answers for it."),
    ("approver", "Who approved it."),
    ("reason", "Why it is accepted."),
    ("ticket", "Where it is followed up."),
)
DEFINITIONS: Final[tuple[Definition[Material], ...]] = (
    analysed(
        spec("run.account", FactType.STRING, "Account that was read.", "sts:GetCallerIdentity Account"),
        lambda material: material.run.account,
    ),
    analysed(
        spec("run.caller", FactType.STRING, "ARN of who read it.", "sts:GetCallerIdentity Arn"),
        lambda material: material.run.caller,
    ),
    analysed(
        spec(
            "run.expected_account",
            FactType.STRING,
            "Account of the environment.",
            "option, audit.toml, or the provider's allowed_account_ids",
            absence="named nowhere",
        ),
        lambda material: material.run.expected_account,
    ),
    analysed(
        spec(
            "run.account_matches",
            FactType.BOOL,
            "Whether they are the same.",
            "sts:GetCallerIdentity Account",
            absence="never: unknown where no account is expected",
        ),
        _matches,
    ),
    analysed(
        spec(
            "run.unread",
            FactType.RECORDS,
            "Reads that gave no whole answer.",
            "all answers of the run",
            children=(
                spec("api", FactType.STRING, "The operation.", "answer"),
                spec("code", FactType.STRING, "AWS's error code, or the auditor's own.", "answer"),
                spec("reason", FactType.STRING, "Why.", "answer", values=tuple(Reason)),
                spec("count", FactType.NUMBER, "How many.", "answer", unit="calls"),
            ),
        ),
        _unread,
    ),
    analysed(
        spec("run.unevaluated", FactType.STRINGS, "Declared values that the code does not decide.", "evaluated code"),
        _unevaluated,
    ),
    analysed(
        spec(
            "run.population.unexamined",
            FactType.STRINGS,
            "Tables of which it is not known on which sides they exist.",
            f"{LIST_TABLES} TableNames",
        ),
        _unexamined,
    ),
    analysed(
        spec(
            "run.waivers",
            FactType.RECORDS,
            "Accepted fails.",
            "waivers.yaml",
            children=(
                *(spec(name, FactType.STRING, doc, "waivers.yaml", absence="not said") for name, doc in _WAIVER),
                spec(
                    "state",
                    FactType.STRING,
                    "What it is worth today, and whether it covers a fail.",
                    "waivers.yaml",
                    values=tuple(State),
                ),
                spec("days", FactType.NUMBER, "From its creation to its last day.", "waivers.yaml", unit="days"),
                spec("days_left", FactType.NUMBER, "Until its last day.", "waivers.yaml", unit="days"),
            ),
        ),
        _waivers,
    ),
    analysed(
        spec(
            "run.code_changed",
            FactType.BOOL,
            "Whether the code differs from the last commit.",
            "git",
            absence="no repository",
        ),
        lambda material: material.run.code_changed,
    ),
    analysed(
        spec(
            "run.window_minutes",
            FactType.NUMBER,
            "From the first call of AWS to the last.",
            "clock of the run",
            unit="whole minutes",
        ),
        _window,
    ),
    analysed(
        spec(
            "run.clock_skew",
            FactType.NUMBER,
            "How far the clock of the run is from AWS's, ahead or behind.",
            "Date of an answer",
            unit="seconds",
        ),
        _clock_skew,
    ),
    analysed(
        spec("run.rules.digest", FactType.STRING, "One digest of all rules, shipped and own.", "sha256 of the files"),
        lambda material: material.run.rules,
    ),
    analysed(
        spec(
            "run.rules.failed_tests",
            FactType.STRINGS,
            "Tests inside the rules that did not come out as they should.",
            "run of all of them",
            absence="never: an empty list",
        ),
        lambda material: material.run.failed_tests,
    ),
    analysed(
        spec("run.commit", FactType.STRING, "The last commit.", "git", absence="no repository"),
        lambda material: material.run.commit,
    ),
)
_MAKERS: Final = makers_of(DEFINITIONS)


def build(material: Material, index: Index) -> Iterable[Subject]:  # noqa: ARG001 - all subject types are built alike
    """The one run."""
    name = material.environment.name
    yield Subject(type="run", name=f"audit of {name}", identity=f"run/{name}", facts=LazyFacts(_MAKERS, material))


SUBJECT = SubjectType("run", tuple(definition.spec for definition in DEFINITIONS), build)
