"""What botocore does again at each call, done once, or not at all: a fifth of a call's work.

botocore works out a client's endpoint by the rules of its service at each call, though that of no operation of a lane
depends on what is asked. Of each number that is a time it makes one with a zone, of which a snapshot keeps the text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.client import BaseClient


_NEEDLESS: Final = (
    ("before-parameter-build", "generate_idempotent_uuid"),
    ("before-parameter-build", "_handle_request_validation_mode_member"),
    ("request-created", "add_retry_headers"),
)


class Moment(str):
    """A time of an answer as text; no text of AWS is one, so that the shapes of answers tell the two apart."""

    __slots__ = ()


def moment(value: Any) -> Any:  # noqa: ANN401 - what botocore reads, and what it takes in its place
    """A time of an answer: the text of a snapshot where it is told as a number, else what botocore makes of it."""
    if isinstance(value, int | float):
        try:
            return Moment(time_text(datetime.fromtimestamp(value, UTC)))
        except (OSError, OverflowError, ValueError):
            pass
    # Loaded here: a session has loaded botocore by the time that there are answers.
    from botocore.utils import parse_timestamp  # noqa: PLC0415

    return parse_timestamp(value)


def time_text(at: datetime) -> str:
    """A time as RFC 3339 UTC text, in milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def leave_out(client: BaseClient) -> None:
    """Spare a client what botocore does at each call, and no read of a lane needs.

    That are tokens of writes, a parameter of S3, and headers that tell AWS of botocore's own retries.
    """
    from botocore import handlers  # noqa: PLC0415 - as above

    for event, name in _NEEDLESS:
        if handler := getattr(handlers, name, None):
            client.meta.events.unregister(event, handler)


def settle(client: BaseClient) -> None:
    """Let a client keep the endpoint of its first call.

    botocore has no public way to that; where the private one is gone, calls cost what they did before.
    """
    resolver = getattr(client, "_ruleset_resolver", None)
    if resolver is not None:
        client._ruleset_resolver = _Settled(resolver)  # type: ignore[attr-defined]  # noqa: SLF001 - see above


class _Settled:
    """A resolver of endpoints that asks botocore's own once."""

    def __init__(self, resolver: Any) -> None:  # noqa: ANN401 - private to botocore
        self._resolver = resolver
        self._endpoint: Any = None

    def construct_endpoint(self, **asked: Any) -> Any:  # noqa: ANN401 - as botocore's own
        if self._endpoint is None:
            self._endpoint = self._resolver.construct_endpoint(**asked)
        return self._endpoint

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as botocore's own
        return getattr(self._resolver, name)
