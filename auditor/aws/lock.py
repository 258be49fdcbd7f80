"""The read-only lock: nothing that is not on the allowlist leaves the process.

The hook goes first on the session's emitter before any client exists. Clients copy that emitter, those that botocore
makes for itself to fetch credentials included, so none escapes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from auditor.aws.operations import of_permissions

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks
    from botocore.model import OperationModel

ServiceOperation = tuple[str, str]
"""botocore's names, as ("dynamodb", "DescribeTable")."""

IDENTITY: Final[frozenset[ServiceOperation]] = frozenset(
    {
        ("sts", "GetCallerIdentity"),
        ("sts", "AssumeRole"),
        ("sts", "AssumeRoleWithWebIdentity"),
        ("sso", "GetRoleCredentials"),
        ("sso-oidc", "CreateToken"),
        ("signin", "CreateOAuth2Token"),
    }
)
"""What finding out who we are, and botocore's credential providers, may call."""


STATE: Final[ServiceOperation] = ("s3", "GetObject")
"""How a state is read where `--state` names one in a bucket."""

BUNDLES: Final[frozenset[ServiceOperation]] = frozenset({("s3", "GetObject"), ("s3", "ListObjectsV2")})
"""How earlier bundles are read where `--earlier` names a prefix of a bucket.

A state, bundles and the estate have a client each, which may not call what the others may.
"""


class Refused(Exception):
    """An operation outside the allowlist was tried; nothing was sent."""


def allowlist(permissions: Iterable[str]) -> frozenset[ServiceOperation]:
    """What a run with these IAM actions may call."""
    return IDENTITY | {(operation.service, operation.name) for operation in of_permissions(permissions)}


def install(events: BaseEventHooks, allowed: frozenset[ServiceOperation]) -> None:
    """Refuse every other operation of every client that is made from these events."""

    def refuse(model: OperationModel, **_: object) -> None:
        called = (model.service_model.service_name, model.name)
        if called not in allowed:
            raise Refused(f"{called[0]}:{called[1]} is not a read of this audit")

    events.register_first("before-call", refuse)
