"""Conditions and drift selectors as sentences."""

from __future__ import annotations

from auditor.model.rule import (
    All,
    Any,
    Condition,
    DriftSelector,
    Each,
    IfThen,
    Literal,
    Not,
    Parameter,
    Term,
)
from auditor.policy.messages import words
from auditor.policy.operators import OPERATORS


def sentence(condition: Condition) -> str:
    """A condition on one line."""
    match condition:
        case Term():
            return f"{condition.fact} {expected(condition)}"
        case All(parts):
            return " and ".join(map(_part, parts))
        case Any(parts):
            return " or ".join(map(_part, parts))
        case Not(part):
            return f"not {_part(part)}"
        case IfThen(premise, consequence):
            return f"if {_part(premise)}, then {_part(consequence)}"
        case Each(fact, part):
            return f"in each of {fact}: {_part(part)}"
        case _:
            return f"in one of {condition.fact}: {_part(condition.condition)}"


def _part(condition: Condition) -> str:
    text = sentence(condition)
    return text if isinstance(condition, Term) else f"({text})"


def expected(term: Term) -> str:
    """What a leaf expects of its fact, parameters by name."""
    match term.operand:
        case Literal(value):
            right = words(value)
        case Parameter(name):
            right = f"parameter {name}"
        case other:
            right = other.path
    return OPERATORS[term.operator].words.format(right)


def selection(selector: DriftSelector) -> str:
    """What a selector reports, on one line."""
    kinds = f" of {', '.join(selector.kinds)}" if selector.kinds else ""
    if selector.unselected:
        return f"whatever differs{kinds} and no other rule reports, missing and unmanaged resources included"
    plan = f", where the plan is {' or '.join(selector.plan)}" if selector.plan else ""
    if selector.existence:
        return f"resources{kinds} that are {' or '.join(selector.existence)}{plan}"
    paths = " or ".join(map(_place, selector.paths)) or "any attribute"
    reality = " or ".join(selector.reality) or "different (undeclared counts where it carries a risk)"
    risk = f", with the risk {' or '.join(selector.risk)}" if selector.risk else ""
    return f"differences in {paths}{kinds} that are {reality}{plan}{risk}"


def _place(pattern: str) -> str:
    """A path pattern of a selector; one that ends with `$` speaks of the path itself, others of what lies in it too."""
    return f"{pattern.removesuffix('$')} itself" if pattern.endswith("$") else pattern
