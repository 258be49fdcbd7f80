"""Terraform's values: content with its type, its marks and the places in code that decided it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.hcl import numbers, types
from auditor.hcl.identity import in_order
from auditor.hcl.numbers import Float, Number, SizedInt
from auditor.hcl.provenance import Provenance, Source
from auditor.hcl.types import ListType, MapType, ObjectType, SetType, TupleType, Type
from auditor.model import values as model

SENSITIVE: Final = "sensitive"
EPHEMERAL: Final = "ephemeral"
UNMARKED: Final[frozenset[str]] = frozenset()

MAPPINGS: Final = (dict, MappingProxyType)
"""What holds attributes and elements by name: asking for these is much faster than for `Mapping`."""
CONTAINERS: Final = (tuple, *MAPPINGS)
"""What holds other values."""

_REFERENCES_KEPT: Final = 50
_LONGEST_COLLAPSED: Final = 1000


class Undecided(Struct, frozen=True):
    """The content of an unknown value: its cause, and what is certain about it all the same."""

    cause: model.Unknown
    not_null: bool = False
    prefix: str = ""
    """What a string starts with."""
    minimum: int | None = None
    """Lower bound of a number, or of the length of a string or a collection."""
    maximum: int | None = None
    draw: object | None = None
    """Set for a random result: another draw is never equal to it."""
    text: str = ""
    """All of a string that is made of known parts and references, as `model.Unknown.text`."""

    @property
    def as_text(self) -> str:
        """The text as far as it is known, of a reference as well; empty where there is more to it than references."""
        bare = self.cause.reason is model.Reason.COMPUTED_BY_AWS and not self.not_null
        if self.text or not bare or len(self.cause.references) != 1:
            return self.text
        before, behind = model.REFERENCE
        return f"{before}{self.cause.references[0]}{behind}"


Content = None | bool | int | Float | str | tuple["Value", ...] | Mapping[str, "Value"] | Undecided


class Value(Struct, eq=False):
    """A value of Terraform's language; never changed once made.

    `content` is None for null; a sequence or a set is a tuple (a set in its order, each element once), a map or an
    object a mapping; see `numbers` for numbers.
    """

    content: Content
    _type: Type | None = None
    """May be left out for strings, numbers, bools, tuples and objects: it is worked out when it is asked for."""
    marks: frozenset[str] = UNMARKED
    origin: Provenance | None = None
    _size: int = 0

    @property
    def size(self) -> int:
        """About how much memory it would take without sharing, in values; long texts count as several."""
        if not self._size:
            content = self.content
            size = 1
            if isinstance(content, str):
                size += len(content) >> 6
            elif isinstance(content, CONTAINERS):
                for item in content if isinstance(content, tuple) else content.values():
                    size += item._size or item.size  # noqa: SLF001 - of another value
            self._size = size
        return self._size

    @property
    def type(self) -> Type:
        """The type; `types.DYNAMIC` for a null or unknown value of which no type is known."""
        if self._type is None:
            self._type = _type_of(self.content)
        return self._type

    @property
    def is_null(self) -> bool:
        """Whether this is null."""
        return self.content is None

    @property
    def is_known(self) -> bool:
        """Whether the value itself is known; elements inside it may still be unknown."""
        return not isinstance(self.content, Undecided)

    @property
    def is_structural(self) -> bool:
        """Whether this is a known tuple or object, whose type is that of its parts."""
        if self._type is None:
            return isinstance(self.content, CONTAINERS)
        return isinstance(self._type, TupleType | ObjectType) and isinstance(self.content, CONTAINERS)

    @property
    def is_map(self) -> bool:
        """Whether this is a map, and no object."""
        return isinstance(self._type, MapType)

    @property
    def sensitive(self) -> bool:
        """Whether the value itself is marked sensitive."""
        return SENSITIVE in self.marks

    def marked(self, marks: frozenset[str]) -> Value:
        """The same value with these marks added."""
        if marks <= self.marks:
            return self
        return Value(self.content, self._type, self.marks | marks, self.origin)

    def told(self, text: str) -> Value:
        """The same unknown string, of which the text between references is known."""
        if not text or not isinstance(self.content, Undecided):
            return self
        return Value(replace(self.content, text=text), self._type, self.marks, self.origin)

    def unmarked(self) -> Value:
        """The same value without marks of its own."""
        return Value(self.content, self._type, UNMARKED, self.origin) if self.marks else self

    def at(self, origin: Provenance | None) -> Value:
        """The same value with another origin."""
        return Value(self.content, self._type, self.marks, origin)

    def handed_on(self, source: Source, offset: int) -> Value:
        """The same value after one more place handed it on: a variable, a module argument, an attribute."""
        return self.at(Provenance(source, offset, self.origin))

    def __repr__(self) -> str:
        marks = f" {'/'.join(sorted(self.marks))}" if self.marks else ""
        return f"<{types.friendly(self.type)} {self.content!r}{marks}>"


_TYPES: Final[Mapping[type, Type]] = MappingProxyType(
    {
        str: types.STRING,
        bool: types.BOOL,
        int: types.NUMBER,
        SizedInt: types.NUMBER,
        Float: types.NUMBER,
        type(None): types.DYNAMIC,
        Undecided: types.DYNAMIC,
    }
)


def _type_of(content: Content) -> Type:
    if (simple := _TYPES.get(type(content))) is not None:
        return simple
    if isinstance(content, tuple):
        return TupleType(tuple(item.type for item in content))
    if not isinstance(content, MAPPINGS):
        raise TypeError(f"no content of a value: {content!r}")
    return ObjectType({name: content[name].type for name in sorted(content)})


TRUE: Final = Value(True)
FALSE: Final = Value(False)
NULL: Final = Value(None, types.DYNAMIC)
EMPTY_STRING: Final = Value("")


def normalized(text: str) -> str:
    """The text in Unicode normal form C, in which Terraform keeps all strings and keys."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def string(text: str, origin: Provenance | None = None) -> Value:
    """A string."""
    return Value(normalized(text), types.STRING, UNMARKED, origin)


def number(content: Number, origin: Provenance | None = None) -> Value:
    """A number."""
    return Value(content, types.NUMBER, UNMARKED, origin)


def count(content: int) -> Value:
    """A number as functions count: lengths and positions."""
    return Value(numbers.machine_integer(content), types.NUMBER)


def boolean(content: bool) -> Value:
    """A bool without origin."""
    return TRUE if content else FALSE


def null(type_: Type = types.DYNAMIC, origin: Provenance | None = None) -> Value:
    """A null of that type."""
    return Value(None, type_, UNMARKED, origin)


def sequence(items: Iterable[Value], origin: Provenance | None = None) -> Value:
    """A tuple."""
    return Value(tuple(items), None, UNMARKED, origin)


def mapping(attributes: Mapping[str, Value], origin: Provenance | None = None) -> Value:
    """An object; the names are to be normalized."""
    return Value(attributes, None, UNMARKED, origin)


def list_of(element: Type, items: Iterable[Value], origin: Provenance | None = None) -> Value:
    """A list; the items already have the element type."""
    return Value(tuple(items), ListType(element), UNMARKED, origin)


def map_of(element: Type, items: Mapping[str, Value], origin: Provenance | None = None) -> Value:
    """A map; the items already have the element type."""
    return Value(items, MapType(element), UNMARKED, origin)


def set_of(element: Type, items: Iterable[Value], origin: Provenance | None = None) -> Value:
    """A set in its order, each element once, those that are not wholly known last; marks move to the set."""
    marks = UNMARKED
    unmarked: list[Value] = []
    for item in items:
        plain, found = unmark_deep(item)
        marks |= found
        unmarked.append(plain)
    ordered = in_order(unmarked, is_wholly_known)
    return Value(tuple(ordered), SetType(element), marks, origin)


def unknown(
    type_: Type,
    cause: model.Unknown,
    origin: Provenance | None = None,
    *,
    not_null: bool = False,
    prefix: str = "",
    minimum: int | None = None,
    maximum: int | None = None,
) -> Value:
    """An unknown value of that type, with its cause and what is certain about it."""
    return undecided(Undecided(cause, not_null, prefix, minimum, maximum), type_, origin)


def undecided(content: Undecided, type_: Type, origin: Provenance | None = None) -> Value:
    """An unknown value; what is certain of it may decide it.

    A list of certain length is a list of unknown elements, and so is a set of one; what has no element is empty, and a
    number between two equal bounds is that number.
    """
    length = content.maximum
    if content.not_null and content.minimum == length and length is not None:
        if isinstance(type_, ListType | SetType) and length <= (_LONGEST_COLLAPSED if type(type_) is ListType else 1):
            element = Value(Undecided(content.cause), type_.element, UNMARKED, origin)
            return Value((element,) * length, type_, UNMARKED, origin)
        if isinstance(type_, MapType) and length == 0:
            return Value({}, type_, UNMARKED, origin)
        if type_ is types.NUMBER:
            return Value(length, type_, UNMARKED, origin)
    return Value(content, type_, UNMARKED, origin)


def not_evaluable(detail: str, *references: str) -> model.Unknown:
    """The cause of what the code does not decide."""
    return model.Unknown(model.Reason.NOT_EVALUABLE, detail, references)


def refined_not_null(value: Value) -> Value:
    """The same value, certain not to be null where it is unknown, and what it was all the same: its text tells."""
    content = value.content
    if not isinstance(content, Undecided) or content.not_null:
        return value
    return Value(replace(content, not_null=True, text=content.as_text), value.type, value.marks, value.origin)


def merged(causes: Iterable[model.Unknown]) -> model.Unknown:
    """One cause for what depends on several: the first one's reason, the references of all."""
    found = list(dict.fromkeys(causes))
    first = found[0]
    if len(found) == 1:
        return first
    references = dict.fromkeys(reference for cause in found for reference in cause.references)
    return replace(first, references=tuple(references)[:_REFERENCES_KEPT])


def causes_of(value: Value) -> Iterator[model.Unknown]:
    """The causes of all unknown values inside a value, itself included."""
    content = value.content
    if isinstance(content, Undecided):
        yield content.cause
    elif isinstance(content, tuple):
        for item in content:
            yield from causes_of(item)
    elif isinstance(content, MAPPINGS):
        for item in content.values():
            yield from causes_of(item)


def is_wholly_known(value: Value) -> bool:
    """Whether neither the value nor anything inside it is unknown."""
    content = value.content
    if isinstance(content, tuple):
        return all(is_wholly_known(item) for item in content)
    if isinstance(content, MAPPINGS):
        return all(is_wholly_known(item) for item in content.values())
    return not isinstance(content, Undecided)


def marks_deep(value: Value) -> frozenset[str]:
    """The marks of the value and of everything inside it."""
    marks, content = value.marks, value.content
    if isinstance(content, tuple):
        for item in content:
            marks |= marks_deep(item)
    elif isinstance(content, MAPPINGS):
        for item in content.values():
            marks |= marks_deep(item)
    return marks


def unmark_deep(value: Value) -> tuple[Value, frozenset[str]]:
    """The value without any mark inside, and the marks that were there."""
    marks = marks_deep(value)
    return (_without_marks(value), marks) if marks else (value, marks)


def _without_marks(value: Value) -> Value:
    content = value.content
    if isinstance(content, tuple):
        content = tuple(_without_marks(item) for item in content)
    elif isinstance(content, MAPPINGS):
        content = {name: _without_marks(item) for name, item in content.items()}
    return Value(content, value.type, UNMARKED, value.origin)


def entries(value: Value) -> Iterator[tuple[Value, Value]]:
    """Keys and values of a known list, tuple, set, map or object in Terraform's order of iteration."""
    content = value.content
    if isinstance(content, MAPPINGS):
        for name in sorted(content):
            item = content[name]
            yield Value(name, types.STRING, UNMARKED, item.origin), item
    elif isinstance(content, tuple):
        if isinstance(value.type, SetType):
            for item in content:
                yield item, item
        else:
            for index, item in enumerate(content):
                yield count(index), item


def items(value: Value) -> tuple[Value, ...]:
    """The elements of a known collection in Terraform's order of iteration."""
    content = value.content
    if isinstance(content, MAPPINGS):
        return tuple(content[name] for name in sorted(content))
    return content if isinstance(content, tuple) else ()
