"""The operators of conditions as one table: which facts they take, what stands on their right, how they decide.

Absent and not applicable are values: they equal null, do not exist, are empty, and no order holds for them; where an
operator is about a collection, absent is the empty one. An unknown part makes the answer unknown only where it could
change it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from auditor.model.catalogue import FactType
from auditor.model.values import FALSE, NOT_APPLICABLE, TRUE, UNKNOWN, Truth, Unknown, Value, all_of, any_of, equal


class Right(StrEnum):
    """What stands on the right of an operator, given the type of the fact on its left."""

    SAME = "a value of the fact's type"
    ONE_OF = "a list of values of the fact's type"
    RANGE = "a list of two values of the fact's type, low and high"
    FLAG = "true or false"
    TEXT = "text"
    TEXTS = "a list of texts"
    PATTERN = "a regular expression"


class Operator(Struct, frozen=True):
    """One operator."""

    name: str
    doc: str
    types: frozenset[FactType]
    """Types of facts it takes on its left."""
    right: Right
    decide: Callable[[Value, Value], Truth]
    """Left, right; neither is an Unknown as a whole, absent is None."""
    words: str
    """How a reader says what is expected: `{}` stands for the right side."""

    @property
    def other_fact(self) -> bool:
        """Whether NAME_fact, with a fact on the right, exists."""
        return self.right in {Right.SAME, Right.ONE_OF, Right.TEXT, Right.TEXTS}

    def other_type(self, left: FactType) -> FactType | None:
        """The type of a fact that may stand on the right, given the left one's; None: none may."""
        listed = FactType.STRINGS if left is FactType.STRING else None
        types = {Right.SAME: left, Right.TEXT: FactType.STRING, Right.TEXTS: FactType.STRINGS, Right.ONE_OF: listed}
        return types.get(self.right)


def _collection(value: Value) -> tuple[Value, ...]:
    """The elements of a tuple, the keys of a mapping, nothing of an absent value."""
    return value if isinstance(value, tuple) else tuple(_mapping(value))


def _mapping(value: Value) -> Mapping[str, Value]:
    if type(value) is dict:  # most; whether something is a Mapping is slow to ask
        return value
    return value if value is not None and isinstance(value, Mapping) else {}


def _within(element: Value, collection: tuple[Value, ...]) -> Truth:
    if type(element) is str and element in collection:  # Python's own search knows the frequent case
        return TRUE
    return any_of(equal(element, other) for other in collection)


def _subset(left: Value, right: Value) -> Truth:
    """Every element of the left is in the right; of mappings, every entry."""
    if isinstance(left, Mapping) or isinstance(right, Mapping):
        there = _mapping(right)
        return all_of(equal(value, there[key]) if key in there else FALSE for key, value in _mapping(left).items())
    collection = _collection(right)
    return all_of(_within(element, collection) for element in _collection(left))


def _set_equals(left: Value, right: Value) -> Truth:
    return _subset(left, right) & _subset(right, left)


def _contains_all(left: Value, right: Value) -> Truth:
    collection = _collection(left)
    return all_of(_within(element, collection) for element in _collection(right))


def _intersects(left: Value, right: Value) -> Truth:
    collection = _collection(right)
    return any_of(_within(element, collection) for element in _collection(left))


def _empty(left: Value, right: Value) -> Truth:
    return Truth.of((not left) is right)


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def instant(value: object) -> datetime | None:
    """The moment that an RFC 3339 text names; None where it is none."""
    return _instant(value) if isinstance(value, str) else None


def _ordered(holds: Callable[[int], bool]) -> Callable[[Value, Value], Truth]:
    """An order; `holds` takes -1, 0 or 1 as left is below, at or above right."""

    def decide(left: Value, right: Value) -> Truth:
        if left is None or right is None:
            return FALSE
        if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
            return Truth.of(holds((left > right) - (left < right)))
        a, b = instant(left), instant(right)
        if a is None or b is None:
            return UNKNOWN
        return Truth.of(holds((a > b) - (a < b)))

    return decide


_gte: Final = _ordered(lambda order: order >= 0)
_lte: Final = _ordered(lambda order: order <= 0)


def _between(left: Value, right: Value) -> Truth:
    low, high = _collection(right)
    return _gte(left, low) & _lte(left, high)


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str]:
    """A compiled regular expression; `fits_pattern` has vouched for it."""
    return re.compile(text)


LONGEST_SUBJECT: Final = 512
"""Characters of a fact that a pattern is tried on; a longer text is not decided."""


def _matches(left: Value, right: Value) -> Truth:
    if left is None:
        return FALSE
    text = str(left)
    if len(text) > LONGEST_SUBJECT:
        return UNKNOWN
    return Truth.of(pattern(str(right)).fullmatch(text) is not None)


def _not(decide: Callable[[Value, Value], Truth]) -> Callable[[Value, Value], Truth]:
    return lambda left, right: ~decide(left, right)


def _in(left: Value, right: Value) -> Truth:
    return _within(left, _collection(right)) if left is not None else FALSE


_SCALARS: Final = frozenset({FactType.BOOL, FactType.NUMBER, FactType.STRING, FactType.TIME})
_LISTED: Final = frozenset({FactType.NUMBER, FactType.STRING})
_ORDERED: Final = frozenset({FactType.NUMBER, FactType.TIME})
_SETS: Final = frozenset({FactType.STRINGS})
_KEYED: Final = frozenset({FactType.STRINGS, FactType.MAP})
_SIZED: Final = frozenset({FactType.STRING, FactType.STRINGS, FactType.MAP, FactType.RECORDS})
_STRING: Final = frozenset({FactType.STRING})

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        operator.name: operator
        for operator in (
            Operator("equals", "is the same value", _SCALARS | _KEYED, Right.SAME, equal, "equals {}"),
            Operator("not_equals", "is another value", _SCALARS | _KEYED, Right.SAME, _not(equal), "does not equal {}"),
            Operator("in", "is one of a list", _LISTED, Right.ONE_OF, _in, "is one of {}"),
            Operator("not_in", "is none of a list", _LISTED, Right.ONE_OF, _not(_in), "is none of {}"),
            Operator(
                "exists",
                "is there, or is absent",
                frozenset(FactType),
                Right.FLAG,
                lambda left, right: Truth.of((left is not None) is right),
                "exists: {}",
            ),
            Operator("empty", "has no element", _SIZED, Right.FLAG, _empty, "is empty: {}"),
            Operator("gt", "is above", _ORDERED, Right.SAME, _ordered(lambda order: order > 0), "is above {}"),
            Operator("gte", "is at or above", _ORDERED, Right.SAME, _gte, "is at least {}"),
            Operator("lt", "is below", _ORDERED, Right.SAME, _ordered(lambda order: order < 0), "is below {}"),
            Operator("lte", "is at or below", _ORDERED, Right.SAME, _lte, "is at most {}"),
            Operator("between", "is in a range, ends included", _ORDERED, Right.RANGE, _between, "is between {}"),
            Operator(
                "contains",
                "has an element, or a key",
                _KEYED,
                Right.TEXT,
                lambda left, right: _within(right, _collection(left)),
                "contains {}",
            ),
            Operator(
                "contains_all", "has all elements or keys", _KEYED, Right.TEXTS, _contains_all, "contains all of {}"
            ),
            Operator("intersects", "has one of the elements", _SETS, Right.TEXTS, _intersects, "contains one of {}"),
            Operator(
                "disjoint_from",
                "has none of the elements",
                _SETS,
                Right.TEXTS,
                _not(_intersects),
                "contains none of {}",
            ),
            Operator("set_equals", "has the same elements", _SETS, Right.SAME, _set_equals, "has exactly {}"),
            Operator(
                "subset_of", "has no other elements, or entries", _KEYED, Right.SAME, _subset, "has nothing beyond {}"
            ),
            Operator(
                "superset_of",
                "has all elements, or entries",
                _KEYED,
                Right.SAME,
                lambda left, right: _subset(right, left),
                "has all of {}",
            ),
            Operator("matches", "matches as a whole", _STRING, Right.PATTERN, _matches, "matches {}"),
            Operator(
                "not_matches", "does not match as a whole", _STRING, Right.PATTERN, _not(_matches), "does not match {}"
            ),
        )
    }
)

_TIME: Final = FactType.TIME
_MAP: Final = FactType.MAP
SCALAR_TYPES: Final[Mapping[FactType, frozenset[type]]] = MappingProxyType(
    {
        FactType.BOOL: frozenset({bool}),
        FactType.NUMBER: frozenset({int, Decimal}),
        FactType.STRING: frozenset({str}),
        FactType.TIME: frozenset({str}),
    }
)
"""Python types of known, present values that are no collections."""
_ELEMENTS: Final = {FactType.STRINGS: (str, Unknown), FactType.RECORDS: (dict, MappingProxyType, Unknown, Mapping)}
"""Python types of elements; the frequent ones first, since asking an abstract one is slow."""


def fits(value: Value, type_: FactType) -> bool:
    """Whether a known, present value is of a fact type; unknown elements of collections are allowed."""
    scalars = SCALAR_TYPES.get(type_)
    if scalars is not None:
        return type(value) in scalars and (type_ is not _TIME or instant(value) is not None)
    if type_ is _MAP:
        return type(value) is dict or isinstance(value, Mapping)
    if not isinstance(value, tuple):
        return False
    types = _ELEMENTS[type_]
    return not value or all(isinstance(item, types) for item in value)


def fits_right(value: Value, right: Right, left: FactType) -> bool:
    """Whether a written operand or a parameter's value suits an operator's right side."""
    match right:
        case Right.SAME:
            return value is None or fits(value, left)
        case Right.FLAG:
            return isinstance(value, bool)
        case Right.TEXT:
            return isinstance(value, str)
        case Right.TEXTS:
            return fits(value, FactType.STRINGS)
        case Right.PATTERN:
            return isinstance(value, str) and not pattern_fault(value)
        case Right.ONE_OF:
            return isinstance(value, tuple) and all(fits(item, left) for item in value)
        case _:
            ends = value if isinstance(value, tuple) else ()
            return len(ends) == len(("low", "high")) and all(fits(item, left) for item in ends)


LONGEST_PATTERN: Final = 200
MOST_REPEATS: Final = 3
"""Repeats and, apart from them, groups in one pattern: with LONGEST_SUBJECT they bound the time of a match."""

_ATOM: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEAT: Final = re.compile(r"(?:[*+?]|\{[0-9]*,?[0-9]*\})[?+]?")
_GROUP_REPEATED: Final = re.compile(r"\)(?:[*+]|\{)")


def pattern_fault(text: str) -> str:
    """What is wrong with a regular expression, or nothing.

    Python's engine backtracks: a repeated group, a back reference or many repeats can take time beyond all bounds.
    """
    if len(text) > LONGEST_PATTERN:
        return f"the pattern is longer than {LONGEST_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what a later Python will read otherwise
            re.compile(text)
    except (re.error, OverflowError, RecursionError, Warning) as caught:
        return f"not a regular expression: {caught}"
    if re.search(r"(?<!\\)(?:\\\\)*\\[1-9]", text):
        return "back references are not allowed"
    bare = _ATOM.sub("x", text).replace("(?:", "(")
    if "(?" in bare:
        return "of the groups that begin with '(?' only '(?:' is allowed"
    if _GROUP_REPEATED.search(bare):
        return "a repeated group can take time beyond all bounds; repeat one character or class instead"
    if len(_REPEAT.findall(bare)) > MOST_REPEATS:
        return f"more than {MOST_REPEATS} repeats in one pattern"
    if bare.count("(") > MOST_REPEATS:
        return f"more than {MOST_REPEATS} groups in one pattern"
    return ""


def absent(value: Value) -> bool:
    """Whether a value counts as absent for operators."""
    return value is None or value is NOT_APPLICABLE
