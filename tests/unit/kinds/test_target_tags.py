"""Tags of scalable targets are told by each target itself, and only of declared ones is it asked."""

import pytest
from sample_tables import ACCOUNT, KINDS, REGION, TARGETS, asked, denied, resource, scope, whole

from auditor.compare import compare
from auditor.model.answers import Answer, Answers
from auditor.model.drift import Drift, Plan, Reality
from auditor.model.facts import ApiField, Default, Fact
from auditor.model.values import Reason, Unknown

KIND = KINDS["aws_appautoscaling_target"]
DIMENSION = "dynamodb:table:ReadCapacityUnits"
NAME = f"dynamodb/table/koneksi-prod-users/{DIMENSION}"
ARN = f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/1"
OWN = asked("application-autoscaling:ListTagsForResource", ResourceARN=ARN)
WHERE = scope(declared={KIND.type: (NAME,)})


def entry(table="koneksi-prod-users", arn=ARN):
    found = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{table}",
        "ScalableDimension": DIMENSION,
        "MinCapacity": 5,
        "MaxCapacity": 100,
    }
    return found | ({"ScalableTargetARN": arn} if arn else {})


def reading(*others, targets=None):
    told = (whole(TARGETS, ScalableTargets=targets or [entry()]), *others)
    return Answers({answer.request: answer for answer in told})


def compared(answers, tags=None, default=None, **others):
    values = {
        "service_namespace": "dynamodb",
        "resource_id": "table/koneksi-prod-users",
        "scalable_dimension": DIMENSION,
        "min_capacity": 5,
        "max_capacity": 100,
        "tags": tags,
        **others,
    }
    declared = resource(KIND.type, NAME, f"{KIND.type}.a", values, facts={"default_tags": default})
    (found,) = compare([declared], KIND.read(answers, WHERE), answers, [KIND], WHERE)
    return found


def test_each_declared_target_that_has_an_arn_is_asked():
    targets = (entry(), entry("koneksi-prod-other", f"{ARN}2"))
    assert list(KIND.follow(WHERE, whole(TARGETS, ScalableTargets=list(targets)))) == [OWN]
    assert not list(KIND.follow(WHERE, whole(TARGETS, ScalableTargets=[entry(arn=None)])))


def test_its_own_answer_is_the_evidence():
    told = Answer(OWN, ({"Tags": {"env": "prod", "aws:made": "x"}},), at="2026-11-24T02:00:09Z", request_id="R9")
    (found,) = KIND.read(reading(told), WHERE)
    assert found.values["tags"] == {"env": "prod"}
    assert found.origin("tags") == ApiField(OWN.api, "Tags", "2026-11-24T02:00:09Z", "R9")


@pytest.mark.parametrize(
    ("live", "tags", "default", "plan", "changed"),
    [
        ({"env": "prod"}, {"env": "prod"}, None, Plan.NO_OP, ()),
        ({"env": "prod"}, None, {"env": "prod"}, Plan.NO_OP, ()),
        ({}, None, None, Plan.NO_OP, ()),
        ({}, {"env": "prod"}, None, Plan.UPDATE, ("tags", "tags_all")),
        ({"env": "uat"}, {"env": "prod"}, None, Plan.UPDATE, ("tags", "tags_all")),
        ({"env": "prod"}, None, None, Plan.UPDATE, ("tags", "tags_all")),
        ({}, None, {"env": "prod"}, Plan.UPDATE, ("tags_all",)),
    ],
)
def test_the_plan_s_verdict_is_about_tags_too(live, tags, default, plan, changed):
    found = compared(reading(whole(OWN, Tags=live)), tags, default)
    assert (found.plan, found.changed) == (plan, changed)


@pytest.mark.parametrize("others", [(), (denied(OWN),)])
@pytest.mark.parametrize("tags", [None, {"env": "prod"}])
def test_without_it_the_plan_is_undetermined_and_never_a_no_op(others, tags):
    answers = reading(*others)
    (found,) = KIND.read(answers, WHERE)
    assert isinstance(found.values["tags"], Unknown)
    judged = compared(answers, tags)
    assert judged.plan is Plan.UNDETERMINED
    assert [(drift.path, drift.reality) for drift in judged.drifts] == [("tags", Reality.UNDETERMINED)]


def test_a_target_without_an_arn_has_no_tags():
    answers = reading(targets=[entry(arn=None)])
    (found,) = KIND.read(answers, WHERE)
    assert found.values["tags"] == {}
    assert found.origin("tags").field == "ScalableTargets[].ScalableTargetARN"
    assert compared(answers).plan is Plan.NO_OP
    assert compared(answers, {"env": "prod"}).plan is Plan.UPDATE


THEN, NOW = (Fact(value, Default("")) for value in (1, 2))
TARGET = {"ServiceNamespace": "dynamodb", "ResourceId": "table/koneksi-prod-users", "ScalableDimension": DIMENSION}


@pytest.mark.parametrize(
    ("live", "declared", "api", "told"),
    [
        ({"env": "uat"}, {"tags": {"env": "prod"}}, "TagResource", {"ResourceARN": ARN, "Tags": {"env": "prod"}}),
        ({"env": "prod"}, {}, "UntagResource", {"ResourceARN": ARN, "TagKeys": ["env"]}),
        ({}, {"max_capacity": 9}, "RegisterScalableTarget", {**TARGET, "MinCapacity": 5, "MaxCapacity": 9}),
        (
            {},
            {"suspended_state": {"scheduled_scaling_suspended": True, "dynamic_scaling_in_suspended": None}},
            "RegisterScalableTarget",
            {
                **TARGET,
                "SuspendedState": {
                    "DynamicScalingInSuspended": False,
                    "DynamicScalingOutSuspended": False,
                    "ScheduledScalingSuspended": True,
                },
            },
        ),
    ],
)
def test_what_puts_a_difference_back_sets_that_and_nothing_else(live, declared, api, told):
    (drift,) = compared(reading(whole(OWN, Tags=live)), **declared).drifts
    assert [(call.api, call.input) for call in drift.put_back] == [(f"application-autoscaling:{api}", told)]


def test_what_has_no_call_or_no_known_value_is_left_to_a_plan():
    (drift,) = compared(reading(targets=[entry(arn=None)]), {"env": "prod"}).drifts
    assert drift.put_back == ()
    later = Unknown(Reason.NOT_EVALUABLE, "later")
    (live,) = KIND.read(reading(), WHERE)
    for attribute, value in (("suspended_state", {"scheduled_scaling_suspended": later}), ("max_capacity", later)):
        planned = {"min_capacity": 5, attribute: value}
        assert KIND.put_back(planned, live, Drift(attribute, Plan.UPDATE, Reality.DIFFERENT, THEN, NOW)) == ()
    assert KIND.put_back({}, live, Drift("role_arn", Plan.UPDATE, Reality.DIFFERENT, THEN, NOW)) == ()
