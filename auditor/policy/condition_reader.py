"""YAML nodes to condition trees, typed against the fact catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from auditor.model.catalogue import FactSpec, FactType
from auditor.model.rule import (
    All,
    Any,
    Condition,
    Each,
    IfThen,
    Literal,
    Not,
    Operand,
    OtherFact,
    Parameter,
    Some,
    Term,
)
from auditor.model.values import Value
from auditor.policy.document import Node, did_you_mean
from auditor.policy.operators import OPERATORS, Operator, Right, fits_right, pattern_fault

OTHER_FACT: Final = "_fact"
"""Ending of an operator whose right side is a fact."""

COMBINATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "all": ("all",),
    "any": ("any",),
    "not": ("not",),
    "if": ("if", "then"),
    "each": ("each", "assert"),
    "some": ("some", "where"),
}
"""First key of a condition that is not a leaf -> all its keys."""

KEYWORDS: Final = tuple(
    word
    for operator in OPERATORS.values()
    for word in (operator.name, operator.name + OTHER_FACT)
    if word == operator.name or operator.other_fact
)
"""All operators as they are written."""


class Use(Struct, frozen=True):
    """A place where a parameter is the right side of an operator."""

    operator: Operator
    spec: FactSpec
    node: Node


class ConditionReader(Struct):
    """Reads conditions of one rule; afterwards `uses` tells where its parameters stand."""

    facts: Mapping[str, FactSpec]
    """The catalogue of the rule's subject type."""
    params: Mapping[str, Node]
    uses: dict[str, list[Use]] = field(default_factory=dict)

    def read(self, node: Node) -> Condition:
        """The condition that a node says."""
        return self._condition(node, self.facts)

    def _condition(self, node: Node, facts: Mapping[str, FactSpec]) -> Condition:
        keys = node.entries()
        if "fact" in keys:
            return self._term(node, keys, facts)
        combination = next((name for name in COMBINATIONS if name in keys), None)
        if combination is None:
            unknown = next(iter(keys), "")
            node.fail("a condition says fact, all, any, not, if, each or some", did_you_mean(unknown, COMBINATIONS))
        parts = node.fields(COMBINATIONS[combination], COMBINATIONS[combination])
        match combination:
            case "all":
                return All(self._several(parts["all"], facts))
            case "any":
                return Any(self._several(parts["any"], facts))
            case "not":
                return Not(self._condition(parts["not"], facts))
            case "if":
                return IfThen(self._condition(parts["if"], facts), self._condition(parts["then"], facts))
            case "each":
                return Each(*self._records(parts["each"], parts["assert"], facts))
            case _:
                return Some(*self._records(parts["some"], parts["where"], facts))

    def _several(self, node: Node, facts: Mapping[str, FactSpec]) -> tuple[Condition, ...]:
        several = tuple(self._condition(item, facts) for item in node.items())
        if not several:
            node.fail("an empty list of conditions would hold for everything")
        return several

    def _records(self, fact: Node, inner: Node, facts: Mapping[str, FactSpec]) -> tuple[str, Condition]:
        spec = self._fact(fact, facts)
        if spec.type is not FactType.RECORDS:
            fact.fail(f"{spec.path} is {spec.type}; each and some go over records")
        return spec.path, self._condition(inner, {child.path: child for child in spec.children})

    def _fact(self, node: Node, facts: Mapping[str, FactSpec]) -> FactSpec:
        path = node.text("a fact's path")
        if path not in facts:
            node.fail(f"unknown fact {path!r}", did_you_mean(path, facts))
        return facts[path]

    def _term(self, node: Node, entries: Mapping[str, Node], facts: Mapping[str, FactSpec]) -> Term:
        spec = self._fact(entries["fact"], facts)
        words = [word for word in entries if word != "fact"]
        if len(words) != 1:
            node.fail(f"a fact takes one operator, not {len(words)}", "join several with all: [...]" if words else "")
        word = words[0]
        right = entries[word]
        key = right.key
        if word not in KEYWORDS:
            key.fail(f"unknown operator {word!r}", did_you_mean(word, KEYWORDS) or f"known: {', '.join(OPERATORS)}")
        operator = OPERATORS[word.removesuffix(OTHER_FACT)]
        if spec.type not in operator.types:
            needs = ", ".join(sorted(operator.types))
            key.fail(f"operator {operator.name!r} does not apply to {spec.path} ({spec.type}); it takes {needs}")
        if word.endswith(OTHER_FACT):
            return Term(spec.path, spec.type, operator.name, self._other(key, right, operator, spec, facts))
        return Term(spec.path, spec.type, operator.name, self._operand(right, operator, spec))

    def _other(
        self, key: Node, node: Node, operator: Operator, left: FactSpec, facts: Mapping[str, FactSpec]
    ) -> OtherFact:
        spec = self._fact(node, facts)
        needed = operator.other_type(left.type)
        if needed is None:
            key.fail(f"{operator.name}{OTHER_FACT} does not apply to {left.path} ({left.type})")
        if spec.type is not needed:
            node.fail(f"{spec.path} is {spec.type}; {operator.name}{OTHER_FACT} needs {needed} here")
        return OtherFact(spec.path, spec.type)

    def _operand(self, node: Node, operator: Operator, spec: FactSpec) -> Operand:
        if node.is_mapping and (entries := node.entries()).keys() == {"param"}:
            return self._parameter(entries["param"], operator, spec)
        value = node.value()
        fault = operand_fault(value, operator, spec)
        if fault:
            node.fail(*fault)
        return Literal(value)

    def _parameter(self, node: Node, operator: Operator, spec: FactSpec) -> Parameter:
        name = node.text("a parameter's name")
        if name not in self.params:
            node.fail(f"parameter {name!r} is not defined in params", did_you_mean(name, self.params))
        self.uses.setdefault(name, []).append(Use(operator, spec, node))
        return Parameter(name)


def operand_fault(value: Value, operator: Operator, spec: FactSpec) -> tuple[str, str] | None:
    """What is wrong with a right side, and a hint; None where it suits the operator and the fact."""
    if not fits_right(value, operator.right, spec.type):
        if operator.right is Right.PATTERN and isinstance(value, str):
            return pattern_fault(value), ""
        needs = operator.right.value.replace("the fact's type", f"type {spec.type}")
        return f"{operator.name} of {spec.path} ({spec.type}) needs {needs}", ""
    if spec.values and operator.right in (Right.SAME, Right.ONE_OF) and spec.type is FactType.STRING:
        for item in value if isinstance(value, tuple) else (value,):
            if item is not None and item not in spec.values:
                return f"{spec.path} is never {item!r}", did_you_mean(str(item), spec.values)
    return None
