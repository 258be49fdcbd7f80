"""Analysis of resource policies: statements that allow everybody, and whom else the allowing statements let in.

Denials count: one for everybody, over all actions and resources of an allowing statement, leaves of everybody only whom
its conditions spare. Names of principals are not looked up, and of what an account or organisation may do nothing is
told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.values import NOT_APPLICABLE, REFERENCE, Reason, Unknown, Value
from auditor.policy.globs import matches
from auditor.subjects.policy_conditions import NOBODY, Names, let_in, let_through

LONGEST: Final = 256 * 1024
"""Characters; AWS takes no longer policy for tables (20 KB) or keys (32 KB)."""

_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_PRINCIPAL: Final = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::([^:]*):.*", re.DOTALL)


class PolicyFindings(Struct, frozen=True):
    """What a policy document gives away."""

    statements: int
    public: tuple[Value, ...]
    """Labels of statements that allow everybody: Sid, or `statement N`."""
    accounts: tuple[Value, ...]
    """Accounts and organisations that allowing statements let in, by principal or by condition, sorted."""
    broad: tuple[Value, ...] = ()
    """Labels of allowing statements that do not name their actions: wildcards, or all but some."""


def findings_of(document: Value) -> PolicyFindings | Value:
    """What a policy document, as JSON text, gives away; absent, unknown and not applicable stay what they are.

    Of a text with references in it, what does not depend on them is told all the same; an Unknown stands for the rest.
    """
    if document is None or document is NOT_APPLICABLE:
        return document
    if not isinstance(document, Unknown):
        return _analysed(str(document))
    found = _analysed(document.text) if document.text else document
    if not isinstance(found, PolicyFindings) or _closed(document.text):
        return found
    return replace(found, public=(*found.public, document), accounts=(*found.accounts, document))


def _closed(text: str) -> bool:
    """Whether all references are to resources of the same code, which stand for nobody else."""
    begin, end = REFERENCE
    references = [part.partition(end)[0] for part in text.split(begin)[1:]]
    return not any(re.search(r"(?:^|\.)data\.", reference) for reference in references)


_UNREADABLE: Final = Unknown(Reason.NOT_SUPPORTED, "the policy document can't be read as one")

Statement = Mapping[str, Any]


@lru_cache(maxsize=1024)
def _analysed(text: str) -> PolicyFindings | Unknown:
    if len(text) > LONGEST:
        return _UNREADABLE
    try:
        statements = _several(json.loads(text)["Statement"])
        named = [(_label(statement, number), statement) for number, statement in enumerate(statements, 1)]
        denials = [statement for statement in statements if statement["Effect"] == "Deny"]
        allowing = [(label, statement) for label, statement in named if statement["Effect"] != "Deny"]
        reached = [(label, *_reached(statement, denials)) for label, statement in allowing]
        return PolicyFindings(
            statements=len(statements),
            public=tuple(label for label, public, _ in reached if public),
            accounts=tuple(sorted({name for _, _, names in reached for name in names})),
            broad=tuple(label for label, statement in allowing if _broad(statement)),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _UNREADABLE


def _several(value: Any) -> list[Any]:  # noqa: ANN401 - decoded JSON
    return value if isinstance(value, list) else [value]


def _label(statement: Statement, number: int) -> str:
    sid = statement.get("Sid")
    return sid if isinstance(sid, str) and sid else f"statement {number}"


def _broad(statement: Statement) -> bool:
    return "NotAction" in statement or any("*" in action or "?" in action for action in _texts(statement, "Action"))


def _texts(statement: Statement, name: str) -> list[str]:
    return [str(value) for value in _several(statement.get(name, []))]


def _reached(statement: Statement, denials: Iterable[Statement]) -> tuple[bool, Names]:
    """Whether an allowing statement lets everybody in, and whom by name."""
    spared = [_spared(denial) for denial in denials if _covers(denial, statement)]
    if any(names == NOBODY and not conditional for names, conditional in spared):
        return False, NOBODY
    if "NotPrincipal" in statement:
        principals: tuple[str, ...] = ("*",)
    else:
        principals = tuple(_principals(statement["Principal"]))
    named, everybody = _accounts(principals), any(map(_everybody, principals))
    limits = [let_in(statement.get("Condition") or {}), *(names for names, _ in spared)]
    limit = next((names for names in limits if names is not None), None)
    if everybody:
        return limit is None, named | (limit or NOBODY)
    # Without a principal of AWS it is one of services, which act for the accounts that the conditions name.
    return False, named or limit or NOBODY


def _principals(principal: Any) -> Iterator[str]:  # noqa: ANN401 - decoded JSON
    """Principals of AWS: ARNs, account numbers or `*`; of services and identity providers only `*`."""
    if isinstance(principal, str):
        yield principal
    else:
        for type_, names in principal.items():
            yield from (str(name) for name in _several(names) if type_ == "AWS" or name == "*")


def _everybody(principal: str) -> bool:
    """`*`, or an ARN with any account, which AWS refuses to take."""
    arn = _PRINCIPAL.fullmatch(principal)
    return principal == "*" or (arn is not None and re.search(r"[*?]", arn[1]) is not None)


def _accounts(principals: Iterable[str]) -> Names:
    arns = ((_PRINCIPAL.fullmatch(principal), principal) for principal in principals)
    found = (arn[1] if arn else principal for arn, principal in arns)
    return frozenset(account for account in found if _ACCOUNT.fullmatch(account))


def _covers(denial: Statement, statement: Statement) -> bool:
    """Whether a denial for everybody, or all but some, is about everything that a statement allows."""
    if "NotPrincipal" not in denial and not any(map(_everybody, _principals(denial["Principal"]))):
        return False
    return all(
        _about_all(denial, name, _texts(statement, name) if f"Not{name}" not in statement else ["*"])
        for name in ("Action", "Resource")
    )


def _about_all(denial: Statement, name: str, narrow: list[str]) -> bool:
    """Whether a denial is about all of these actions or resources; one of all but some is, where it excepts none."""
    if f"Not{name}" not in denial:
        return _include(_texts(denial, name), narrow)
    spared = [pattern.lower().replace("?", "*") for pattern in _texts(denial, f"Not{name}")]
    certain = not any("*" in one or "?" in one for one in narrow)
    return certain and not any(matches(pattern, one.lower()) for pattern in spared for one in narrow)


def _include(wide: Iterable[str], narrow: Iterable[str]) -> bool:
    """Whether all that one list of patterns fits is fitted by another one's; `?` is not looked through."""
    patterns = [pattern.lower() for pattern in wide if "?" not in pattern]
    return bool(patterns) and all(any(matches(pattern, one.lower()) for pattern in patterns) for one in narrow)


def _spared(denial: Statement) -> tuple[Names | None, bool]:
    """Whom a denial leaves in, None being anybody, and whether it has conditions."""
    conditions = denial.get("Condition") or {}
    names = let_through(conditions)
    if "NotPrincipal" in denial and names is not None:
        principals = tuple(_principals(denial["NotPrincipal"]))
        names = None if any(map(_everybody, principals)) else names | _accounts(principals)
    return names, bool(conditions) or "NotPrincipal" in denial
