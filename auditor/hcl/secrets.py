"""The texts and numbers that code marks sensitive, so that no report shows one, wherever it turns up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from auditor.hcl import numbers
from auditor.hcl.configuration import Configuration
from auditor.hcl.numbers import Float
from auditor.hcl.values import Value

_SHORTEST: Final = 4
"""Characters: shorter texts are no secrets, and stand everywhere."""


def sensitive_texts(configuration: Configuration) -> frozenset[str]:
    """Every text inside a value that is marked sensitive and that no other value of the code holds openly.

    A number is the text that Terraform makes of it.
    """
    hidden: set[str] = set()
    openly: set[str] = set()
    for value in _all_values(configuration):
        _sort_texts(value, hidden, openly, within=False)
    return frozenset(text for text in hidden - openly if len(text) >= _SHORTEST)


def _all_values(configuration: Configuration) -> Iterable[Value]:
    yield from _variables(configuration)
    for resource in configuration.resources:
        yield from resource.written.values()
    for provider in configuration.providers:
        yield from provider.values.values()


def _variables(configuration: Configuration) -> Iterator[Value]:
    for module in configuration.root.tree:
        for (name,) in module.module.of("variable"):
            yield module.variable(name)


def _sort_texts(value: Value, hidden: set[str], openly: set[str], *, within: bool) -> None:
    within = within or value.sensitive
    content = value.content
    if isinstance(content, str):
        (hidden if within else openly).add(content)
    elif isinstance(content, int | Float) and not isinstance(content, bool):
        (hidden if within else openly).add(numbers.text(content))
    elif isinstance(content, tuple):
        for item in content:
            _sort_texts(item, hidden, openly, within=within)
    elif isinstance(content, Mapping):
        for item in content.values():
            _sort_texts(item, hidden, openly, within=within)
