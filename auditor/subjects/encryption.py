"""Analysis of encryption: whose key encrypts a table, on both sides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from auditor.model.answers import Request
from auditor.model.facts import Resource
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value
from auditor.subjects.definition import at_path
from auditor.subjects.sides import Sides

AWS_OWNED: Final = "AWS_OWNED"
AWS_MANAGED: Final = "AWS_MANAGED"
CUSTOMER: Final = "CUSTOMER"
MODES: Final = (AWS_OWNED, AWS_MANAGED, CUSTOMER)
"""A key of AWS that no account sees, the account's `aws/dynamodb` key that AWS manages, a key of the customer's."""

_OWN_KEY: Final = re.compile(r"(?:^|\.)aws_kms_(?:key|replica_key|external_key|alias)\.")
_DATA: Final = re.compile(r"(?:^|\.)data\.")
_DEFAULT_ALIAS: Final = "alias/aws/dynamodb"
_BY_ARN: Final = Unknown(Reason.NOT_EVALUABLE, "the code names a key by its ARN, which does not tell who manages it")


def declared_mode(declared: Resource) -> Value:
    """Whose key the code asks for; unknown where it names a key and does not tell whose that is."""
    enabled = at_path(declared.values, ("server_side_encryption", "enabled"))
    if isinstance(enabled, Unknown):
        return enabled
    if not enabled or enabled is NOT_APPLICABLE:
        return AWS_OWNED
    key = at_path(declared.values, ("server_side_encryption", "kms_key_arn"))
    if key is None or key == "":
        return AWS_MANAGED
    if isinstance(key, Unknown):
        return _referenced(key)
    if _DEFAULT_ALIAS in str(key):
        return AWS_MANAGED
    return _BY_ARN


def _referenced(key: Unknown) -> Value:
    """A reference to a key that the same code creates can only be to a customer's key."""
    return CUSTOMER if only_own_keys(key) else key


def only_own_keys(key: Unknown) -> bool:
    """Whether an unknown ARN is made of nothing but references to keys that the same code creates."""
    return bool(key.references) and all(_OWN_KEY.search(name) and not _DATA.search(name) for name in key.references)


def declared_mode_seen(sides: Sides) -> Value:
    """Whose key the code asks for; a key named by its ARN is looked up among the keys that were read."""
    declared = sides.declared
    if not isinstance(declared, Resource):
        return declared
    mode = declared_mode(declared)
    arn = at_path(declared.values, ("server_side_encryption", "kms_key_arn"))
    if isinstance(mode, Unknown) and isinstance(arn, str):
        manager = _manager(arn, sides)
        return _MODE_BY_MANAGER.get(manager, mode) if isinstance(manager, str) else mode
    return mode


_MODE_BY_MANAGER: Final[Mapping[str, str]] = {"AWS": AWS_MANAGED, "CUSTOMER": CUSTOMER}


def _manager(arn: str, sides: Sides) -> Value:
    key = sides.index.keys.get(arn)
    return key.facts.get("key_manager") if key is not None else None


def key_of(live: Resource, sides: Sides) -> Resource | Value:
    """The live key that encrypts a live table; not applicable where AWS owns it."""
    arn = live.facts.get("key_arn")
    if not isinstance(arn, str):
        return NOT_APPLICABLE if arn is None else arn
    found = sides.index.keys.get(arn)
    if found is not None:
        return found
    return sides.material.answers.unknown(Request.of("kms:DescribeKey", KeyId=arn))
