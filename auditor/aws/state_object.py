"""Terraform's state out of its bucket: one GetObject of bounded size, by a client that may call nothing else."""

from __future__ import annotations

from typing import Any, Final

from auditor.aws.failures import classify
from auditor.aws.lock import IDENTITY, STATE
from auditor.aws.session import Access, Connection
from auditor.model.errors import AccessError

ACTION: Final = ":".join(STATE)


def fetch(access: Access, bucket: str, key: str, most: int) -> bytes:
    """The bytes of a state, `most` at the most.

    Raises:
        AccessError: AWS can't be asked, does not have it, refuses it, or gives more than a state can have.
    """
    name = f"s3://{bucket}/{key}"
    connection = Connection(access, IDENTITY | {STATE})
    try:
        client: Any = connection.client(STATE[0])
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        content: bytes = body.read(most + 1)
        if len(content) <= most:
            body.read()  # the end of the stream is where its length is verified
            return content
    except Exception as error:
        failure = classify(error)
        raise AccessError(
            f"{name} can't be read",
            detail=f"{failure.code}: {failure.detail}",
            facts=[("did", "nothing else was read")],
            hint=f"grant {ACTION} on it (and kms:Decrypt on its key), or give a file",
        ) from error
    finally:
        connection.close()
    raise AccessError(f"{name} is too large for a state", hint="is it the right object?")
