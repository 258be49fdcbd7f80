"""The JSON Schema of rule files, for editors, made from the tables that the loader reads by.

It knows shapes and words; whether a fact exists and a literal fits it, only the loader and its catalogue know.
`rules/schema/rule.v1.json` is this, printed: `python -m auditor.policy.schema > rules/schema/rule.v1.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from auditor.model.drift import Existence, Plan, Reality, Risk
from auditor.model.results import Severity, Status
from auditor.model.rule import TIERS, Profile
from auditor.model.values import Reason
from auditor.policy import example_reader, rule_reader
from auditor.policy.condition_reader import OTHER_FACT
from auditor.policy.messages import GENERAL, OF_DRIFT
from auditor.policy.operators import OPERATORS, Operator, Right

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT, "uniqueItems": True}
_SOME_TEXTS: Final[Schema] = {**_TEXTS, "minItems": 1}
_PARAM: Final[Schema] = {"$ref": "#/$defs/param"}
_CONDITION: Final[Schema] = {"$ref": "#/$defs/condition"}
_RIGHT: Final[Mapping[Right, Schema]] = {
    Right.SAME: {},
    Right.ONE_OF: {"type": "array"},
    Right.RANGE: {"type": "array", "minItems": 2, "maxItems": 2},
    Right.FLAG: {"type": "boolean"},
    Right.TEXT: {"type": "string"},
    Right.TEXTS: {"type": "array", "items": {"type": "string"}},
    Right.PATTERN: {"type": "string"},
}


def rule_schema() -> Schema:
    """The schema of one rule file."""
    properties = {
        "schema": {"const": rule_reader.SCHEMA},
        "id": {"type": "string", "pattern": f"^{rule_reader.RULE_ID.pattern}$"},
        "title": {**_TEXT, "maxLength": 120},
        "subject": _TEXT,
        "severity": {"anyOf": [_enum(Severity), _by_tier(_enum(Severity))]},
        "tiers": {"type": "array", "items": _enum(TIERS), "minItems": 1, "uniqueItems": True},
        "profile": _enum(Profile),
        "counts": {"type": "boolean"},
        "params": {"type": "object", "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"}},
        "when": _CONDITION,
        "assert": _CONDITION,
        "drift": _selector(),
        "message": {**_TEXT, "maxLength": 400},
        "attribute": {**_TEXT, "maxLength": 200},
        "why": _TEXT,
        "tested": _TEXT,
        "remediation": _object(dict.fromkeys(rule_reader.REMEDIATION, _TEXT), rule_reader.REMEDIATION),
        "references": {"type": "array", "items": {"type": "string", "pattern": "^https://"}, "minItems": 1},
        "frameworks": _object(
            {
                name: {**_object(dict.fromkeys(rule_reader.BASES, _TEXTS)), "minProperties": 1}
                for name in rule_reader.FRAMEWORKS
            }
        ),
        "history": _TEXTS,
        "tests": {"type": "array", "items": _example(), "minItems": 3},
    }
    placeholders = ", ".join(f"{{{name}}}" for name in (*GENERAL, *OF_DRIFT))
    described = {name: {"description": rule_reader.FIELDS[name], **properties[name]} for name in rule_reader.FIELDS}
    described["message"]["description"] += f" Besides facts and parameters: {placeholders}."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "rule.v1.json",
        "title": "A rule of the DynamoDB auditor",
        **_object(described, rule_reader.REQUIRED),
        "oneOf": [{"required": ["assert"]}, {"required": ["drift"], "not": {"required": ["when"]}}],
        "$defs": {"condition": _condition(), "param": _object({"param": _TEXT}, ("param",)), "value": _value()},
    }


def _enum(words: Iterable[str]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _object(properties: Schema, required: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _by_tier(of: Schema) -> Schema:
    return {**_object(dict.fromkeys(("default", *TIERS), of)), "minProperties": 1}


def _described(fields: Mapping[str, str], schemas: Schema, required: Iterable[str]) -> Schema:
    return _object({name: {"description": text, **schemas[name]} for name, text in fields.items()}, required)


def _selector() -> Schema:
    lists = {
        name: {"type": "array", "items": _enum(words), "minItems": 1, "uniqueItems": True} if words else _SOME_TEXTS
        for name, words in rule_reader.SELECTOR.items()
    }
    return {**_object({**lists, "unselected": {"type": "boolean"}}), "minProperties": 1}


def _condition() -> Schema:
    some = {"type": "array", "items": _CONDITION, "minItems": 1}
    combinations = [
        _object({"all": some}, ("all",)),
        _object({"any": some}, ("any",)),
        _object({"not": _CONDITION}, ("not",)),
        _object({"if": _CONDITION, "then": _CONDITION}, ("if", "then")),
        _object({"each": _TEXT, "assert": _CONDITION}, ("each", "assert")),
        _object({"some": _TEXT, "where": _CONDITION}, ("some", "where")),
    ]
    operators = {name: schema for operator in OPERATORS.values() for name, schema in _operator(operator).items()}
    leaf = {**_object({"fact": _TEXT, **operators}, ("fact",)), "minProperties": 2, "maxProperties": 2}
    return {"oneOf": [leaf, *combinations]}


def _operator(operator: Operator) -> Schema:
    right = _RIGHT[operator.right]
    own = {operator.name: {"description": f"{operator.doc}; takes {operator.right}", "anyOf": [right, _PARAM]}}
    if not operator.other_fact:
        return own
    return {**own, operator.name + OTHER_FACT: {"description": f"{operator.doc}, of another fact", **_TEXT}}


def _example() -> Schema:
    drift = _described(
        example_reader.DRIFT_FIELDS,
        {
            "path": _TEXT,
            "reality": _enum(Reality),
            "plan": _enum(Plan),
            "risk": _enum(Risk),
            "declared": {"$ref": "#/$defs/value"},
            "live": {"$ref": "#/$defs/value"},
        },
        ("path",),
    )
    return _described(
        example_reader.FIELDS,
        {
            "name": {**_TEXT, "maxLength": 120},
            "tier": _enum(TIERS),
            "expect": _enum(status for status in Status if status is not Status.ERROR),
            "facts": {"type": "object"},
            "drifts": {"type": "array", "items": drift},
            "existence": _enum(Existence),
            "kind": _TEXT,
            "params": {"type": "object"},
            "message": _TEXT,
        },
        ("name", "expect"),
    )


def _value() -> Schema:
    """Any value; an object with `unknown` stands for evidence that could not be collected."""
    unknown = _object({**dict.fromkeys(example_reader.UNKNOWN_FIELDS, _TEXT), "unknown": _enum(Reason)}, ("unknown",))
    not_applicable = _object({"not_applicable": {"type": "boolean"}}, ("not_applicable",))
    plain = {"not": {"anyOf": [{"required": ["unknown"]}, {"required": ["not_applicable"]}], "type": "object"}}
    return {"anyOf": [unknown, not_applicable, plain]}


def printed() -> str:
    """The schema as the file has it."""
    return json.dumps(rule_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(printed())
