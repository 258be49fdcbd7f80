"""Frameworks: the lists of their controls that ship with the rules, and which of them rules serve; planned rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct

from auditor.model.rule import Rule


class Framework(Struct, frozen=True):
    """A framework's controls, as far as they are listed."""

    name: str
    """As rules write it, `pci_dss_4_0`."""
    title: str
    scope: str
    """Which of its controls the list holds."""
    source: str
    """Where the list is from, and what of it was compared with what."""
    controls: tuple[str, ...]


class PlannedRule(Struct, frozen=True):
    """A rule that is not written yet: it has an id and a title, and nothing is read for it."""

    id: str
    title: str
    profile: str
    """`first`, `strict` or `later`."""
    why: str = ""
    """Why it is not written, where there is more to say than that it is not yet."""


def load_frameworks(folder: Path) -> tuple[Framework, ...]:
    """The frameworks of a folder of rules, by name."""
    files = sorted((folder / "frameworks").glob("*.json"))
    return tuple(_framework(file.stem, json.loads(file.read_text("utf-8"))) for file in files)


def _framework(name: str, listed: Mapping[str, str | list[str]]) -> Framework:
    return Framework(name, str(listed["title"]), str(listed["scope"]), str(listed["source"]), tuple(listed["ids"]))


def load_planned(folder: Path) -> tuple[PlannedRule, ...]:
    """The planned rules of a folder of rules, by id."""
    planned = json.loads((folder / "planned.json").read_text("utf-8"))
    return tuple(PlannedRule(id_, **said) for id_, said in sorted(planned.items()))


def serving(rules: Iterable[Rule], framework: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Control -> the rules that serve it, each with its basis, `sourced` or `judgement`."""
    found: dict[str, list[tuple[str, str]]] = {}
    for rule in rules:
        for basis, controls in rule.frameworks.get(framework, {}).items():
            for control in controls:
                found.setdefault(control, []).append((rule.id, basis))
    return MappingProxyType({control: tuple(by) for control, by in found.items()})
