"""A new rule's file: every field that is required, and three tests, so that it loads as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from auditor.model.errors import InvalidRule
from auditor.policy.document import did_you_mean
from auditor.policy.rule_reader import FAMILIES, RULE_ID, SCHEMA

_TEXT = """\
schema: {schema}
id: {id}
title: The requirement, as a statement that holds where the rule passes
subject: table
severity: {{default: medium, production: high}}
when: {{fact: live.exists, equals: true}}
assert: {{fact: live.status, equals: ACTIVE}}
message: "{{subject.name}}: its status is {{live.status}}"

why: >-
  What can happen where it does not hold.
tested: >-
  What exactly is looked at.
remediation:
  terraform: >-
    The argument to set.
  aws_cli: >-
    aws dynamodb describe-table --table-name {{subject.name}}
references:
- https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html

tests:
- {{name: not live, expect: not_applicable, facts: {{live.exists: false}}}}
- {{name: as required, expect: pass, facts: {{live.exists: true, live.status: ACTIVE}}}}
- {{name: otherwise, expect: fail, facts: {{live.exists: true, live.status: UPDATING}}}}
- name: not told
  expect: unknown
  facts: {{live.exists: true, live.status: {{unknown: denied, action: dynamodb:DescribeTable}}}}
- {{name: whether it is live is not told, expect: unknown, facts: {{live.exists: {{unknown: denied}}}}}}
"""


def skeleton(id_: str) -> str:
    """The text of a rule that loads and whose tests pass."""
    return _TEXT.format(schema=SCHEMA, id=id_)


def write_skeleton(id_: str, folder: Path, taken: Iterable[str]) -> Path:
    """Write a new rule's file to a folder of rules, and return it; InvalidRule where the id or the file won't do."""
    if not RULE_ID.fullmatch(id_):
        close = did_you_mean(id_.partition("-")[0], FAMILIES)
        hint = close or f"FAMILY-NNN, family one of {', '.join(FAMILIES)}"
        raise InvalidRule(f"{id_[:60]!r} is no rule id", hint=hint)
    if id_ in taken:
        raise InvalidRule(f"there is a rule {id_} already", hint="take the next free number of its family")
    file = folder / id_.partition("-")[0].lower() / f"{id_}-new.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(skeleton(id_))
    except OSError as caught:
        raise InvalidRule(f"can't write {file}: {caught.strerror}") from None
    return file
