"""A small fact catalogue, and rules and subjects over it."""

from types import MappingProxyType

from auditor.model.catalogue import FactSpec, FactType
from auditor.model.errors import InvalidRule
from auditor.model.facts import ApiField, Fact, Facts
from auditor.model.results import Subject
from auditor.policy.condition_reader import ConditionReader
from auditor.policy.conditions import SUBJECT, compiled
from auditor.policy.document import parse
from auditor.policy.rule_reader import RuleReader

ORIGIN = ApiField("dynamodb:DescribeTable", "Table")


def _spec(path, type_, **more):
    return FactSpec(path=path, type=type_, doc=f"What {path} is.", **more)


ALARM = (
    _spec("name", FactType.STRING),
    _spec("metric", FactType.STRING),
    _spec("enabled", FactType.BOOL),
    _spec("dimensions", FactType.STRINGS),
    _spec("threshold", FactType.NUMBER),
    _spec("limit", FactType.NUMBER),
    _spec("actions", FactType.RECORDS, children=(_spec("arn", FactType.STRING),)),
)

TABLE = {
    spec.path: spec
    for spec in (
        _spec("live.exists", FactType.BOOL, api="dynamodb:DescribeTable", field="Table.TableStatus"),
        _spec("live.pitr.status", FactType.STRING, values=("ENABLED", "DISABLED"), absence="never"),
        _spec("live.pitr.days", FactType.NUMBER, unit="days"),
        _spec("live.name", FactType.STRING),
        _spec("live.created", FactType.TIME),
        _spec("live.indexes", FactType.STRINGS),
        _spec("live.tags", FactType.MAP),
        _spec("live.alarms", FactType.RECORDS, children=ALARM),
        _spec("declared.pitr.days", FactType.NUMBER),
        _spec("declared.name", FactType.STRING),
        _spec("declared.created", FactType.TIME),
        _spec("declared.indexes", FactType.STRINGS),
        _spec("declared.tags", FactType.MAP),
    )
}
CATALOGUE = MappingProxyType({"table": TABLE, "run": {"run.account": _spec("run.account", FactType.STRING)}})

HEAD = """\
schema: auditor/rules/v1
id: SEC-001
title: Point-in-time recovery is on
subject: table
severity: {default: high, development: medium}
message: "{subject.name}: recovery is {live.pitr.status}"
why: A table without it can't be restored.
tested: The status that AWS tells.
remediation: {terraform: "point_in_time_recovery { enabled = true }", aws_cli: aws dynamodb update-continuous-backups}
references: ["https://docs.aws.amazon.com/"]
"""
ASSERT = "assert: {fact: live.pitr.status, equals: ENABLED}\n"
TESTS = """\
tests:
- {name: on, expect: pass, facts: {live.pitr.status: ENABLED}}
- {name: off, expect: fail, facts: {live.pitr.status: DISABLED}}
- {name: denied, expect: unknown, facts: {live.pitr: {unknown: denied}}}
"""
DRIFT = """\
schema: auditor/rules/v1
id: DRIFT-010
title: Recovery is as declared
subject: table
severity: high
message: "{subject.name}: {drift.path} is {drift.live}, declared {drift.declared}"
why: The next apply changes it.
tested: Both sides.
remediation: {terraform: align the code, aws_cli: align the table}
references: ["https://docs.aws.amazon.com/"]
drift: {kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}
tests:
- {name: equal, expect: pass}
- {name: off, expect: fail, drifts: [{path: point_in_time_recovery.enabled, declared: true, live: false}]}
- {name: another attribute, expect: pass, drifts: [{path: billing_mode}]}
- {name: another kind, expect: not_applicable, kind: aws_kms_key, drifts: [{path: point_in_time_recovery.enabled}]}
- name: denied
  expect: unknown
  drifts: [{path: point_in_time_recovery.enabled, reality: undetermined, live: {unknown: denied}}]
"""


def rule_of(text=HEAD + ASSERT + TESTS, file=None):
    """The rule of a text, as if it stood in a file of the right name."""
    id_ = next(line for line in text.splitlines() if line.startswith("id:")).removeprefix("id:").strip()
    file = file or f"rules/{id_.split('-')[0].lower()}/{id_}-words.yaml"
    reader = RuleReader(CATALOGUE, ("production", "preproduction", "development"))
    return reader.read(parse(text, file, InvalidRule), "0" * 64)


def assertion(condition, *, id_="SEC-001", extra=""):
    """A rule with another condition, in flow style; its tests do not fit it."""
    return rule_of(HEAD.replace("SEC-001", id_) + f"assert: {condition}\n" + extra + TESTS)


def condition_of(text, params=None):
    """A condition tree."""
    node = parse(text, "rules/sec/SEC-001-words.yaml", InvalidRule)
    names = parse("".join(f"{name}: 1\n" for name in params or ()) or "{}", "x", InvalidRule).entries()
    return ConditionReader(TABLE, names).read(node)


def facts(**values):
    """A subject's facts; double underscores in names stand for dots, what is not given is absent."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    assert given.keys() <= TABLE.keys()
    return Facts({path: Fact(given.get(path), ORIGIN) for path in TABLE})


def truth_of(text, params=None, /, **values):
    """What a condition says about facts."""
    return compiled(condition_of(text, params), params or {}).truth(facts(**values).plain)


def deciding(made, given):
    """The evidence of what a compiled condition says about facts."""
    return made.evidence(given, SUBJECT, made.truth(given.plain))


def evidence_of(text, params=None, /, **values):
    """The evidence of a condition: path, value and expectation."""
    found = deciding(compiled(condition_of(text, params), params or {}), facts(**values))
    return [(one.path, one.fact.value, one.expected) for one in found]


def table(name="users", comparison=None, **values):
    """A subject."""
    return Subject(
        type="table",
        name=name,
        identity=f"111122223333/ap-southeast-1/{name}",
        facts=facts(**values),
        address=f'aws_dynamodb_table.this["{name}"]',
        comparison=comparison,
    )
