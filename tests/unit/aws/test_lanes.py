import math
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_pace import paced

from auditor.aws.failures import Failure, Treatment
from auditor.aws.lanes import Closed, Count, Lane, Limiter, Run
from auditor.aws.operations import OPERATIONS
from auditor.model.answers import Request
from auditor.model.values import Reason

TABLE = OPERATIONS["dynamodb:DescribeTable"]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def drive(limiter, clock, seconds):
    """Calls that pass in some seconds, when all of them wait for their turn."""
    end, passed = clock.now + seconds, 0
    while True:
        clock.now += limiter.reserve()
        if clock.now > end:
            return passed
        passed += 1


def test_without_a_rate_nobody_waits():
    limiter = Limiter(math.inf, Clock())
    assert [limiter.reserve() for _ in range(1000)] == [0.0] * 1000


@given(st.floats(0.5, 200), st.integers(1, 60))
def test_no_more_than_the_rate_and_one_burst_passes(rate, seconds):
    clock = Clock()
    assert drive(Limiter(rate, clock), clock, seconds) <= rate * seconds + max(rate, 1) + 1


def test_the_rate_is_used():
    clock = Clock()
    assert drive(Limiter(8, clock), clock, 10) == pytest.approx(88, abs=1)


def test_a_throttle_halves_the_rate_and_quiet_brings_it_back():
    clock = Clock()
    limiter = Limiter(8, clock)
    drive(limiter, clock, 20)
    limiter.throttled()
    assert limiter.rate == pytest.approx(4, rel=0.1)
    clock.now += 5
    assert 4 < limiter.rate < 8
    clock.now += 600
    assert limiter.rate == 8


def test_throttles_of_calls_that_were_under_way_together_count_once():
    clock = Clock()
    limiter = Limiter(8, clock)
    drive(limiter, clock, 20)
    for _ in range(4):
        limiter.throttled()
    assert limiter.rate == pytest.approx(4, rel=0.1)


def test_a_lane_without_a_rate_learns_it_from_what_was_sent():
    clock = Clock()
    limiter = Limiter(math.inf, clock)
    for _ in range(50):
        limiter.reserve()
        clock.now += 0.1
    limiter.throttled()
    assert limiter.rate == pytest.approx(5, rel=0.1)


PACED = [operation for operation in OPERATIONS.values() if operation.rate]


@pytest.mark.parametrize("operation", PACED, ids=lambda operation: operation.api)
def test_at_the_documented_rate_nothing_is_throttled_and_nothing_is_lost(operation):
    found = paced(operation, 300)
    assert (found.answered, found.throttled, found.lost) == (300, 0, 0)


@pytest.mark.parametrize("allowed", [0.5, 0.2])
@pytest.mark.parametrize("operation", [each for each in PACED if each.rate <= 50], ids=lambda operation: operation.api)
def test_where_others_use_most_of_the_rate_nothing_is_lost_either(operation, allowed):
    found = paced(operation, 300, allowed=allowed)
    assert (found.answered, found.lost) == (300, 0)
    assert found.throttled


def test_the_rate_never_falls_to_nothing():
    clock = Clock()
    limiter = Limiter(8, clock)
    for _ in range(20):
        drive(limiter, clock, 2)
        limiter.throttled()
    assert limiter.rate >= 0.2


def test_the_budget_is_fifty_or_a_tenth_of_the_plan():
    run = Run()
    assert [run.may_retry() for _ in range(51)] == [True] * 50 + [False]
    for _ in range(1000):
        run.plan()
    assert [run.may_retry() for _ in range(51)] == [True] * 50 + [False]


def test_a_stopped_run_repeats_nothing_and_does_not_wait():
    run = Run()
    run.stop("Deadline", "time is up")
    run.stop("Interrupted", "too late")
    assert (run.stopped, run.stop_code, run.stop_detail) == (True, "Deadline", "time is up")
    assert not run.may_retry()
    run.pause(60)


def lane(work=lambda lane, request: None, run=None, clock=time.monotonic):
    return Lane(TABLE, run or Run(), Limiter(math.inf), work, clock)


DENIED = Failure("AccessDeniedException", "no", Treatment.DENIED)


def test_three_denials_in_a_row_close_a_lane():
    closing = lane()
    for _ in range(3):
        closing.enter()
        closing.failed(DENIED)
    with pytest.raises(Closed) as caught:
        closing.enter()
    assert (caught.value.code, caught.value.reason) == ("LaneClosed", Reason.DENIED)
    assert "no" in caught.value.detail
    assert closing.count == Count(calls=3, denied=3)


@pytest.mark.parametrize("passes", [lambda lane: lane.passed(), lambda lane: lane.failed(ANSWERED)])
def test_a_lane_where_one_call_passed_stays_open(passes):
    open_lane = lane()
    open_lane.failed(DENIED)
    passes(open_lane)
    for _ in range(5):
        open_lane.failed(DENIED)
    open_lane.enter()


ANSWERED = Failure("ResourceNotFoundException", "none", Treatment.ANSWERED)


FAILED = Failure("InternalServerError", "down", Treatment.TRANSIENT)


def test_a_lane_where_nothing_passes_for_long_is_given_up():
    clock = Clock()
    dead = lane(clock=clock)
    for _ in range(19):
        dead.failed(FAILED)
    clock.now += 30
    dead.enter()
    dead.failed(FAILED)
    with pytest.raises(Closed) as caught:
        dead.enter()
    assert (caught.value.code, caught.value.reason) == ("LaneClosed", Reason.FAILED)
    assert "20 failures in a row: down" in caught.value.detail


@pytest.mark.parametrize(("failures", "seconds", "passes"), [(50, 29, False), (19, 300, False), (19, 300, True)])
def test_a_lane_with_a_short_outage_goes_on(failures, seconds, passes):
    clock = Clock()
    shaken = lane(clock=clock)
    for _ in range(failures - 1):
        shaken.failed(FAILED)
    clock.now += seconds
    if passes:
        shaken.passed()
        shaken.failed(FAILED)
    shaken.failed(FAILED)
    shaken.enter()


def test_denials_among_answers_never_give_a_lane_up():
    clock = Clock()
    partly = lane(clock=clock)
    partly.passed()
    for _ in range(100):
        partly.failed(DENIED)
        clock.now += 1
    partly.enter()


def test_calls_are_counted_by_how_they_ended():
    counting = lane()
    counting.passed()
    for treatment in (Treatment.ANSWERED, Treatment.DENIED, Treatment.THROTTLED, Treatment.TRANSIENT, Treatment.FINAL):
        counting.enter()
        counting.failed(Failure("c", "d", treatment))
    assert counting.count == Count(calls=5, ok=2, denied=1, throttled=1, failed=2)


def test_a_stopped_run_closes_its_lanes():
    run = Run()
    run.stop("Interrupted", "cut")
    with pytest.raises(Closed) as caught:
        lane(run=run).enter()
    assert (caught.value.code, caught.value.reason) == ("Interrupted", Reason.NOT_READ)


def test_every_request_is_served_once_by_no_more_threads_than_allowed():
    served, names, all_done = [], set(), threading.Event()

    def work(_lane, request):
        served.append(request)
        names.add(threading.get_ident())
        if len(served) == 500:
            all_done.set()

    busy = lane(work)
    requests = [Request.of(TABLE.api, TableName=str(i)) for i in range(500)]
    for request in requests:
        busy.submit(request)
    assert all_done.wait(10)
    assert sorted(served) == sorted(requests)
    assert threading.active_count() <= TABLE.threads + 3


def test_a_lane_without_requests_has_no_threads():
    before = threading.active_count()
    lane()
    assert threading.active_count() == before
