"""The snapshot file: live at one time, as JSON Lines in gzip, to be judged again offline.

Line 1 is the header: format, identity of the reading, scope, and the SHA-256 of all that follows. Then comes one line
per request with its raw pages, sorted. The same snapshot always gives the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from auditor.model.answers import Answer, Answers, Request, Scope, Snapshot
from auditor.model.errors import SnapshotError
from auditor.model.values import Reason

FORMAT: Final = 1
"""Version of the file's schema; a reader knows its own only."""
_LARGEST: Final = 4 << 30
"""Bytes a snapshot may unpack to; 100,000 tables take less than a tenth of it."""

_IDENTITY: Final = (
    "account",
    "region",
    "partition",
    "caller",
    "environment",
    "started",
    "finished",
    "complete",
    "tool",
    "endpoint",
)


def encode(snapshot: Snapshot, redact: Callable[[Answer], Answer] = lambda answer: answer) -> bytes:
    """The file's bytes.

    Args:
        snapshot: What was read.
        redact: Takes out of an answer what the file must not keep.
    """
    answers = sorted(snapshot.answers, key=lambda answer: _order(answer.request))
    lines = "".join(_line(_of_answer(redact(answer))) for answer in answers).encode()
    header = {name: getattr(snapshot, name) for name in _IDENTITY} | {
        "format": FORMAT,
        "scope": _of_scope(snapshot.scope),
        "context": snapshot.context,
        "sha256": hashlib.sha256(lines).hexdigest(),
    }
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=6, mtime=0) as file:
        file.write(_line(header).encode())
        file.write(lines)
    return packed.getvalue()


def read(path: Path, environment: str = "") -> Snapshot:
    """The snapshot of a file, which must be of this environment if one is named.

    Raises:
        SnapshotError: Unreadable, cut short, changed, of another format or of another environment.
    """
    try:
        if path.exists() and not path.is_file():
            raise SnapshotError(f"the snapshot {path} is no regular file")
        data = path.read_bytes()
    except OSError as error:
        raise SnapshotError(f"can't read the snapshot {path}", detail=error.strerror or str(error)) from error
    snapshot = decode(data, str(path))
    if environment and snapshot.environment != environment:
        raise SnapshotError(
            f"{path} is a snapshot of another environment",
            facts=[("want", environment), ("have", snapshot.environment or "(none)")],
            hint=f"give --env {snapshot.environment}" if snapshot.environment else "",
        )
    return snapshot


def decode(data: bytes, name: str = "snapshot") -> Snapshot:
    """The snapshot in a file's bytes; SnapshotError as `read` gives it, with the file's name."""
    header_line, _, lines = _unpack(data, name).partition(b"\n")
    try:
        header = json.loads(header_line)
        version = header.get("format")
    except (ValueError, AttributeError, RecursionError) as error:
        raise SnapshotError(f"{name} is not a snapshot", detail=f"its first line is no header: {error}") from error
    if version != FORMAT:
        raise SnapshotError(
            f"{name} has another format",
            facts=[("want", f"format {FORMAT}"), ("have", f"format {version}, written by {header.get('tool')}")],
            hint="read it with the version that wrote it, or take a new one by `audit snapshot`",
        )
    if hashlib.sha256(lines).hexdigest() != header.get("sha256"):
        raise SnapshotError(
            f"{name} is cut short or was changed",
            detail="its answers do not have the SHA-256 that its header names",
            hint="take a new one by `audit snapshot`",
        )
    try:
        answers = {answer.request: answer for answer in _answers(lines)}
        identity = {field: header[field] for field in _IDENTITY}
        scope = _to_scope(header["scope"])
        return Snapshot(**identity, scope=scope, answers=Answers(answers), context=header["context"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        detail = f"{type(error).__name__}: {error}"
        raise SnapshotError(f"{name} is not a snapshot of this format", detail=detail) from error


def _unpack(data: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(_LARGEST + 1)
    except EOFError as error:
        raise SnapshotError(f"{name} is cut short", hint="take a new one by `audit snapshot`") from error
    except (OSError, zlib.error) as error:
        raise SnapshotError(f"{name} is not a snapshot", detail=f"it is no gzip file: {error}") from error
    if len(unpacked) > _LARGEST:
        raise SnapshotError(f"{name} is too large", detail=f"it unpacks to more than {_LARGEST:,} bytes")
    return unpacked


def _order(request: Request) -> tuple[str, str, str]:
    """By API and key as a reader expects it; the parameters decide between two requests that read the same."""
    return request.api, request.key, repr(request.params)


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"


def _of_answer(answer: Answer) -> dict[str, Any]:
    return {
        "api": answer.request.api,
        "key": answer.request.key,
        "region": answer.request.region,
        "params": dict(answer.request.params),
        "pages": answer.pages,
        "ok": answer.ok,
        "code": answer.code,
        "reason": answer.reason,
        "detail": answer.detail,
        "at": answer.at,
        "request_id": answer.request_id,
        "attempts": answer.attempts,
        "source": answer.source,
        "action": answer.action,
    }


def _answers(lines: bytes) -> Iterator[Answer]:
    for line in lines.splitlines():
        told = json.loads(line)
        params = {name: tuple(value) if isinstance(value, list) else value for name, value in told["params"].items()}
        yield Answer(
            Request.of(told["api"], told["region"], **params),
            tuple(told["pages"]),
            ok=told["ok"],
            code=told["code"],
            reason=Reason(told["reason"]) if told["reason"] else None,
            detail=told["detail"],
            at=told["at"],
            request_id=told["request_id"],
            attempts=told["attempts"],
            source=told["source"],
            action=told["action"],
        )


def _of_scope(scope: Scope) -> dict[str, Any]:
    return {
        "account": scope.account,
        "region": scope.region,
        "partition": scope.partition,
        "declared": {kind: list(names) for kind, names in scope.declared.items()},
        "patterns": list(scope.patterns),
        "environment": scope.environment,
        "wanted": sorted(scope.wanted),
        "looked_up": {type_: list(sought) for type_, sought in scope.looked_up.items()},
    }


def _to_scope(told: Mapping[str, Any]) -> Scope:
    return Scope(
        account=told["account"],
        region=told["region"],
        partition=told["partition"],
        declared={kind: tuple(names) for kind, names in told["declared"].items()},
        patterns=tuple(told["patterns"]),
        environment=told["environment"],
        wanted=frozenset(told["wanted"]),
        looked_up={type_: tuple(sought) for type_, sought in told.get("looked_up", {}).items()},
    )
