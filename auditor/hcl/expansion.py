"""`count` and `for_each`: which instances of a resource or a module call there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct, field

from auditor.hcl import types, values
from auditor.hcl.ast import Attribute, Block, Body
from auditor.hcl.convert import ConversionError, convert
from auditor.hcl.errors import EvaluationError
from auditor.hcl.functions.specification import Surroundings
from auditor.hcl.guards import is_guarded
from auditor.hcl.provenance import Provenance
from auditor.hcl.scope import Bindings, Scope, Step
from auditor.hcl.types import MapType, ObjectType, SetType
from auditor.hcl.values import Undecided, Value
from auditor.model.values import Unknown

MAX_INSTANCES: Final = 20_000

Key = None | int | str


class Repetition(Struct, frozen=True):
    """One instance: its key, and what `each.value` is."""

    key: Key = None
    value: Value | None = None
    undetermined: Unknown | None = None
    """Set on the one placeholder that stands for instances that can't be counted."""

    @property
    def suffix(self) -> str:
        """The key as an address ends with it: `[0]`, `["users"]`, or nothing."""
        if self.key is None:
            return ""
        if isinstance(self.key, int):
            return f"[{self.key}]"
        return f'["{quoted(self.key)}"]'


_SINGLE: Final = Repetition()


_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(key: str) -> str:
    """A key as addresses show it: quotes, backslashes, template openings and what can't be printed escaped."""
    if key.isprintable() and not any(sign in key for sign in '"\\{'):
        return key
    escaped = "".join(_ESCAPES.get(letter) or _printable(letter) for letter in key)
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"  # noqa: PLR2004 - one or two


class Plan(Struct, frozen=True):
    """What evaluating a body tells of evaluating it once more: most of a repeated block says the same each time."""

    body: Body
    bindings: Bindings
    settled: Mapping[str, Value]
    """All attributes and blocks in the order of the code; null for those that are open."""
    open: tuple[Attribute, ...]
    blocks: Mapping[str, list[Block]]
    """Nested ones that are open, by type."""
    wanting: tuple[str, ...]
    """Required arguments that are not settled."""


class Plans(Struct, frozen=True):
    """What is the same for several evaluations, by the ids of code and bindings, both of which it holds on to."""

    of_bodies: dict[tuple[int, int], Plan] = field(default_factory=dict)
    of_dynamic: dict[tuple[int, int], list[tuple[Bindings, Block]]] = field(default_factory=dict)
    """The blocks that a dynamic block stands for."""


class Expansion(Struct, frozen=True):
    """All instances; `by` says what repeats them."""

    by: str
    """`count`, `for_each`, or empty for a single instance."""
    repetitions: tuple[Repetition, ...]
    plans: Plans = field(default_factory=Plans)
    """Of the bodies of the block, as its first instance leaves them to the others."""

    @property
    def undetermined(self) -> Unknown | None:
        """Why it is not known which instances there are."""
        return self.repetitions[0].undetermined if self.repetitions else None

    def seen(self, instances: list[Value]) -> Value:
        """What expressions see of repeated instances: a tuple for `count`, an object for `for_each`."""
        if self.by == "count":
            return values.sequence(instances)
        keys = [str(repetition.key) for repetition in self.repetitions]
        return values.mapping(dict(zip(keys, instances, strict=True)))


def expand(body: Body, evaluate: Callable[[Attribute], Value]) -> Expansion:
    """The instances that `count` or `for_each` of a block ask for.

    Raises:
        EvaluationError: where the argument is not one that Terraform takes.
    """
    for name, of_value in (("for_each", _for_each), ("count", _count)):
        if (attribute := body.attributes.get(name)) is not None:
            try:
                return of_value(evaluate(attribute))
            except EvaluationError as error:
                error.place = error.place or Provenance(attribute.source, attribute.offset)
                raise
    return Expansion("", (_SINGLE,))


def undetermined(by: str, cause: Unknown) -> Expansion:
    """One placeholder in the place of instances that can't be counted."""
    return Expansion(by, (Repetition(undetermined=cause),))


def _count(value: Value) -> Expansion:
    summary = "Invalid count argument"
    _not_ephemeral(value, summary)
    if value.is_null:
        raise EvaluationError(summary, 'The given "count" argument value is null. An integer is required.')
    try:
        content = convert(value, types.NUMBER).content
    except ConversionError as error:
        raise EvaluationError(summary, f'The given "count" argument value is unsuitable: {error}.') from error
    if isinstance(content, Undecided):
        return undetermined("count", content.cause)
    if not isinstance(content, int) or content < 0:
        raise EvaluationError(summary, 'The given "count" argument value is unsuitable: a whole number from 0 is.')
    _bounded(content)
    return Expansion("count", tuple(Repetition(index) for index in range(content)))


def _for_each(value: Value) -> Expansion:
    summary = "Invalid for_each argument"
    _not_ephemeral(value, summary)
    if is_guarded(value.marks):
        detail = "Sensitive values, or values derived from sensitive values, cannot be used as for_each arguments."
        raise EvaluationError(summary, detail)
    if value.is_null:
        detail = 'The given "for_each" argument value is null. A map, or set of strings is allowed.'
        raise EvaluationError(summary, detail)
    content = value.content
    if isinstance(content, Undecided):
        return undetermined("for_each", content.cause)
    if isinstance(value.type, MapType | ObjectType) and isinstance(content, Mapping):
        _bounded(len(content))
        return Expansion("for_each", tuple(Repetition(key, content[key]) for key in sorted(content)))
    if not isinstance(value.type, SetType) or not isinstance(content, tuple):
        detail = (
            'The given "for_each" argument value is unsuitable: the "for_each" argument must be a map, or set of'
            f" strings, and you have provided a value of type {types.friendly(value.type)}."
        )
        raise EvaluationError(summary, detail)
    if causes := list(values.causes_of(value)):
        return undetermined("for_each", values.merged(causes))
    _bounded(len(content))
    keys = [item.content for item in content]
    if any(not isinstance(key, str) for key in keys):
        raise EvaluationError(summary, 'The given "for_each" set holds other elements than strings.')
    return Expansion("for_each", tuple(Repetition(str(item.content), item) for item in content))


def _not_ephemeral(value: Value, summary: str) -> None:
    if values.EPHEMERAL in value.marks:
        raise EvaluationError(summary, "The given value is derived from an ephemeral value, which no state may keep.")


def _bounded(number: int) -> None:
    if number > MAX_INSTANCES:
        detail = f"{number:,} instances are asked for; at most {MAX_INSTANCES:,} of one block are evaluated."
        raise EvaluationError("Too many instances", detail)


class RepetitionScope:
    """The scope of a module with `each` and `count` of one instance in front of it."""

    __slots__ = ("_names", "_outer", "among_others", "answers", "plans")

    def __init__(self, outer: Scope, expansion: Expansion, repetition: Repetition) -> None:
        """Bind what the instance's block may refer to.

        `answers` counts how often something of the instance was asked for: a value that did without is that of all
        instances, and part of their `plans`.
        """
        self._outer = outer
        self.answers = 0
        self.among_others = len(expansion.repetitions) > 1
        self.plans = expansion.plans
        self._names: dict[str, Value] = {}
        cause, key = repetition.undetermined, repetition.key
        if expansion.by == "count":
            index = (
                values.unknown(types.NUMBER, cause)
                if cause is not None
                else values.number(key if isinstance(key, int) else 0)
            )
            self._names["count"] = values.mapping({"index": index})
        elif expansion.by == "for_each":
            name = values.unknown(types.STRING, cause, not_null=True) if cause is not None else values.string(str(key))
            item = values.unknown(types.DYNAMIC, cause) if cause is not None else repetition.value or values.NULL
            self._names["each"] = values.mapping({"key": name.at(item.origin), "value": item})

    @property
    def surroundings(self) -> Surroundings:
        """Those of the module."""
        return self._outer.surroundings

    def resolve(self, name: str, steps: tuple[Step, ...], /) -> tuple[Value, int]:
        """`each`, `count`, or what the module knows."""
        if name in ("each", "count"):
            self.answers += 1
            found = self._names.get(name)
            if found is None:
                argument = "for_each" if name == "each" else "count"
                detail = f'The "{name}" object can be used only in blocks where the "{argument}" argument is set.'
                raise EvaluationError(f'Reference to "{name}" in context without {argument}', detail)
            return found, 0
        return self._outer.resolve(name, steps)
