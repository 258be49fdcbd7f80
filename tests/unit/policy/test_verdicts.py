import re

import pytest
from msgspec.structs import replace
from sample_rules import DRIFT, HEAD, TESTS, assertion, rule_of, table

from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality, Risk
from auditor.model.facts import Default, Fact, Facts, Identity, Resource, Side, SourceRange, Written
from auditor.model.results import Status
from auditor.model.rule import DriftSelector
from auditor.model.values import Reason, Unknown
from auditor.policy.verdicts import attribute_path, verdicts

WHO = Unknown(Reason.DENIED, api="dynamodb:DescribeContinuousBackups", action="dynamodb:DescribeContinuousBackups")
PLACE = SourceRange("terraform/main.tf", 3, 5)


def judge(rule, subject, params=None, others=()):
    return verdicts(rule, params or {}, environment="prod", tier="production", others=lambda _: others)(subject)


def test_pass_fail_unknown():
    rule = rule_of()
    assert judge(rule, table(live__pitr__status="ENABLED")) == (Status.PASS, ())
    status, (hit,) = judge(rule, table(live__pitr__status="DISABLED"))
    assert (status, hit.status, hit.path, hit.causes) == (Status.FAIL, Status.FAIL, "pitr.status", ())
    assert hit.message == "users: recovery is DISABLED"
    status, (hit,) = judge(rule, table(live__pitr__status=WHO))
    assert (status, hit.causes) == (Status.UNKNOWN, (WHO,))
    assert hit.message == "users: recovery is unknown (denied: dynamodb:DescribeContinuousBackups)"


def test_when():
    rule = assertion("{fact: live.pitr.status, equals: ENABLED}", extra="when: {fact: live.exists, equals: true}\n")
    assert judge(rule, table(live__exists=False)) == (Status.NOT_APPLICABLE, ())
    assert judge(rule, table(live__exists=True, live__pitr__status="ENABLED")) == (Status.PASS, ())
    status, (hit,) = judge(rule, table(live__exists=WHO, live__pitr__status="ENABLED"))
    assert (status, hit.path, hit.causes) == (Status.UNKNOWN, "exists", (WHO,))


def test_of_what_may_not_be_judged_at_all_nothing_is_said_but_that():
    when = "when: {fact: live.name, matches: a*}\n"
    rule = assertion("{fact: live.pitr.status, equals: ENABLED}", extra=when)
    (hit,) = judge(rule, table(live__name=WHO, live__pitr__status=None))[1]
    assert hit.message == (
        "users: it is not known whether this applies; live.name is unknown (denied: dynamodb:DescribeContinuousBackups)"
    )
    (hit,) = judge(rule, table(live__name="a" * 600, live__pitr__status=None))[1]
    assert hit.message == ("users: it is not known whether this applies; live.name has a value that can't be decided")


def test_the_attribute_of_a_rule_wins():
    rule = assertion("{fact: live.pitr.status, equals: ENABLED}", extra="attribute: point_in_time_recovery.enabled\n")
    assert judge(rule, table())[1][0].path == "point_in_time_recovery.enabled"


def test_what_can_not_be_decided_has_a_cause_too():
    status, (hit,) = judge(assertion("{fact: live.name, matches: x*}"), table(live__name="x" * 600))
    assert status is Status.UNKNOWN
    assert hit.causes[0].reason is Reason.NOT_SUPPORTED


def test_whatever_a_rule_raises_is_an_error_of_that_subject():
    status, (hit,) = judge(rule_of(), table(live__pitr__status=3))
    assert (status, hit.status, hit.path) == (Status.ERROR, Status.ERROR, "")
    assert "live.pitr.status is int, and the catalogue says string" in hit.message
    assert re.search(r"conditions:[0-9]+\)$", hit.message)
    assert hit.evidence[0].path == "rule"
    assert hit.place is None


def test_a_subject_without_its_facts_is_an_error():
    subject = table()
    subject = replace(subject, facts=Facts({}))
    assert judge(rule_of(), subject)[0] is Status.ERROR


def test_a_fact_that_only_the_words_tell_and_that_can_not_be_made_is_an_error_too():
    rule = replace(rule_of(), message="{subject.name} is called {live.name}")
    whole = table(live__pitr__status="DISABLED")
    without = Facts({path: fact for path, fact in whole.facts.items() if path != "live.name"})
    status, (hit,) = judge(rule, replace(whole, facts=without))
    assert (status, "live.name" in hit.message) == (Status.ERROR, True)


def test_messages_know_parameters_environment_and_subject():
    head = HEAD.replace(
        "{subject.name}: recovery is {live.pitr.status}",
        "{subject.name} {subject.address} {environment} {tier} {param.days} {live.pitr.days}",
    )
    rule = rule_of(head + "assert: {fact: live.pitr.days, gte: {param: days}}\nparams: {days: 7}\n" + TESTS)
    status, (hit,) = judge(rule, table(), {"days": 35})
    assert status is Status.FAIL
    assert hit.message == 'users aws_dynamodb_table.this["users"] prod production 35 absent'


def test_a_hostile_name_does_not_reach_a_message():
    assert "\x1b" not in judge(rule_of(), table("users\x1b[2J"))[1][0].message


IDENTITY = Identity("111122223333", "ap-southeast-1", "users")
PITR = "point_in_time_recovery.enabled"


def drift(path=PITR, reality=Reality.DIFFERENT, live=False, *, risk=None, place=PLACE):
    origin = Written((place,)) if place else Default("x")
    return Drift(path, Plan.UPDATE, reality, Fact(True, origin), Fact(live, Default("x")), risk, "why")


def with_drifts(*drifts, existence=Existence.BOTH, kind="aws_dynamodb_table", **more):
    return table(
        comparison=Comparison(kind, IDENTITY, "a.b", existence, Plan.UPDATE, None, None, drifts=drifts, **more)
    )


def test_drifts_are_selected():
    rule = rule_of(DRIFT)
    status, (hit,) = judge(rule, with_drifts(drift(), drift("billing_mode")))
    assert (status, hit.path, hit.place) == (Status.FAIL, PITR, PLACE)
    assert hit.message == "users: point_in_time_recovery.enabled is false, declared true"
    assert [one.path for one in hit.evidence] == [f"declared.{PITR}", f"live.{PITR}"]


def test_one_hit_for_each_keyed_path_and_the_worst_is_the_status():
    days = drift("point_in_time_recovery.recovery_period_in_days", Reality.UNDETERMINED, live=WHO)
    status, hits = judge(rule_of(DRIFT), with_drifts(days, drift()))
    assert status is Status.FAIL
    assert [(hit.status, hit.causes) for hit in hits] == [(Status.UNKNOWN, (WHO,)), (Status.FAIL, ())]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (table(), Status.NOT_APPLICABLE),
        (with_drifts(), Status.PASS),
        (with_drifts(drift("ttl")), Status.PASS),
        (with_drifts(kind="aws_kms_key"), Status.NOT_APPLICABLE),
        (with_drifts(existence=Existence.MISSING), Status.NOT_APPLICABLE),
        (with_drifts(existence=Existence.UNDETERMINED, cause=WHO), Status.UNKNOWN),
        (with_drifts(not_compared=("point_in_time_recovery",)), Status.NOT_APPLICABLE),
        (with_drifts(drift(reality=Reality.UNDETERMINED, live=WHO)), Status.UNKNOWN),
    ],
)
def test_statuses_of_a_rule_about_attributes(subject, expected):
    assert judge(rule_of(DRIFT), subject)[0] is expected


SOMETHING = Resource(Side.LIVE, "aws_dynamodb_table", IDENTITY, {})


@pytest.mark.parametrize(
    ("existence", "declared", "live", "expected"),
    [
        (Existence.MISSING, SOMETHING, None, "live is absent, declared present"),
        (Existence.UNMANAGED, None, SOMETHING, "live is present, declared absent"),
        (Existence.UNDETERMINED, SOMETHING, None, "live is undetermined, declared present"),
        (Existence.UNDETERMINED, None, SOMETHING, "live is present, declared undetermined"),
        (
            Existence.UNDETERMINED,
            replace(SOMETHING, undetermined=WHO),
            None,
            "live is undetermined, declared undetermined",
        ),
    ],
)
def test_a_side_that_is_known_is_told_where_the_other_is_not(existence, declared, live, expected):
    rule = rule_of(
        DRIFT.replace("paths: [point_in_time_recovery]", "existence: [missing, unmanaged]").replace(
            "{drift.path} is {drift.live}", "live is {drift.live}"
        )
    )
    comparison = Comparison("aws_dynamodb_table", IDENTITY, "a.b", existence, Plan.UPDATE, declared, live, cause=WHO)
    (hit,) = judge(rule, table(comparison=comparison))[1]
    assert hit.message == f"users: {expected}"


EXISTENCE = DRIFT.replace("paths: [point_in_time_recovery]", "existence: [missing]")


@pytest.mark.parametrize(
    ("existence", "expected"),
    [
        (Existence.BOTH, Status.PASS),
        (Existence.MISSING, Status.FAIL),
        (Existence.UNMANAGED, Status.NOT_APPLICABLE),
        (Existence.UNDETERMINED, Status.UNKNOWN),
    ],
)
def test_statuses_of_a_rule_about_existence(existence, expected):
    status, hits = judge(rule_of(EXISTENCE), with_drifts(existence=existence, cause=WHO))
    assert status is expected
    assert len(hits) == (expected in (Status.FAIL, Status.UNKNOWN))
    if hits:
        assert hits[0].path == ""
        assert hits[0].message.startswith("users: the resource is ")


CATCH_ALL = DRIFT.replace("{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", "{unselected: true}")


def test_the_catch_all_reports_what_no_other_rule_reports():
    others = (DriftSelector(paths=("point_in_time_recovery",)), DriftSelector(existence=(Existence.MISSING,)))
    rule = rule_of(CATCH_ALL)
    status, (hit,) = judge(rule, with_drifts(drift(), drift("billing_mode")), others=others)
    assert (status, hit.path) == (Status.FAIL, "billing_mode")
    assert judge(rule, with_drifts(drift()), others=others) == (Status.PASS, ())
    assert judge(rule, with_drifts(drift()))[0] is Status.FAIL
    assert judge(rule, with_drifts(existence=Existence.MISSING), others=others)[0] is Status.NOT_APPLICABLE
    assert judge(rule, with_drifts(existence=Existence.UNMANAGED), others=others)[0] is Status.FAIL
    assert judge(rule, with_drifts(existence=Existence.UNDETERMINED))[0] is Status.UNKNOWN


def test_the_catch_all_takes_what_a_narrower_rule_lets_pass():
    others = (DriftSelector(paths=("ttl",), risk=(Risk.REMOVES_PROTECTION,)),)
    assert judge(rule_of(CATCH_ALL), with_drifts(drift("ttl")), others=others)[0] is Status.FAIL
    risky = drift("ttl", risk=Risk.REMOVES_PROTECTION)
    assert judge(rule_of(CATCH_ALL), with_drifts(risky), others=others)[0] is Status.PASS


def test_the_place_is_where_the_code_decides_else_the_subjects():
    assert judge(rule_of(DRIFT), with_drifts(drift(place=None)))[1][0].place is None
    subject = with_drifts(drift(place=PLACE))
    assert judge(rule_of(DRIFT), subject)[1][0].place == PLACE


def test_a_rule_without_requirement_is_a_defect():
    from msgspec.structs import replace  # noqa: PLC0415 - only here

    with pytest.raises(ValueError, match="either a condition or a drift selector"):
        verdicts(replace(rule_of(), condition=None), {}, environment="prod", tier="production")


def test_attribute_paths_have_no_side():
    assert attribute_path("live.ttl.enabled") == "ttl.enabled"
    assert attribute_path("declared.ttl.enabled") == "ttl.enabled"
    assert attribute_path("table.name") == "table.name"
