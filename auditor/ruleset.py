"""The rules as they hold for one environment: shipped and own ones, with what audit.toml says about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from auditor.inputs import Inputs
from auditor.model.errors import SettingsError
from auditor.model.rule import Profile, Rule
from auditor.policy.load import load_rules, rule_files
from auditor.policy.parameters import merged, switched_off, verify, with_settings
from auditor.policy.tests import outcome_of_tests
from auditor.settings import Environment, Settings
from auditor.shipped import shipped
from auditor.subjects import facts as subjects

_CODE_ALONE: Final = "speaks of AWS; this run judges the code alone"
_OF_THE_READING: Final = frozenset(
    {
        "run.account", "run.account_matches", "run.caller", "run.clock_skew", "run.population.unexamined", "run.unread",
        "run.window_minutes",
    }
)  # fmt: skip


class Ruleset(Struct, frozen=True, kw_only=True):
    """The rules as they hold for one environment."""

    all: tuple[Rule, ...]
    off: Mapping[str, str]
    """Those that are not on, with the reason."""
    parameters: Mapping[str, Any]
    folder: Path
    """Where the shipped ones stand."""

    @property
    def identity(self) -> Mapping[str, Any]:
        """How many there are, and one digest of all of them."""
        digest = hashlib.sha256("".join(rule.digest for rule in self.all).encode()).hexdigest()
        return {"rules": len(self.all), "digest": digest}

    @property
    def shipped(self) -> Mapping[str, Path]:
        """The files of the shipped rules, by their path below the folder."""
        return {file.relative_to(self.folder).as_posix(): file for file in rule_files(self.folder)}

    def tested(self) -> Mapping[str, Any]:
        """What became of the tests inside the rules, run now: how many passed, and which did not."""
        return outcome_of_tests(self.all, subjects.catalogue())

    @property
    def wanted(self) -> frozenset[str]:
        """The operations that the rules which are on need."""
        return subjects.needed_apis(rule for rule in self.all if rule.id not in self.off)


def all_rules(settings: Settings, folder: Path | None = None) -> tuple[Rule, ...]:
    """The shipped rules and those of the project, loaded and verified; RuleError where one is malformed.

    `folder` holds the shipped rules where they are not the program's own.
    """
    return load_rules([folder or shipped("rules"), *settings.rule_paths], subjects.catalogue())


def rules_for(settings: Settings, environment: Environment, inputs: Inputs) -> Ruleset:
    """The rules with what audit.toml says about them; RuleError or SettingsError where that can't be used."""
    folder = inputs.rules or shipped("rules")
    loaded, layers = all_rules(settings, folder), settings.layers(environment)
    try:
        for layer in layers:
            verify(loaded, layer)
    except SettingsError as error:
        raise settings.located(error) from None
    said = merged(layers)
    rules = with_settings(loaded, said.rules)
    off = dict(switched_off(rules, said.rules, tier=environment.tier, strict=settings.profile is Profile.STRICT))
    if inputs.declared_only:
        off |= {rule.id: _CODE_ALONE for rule in rules if rule.id not in off and _speaks_of_aws(rule)}
    return Ruleset(all=rules, off=MappingProxyType(off), parameters=said.parameters, folder=folder)


def _speaks_of_aws(rule: Rule) -> bool:
    return rule.drift is not None or any(path.startswith("live.") or path in _OF_THE_READING for path in rule.facts)
