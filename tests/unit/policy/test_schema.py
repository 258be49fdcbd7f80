import json

import jsonschema
import pytest
from sample_rules import ASSERT, DRIFT, HEAD, TESTS, rule_of

from auditor.model.errors import InvalidRule
from auditor.model.values import Reason
from auditor.policy.condition_reader import COMBINATIONS, KEYWORDS
from auditor.policy.document import parse
from auditor.policy.messages import GENERAL, OF_DRIFT
from auditor.policy.operators import OPERATORS
from auditor.policy.rule_reader import FIELDS, REQUIRED, SELECTOR
from auditor.policy.schema import printed, rule_schema

WHOLE = HEAD + ASSERT + TESTS
SCHEMA = rule_schema()


def plain(value):
    """A Value as JSON has it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if hasattr(value, "items") else value


def fits(text):
    document = plain(parse(text, "x.yaml", InvalidRule).value())
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def loads(text):
    try:
        rule_of(text)
    except InvalidRule:
        return False
    return True


def test_the_file_is_the_schema(root):
    assert (root / "rules" / "schema" / "rule.v1.json").read_text() == printed()


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json.loads(printed()))


MORE = [
    WHOLE,
    DRIFT,
    WHOLE + "tiers: [production]\nprofile: strict\ncounts: false\nattribute: ttl\nhistory: [x]\n",
    HEAD
    + "assert: {all: [{fact: live.name, in: [a]}, {not: {fact: live.name, equals_fact: declared.name}}]}\n"
    + TESTS,
    HEAD + "assert: {fact: live.pitr.days, between: {param: days}}\nparams: {days: [1, 2]}\n" + TESTS,
    HEAD + "assert: {some: live.alarms, where: {each: actions, assert: {fact: arn, exists: true}}}\n" + TESTS,
    HEAD + "assert: {if: {fact: live.name, empty: true}, then: {fact: live.name, matches: a*}}\n" + TESTS,
    DRIFT.replace("paths: [point_in_time_recovery]", "existence: [missing], plan: [create]"),
    WHOLE + "frameworks: {gdpr: {judgement: [Art.32]}}\n",
]


@pytest.mark.parametrize("text", MORE)
def test_what_loads_fits_the_schema(text):
    assert loads(text)
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("title:", "titel:"),
        WHOLE.replace("why: A table without it can't be restored.\n", ""),
        WHOLE.replace("severity: {default: high, development: medium}", "severity: {}"),
        WHOLE.replace("development: medium", "development: middle"),
        WHOLE.replace("equals: ENABLED", "eqals: ENABLED"),
        WHOLE.replace("equals: ENABLED", "equals: ENABLED, in: [x]"),
        WHOLE.replace("{fact: live.pitr.status, equals: ENABLED}", "{all: []}"),
        WHOLE.replace("{fact: live.pitr.status, equals: ENABLED}", "{fact: live.pitr.days, between: [1]}"),
        WHOLE.replace("{fact: live.pitr.status, equals: ENABLED}", "{fact: live.name, exists: 'true'}"),
        WHOLE.replace("expect: pass", "expect: PASS"),
        WHOLE.replace("- {name: on, expect: pass, facts: {live.pitr.status: ENABLED}}\n", ""),
        WHOLE + "tiers: []\n",
        WHOLE + "drift: {paths: [ttl]}\n",
        WHOLE + "frameworks: {nist: {sourced: [x]}}\n",
        WHOLE + "frameworks: {gdpr: {}}\n",
        HEAD + TESTS,
        DRIFT + "when: {fact: live.exists, equals: true}\n",
        DRIFT.replace("{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", "{}"),
        DRIFT.replace("paths: [point_in_time_recovery]", "reality: [differnt]"),
        DRIFT.replace("live: {unknown: denied}", "live: {unknown: forbidden}"),
        WHOLE.replace("https://", "http://"),
    ],
)
def test_what_does_not_fit_the_schema_does_not_load(text):
    assert not fits(text)
    assert not loads(text)


def test_every_word_of_conditions_is_in_it():
    leaf, *others = SCHEMA["$defs"]["condition"]["oneOf"]
    assert set(leaf["properties"]) == {"fact", *KEYWORDS}
    assert [tuple(other["properties"]) for other in others] == list(COMBINATIONS.values())


def test_the_page_for_authors_has_every_word(root):
    page = (root / "rules" / "schema" / "README.md").read_text()
    for operator in OPERATORS.values():
        types, other = ", ".join(sorted(operator.types)), "yes" if operator.other_fact else ""
        assert f"| `{operator.name}` | {operator.doc} | {types} | {operator.right} | {other} |" in page
    for name, text in FIELDS.items():
        assert f"| `{name}` | {text} | {'yes' if name in REQUIRED else ''} |" in page
    for name in (*GENERAL, *OF_DRIFT):
        assert f"{{{name}}}" in page
    for word in (*SELECTOR, *Reason, *COMBINATIONS):
        assert word in page
