import pytest
from sample_rules import DRIFT, assertion, condition_of, rule_of

from auditor.model.rule import children, fact_paths, terms

LEAF = "{fact: live.name, equals: a}"
OTHER = "{fact: live.pitr.days, lte_fact: declared.pitr.days}"
EACH = "{each: live.alarms, assert: {all: [{fact: metric, equals: a}, {fact: enabled, equals: true}]}}"


@pytest.mark.parametrize(
    ("text", "facts", "paths"),
    [
        (LEAF, ["live.name"], {"live.name"}),
        (OTHER, ["live.pitr.days"], {"live.pitr.days", "declared.pitr.days"}),
        (
            f"all: [{LEAF}, {OTHER}]",
            ["live.name", "live.pitr.days"],
            {"live.name", "live.pitr.days", "declared.pitr.days"},
        ),
        (f"any: [{LEAF}]", ["live.name"], {"live.name"}),
        (f"not: {LEAF}", ["live.name"], {"live.name"}),
        (f"if: {LEAF}\nthen: {EACH}", ["live.name", "metric", "enabled"], {"live.name", "live.alarms"}),
        (EACH.replace("each", "some").replace("assert", "where"), ["metric", "enabled"], {"live.alarms"}),
    ],
)
def test_leaves_and_paths(text, facts, paths):
    condition = condition_of(text)
    assert [term.fact for term in terms(condition)] == facts
    assert fact_paths(condition) == paths


def test_children():
    condition = condition_of(f"if: {LEAF}\nthen: {{not: {LEAF}}}")
    leaf = condition.premise
    assert children(condition) == (leaf, condition.consequence)
    assert children(condition.consequence) == (leaf,)
    assert children(leaf) == ()


def test_the_facts_of_a_rule_are_those_of_when_and_assert():
    assert assertion(LEAF, extra="when: {fact: live.exists, equals: true}\n").facts == {"live.exists", "live.name"}
    assert rule_of(DRIFT).facts == frozenset()
