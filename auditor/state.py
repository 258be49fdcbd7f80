"""Terraform's state: what AWS gave the declared resources, and what was last applied, as Terraform noted it.

It says which live resource an address manages, and which side moved since then. What it says is never taken for what
is live.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.compare.last_applied import without_key
from auditor.compare.triggers import DATA
from auditor.kinds import kinds
from auditor.model.errors import SourceError
from auditor.model.facts import Resource
from auditor.model.values import Reason, Unknown, Value

_VERSION: Final = 4
LARGEST: Final = 200_000_000
"""Bytes."""
_DEPOSED: Final = " (deposed)"
_OBJECT: Final = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>.{1,1024})", re.DOTALL)
_HINT: Final = "give a state file of version 4, or what `terraform show -json` prints of a state or plan"


class StateObject(Struct, frozen=True):
    """Where a state lies in S3."""

    bucket: str
    key: str

    @classmethod
    def of(cls, text: str) -> StateObject | None:
        """The place that a text as `s3://bucket/key` names; None where it names none."""
        found = _OBJECT.fullmatch(text)
        return cls(**found.groupdict()) if found else None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class State(Struct, frozen=True):
    """What a state tells of managed resources; nothing that is sensitive."""

    path: str
    size: int
    sha256: str
    values: Mapping[str, Value]
    """The scalar attributes by reference, as `aws_kms_key.this.arn`."""
    applied: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By address: the attributes of resources that are compared, as JSON; what is deposed has `(deposed)` after it."""
    tainted: tuple[str, ...] = ()
    """The addresses of what the next apply replaces, because it was not made whole, or somebody said so."""

    def moved(self, rename: Callable[[str], str]) -> State:
        """The same state, with what has moved since under its address of now; references find it by the old one too.

        What moved to where the state has something else stays where it is.
        """
        staying = {address for address in self.applied if rename(address) == address}
        now = {
            address if (new := rename(address)) in staying else new: attributes
            for address, attributes in self.applied.items()
        }
        values = {rename(reference): value for reference, value in self.values.items()}
        return replace(self, values=values | dict(self.values), applied=now, tainted=tuple(map(rename, self.tainted)))

    def counted(self, declared: Iterable[str], said: Iterable[str]) -> State:
        """The same state, with what got a `count`, or lost it, under its address of now.

        Terraform moves that by itself, but where the code says of a resource (its address in `said`) what moved.
        """
        known = {*declared}
        kept = {*self.applied}
        told = {without_key(address) for address in said}
        moves = {
            address: other
            for address in kept - known
            for other in (f"{address}[0]", address.removesuffix("[0]"))
            if other in known and other not in kept and without_key(address) not in told
        }
        return self.moved(lambda reference: _renamed(reference, moves)) if moves else self

    def told(self, imported: Mapping[str, Value], forgotten: Iterable[str]) -> State:
        """The same state as the code's `import` blocks add to it and its `removed` blocks take from it.

        `imported`: the ids, by address.
        """
        gone = {address for address in self.applied for former in forgotten if _lies_in(address, former)}
        kept = {address: attributes for address, attributes in self.applied.items() if address not in gone}
        brought = {address: {"id": id_ if isinstance(id_, str) else None} for address, id_ in imported.items()}
        return replace(self, applied={**brought, **kept})

    def names(self, resources: Iterable[Resource]) -> Mapping[str, tuple[str, ...]]:
        """By kind: the names that it has and the code has not, since live may be under one of these."""
        own = {(resource.kind, resource.identity.name) for resource in resources}
        found: dict[str, set[str]] = {}
        for kind in kinds():
            for address, attributes in self.applied.items():
                name = kind.noted_name(attributes, "") if f".{kind.type}." in f".{address}" else None
                if name is not None and (kind.type, name) not in own:
                    found.setdefault(kind.type, set()).add(name)
        return {type_: tuple(sorted(names)) for type_, names in found.items()}

    def bind(self, resources: Iterable[Resource]) -> tuple[Resource, ...]:
        """The declared resources with each Unknown replaced that is nothing but one reference found here.

        The fact `unbound` of such a resource has the values as they were.
        """
        return tuple(self._bound_resource(resource) for resource in resources)

    def _bound_resource(self, resource: Resource) -> Resource:
        name = self._bound(resource.identity.name)
        identity = replace(resource.identity, name=name) if isinstance(name, str) else resource.identity
        values = {attribute: self._bound(value) for attribute, value in resource.values.items()}
        facts = resource.facts if values == resource.values else {**resource.facts, "unbound": resource.values}
        return replace(resource, identity=identity, values=values, facts=facts)

    def _bound(self, value: Value) -> Value:
        if isinstance(value, Unknown):
            found = None
            if value.reason is Reason.COMPUTED_BY_AWS and len(value.references) == 1:
                found = self.values.get(value.references[0])
            return value if found is None else found
        if isinstance(value, Mapping):
            return {key: self._bound(item) for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(self._bound(item) for item in value)
        return value


def _renamed(reference: str, moves: Mapping[str, str]) -> str:
    """A reference or an address by what has moved; the rest of a reference is an attribute."""
    for address in (reference, reference.rpartition(".")[0]):
        if address in moves:
            return moves[address] + reference.removeprefix(address)
    return reference


def _lies_in(address: str, former: str) -> bool:
    """Whether an address is another, or an instance of it or inside of it."""
    return address == former or address.startswith((f"{former}.", f"{former}[", f"{former}{_DEPOSED}"))


def read(path: Path, shown: str) -> State:
    """Read a state of version 4, or the JSON of a state or plan.

    Raises:
        SourceError: where it can't be read, or is neither.
    """
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"{shown} is no regular file", hint="give --state an existing file")
        if path.stat().st_size > LARGEST:
            raise SourceError(f"{shown} is too large for a state", hint=_HINT)
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{shown} can't be read: {error.strerror}", hint="give --state an existing file") from error
    return decode(content, shown)


def decode(content: bytes, shown: str) -> State:
    """The state in these bytes; SourceError as `read` raises it."""
    try:
        document = json.loads(content)
        found = tuple(_instances(document))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else "its parts are not those of one"
        raise SourceError(
            f"{shown} is no state of Terraform", detail=f"it does not read as one: {why}", hint=_HINT
        ) from error
    return State(
        path=shown,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        values=dict(_scalars(found)),
        applied=dict(_compared(found)),
        tainted=tuple(each.address for each in found if each.tainted),
    )


class Instance(NamedTuple):
    """One managed resource."""

    type: str
    address: str
    attributes: Mapping[str, Any]
    """Without those that are or hold something sensitive."""
    tainted: bool


def _instances(document: Mapping[str, Any]) -> Iterator[Instance]:
    if document.get("version") == _VERSION:
        for resource in document["resources"]:
            if resource["mode"] == "managed":
                yield from _of_resource(resource)
    elif "format_version" in document:
        shown = document.get("prior_state", document) if "planned_values" in document else document
        yield from _of_module(shown.get("values", {}).get("root_module", {}))
    else:
        raise ValueError("neither version 4 nor a format_version")


def _of_resource(resource: Mapping[str, Any]) -> Iterator[Instance]:
    module = f"{resource['module']}." if "module" in resource else ""
    for instance in resource["instances"]:
        key = f"[{json.dumps(instance['index_key'], ensure_ascii=False)}]" if "index_key" in instance else ""
        hidden = {path[0]["value"] for path in instance.get("sensitive_attributes", ()) if path}
        address = f"{module}{resource['type']}.{resource['name']}{key}{_DEPOSED if 'deposed' in instance else ''}"
        told = instance["attributes"]
        if resource["type"] == DATA:  # values of any type have it beside them here
            told = {name: value["value"] if isinstance(value, Mapping) else value for name, value in told.items()}
        yield Instance(resource["type"], address, _shown(told, hidden), instance.get("status") == "tainted")


def _of_module(module: Mapping[str, Any]) -> Iterator[Instance]:
    for resource in module.get("resources", ()):
        if resource["mode"] == "managed":
            hidden = {name for name, marked in resource.get("sensitive_values", {}).items() if _marked(marked)}
            address = f"{resource['address']}{_DEPOSED if 'deposed_key' in resource else ''}"
            tainted = resource.get("tainted") is True
            yield Instance(resource["type"], address, _shown(resource["values"], hidden), tainted)
    for child in module.get("child_modules", ()):
        yield from _of_module(child)


def _marked(marks: Any) -> bool:  # noqa: ANN401 - decoded JSON
    """Whether anything inside is marked sensitive."""
    inner = marks.values() if isinstance(marks, Mapping) else marks if isinstance(marks, list) else ()
    return marks is True or any(map(_marked, inner))


def _shown(attributes: Mapping[str, Any], hidden: set[str]) -> Mapping[str, Any]:
    return {name: value for name, value in attributes.items() if name not in hidden}


def _scalars(found: Iterable[Instance]) -> Iterator[tuple[str, Value]]:
    for instance in found:
        for name, value in instance.attributes.items() if not instance.address.endswith(_DEPOSED) else ():
            if isinstance(value, str | bool | int):
                yield f"{instance.address}.{name}", value


def _compared(found: Iterable[Instance]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What is compared or tells a name or a place, and nothing else, as a bundle keeps it."""
    known = {
        kind.type: {*(each.name for each in kind.attributes), *kind.identity.split("/"), "arn"} for kind in kinds()
    } | {DATA: {"input", "triggers_replace"}}
    for type_, address, attributes, _ in found:
        if type_ in known:
            yield address, {name: value for name, value in attributes.items() if name in known[type_]}
