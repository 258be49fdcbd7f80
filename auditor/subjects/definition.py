"""How a subject's facts are defined: what each means, and the function that makes it when a rule first asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypedDict, TypeVar, Unpack

from msgspec import Struct

from auditor.model.catalogue import FactSpec, FactType
from auditor.model.facts import ApiField, Default, Fact, Facts, Origin
from auditor.model.results import Subject
from auditor.model.values import NOT_APPLICABLE, Unknown, Value
from auditor.subjects.material import Index, Material

Source = TypeVar("Source")
"""What the facts of one subject are made from."""


class Definition(Struct, Generic[Source], frozen=True):
    """One fact of a subject type."""

    spec: FactSpec
    value: Callable[[Source], Value]
    origin: Callable[[Source], Origin]
    sensitive: Callable[[Source], bool] = lambda _: False

    def fact(self, source: Source, value: Value) -> Fact:
        """The fact whose value is made already."""
        return Fact(value, self.origin(source), self.sensitive(source))


Makers = Mapping[str, Definition[Source]]


class LazyValues(dict[str, Value], Generic[Source]):
    """Values by path, each made once, when it is first asked for; only those that were are among its keys."""

    __slots__ = ("_makers", "_source")

    def __init__(self, makers: Makers[Source], source: Source) -> None:
        self._makers = makers
        self._source = source

    def __missing__(self, path: str) -> Value:
        value = self[path] = self._makers[path].value(self._source)
        return value


class LazyFacts(Facts, Generic[Source]):
    """The facts of one subject by path; values are made once, origins when a fact is shown."""

    __slots__ = ("_makers", "_source")

    def __init__(self, makers: Makers[Source], source: Source) -> None:
        self._makers = makers
        self._source = source
        self.plain = LazyValues(makers, source)

    def __getitem__(self, path: str) -> Fact:
        return self._makers[path].fact(self._source, self.plain[path])

    def sensitive(self, path: str) -> bool:
        """Whether a fact must not be shown in clear."""
        return self._makers[path].sensitive(self._source)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


class SubjectType(Struct, frozen=True):
    """A type of subject: its fact catalogue, and how its subjects are built."""

    type: str
    specs: tuple[FactSpec, ...]
    build: Callable[[Material, Index], Iterable[Subject]]
    """All subjects of this type, in any order."""


class More(TypedDict, total=False):
    """What a fact's definition may say besides path, type, meaning and source."""

    unit: str
    absence: str
    values: tuple[str, ...]
    children: tuple[FactSpec, ...]


def spec(path: str, type_: FactType, doc: str, source: str, **more: Unpack[More]) -> FactSpec:
    """What a fact means; `source` is `service:Operation Field.Path`, or the name of an analysis."""
    api, _, field = source.partition(" ")
    if ":" not in api:
        api, field = "", source
    return FactSpec(path=path, type=type_, doc=doc, api=api, field=field, **more)


def makers_of(definitions: Iterable[Definition[Source]]) -> Makers[Source]:
    """The functions by path; ValueError where a path is defined twice."""
    makers: dict[str, Definition[Source]] = {}
    for definition in definitions:
        if definition.spec.path in makers:
            raise ValueError(f"the fact {definition.spec.path} is defined twice")
        makers[definition.spec.path] = definition
    return makers


def origin_of(fact: FactSpec) -> Origin:
    """Where a fact comes from as far as its definition tells: an operation's answer, or an analysis."""
    return ApiField(fact.api, fact.field) if fact.api else Default(fact.field)


def analysed(fact: FactSpec, value: Callable[[Source], Value]) -> Definition[Source]:
    """A fact that is computed; its origin is the operation or the analysis its definition names."""
    origin = origin_of(fact)
    return Definition(fact, value, lambda _: origin)


def known(value: Value) -> bool:
    """Whether a value is there and known."""
    return value is not None and value is not NOT_APPLICABLE and not isinstance(value, Unknown)


def lifted(value: Value, change: Callable[[Value], Value]) -> Value:
    """A function of a value that is there and known; absent, not applicable and unknown stay what they are."""
    return change(value) if known(value) else value


def at_path(value: Value, names: Iterable[str]) -> Value:
    """The value at a path of nested blocks: an absent block has absent attributes, an unknown one unknown ones."""
    for name in names:
        if type(value) is not dict and (value is None or not isinstance(value, Mapping)):  # slow to ask
            return value
        value = value.get(name)
    return value


def members_of(value: Value) -> Mapping[str, Value]:
    """What a block holds, by name, or a set of blocks, by identity; nothing where there is none."""
    if type(value) is dict:
        return value
    return value if value is not None and isinstance(value, Mapping) else {}


def decided(found: Iterable[Value]) -> Value:
    """A list of what was found; unknown as a whole where it holds nothing but Unknowns, and so might be empty."""
    values = tuple(found)
    if values and all(isinstance(value, Unknown) for value in values):
        return values[0]
    return values


def names_of(value: Value) -> Value:
    """The identities of a set of blocks, sorted; none where there are no blocks."""
    if value is None:
        return ()
    return tuple(sorted(value)) if type(value) is dict or isinstance(value, Mapping) else value
