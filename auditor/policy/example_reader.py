"""The embedded tests of a rule file: suppositions about facts or drifts, and the expected status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from auditor.model.catalogue import FactSpec, FactType
from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.results import Status
from auditor.model.rule import DriftSelector, Example, ExampleDrift
from auditor.model.values import NOT_APPLICABLE, NotApplicable, Reason, Unknown, Value, unknowns
from auditor.policy.document import Node, did_you_mean, member
from auditor.policy.operators import fits

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "What is supposed.",
        "tier": "Default: the rule's first tier.",
        "expect": "The status.",
        "facts": "Values by path, or mappings that are put together to paths; what is not given is unknown.",
        "drifts": "Drifts of the subject.",
        "existence": "On which sides the subject exists. Default: both.",
        "kind": "Terraform type of the subject's resource. Default: the selector's first.",
        "params": "Parameters as audit.toml would set them.",
        "message": "A part of the first finding's message.",
    }
)
DRIFT_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "path": "Keyed path.",
        "reality": "Default: different.",
        "plan": "Default: update where reality is different, undetermined where it is, else no-op.",
        "risk": "Default: none.",
        "declared": "Value on the declared side. Default: absent.",
        "live": "Value on the live side. Default: absent.",
    }
)
UNKNOWN_FIELDS: Final = ("unknown", "api", "code", "action", "detail")
_PLANS: Final = {Reality.DIFFERENT: Plan.UPDATE, Reality.UNDETERMINED: Plan.UNDETERMINED}
_STATUSES: Final = tuple(status for status in Status if status is not Status.ERROR)

NOT_GIVEN: Final = Unknown(Reason.NOT_READ, "not given in the test")


class ExampleReader(Struct, frozen=True):
    """Reads the tests of one rule."""

    facts: Mapping[str, FactSpec]
    params: Mapping[str, Mapping[str, Value]]
    tiers: tuple[str, ...]
    drift: DriftSelector | None

    def read(self, node: Node) -> tuple[Example, ...]:
        """All tests, with names of their own."""
        examples: dict[str, Example] = {}
        for item in node.items():
            example = self._example(item)
            if example.name in examples:
                item.fail(f"two tests are called {example.name!r}")
            examples[example.name] = example
        return tuple(examples.values())

    def _example(self, node: Node) -> Example:
        parts = node.fields(FIELDS, ("name", "expect"))
        for name in ("drifts", "existence", "kind"):
            if name in parts and not self.drift:
                parts[name].fail(f"{name} belongs to tests of rules that select drifts")
        kinds = self.drift.kinds if self.drift else ()
        kind = parts["kind"].text("kind") if "kind" in parts else next(iter(kinds), "")
        example = Example(
            name=parts["name"].text("name", longest=120),
            tier=parts["tier"].choice(self.tiers, "tier") if "tier" in parts else "",
            expect=Status(parts["expect"].choice(_STATUSES, "status")),
            facts=MappingProxyType(self._facts(parts["facts"], "") if "facts" in parts else {}),
            drifts=tuple(map(self._drift, parts["drifts"].items())) if "drifts" in parts else (),
            existence=member(parts, "existence", Existence.BOTH),
            kind=kind,
            params=MappingProxyType(self._params(parts["params"])) if "params" in parts else MappingProxyType({}),
            message=parts["message"].text("message") if "message" in parts else "",
            place=node.place,
        )
        if example.expect is Status.UNKNOWN and not _supposes_unknown(example):
            node.fail("a test that expects unknown supposes something unknown", "facts: {PATH: {unknown: denied}}")
        return example

    def _params(self, node: Node) -> dict[str, Value]:
        return {name: one.value() for name, one in node.fields(self.params).items()}

    def _facts(self, node: Node, prefix: str) -> dict[str, Value]:
        """Facts by path; a mapping above paths of the catalogue is put together with what is in it."""
        found: dict[str, Value] = {}
        for name, value in node.entries().items():
            path = prefix + name
            if path in self.facts:
                found[path] = fact_value(value, self.facts[path])
                continue
            below = _below(tuple(self.facts)).get(path, ())
            if not below:
                value.key.fail(f"unknown fact {path!r}", did_you_mean(path, self.facts))
            elif (whole := special(value)) is not None:
                found.update(dict.fromkeys(below, whole))
            else:
                found.update(self._facts(value, path + "."))
        return found

    def _drift(self, node: Node) -> ExampleDrift:
        parts = node.fields(DRIFT_FIELDS, ("path",))
        reality = (
            Reality(parts["reality"].choice(tuple(Reality), "reality")) if "reality" in parts else Reality.DIFFERENT
        )
        plan = member(parts, "plan", _PLANS.get(reality, Plan.NO_OP))
        declared, live = (_side(parts[side]) if side in parts else None for side in ("declared", "live"))
        if reality is Reality.UNDETERMINED and not unknowns((declared, live)):
            node.fail("an undetermined drift has a side that is unknown", "live: {unknown: denied}")
        return ExampleDrift(
            path=parts["path"].text("path"),
            plan=plan,
            reality=reality,
            risk=Risk(parts["risk"].choice(tuple(Risk), "risk")) if "risk" in parts else None,
            declared=declared,
            live=live,
        )


@cache
def _below(paths: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The paths that lie below each beginning of a path; catalogues are few, and their examples many."""
    found: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split(".")
        for length in range(1, len(parts)):
            found.setdefault(".".join(parts[:length]), []).append(path)
    return {above: tuple(below) for above, below in found.items()}


def _side(node: Node) -> Value:
    whole = special(node)
    return node.value() if whole is None else whole


def _supposes_unknown(example: Example) -> bool:
    supposed = [*example.facts.values(), *(side for drift in example.drifts for side in (drift.declared, drift.live))]
    unset = any(value is None for value in example.params.values())
    return unset or example.existence is Existence.UNDETERMINED or bool(unknowns(tuple(supposed)))


def special(node: Node) -> Value:
    """What `{unknown: REASON, api: ...}` and `{not_applicable: true}` stand for; None for other values."""
    if not node.is_mapping:
        return None
    entries = node.entries()
    if "not_applicable" in entries:
        node.fields(("not_applicable",))["not_applicable"].boolean()
        return NOT_APPLICABLE
    if "unknown" not in entries:
        return None
    parts = node.fields(UNKNOWN_FIELDS)
    api, code, action, detail = (parts[name].text(name) if name in parts else "" for name in UNKNOWN_FIELDS[1:])
    return Unknown(member(parts, "unknown", Reason.FAILED), detail, api=api, code=code, action=action)


def fact_value(node: Node, spec: FactSpec) -> Value:
    """A supposed value of a fact; children of a record that are not given are unknown."""
    whole = special(node)
    if whole is not None:
        return whole
    if spec.type is FactType.RECORDS and node.is_sequence:
        return tuple(_record(item, spec) for item in node.items())
    if spec.type is FactType.MAP and node.is_mapping:
        return MappingProxyType({key: _side(value) for key, value in node.entries().items()})
    if spec.type is FactType.STRINGS and node.is_sequence:
        return tuple(_text(item, spec) for item in node.items())
    value = node.value()
    if value is not None and not fits(value, spec.type):
        node.fail(f"{spec.path} is {spec.type}, not {node.described}")
    if spec.values and isinstance(value, str) and value not in spec.values:
        node.fail(f"{spec.path} is never {value!r}", did_you_mean(value, spec.values))
    return value


def _text(node: Node, spec: FactSpec) -> Value:
    value = _side(node)
    if not isinstance(value, str | Unknown | NotApplicable):
        node.fail(f"{spec.path} holds strings, not {node.described}")
    return value


def _record(node: Node, spec: FactSpec) -> Value:
    whole = special(node)
    if whole is not None:
        return whole
    known = {child.path: child for child in spec.children}
    given = node.fields(known)
    return MappingProxyType(
        {path: fact_value(given[path], child) if path in given else NOT_GIVEN for path, child in known.items()}
    )
