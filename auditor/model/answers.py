"""What is asked of AWS and what it answered, raw: the stuff a snapshot is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from msgspec import Struct, field

from auditor.model.values import Reason, Unknown

Body = Mapping[str, Any]
"""A parsed answer: the members of the operation's output, unmapped; times are RFC 3339 UTC text."""


class Request(Struct, frozen=True, order=True):
    """One read of AWS, all its pages included; `params` are the operation's own, sorted by name."""

    api: str
    """`service:Operation` in botocore's names, as `dynamodb:DescribeTable`."""
    params: tuple[tuple[str, Any], ...] = ()
    """Values are strings, numbers, booleans or tuples of them."""
    region: str = ""
    """Empty: the environment's own Region."""

    @classmethod
    def of(cls, api: str, /, region: str = "", **params: object) -> Request:
        """A request from keyword parameters."""
        return cls(api, tuple(sorted(params.items())), region)

    @property
    def key(self) -> str:
        """A stable text that names the request inside a snapshot, as `TableName=koneksi-prod-users`."""
        named = ",".join(f"{name}={_text(value)}" for name, value in self.params)
        return f"{self.region}:{named}" if self.region else named


def _text(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(value)


ANSWERED: Final = frozenset(
    {
        "BackupNotFoundException",
        "KMSInvalidStateException",
        "NoSuchEntity",
        "NotFoundException",
        "PolicyNotFoundException",
        "ResourceNotFoundException",
        "TableNotFoundException",
        "UnsupportedOperationException",
    }
)
"""Error codes that are answers: the thing is not there, or the question does not apply to it."""


EARLIER: Final = "earlier"


class Answer(Struct, frozen=True):
    """What came of a request: whole pages, or why not."""

    request: Request
    pages: tuple[Body, ...] = ()
    """Every page, in order; empty unless `ok`. A collection of which one page failed is not ok."""
    ok: bool = True
    code: str = ""
    """AWS's error code, or the auditor's own: `BadAnswer`, `Timeout`, `ConnectionError`, `NoCredentials`, `Refused`,
    `LaneClosed`, `Deadline`, `Interrupted`, `NotRead`."""
    reason: Reason | None = None
    """Why there is no whole answer; None where `ok`."""
    detail: str = ""
    at: str = ""
    """When the last page came, RFC 3339 UTC."""
    request_id: str = ""
    """Of the last page; AWS's x-amzn-requestid."""
    attempts: int = 1
    source: str = "live"
    """`EARLIER` where it was taken over from a reading before this one; `at` tells of when it is."""
    action: str = ""
    """The IAM action that allows the operation."""

    @property
    def answered(self) -> bool:
        """Whether AWS told: it answered whole, or it said that the thing is not there or does not apply."""
        return self.ok or self.code in ANSWERED

    @property
    def unknown(self) -> Unknown:
        """What a fact becomes that this answer should have told."""
        reason = self.reason or Reason.FAILED
        action = (self.action or self.request.api) if reason is Reason.DENIED else ""
        return Unknown(reason, self.detail, api=self.request.api, code=self.code, action=action)


class Answers(Struct, frozen=True, dict=True):
    """All answers of one reading, by request."""

    by_request: Mapping[Request, Answer] = field(default_factory=dict)

    @cached_property
    def _missed(self) -> dict[Request, Unknown]:
        """What `unknown` gave: several facts of many subjects miss the same answer."""
        return {}

    def get(self, request: Request) -> Answer:
        """The answer to a request; one that was never made is an answer that is not ok, with reason `not_read`."""
        found = self.by_request.get(request)
        if found is not None:
            return found
        detail = f"{request.api} was not called for {request.key or 'this Region'}"
        return Answer(request, ok=False, reason=Reason.NOT_READ, code="NotRead", detail=detail)

    def told(self, request: Request) -> bool:
        """Whether AWS told what was asked, if only that it is not there."""
        found = self.by_request.get(request)
        return found is not None and found.answered

    def unknown(self, request: Request) -> Unknown:
        """What a fact becomes that the answer to a request should have told; the same for each."""
        found = self._missed.get(request)
        if found is None:
            found = self._missed[request] = self.get(request).unknown
        return found

    def of(self, api: str) -> tuple[Answer, ...]:
        """All answers of one operation, by request."""
        return tuple(self.by_request[request] for request in sorted(self.by_request, key=_order) if request.api == api)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.by_request[request] for request in sorted(self.by_request, key=_order))


def _order(request: Request) -> tuple[str, str]:
    return request.api, request.key


class Scope(Struct, frozen=True):
    """What belongs to an environment: where to look, and which names are its own."""

    account: str
    region: str
    partition: str = "aws"
    declared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Known names of declared resources by kind; they are read whether a list call shows them or not."""
    patterns: tuple[str, ...] = ()
    """Glob patterns of names that belong to the environment; live, undeclared ones among them are unmanaged."""
    environment: str = ""
    wanted: frozenset[str] = frozenset()
    """Operations that only some enabled rule or declaration needs (`dynamodb:GetResourcePolicy`...)."""
    looked_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What data sources of the code look for, by type; it is read, and belongs to the environment no more for that."""

    def names(self, kind: str) -> tuple[str, ...]:
        """The declared names of a kind."""
        return self.declared.get(kind, ())

    def sought(self, kind: str) -> tuple[str, ...]:
        """What data sources of this type look for."""
        return self.looked_up.get(kind, ())


class Snapshot(Struct, frozen=True):
    """Live at one time, saved: identity of the reading and its raw answers."""

    account: str
    region: str
    partition: str
    caller: str
    """ARN of the caller."""
    environment: str
    started: str
    finished: str
    complete: bool
    """False where the reading was cut short: deadline, interrupt."""
    scope: Scope
    answers: Answers
    tool: str = ""
    endpoint: str = ""
    """A custom endpoint, if one was used: evidence that this is not AWS itself."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """What replay needs to give the same bytes: run id, command, clock, git state, second reader's result."""
