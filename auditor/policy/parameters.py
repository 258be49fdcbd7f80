"""What audit.toml says about rules, put into force: which are on, how severe they are, their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from auditor.model.errors import SettingsError
from auditor.model.results import Severity
from auditor.model.rule import Parameter, Profile, Rule, terms
from auditor.model.values import Value
from auditor.policy.document import did_you_mean
from auditor.policy.operators import OPERATORS, fits_right

Settings = Mapping[str, Any]


def with_settings(rules: Sequence[Rule], settings: Mapping[str, Settings]) -> tuple[Rule, ...]:
    """The rules with the severities of `[rules.ID]`; SettingsError for an unknown rule or severity."""
    known = {rule.id for rule in rules}
    for id_ in settings:
        if id_ not in known:
            raise SettingsError(f"audit.toml: there is no rule {id_!r}", hint=did_you_mean(id_, known))
    return tuple(_with_severity(rule, settings.get(rule.id, {})) for rule in rules)


def _with_severity(rule: Rule, settings: Settings) -> Rule:
    wanted = settings.get("severity")
    if wanted is None:
        return rule
    if wanted not in tuple(Severity):
        raise SettingsError(
            f"audit.toml: rules.{rule.id}.severity: unknown severity {str(wanted)[:60]!r}",
            hint=did_you_mean(str(wanted), tuple(Severity)),
        )
    return replace(rule, severity=MappingProxyType(dict.fromkeys(rule.severity, Severity(wanted))))


def switched_off(
    rules: Iterable[Rule], settings: Mapping[str, Settings], *, tier: str, strict: bool = False
) -> Mapping[str, str]:
    """The rules that are not on in an environment of this tier, each with the reason.

    SettingsError where audit.toml switches one off without saying why.
    """
    return MappingProxyType(
        {rule.id: reason for rule in rules if (reason := _off(rule, settings.get(rule.id, {}), tier, strict=strict))}
    )


def _off(rule: Rule, settings: Settings, tier: str, *, strict: bool) -> str:
    enabled = settings.get("enabled")
    if enabled is False:
        if not settings.get("reason"):
            raise SettingsError(
                f"audit.toml: rules.{rule.id} is switched off without a reason", hint='add reason = "..."'
            )
        return f"switched off in audit.toml: {settings['reason']}"
    if tier not in rule.tiers:
        return f"applies to {' and '.join(rule.tiers)} only"
    if rule.profile is Profile.STRICT and not strict and enabled is not True:
        return "belongs to the strict profile"
    return ""


def in_force(rule: Rule, tier: str, settings: Settings) -> Mapping[str, Value]:
    """The values of a rule's parameters in an environment.

    `settings` hold values by parameter name, and by rule id mappings of them, which win. SettingsError for a value
    that does not suit the rule.
    """
    own = settings.get(rule.id, {})
    values: dict[str, Value] = {}
    for name, by_tier in rule.params.items():
        given = own.get(name, settings.get(name))
        if given is None:
            values[name] = by_tier[tier]
            continue
        values[name] = _value(given)
        if needed := _unsuited(rule, name, values[name]):
            raise SettingsError(
                f"audit.toml: parameter {name} of {rule.id} can't be {str(given)[:60]!r}", hint=f"it needs {needed}"
            )
    return MappingProxyType(values)


def verify(rules: Iterable[Rule], settings: Settings) -> None:
    """Raise SettingsError for a parameter that no rule has."""
    by_rule = {rule.id: frozenset(rule.params) for rule in rules}
    every = frozenset().union(*by_rule.values(), by_rule)
    for name, value in settings.items():
        if name not in every:
            raise SettingsError(f"audit.toml: no rule has a parameter {name!r}", hint=did_you_mean(name, every))
        for inner in value if name in by_rule else ():
            if inner not in by_rule[name]:
                raise SettingsError(
                    f"audit.toml: {name} has no parameter {inner!r}", hint=did_you_mean(inner, by_rule[name])
                )


def _unsuited(rule: Rule, name: str, value: Value) -> str:
    """What an operator needs that the value is not, or nothing."""
    for part in (rule.when, rule.condition):
        for term in terms(part) if part is not None else ():
            operator = OPERATORS[term.operator]
            if term.operand == Parameter(name) and not fits_right(value, operator.right, term.type):
                return operator.right.value.replace("the fact's type", f"type {term.type}")
    return ""


def _value(given: object) -> Value:
    """A value of audit.toml as a Value."""
    if isinstance(given, list | tuple):
        return tuple(map(_value, given))
    if isinstance(given, Mapping):
        return MappingProxyType({str(key): _value(item) for key, item in given.items()})
    if isinstance(given, float):
        return Decimal(str(given))
    return given if isinstance(given, bool | int | Decimal) else str(given)
