"""The reader: one Request in, one whole Answer out, whatever happens on the way."""

from __future__ import annotations

import base64
import itertools
import math
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final

from msgspec.structs import asdict

from auditor.aws.economy import time_text
from auditor.aws.failures import Failure, Treatment, classify, one_line
from auditor.aws.lanes import SHARE, Closed, Lane, Limiter, Run
from auditor.aws.operations import find
from auditor.aws.session import Caller, Connection
from auditor.model.answers import Answer, Body, Request
from auditor.model.values import Reason

Done = Callable[[Answer], None]

_ATTEMPTS: Final[Mapping[Treatment, int]] = {
    Treatment.TRANSIENT: 4,
    Treatment.THROTTLED: 20,
    Treatment.EXPIRED: 2,
}
"""Of one page; a treatment that is not here is not tried again."""
_PAUSE: Final = 0.1
"""Seconds before the second attempt, doubled for each further one, up to the longest, times a random share."""
_LONGEST_PAUSE: Final = 5.0
_PLAIN: Final = frozenset({str, bool, int, type(None)})
"""Of what most values of an answer are: nothing has to be made of them."""


class Reader:
    """Reads AWS by lanes, one per API and Region; answers come on the lanes' threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        paced: bool | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read through a connection.

        Args:
            connection: The account.
            paced: Whether to keep AWS's rates from the start; by default everywhere but on loopback.
            clock: The time, for the evidence.
        """
        self._connection = connection
        self._paced = not connection.loopback if paced is None else paced
        self._clock = clock
        self._run = Run()
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._done: dict[Request, Done] = {}
        self._renewing = threading.Lock()
        self._renewed = False
        self._skew: int | None = None

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self._connection.caller

    @property
    def endpoint(self) -> str:
        """The custom endpoint, if it is not AWS itself."""
        return self._connection.endpoint

    @property
    def region(self) -> str:
        """The Region of requests that name none."""
        return self._connection.access.region

    def now(self) -> str:
        """The time as RFC 3339 UTC text."""
        return time_text(self._clock())

    def submit(self, request: Request, done: Done) -> None:
        """Ask once; `done` gets the answer, on another thread. A request must not be submitted twice at a time."""
        operation = find(request.api)
        if operation is None:
            detail = f"the auditor has no operation {request.api}"
            done(Answer(request, ok=False, code="Refused", reason=Reason.NOT_SUPPORTED, detail=detail, attempts=0))
            return
        key = operation.api, request.region
        if key not in self._lanes:
            rate = operation.rate * SHARE if self._paced and operation.rate else math.inf
            self._lanes[key] = Lane(operation, self._run, Limiter(rate), self._serve)
        self._done[request] = done
        self._lanes[key].submit(request)

    def stop(self, code: str, detail: str) -> None:
        """Answer what was not sent yet with this code: `Deadline`, `Interrupted`."""
        self._run.stop(code, detail)

    def close(self) -> None:
        """Close the connections; nothing can be asked afterwards."""
        self._connection.close()

    def counts(self) -> tuple[Mapping[str, Any], ...]:
        """Calls by API and how they ended, with the rate at the end where one is kept; for the evidence."""
        rows: list[Mapping[str, Any]] = []
        for (api, region), lane in sorted(self._lanes.items()):
            rate = lane.limiter.rate
            kept = {"rate": round(rate, 2)} if math.isfinite(rate) else {}
            rows.append({"api": api, "region": region or self.region, **asdict(lane.count), **kept})
        return tuple(rows)

    @property
    def calls(self) -> int:
        """Calls that were made so far; every page and every attempt is one."""
        return sum(lane.count.calls for lane in tuple(self._lanes.values()))

    @property
    def throttled(self) -> int:
        """Calls that AWS throttled so far."""
        return sum(lane.count.throttled for lane in tuple(self._lanes.values()))

    @property
    def clock_skew(self) -> int | None:
        """Seconds that our clock is ahead of AWS's, to a second or two; None before an answer told the time."""
        return self._skew

    def _serve(self, lane: Lane, request: Request) -> None:
        """One request, on a lane's thread."""
        reading = _Reading(self._connection, self._run, lane, request, self._renew, started=self._clock())
        answer = reading.answer(self.now)
        if reading.date and self._skew is None:
            self._skew = _seconds_ahead(self._clock(), reading.date)
        if answer.attempts == 0:
            lane.skipped()
        self._done.pop(request)(answer)

    def _renew(self) -> bool:
        """Renew the credentials for all lanes, once a run; False where that does not help."""
        with self._renewing:
            if not self._renewed:
                self._renewed = True
                if not self._connection.renew():
                    self._run.stop("ExpiredToken", "the credentials expired, and there are no new ones")
            return not self._run.stopped


class _Failed(Exception):
    """A page could not be read."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class _Reading:
    """The attempts and pages of one request."""

    def __init__(
        self,
        connection: Connection,
        run: Run,
        lane: Lane,
        request: Request,
        renew: Callable[[], bool],
        *,
        started: datetime,
    ) -> None:
        self._connection, self._run, self._lane, self._request, self._renew = connection, run, lane, request, renew
        self._attempts = 0
        self._request_id = ""
        self._started = started
        self.date = ""
        """When AWS answered last, as its header tells it."""

    def answer(self, now: Callable[[], str]) -> Answer:
        """All pages, or why there are none."""
        try:
            pages = self._all_pages()
        except _Failed as error:
            failure = error.failure
            return self._without(now(), failure.code, failure.reason, failure.detail, failure.request_id)
        except Closed as closed:
            return self._without(now(), closed.code, closed.reason, closed.detail)
        except Exception as error:  # noqa: BLE001 - a defect in reading one answer must not cost the others
            return self._without(now(), type(error).__name__, Reason.FAILED, one_line(error))
        return Answer(self._request, pages, at=now(), request_id=self._request_id, attempts=self._attempts)

    def _without(self, at: str, code: str, reason: Reason, detail: str, request_id: str = "") -> Answer:
        return Answer(
            self._request,
            ok=False,
            code=code,
            reason=reason,
            detail=detail,
            at=at,
            request_id=request_id,
            attempts=self._attempts,
            action=self._lane.operation.permission,
        )

    def _all_pages(self) -> tuple[Body, ...]:
        try:
            return tuple(self._pages())
        except _Failed as error:
            if error.failure.treatment is not Treatment.RESTART or not self._run.may_retry():
                raise
        return tuple(self._pages())

    def _pages(self) -> Iterator[Body]:
        paging = self._lane.operation.paging
        params = self._lane.operation.sent(dict(self._request.params), self._started)
        if paging and paging.size:
            params.setdefault(paging.size, paging.longest)
        tokens: set[str] = set()
        while True:
            body = self._page(params)
            yield body
            token = body.get(paging.output) if paging else None
            if paging is None or not token:
                return
            if not isinstance(token, str) or token in tokens:
                detail = f"{self._request.api} gave the same {paging.output} twice: the collection has no end"
                raise _Failed(Failure("BadAnswer", detail, Treatment.FINAL, self._request_id))
            tokens.add(token)
            params[paging.input] = token

    def _page(self, params: Mapping[str, Any]) -> Body:
        """One page, asked for again as often as its failures are worth."""
        for attempt in itertools.count(1):
            self._lane.enter()
            self._attempts += 1
            try:
                body = self._call(params)
            except Exception as error:  # noqa: BLE001 - whatever a call ends with becomes an answer
                failure = classify(error)
            else:
                self._lane.passed()
                return body
            self._lane.failed(failure)
            self._overcome(failure, attempt)
        raise AssertionError  # count() has no end

    def _overcome(self, failure: Failure, attempt: int) -> None:
        """Get ready to ask again; raises _Failed where that is not worth it."""
        last = attempt >= _ATTEMPTS.get(failure.treatment, 1)
        if failure.treatment is Treatment.CREDENTIALS or (failure.treatment is Treatment.EXPIRED and last):
            self._run.stop(failure.code, failure.detail)
        # A throttled call cost AWS nothing, and the lane has slowed down for it: it is not taken from the budget.
        if last or not (failure.treatment is Treatment.THROTTLED or self._run.may_retry()):
            raise _Failed(failure)
        if failure.treatment is Treatment.EXPIRED:
            if not self._renew():
                raise _Failed(failure)
        else:
            longest = min(_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE)
            self._run.pause(longest * random.uniform(0.5, 1))  # noqa: S311 - spreads calls, hides nothing

    def _call(self, params: Mapping[str, Any]) -> Body:
        # Loaded here: this is called only after the session has loaded botocore anyway.
        from botocore import xform_name  # noqa: PLC0415

        operation = self._lane.operation
        client = self._connection.client(operation.service, self._request.region)
        answer: dict[str, Any] = getattr(client, xform_name(operation.name))(**params)
        metadata = answer.pop("ResponseMetadata", {})
        self._request_id = str(metadata.get("RequestId", ""))
        self.date = str(metadata.get("HTTPHeaders", {}).get("date", ""))
        body: Body = plain(answer)
        return body


def plain(value: Any) -> Any:  # noqa: ANN401 - any tree that botocore's parsers make
    """The same value made of what JSON has: times as RFC 3339 UTC text, bytes as base64, decimals as numbers."""
    match value:
        case str():
            return str(value)
        case bool() | int() | None:
            return value
        case dict():
            return {name: item if type(item) in _PLAIN else plain(item) for name, item in value.items()}
        case list() | tuple():
            return [item if type(item) in _PLAIN else plain(item) for item in value]
        case datetime():
            return time_text(value)
        case bytes():
            return base64.b64encode(value).decode()
        case float() | Decimal():
            return float(value) if math.isfinite(value) else str(value)
        case _:
            return str(value)


def _seconds_ahead(now: datetime, date: str) -> int | None:
    """How far a time is ahead of an HTTP date; None where that is none."""
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return round((now - told).total_seconds()) if told.tzinfo else None
