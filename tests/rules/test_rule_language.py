"""The language as a rule author meets it: one rule, its mistakes, its tests and its mutations."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_rules import CATALOGUE, rule_of

from auditor.model.errors import InvalidRule
from auditor.model.results import Status
from auditor.model.rule import TIERS
from auditor.policy.document import parse
from auditor.policy.rule_reader import RuleReader
from auditor.policy.tests import run_tests, survivors

READER = RuleReader(CATALOGUE, TIERS)
PIECES = st.sampled_from(
    [
        "",
        "\n",
        " ",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "&a ",
        "*a",
        "!!x ",
        "'",
        '"',
        "|",
        "null",
        "true",
        "7",
        "{unknown: denied}",
        "{param: x}",
        "not: ",
        "\t",
        "\x00",
        "\u202e",
        "each: ",
        "matches: ",
        "(a+)+",
    ]
) | st.text(max_size=3)

CAPACITY = """\
schema: auditor/rules/v1
id: MON-004
title: System errors raise an alarm
subject: table
severity: {default: high, preproduction: low}
tiers: [production, preproduction]
message: "{subject.name} has no alarm that would tell of system errors"
why: Errors of the service are seen by users first.
tested: One enabled alarm on SystemErrors that names the table and has an action.
remediation: {terraform: "resource aws_cloudwatch_metric_alarm", aws_cli: aws cloudwatch put-metric-alarm}
references: ["https://docs.aws.amazon.com/"]
when: {fact: live.exists, equals: true}
assert:
  some: live.alarms
  where:
    all:
    - {fact: metric, equals: SystemErrors}
    - {fact: dimensions, contains_all: [TableName]}
    - {fact: enabled, equals: true}
    - {fact: actions, empty: false}
tests:
- name: present
  expect: pass
  facts:
    live:
      exists: true
      alarms: [{metric: SystemErrors, dimensions: [TableName, Operation], enabled: true, actions: [{arn: a}]}]
- name: muted
  expect: fail
  facts:
    live.exists: true
    live.alarms: [{metric: SystemErrors, dimensions: [TableName], enabled: false, actions: [{arn: a}]}]
- name: another metric
  expect: fail
  facts:
    live.exists: true
    live.alarms: [{metric: Throttles, dimensions: [TableName], enabled: true, actions: [{arn: a}]}]
- name: another dimension
  expect: fail
  facts:
    live.exists: true
    live.alarms: [{metric: SystemErrors, dimensions: [Operation], enabled: true, actions: [{arn: a}]}]
- name: nobody is told
  expect: fail
  facts:
    live.exists: true
    live.alarms: [{metric: SystemErrors, dimensions: [TableName], enabled: true, actions: []}]
- {name: none, expect: fail, facts: {live: {exists: true, alarms: []}}}
- {name: denied, expect: unknown, facts: {live.exists: true, live.alarms: {unknown: denied}}}
- {name: not there, expect: not_applicable, facts: {live.exists: false}}
- {name: a place to try things, tier: development, expect: not_applicable}
"""


def test_all_tests_pass_and_every_condition_is_needed():
    rule = rule_of(CAPACITY)
    assert [result.example.name for result in run_tests((rule,), CATALOGUE) if not result.passed] == []
    assert survivors(rule, CATALOGUE) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("fact: enabled, equals: true", "fact: enabeld, equals: true", "19:14: unknown fact 'enabeld'"),
        ("equals: SystemErrors", "equal: SystemErrors", "17:22: unknown operator 'equal'"),
        ("contains_all: [TableName]", "contains_all: TableName", "18:40: contains_all of dimensions (strings) needs a"),
        (
            "enabled, equals: true",
            "enabled, equals: 'true'",
            "19:31: equals of enabled (bool) needs a value of type bool",
        ),
        ("some: live.alarms", "some: live.tags", "14:9: live.tags is map; each and some go over records"),
        ("equals: SystemErrors", "gte: SystemErrors", "17:22: operator 'gte' does not apply to metric (string)"),
        ("contains_all: [TableName]", "contains_all: {param: names}", "18:48: parameter 'names' is not defined"),
        ("tiers: [production, ", "tiers: [prod, ", "6:9: unknown tier 'prod'"),
    ],
)
def test_mistakes_are_told_where_they_stand(right, wrong, expected):
    assert right in CAPACITY
    with pytest.raises(InvalidRule) as caught:
        rule_of(CAPACITY.replace(right, wrong))
    assert str(caught.value).startswith(f"rules/mon/MON-004-words.yaml:{expected}")
    assert caught.value.line in CAPACITY.replace(right, wrong)


def test_the_example_for_authors_is_a_good_rule(root):
    page = (root / "rules" / "schema" / "README.md").read_text()
    rule = rule_of(
        page.split("```yaml\n")[1]
        .split("```")[0]
        .replace("point_in_time_recovery.status", "pitr.status")
        .replace("recovery_period_in_days", "days")
        .replace("live.point_in_time_recovery", "live.pitr")
        .replace("point_in_time_recovery: {", "pitr: {")
    )
    assert all(result.passed for result in run_tests((rule,), CATALOGUE))
    assert survivors(rule, CATALOGUE) == ()


@example([(907, 0, "not: ")])
@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(CAPACITY) - 1), st.integers(0, 12), PIECES), min_size=1, max_size=3))
def test_whatever_is_written_gives_a_rule_or_one_complaint_with_its_place(edits):
    text = CAPACITY
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    told = rule_or_complaint(text)
    if isinstance(told, InvalidRule):
        assert (told.subject.line, told.subject.column) >= (1, 1)
        assert told.summary
    else:
        assert all(result.status is not Status.ERROR for result in run_tests((told,), CATALOGUE))


def rule_or_complaint(text):
    try:
        return READER.read(parse(text, "rules/mon/MON-004-words.yaml", InvalidRule), "")
    except InvalidRule as complaint:
        return complaint
