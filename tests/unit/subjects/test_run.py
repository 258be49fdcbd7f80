from datetime import timedelta

from msgspec.structs import replace
from sample_material import ACCOUNT, RUN, both, declared, failed, live, material, only, value

from auditor.model.answers import Answers, Request
from auditor.model.drift import Existence
from auditor.model.results import Waiver
from auditor.model.values import Reason, Unknown

LIST = Request.of("dynamodb:ListTables")


def fact(path, *comparisons, **more):
    return value(material(*comparisons, **more), f"run.{path}", "run")


def test_account():
    assert fact("account_matches") is True
    assert fact("account_matches", run=replace(RUN, expected_account="444455556666")) is False
    assert isinstance(fact("account_matches", run=replace(RUN, expected_account=None)), Unknown)
    unknown = Unknown(Reason.NOT_READ)
    assert fact("account_matches", run=replace(RUN, account=unknown)) is unknown
    assert fact("account") == ACCOUNT


def test_reads_that_failed_are_counted_by_operation_and_code():
    answers = {}
    for name in "ab":
        answers |= failed(Request.of("kms:DescribeKey", KeyId=name))
    answers |= failed(Request.of("kms:DescribeKey", KeyId="c"), "Timeout", Reason.FAILED)
    answers |= failed(
        Request.of("dynamodb:GetResourcePolicy", ResourceArn="x"), "PolicyNotFoundException", Reason.FAILED
    )
    assert fact("unread", answers=answers) == (
        {"api": "kms:DescribeKey", "code": "AccessDeniedException", "reason": "denied", "count": 2},
        {"api": "kms:DescribeKey", "code": "Timeout", "reason": "failed", "count": 1},
    )
    assert fact("unread") == ()


def test_values_that_the_code_does_not_decide():
    open_ = Unknown(Reason.NOT_EVALUABLE, references=("data.x.y.z",))
    later = Unknown(Reason.COMPUTED_BY_AWS, references=("aws_kms_key.this.arn",))
    ours = declared({"name": open_, "server_side_encryption": {"kms_key_arn": later}, "ttl": {"enabled": open_}})
    counted = declared({"name": "x"}, address="aws_dynamodb_table.many", undetermined=open_)
    found = fact("unevaluated", both(ours, live()), both(counted, existence=Existence.UNDETERMINED))
    assert found == (
        "aws_dynamodb_table.this: name",
        "aws_dynamodb_table.this: ttl",
        "aws_dynamodb_table.many: count or for_each",
    )


def test_a_long_list_ends_with_a_number():
    open_ = Unknown(Reason.NOT_EVALUABLE)
    ours = declared({f"a{number}": open_ for number in range(250)})
    found = fact("unevaluated", both(ours, live()))
    assert len(found) == 201
    assert found[-1] == "and 50 more"


def test_code_that_could_not_be_read_is_unknown():
    unknown = Unknown(Reason.NOT_EVALUABLE)
    assert fact("unevaluated", failed=unknown) is unknown


def test_population():
    cause = Unknown(Reason.DENIED)
    unclear = both(declared(), existence=Existence.UNDETERMINED, cause=cause)
    alias = both(declared({}, kind="aws_kms_alias", name="a"), existence=Existence.UNDETERMINED)
    assert fact("population.unexamined", unclear, alias) == ("acme-prod-users",)
    assert fact("population.unexamined", both(declared(), live())) == ()
    (gap,) = fact("population.unexamined", answers=failed(LIST))
    assert gap.api == "dynamodb:ListTables"


def test_tables_that_nobody_listed_are_not_examined():
    nothing = replace(material(), answers=Answers())
    (gap,) = value(nothing, "run.population.unexamined", "run")
    assert gap.reason is Reason.NOT_READ


def test_waivers():
    given = Waiver(
        "w", "SEC-001", "acme-prod-*", "migration", "platform", "2026-03-31", approver="security", created="2026-01-30"
    )
    expired = replace(given, id="old", expires="2026-02-28")
    first, second = fact("waivers", run=replace(RUN, waivers=(given, expired)))
    assert (first["id"], first["days"], first["days_left"], first["state"]) == ("w", 60, 30, "valid")
    assert (first["owner"], first["approver"], first["ticket"]) == ("platform", "security", None)
    assert (second["days_left"], second["state"]) == (-1, "expired")
    (told,) = fact("waivers", run=replace(RUN, waivers=(given,), waiver_states={"w": "unmatched"}))
    assert told["state"] == "unmatched"


def test_subject():
    assert only(material(), "run").identity == "run/prod"


def test_how_long_the_reading_took_and_how_wrong_the_clock_is():
    run = replace(RUN, window=timedelta(seconds=179), clock_skew=-3)
    assert fact("window_minutes", run=run) == 2
    assert fact("clock_skew", run=run) == 3
    assert fact("clock_skew", run=replace(RUN, clock_skew=0)) == 0
    assert isinstance(fact("clock_skew"), Unknown)
    assert isinstance(fact("window_minutes"), Unknown)


def test_the_rules_of_the_run():
    run = replace(RUN, rules="0a1b", failed_tests=("SEC-001 'on': fail",))
    assert fact("rules.digest", run=run) == "0a1b"
    assert fact("rules.failed_tests", run=run) == ("SEC-001 'on': fail",)
