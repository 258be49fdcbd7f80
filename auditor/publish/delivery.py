"""The delivery: files to S3, each written once and verified there; then one message to SNS, noted beside them.

Every step can be repeated. A file is put only where none stands; what stands there must be the same. The message is
sent unless the note of an earlier delivery is there, so that one that was cut short is made whole by the next.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from msgspec import Struct

from auditor import manifest
from auditor.archive import Archive
from auditor.model.errors import AccessError, ReportError
from auditor.publish import message
from auditor.publish.contents import Contents

if TYPE_CHECKING:
    import boto3

NOTE: Final = "delivery.json"
"""Beside the bundle: that its message was sent."""
_REPORT: Final = "report.html"
_STANDS_THERE: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_NOT_THERE: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403", "Forbidden"})


class Destination(Struct, frozen=True, kw_only=True):
    """Where a bundle goes and who is told."""

    bucket: str
    region: str
    prefix: str = ""
    topic: str = ""
    """ARN of the SNS topic; empty: nobody is told."""
    portal: str = ""
    """Where people open reports: an address that the key is appended to. Empty: the console of S3."""

    @property
    def archive(self) -> Archive:
        """How keys are made."""
        return Archive(self.bucket, self.prefix)

    def key(self, bundle: Contents, name: str) -> str:
        """The key of a file."""
        return self.archive.key(bundle.environment, bundle.run, name)

    def link(self, key: str) -> str:
        """What a person opens. Never a presigned address: that would be a credential."""
        if self.portal:
            return f"{self.portal.rstrip('/')}/{quote(key)}"
        asked = urlencode({"region": self.region, "prefix": key})
        return f"https://{self.region}.console.aws.amazon.com/s3/object/{self.bucket}?{asked}"


class Delivered(Struct, frozen=True, kw_only=True):
    """What a delivery did."""

    location: str
    link: str
    written: int
    """Files that were not there before."""
    told: bool | None
    """Whether the message was sent now; False where an earlier delivery had sent it, None without a topic."""


def told_of(bundle: Contents, destination: Destination) -> dict[str, Any]:
    """The message of a bundle that is delivered there."""
    shown = _REPORT if _REPORT in bundle.files else manifest.NAME
    location = f"s3://{destination.bucket}/{destination.key(bundle, '')}"
    return message.message(bundle, location=location, link=destination.link(destination.key(bundle, shown)))


def deliver(bundle: Contents, destination: Destination, session: boto3.Session) -> Delivered:
    """Deliver a bundle.

    Errors: AccessError where AWS does not take it; ReportError where something else stands in its place.
    """
    s3 = client(session, "s3", destination.region)
    keys = {name: destination.key(bundle, name) for name in bundle.files}
    written = sum(_put(s3, destination.bucket, keys[name], content) for name, content in bundle.files.items())
    for name, content in bundle.files.items():
        _verify(s3, destination.bucket, keys[name], content)

    told = told_of(bundle, destination)
    sent = None
    if destination.topic:
        note = destination.key(bundle, NOTE)
        sent = not _there(s3, destination.bucket, note)
        if sent:
            sns = client(session, "sns", destination.topic.split(":")[3])
            _put(s3, destination.bucket, note, _note(_send(sns, destination.topic, told), destination, bundle))
    return Delivered(location=told["location"], link=told["link"], written=written, told=sent)


def client(session: boto3.Session, service: str, region: str) -> Any:  # noqa: ANN401 - made at run time
    """A client that tries again."""
    from botocore.config import Config  # noqa: PLC0415 - help and usage errors answer without it

    patient = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 6})
    made: Any = session.client(service, region_name=region, config=patient)  # type: ignore[call-overload] # by any name
    return made


def _put(s3: Any, bucket: str, key: str, content: bytes) -> bool:  # noqa: ANN401 - botocore makes clients at run time
    """Write an object where none stands; whether it was written."""
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    with told_by_aws(f"write s3://{bucket}/{key}", allowed=_STANDS_THERE) as refused:
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=content,
            ContentType=guess_type(key)[0] or "application/octet-stream",
            ChecksumSHA256=checksum,
            IfNoneMatch="*",
        )
    return not refused


def _verify(s3: Any, bucket: str, key: str, content: bytes) -> None:  # noqa: ANN401 - as above
    """Hold what stands in the bucket against what was sent: by the digest S3 computed, else by reading it back."""
    place = f"s3://{bucket}/{key}"
    with told_by_aws(f"read back {place}"):
        head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        found = head.get("ChecksumSHA256")
        if found is None:
            found = base64.b64encode(
                hashlib.sha256(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).digest()
            ).decode()
    if found != base64.b64encode(hashlib.sha256(content).digest()).decode():
        raise ReportError(
            f"{place} holds something else",
            facts=[("want", f"sha256 {manifest.digest(content)}"), ("have", f"sha256 {base64.b64decode(found).hex()}")],
            hint="a run is delivered once; nothing was replaced and nobody was told",
        )


def _there(s3: Any, bucket: str, key: str) -> bool:  # noqa: ANN401 - as above
    with told_by_aws(f"look for s3://{bucket}/{key}", allowed=_NOT_THERE) as refused:
        s3.head_object(Bucket=bucket, Key=key)
    return not refused


def _send(sns: Any, topic: str, told: Mapping[str, Any]) -> str:  # noqa: ANN401 - as above
    """Send the message; the id SNS gave it. Subscribers can filter by its attributes."""
    chosen = {name: str(told[name]) for name in ("environment", "state", "exit_code")}
    with told_by_aws(f"publish to {topic}"):
        answer = sns.publish(
            TopicArn=topic,
            Subject=message.subject(told),
            Message=message.structured(told),
            MessageStructure="json",
            MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in chosen.items()},
        )
    return str(answer["MessageId"])


def _note(sent: str, destination: Destination, bundle: Contents) -> bytes:
    told = {"message": sent, "topic": destination.topic, "manifest_sha256": bundle.digest}
    return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"


@contextmanager
def told_by_aws(what: str, allowed: frozenset[str] = frozenset()) -> Iterator[list[str]]:
    """Turn a failure of AWS into an error of ours; the codes that are allowed are told to the caller instead."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    refused: list[str] = []
    try:
        yield refused
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in allowed:
            refused.append(code)
            return
        hint = "the publisher's role must allow it" if code in _DENIED else "deliver again: what has arrived stays"
        said = str(error.response.get("Error", {}).get("Message", ""))
        raise AccessError(f"can't {what}", detail=f"{code}: {said}"[:300], hint=hint) from error
    except BotoCoreError as error:
        hint = "deliver again: what has arrived stays"
        raise AccessError(f"can't {what}", detail=str(error)[:300], hint=hint) from error
