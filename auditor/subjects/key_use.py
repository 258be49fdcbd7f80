"""Analysis of key policies and grants: what lets somebody use a key otherwise than through DynamoDB.

Use is what shows or hides data: decrypting, encrypting, making data keys. Statements for whole accounts leave the
decision to IAM, what is for services leaves it to AWS; both are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value
from auditor.policy.globs import matches
from auditor.subjects.definition import decided
from auditor.subjects.policy_statements import LONGEST

USES: Final = (
    "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)  # fmt: skip
_ACCOUNT: Final = re.compile(r"[0-9]{12}|arn:aws[a-z-]*:iam::[0-9]{12}:root")
_DYNAMODB: Final = re.compile(r"dynamodb\.[a-z0-9*-]+\.amazonaws\.com(\.cn)?")
_VIA: Final = "kms:viaservice"
_ONLY: Final = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})
_NEGATIVE: Final = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike"})
_UNLESS: Final = _NEGATIVE | {f"{operator}ifexists" for operator in _NEGATIVE}
"""A negative operator holds where the key is absent, whether it says so or not."""
_GRANTED: Final = frozenset(use.removeprefix("kms:") for use in USES)
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_UNREADABLE: Final = Unknown(Reason.NOT_SUPPORTED, "the policy document can't be read as one")

_NAMELESS: Final = Unknown(Reason.FAILED, "a grant without its grantee", api="kms:ListGrants")

Statement = Mapping[str, Any]


def direct_use(document: Value) -> Value:
    """Labels of the statements of a key policy, as JSON text, that allow use without going through DynamoDB.

    A condition counts where it holds for calls through DynamoDB alone: `kms:ViaService` by an operator that demands the
    key; a denial counts for all where it spares nothing but such calls.
    """
    if document is None or document is NOT_APPLICABLE or isinstance(document, Unknown):
        return document
    return _direct_use(str(document))


def direct_grants(grants: Value) -> Value:
    """Who may use a key by a grant, services left out, each with the grant; what keeps them unknown where that is.

    No constraint of a grant names a service between: whoever knows the encryption context may use the key directly.
    """
    if not isinstance(grants, tuple):
        return grants
    used = [grant for grant in grants if isinstance(grant, Mapping) and _shows_data(grant["operations"])]
    return decided(
        _NAMELESS if grant["grantee"] is None else f"{grant['grantee']} by grant {grant['id']}"
        for grant in used
        if not _SERVICE.fullmatch(str(grant["grantee"]))
    )


def _shows_data(operations: Value) -> bool:
    return isinstance(operations, tuple) and not _GRANTED.isdisjoint(operations)


@lru_cache(maxsize=1024)
def _direct_use(text: str) -> Value:
    if len(text) > LONGEST:
        return _UNREADABLE
    try:
        statements = _several(json.loads(text)["Statement"])
        denied = {use for statement in statements for use in _denied(statement)}
        return tuple(
            str(statement.get("Sid") or f"statement {number}")
            for number, statement in enumerate(statements, 1)
            if statement["Effect"] == "Allow"
            and not denied.issuperset(_uses(statement))
            and _somebody(statement)
            and not _through_dynamodb(statement, _ONLY)
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _UNREADABLE


def _denied(statement: Statement) -> Iterable[str]:
    """The uses that a denial leaves to calls through DynamoDB alone, whoever makes them."""
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    if statement["Effect"] != "Deny" or not everybody or len(_conditions(statement)) != 1:
        return ()
    return _uses(statement) if _through_dynamodb(statement, _UNLESS) else ()


def _uses(statement: Statement) -> frozenset[str]:
    """The uses that a statement is about; `?` is not looked through: it makes an allowance wider, a denial narrower."""
    actions = [str(action).lower() for action in _several(statement.get("Action", statement.get("NotAction", [])))]
    wider = ("Action" in statement) is (statement["Effect"] == "Allow")
    named = [action.replace("?", "*") for action in actions if wider or "?" not in action]
    about = {use for use in USES if any(matches(pattern, use.lower()) for pattern in named)}
    return frozenset(about if "Action" in statement else set(USES) - about)


def _somebody(statement: Statement) -> bool:
    """Whether a statement allows more than whole accounts and services."""
    if "NotPrincipal" in statement:
        return True
    principal = statement["Principal"]
    if isinstance(principal, str):
        return not _ACCOUNT.fullmatch(principal)
    return any(
        type_ != "Service" and not _ACCOUNT.fullmatch(str(name))
        for type_, names in principal.items()
        for name in _several(names)
    )


def _through_dynamodb(statement: Statement, operators: frozenset[str]) -> bool:
    """Whether a condition of one of these operators names nothing but endpoints of DynamoDB as the service between."""
    return any(
        operator in operators and key == _VIA and values and all(map(_DYNAMODB.fullmatch, values))
        for operator, key, values in _conditions(statement)
    )


def _conditions(statement: Statement) -> list[tuple[str, str, list[str]]]:
    return list(_each(statement.get("Condition") or {}))


def _each(conditions: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in conditions.items():
        for key, values in keys.items():
            yield operator.lower(), key.lower(), [str(value) for value in _several(values)]


def _several(value: Any) -> list[Any]:  # noqa: ANN401 - decoded JSON
    return value if isinstance(value, list) else [value]
