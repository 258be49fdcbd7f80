"""The guard of whole answers: HTTP 200 counts only with its full length, its digest, its envelope and its shape.

botocore takes a truncated body, an empty one, or a proxy's page with status 200 for an empty answer. Read that way, a
table would lose its settings and a list would end early, so such an answer raises BadAnswer and is asked for again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from auditor.aws import shapes
from auditor.aws.operations import OPERATIONS

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel

_OTHER_ENVELOPES: Final = {
    "sts:GetCallerIdentity": "Account",
    "sts:AssumeRole": "Credentials",
    "s3:ListObjectsV2": "Name",
}
_GOES_ON: Final = (("Truncated", "NextMarker"), ("IsTruncated", "NextContinuationToken"))
"""The members by which KMS and S3 say that a list goes on, and with which token."""
_ERRORS: Final = 300


class BadAnswer(Exception):
    """HTTP 200 with something that is not a whole answer."""


def fault(api: str, headers: Mapping[str, str], content: bytes, parsed: Mapping[str, Any]) -> str:
    """What is wrong with a successful answer, in one clause; empty if it is whole."""
    if "Content-Encoding" not in headers:
        length = headers.get("Content-Length", "")
        if length.isdigit() and int(length) != len(content):
            return f"{len(content)} of {length} bytes came"
        digest = headers.get("x-amz-crc32", "")
        if digest.isdigit() and int(digest) != zlib.crc32(content):
            return "its CRC-32 does not fit"
    operation = OPERATIONS.get(api)
    envelope = operation.envelope if operation else _OTHER_ENVELOPES.get(api)
    if envelope and parsed.get(envelope) is None:
        return f"it has no {envelope}"
    for goes_on, token in _GOES_ON:
        if parsed.get(goes_on) and not parsed.get(token):
            return f"it says that there is more, and has no {token} to ask for it"
    return ""


def install(events: BaseEventHooks) -> None:
    """Let every client that is made from these events raise BadAnswer."""

    def refuse(http_response: AWSResponse, parsed: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        # A stream is held against its length by botocore, when it is read to the end.
        if http_response.status_code >= _ERRORS or model.has_streaming_output:
            return
        api = f"{model.service_model.service_name}:{model.name}"
        wrong = fault(api, http_response.headers, http_response.content, parsed)
        if not wrong and (api in OPERATIONS or api in _OTHER_ENVELOPES) and model.output_shape is not None:
            wrong = shapes.misfit(parsed, model.output_shape) or shapes.lacking(api, parsed)
        if wrong:
            raise BadAnswer(f"{api} answered with status {http_response.status_code}, but {wrong}")

    events.register_last("after-call", refuse)
