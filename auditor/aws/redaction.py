"""Redacted snapshots: readings that can leave the company and still be judged.

Account ids, names of users and roles, and tag values become pseudonyms: the same thing has the same one all through the
snapshot, and only there. Tables, keys, alarms and topics keep their names, or the code could not be held against them.
What the code could be held against no more is unknown when the snapshot is judged, never another value: tag values,
what the code marks sensitive, a user or role that something works as, and policies that name users, roles or other
accounts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from auditor.model.answers import Answer, Answers, Request, Scope, Snapshot
from auditor.model.members import REDACTED
from auditor.model.values import Reason

_ACCOUNT: Final = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_PRINCIPAL: Final = re.compile(
    r"(arn:[a-z-]+:(?:iam|sts)::[0-9]{12}:(?:user|role|group|assumed-role|federated-user)/)(?!aws-service-role/)"
    r"([^\"'\s,]+)"
)
_TOKENS: Final = re.compile(r"\b(?:AIDA|AROA|AGPA|ASIA|AKIA)[A-Z0-9]{8,}\b")
_DIGITS: Final = 10**12
_POLICIES: Final = frozenset({"dynamodb:GetResourcePolicy", "iam:GetPolicyVersion", "kms:GetKeyPolicy"})
_TAKEN_OUT: Final = "the snapshot is redacted: the policy names users, roles or other accounts"
_TAGS: Final = frozenset({"Tags", "TagSet", "RecoveryPointTags"})
_TAG_TEXTS: Final = frozenset({"Value", "TagValue"})
_OF_TAGS: Final = frozenset({"ConditionValue"})
"""What is compared with the values of tags."""
_OWN_WORDS: Final = ("id", "command", "project", "trigger")
"""What the context of a reading says of the place where it was taken and of who started it."""
_OF_GIT: Final = ("commit", "dirty")
"""What stays of the state of the repository: branch, folder and pages have names that people gave."""


def redacted(snapshot: Snapshot, key: bytes, hide: Callable[[Any], Any] = lambda value: value) -> Snapshot:
    """The snapshot with pseudonyms; the key decides them, and who has it can tell which is whose.

    `hide` takes out of a text or a number what the code marks sensitive.
    """
    hand = _Pseudonyms(key, snapshot.account, hide)
    scope = snapshot.scope
    answers = (hand.answer(answer) for answer in snapshot.answers)
    context = {name: value for name, value in snapshot.context.items() if name not in _OWN_WORDS}
    git = snapshot.context.get("git", {})
    return replace(
        snapshot,
        account=hand.text(snapshot.account),
        caller=hand.text(snapshot.caller),
        endpoint="(redacted)" if snapshot.endpoint else "",
        scope=Scope(
            account=hand.text(scope.account),
            region=scope.region,
            partition=scope.partition,
            declared={kind: tuple(map(hand.text, names)) for kind, names in scope.declared.items()},
            patterns=scope.patterns,
            environment=scope.environment,
            wanted=scope.wanted,
            looked_up={type_: tuple(map(hand.text, sought)) for type_, sought in scope.looked_up.items()},
        ),
        answers=Answers({answer.request: answer for answer in answers}),
        context={
            **hand.value(context),
            "id": f"redacted-{hand.digest(str(snapshot.context.get('id', '')))}",
            "command": "(redacted)",
            "project": "(redacted)",
            "git": {name: git[name] for name in _OF_GIT if name in git}
            | ({"unknown": "(redacted)"} if "unknown" in git else {}),
            "redacted": True,
        },
    )


def names_principal(text: str) -> bool:
    """Whether a text is the ARN of a user or role, which a redacted snapshot has under another name."""
    return _PRINCIPAL.fullmatch(text) is not None


class _Pseudonyms(Struct, frozen=True):
    """What stands for what."""

    key: bytes
    own: str
    """The account that was read."""
    hide: Callable[[Any], Any]

    def digest(self, text: str) -> str:
        """Eight hexadecimal digits."""
        return self._digest(text).hex()[:8]

    def _digest(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()

    def text(self, text: str) -> str:
        """A text with its account ids and principals replaced."""
        text = _PRINCIPAL.sub(lambda found: f"{found[1]}principal-{self.digest(found[2])}", self.hide(text))
        text = _TOKENS.sub(lambda found: f"{found[0][:4]}{self.digest(found[0]).upper()}", text)
        return _ACCOUNT.sub(lambda found: self._account(found[0]), text)

    def _account(self, account: str) -> str:
        return f"{int.from_bytes(self._digest(account)[:8]) % _DIGITS:012}"

    def value(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Any part of an answer."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {name: self._member(name, item) for name, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
            case _:
                return self.hide(value)

    def _member(self, name: str, item: Any) -> Any:  # noqa: ANN401 - any JSON
        if name in _OF_TAGS:
            return self._taken_out(item)
        if name not in _TAGS:
            return self.value(item)
        match item:
            case Mapping():
                return {key: self._taken_out(text) for key, text in item.items()}
            case list() | tuple():
                return [self._pair(pair) for pair in item]
            case _:
                return self.value(item)

    def _pair(self, pair: Any) -> Any:  # noqa: ANN401 - any JSON
        if not isinstance(pair, Mapping):
            return self.value(pair)
        return {name: self._taken_out(text) if name in _TAG_TEXTS else self.value(text) for name, text in pair.items()}

    def _taken_out(self, text: Any) -> str:  # noqa: ANN401 - any JSON
        return f"{REDACTED}{self.digest(str(text))}"

    def answer(self, answer: Answer) -> Answer:
        """An answer with its request."""
        params = {
            name: tuple(map(self.text, value))
            if isinstance(value, tuple)
            else self.text(value)
            if isinstance(value, str)
            else value
            for name, value in answer.request.params
        }
        request = Request.of(answer.request.api, answer.request.region, **params)
        if answer.request.api in _POLICIES and any(map(self._names_others, answer.pages)):
            taken_out: dict[str, Any] = {"ok": False, "code": "Redacted", "reason": Reason.NOT_READ}
            return replace(answer, request=request, pages=(), detail=_TAKEN_OUT, **taken_out)
        pages = tuple(self.value(page) for page in answer.pages)
        return replace(answer, request=request, pages=pages, detail=self.text(answer.detail))

    def _names_others(self, page: Mapping[str, Any]) -> bool:
        policy = json.dumps(page)
        return self.text(policy) != policy.replace(self.own, self._account(self.own))
