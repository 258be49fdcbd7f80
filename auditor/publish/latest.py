"""The last delivered bundle of an environment, brought back: what a run in an empty place compares itself with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import bundle, manifest
from auditor.model.errors import BundleError
from auditor.publish.delivery import Destination, client, told_by_aws

if TYPE_CHECKING:
    import boto3


def bring_back(environment: str, destination: Destination, session: boto3.Session, folder: Path) -> str | None:
    """Write the last delivered bundle into a folder; its place in S3, or None where there is none yet.

    The last is the one whose run began last: names of runs begin with their time. One without a manifest did not
    arrive whole, and does not count.
    Errors: AccessError; BundleError where a file is not the one its manifest names; ReportError where it can't be
    written.
    """
    s3 = client(session, "s3", destination.region)
    root = destination.archive.root(environment)
    with told_by_aws(f"list s3://{destination.bucket}/{root}"):
        keys = frozenset(_keys(s3, destination.bucket, root))
    last = max((key for key in keys if key.endswith(f"/{manifest.NAME}")), default=None)
    if last is None:
        return None
    place = last.removesuffix(manifest.NAME)
    written = _read(s3, destination.bucket, last)
    named = {entry["name"]: entry["sha256"] for entry in manifest.decode(written)["artefacts"]}
    signature = {manifest.SIGNATURE} if f"{place}{manifest.SIGNATURE}" in keys else set()
    files = {name: _read(s3, destination.bucket, f"{place}{name}") for name in (*named, *signature)}
    for name, digest in named.items():
        if manifest.digest(files[name]) != digest:
            raise BundleError(f"s3://{destination.bucket}/{place}{name} is not the file its manifest names")
    bundle.write(folder, {**files, manifest.NAME: written})
    return f"s3://{destination.bucket}/{place}"


def _keys(s3: Any, bucket: str, root: str) -> Iterator[str]:  # noqa: ANN401 - botocore makes clients at run time
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=root):
        yield from (entry["Key"] for entry in page.get("Contents", ()))


def _read(s3: Any, bucket: str, key: str) -> bytes:  # noqa: ANN401 - as above
    with told_by_aws(f"read s3://{bucket}/{key}"):
        content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return content
