import pytest
from sample_rules import ASSERT, DRIFT, HEAD, TESTS, rule_of

from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.errors import InvalidRule
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.policy.example_reader import NOT_GIVEN


def example(text, head=HEAD + ASSERT + TESTS):
    return rule_of(head + f"- {{name: x, expect: pass, {text}}}\n").examples[-1]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("{live.pitr.status: ENABLED}", {"live.pitr.status": "ENABLED"}),
        ("{live: {pitr: {status: null}, exists: true}}", {"live.pitr.status": None, "live.exists": True}),
        ("{live: {pitr.days: 3}}", {"live.pitr.days": 3}),
        (
            "{live.pitr: {unknown: denied, api: 'dynamodb:X', code: AccessDenied, action: 'dynamodb:X', detail: why}}",
            dict.fromkeys(
                ("live.pitr.status", "live.pitr.days"),
                Unknown(Reason.DENIED, "why", api="dynamodb:X", code="AccessDenied", action="dynamodb:X"),
            ),
        ),
        ("{live.name: {not_applicable: true}}", {"live.name": NOT_APPLICABLE}),
        ("{live.pitr: {not_applicable: true}}", dict.fromkeys(("live.pitr.status", "live.pitr.days"), NOT_APPLICABLE)),
        (
            "{live.tags: {Owner: data, x: {unknown: failed}}}",
            {"live.tags": {"Owner": "data", "x": Unknown(Reason.FAILED)}},
        ),
        ("{live.indexes: [a, {unknown: failed}]}", {"live.indexes": ("a", Unknown(Reason.FAILED))}),
        ("{live.alarms: [{unknown: failed}]}", {"live.alarms": (Unknown(Reason.FAILED),)}),
    ],
)
def test_facts(facts, expected):
    assert example(f"facts: {facts}").facts == expected


def test_children_of_a_record_that_are_not_given_are_unknown():
    (record,) = example("facts: {live.alarms: [{metric: SystemErrors, actions: [{arn: x}]}]}").facts["live.alarms"]
    assert record["metric"] == "SystemErrors"
    assert record["actions"] == ({"arn": "x"},)
    assert record["enabled"] is NOT_GIVEN


def test_drifts():
    rule = rule_of(
        DRIFT
        + "- {name: x, expect: fail, existence: missing, kind: aws_kms_key, tier: development, message: users,\n"
        + "   drifts: [{path: a, risk: replaces, declared: [x]}, {path: b, reality: undeclared}]}\n"
    )
    got = rule.examples[-1]
    assert (got.existence, got.kind, got.tier, got.message) == (
        Existence.MISSING,
        "aws_kms_key",
        "development",
        "users",
    )
    first, second = got.drifts
    assert (first.plan, first.reality, first.risk) == (Plan.UPDATE, Reality.DIFFERENT, Risk.REPLACES)
    assert (first.declared, first.live) == (("x",), None)
    assert (second.plan, second.reality, second.risk) == (Plan.NO_OP, Reality.UNDECLARED, None)
    denied = rule.examples[-2]
    assert denied.drifts[0].plan is Plan.UNDETERMINED
    assert denied.kind == "aws_dynamodb_table"


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("facts: {live.pitr.staus: x}", "unknown fact 'live.pitr.staus'", "live.pitr.status"),
        ("facts: {live: {pitr: {x: 1}}}", "unknown fact 'live.pitr.x'", ""),
        ("facts: {live.pitr: x}", "a mapping is expected here", ""),
        ("facts: {live.exists: 'true'}", "live.exists is bool, not the text 'true'", ""),
        ("facts: {live.indexes: x}", "live.indexes is strings, not the text 'x'", ""),
        ("facts: {live.pitr.status: ON}", "live.pitr.status is never 'ON'", ""),
        ("facts: {live.name: {unknown: AccessDenied}}", "unknown unknown 'AccessDenied'", "known: computed_by_aws"),
        ("facts: {live.name: {unknown: denied, why: x}}", "unknown key 'why'", ""),
        ("facts: {live.alarms: [{metrik: x}]}", "unknown key 'metrik'", "did you mean metric?"),
        ("facts: {live.alarms: [{enabled: x}]}", "enabled is bool", ""),
        ("expect: pass", "the key 'expect' stands twice", ""),
        ("tier: prod", "unknown tier 'prod'", ""),
        ("params: {days: 3}", "unknown key 'days'", ""),
        ("drifts: []", "drifts belongs to tests of rules that select drifts", ""),
        ("existence: missing", "existence belongs to tests", ""),
    ],
)
def test_complains(text, summary, hint):
    with pytest.raises(InvalidRule) as caught:
        example(text)
    assert caught.value.summary.startswith(summary)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("- {name: x, expect: unknown}\n", "a test that expects unknown supposes something unknown"),
        ("- {name: x, expect: error}\n", "unknown status 'error'"),
        ("- {name: x, expect: pass, drifts: [{reality: different}]}\n", "the key 'path' is missing"),
        (
            "- {name: x, expect: pass, drifts: [{path: a, reality: undetermined, live: 1}]}\n",
            "an undetermined drift has a side that is unknown",
        ),
    ],
)
def test_complains_about_tests_of_drift_rules(text, summary):
    with pytest.raises(InvalidRule) as caught:
        rule_of(DRIFT + text)
    assert caught.value.summary.startswith(summary)


def test_unknown_may_be_supposed_of_existence_or_of_an_unset_parameter():
    assert rule_of(DRIFT + "- {name: x, expect: unknown, existence: undetermined}\n")
    text = HEAD + "assert: {fact: live.pitr.days, gte: {param: days}}\nparams: {days: 7}\n" + TESTS
    assert rule_of(text + "- {name: x, expect: unknown, params: {days: null}}\n").examples[-1].params == {"days": None}
