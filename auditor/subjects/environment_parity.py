"""How an environment's code stands to that of the others: modules, versions, what they share, whom they name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from auditor.model.catalogue import FactType
from auditor.model.values import NOT_APPLICABLE, REFERENCE, Reason, Unknown, Value
from auditor.subjects.definition import Definition, analysed, decided, spec
from auditor.subjects.encryption import only_own_keys
from auditor.subjects.material import DeclaredEnvironment, Material, keys_of_tables

_Compare = Callable[[DeclaredEnvironment, DeclaredEnvironment], Iterable[Value]]


def _with_others(compare: _Compare) -> Callable[[Material], Value]:
    """What a comparison with each other environment finds; an Unknown stands for one whose code can't be read."""

    def of(material: Material) -> Value:
        own = material.environment
        if own.failed is not None:
            return own.failed
        if not material.others:
            return NOT_APPLICABLE
        return decided(
            found
            for other in material.others
            for found in ((other.failed,) if other.failed is not None else compare(own, other))
        )

    return of


def _module_differences(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[str]:
    yield from _differences("", own.modules, other.modules, own.modules.keys() & other.modules.keys(), other.name)


def _version_differences(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[str]:
    asked, theirs = ({"Terraform": one.required_version, **one.providers} for one in (own, other))
    yield from _differences("", asked, theirs, asked.keys() & theirs.keys(), other.name)
    locked = (own.locked_versions.keys() | other.locked_versions.keys()) & own.providers.keys() & other.providers.keys()
    yield from _differences("lock of ", own.locked_versions, other.locked_versions, locked, other.name)


def _differences(
    what: str, here: Mapping[str, str], there: Mapping[str, str], names: Iterable[str], other: str
) -> Iterator[str]:
    for name in sorted(names):
        ours, theirs = here.get(name) or "none", there.get(name) or "none"
        if ours != theirs:
            yield f"{what}{name}: {ours} here, {theirs} in {other}"


def _sharing_keys(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[Value]:
    """The other one's name where a table of each names the same key; keys that an environment makes are its own."""
    (ours, our_open), (theirs, their_open) = (_named_keys(one) for one in (own, other))
    if ours & theirs:
        yield other.name
    elif our_open and (theirs or their_open):
        yield our_open[0]
    elif their_open and ours:
        yield their_open[0]


def _named_keys(environment: DeclaredEnvironment) -> tuple[frozenset[str], list[Unknown]]:
    keys = tuple(keys_of_tables(environment))
    named = frozenset(key for key in keys if isinstance(key, str))
    return named, [key for key in keys if isinstance(key, Unknown) and not only_own_keys(key)]


def _sharing_account(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[Value]:
    for one in (own, other):
        if not one.account:
            yield Unknown(Reason.NOT_EVALUABLE, f"no account is named for {one.name}")
            return
    if own.account == other.account:
        yield other.name


def _naming(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[Value]:
    """Each attribute of the environment's code in which the account or a name of another environment stands."""
    marks = tuple(_marks(own, other))
    if not marks:
        return
    pattern = re.compile("|".join(marks))
    blocks: list[tuple[str, Mapping[str, Value]]] = [("backend", own.backend), ("provider", own.provider)]
    blocks += [(resource.address, resource.values) for resource in own.resources]
    for address, values in blocks:
        for name, value in values.items():
            texts, open_ = list[str](), list[Unknown]()
            _texts(value, texts, open_)
            if any(pattern.search(text) for text in texts):
                yield f"{address}: {name} names {other.name}"
            else:
                yield from open_[:1]


def _marks(own: DeclaredEnvironment, other: DeclaredEnvironment) -> Iterator[str]:
    """What only the other environment's things are called by: its account, and what its names begin with."""
    if other.account and other.account != own.account:
        yield rf"(?<![0-9]){re.escape(other.account)}(?![0-9])"
    own_names = [pattern.removesuffix("*") for pattern in own.patterns]
    for pattern in other.patterns:
        prefix = pattern.removesuffix("*")
        alike = any(name.startswith(prefix) or prefix.startswith(name) for name in own_names)
        if pattern.endswith("*") and prefix and not re.search(r"[*?\[]", prefix) and not alike:
            yield rf"(?<![A-Za-z0-9]){re.escape(prefix)}"


_OWN_REFERENCE: Final = re.compile("[{}][^{}]*[{}]".format(REFERENCE[0], "".join(REFERENCE), REFERENCE[1]))


def _texts(value: Value, texts: list[str], open_: list[Unknown]) -> None:
    """All texts inside a value; what AWS makes of the environment's own resources names no other one."""
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            texts.append(key)
            _texts(item, texts, open_)
    elif isinstance(value, tuple):
        for item in value:
            _texts(item, texts, open_)
    elif isinstance(value, Unknown):
        texts.append(_OWN_REFERENCE.sub(" ", value.text))
        if value.reason is not Reason.COMPUTED_BY_AWS and not _of_own_resources(value):
            open_.append(value)


def _of_own_resources(value: Unknown) -> bool:
    return bool(value.references) and all("data." not in name and "." in name for name in value.references)


_CODE: Final = "code of all environments"


def _compared(path: str, doc: str, compare: _Compare) -> Definition[Material]:
    fact = spec(f"environment.{path}", FactType.STRINGS, doc, _CODE, absence="there is no other environment")
    return analysed(fact, _with_others(compare))


PARITY: Final[tuple[Definition[Material], ...]] = (
    _compared(
        "module_differences",
        "Modules of the root that another environment calls from another source, or in another version.",
        _module_differences,
    ),
    _compared(
        "version_differences",
        "Version constraints and locked versions of Terraform and providers that are others in another environment.",
        _version_differences,
    ),
    _compared(
        "keys_shared_with", "Other environments whose tables name a key that tables here name too.", _sharing_keys
    ),
    _compared("account_shared_with", "Other environments in the same account.", _sharing_account),
    _compared(
        "foreign_names",
        "Attributes, by address, in which the account or the beginning of the names of another environment stands.",
        _naming,
    ),
)
"""Facts of an environment beside the others."""
