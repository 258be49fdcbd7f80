import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from fakeaws.kind import KEY_APIS, kind

from auditor.aws.reader import Reader, plain
from auditor.aws.session import connect
from auditor.model.answers import Request
from auditor.model.values import Reason

TABLE = "dynamodb:DescribeTable"
LIST = "dynamodb:ListContributorInsights"


def ask(reader, *requests):
    """The answers to some requests, by the time all have come."""
    answers, come = {}, threading.Semaphore(0)

    def done(answer):
        answers[answer.request] = answer
        come.release()

    for request in requests:
        reader.submit(request, done)
    for _ in requests:
        assert come.acquire(timeout=30)
    return [answers[request] for request in requests]


def table(aws, number=0):
    return Request.of(TABLE, TableName=aws.world.names[number])


def count(reader, api):
    return next(row for row in reader.counts() if row["api"] == api)


def test_a_whole_answer(aws, reader):
    (answer,) = ask(reader, table(aws))
    assert answer.ok
    assert answer.pages[0]["Table"]["TableName"] == aws.world.names[0]
    assert "ResponseMetadata" not in answer.pages[0]
    assert answer.request_id.startswith("FAKE")
    assert (answer.attempts, answer.code, answer.reason, answer.source) == (1, "", None, "live")


def test_times_are_rfc_3339_in_utc(aws, reader):
    (answer, alarms) = ask(reader, table(aws), Request.of("cloudwatch:DescribeAlarms"))
    assert answer.pages[0]["Table"]["CreationDateTime"] == "2023-11-14T22:13:20.000Z"
    assert alarms.pages[0]["MetricAlarms"][0]["StateUpdatedTimestamp"] == "2023-11-14T22:13:20.000Z"


def test_the_time_of_an_answer_is_the_clocks(aws, connection):
    jakarta = timezone(timedelta(hours=7))
    reader = Reader(connection, clock=lambda: datetime(2026, 1, 1, 7, tzinfo=jakarta))
    (answer,) = ask(reader, table(aws))
    assert answer.at == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("date", "skew"),
    [("Thu, 01 Jan 2026 00:00:00 GMT", 90), ("Thu, 01 Jan 2026 00:03:00 GMT", -90), ("yesterday", None)],
)
def test_a_clock_that_is_wrong_is_noticed(aws, connection, date, skew):
    reader = Reader(connection, clock=lambda: datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC))
    assert reader.clock_skew is None
    aws.configure(date=date)
    ask(reader, table(aws))
    aws.configure(date="")
    ask(reader, Request.of("kms:ListAliases"))
    assert reader.clock_skew == skew if skew else reader.clock_skew not in (90, -90)


def test_all_pages_come_with_the_longest_page_size(aws, reader):
    short, long = ask(reader, Request.of(LIST, MaxResults=5), Request.of(LIST))
    rows = [
        [row["TableName"] for page in each.pages for row in page["ContributorInsightsSummaries"]]
        for each in (short, long)
    ]
    assert rows == [aws.world.names] * 2
    assert (len(short.pages), short.attempts) == (3, 3)
    assert len(long.pages) == 1


def test_an_unknown_operation_is_answered_without_a_call(aws, reader):
    (answer,) = ask(reader, Request.of("dynamodb:Scan", TableName="t"))
    assert (answer.ok, answer.code, answer.reason, answer.attempts) == (False, "Refused", Reason.NOT_SUPPORTED, 0)


def test_an_operation_outside_the_allowlist_is_answered_without_a_call(aws, access):
    connection = connect(access, [TABLE])
    (answer,) = ask(Reader(connection), Request.of("kms:ListAliases"))
    connection.close()
    assert (answer.ok, answer.code, answer.pages) == (False, "Refused", ())
    assert "ListAliases" not in aws.stats()["calls"]


@pytest.mark.parametrize("fault", ["500", "503", "reset", "truncated", "empty", "html", "no_envelope", "wrong_crc"])
@pytest.mark.parametrize("api", [TABLE, "kms:ListAliases", "cloudwatch:DescribeAlarms"])
def test_what_passes_by_is_asked_for_again(aws, reader, api, fault):
    request = table(aws) if api == TABLE else Request.of(api)
    (whole,) = ask(reader, request)
    aws.configure(faults=[f"{api.partition(':')[2]}={fault}:1::2"])
    (answer,) = ask(reader, request)
    assert answer.pages == whole.pages
    assert answer.attempts == 3
    assert count(reader, api)["failed"] == 2


@pytest.mark.parametrize(
    ("fault", "code", "attempts"),
    [
        ("500", "InternalServerError", 4),
        ("reset", "ConnectionError", 4),
        ("truncated", "BadAnswer", 4),
        ("html", "BadAnswer", 4),
        ("validation", "ValidationException", 1),
    ],
)
def test_what_stays_is_an_answer_that_is_not_ok(aws, reader, fault, code, attempts):
    aws.configure(faults=[f"DescribeTable={fault}"])
    (answer,) = ask(reader, table(aws))
    assert (answer.ok, answer.pages, answer.code, answer.attempts) == (False, (), code, attempts)
    assert (answer.reason, bool(answer.detail), bool(answer.at)) == (Reason.FAILED, True, True)
    assert (answer.unknown.api, answer.unknown.code) == (TABLE, code)


@pytest.mark.parametrize(("fault", "code"), [("hang", "Timeout"), ("slow", "")])
def test_an_answer_is_awaited_for_some_time(aws, access, monkeypatch, fault, code):
    monkeypatch.setattr("auditor.aws.session._READ_SECONDS", 0.3 if fault == "hang" else 10)
    connection = connect(access, kind().permissions)
    aws.configure(faults=[f"DescribeTable={fault}"])
    (answer,) = ask(Reader(connection), table(aws))
    connection.close()
    assert (answer.ok, answer.code) == (fault == "slow", code)


def test_a_table_that_is_not_there_is_an_answer_of_aws(aws, reader):
    missing = Request.of(TABLE, TableName="none"), Request.of("dynamodb:DescribeContinuousBackups", TableName="none")
    described, backups = ask(reader, *missing)
    assert (described.ok, described.code, described.attempts) == (False, "ResourceNotFoundException", 1)
    assert backups.code == "TableNotFoundException"
    assert described.request_id.startswith("FAKE")
    assert count(reader, TABLE)["ok"] == 1


def test_a_denied_lane_is_closed_and_the_others_go_on(aws, reader):
    aws.configure(faults=["DescribeTimeToLive=denied"])
    asked = [Request.of("dynamodb:DescribeTimeToLive", TableName=name) for name in aws.world.names]
    for request in asked[:3]:
        ask(reader, request)
    denied = ask(reader, *asked)
    assert {(answer.code, answer.attempts) for answer in denied} == {("LaneClosed", 0)}
    assert {answer.reason for answer in denied} == {Reason.DENIED}
    assert denied[0].unknown.action == "dynamodb:DescribeTimeToLive"
    assert aws.stats()["calls"]["DescribeTimeToLive"] == 3
    assert count(reader, "dynamodb:DescribeTimeToLive") | {"region": ""} == {
        "api": "dynamodb:DescribeTimeToLive",
        "region": "",
        "calls": 3,
        "ok": 0,
        "denied": 3,
        "throttled": 0,
        "failed": 0,
        "not_called": 12,
    }
    assert ask(reader, table(aws))[0].ok


def test_throttles_slow_the_lane_down_and_are_overcome(aws, reader):
    aws.configure(faults=["DescribeTable=throttle:1::1"])
    answers = ask(reader, *(table(aws, number) for number in range(6)))
    assert all(answer.ok for answer in answers)
    assert {answer.attempts for answer in answers} == {2}
    row = count(reader, TABLE)
    assert (row["throttled"], row["ok"]) == (6, 6)


def test_a_token_that_comes_again_makes_the_whole_collection_unknown(aws, reader):
    request = Request.of("dynamodb:ListTables", Limit=2)
    (whole,) = ask(reader, request)
    assert len(whole.pages) == 6
    aws.configure(faults=["ListTables=repeated_token"])
    (answer,) = ask(reader, request)
    assert (answer.ok, answer.pages, answer.code) == (False, (), "BadAnswer")
    assert "twice" in answer.detail


def test_a_page_that_failed_makes_the_whole_collection_unknown(aws, reader):
    aws.configure(faults=["ListTables=500:0.9"], seed=3)
    (answer,) = ask(reader, Request.of("dynamodb:ListTables", Limit=2))
    assert (answer.ok, answer.pages) == (False, ())


def test_a_token_that_went_stale_restarts_the_collection_once(aws, reader):
    request = Request.of("resourcegroupstaggingapi:GetResources", ResourcesPerPage=5)
    (whole,) = ask(reader, request)
    assert len(whole.pages) > 1
    aws.configure(faults=["GetResources=stale:1::1"])
    (again,) = ask(reader, request)
    assert again.pages == whole.pages
    aws.configure(faults=["GetResources=stale"])
    (answer,) = ask(reader, request)
    assert (answer.ok, answer.pages, answer.code) == (False, (), "PaginationTokenExpiredException")


def test_a_defect_in_reading_one_answer_costs_this_answer_only(aws, reader, monkeypatch):
    monkeypatch.setattr("auditor.aws.reader._Reading._pages", lambda _self: 1 / 0)
    (answer,) = ask(reader, table(aws))
    assert (answer.ok, answer.code, answer.reason) == (False, "ZeroDivisionError", Reason.FAILED)


def test_expired_credentials_are_renewed_once(aws, reader):
    aws.configure(faults=["DescribeTable=expired:1::1"])
    (answer,) = ask(reader, table(aws))
    assert answer.ok
    assert aws.stats()["calls"]["GetCallerIdentity"] == 1


def test_credentials_that_stay_expired_stop_the_run(aws, access):
    connection = connect(access, kind().permissions)
    reader = Reader(connection)
    aws.configure(faults=["DescribeTable=expired", "GetCallerIdentity=expired"])
    first, *_ = ask(reader, table(aws))
    (later,) = ask(reader, Request.of("kms:ListAliases"))
    connection.close()
    assert not first.ok
    assert (later.ok, later.code, later.reason, later.attempts) == (False, "ExpiredToken", Reason.NOT_READ, 0)


@pytest.mark.parametrize("fault", ["badtoken", "skew"])
def test_credentials_that_are_refused_stop_the_run(aws, reader, fault):
    aws.configure(faults=[f"DescribeTable={fault}"])
    ask(reader, table(aws))
    (later,) = ask(reader, Request.of("kms:ListAliases"))
    assert (later.ok, later.attempts) == (False, 0)


def test_a_stopped_reader_answers_at_once(aws, reader):
    aws.configure(latency_ms=200)
    asked = [Request.of(api, KeyId=str(n)) for n in range(50) for api in KEY_APIS]
    threading.Timer(0.1, reader.stop, ("Interrupted", "cut")).start()
    answers = ask(reader, *asked)
    cut = [answer for answer in answers if answer.code == "Interrupted"]
    assert len(cut) > 80
    assert {answer.reason for answer in cut} == {Reason.NOT_READ}


def test_a_closed_reader_has_no_clients(aws, access):
    connection = connect(access, kind().permissions)
    reader = Reader(connection)
    ask(reader, table(aws))
    reader.close()
    assert connection._clients == {}


def test_another_region_has_its_own_lane_and_client(aws, reader):
    here, there = ask(reader, table(aws), Request.of(TABLE, "us-west-2", TableName=aws.world.names[0]))
    assert ":ap-southeast-1:" in here.pages[0]["Table"]["TableArn"]
    assert ":us-west-2:" in there.pages[0]["Table"]["TableArn"]
    assert [row["region"] for row in reader.counts()] == ["ap-southeast-1", "us-west-2"]


def test_aws_rates_are_kept_everywhere_but_on_loopback(aws, connection):
    request = Request.of("dynamodb:DescribeTimeToLive", TableName=aws.world.names[0])
    paced, free = Reader(connection, paced=True), Reader(connection)
    ask(paced, request)
    ask(free, request)
    assert paced.counts()[0]["rate"] == 5
    assert "rate" not in free.counts()[0]


def test_the_kind_of_the_fake_asks_for_known_operations_only():
    connect_permissions = kind().permissions
    assert "tag:GetResources" in connect_permissions


def test_a_tree_becomes_what_json_has():
    value = {
        "time": datetime(2026, 1, 1, tzinfo=UTC),
        "bytes": b"\x00\xff",
        "decimal": Decimal("1.5"),
        "infinite": float("inf"),
        "list": ({"whole": 3, "flag": True, "none": None},),
        "other": {1}.__class__,
    }
    assert plain(value) == {
        "time": "2026-01-01T00:00:00.000Z",
        "bytes": "AP8=",
        "decimal": 1.5,
        "infinite": "inf",
        "list": [{"whole": 3, "flag": True, "none": None}],
        "other": "<class 'set'>",
    }
