"""Tags of alarms come for all at once, and that answer is late: what it tells otherwise than code is asked again."""

import pytest
from sample_tables import ACCOUNT, KINDS, REGION, asked, denied, resource, scope, whole

from auditor.model.answers import Answer, Answers
from auditor.model.facts import ApiField
from auditor.model.values import Reason, Unknown

MEMBERS = {"aws_cloudwatch_metric_alarm": "MetricAlarms", "aws_cloudwatch_composite_alarm": "CompositeAlarms"}
"""Where DescribeAlarms tells the alarms of a kind."""
ALL = asked("resourcegroupstaggingapi:GetResources", ResourceTypeFilters=("cloudwatch:alarm",))
NAME = "koneksi-prod-throttles"


@pytest.fixture(params=MEMBERS)
def kind(request):
    return KINDS[request.param]


def arn(name=NAME):
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def own(name=NAME):
    return asked("cloudwatch:ListTagsForResource", ResourceARN=arn(name))


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def reading(kind, told, *others, names=(NAME,)):
    """Alarms, with what the answer about all tells of their tags by name."""
    entries = [{"AlarmName": name, "AlarmArn": arn(name)} for name in names]
    listed = whole(
        asked("cloudwatch:DescribeAlarms", AlarmTypes=("MetricAlarm", "CompositeAlarm")),
        **{MEMBERS[kind.type]: entries},
    )
    mappings = [{"ResourceARN": arn(name), "Tags": pairs(tags)} for name, tags in told.items()]
    answers = (listed, whole(ALL, ResourceTagMappingList=mappings), *others)
    return Answers({answer.request: answer for answer in answers})


def code(kind, tags, default=None, name=NAME):
    return resource(
        kind.type, name, f"{kind.type}.a", {"alarm_name": name, "tags": tags}, facts={"default_tags": default}
    )


@pytest.mark.parametrize(
    ("told", "tags", "default", "doubtful"),
    [
        ({NAME: {"env": "prod", "aws:made": "x"}}, {"env": "prod"}, None, False),
        ({NAME: {"env": "prod"}}, None, {"env": "prod"}, False),
        ({NAME: {"env": "prod"}}, {"env": "uat"}, None, True),
        ({NAME: {"env": "prod"}}, {"env": "prod", "team": "data"}, None, True),
        ({NAME: {"env": "prod", "team": "data"}}, {"env": "prod"}, None, True),
        ({NAME: {"env": "prod"}}, None, None, True),
        ({NAME: {}}, None, None, True),
        ({}, {"env": "prod"}, None, True),
        ({}, None, None, True),
    ],
)
def test_an_alarm_is_asked_by_itself_where_the_answer_about_all_does_not_say_what_the_code_says(
    kind, told, tags, default, doubtful
):
    where = scope(declared={kind.type: (NAME,)}, patterns=())
    assert list(kind.confirm(reading(kind, told), where, [code(kind, tags, default)])) == [own()] * doubtful


def test_of_the_others_only_the_environment_s_own_are(kind):
    where = scope(declared={kind.type: (NAME,)}, patterns=("koneksi-prod-*",))
    names = (NAME, "koneksi-prod-other", "elsewhere", "TargetTracking-table/koneksi-prod-users-AlarmHigh")
    found = reading(kind, {NAME: {"env": "prod"}}, names=names)
    assert list(kind.confirm(found, where, [code(kind, {"env": "prod"})])) == [own("koneksi-prod-other")]


def test_code_of_another_kind_or_name_raises_no_doubt(kind):
    (other,) = MEMBERS.keys() - {kind.type}
    where = scope(declared={kind.type: (NAME,), other: (NAME,)})
    declared = [
        code(KINDS[other], {"env": "uat"}),
        code(kind, {"env": "uat"}, name="another"),
        code(kind, {"env": "uat"}, name=Unknown(Reason.NOT_EVALUABLE, "later")),
    ]
    assert not list(kind.confirm(reading(kind, {NAME: {"env": "prod"}}), where, declared))


def test_where_the_tags_of_all_are_denied_no_alarm_is_asked_by_itself(kind):
    where = scope(declared={kind.type: (NAME,)})
    assert not list(kind.confirm(reading(kind, {}, denied(ALL)), where, [code(kind, {"env": "prod"})]))
    (found,) = kind.read(reading(kind, {}, denied(ALL)), where)
    assert (found.values["tags"].action, found.origin("tags").api) == (ALL.api, ALL.api)


def test_the_alarm_s_own_answer_has_the_last_word_and_is_the_evidence(kind):
    fresh = Answer(own(), ({"Tags": pairs({"env": "prod"})},), at="2026-11-24T02:00:09Z", request_id="R9")
    (found,) = kind.read(reading(kind, {NAME: {"env": "uat", "gone": "x"}}, fresh), scope())
    assert found.values["tags"] == {"env": "prod"}
    assert found.origin("tags") == ApiField("cloudwatch:ListTagsForResource", "Tags", "2026-11-24T02:00:09Z", "R9")
    (emptied,) = kind.read(reading(kind, {NAME: {"env": "uat"}}, whole(own(), Tags=[])), scope())
    assert emptied.values["tags"] == {}


@pytest.mark.parametrize("others", [(), (denied(own()),)])
def test_that_there_are_none_is_unknown_until_the_alarm_itself_says_so(kind, others):
    (found,) = kind.read(reading(kind, {}, *others), scope())
    assert isinstance(found.values["tags"], Unknown)
    assert found.values["tags"].api == "cloudwatch:ListTagsForResource"


def test_a_doubt_that_was_not_cleared_stays_one(kind):
    (found,) = kind.read(reading(kind, {NAME: {"env": "uat"}}, denied(own())), scope())
    assert found.values["tags"].action == "cloudwatch:ListTagsForResource"
