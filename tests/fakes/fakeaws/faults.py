"""Faults on demand: what goes wrong, how often, for which calls; and the rates at which AWS throttles."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

AWS_RATES: dict[str, float] = {
    "DescribeContinuousBackups": 10,
    "ListTagsOfResource": 10,
    "DescribeTimeToLive": 10,
    "ListBackups": 5,
    "DescribeKey": 100,
    "GetKeyRotationStatus": 30,
    "GetKeyPolicy": 30,
    "ListAliases": 100,
    "ListResourceTags": 100,
    "DescribeAlarms": 9,
    "ListTagsForResource": 10,
    "GetMetricData": 50,
    "GetResources": 15,
    "*dynamodb": 2500,
}
"""Calls a second per API, or per service after `*`, with a burst of one second's worth; DescribeTimeToLive,
GetResources and ListTagsForResource are not published and assumed."""

DOCUMENTS: dict[str, tuple[int, str, str]] = {
    "denied": (400, "AccessDeniedException", "User: fake is not authorized to perform: {operation} on: {subject}"),
    "expired": (400, "ExpiredTokenException", "The security token included in the request is expired"),
    "badtoken": (400, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "skew": (400, "InvalidSignatureException", "Signature expired: 20250101T000000Z is now earlier than the clock"),
    "notfound": (400, "ResourceNotFoundException", "Requested resource not found: {subject}"),
    "validation": (400, "ValidationException", "One or more parameter values were invalid"),
    "stale": (400, "PaginationTokenExpiredException", "The token has expired"),
    "throttle": (400, "ThrottlingException", "Rate of requests exceeds the allowed throughput."),
    "500": (500, "InternalServerError", "Internal server error"),
    "503": (503, "ServiceUnavailable", "Service is unavailable"),
}
"""Faults that answer with an error document: status, code, message."""

BROKEN = ("reset", "truncated", "hang", "html", "wrong_crc", "empty", "no_envelope", "slow", "repeated_token")
"""Faults of the transport or of the answer itself."""

FAULTS = (*DOCUMENTS, *BROKEN)

TOKENS = {
    "NextToken": "NextToken",
    "NextMarker": "Marker",
    "PaginationToken": "PaginationToken",
    "LastEvaluatedTableName": "ExclusiveStartTableName",
    "LastEvaluatedBackupArn": "ExclusiveStartBackupArn",
}
"""Members that carry the token of the next page, and the parameter that takes it."""


@dataclass(frozen=True)
class Fault:
    kind: str
    operation: str = "*"
    probability: float = 1.0
    subject: str = ""
    """Part of the table's or key's name."""
    first: int | None = None
    """Only the first so many calls for each subject."""

    @classmethod
    def of(cls, text: str) -> Fault:
        """`API=kind[:probability[:subject[:first n]]]`, as `DescribeTable=throttle:1::3`."""
        operation, _, rest = text.partition("=")
        kind, probability, subject, first, *_ = [*rest.split(":"), "", "", ""]
        if kind not in FAULTS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(FAULTS)}")
        return cls(kind, operation, float(probability or 1), subject, int(first) if first else None)


class Schedule:
    """Which call meets which fault: a pure function of the seed, the call, and how often it was made."""

    def __init__(self, faults: list[Fault], seed: int) -> None:
        self._faults, self._seed = faults, seed
        self._made: dict[tuple[int, str, str], int] = {}

    def __bool__(self) -> bool:
        return bool(self._faults)

    def fault(self, operation: str, subject: str) -> Fault | None:
        for number, fault in enumerate(self._faults):
            if fault.operation not in (operation, "*") or fault.subject not in subject:
                continue
            key = number, operation, subject
            made = self._made[key] = self._made.get(key, 0) + 1
            if (fault.first is None or made <= fault.first) and self._strikes(fault, key, made):
                return fault
        return None

    def _strikes(self, fault: Fault, key: tuple[int, str, str], made: int) -> bool:
        digest = hashlib.blake2b(f"{self._seed}{key}{made}".encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") / 2**32 < fault.probability


class Bucket:
    """A token bucket."""

    def __init__(self, rate: float, burst: float | None = None) -> None:
        self._rate = rate
        self._burst = self._tokens = max(1.0, rate) if burst is None else burst
        self._at = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
