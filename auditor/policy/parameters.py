"""What audit.toml says about rules, put into force: which are on, how severe they are, their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from auditor.model.errors import SettingsError
from auditor.model.results import Severity
from auditor.model.rule import Layer, Parameter, Profile, Rule, terms
from auditor.model.values import Value
from auditor.policy.document import did_you_mean
from auditor.policy.operators import OPERATORS, fits_right

Settings = Mapping[str, Any]


def merged(layers: Sequence[Layer]) -> Layer:
    """What several layers say together: a later one wins, word by word."""
    rules: dict[str, Settings] = {}
    parameters: dict[str, Any] = {}
    for layer in layers:
        for id_, said in layer.rules.items():
            rules[id_] = {**rules.get(id_, {}), **said}
        for name, given in layer.parameters.items():
            before = parameters.get(name)
            nested = isinstance(given, Mapping) and isinstance(before, Mapping)
            parameters[name] = {**dict(before or {}), **given} if nested else given
    return Layer((), rules, parameters)


def verify(rules: Sequence[Rule], layer: Layer) -> None:
    """Raise SettingsError, with the setting, for an unknown rule, severity or parameter, and for an unsuitable value.

    A rule that is switched off says why where it is.
    """
    known = {rule.id: rule for rule in rules}
    for id_, said in layer.rules.items():
        setting = (*layer.path, "rules", id_)
        if id_ not in known:
            raise SettingsError(f"there is no rule {id_[:60]!r}", hint=did_you_mean(id_, known)).at(*setting)
        severity = said.get("severity", Severity.INFO)
        if severity not in tuple(Severity):
            hint = did_you_mean(str(severity), tuple(Severity))
            raise SettingsError(f"unknown severity {str(severity)[:60]!r}", hint=hint).at(*setting, "severity")
        if said.get("enabled") is False and not str(said.get("reason", "")).strip():
            summary = f"{id_} is switched off without a reason"
            raise SettingsError(summary, hint='add reason = "..."').at(*setting, "enabled")
    for name, value in layer.parameters.items():
        setting = (*layer.path, "parameters", name)
        if name in known:
            _verify_own(known[name], value, setting)
            continue
        having = [rule for rule in rules if name in rule.params]
        if not having:
            every = {*known, *(name for rule in rules for name in rule.params)}
            raise SettingsError(f"no rule has a parameter {name[:60]!r}", hint=did_you_mean(name, every)).at(*setting)
        for rule in having:
            _suited(rule, name, value, setting)


def _verify_own(rule: Rule, values: object, setting: tuple[str, ...]) -> None:
    if not isinstance(values, Mapping):
        hint = f"a table of {', '.join(rule.params) or 'nothing: the rule has no parameters'}"
        raise SettingsError(f"parameters of {rule.id} must be a table", hint=hint).at(*setting)
    for name, value in values.items():
        if name not in rule.params:
            hint = did_you_mean(name, rule.params) or f"it has {', '.join(rule.params) or 'none'}"
            raise SettingsError(f"{rule.id} has no parameter {name[:60]!r}", hint=hint).at(*setting, name)
        _suited(rule, name, value, (*setting, name))


def _suited(rule: Rule, name: str, given: object, setting: tuple[str, ...]) -> None:
    if needed := _unsuited(rule, name, _value(given)):
        summary = f"parameter {name} of {rule.id} can't be {str(given)[:60]!r}"
        raise SettingsError(summary, hint=f"it needs {needed}").at(*setting)


def with_settings(rules: Sequence[Rule], settings: Mapping[str, Settings]) -> tuple[Rule, ...]:
    """The rules with the severities of verified settings."""
    return tuple(
        replace(rule, severity=MappingProxyType(dict.fromkeys(rule.severity, Severity(wanted))))
        if (wanted := settings.get(rule.id, {}).get("severity"))
        else rule
        for rule in rules
    )


def switched_off(
    rules: Iterable[Rule], settings: Mapping[str, Settings], *, tier: str, strict: bool = False
) -> Mapping[str, str]:
    """The rules that are not on in an environment of this tier, each with the reason."""
    return MappingProxyType(
        {rule.id: reason for rule in rules if (reason := _off(rule, settings.get(rule.id, {}), tier, strict=strict))}
    )


def _off(rule: Rule, settings: Settings, tier: str, *, strict: bool) -> str:
    enabled = settings.get("enabled")
    if enabled is False:
        return f"switched off in audit.toml: {settings['reason']}"
    if tier not in rule.tiers:
        return f"applies to {' and '.join(rule.tiers)} only"
    if rule.profile is Profile.STRICT and not strict and enabled is not True:
        return "belongs to the strict profile"
    return ""


def in_force(rule: Rule, tier: str, settings: Settings) -> Mapping[str, Value]:
    """The values of a rule's parameters in an environment.

    `settings` are verified: values by parameter name, and by rule id mappings of them, which win.
    """
    own = settings.get(rule.id, {})
    return MappingProxyType(
        {
            name: by_tier[tier] if (given := own.get(name, settings.get(name))) is None else _value(given)
            for name, by_tier in rule.params.items()
        }
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
