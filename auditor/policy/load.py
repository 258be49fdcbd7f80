"""Rule files to rules, every word of them verified against the fact catalogue before anything is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from auditor.model.catalogue import Catalogue
from auditor.model.errors import DuplicateRule, InvalidRule
from auditor.model.garbage import without_collection
from auditor.model.rule import TIERS, Rule
from auditor.policy.document import read
from auditor.policy.rule_reader import RuleReader

_SUFFIXES: Final = frozenset({".yaml", ".yml"})
"""Where rules stand in a folder of rules: `<family>/<ID>-<slug>.yaml`."""


@without_collection()
def load_rules(paths: Iterable[Path], catalogue: Catalogue, tiers: Sequence[str] = TIERS) -> tuple[Rule, ...]:
    """All rules of folders and single files, by id.

    Raises InvalidRule with the first complaint, the first of each further file among its facts; DuplicateRule where
    two files carry one id.
    """
    rules: dict[str, Rule] = {}
    complaints: list[InvalidRule] = []
    for path, shown in _files(paths):
        try:
            rule = load_rule(path, shown, catalogue, tiers)
        except InvalidRule as caught:
            complaints.append(caught)
            continue
        if rule.id in rules:
            raise DuplicateRule(
                f"the id {rule.id} stands in two files",
                subject=rule.place,
                facts=(("first", str(rules[rule.id].place)),),
                hint="give the newer rule the next free number of its family",
            )
        rules[rule.id] = rule
    if complaints:
        first = complaints[0]
        first.facts = (*first.facts, *(("also", str(other)) for other in complaints[1:]))
        raise first
    return tuple(rules[key] for key in sorted(rules))


def load_rule(path: Path, shown: str, catalogue: Catalogue, tiers: Sequence[str] = TIERS) -> Rule:
    """The rule of one file, which complaints call `shown`."""
    try:
        root, data = read(path, shown, InvalidRule)
    except OSError as caught:
        raise InvalidRule(f"can't read {shown}: {caught.strerror}") from None
    return RuleReader(catalogue, tuple(tiers)).read(root, hashlib.sha256(data).hexdigest())


def rule_files(folder: Path) -> tuple[Path, ...]:
    """Every YAML file of a folder, however deep: a rule in the wrong place is to be told, not left out."""
    found = (file for file in folder.rglob("*") if file.suffix in _SUFFIXES)
    return tuple(sorted(found, key=attrgetter("parts")))


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Every rule file with the name that complaints give it: folder, family and file."""
    for path in paths:
        if path.is_dir():
            for file in rule_files(path):
                yield file, f"{path.name}/{file.relative_to(path).as_posix()}"
        else:
            yield path, path.as_posix()
