"""Unmanaged resources brought into code by an `import` block, with an element of a map or a resource of their own.

The element is a sibling's, copied under the new key; the resource is what AWS tells. Then either is a resource with
drifts like any other, whose edits are searched for. The way that leaves the next apply least to change is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from auditor.adoption.proposals import worth_telling
from auditor.adoption.search import APART, Adoption, Edited, Search, Trial
from auditor.adoption.texts import unified
from auditor.hcl import edit, written
from auditor.hcl.expansion import Repetition
from auditor.hcl.resource_instance import ResourceInstance
from auditor.model.drift import Comparison, Existence, Plan
from auditor.model.kind import Attribute, Kind, Shape
from auditor.model.values import NotApplicable, Unknown, Value

FILE: Final = "imports.tf"
"""Where import blocks are put, in the root module."""
IMPORTED_BY_NAME: Final = frozenset({"aws_dynamodb_table", "aws_cloudwatch_metric_alarm", "aws_kms_alias"})
"""The kinds whose import id is their name."""
_LABEL: Final = re.compile(r"[^a-z0-9_]+")
_Way = tuple[Edited, str]
"""Texts in which the resource is declared, and its address."""


def bring_in(search: Search, comparison: Comparison, root: Path) -> Adoption:
    """The edit that declares an unmanaged resource, and imports it; taken, where it changes nothing that is there.

    What the next apply changes of it all the same (default tags), and resources that come with it (the alarms of a
    table) are told.
    """
    reason = _why_not(comparison)
    best: tuple[Adoption, Search] | None = None
    for edited, address in () if reason else _ways(search, comparison, root):
        found = _declared(search, comparison, edited, address)
        if found is not None and (best is None or _effort(found[0]) < _effort(best[0])):
            best = found
    if best is None:
        return Adoption(comparison=comparison, paths=("",), reason=reason or "no declaration was found that fits it")
    adoption, inner = best
    if adoption.alone:
        search.trial, search.edited = inner.trial, inner.edited
    return adoption


def _effort(adoption: Adoption) -> tuple[int, ...]:
    return int(not adoption.alone), len(adoption.changes), len(adoption.creates)


def _why_not(comparison: Comparison) -> str:
    if comparison.kind not in IMPORTED_BY_NAME:
        return f"no import of {comparison.kind} is made"
    if not isinstance(comparison.identity.name, str) or comparison.live is None:
        return "its name is not known"
    return ""


def _ways(search: Search, comparison: Comparison, root: Path) -> Iterator[_Way]:
    yield from _elements(search, comparison, root)
    kind, live = search.world.kinds[comparison.kind], comparison.live
    label = _LABEL.sub("_", str(comparison.identity.name).lower()).strip("_") or "imported"
    label = f"_{label}" if label[0].isdigit() else label
    address = f"{comparison.kind}.{label}"
    if live is not None and address not in search.trial.proposer.instances:
        text = _resource(kind, label, live.values)
        yield _with_import(search, root, comparison, address, text), address


def _elements(search: Search, comparison: Comparison, root: Path) -> Iterator[_Way]:
    """A sibling's element of the map that its block goes over, copied; those that pay alike come first."""
    proposer, name = search.trial.proposer, str(comparison.identity.name)
    siblings = [each for each in search.trial.comparisons if each.kind == comparison.kind and each.declared]
    siblings.sort(key=lambda each: not _alike(each, comparison))
    seen: set[str] = set()
    for sibling in siblings:
        instance = proposer.instances.get(sibling.address)
        key = _key(instance, sibling, name)
        if instance is None or key is None:
            continue
        address = sibling.address.removesuffix(instance.repetition.suffix)
        if address in seen:
            continue
        seen.add(address)
        address += Repetition(key).suffix
        origin = instance.repetition.value.origin if instance.repetition.value is not None else None
        while origin is not None and origin.previous is not None:
            origin = origin.previous
        layout = proposer.texts.layout(origin.source) if origin is not None else None
        element = layout.element_at(origin.offset) if layout is not None and origin is not None else None
        if layout is None or element is None:
            continue
        texts = proposer.texts.with_changes([edit.copied_element(layout, element, key)])
        if texts is not None:
            yield {**_with_import(search, root, comparison, address, ""), **texts}, address


def _alike(sibling: Comparison, comparison: Comparison) -> bool:
    declared, live = sibling.declared, comparison.live
    if declared is None or live is None:
        return False
    return declared.values.get("billing_mode") == live.values.get("billing_mode")


def _key(instance: ResourceInstance | None, sibling: Comparison, name: str) -> str | None:
    """The key under which a sibling's block would make a resource of that name."""
    key, known = instance.repetition.key if instance is not None else None, sibling.identity.name
    if not isinstance(key, str) or not isinstance(known, str) or not known.endswith(key):
        return None
    prefix = known.removesuffix(key)
    return name.removeprefix(prefix) if name.startswith(prefix) and name != prefix else None


def _with_import(search: Search, root: Path, comparison: Comparison, address: str, resource: str) -> dict[Path, str]:
    path = root / FILE
    before = _text(search.trial, path)
    gap = "\n" if before else ""
    block = f"import {{\n  to = {address}\n  id = {written.quoted(str(comparison.identity.name))}\n}}\n"
    more = f"\n{resource}" if resource else ""
    return {**search.edited, path: f"{before}{gap}{block}{more}"}


def _text(trial: Trial, path: Path) -> str:
    return next((file.text for file in trial.code.files if trial.base / file.path == path), "")


def _declared(search: Search, comparison: Comparison, edited: Edited, address: str) -> tuple[Adoption, Search] | None:
    """The adoption by texts that declare the resource, after the edits that its drifts call for."""
    trial = search.world.try_(edited) if search.budget > 0 else None
    search.budget -= 1
    if trial is None or trial.complaints - search.trial.complaints:
        return None
    inner = Search(search.world, trial, search.budget, edited)
    there = _at(trial, address)
    if there is None or there.existence is not Existence.BOTH or there.identity.name != comparison.identity.name:
        return None
    for _ in inner.adopt(there):
        pass
    search.budget = inner.budget
    now = _at(inner.trial, address)
    if now is None or now.plan not in (Plan.NO_OP, Plan.UPDATE):
        return None
    return _adoption(search, inner, comparison, now), inner


def _at(trial: Trial, address: str) -> Comparison | None:
    return next((each for each in trial.comparisons if each.address == address), None)


def _adoption(search: Search, inner: Search, comparison: Comparison, now: Comparison) -> Adoption:
    before = {each.address for each in search.trial.comparisons if each.address}
    new = {key for key in inner.trial.drifts - search.trial.drifts if key[0] not in before and key[1] == APART}
    changed = {path: text for path, text in inner.edited.items() if search.edited.get(path) != text}
    texts = {
        path.relative_to(inner.trial.base).as_posix(): (_text(search.trial, path), text)
        for path, text in changed.items()
    }
    others = (
        inner.trial.drifts - search.trial.drifts - new - {key for key in inner.trial.drifts if key[0] not in before}
    )
    adoption = Adoption(
        comparison=comparison,
        paths=("",),
        diff="".join(unified(path, old, text) for path, (old, text) in texts.items()),
        others=tuple(sorted(f"{where} {path}".rstrip() for where, path in others)),
        elsewhere=tuple(sorted(search.world.elsewhere(inner.edited) - search.world.elsewhere(search.edited))),
        used_by=search.world.used_by(changed),
        creates=tuple(sorted(where for where, _ in new)),
        changes=tuple(drift.path for drift in now.drifts if drift.plan is Plan.UPDATE),
    )
    return adoption if not search.world.tells(adoption.diff) else replace(adoption, diff="", reason=_SENSITIVE)


_SENSITIVE: Final = "the file shows a value that is marked sensitive"


def _resource(kind: Kind, label: str, values: Mapping[str, Value]) -> str:
    """A resource block that says what AWS has, without what the provider takes anyway."""
    plain: dict[str, Value] = {}
    blocks: list[str] = []
    for attribute in kind.attributes:
        value = values.get(attribute.name)
        if attribute.shape is Shape.BLOCK:
            told = worth_telling(attribute, value)
            more = any(each is not False for each in told.values())
            blocks += [edit.block_text(attribute.name, told, "  ")] if more else []
        elif attribute.shape is Shape.BLOCKS:
            many = value.values() if isinstance(value, Mapping) else ()
            blocks += [edit.block_text(attribute.name, worth_telling(attribute, each), "  ") for each in many]
        elif _worth(attribute, value, values):
            plain[attribute.name] = value
    body = written.arguments(plain, "  ") + "".join(f"\n{block}" for block in blocks)
    return f'resource "{kind.type}" "{label}" {{\n{body}}}\n'


def _worth(attribute: Attribute, value: Value, values: Mapping[str, Value]) -> bool:
    if isinstance(value, Unknown | NotApplicable) or value is None or not attribute.compared:
        return False
    if attribute.needs is not None and values.get(attribute.needs[0]) != attribute.needs[1]:
        return False
    return attribute.required or (value != attribute.default and value not in (False, "", 0, (), {}))
