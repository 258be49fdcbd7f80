import os
import signal
import subprocess
import sys
import time

import pytest
from fakeaws import FakeServer
from fakeaws.kind import FIRST, kind
from msgspec.structs import replace

from auditor.aws.reader import Reader
from auditor.aws.session import Access, Caller, connect
from auditor.live import read
from auditor.model.answers import EARLIER, Answer, Request, Scope
from auditor.model.values import Reason

SCOPE = Scope(account="123456789012", region="ap-southeast-1", environment="prod")


class StubReader:
    """Answers from a table; what is not in it is never answered."""

    caller = Caller("123456789012", "arn:aws:sts::123456789012:assumed-role/a/b", "aws")
    region = "ap-southeast-1"
    endpoint = "http://127.0.0.1:1"

    def __init__(self, pages, silent=()):
        self.pages, self.silent = pages, silent
        self.asked, self.stopped, self.waiting = [], [], []

    def now(self):
        return f"2026-01-01T00:00:0{len(self.stopped)}.000Z"

    def submit(self, request, done):
        self.asked.append(request)
        if self.stopped:
            done(Answer(request, ok=False, code=self.stopped[0][0], reason=Reason.NOT_READ, attempts=0))
        elif request.api not in self.silent:
            page = self.pages.get(request.api)
            done(Answer(request, (page,)) if page else Answer(request, ok=False, code="Odd", reason=Reason.FAILED))

    def stop(self, code, detail):
        self.stopped.append((code, detail))

    def counts(self):
        return ({"api": "a:A", "calls": len(self.asked)},)

    calls = 7
    throttled = 3
    clock_skew = -2


@pytest.mark.parametrize("deadline", [None, 0])
def test_threads_take_longer_turns_while_aws_is_read(deadline):
    before, during = sys.getswitchinterval(), []
    reader = StubReader({"a:A": {"x": 1}})
    read(
        [kind((Request.of("a:A"),), follow=lambda *_: during.append(sys.getswitchinterval()) or ())],
        SCOPE,
        reader,
        deadline=deadline,
    )
    assert sys.getswitchinterval() == before
    assert during == ([pytest.approx(0.02)] if deadline is None else [])


def following(rules, first=("a:A",)):
    """A kind of requests by name: each whole answer leads to the requests that the rules name."""
    return kind(
        (Request.of(api) for api in first),
        follow=lambda _scope, answer: [Request.of(api) for api in rules.get(answer.request.api, ())],
    )


def apis(requests):
    return [request.api for request in requests]


def test_an_answer_leads_to_further_requests_until_there_are_none():
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}, "c:C": {"x": 3}})
    snapshot = read([following({"a:A": ["b:B"], "b:B": ["c:C"]})], SCOPE, reader)
    assert apis(reader.asked) == ["a:A", "b:B", "c:C"]
    assert snapshot.answers.get(Request.of("c:C")).pages == ({"x": 3},)
    assert snapshot.complete


def test_each_distinct_request_is_made_once():
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}})
    read([following({"a:A": ["b:B", "b:B", "a:A"]}), following({"b:B": ["a:A"]})], SCOPE, reader)
    assert apis(reader.asked) == ["a:A", "b:B"]


def test_an_answer_is_shown_to_every_kind():
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}, "c:C": {"x": 3}})
    read([following({"a:A": ["b:B"]}), following({"a:A": ["c:C"]}, first=())], SCOPE, reader)
    assert apis(reader.asked) == ["a:A", "b:B", "c:C"]


def test_an_answer_that_is_not_whole_leads_nowhere_and_is_kept():
    reader = StubReader({})
    snapshot = read([following({"a:A": ["b:B"]})], SCOPE, reader)
    assert apis(reader.asked) == ["a:A"]
    assert snapshot.answers.get(Request.of("a:A")).code == "Odd"
    assert snapshot.complete


def test_no_kinds_no_calls():
    reader = StubReader({})
    assert list(read([], SCOPE, reader).answers) == []


def test_the_snapshot_says_who_read_what_and_when():
    snapshot = read([following({})], SCOPE, StubReader({"a:A": {"x": 1}}))
    assert (snapshot.account, snapshot.region, snapshot.partition) == ("123456789012", "ap-southeast-1", "aws")
    assert (snapshot.caller, snapshot.endpoint) == (StubReader.caller.arn, StubReader.endpoint)
    assert (snapshot.environment, snapshot.scope) == ("prod", SCOPE)
    assert (snapshot.started, snapshot.finished) == ("2026-01-01T00:00:00.000Z",) * 2
    assert snapshot.context == {"api": [{"api": "a:A", "calls": 1}], "cut_short": "", "clock_skew": -2}
    assert snapshot.tool.startswith("auditor ")


def test_progress_tells_answers_requests_and_the_last_api():
    told = []
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}})
    read([following({"a:A": ["b:B"]})], SCOPE, reader, progress=lambda *news: told.append(news))
    assert told == [(1, 2, "a:A", 7, 3), (2, 2, "b:B", 7, 3)]


@pytest.fixture
def short_grace(monkeypatch):
    monkeypatch.setattr("auditor.live._GRACE", {"Deadline": 0.05, "Interrupted": 0.05})


def test_a_deadline_leaves_the_rest_not_read(short_grace):
    reader = StubReader({"a:A": {"x": 1}}, silent={"b:B"})
    snapshot = read([following({"a:A": ["b:B"]})], SCOPE, reader, deadline=0.05)
    late = snapshot.answers.get(Request.of("b:B"))
    assert (late.ok, late.code, late.reason, late.attempts) == (False, "Deadline", Reason.NOT_READ, 0)
    assert snapshot.answers.get(Request.of("a:A")).ok
    assert not snapshot.complete
    assert snapshot.context["cut_short"] == "Deadline"
    assert reader.stopped[0][0] == "Deadline"


def test_an_interrupt_leaves_the_rest_not_read(short_grace):
    def interrupt(done, *_):
        if done == 1:
            raise KeyboardInterrupt

    reader = StubReader({"a:A": {"x": 1}}, silent={"b:B"})
    snapshot = read([following({"a:A": ["b:B"]})], SCOPE, reader, progress=interrupt)
    assert snapshot.answers.get(Request.of("b:B")).code == "Interrupted"
    assert not snapshot.complete
    assert snapshot.context["cut_short"] == "Interrupted"


def test_what_answers_after_the_stop_lead_to_is_answered_too(short_grace):
    reader = StubReader({}, silent={"a:A"})
    stop, submit = reader.stop, reader.submit

    def keep(request, done):
        reader.waiting.append(done)
        submit(request, done)

    def answer_late(code, detail):
        stop(code, detail)
        reader.waiting[0](Answer(Request.of("a:A"), ({"x": 1},)))

    reader.submit, reader.stop = keep, answer_late
    snapshot = read([following({"a:A": ["b:B"]})], SCOPE, reader, deadline=0.06)
    assert snapshot.answers.get(Request.of("a:A")).ok
    assert snapshot.answers.get(Request.of("b:B")).code == "Deadline"


def test_a_second_interrupt_is_raised(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}})
    with pytest.raises(KeyboardInterrupt):
        read([following({"a:A": ["b:B"]}, first=("a:A", "b:B"))], SCOPE, reader, progress=interrupt)


@pytest.fixture
def live():
    with FakeServer(tables=40, seed=5, drift=0.2) as aws:
        connection = connect(Access(region=SCOPE.region, endpoint=aws.url), kind().permissions)
        yield aws, Reader(connection)
        connection.close()


def test_a_whole_estate_over_sockets(live):
    aws, reader = live
    snapshot = read([kind()], SCOPE, reader)
    assert snapshot.complete
    assert all(answer.ok for answer in snapshot.answers)
    described = snapshot.answers.of("dynamodb:DescribeTable")
    assert [answer.pages[0]["Table"]["TableName"] for answer in described] == aws.world.names
    calls = {row["api"].partition(":")[2]: row["calls"] for row in snapshot.context["api"]}
    assert calls == {name: number for name, number in aws.stats()["calls"].items() if name != "GetCallerIdentity"}
    assert all(row["calls"] == row["ok"] for row in snapshot.context["api"])
    assert reader.calls == sum(calls.values())


def test_the_lanes_work_side_by_side(live):
    aws, reader = live
    aws.configure(latency_ms=100, reset=True)
    read([kind()], SCOPE, reader)
    assert aws.stats()["most_pending"] > 12


def test_an_interrupt_while_the_first_requests_are_made_keeps_what_was_asked():
    class Interrupted(StubReader):
        def submit(self, request, done):
            super().submit(request, done)
            if request.api == "b:B" and not self.stopped:
                raise KeyboardInterrupt

    snapshot = read([following({}, ("a:A", "b:B", "c:C"))], SCOPE, Interrupted({"a:A": {"x": 1}}, silent=("b:B",)))
    assert not snapshot.complete
    assert {answer.request.api: answer.code for answer in snapshot.answers} == {"a:A": "", "b:B": "Interrupted"}


def test_an_interrupt_over_sockets_ends_soon(live):
    aws, reader = live
    aws.configure(latency_ms=300)

    def interrupt(done, *_):
        if done == len(FIRST):
            raise KeyboardInterrupt

    snapshot = read([kind()], SCOPE, reader, progress=interrupt)
    assert not snapshot.complete
    assert {answer.code for answer in snapshot.answers if not answer.ok} == {"Interrupted"}
    assert sum(answer.ok for answer in snapshot.answers) >= len(FIRST)


def test_ctrl_c_in_a_process_of_its_own(live, root):
    aws, _ = live
    aws.configure(latency_ms=400)
    code = f"""
import sys
from fakeaws.kind import kind
from auditor.aws.reader import Reader
from auditor.aws.session import Access, connect
from auditor.live import read
from auditor.model.answers import Scope
connection = connect(Access(region="ap-southeast-1", endpoint="{aws.url}"), kind().permissions)
tell = lambda *news: print(*news, flush=True)
snapshot = read([kind()], Scope(account="1", region="ap-southeast-1"), Reader(connection), progress=tell)
# Ctrl-C may cut a line of the progress in its middle: what follows stands on a line of its own.
print()
print(snapshot.complete, snapshot.context["cut_short"], sum(not answer.ok for answer in snapshot.answers), flush=True)
"""
    environment = os.environ | {"PYTHONPATH": str(root / "tests" / "fakes")}
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment, text=True)
    with child:
        # Each line tells how many answers have come and how many are asked for: the tables, once they are listed.
        any(int(line.split()[1]) > len(FIRST) + aws.world.tables for line in child.stdout)
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        *_, last = child.stdout.read().splitlines()
        assert child.wait(60) == 0
    complete, cut, not_read = last.split()
    assert (complete, cut) == ("False", "Interrupted")
    assert int(not_read) > 50
    assert time.monotonic() - began < 30  # how soon it is on an idle machine, the benchmarks tell


def test_answers_may_widen_the_scope_and_lead_on():
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}, "c:C": {"x": 3}})
    wide = replace(SCOPE, wanted=frozenset({"b:B"}))
    seen = []

    def widen(answers):
        seen.append(apis(answers.by_request))
        return wide

    asking = kind(
        (Request.of("a:A"),),
        follow=lambda scope, answer: (
            [Request.of("b:B")] if "b:B" in scope.wanted and answer.request.api == "a:A" else []
        ),
    )
    snapshot = read([asking], SCOPE, reader, widen=widen)
    assert apis(reader.asked) == ["a:A", "b:B"]
    assert seen == [["a:A"], ["a:A", "b:B"]]
    assert snapshot.scope == wide
    assert snapshot.complete


def test_what_is_in_doubt_is_asked_last_and_once():
    reader = StubReader({"a:A": {"x": 1}, "b:B": {"x": 2}, "c:C": {"x": 3}})
    seen = []

    def confirm(answers):
        seen.append(apis(answers.by_request))
        return [Request.of("a:A"), Request.of("c:C")]

    snapshot = read([following({"a:A": ["b:B"]})], SCOPE, reader, confirm=confirm)
    assert apis(reader.asked) == ["a:A", "b:B", "c:C"]
    assert seen == [["a:A", "b:B"]]
    assert snapshot.answers.get(Request.of("c:C")).ok
    assert snapshot.complete


def test_what_is_known_from_an_earlier_reading_is_not_asked_and_leads_on():
    known = Answer(Request.of("a:A"), ({"x": 7},), source=EARLIER)
    reader = StubReader({"b:B": {"x": 2}})
    snapshot = read(
        [following({"a:A": ["b:B"]})], SCOPE, reader, known={known.request: known, Request.of("z:Z"): known}
    )
    assert apis(reader.asked) == ["b:B"]
    assert snapshot.answers.get(known.request) is known
    assert len(snapshot.answers.by_request) == 2


def test_a_reading_that_was_cut_short_clears_no_doubt(short_grace):
    reader = StubReader({}, silent={"a:A"})
    read([following({})], SCOPE, reader, deadline=0.05, confirm=lambda _answers: [Request.of("c:C")])
    assert apis(reader.asked) == ["a:A"]


def test_a_deadline_of_nothing_reads_nothing():
    reader = StubReader({"a:A": {"x": 1}})
    snapshot = read([following({})], SCOPE, reader, deadline=0)
    (answer,) = snapshot.answers
    assert (answer.ok, answer.code, snapshot.complete) == (False, "Deadline", False)
    assert reader.stopped


def test_calls_under_way_get_no_longer_than_the_deadline_itself():
    began = time.monotonic()
    snapshot = read([following({})], SCOPE, StubReader({}, silent=("a:A",)), deadline=0.05)
    assert time.monotonic() - began < 1
    assert not snapshot.complete
