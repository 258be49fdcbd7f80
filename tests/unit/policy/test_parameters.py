from decimal import Decimal

import pytest
from sample_rules import DRIFT, HEAD, TESTS, rule_of

from auditor.model.errors import SettingsError
from auditor.model.results import Severity
from auditor.policy.parameters import in_force, switched_off, verify, with_settings

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


@pytest.mark.parametrize("value", ["ten", True, [1], {"a": 1}])
def test_a_value_that_does_not_suit_is_refused(value):
    with pytest.raises(SettingsError, match="parameter days of SEC-001 can't be"):
        in_force(RULE, "production", {"days": value})


def test_a_parameter_of_no_rule_is_refused():
    verify(RULES, {"days": 1, "SEC-001": {"days": 1}})
    with pytest.raises(SettingsError, match="no rule has a parameter 'dayz'") as caught:
        verify(RULES, {"dayz": 1})
    assert caught.value.hint == "did you mean days?"
    with pytest.raises(SettingsError, match="SEC-001 has no parameter 'dayz'"):
        verify(RULES, {"SEC-001": {"dayz": 1}})


def test_severities_of_settings():
    changed, same = with_settings(RULES, {"SEC-001": {"severity": "low"}})
    assert set(changed.severity.values()) == {Severity.LOW}
    assert same is STRICT
    with pytest.raises(SettingsError, match="unknown severity 'lo'"):
        with_settings(RULES, {"SEC-001": {"severity": "lo"}})
    with pytest.raises(SettingsError, match="there is no rule 'SEC-999'"):
        with_settings(RULES, {"SEC-999": {}})


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


def test_nothing_is_switched_off_without_a_reason():
    with pytest.raises(SettingsError, match="switched off without a reason"):
        switched_off(RULES, {"SEC-001": {"enabled": False}}, tier="production")
