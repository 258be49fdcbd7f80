"""Signatures as botocore makes them, without the parts that it makes twice: a twentieth of a call's work.

botocore looks for the headers to sign twice, and prepares the whole request to sign to get at its body. A client of a
lane is told by the event that botocore has for that to take the class below; each signature is that of botocore's own.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth

if TYPE_CHECKING:
    from botocore.client import BaseClient

VERSION: Final = "v4-auditor"
_USUAL: Final = "v4"


class Signer(SigV4Auth):
    """The signer of one request."""

    _chosen: Any = None

    def add_auth(self, request: Any) -> None:  # noqa: ANN401 - this and what follows as botocore's own
        """Sign a request."""
        self._chosen = None
        super().add_auth(request)

    def headers_to_sign(self, request: Any) -> Any:  # noqa: ANN401
        """The headers that a signature covers."""
        if self._chosen is None:
            self._chosen = super().headers_to_sign(request)
        return self._chosen

    def payload(self, request: Any) -> Any:  # noqa: ANN401
        """The digest of what is sent."""
        told = request.context
        if type(request.data) is bytes and told.get("payload_signing_enabled", True) and not told.get("checksum"):
            return hashlib.sha256(request.data).hexdigest()
        return super().payload(request)


AUTH_TYPE_MAPS[VERSION] = Signer


def install(client: BaseClient) -> None:
    """Let a client sign so, where it would sign by the usual version."""
    events: Any = client.meta.events  # the stubs know no handler that returns something
    events.register_last("choose-signer", _choose)


def _choose(signature_version: object, **_: object) -> str | None:
    return VERSION if signature_version == _USUAL else None
