"""YAML documents as placed nodes: a small, strict part of YAML in which every complaint has a line.

Only plain mappings, sequences and scalars are read: no aliases, tags, duplicate keys or several documents. Scalars
resolve as in YAML 1.2's core schema (`true`, `false`, `null`, numbers); `on`, `yes` and dates stay text.
"""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, TypeVar

import yaml
from msgspec import Struct

from auditor.model.errors import RuleError
from auditor.model.facts import SourceRange
from auditor.model.values import Value

LONGEST_FILE: Final = 256 * 1024
"""Bytes; the longest rule file shipped is under 10 KiB."""
DEEPEST: Final = 24
"""Levels of nesting."""

_LONGEST_TEXT: Final = 4000
_LINE_BREAK: Final = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""As YAML counts lines."""
_TAGS: Final[Mapping[type[yaml.Node], str]] = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_READ: Final = frozenset(_TAGS.values())
_OF_NUMBERS: Final = frozenset("-0123456789")
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # chosen at run time: PyYAML may be built without libyaml
    """libyaml's parser without YAML 1.1's implicit types: every plain scalar arrives as text."""

    def resolve(self, kind: type[yaml.Node], _value: object, _implicit: object) -> str:
        return _TAGS[kind]

    def descend_resolver(self, *_: object) -> None:
        """Nothing here depends on where a value stands."""

    def ascend_resolver(self) -> None:
        """As above."""


class Source(Struct, frozen=True):
    """A YAML file as text, and the error class that complaints about it have."""

    file: str
    text: str
    error: type[RuleError]

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines, which only complaints ask for."""
        return tuple(_LINE_BREAK.split(self.text.rstrip()))

    def fail(self, summary: str, line: int, column: int, hint: str = "") -> NoReturn:
        """Raise the complaint, with its place and the text of its line."""
        lines = self.lines
        if line > len(lines):  # libyaml puts what is missing behind the end
            line, column = len(lines), len(lines[-1]) + 1
        text = lines[line - 1][:300]
        raise self.error(summary, subject=SourceRange(self.file, line, column), line=text, hint=hint)


class Node:
    """One value of a document, with its place."""

    __slots__ = ("_key", "_node", "depth", "source")

    def __init__(self, node: yaml.Node, source: Source, depth: int = 0, key: yaml.Node | None = None) -> None:
        self._key = key
        self._node = node
        self.source = source
        self.depth = depth
        if depth > DEEPEST:
            self.fail(f"nested more than {DEEPEST} levels deep")
        if node.tag not in _READ:
            self.fail(f"the tag {node.tag[:60]} is not read here", "write plain values")

    @property
    def key(self) -> Node:
        """The key of a mapping that it stands under; without one, the value itself."""
        return Node(self._key or self._node, self.source, self.depth)

    @property
    def place(self) -> SourceRange:
        """Where the value begins."""
        mark = self._node.start_mark
        return SourceRange(self.source.file, mark.line + 1, mark.column + 1)

    def fail(self, summary: str, hint: str = "") -> NoReturn:
        """Raise a complaint about this value."""
        mark = self._node.start_mark
        self.source.fail(summary, mark.line + 1, mark.column + 1, hint)

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_sequence(self) -> bool:
        """Whether it is a sequence."""
        return isinstance(self._node, yaml.SequenceNode)

    def entries(self) -> dict[str, Node]:
        """A mapping's values by key."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fail(f"a mapping is expected here, not {self.described}")
        found: dict[str, Node] = {}
        source, depth = self.source, self.depth + 1
        for key, value in self._node.value:
            name = key.value if _is_word(key) else Node(key, source, depth).text("a key")
            if name in found:
                Node(key, source, depth).fail(
                    f"the key {name!r} stands twice", f"first at line {found[name].key.place.line}"
                )
            found[name] = Node(value, source, depth, key)
        return found

    def fields(self, known: Collection[str], required: Iterable[str] = (), hint: str = "") -> dict[str, Node]:
        """A mapping's values by key, every key known and every required one there; the hint is for one that is not."""
        entries = self.entries()
        for name, value in entries.items():
            if name not in known:
                value.key.fail(f"unknown key {name!r}", did_you_mean(name, known))
        for name in required:
            if name not in entries:
                self.fail(f"the key {name!r} is missing", hint)
        return entries

    def items(self) -> Iterator[Node]:
        """A sequence's values."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail(f"a list is expected here, not {self.described}")
        return (Node(item, self.source, self.depth + 1) for item in self._node.value)

    @property
    def described(self) -> str:
        """What kind of value it is, for complaints."""
        if self.is_mapping:
            return "a mapping"
        if self.is_sequence:
            return "a list"
        value = self.scalar()
        if value is None:
            return "null"
        names = {bool: "a boolean", int: "a number", Decimal: "a number"}
        return f"{names.get(type(value), 'the text')} {str(self._node.value)[:60]!r}"

    def scalar(self) -> bool | int | Decimal | str | None:
        """A scalar's value; quoted ones are text."""
        if not isinstance(self._node, yaml.ScalarNode):
            self.fail(f"a single value is expected here, not {self.described}")
        text = str(self._node.value)
        if self._node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _OF_NUMBERS:
            return text
        if _INTEGER.fullmatch(text):
            return int(text)
        return Decimal(text) if _DECIMAL.fullmatch(text) else text

    def text(self, what: str = "text", *, longest: int = _LONGEST_TEXT) -> str:
        """A scalar that is text and not empty."""
        value = self.scalar()
        if not isinstance(value, str):
            self.fail(f"{what} must be text, not {self.described}", "put it in quotes" if value is not None else "")
        stripped = value.strip()
        if not stripped:
            self.fail(f"{what} must not be empty")
        if len(stripped) > longest:
            self.fail(f"{what} is longer than {longest} characters")
        return stripped

    def boolean(self) -> bool:
        """A scalar that is true or false."""
        value = self.scalar()
        if not isinstance(value, bool):
            self.fail(f"true or false is expected here, not {self.described}")
        return value

    def choice(self, choices: Collection[str], what: str) -> str:
        """Text that is one of a list."""
        value = self.text(what)
        if value not in choices:
            self.fail(f"unknown {what} {value!r}", did_you_mean(value, choices))
        return value

    def texts(self, what: str = "text") -> tuple[str, ...]:
        """A list of texts, none twice."""
        found: list[str] = []
        for item in self.items():
            value = item.text(what)
            if value in found:
                item.fail(f"{value!r} stands twice")
            found.append(value)
        return tuple(found)

    def value(self) -> Value:
        """Any value: mappings read-only, lists as tuples."""
        if self.is_mapping:
            return MappingProxyType({name: node.value() for name, node in self.entries().items()})
        if self.is_sequence:
            return tuple(item.value() for item in self.items())
        return self.scalar()


_WORDS: Final[Mapping[str, bool | None]] = MappingProxyType(
    {"true": True, "false": False, "null": None, "~": None, "": None}
)


def _is_word(node: yaml.Node) -> bool:
    """Whether it is text without quotes that begins with a letter: most keys, which are told without a second look."""
    if node.tag not in _READ or not isinstance(node, yaml.ScalarNode) or node.style:
        return False
    text = node.value
    return text[:1].isalpha() and text not in _WORDS and len(text) <= _LONGEST_TEXT


def read(path: Path, shown: str, error: type[RuleError]) -> tuple[Node, bytes]:
    """The one document of a file and the file's bytes; complaints are of class `error` and name the file `shown`."""
    if path.exists() and not path.is_file():
        raise error(f"{shown} is no regular file")
    data = path.read_bytes()
    if len(data) > LONGEST_FILE:
        raise error(f"the file is longer than {LONGEST_FILE} bytes", subject=SourceRange(shown, 1))
    try:
        text = data.decode()
    except UnicodeDecodeError as caught:
        line = data.count(b"\n", 0, caught.start) + 1
        raise error("the file is not UTF-8", subject=SourceRange(shown, line)) from None
    return parse(text, shown, error), data


def parse(text: str, shown: str, error: type[RuleError]) -> Node:
    """The one document of a text."""
    source = Source(shown, text, error)
    try:
        _refuse_aliases(text, source)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as caught:
        mark = caught.problem_mark or caught.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.fail(f"not valid YAML: {caught.problem or caught.context}", line, column)
    except yaml.YAMLError as caught:
        source.fail(f"not valid YAML: {str(caught).splitlines()[0][:200]}", 1, 1)
    if root is None:
        source.fail("the file is empty", 1, 1)
    return Node(root, source)


def _refuse_aliases(text: str, source: Source) -> None:
    """Complain about the first alias; only a text with an anchor can have one."""
    events = yaml.parse(text, Loader=_Loader) if "&" in text else ()
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            mark = typing.cast("yaml.Mark", event.start_mark)
            source.fail("aliases are not read here", mark.line + 1, mark.column + 1, "write the value out")


_E = TypeVar("_E", bound=StrEnum)


def member(fields: Mapping[str, Node], name: str, default: _E) -> _E:
    """The member of the default's enumeration that a field names; the default where there is no such field."""
    kind = type(default)
    return kind(fields[name].choice(tuple(kind), name)) if name in fields else default


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known words, or all of a short list."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.6)
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"known: {', '.join(words)}" if words and len(words) <= 30 else ""  # noqa: PLR2004 - what a reader takes in
