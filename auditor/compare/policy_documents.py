"""Equivalence of policy documents, as Terraform's AWS provider decides it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

_ROOT: Final = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_LISTS: Final = ("action", "notaction", "resource", "notresource")
_PRINCIPALS: Final = ("principal", "notprincipal")


@lru_cache(maxsize=4096)
def equivalent(left: str, right: str, *, blind: bool = True) -> bool:
    """Whether two policy documents mean the same to the provider; text that is not JSON equals itself only.

    `blind`: as the provider is to principals in plain text, such as `"*"`, which it takes for equal to any other.
    Nothing is expanded: wildcards, variables and the meaning of actions stay what they are.
    """
    if left.strip() == right.strip():
        return True
    documents = [_document(text) for text in (left, right)]
    if documents[0] == documents[1] and documents[0] is not None:
        return True
    if not all(isinstance(document, Mapping) for document in documents):
        return False
    one, other = documents
    if any(one.get(name, default) != other.get(name, default) for name, default in (("Version", None), ("Id", ""))):
        return False
    ours, theirs = (_statements(document) for document in documents)
    return len(ours) == len(theirs) and _covered(ours, theirs, blind) and _covered(theirs, ours, blind)


def _document(text: str) -> Any:  # noqa: ANN401 - decoded JSON
    """The document; blank text is an empty one, and a list of one document that document."""
    if not text.strip():
        return {}
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document[0] if isinstance(document, list) and len(document) == 1 else document


def _statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = document.get("Statement", [])
    listed = found if isinstance(found, list) else [found]
    return [
        {str(name).lower(): value for name, value in statement.items()} if isinstance(statement, Mapping) else {}
        for statement in listed
    ]


def _covered(statements: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], blind: bool) -> bool:
    """Whether each statement has an equal one; two may share it, as in the provider."""
    return all(any(_same_statement(statement, other, blind) for other in others) for statement in statements)


def _same_statement(one: Mapping[str, Any], other: Mapping[str, Any], blind: bool) -> bool:
    return (
        one.get("sid", "") == other.get("sid", "")
        and str(one.get("effect", "")).lower() == str(other.get("effect", "")).lower()
        and all(_counted(one.get(name)) == _counted(other.get(name)) for name in _LISTS)
        and all(_same_principals(one.get(name), other.get(name), blind) for name in _PRINCIPALS)
        and _conditions(one.get("condition")) == _conditions(other.get("condition"))
    )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - decoded JSON
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _counted(value: Any) -> Counter[str]:  # noqa: ANN401 - decoded JSON
    """A scalar or a list as a bag: order does not matter, repetition does."""
    return Counter(json.dumps(item, sort_keys=True) for item in _listed(value))


def _same_principals(one: Any, other: Any, blind: bool) -> bool:  # noqa: ANN401 - decoded JSON
    """Principals by type; what is not a map the provider takes for equal to anything else of that sort, or to none."""
    if not isinstance(one, Mapping) and not isinstance(other, Mapping):
        return blind or bool(one == other)
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    return _principals(one) == _principals(other)


def _principals(found: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """By type; an account's id is the ARN of its root."""
    named = {kind: Counter(_ROOT.sub(r"\1", str(item)) for item in _listed(value)) for kind, value in found.items()}
    return {kind: items for kind, items in named.items() if items}


def _conditions(found: Any) -> Any:  # noqa: ANN401 - decoded JSON
    """Operators, keys and bags of texts; no condition at all is None, and differs from an empty one."""
    if not isinstance(found, Mapping):
        return None
    return {
        operator: {key: Counter(_text(item) for item in _listed(value)) for key, value in keys.items()}
        if isinstance(keys, Mapping)
        else keys
        for operator, keys in found.items()
    }


def _text(value: Any) -> str:  # noqa: ANN401 - decoded JSON
    return value if isinstance(value, str) else json.dumps(value)
