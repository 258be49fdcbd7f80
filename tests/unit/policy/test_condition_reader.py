import pytest
from sample_rules import condition_of

from auditor.model.catalogue import FactType
from auditor.model.errors import InvalidRule
from auditor.model.rule import All, Any, Each, IfThen, Literal, Not, OtherFact, Parameter, Some, Term

NAME = Term("live.name", FactType.STRING, "equals", Literal("a"))
LEAF = "{fact: live.name, equals: a}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LEAF, NAME),
        (f"all: [{LEAF}, {LEAF}]", All((NAME, NAME))),
        (f"any: [{LEAF}]", Any((NAME,))),
        (f"not: {LEAF}", Not(NAME)),
        (f"if: {LEAF}\nthen: {LEAF}", IfThen(NAME, NAME)),
        (
            "each: live.alarms\nassert: {fact: enabled, equals: true}",
            Each("live.alarms", Term("enabled", FactType.BOOL, "equals", Literal(True))),
        ),
        (
            "some: live.alarms\nwhere: {each: actions, assert: {fact: arn, exists: true}}",
            Some("live.alarms", Each("actions", Term("arn", FactType.STRING, "exists", Literal(True)))),
        ),
        (
            "{fact: live.pitr.days, gte: {param: days}}",
            Term("live.pitr.days", FactType.NUMBER, "gte", Parameter("days")),
        ),
        (
            "{fact: live.pitr.days, lte_fact: declared.pitr.days}",
            Term("live.pitr.days", FactType.NUMBER, "lte", OtherFact("declared.pitr.days", FactType.NUMBER)),
        ),
        (
            "{fact: live.name, in_fact: live.indexes}",
            Term("live.name", FactType.STRING, "in", OtherFact("live.indexes", FactType.STRINGS)),
        ),
        (
            "{fact: live.tags, superset_of_fact: declared.tags}",
            Term("live.tags", FactType.MAP, "superset_of", OtherFact("declared.tags", FactType.MAP)),
        ),
        ("{fact: live.name, in: [a, b]}", Term("live.name", FactType.STRING, "in", Literal(("a", "b")))),
        (
            "{fact: live.created, gt: 2026-01-01T00:00:00Z}",
            Term("live.created", FactType.TIME, "gt", Literal("2026-01-01T00:00:00Z")),
        ),
        ("{fact: live.pitr.status, equals: null}", Term("live.pitr.status", FactType.STRING, "equals", Literal(None))),
    ],
)
def test_reads(text, expected):
    assert condition_of(text, {"days": 1}) == expected


@pytest.mark.parametrize(
    ("text", "summary", "hint", "column"),
    [
        ("{fact: live.pitr.staus, equals: a}", "unknown fact 'live.pitr.staus'", "did you mean live.pitr.status", 8),
        ("{fact: live.name, equal: a}", "unknown operator 'equal'", "did you mean equals", 19),
        (
            "{fact: live.name, gte: 1}",
            "operator 'gte' does not apply to live.name (string); it takes number, time",
            "",
            19,
        ),
        ("{fact: live.exists, equals: 'true'}", "equals of live.exists (bool) needs a value of type bool", "", 29),
        ("{fact: live.pitr.days, gte: {param: dayz}}", "parameter 'dayz' is not defined", "did you mean days", 37),
        ("{fact: live.pitr.status, equals: ENABLE}", "live.pitr.status is never 'ENABLE'", "ENABLED", 34),
        ("{fact: live.pitr.status, in: [ENABLED, OFF]}", "live.pitr.status is never 'OFF'", "known:", 30),
        ("{fact: live.name, matches: '(a+)+'}", "a repeated group can take time", "", 28),
        ("{fact: live.name, matches: 1}", "matches of live.name (string) needs a regular expression", "", 28),
        ("{fact: live.name}", "a fact takes one operator, not 0", "", 1),
        ("{fact: live.name, equals: a, in: [a]}", "a fact takes one operator, not 2", "all: [...]", 1),
        ("{fact: live.name, exists_fact: live.exists}", "unknown operator 'exists_fact'", "exists", 19),
        ("{fact: live.pitr.days, in_fact: live.indexes}", "in_fact does not apply to live.pitr.days (number)", "", 24),
        ("{fact: live.name, equals_fact: live.exists}", "live.exists is bool; equals_fact needs string here", "", 32),
        ("{each: live.name, assert: {fact: a, exists: true}}", "live.name is string; each and some go over", "", 8),
        ("{each: live.alarms, assert: {fact: live.name, exists: true}}", "unknown fact 'live.name'", "name", 36),
        ("{some: live.alarms, assert: {fact: name, exists: true}}", "unknown key 'assert'", "known: some, where", 21),
        ("{if: {fact: live.name, equals: a}}", "the key 'then' is missing", "", 1),
        ("{al: []}", "a condition says fact, all, any, not, if, each or some", "did you mean all", 1),
        ("{}", "a condition says fact", "", 1),
        ("{all: []}", "an empty list of conditions would hold for everything", "", 7),
        ("[a]", "a mapping is expected here", "", 1),
        ("{fact: live.name, equals: {param: [a]}}", "a single value is expected here", "", 35),
        ("{fact: live.pitr.days, between: [1]}", "between of live.pitr.days (number) needs a list of two", "", 33),
    ],
)
def test_complains(text, summary, hint, column):
    with pytest.raises(InvalidRule) as caught:
        condition_of(text, {"days": 1})
    assert caught.value.summary.startswith(summary)
    assert hint in caught.value.hint
    assert (caught.value.subject.line, caught.value.subject.column) == (1, column)
