"""A stand-in of AWS on loopback: moto behind a thin layer that mends its answers, counts requests and can refuse them.

    with MotoServer("111122223333") as server:
        client = boto3.client("dynamodb", endpoint_url=server.url)
        server.deny("DescribeTable")
        ...
        server.counts["dynamodb:DescribeTable"]

Who signs decides whose account answers: an access key that is itself an account id (12 digits) stands for that account,
a key given out by moto's STS for the account of the assumed role, any other key for the account of the server. moto
keeps its resources for the whole process: entering a server empties them, so a process runs one server at a time.
"""

import io
import json
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

from moto.moto_api._internal import moto_api_backend
from moto.server import DomainDispatcherApplication, create_backend_app
from msgspec import Struct
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from auditor.demo.stand_in import dynamodb, kms, others
from auditor.demo.stand_in.gaps import ERROR_CODES, MENDS, REWRITES, STANDS, Answer, Request

GAPS = (dynamodb, kms, others)
CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
ACCOUNT_ID = re.compile(r"\d{12}")
ISSUED_BY_STS = ("ASIA", "LSIA")
LIFE_SECONDS = 3600
# Operations of the REST services that are counted, refused or mended by name; others are counted by method and path.
REST = (
    ("GET", re.compile(r"/resources/?"), "ListProtectedResources"),
    ("GET", re.compile(r"/resources/.+/recovery-points/?"), "ListRecoveryPointsByResource"),
    ("GET", re.compile(r"/backup/plans/[^/]+/selections/?"), "ListBackupSelections"),
    ("GET", re.compile(r"/backup/plans/?"), "ListBackupPlans"),
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Fault(Struct):
    """An answer given instead of the right one, to requests of `operation` whose body holds `match`."""

    operation: str
    code: str
    status: int
    match: bytes
    times: int | None

    def hits(self, operation: str, raw: bytes) -> bool:
        """Return whether this request is refused, and use up one of the times."""
        if operation != self.operation or self.match not in raw or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, as AWS does, and prints nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Print nothing."""


def rest_operation(method: str, path: str) -> str:
    """Return the operation of a REST request: its name where it is known, else method and path."""
    for known_method, pattern, name in REST:
        if method == known_method and pattern.fullmatch(path):
            return name
    return f"{method} {path}"


def error_body(environ: Environ, code: str, message: str) -> tuple[str, bytes]:
    """Return content type and body of an error in the protocol of the request: JSON, CBOR or query (XML)."""
    if "HTTP_SMITHY_PROTOCOL" in environ:
        members = {"__type": code, "message": message}
        text = b"".join(b"\x78" + bytes([len(part)]) + part.encode() for member in members.items() for part in member)
        return "application/cbor", bytes([0xA0 + len(members)]) + text
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "application/x-amz-json-1.0", json.dumps({"__type": code, "message": message}).encode()
    code = {"AccessDeniedException": "AccessDenied"}.get(code, code)  # the query services have no such suffix
    xml = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return "text/xml", xml.encode()


class MotoServer:
    """The server; `with MotoServer() as server` starts it on a free port and ends it."""

    def __init__(self, account: str = "123456789012", *, port: int = 0, life_seconds: float = LIFE_SECONDS) -> None:
        self.account = account
        self.counts: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.defects: list[str] = []
        self._lock = threading.Lock()
        # moto walks its dictionaries while other requests change them, so one request is answered at a time.
        self._turn = threading.Lock()
        self._memory: defaultdict[tuple[str, ...], dict[str, Any]] = defaultdict(dict)
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self._respond, threaded=True, request_handler=QuietHandler
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._end = threading.Timer(life_seconds, self._server.shutdown)
        self._end.daemon = True

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def deny(self, operation: str, *, match: str = "") -> None:
        """Refuse an operation as IAM would, for requests that hold `match` (a table's name, an ARN)."""
        self.fail(operation, "AccessDeniedException", match=match)

    def fail(self, operation: str, code: str, *, status: int = 400, match: str = "", times: int | None = None) -> None:
        """Answer an operation with an error, always or the next `times` times."""
        self.faults.append(Fault(operation, code, status, match.encode(), times))

    def heal(self) -> None:
        """Answer everything rightly again."""
        self.faults.clear()

    def __enter__(self) -> Self:
        moto_api_backend.reset()
        self._thread.start()
        self._end.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.cancel()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _respond(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        request = self._read(environ, raw)
        with self._lock:
            self.counts[f"{request.service}:{request.operation}"] += 1
            fault = next((fault for fault in self.faults if fault.hits(request.operation, raw)), None)
        if fault is not None:
            content_type, body = error_body(environ, fault.code, "refused by the test")
            return reply(start, fault.status, content_type, body)
        with self._turn:
            return self._answer(request, environ, raw, start)

    def _read(self, environ: Environ, raw: bytes) -> Request:
        """Read from a request whose it is and what it asks."""
        signed = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        access_key, region, service = signed.groups() if signed else ("", "", "unsigned")
        account = access_key if ACCOUNT_ID.fullmatch(access_key) else self.account
        if access_key.startswith(ISSUED_BY_STS):
            from moto.iam.models import get_account_id_from

            account = get_account_id_from(access_key)
        path = environ.get("PATH_INFO", "/")
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if "HTTP_SMITHY_PROTOCOL" in environ:
            operation = path.rpartition("/")[2]
        if (not operation and raw.startswith((b"Action=", b"Version="))) or b"&Action=" in raw:
            operation = parse_qs(raw.decode("utf-8", "replace")).get("Action", ["?"])[0]
        body: Any = {}
        if "HTTP_X_AMZ_TARGET" in environ:
            body = json.loads(raw or b"{}")
        return Request(
            service=service,
            operation=operation or rest_operation(environ["REQUEST_METHOD"], path),
            account=account,
            region=region,
            body=body,
            memory=self._memory,
        )

    def _answer(self, request: Request, environ: Environ, raw: bytes, start: StartResponse) -> Iterable[bytes]:
        """Give moto's answer, mended; or the one that stands in for it."""
        asked = (request.service, request.operation)
        try:
            if stand := STANDS.get(asked):
                with self._lock:
                    answer = stand(request)
                return reply(start, answer.status, "application/json", json.dumps(answer.body).encode())
            if rewrite := REWRITES.get(asked):
                rewrite(request)
                raw = json.dumps(request.body).encode()
            environ |= {
                "HTTP_X_MOTO_ACCOUNT_ID": request.account,
                "CONTENT_LENGTH": str(len(raw)),
                "wsgi.input": io.BytesIO(raw),
            }
            if asked not in MENDS and asked not in ERROR_CODES:
                return list(self._moto(environ, start))
            status, headers, body = call(self._moto, environ)
            answer = Answer(json.loads(body or b"{}"), status)
            if status != HTTPStatus.OK:
                code = answer.body.get("__type", "").rpartition("#")[2]
                answer.body["__type"] = ERROR_CODES.get(asked, {}).get(code, code)
            elif mend := MENDS.get(asked):
                with self._lock:
                    mend(request, answer)
            body = json.dumps(answer.body).encode()
            return reply(start, status, headers.get("Content-Type", "application/json"), body)
        except Exception as error:  # noqa: BLE001 - a client would retry a broken connection for minutes
            # moto's word for an operation that it does not have: said as AWS says it, so that the fact is unknown.
            code = "UnknownOperationException" if isinstance(error, NotImplementedError) else "StandInDefect"
            self.defects.append(f"{request.service}:{request.operation}: {error!r}")
            content_type, body = error_body(environ, code, repr(error))
            return reply(start, HTTPStatus.BAD_REQUEST, content_type, body)


def call(application: Callable[..., Iterable[bytes]], environ: Environ) -> tuple[int, dict[str, str], bytes]:
    """Call a WSGI application; return status, headers and body."""
    seen: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        seen[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]

    body = b"".join(application(environ, start))
    return seen[0], seen[1], body


def reply(start: StartResponse, status: int, content_type: str, body: bytes) -> list[bytes]:
    """Send an answer whole, with its length (WSGI)."""
    start(f"{int(status)} -", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
