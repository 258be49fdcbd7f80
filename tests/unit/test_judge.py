import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from sample_rules import DRIFT, HEAD, TESTS, assertion, rule_of, table

from auditor.judge import attribute, causes, judge, rule_text
from auditor.model.digests import fingerprint
from auditor.model.drift import Comparison, Drift, Existence, Plan, Reality
from auditor.model.facts import Default, Fact, Identity
from auditor.model.results import Severity, Status, Waiver
from auditor.model.values import Reason, Unknown

TODAY = date(2026, 11, 24)
WHO = Unknown(Reason.DENIED)
RECOVERY = structs.replace(rule_of(), attribute="point_in_time_recovery.enabled")
NAMED = assertion("{fact: live.name, exists: true}", id_="SEC-002")
IDENTITY = Identity("111122223333", "ap-southeast-1", "users")


def judged(rules, subjects, **more):
    given = {"environment": "prod", "tier": "production", "today": TODAY, **more}
    return judge(rules, {"table": tuple(subjects)}, **given)


def drift(path, reality=Reality.DIFFERENT):
    live = WHO if reality is Reality.UNDETERMINED else False
    return Drift(path, Plan.UPDATE, reality, Fact(True, Default("x")), Fact(live, Default("x")))


def with_drifts(*drifts, name="users", **values):
    comparison = Comparison(
        "aws_dynamodb_table", IDENTITY, "a.b", Existence.BOTH, Plan.UPDATE, None, None, drifts=drifts
    )
    return table(name, comparison=comparison, **values)


def waiver(**more):
    given = {"id": "W-1", "rule": "SEC-001", "subject": "users", "expires": "2027-03-01", **more}
    return Waiver(reason="r", owner="o", **given)


def test_one_letter_for_each_pair():
    subjects = [
        table("a", live__pitr__status="ENABLED", live__name="a"),
        table("b", live__pitr__status="DISABLED", live__name="a"),
        table("c", live__pitr__status=WHO, live__name="a"),
        table("d", live__pitr__status=3, live__name="a"),
    ]
    found = judged([RECOVERY, NAMED], subjects)
    assert [(one.rule, one.subject_type, one.statuses) for one in found.results] == [
        ("SEC-001", "table", "pfue"),
        ("SEC-002", "table", "pppp"),
    ]
    assert [(one.subject, one.status) for one in found.findings] == [
        ("d", Status.ERROR),
        ("b", Status.FAIL),
        ("c", Status.UNKNOWN),
    ]


def test_a_finding_is_whole():
    (found,) = judged([RECOVERY], [table(live__pitr__status="DISABLED")]).findings
    assert (found.rule, found.subject_type, found.subject) == ("SEC-001", "table", "users")
    assert found.identity == "111122223333/ap-southeast-1/users"
    assert found.address == 'aws_dynamodb_table.this["users"]'
    assert (found.severity, found.path) == (Severity.HIGH, "point_in_time_recovery.enabled")
    assert found.evidence
    assert found.fingerprint == fingerprint("SEC-001", "prod", found.identity, found.path)
    assert len(found.fingerprint) == 64


def test_severity_is_the_tiers():
    (found,) = judged([RECOVERY], [table()], tier="development").findings
    assert found.severity is Severity.MEDIUM


def test_a_fingerprint_depends_on_what_it_names_and_on_nothing_else():
    keys = list(itertools.product(("A", "B"), repeat=4))
    assert len({fingerprint(*key) for key in keys}) == len(keys)
    assert fingerprint("a", "b,c", "d", "e") != fingerprint("a,b", "c", "d", "e")
    (one,) = judged([RECOVERY], [table(live__pitr__status="DISABLED")]).findings
    (other,) = judged([RECOVERY], [structs.replace(table(live__pitr__status=None), address="elsewhere")]).findings
    assert one.fingerprint == other.fingerprint


def test_the_address_stands_in_where_there_is_no_identity():
    (one,) = judged([RECOVERY], [structs.replace(table(), identity="")]).findings
    assert one.fingerprint == fingerprint("SEC-001", "prod", one.address, one.path)


def test_what_is_not_on_is_not_applicable():
    subjects = [table("a"), table("b")]
    assert judged([RECOVERY], subjects, off={"SEC-001": "not ours"}).results[0].statuses == "nn"
    only = structs.replace(RECOVERY, tiers=("production",))
    assert judged([only], subjects, tier="development").results[0].statuses == "nn"
    assert judged([only], subjects, tier="development").findings == ()
    other = structs.replace(RECOVERY, subject="run")
    assert judged([other], subjects).results[0].statuses == ""


def test_one_finding_for_each_keyed_path():
    rule = rule_of(DRIFT)
    found = judged(
        [rule],
        [
            with_drifts(
                drift("point_in_time_recovery.recovery_period_in_days", Reality.UNDETERMINED),
                drift("point_in_time_recovery.enabled"),
            )
        ],
    )
    assert found.results[0].statuses == "f"
    assert [(one.path, one.status) for one in found.findings] == [
        ("point_in_time_recovery.enabled", Status.FAIL),
        ("point_in_time_recovery.recovery_period_in_days", Status.UNKNOWN),
    ]


def test_the_catch_all_sees_only_rules_that_are_on():
    catch_all = rule_of(
        DRIFT.replace("DRIFT-010", "DRIFT-026").replace(
            "{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", "{unselected: true}"
        )
    )
    subjects = [with_drifts(drift("point_in_time_recovery.enabled"))]
    on = judged([rule_of(DRIFT), catch_all], subjects)
    assert [one.statuses for one in on.results] == ["f", "p"]
    off = judged([rule_of(DRIFT), catch_all], subjects, off={"DRIFT-010": "not ours"})
    assert [one.statuses for one in off.results] == ["n", "f"]


def test_the_catch_all_takes_what_no_other_rule_gets_to_judge():
    catch_all = rule_of(
        DRIFT.replace("DRIFT-010", "DRIFT-026").replace(
            "{kinds: [aws_dynamodb_table], paths: [point_in_time_recovery]}", "{unselected: true}"
        )
    )
    everything = structs.replace(catch_all, subject="resource")
    shared = with_drifts(drift("point_in_time_recovery.enabled"))
    apart = with_drifts(drift("point_in_time_recovery.enabled"), name="orders")
    resources = [structs.replace(one, type="resource") for one in (shared, apart)]
    found = judge(
        [rule_of(DRIFT), everything],
        {"table": [shared], "resource": resources},
        environment="prod",
        tier="production",
        today=TODAY,
    )
    assert [one.statuses for one in found.results] == ["f", "pf"]


def test_order():
    low = structs.replace(NAMED, severity=dict.fromkeys(NAMED.severity, Severity.LOW))
    critical = structs.replace(NAMED, id="SEC-003", severity=dict.fromkeys(NAMED.severity, Severity.CRITICAL))
    subjects = [table("b"), table("a", live__pitr__status=WHO), table("c", live__pitr__status="DISABLED")]
    found = judged([low, RECOVERY, critical], subjects).findings
    assert [(one.severity, one.status, one.rule, one.subject) for one in found] == [
        *((Severity.CRITICAL, Status.FAIL, "SEC-003", name) for name in "abc"),
        (Severity.HIGH, Status.FAIL, "SEC-001", "b"),
        (Severity.HIGH, Status.FAIL, "SEC-001", "c"),
        (Severity.HIGH, Status.UNKNOWN, "SEC-001", "a"),
        *((Severity.LOW, Status.FAIL, "SEC-002", name) for name in "abc"),
    ]


def test_findings_of_one_attribute_of_one_subject_are_one_cause():
    subject = with_drifts(drift("point_in_time_recovery.enabled"), live__pitr__status="DISABLED")
    found = judged([RECOVERY, NAMED, rule_of(DRIFT)], [subject])
    first, second = found.causes
    assert (first.worst, first.path) == (found.findings[0], "point_in_time_recovery")
    assert first.findings == tuple(one for one in found.findings if one.rule != "SEC-002")
    assert second.path == "name"
    assert first.id != second.id


def test_the_same_attribute_of_another_subject_is_another_cause():
    found = judged([RECOVERY], [table("a"), table("b")])
    assert [one.worst.subject for one in found.causes] == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        ("billing_mode", "billing_mode"),
        ("ttl.enabled", "ttl"),
        ('global_secondary_index["by-email"].hash_key', 'global_secondary_index["by-email"]'),
        ('tags["a.b]c"]', 'tags["a.b]c"]'),
        ("alarms[0].enabled", "alarms[0]"),
        ('metric_query["m1"].metric.stat', "metric_query"),
        ('metric_query["a.b"]', "metric_query"),
        ("ttl.names[0]", "ttl"),
        ('tags["cut', 'tags["cut'),
    ],
)
def test_attribute(path, expected):
    assert attribute(path) == expected


@pytest.mark.parametrize(
    ("given", "waived", "state"),
    [
        ({}, True, "valid"),
        ({"expires": "2026-11-24"}, True, "expires_soon"),
        ({"expires": "2026-11-23"}, False, "expired"),
        ({"rule": "*"}, False, "too_broad"),
    ],
)
def test_a_waiver_never_changes_a_status(given, waived, state):
    found = judged([RECOVERY], [table()], waivers=[waiver(**given)])
    (one,) = found.findings
    assert found.results[0].statuses == "f"
    assert (one.status, one.waiver, one.waived) == (Status.FAIL, "W-1", waived)
    assert found.waivers == ((waiver(**given), state),)
    assert len(found.causes) == (not waived)


def test_a_waiver_that_covers_nothing_is_unmatched_unless_it_has_expired():
    passing = [table(live__pitr__status="ENABLED")]
    assert judged([RECOVERY], passing, waivers=[waiver()]).waivers[0][1] == "unmatched"
    assert judged([RECOVERY], passing, waivers=[waiver(expires="2026-01-01")]).waivers[0][1] == "expired"


def test_an_unknown_is_not_waived():
    found = judged([RECOVERY], [table(live__pitr__status=WHO)], waivers=[waiver()])
    assert (found.findings[0].waiver, found.findings[0].waived, found.waivers[0][1]) == ("", False, "valid")


def test_what_is_undecided_or_switched_off_leaves_a_waiver_as_it_was():
    passing, unknown = table("users", live__pitr__status="ENABLED"), table("other", live__pitr__status=WHO)
    assert judged([RECOVERY], [passing, unknown], waivers=[waiver()]).waivers[0][1] == "unmatched"
    assert judged([RECOVERY], [passing, unknown], waivers=[waiver(subject="o*")]).waivers[0][1] == "valid"
    assert judged([RECOVERY], [passing], waivers=[waiver()], off={"SEC-001": "not here"}).waivers[0][1] == "valid"


def test_several_rules_on_all_that_there_is_are_too_many():
    subjects = [table("prod-users"), table("prod-orders")]
    for scope, state, waived in (
        ({"rule": "SEC-*", "subject": "prod-*"}, "too_broad", False),
        ({"rule": "SEC-*", "subject": "prod-u*"}, "valid", True),
        ({"rule": "SEC-001", "subject": "prod-*"}, "valid", True),
    ):
        found = judged([RECOVERY], subjects, waivers=[waiver(**scope)])
        assert found.waivers[0][1] == state
        assert any(finding.waived for finding in found.findings) is waived
    assert judged([RECOVERY], subjects[:1], waivers=[waiver(rule="SEC-*", subject="prod-*")]).waivers[0][1] == "valid"


def test_rules_about_the_run_see_what_waivers_came_to():
    of_run = structs.replace(RECOVERY, id="AUD-006", subject="run")
    seen = []

    def late(states):
        seen.append(dict(states))
        return {"run": (table("after"),)}

    given = {"waivers": [waiver(), waiver(id="W-2", rule="AUD-006", subject="*")], "late": late}
    found = judge(
        [of_run, RECOVERY],
        {"run": (table("before"),), "table": ()},
        environment="prod",
        tier="production",
        today=TODAY,
        **given,
    )
    assert seen == [{"W-1": "unmatched", "W-2": "valid"}]
    assert [(one.rule, one.statuses) for one in found.results] == [("AUD-006", "f"), ("SEC-001", "")]
    assert [(one.subject, one.waiver) for one in found.findings] == [("after", "W-2")]


PERIOD = rule_of(
    HEAD + "assert: {fact: live.pitr.days, gte: {param: days}}\nparams: {days: {default: 7, production: 35}}\n" + TESTS
)


def test_parameters_are_those_in_force():
    subjects = [table(live__pitr__days=10)]
    assert judged([PERIOD], subjects).results[0].statuses == "f"
    assert judged([PERIOD], subjects, tier="development").results[0].statuses == "p"
    assert judged([PERIOD], subjects, parameters={"days": 10}).results[0].statuses == "p"


def test_the_text_of_a_rule():
    text = rule_text(PERIOD, tier="production", parameters={"days": 3}, off={})
    assert (text.id, text.severity, text.parameters, text.enabled, text.reason) == (
        "SEC-001", Severity.HIGH, {"days": 3}, True, "",
    )  # fmt: skip
    off = rule_text(PERIOD, tier="development", parameters={}, off={"SEC-001": "not ours"})
    assert (off.severity, off.parameters, off.enabled, off.reason) == (Severity.MEDIUM, {"days": 7}, False, "not ours")


def test_many_subjects_are_judged_as_one_by_one():
    values = ("ENABLED", "DISABLED", WHO, 3)
    subjects = [table(f"t{number:03}", live__pitr__status=values[number % 4]) for number in range(301)]
    found = judged([RECOVERY, NAMED], subjects)
    assert found.results[0].statuses == "pfue" * 75 + "p"
    assert len(found.results[1].statuses) == len(subjects)
    alone = [finding for one in subjects for finding in judged([RECOVERY, NAMED], [one]).findings]
    assert sorted(each.fingerprint for each in found.findings) == sorted(each.fingerprint for each in alone)
    assert [each.subject for each in found.findings if each.status is Status.FAIL and each.rule == "SEC-001"] == [
        f"t{number:03}" for number in range(1, 301, 4)
    ]


def told(findings):
    return [(structs.astuple(structs.replace(each, words=len)), each.message) for each in findings]


@given(st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_of_rules_and_subjects_changes_no_finding(order, rule_order):
    subjects = [
        table("a", live__pitr__status=WHO),
        table("b", live__pitr__status="DISABLED"),
        with_drifts(drift("point_in_time_recovery.enabled"), name="c"),
        table("d", live__pitr__status="ENABLED", live__name="d"),
    ]
    rules = [RECOVERY, NAMED, rule_of(DRIFT)]
    usual = judged(rules, subjects)
    other = judged([rules[place] for place in rule_order], [subjects[place] for place in order])
    assert told(other.findings) == told(usual.findings)
    assert [(each.path, told(each.findings)) for each in other.causes] == [
        (each.path, told(each.findings)) for each in usual.causes
    ]


@given(st.lists(st.sampled_from(["ENABLED", "DISABLED", None, WHO, 3]), max_size=6))
def test_every_status_that_is_not_a_pass_has_findings_with_evidence(values):
    found = judged([RECOVERY], [table(str(number), live__pitr__status=value) for number, value in enumerate(values)])
    (result,) = found.results
    assert len(result.statuses) == len(values)
    assert {one.subject for one in found.findings} == {
        str(number) for number, letter in enumerate(result.statuses) if letter in "fue"
    }
    assert all(one.evidence for one in found.findings)
    assert all(one.causes for one in found.findings if one.status is not Status.FAIL)


def test_causes_of_nothing():
    assert causes(()) == ()
