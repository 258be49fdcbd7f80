"""Analysis of resource policies: statements that allow everybody, and principals of other accounts.

A condition only counts as restricting where it can not be met from anywhere by anybody: a positive operator on a key
that says who or whence the caller is, with a value that is not all of it. `kms:ViaService` alone, `...IfExists`,
`ForAllValues:` and negative operators only seem to restrict: they hold for callers to whom the key does not apply.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown, Value

LONGEST: Final = 256 * 1024
"""Characters; AWS takes no longer policy for tables (20 KB) or keys (32 KB)."""

RESTRICTING_KEYS: Final = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
        "aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourceorgid", "aws:sourceorgpaths",
        "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:vpcsourceip",
        "kms:calleraccount",
    }
)  # fmt: skip
"""Condition keys that say who calls or from where, in lower case."""

POSITIVE_OPERATORS: Final = frozenset(
    {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
)
_FORMS: Final = re.compile(r"(foranyvalue:|forallvalues:)?([a-z]+?)(ifexists)?")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_PRINCIPAL: Final = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::([0-9]{12}):.*", re.DOTALL)
_SMALLEST_PREFIX: Final = {4: 8, 6: 32}
"""Bits of a network's prefix below which an address range is as good as everywhere."""


@dataclass(frozen=True, slots=True)
class PolicyFindings:
    """What a policy document gives away."""

    statements: int
    public: tuple[str, ...]
    """Labels of statements that allow everybody: Sid, or `statement N`."""
    accounts: tuple[str, ...]
    """Accounts that are named as principals of allowing statements, sorted."""


def findings_of(document: Value) -> PolicyFindings | Value:
    """What a policy document, as JSON text, gives away; absent, unknown and not applicable stay what they are."""
    if document is None or document is NOT_APPLICABLE or isinstance(document, Unknown):
        return document
    return _analysed(str(document))


_UNREADABLE: Final = Unknown(Reason.NOT_SUPPORTED, "the policy document can't be read as one")


@lru_cache(maxsize=1024)
def _analysed(text: str) -> PolicyFindings | Unknown:
    if len(text) > LONGEST:
        return _UNREADABLE
    try:
        statements = _several(json.loads(text)["Statement"])
        named = [(_label(statement, number), statement) for number, statement in enumerate(statements, 1)]
        allowing = [(label, statement) for label, statement in named if statement["Effect"] != "Deny"]
        return PolicyFindings(
            statements=len(statements),
            public=tuple(label for label, statement in allowing if _public(statement)),
            accounts=tuple(sorted({account for _, statement in allowing for account in _accounts(statement)})),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _UNREADABLE


def _several(value: Any) -> list[Any]:  # noqa: ANN401 - decoded JSON
    return value if isinstance(value, list) else [value]


def _label(statement: Mapping[str, Any], number: int) -> str:
    sid = statement.get("Sid")
    return sid if isinstance(sid, str) and sid else f"statement {number}"


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    """Principals of AWS: ARNs, account numbers or `*`; services and identity providers are not among them."""
    principal = statement.get("Principal")
    if isinstance(principal, str):
        yield principal
    elif isinstance(principal, Mapping):
        yield from map(str, _several(principal.get("AWS", [])))


def _public(statement: Mapping[str, Any]) -> bool:
    everybody = "NotPrincipal" in statement or "*" in _principals(statement)
    return everybody and not _restricted(statement.get("Condition") or {})


def _accounts(statement: Mapping[str, Any]) -> Iterator[str]:
    for principal in _principals(statement):
        if _ACCOUNT.fullmatch(principal):
            yield principal
        elif found := _PRINCIPAL.fullmatch(principal):
            yield found[1]


def _restricted(conditions: Mapping[str, Any]) -> bool:
    """Whether one of the conditions, all of which must hold, keeps strangers out."""
    return any(
        _restricts(operator, key, [str(value) for value in _several(values)])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _restricts(operator: str, key: str, values: list[str]) -> bool:
    form = _FORMS.fullmatch(operator.lower())
    if form is None or form[1] == "forallvalues:" or form[3] or form[2] not in POSITIVE_OPERATORS:
        return False
    if key.lower() not in RESTRICTING_KEYS:
        return False
    return bool(values) and all(_narrow(key.lower(), form[2], value) for value in values)


def _narrow(key: str, operator: str, value: str) -> bool:
    """Whether one value leaves anybody outside."""
    if operator == "ipaddress":
        network = ipaddress.ip_network(value, strict=False)
        return network.prefixlen >= _SMALLEST_PREFIX[network.version]
    if operator in ("stringequals", "stringequalsignorecase"):
        return bool(value)
    if key in ("aws:principalarn", "aws:sourcearn"):
        account = 4
        parts = value.split(":", account + 1)
        return len(parts) > account and _ACCOUNT.fullmatch(parts[account]) is not None
    return re.fullmatch(r"[*?]*", value) is None
