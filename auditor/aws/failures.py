"""What a failed call means: every error that AWS, the wire or a credential provider can give, by treatment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from auditor.aws.guard import BadAnswer
from auditor.aws.lock import Refused
from auditor.model.answers import ANSWERED
from auditor.model.values import Reason


class Treatment(Enum):
    """What to do after a failed call."""

    ANSWERED = "answered"
    """AWS said that the thing is not there or does not apply; the kind knows what that means."""
    THROTTLED = "throttled"
    """Slow the lane down, then ask again."""
    DENIED = "denied"
    """Never ask again; three in a row close the lane."""
    TRANSIENT = "transient"
    """Ask again, a few times."""
    RESTART = "restart"
    """Read the collection from its first page again, once."""
    EXPIRED = "expired"
    """Get credentials anew, once."""
    CREDENTIALS = "credentials"
    """No call of this run will pass: stop with what there is."""
    UNSUPPORTED = "unsupported"
    """This endpoint does not know the operation."""
    FINAL = "final"
    """Asking again would not help."""


_CODES: Final[Mapping[Treatment, str]] = {
    Treatment.THROTTLED: """ThrottlingException Throttling ThrottledException RequestThrottled TooManyRequestsException
        RequestThrottledException RequestLimitExceeded LimitExceededException ProvisionedThroughputExceededException
        SlowDown BandwidthLimitExceeded""",
    Treatment.DENIED: "AccessDeniedException AccessDenied UnauthorizedOperation NotAuthorized AuthorizationError",
    Treatment.TRANSIENT: """InternalServerError InternalServerErrorException InternalFailure InternalServiceError
        InternalServiceException InternalServiceFault ServiceUnavailable ServiceUnavailableException
        DependencyTimeoutException KMSInternalException KeyUnavailableException RequestTimeout
        RequestTimeoutException ConcurrentUpdateException""",
    Treatment.RESTART: "PaginationTokenExpiredException InvalidNextToken InvalidNextTokenException",
    Treatment.EXPIRED: "ExpiredTokenException ExpiredToken RequestExpired",
    Treatment.CREDENTIALS: """UnrecognizedClientException InvalidSignatureException InvalidClientTokenId
        SignatureDoesNotMatch RequestTimeTooSkewed MissingAuthenticationTokenException MissingAuthenticationToken
        IncompleteSignature""",
    Treatment.UNSUPPORTED: "UnknownOperationException NotImplemented InvalidAction",
}
TREATMENTS: Final = {
    **dict.fromkeys(sorted(ANSWERED), Treatment.ANSWERED),
    **{code: treatment for treatment, codes in _CODES.items() for code in codes.split()},
}
"""By AWS's error code."""

_SERVER_FAULT: Final = 500
_NOT_IMPLEMENTED: Final = 501
_NO_PATH: Final = 404
_LONGEST: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


class Failure(Struct, frozen=True):
    """One failed call."""

    code: str
    detail: str
    treatment: Treatment
    request_id: str = ""

    @property
    def reason(self) -> Reason:
        """Why the facts behind it are unknown."""
        match self.treatment:
            case Treatment.DENIED:
                return Reason.DENIED
            case Treatment.UNSUPPORTED:
                return Reason.NOT_SUPPORTED
            case _:
                return Reason.FAILED


def one_line(text: object) -> str:
    """A foreign text as one bounded line without control characters."""
    line = _CONTROL.sub(" ", str(text)).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def classify(error: Exception) -> Failure:
    """What an exception of a call means; an unforeseen one is final, and its type is the code."""
    # Loaded here: an audit of a snapshot needs no botocore.
    from botocore import exceptions  # noqa: PLC0415
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    detail = one_line(error)
    match error:
        case exceptions.ClientError():
            return _of_response(error.response)
        case BadAnswer() | ResponseParserError():
            return Failure("BadAnswer", detail, Treatment.TRANSIENT)
        case exceptions.ConnectTimeoutError() | exceptions.ReadTimeoutError():
            return Failure("Timeout", detail, Treatment.TRANSIENT)
        case exceptions.HTTPClientError() | exceptions.ConnectionError():
            return Failure("ConnectionError", detail, Treatment.TRANSIENT)
        case (
            exceptions.NoCredentialsError()
            | exceptions.PartialCredentialsError()
            | exceptions.CredentialRetrievalError()
            | exceptions.TokenRetrievalError()
            | exceptions.SSOError()
        ):
            return Failure("NoCredentials", detail, Treatment.CREDENTIALS)
        case Refused():
            return Failure("Refused", detail, Treatment.FINAL)
        case _:
            return Failure(type(error).__name__, detail, Treatment.FINAL)


def _of_response(response: Mapping[str, object]) -> Failure:
    told = _section(response, "Error")
    metadata = _section(response, "ResponseMetadata")
    code, status = one_line(told.get("Code", "")), metadata.get("HTTPStatusCode")
    treatment = TREATMENTS.get(code)
    if treatment is None and isinstance(status, int):
        # Without an error document botocore takes the status for the code: the endpoint has no such path.
        if status == _NOT_IMPLEMENTED or code == str(_NO_PATH):
            treatment = Treatment.UNSUPPORTED
        elif status >= _SERVER_FAULT:
            treatment = Treatment.TRANSIENT
    detail = one_line(told.get("Message") or f"status {status}")
    return Failure(code, detail, treatment or Treatment.FINAL, str(metadata.get("RequestId", "")))


def _section(response: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = response.get(name)
    return section if isinstance(section, Mapping) else {}
