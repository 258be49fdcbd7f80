"""`replace_triggered_by`: what is replaced because something else is changed, which no value tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from auditor.compare.last_applied import without_key
from auditor.compare.overrides import steps
from auditor.model.drift import Comparison, Plan
from auditor.model.facts import Resource
from auditor.model.values import Truth, Value, any_of, equal, unknowns

DATA: Final = "terraform_data"
"""The one kind that is not compared of which state and code tell what plan does: AWS has nothing of it."""
_RESOURCE: Final = re.compile(r'(?:module\.[\w-]+(?:\["(?:[^"\\]|\\.)*"\]|\[\d+\])?\.)*[\w-]+\.[\w-]+')
_CHANGING: Final = (Plan.UPDATE, Plan.REPLACE)


def named_by(resource: Resource) -> tuple[str, ...]:
    """The addresses of resources and attributes that a resource's `replace_triggered_by` names."""
    found = resource.facts.get("replaced_with")
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def instances_of(addresses: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """The addresses of instances by that of their resource."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        found.setdefault(without_key(address), []).append(address)
    return found


class Triggers(Struct, frozen=True):
    """What plan does to the resources that such references name."""

    comparisons: Mapping[str, Comparison]
    """By address."""
    others: Mapping[str, Resource]
    """By address: the declared resources that are not compared."""
    applied: Mapping[str, Mapping[str, Any]] | None
    tainted: Iterable[str]
    bound: Callable[[Value], Value]
    instances: Mapping[str, Sequence[str]]
    """By address without the key of the instance: the addresses with it."""

    def pulled(self, references: Iterable[str]) -> tuple[Truth, str]:
        """Whether one of these changes, and which one; of those where that is unknown, the first.

        What is only created is no change to Terraform.
        """
        told = [(self._changes(reference), reference) for reference in references]
        for wanted in (Truth.TRUE, Truth.UNKNOWN):
            for truth, reference in told:
                if truth is wanted:
                    return truth, reference
        return Truth.FALSE, ""

    def _changes(self, reference: str) -> Truth:
        """Whether one instance that a reference names changes, or an attribute of it."""
        found = _RESOURCE.match(reference)
        told = []
        for address in self.instances.get(found[0], ()) if found else ():
            if address == reference or address.startswith(f"{reference}["):
                told.append(self._whole(address))
            elif reference.startswith((f"{address}.", f"{address}[")):
                told.append(self._part(address, reference.removeprefix(address)))
        return any_of(told)

    def _whole(self, address: str) -> Truth:
        if address in self.others:
            return any_of(self._data(address).values())
        plan = self.comparisons[address].plan
        return Truth.UNKNOWN if plan is Plan.UNDETERMINED else Truth.of(plan in _CHANGING)

    def _part(self, address: str, path: str) -> Truth:
        """Whether one attribute changes; what AWS decides anew with each replacement does."""
        names = steps(path)
        if address in self.others:
            data = self._data(address)
            replaced, updated = data["triggers_replace"], data["input"]
            return {"id": replaced, "output": any_of((replaced, updated))}.get(names[0], data.get(names[0], replaced))
        comparison = self.comparisons[address]
        if comparison.plan is Plan.UNDETERMINED:
            return Truth.UNKNOWN
        if comparison.plan not in _CHANGING:
            return Truth.FALSE
        declared = comparison.declared
        if comparison.plan is Plan.REPLACE and declared is not None and names[0] not in declared.values:
            return Truth.TRUE
        if len(names) == 1:
            return Truth.of(names[0] in comparison.changed)
        planned = (steps(drift.path) for drift in comparison.drifts if drift.plan in _CHANGING and drift.path)
        return Truth.of(any(names[: len(each)] == each[: len(names)] for each in planned))

    def _data(self, address: str) -> Mapping[str, Truth]:
        """Whether plan updates (`input`) or replaces (`triggers_replace`) data of Terraform's own.

        Without a state, what it has last applied is taken for what the code says.
        """
        nothing = dict.fromkeys(_DATA, Truth.FALSE)
        resource = self.others[address]
        if resource.kind != DATA:
            return dict.fromkeys(_DATA, Truth.UNKNOWN)
        if self.applied is None or address not in self.applied:
            return nothing
        told, unbound = self.applied[address], resource.facts.get("unbound")
        written = unbound if isinstance(unbound, Mapping) else resource.values
        differs = {
            name: any_of((self._waits(written.get(name)), self._differs(resource.values.get(name), told.get(name))))
            for name in _DATA
        }
        return {**differs, "triggers_replace": Truth.TRUE} if address in self.tainted else differs

    def _differs(self, value: Value, before: Any) -> Truth:  # noqa: ANN401 - decoded JSON
        return ~equal(self.bound(value), _frozen(before))

    def _waits(self, value: Value) -> Truth:
        """Whether a value is known after apply only, because what it refers to is made anew."""
        references = (reference for unknown in unknowns(value) for reference in unknown.references)
        named = {reference.rpartition(".")[0] for reference in references} & self.comparisons.keys()
        return Truth.of(any(self.comparisons[address].plan in (Plan.CREATE, Plan.REPLACE) for address in named))


_DATA: Final = ("input", "triggers_replace")


def _frozen(value: Any) -> Value:  # noqa: ANN401 - decoded JSON
    """Decoded JSON as declared values are."""
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {name: _frozen(each) for name, each in value.items()}
    found: Value = value
    return found
