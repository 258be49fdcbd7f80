import pytest
from msgspec.structs import replace
from sample_rules import ASSERT, CATALOGUE, DRIFT, HEAD, TESTS, rule_of

from auditor.model.results import Status
from auditor.model.rule import All, Any, Each, IfThen, Not, Some
from auditor.policy.tests import mutants, run_tests, survivors


def test_results_of_all_tests_in_order():
    rules = (rule_of(), rule_of(DRIFT))
    results = run_tests(rules, CATALOGUE)
    assert [(result.rule.id, result.example.name) for result in results] == [
        *(("SEC-001", name) for name in ("on", "off", "denied")),
        *(("DRIFT-010", name) for name in ("equal", "off", "another attribute", "another kind", "denied")),
    ]
    assert all(result.passed for result in results)


def test_a_test_that_expects_something_else_does_not_pass():
    rule = rule_of(HEAD + ASSERT + TESTS.replace("expect: fail", "expect: pass", 1) + "- {name: z, expect: fail}\n")
    outcome = {result.example.name: (result.status, result.passed) for result in run_tests((rule,), CATALOGUE)}
    assert outcome["off"] == (Status.FAIL, False)
    assert outcome["z"] == (Status.UNKNOWN, False)


def test_a_test_may_expect_words():
    text = HEAD + ASSERT + TESTS + "- {name: x, expect: fail, facts: {live.pitr.status: DISABLED}, message: %s}\n"
    assert run_tests((rule_of(text % "is DISABLED"),), CATALOGUE)[-1].passed
    assert not run_tests((rule_of(text % "is OFF"),), CATALOGUE)[-1].passed


def test_tier_and_parameters_of_a_test():
    rule = rule_of(
        HEAD
        + "assert: {fact: live.pitr.days, gte: {param: days}}\n"
        + "params: {days: {default: 7, production: 35}}\ntiers: [production, preproduction]\n"
        + TESTS
        + "- {name: short, expect: fail, facts: {live.pitr.days: 10}}\n"
        + "- {name: enough, tier: preproduction, expect: pass, facts: {live.pitr.days: 10}}\n"
        + "- {name: set, expect: pass, params: {days: 10}, facts: {live.pitr.days: 10}}\n"
        + "- {name: elsewhere, tier: development, expect: not_applicable, facts: {live.pitr.days: 1}}\n"
        + "- {name: unset, expect: unknown, params: {days: null}, facts: {live.pitr.days: 10}}\n"
    )
    results = run_tests((rule,), CATALOGUE)[3:]
    assert [(result.example.name, result.passed) for result in results[:4]] == [
        ("short", True), ("enough", True), ("set", True), ("elsewhere", True),
    ]  # fmt: skip


def test_existence_of_a_test():
    rule = rule_of(
        DRIFT.split("tests:")[0].replace("paths: [point_in_time_recovery]", "existence: [missing]")
        + "tests:\n- {name: there, expect: pass}\n- {name: gone, expect: fail, existence: missing}\n"
        + "- {name: denied, expect: unknown, existence: undetermined}\n"
    )
    assert all(result.passed for result in run_tests((rule,), CATALOGUE))


TWO = "assert: {all: [{fact: live.exists, equals: true}, {fact: live.pitr.status, equals: ENABLED}]}\n"


def test_a_part_that_no_test_needs_survives():
    assert survivors(rule_of(), CATALOGUE) == ()
    weak = rule_of(
        HEAD
        + TWO
        + "tests:\n- {name: a, expect: pass, facts: {live.exists: true, live.pitr.status: ENABLED}}\n"
        + "- {name: b, expect: fail, facts: {live.exists: true, live.pitr.status: DISABLED}}\n"
        + "- {name: c, expect: unknown, facts: {live.exists: true, live.pitr.status: {unknown: denied}}}\n"
    )
    assert survivors(weak, CATALOGUE) == ("assert: dropped live.exists equals true",)


def test_a_selector_that_no_test_narrows_survives():
    assert survivors(rule_of(DRIFT), CATALOGUE) == ()
    weak = rule_of("\n".join(line for line in DRIFT.splitlines() if "another attribute" not in line))
    assert survivors(weak, CATALOGUE) == ("drift: paths = left out",)


def changes(condition):
    rule = replace(rule_of(), condition=condition)
    return [mutant.change for mutant in mutants(rule)]


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda leaf: leaf, ["negated L"]),
        (lambda leaf: All((leaf,)), ["negated L", "negated L"]),
        (lambda leaf: Any((leaf, leaf)), ["negated L or L", *["dropped L", "negated L"] * 2]),
        (Not, ["negated not L"]),
        (lambda leaf: Not(All((leaf, leaf))), ["negated not (L and L)", *["dropped L", "negated L"] * 2]),
        (lambda leaf: IfThen(leaf, leaf), ["negated if L, then L", "dropped L", "negated L", "negated L"]),
        (lambda leaf: Each("live.alarms", leaf), ["negated in each of live.alarms: L", "negated L"]),
        (lambda leaf: Some("live.alarms", leaf), ["negated in one of live.alarms: L", "negated L"]),
    ],
)
def test_every_part_is_negated_and_dropped(build, expected):
    found = changes(build(rule_of().condition))
    assert [change.replace("live.pitr.status equals ENABLED", "L") for change in found] == [
        f"assert: {change}" for change in expected
    ]


def test_when_is_left_out_and_changed():
    rule = rule_of(HEAD + ASSERT + "when: {fact: live.exists, equals: true}\n" + TESTS)
    assert [mutant.change for mutant in mutants(rule)][:2] == ["when left out", "when: negated live.exists equals true"]


def test_lists_of_a_selector_are_left_out_and_shortened():
    text = DRIFT.replace("paths: [point_in_time_recovery]", "paths: [a, b], reality: [different]")
    assert [mutant.change for mutant in mutants(rule_of(text))] == [
        "drift: kinds = left out",
        "drift: paths = left out",
        "drift: paths = ('b',)",
        "drift: paths = ('a',)",
        "drift: reality = left out",
    ]
    text = DRIFT.replace("{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", "{unselected: true}")
    assert [mutant.change for mutant in mutants(rule_of(text))] == ["drift: unselected = left out"]
