"""Bundles that were delivered to S3: listed and read by a client that may call nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from auditor.aws.failures import classify
from auditor.aws.lock import BUNDLES, IDENTITY
from auditor.aws.session import Access, Connection
from auditor.model.errors import AccessError, BundleError

_HINT: Final = "grant s3:ListBucket on the bucket, and s3:GetObject below the prefix (and kms:Decrypt on its key)"


class Delivered:
    """What lies in a bucket.

    Raises:
        AccessError: by each function, where AWS can't be asked, refuses, or gives something else than a whole answer.
    """

    def __init__(self, access: Access, bucket: str) -> None:
        self._connection = Connection(access, IDENTITY | BUNDLES)
        self._bucket = bucket
        self._s3: Any = self._connection.client("s3")

    def folders(self, root: str) -> tuple[str, ...]:
        """The names that stand between `root` and the next `/`, in their order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=root, Delimiter="/")
        with self._told("list", root):
            return tuple(each["Prefix"][len(root) : -1] for page in pages for each in page.get("CommonPrefixes", ()))

    def read(self, key: str, most: int) -> bytes:
        """The bytes of an object; BundleError where there are more than `most`."""
        with self._told("read", key):
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
            content: bytes = body.read(most + 1)
            if len(content) <= most:
                body.read()  # the end of the stream is where its length is verified
                return content
        raise BundleError(f"s3://{self._bucket}/{key} has more than {most:,} bytes")

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    @contextmanager
    def _told(self, what: str, key: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            failure = classify(error)
            raise AccessError(
                f"can't {what} s3://{self._bucket}/{key}: {failure.code}", detail=failure.detail, hint=_HINT
            ) from error
