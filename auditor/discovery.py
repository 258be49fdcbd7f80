"""Discovery: one constant of every module of a package, so that a new module is all it takes to add one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection
from typing import TypeVar

T = TypeVar("T")


def constants(package: str, name: str, type_: type[T], *, besides: Collection[str] = ()) -> tuple[T, ...]:
    """The constant `name` of each module of a package, by module name; modules named in `besides` hold what they share.

    Any other module without it, or with one of another type, is a defect (TypeError): nothing is left out in silence.
    """
    found = []
    for module in sorted(info.name for info in pkgutil.iter_modules(importlib.import_module(package).__path__)):
        if module in besides:
            continue
        value = getattr(importlib.import_module(f"{package}.{module}"), name, None)
        if not isinstance(value, type_):
            raise TypeError(f"{package}.{module} has no {name} of type {type_.__name__}")
        found.append(value)
    return tuple(found)
