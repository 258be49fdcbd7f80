"""Values an auditor may hold: known, absent, not applicable or unknown, and three-valued truth over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, NoReturn

from msgspec import Struct


class Reason(StrEnum):
    """Why a value is unknown."""

    NOT_EVALUABLE = "not_evaluable"
    """The code does not decide it: a data source, an unset variable, a function without a fixed result."""
    COMPUTED_BY_AWS = "computed_by_aws"
    """AWS decides it when the resource is created."""
    DENIED = "denied"
    """AWS refused the call that would have told."""
    FAILED = "failed"
    """The call that would have told failed, or its answer was not whole."""
    NOT_READ = "not_read"
    """The call that would have told was not made: left out by a setting, a deadline or an interrupt."""
    NOT_SUPPORTED = "not_supported"
    """This endpoint or this version of the auditor can't tell."""


class Unknown(Struct, frozen=True):
    """A value that could not be determined, with its cause from the first moment on."""

    reason: Reason
    detail: str = ""
    """One sentence for a reader: what is missing and why."""
    references: tuple[str, ...] = ()
    """Terraform references it depends on, as `aws_kms_key.this.arn`."""
    api: str = ""
    """The operation that would have told, as `dynamodb:DescribeContinuousBackups`."""
    code: str = ""
    """The error code AWS gave, as `AccessDeniedException`."""
    action: str = ""
    """The IAM action to grant, where the reason is `denied`."""
    text: str = ""
    """Of a text made of known parts and references: all of it, each reference between the marks of `REFERENCE`."""

    def __bool__(self) -> NoReturn:
        raise TypeError("an Unknown is neither true nor false")


REFERENCE: Final = ("\ue000", "\ue001")
"""What stands before and behind a reference in `Unknown.text`; characters that mean nothing anywhere."""


class NotApplicable(Enum):
    """The question does not arise: rotation of an AWS owned key, the window of a PITR that is off."""

    NOT_APPLICABLE = "not_applicable"


NOT_APPLICABLE: Final = NotApplicable.NOT_APPLICABLE

Value = None | bool | int | Decimal | str | tuple["Value", ...] | Mapping[str, "Value"] | Unknown | NotApplicable
"""Absent is `None` (Terraform's null); sets are sorted tuples; blocks are mappings."""


class Truth(Enum):
    """Kleene's three truth values; `bool()` of one raises, so that no `if` can swallow the third."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @staticmethod
    def of(decided: bool) -> Truth:
        """The certain truth value of a boolean."""
        return TRUE if decided else FALSE

    def __bool__(self) -> NoReturn:
        raise TypeError("compare a Truth with `is`; it has three values")

    def __and__(self, other: Truth) -> Truth:
        return all_of((self, other))

    def __or__(self, other: Truth) -> Truth:
        return any_of((self, other))

    def __invert__(self) -> Truth:
        if self is UNKNOWN:
            return self
        return FALSE if self is TRUE else TRUE


TRUE: Final = Truth.TRUE
FALSE: Final = Truth.FALSE
UNKNOWN: Final = Truth.UNKNOWN
"""The three by names of their own: a member of an enumeration is slow to look up."""


def all_of(truths: Iterable[Truth]) -> Truth:
    """Kleene conjunction: one false is false, whatever is unknown."""
    result = TRUE
    for truth in truths:
        if truth is FALSE:
            return truth
        if truth is UNKNOWN:
            result = truth
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Kleene disjunction: one true is true, whatever is unknown."""
    result = FALSE
    for truth in truths:
        if truth is TRUE:
            return truth
        if truth is UNKNOWN:
            result = truth
    return result


def equal(left: Value, right: Value) -> Truth:
    """Whether two values are the same; certain where one known cell differs, unknown where only unknown cells could.

    `true` is not `1`; numbers compare by value.
    """
    if type(left) is str and type(right) is str:  # most comparisons; the others take their time
        return Truth.of(left == right)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if left.keys() != right.keys():
            return FALSE
        return all_of(equal(left[key], right[key]) for key in left)
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            return FALSE
        return all_of(equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, bool) is not isinstance(right, bool):
        return FALSE
    return Truth.of(left == right)


_WITHOUT_PARTS: Final = frozenset({str, bool, int, type(None)})
"""Types of most values; whether one is a Mapping is slow to ask."""


def unknowns(value: Value) -> tuple[Unknown, ...]:
    """All Unknowns inside a value, in order."""
    if type(value) in _WITHOUT_PARTS:
        return ()
    if isinstance(value, Unknown):
        return (value,)
    if type(value) is dict or isinstance(value, Mapping):
        parts: Iterable[Value] = value.values()
    elif isinstance(value, tuple):
        parts = value
    else:
        return ()
    if _WITHOUT_PARTS.issuperset(map(type, parts)):
        return ()
    return tuple(found for item in parts for found in unknowns(item))
