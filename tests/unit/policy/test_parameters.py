from decimal import Decimal

import pytest
from sample_rules import DRIFT, HEAD, TESTS, rule_of

from auditor.model.errors import SettingsError
from auditor.model.results import Severity
from auditor.model.rule import Layer
from auditor.policy.parameters import in_force, merged, switched_off, verify, with_settings

RULE = rule_of(
    HEAD
    + "when: {fact: live.name, in: {param: names}}\n"
    + "assert: {fact: live.pitr.days, gte: {param: days}}\n"
    + "params: {days: {default: 7, production: 35}, names: [a]}\n"
    + "tiers: [production, preproduction]\n"
    + TESTS
)
STRICT = rule_of(DRIFT + "profile: strict\n")
RULES = (RULE, STRICT)


def test_defaults_by_tier():
    assert in_force(RULE, "production", {}) == {"days": 35, "names": ("a",)}
    assert in_force(RULE, "preproduction", {}) == {"days": 7, "names": ("a",)}


def test_settings_win_and_those_of_the_rule_before_the_general_ones():
    assert in_force(RULE, "production", {"days": 10})["days"] == 10
    assert in_force(RULE, "production", {"days": 10, "SEC-001": {"days": 0.5}})["days"] == Decimal("0.5")
    assert in_force(RULE, "production", {"names": ["b", "c"]})["names"] == ("b", "c")


WORDS = {"days": 1, "SEC-001": {"days": 1, "names": ["a"]}}


def test_what_suits_is_taken():
    verify(RULES, Layer((), {"SEC-001": {"severity": "low", "enabled": False, "reason": "x"}}, WORDS))
    verify(RULES, Layer(("env", "prod"), {"DRIFT-010": {"enabled": True}}))


@pytest.mark.parametrize(
    ("rules", "parameters", "summary", "hint", "setting"),
    [
        ({"SEC-01": {}}, {}, "there is no rule 'SEC-01'", "did you mean SEC-001?", ("rules", "SEC-01")),
        (
            {"SEC-001": {"severity": "lo"}},
            {},
            "unknown severity 'lo'",
            "did you mean low",
            ("rules", "SEC-001", "severity"),
        ),
        (
            {"SEC-001": {"severity": "!"}},
            {},
            "unknown severity '!'",
            "critical, high",
            ("rules", "SEC-001", "severity"),
        ),
        ({"SEC-001": {"enabled": False}}, {}, "without a reason", "add reason", ("rules", "SEC-001", "enabled")),
        (
            {"SEC-001": {"enabled": False, "reason": "  "}},
            {},
            "without a reason",
            "add reason",
            ("rules", "SEC-001", "enabled"),
        ),
        ({}, {"dayz": 1}, "no rule has a parameter 'dayz'", "did you mean days?", ("parameters", "dayz")),
        (
            {},
            {"SEC-001": {"dayz": 1}},
            "SEC-001 has no parameter 'dayz'",
            "did you mean days?",
            ("parameters", "SEC-001", "dayz"),
        ),
        (
            {},
            {"DRIFT-010": {"x": 1}},
            "DRIFT-010 has no parameter 'x'",
            "it has none",
            ("parameters", "DRIFT-010", "x"),
        ),
        ({}, {"SEC-001": 3}, "parameters of SEC-001 must be a table", "days, names", ("parameters", "SEC-001")),
        ({}, {"DRIFT-010": 3}, "must be a table", "no parameters", ("parameters", "DRIFT-010")),
        *(
            ({}, {"days": value}, "parameter days of SEC-001 can't be", "number", ("parameters", "days"))
            for value in ("ten", True, [1], {"a": 1})
        ),
        ({}, {"SEC-001": {"names": 1}}, "parameter names of SEC-001", "a list", ("parameters", "SEC-001", "names")),
    ],
)
def test_what_does_not_suit_is_refused_with_its_setting(rules, parameters, summary, hint, setting):
    with pytest.raises(SettingsError) as caught:
        verify(RULES, Layer(("tier", "production"), rules, parameters))
    assert summary in caught.value.summary
    assert hint in caught.value.hint
    assert caught.value.setting == ("tier", "production", *setting)


def test_a_later_layer_wins_word_by_word():
    said = merged(
        [
            Layer(
                (),
                {"SEC-001": {"severity": "low", "enabled": True}},
                {"days": 1, "SEC-001": {"days": 2, "names": ["a"]}},
            ),
            Layer(("tier", "production"), {"DRIFT-010": {"enabled": True}}, {"days": 3}),
            Layer(("env", "prod"), {"SEC-001": {"severity": "high"}}, {"SEC-001": {"days": 4}}),
        ]
    )
    assert said.rules == {"SEC-001": {"severity": "high", "enabled": True}, "DRIFT-010": {"enabled": True}}
    assert said.parameters == {"days": 3, "SEC-001": {"days": 4, "names": ["a"]}}


def test_severities_of_settings():
    changed, same = with_settings(RULES, {"SEC-001": {"severity": "low"}})
    assert set(changed.severity.values()) == {Severity.LOW}
    assert same is STRICT


@pytest.mark.parametrize(
    ("settings", "tier", "strict", "expected"),
    [
        ({}, "production", False, {"DRIFT-010": "belongs to the strict profile"}),
        ({}, "production", True, {}),
        ({"DRIFT-010": {"enabled": True}}, "production", False, {}),
        ({}, "development", True, {"SEC-001": "applies to production and preproduction only"}),
        (
            {"SEC-001": {"enabled": False, "reason": "not ours"}},
            "production",
            True,
            {"SEC-001": "switched off in audit.toml: not ours"},
        ),
    ],
)
def test_switched_off(settings, tier, strict, expected):
    assert switched_off(RULES, settings, tier=tier, strict=strict) == expected
