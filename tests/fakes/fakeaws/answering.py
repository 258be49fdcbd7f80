"""The fake's state and answers: requests in, documents out; knows nothing of sockets."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fakeaws import backups, cbor, dynamodb, iam, kms, surroundings
from fakeaws.faults import AWS_RATES, DOCUMENTS, TOKENS, Bucket, Fault, Schedule
from fakeaws.world import ApiError, Body, Where, World

ACCOUNT = "123456789012"
OPERATIONS = dynamodb.OPERATIONS | kms.OPERATIONS | surroundings.OPERATIONS | backups.OPERATIONS | iam.OPERATIONS

TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AnyScaleFrontendService": "application-autoscaling",
    "ResourceGroupsTaggingAPI_20170126": "tagging",
    "GraniteServiceVersion20100801": "cloudwatch",
}
"""Service by the prefix of X-Amz-Target, or by the first part of a CBOR path."""
_PREFIXES = {"dynamodb": "com.amazonaws.dynamodb.v20120810#", "cloudwatch": "com.amazonaws.cloudwatch#"}
_TYPES = {
    "json": "application/x-amz-json-1.0",
    "rest": "application/json",
    "cbor": "application/cbor",
    "query": "text/xml",
}


@dataclass(frozen=True)
class Call:
    """A request as it came."""

    service: str
    operation: str
    asked: Body
    where: Where
    form: str
    """json, rest, cbor or query."""
    signed: bool = True

    @property
    def subject(self) -> str:
        """The table or key that it is about."""
        names = ("TableName", "ResourceArn", "ResourceARN", "KeyId")
        return next((str(self.asked[name]) for name in names if self.asked.get(name)), "")


@dataclass(frozen=True)
class Reply:
    """An answer as it will be sent, and the fault of the transport that it meets."""

    status: int
    form: str
    content: bytes
    broken: str = ""

    @property
    def type(self) -> str:
        return _TYPES[self.form]


@dataclass
class Statistics:
    calls: Counter[str] = field(default_factory=Counter)
    throttled: Counter[str] = field(default_factory=Counter)
    faulted: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    """Operations that the fake does not have: writes, among others."""
    pending: int = 0
    most_pending: int = 0


class Answering:
    def __init__(self, world: World) -> None:
        self.world = world
        self.latency = 0.0
        self.latencies: dict[str, float] = {}
        self.date = ""
        self.statistics = Statistics()
        self._schedule = Schedule([], 0)
        self._rates: dict[str, float] = {}
        self._buckets: dict[tuple[str, Where], Bucket] = {}

    def configure(
        self,
        *,
        latency_ms: float | None = None,
        api_latency_ms: dict[str, float] | None = None,
        throttle: str | dict[str, float] | None = None,
        faults: list[str] | None = None,
        date: str | None = None,
        seed: int = 0,
        reset: bool = False,
    ) -> None:
        """Change what is given.

        `throttle` is "aws", or calls a second by API; `date` is the time that all answers tell, empty for the
        clock's; `seed` decides uncertain faults.
        """
        if date is not None:
            self.date = date
        if latency_ms is not None:
            self.latency = latency_ms / 1000
        if api_latency_ms is not None:
            self.latencies = {operation: ms / 1000 for operation, ms in api_latency_ms.items()}
        if throttle is not None:
            rates = AWS_RATES if throttle == "aws" else dict(throttle)
            self._rates, self._buckets = rates, {}
        if faults is not None:
            self._schedule = Schedule([Fault.of(text) for text in faults], seed)
        if reset:
            self.statistics = Statistics()

    def reply(self, call: Call) -> Reply:
        statistics = self.statistics
        statistics.calls[call.operation] += 1
        fault = self._schedule.fault(call.operation, call.subject) if self._schedule else None
        if fault:
            statistics.faulted[f"{call.operation}:{fault.kind}"] += 1
        try:
            self._refuse(call, fault)
            answer = {} if fault and fault.kind == "no_envelope" else self._answer(call)
            if fault and fault.kind == "repeated_token":
                _repeat_token(call.asked, answer)
            return Reply(200, call.form, _encode(call, answer), fault.kind if fault else "")
        except ApiError as error:
            return Reply(error.status, call.form, _encode_error(call, error))

    def _refuse(self, call: Call, fault: Fault | None) -> None:
        """Raise the error document that this call is to get, if any."""
        if not call.signed:
            raise ApiError(400, "MissingAuthenticationTokenException", "Request is missing Authentication Token")
        if fault and fault.kind in DOCUMENTS:
            status, code, message = DOCUMENTS[fault.kind]
            raise ApiError(status, code, message.format(operation=call.operation, subject=call.subject))
        for name in (call.operation, f"*{call.service}"):
            if name in self._rates and not self._bucket(name, call.where).take():
                self.statistics.throttled[call.operation] += 1
                code = {"tagging": "ThrottledException", "sts": "Throttling"}.get(call.service, "ThrottlingException")
                raise ApiError(400, code, "Rate exceeded")

    def _bucket(self, name: str, where: Where) -> Bucket:
        """Every account and Region has its own."""
        return self._buckets.setdefault((name, where), Bucket(self._rates[name]))

    def _answer(self, call: Call) -> Body:
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            self.statistics.unknown.append(f"{call.service}:{call.operation}")
            raise ApiError(400, "UnknownOperationException", f"{call.operation} is not faked")
        return operation(self.world, call.asked, call.where)


def _repeat_token(asked: Body, answer: Body) -> None:
    """Let the next page be this one again."""
    for output, token in TOKENS.items():
        if answer.get(output) and asked.get(token):
            answer[output] = asked[token]


def _encode(call: Call, answer: Body) -> bytes:
    if call.form == "cbor":
        return cbor.dumps(answer)
    if call.form == "query":
        name, metadata = call.operation, "<ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata>"
        result = f"<{name}Result>{_xml(answer)}</{name}Result>" if answer else ""
        return f"<{name}Response>{result}{metadata}</{name}Response>".encode()
    return json.dumps(answer, separators=(",", ":")).encode()


def _encode_error(call: Call, error: ApiError) -> bytes:
    if call.form == "query":
        told = f"<Type>Sender</Type><Code>{error.code}</Code><Message>{_xml(error.message)}</Message>"
        return f"<ErrorResponse><Error>{told}</Error><RequestId>fake</RequestId></ErrorResponse>".encode()
    document = {"__type": _PREFIXES.get(call.service, "") + error.code, "message": error.message}
    return cbor.dumps(document) if call.form == "cbor" else json.dumps(document).encode()


def _xml(value: Any) -> str:
    match value:
        case dict():
            return "".join(f"<{name}>{_xml(item)}</{name}>" for name, item in value.items())
        case list():
            return "".join(f"<member>{_xml(item)}</member>" for item in value)
        case bool():
            return str(value).lower()
        case _:
            return str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
