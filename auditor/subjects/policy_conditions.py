"""Analysis of the conditions of policy statements: whom they let in, and whom those of a denial spare.

A condition only counts as restricting where strangers can't meet it: a positive operator on a key that says who calls
or from where, whose values are fixed. What only seems to restrict: `kms:ViaService` and encryption contexts, which
callers choose; `aws:PrincipalTag` and `aws:username`, which every account gives itself; `aws:VpcSourceIp`, which
repeats from network to network; `...IfExists` and `ForAllValues:`, which hold where the key is absent, unless another
condition demands it; negative operators; policy variables that the caller fills. (IAM user guide: condition operators,
global condition keys.)
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final

from msgspec import Struct

ACCOUNT_KEYS: Final = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount"})
ARN_KEYS: Final = frozenset({"aws:principalarn", "aws:sourcearn"})
ORGANISATION_KEYS: Final = frozenset(
    {"aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"}
)
PLACE_KEYS: Final = frozenset(
    {
        "aws:principalservicename", "aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:vpceaccount",
        "aws:vpceorgid", "aws:vpceorgpaths",
    }
)  # fmt: skip
"""Keys that keep strangers out and name no account: a network, an endpoint, one principal, one service."""
EXACT: Final = frozenset({"stringequals", "stringequalsignorecase"})
"""Operators for which `*` is a character like any other."""
POSITIVE: Final = EXACT | {"stringlike", "arnequals", "arnlike", "ipaddress"}
NEGATIVE: Final[Mapping[str, str]] = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}
"""Operator -> the one that holds where it does not, the key being there."""

_FORMS: Final = re.compile(r"(?:(foranyvalue|forallvalues):)?([a-z]+?)(ifexists)?")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_OWN: Final = "000000000000"
_OWN_ACCOUNT: Final = re.compile(r"\$\{aws:ResourceAccount\}", re.IGNORECASE)
_OWN_ORGANISATION: Final = "${aws:resourceorgid}"
_SMALLEST_PREFIX: Final = {4: 8, 6: 32}
"""Bits of a network's prefix below which an address range is as good as everywhere."""

Names = frozenset[str]
"""Accounts and organisations, as far as they are named."""
NOBODY: Final[Names] = frozenset()
_OWN_NAMES: Final[Names] = frozenset({_OWN})


class _Test(Struct, frozen=True):
    """One operator on one key."""

    operator: str
    key: str
    values: tuple[str, ...]
    every: bool
    """`ForAllValues:`"""
    some: bool
    """`ForAnyValue:`"""
    if_exists: bool

    @property
    def demands_the_key(self) -> bool:
        """Whether it can only hold where the key is there."""
        if self.operator == "null":
            return [value.lower() for value in self.values] == ["false"]
        return self.operator in POSITIVE and not self.every and not self.if_exists


def let_in(conditions: Mapping[str, Any]) -> Names | None:
    """Whom an allowing statement's conditions, all of which must hold, let in; None: everybody."""
    tests = tuple(_tests(conditions))
    present = {test.key for test in tests if test.demands_the_key}
    found = [(test.key, names) for test in tests if (names := _admitted(test, present)) is not None]
    if not found:
        return None
    by_account = [names for key, names in found if names and key not in ORGANISATION_KEYS]
    by_organisation = [names for key, names in found if key in ORGANISATION_KEYS]
    return reduce(frozenset.intersection, by_account or by_organisation or [NOBODY]) - _OWN_NAMES


def let_through(conditions: Mapping[str, Any]) -> Names | None:
    """Whom a denial spares: who fails one of its conditions at least; None: anybody may."""
    spared: Names = NOBODY
    for test in _tests(conditions):
        names = _spared(test)
        if names is None:
            return None
        spared |= names
    return spared - _OWN_NAMES


def _tests(conditions: Mapping[str, Any]) -> Iterator[_Test]:
    for operator, keys in conditions.items():
        form = _FORMS.fullmatch(operator.lower())
        quantifier, name, if_exists = form.groups() if form else ("", "", "")
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            yield _Test(
                operator=name,
                key=key.lower(),
                values=tuple(map(str, listed)),
                every=quantifier == "forallvalues",
                some=quantifier == "foranyvalue",
                if_exists=bool(if_exists),
            )


def _admitted(test: _Test, present: set[str]) -> Names | None:
    if test.operator not in POSITIVE or ((test.every or test.if_exists) and test.key not in present):
        return None
    return _named(test.key, test.operator, test.values)


def _spared(test: _Test) -> Names | None:
    """Who does not meet the condition of a denial; negative operators hold where the key is absent."""
    if test.operator == "bool" and test.key == "aws:principalisawsservice":
        return NOBODY if [value.lower() for value in test.values] == ["false"] else None
    if test.operator not in NEGATIVE or test.some:
        return None
    return _named(test.key, NEGATIVE[test.operator], test.values)


def _named(key: str, operator: str, values: Iterable[str]) -> Names | None:
    """The accounts and organisations behind the values of a key; None where one of them leaves nobody outside."""
    given = [_OWN_ACCOUNT.sub(_OWN, value) for value in values]
    if not given:
        return None
    if operator == "ipaddress":
        return NOBODY if key == "aws:sourceip" and _narrow(given) else None
    names = [_name(key, value, exact=operator in EXACT) for value in given]
    if None in names:
        return None
    return frozenset(name for name in names if name)


def _narrow(networks: Iterable[str]) -> bool:
    """Whether ranges of addresses, taken together, are no range as good as everywhere."""
    parsed = [ipaddress.ip_network(network, strict=False) for network in networks]
    old = [network for network in parsed if isinstance(network, ipaddress.IPv4Network)]
    new = [network for network in parsed if isinstance(network, ipaddress.IPv6Network)]
    return all(network.prefixlen >= _SMALLEST_PREFIX[4] for network in ipaddress.collapse_addresses(old)) and all(
        network.prefixlen >= _SMALLEST_PREFIX[6] for network in ipaddress.collapse_addresses(new)
    )


def _name(key: str, value: str, *, exact: bool) -> str | None:
    """The account or organisation behind one value, empty where it names none; None where it is not fixed."""
    if "${" in value and not (key in ORGANISATION_KEYS and value.lower() == _OWN_ORGANISATION):
        return None
    if key in ARN_KEYS:
        return _of_arn(value, exact=exact)
    if key in ("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"):
        value = value.partition("/")[0]
    elif key == "aws:userid":
        value = value.partition(":")[0]
    if key not in ACCOUNT_KEYS | ORGANISATION_KEYS | PLACE_KEYS or not value or not (exact or _fixed(value)):
        return None
    if key in ORGANISATION_KEYS or (key in ACCOUNT_KEYS | {"aws:userid"} and _ACCOUNT.fullmatch(value)):
        return value
    return ""


def _of_arn(value: str, *, exact: bool) -> str | None:
    """An ARN is fixed where its account is, whatever stands behind it."""
    account = 4
    parts = value.split(":", account + 1)
    if len(parts) > account and _ACCOUNT.fullmatch(parts[account]):
        return parts[account]
    return "" if value and (exact or _fixed(value)) else None


def _fixed(value: str) -> bool:
    return not re.search(r"[*?]", value)
