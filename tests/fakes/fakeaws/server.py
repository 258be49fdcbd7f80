"""HTTP/1.1 on loopback: a small asyncio protocol in a thread of its own, or as a program."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import signal
import sys
import threading
import zlib
from email.utils import formatdate
from typing import Any, Self
from urllib.parse import parse_qs, unquote

from fakeaws import backups, cbor
from fakeaws.answering import ACCOUNT, TARGETS, Answering, Call, Reply
from fakeaws.faults import FAULTS
from fakeaws.world import Where, World

_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error", 503: "Unavailable"}
_ROUTES = [(re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), name) for path, name in backups.ROUTES]
_SLOW = 0.5
"""Seconds that a slow answer takes."""


def parse(head: str, body: bytes) -> Call:
    """The call of a request."""
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    path = first.split(" ")[1]
    authorization = headers.get("authorization", "")
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    key, region = (scope[0], scope[2]) if len(scope) > 2 else ("", "us-east-1")
    where = Where(region, key[4:16] if key.startswith("ASIA") and key[4:16].isdigit() else ACCOUNT)
    signed = bool(authorization)
    target = headers.get("x-amz-target", "")
    if target:
        prefix, _, operation = target.rpartition(".")
        service = TARGETS.get(prefix.rpartition(".")[2], prefix)
        return Call(service, operation, json.loads(body or b"{}"), where, "json", signed)
    if path.startswith("/service/"):
        _, _, name, _, operation = path.split("/")
        return Call(TARGETS.get(name, name), operation, cbor.loads(body), where, "cbor", signed)
    for pattern, operation in _ROUTES:
        if matched := pattern.fullmatch(path.partition("?")[0]):
            asked = {name: unquote(value) for name, value in matched.groupdict().items()}
            return Call("backup", operation, asked, where, "rest", signed)
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    return Call(scope[3] if signed else "sts", form.get("Action", ""), form, where, "query", signed)


class _Protocol(asyncio.Protocol):
    """One connection; requests on it are answered in order."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server
        self._answering, self._loop = server.answering, server.loop
        self._buffer = b""
        self._busy = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a socket server it is always this one
        self._server.connections.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self._transport)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._busy:
            self._next()

    def _next(self) -> None:
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        low = head.lower()
        at = low.find(b"\r\ncontent-length:")
        length = int(low[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(rest) < length:
            return
        self._buffer, self._busy = rest[length:], True
        statistics = self._answering.statistics
        try:
            call = parse(head.decode("latin-1"), rest[:length])
            reply = self._answering.reply(call)
            delay = self._answering.latencies.get(call.operation, self._answering.latency)
        except Exception as error:  # noqa: BLE001 - a defect of the fake must not hang its client
            sys.stderr.write(f"fakeaws: {error!r}\n")
            reply, delay = Reply(500, "json", b'{"__type":"FakeDefect"}'), 0.0
        statistics.pending += 1
        statistics.most_pending = max(statistics.most_pending, statistics.pending)
        self._loop.call_later(delay + (_SLOW if reply.broken == "slow" else 0), self._send, reply)

    def _send(self, reply: Reply) -> None:
        self._answering.statistics.pending -= 1
        self._busy = False
        transport = self._transport
        if transport is None or transport.is_closing() or reply.broken == "hang":
            return
        if reply.broken == "reset":
            transport.abort()
            return
        content = {"html": b"<html>proxy error</html>", "empty": b""}.get(reply.broken, reply.content)
        crc = 1 if reply.broken == "wrong_crc" else zlib.crc32(content)
        lines = [
            f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, '?')}",
            f"Content-Type: {reply.type}",
            f"Content-Length: {len(content)}",
            f"Date: {self._answering.date or formatdate(usegmt=True)}",
            f"x-amzn-RequestId: FAKE{next(self._server.ids):012d}",
            f"x-amz-crc32: {crc}",
            *(["smithy-protocol: rpc-v2-cbor"] if reply.form == "cbor" else []),
        ]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        if reply.broken == "truncated":
            transport.write(head + content[: len(content) // 2])
            transport.close()
            return
        transport.write(head + content)
        if self._buffer:
            self._next()


class FakeServer:
    """The fake on a free loopback port, in a thread: `with FakeServer(tables=50) as aws: ...`."""

    def __init__(self, world: World | None = None, *, port: int = 0, **about_world: Any) -> None:
        self.world = world or World(**about_world)
        self.answering = Answering(self.world)
        self._port = port
        self.loop = asyncio.new_event_loop()
        self.ids = itertools.count(1)
        self.connections: set[asyncio.Transport] = set()
        self._thread = threading.Thread(target=self.run, name="fakeaws", daemon=True)
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def configure(self, **changes: Any) -> None:
        """See `Answering.configure`."""
        self.answering.configure(**changes)

    def stats(self) -> dict[str, Any]:
        """Calls, throttled, faulted by operation; unknown operations; the most that were pending at a time."""
        statistics = self.answering.statistics
        return {
            "calls": dict(statistics.calls),
            "total": statistics.calls.total(),
            "throttled": dict(statistics.throttled),
            "faulted": dict(statistics.faulted),
            "unknown": list(statistics.unknown),
            "most_pending": statistics.most_pending,
        }

    def run(self) -> None:
        """Serve until stopped."""
        listening = self.loop.create_server(lambda: _Protocol(self), "127.0.0.1", self._port, backlog=1024)
        server = self.loop.run_until_complete(listening)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self.loop.run_forever()
        finally:
            server.close()
            for connection in tuple(self.connections):
                connection.abort()
            self.loop.run_until_complete(asyncio.sleep(0))
            self.loop.close()

    def stop_on(self, *signals: signal.Signals) -> None:
        for number in signals:
            self.loop.add_signal_handler(number, self.loop.stop)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    options = argparse.ArgumentParser(prog="fakeaws")
    options.add_argument("--port", type=int, default=4599)
    options.add_argument("--tables", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--env", default="staging")
    options.add_argument("--project", default="koneksi")
    options.add_argument("--drift", type=float, default=0.1, help="share of tables that differ from the baseline")
    options.add_argument("--latency-ms", type=float, default=0)
    options.add_argument("--throttle", choices=("aws",))
    faults = "API=kind[:probability[:subject[:first n]]]; kinds: " + " ".join(FAULTS)
    options.add_argument("--fault", action="append", default=[], help=faults)
    given = options.parse_args()
    server = FakeServer(
        port=given.port,
        tables=given.tables,
        seed=given.seed,
        env=given.env,
        project=given.project,
        drift=given.drift,
    )
    server.configure(latency_ms=given.latency_ms, throttle=given.throttle, faults=given.fault)
    server.stop_on(signal.SIGTERM, signal.SIGINT)
    sys.stderr.write(f"fakeaws: {given.tables} tables on {server.url}\n")
    server.run()
