"""Tags come for all tables at once, and that answer is late: that a table has no tag is never taken from it alone."""

import pytest
from sample_tables import (
    KINDS,
    LIST,
    OWN_TAGS,
    TABLE,
    TAGS,
    answers,
    arn,
    asked,
    denied,
    described,
    failed,
    scope,
    table,
    whole,
)

from auditor.model.answers import Answer, Answers
from auditor.model.facts import ApiField
from auditor.model.values import Reason, Unknown

KIND = KINDS["aws_dynamodb_table"]
OTHER = "koneksi-prod-orders"


def records(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def bulk(*pages):
    """The answer about all tags, of pages that map names of tables to tags."""
    return Answer(
        TAGS,
        tuple(
            {
                "ResourceTagMappingList": [
                    {"ResourceARN": arn(name), "Tags": records(tags)} for name, tags in page.items()
                ]
            }
            for page in pages
        ),
    )


def own(tags):
    return Answer(OWN_TAGS, ({"Tags": records(tags)},), at="2026-11-24T02:00:09Z", request_id="R9")


def reading(*told):
    """A reading of one described table with these answers about tags, and no others."""
    found = {request: answer for request, answer in answers().by_request.items() if request not in (TAGS, OWN_TAGS)}
    return Answers(found | {answer.request: answer for answer in told})


def tags(*told):
    (found,) = KIND.read(reading(*told), scope())
    return found.values["tags"]


def confirmed(*told, declared=(), where=None):
    return list(KIND.confirm(reading(*told), where or scope(), declared))


# What is asked.


@pytest.mark.parametrize("told", [{}, {TABLE: {}}, {TABLE: {"aws:created": "x"}}, {OTHER: {"env": "prod"}}])
def test_a_declared_table_without_tags_in_the_answer_about_all_is_asked_at_once(told):
    assert set(KIND.follow(scope(), bulk(told))) == {OWN_TAGS}


def test_a_table_with_tags_in_it_is_not_asked():
    assert not list(KIND.follow(scope(), bulk({OTHER: {"env": "prod"}}, {TABLE: {"env": "prod"}})))
    assert not confirmed(bulk({OTHER: {"env": "prod"}}, {TABLE: {"env": "prod"}}))


@pytest.mark.parametrize("told", [{}, {TABLE: {}}, {TABLE: {"aws:created": "x"}}])
def test_a_table_that_only_aws_tells_of_is_asked_once_all_has_come(told):
    where = scope(declared={})
    assert not list(KIND.follow(where, bulk(told)))
    assert confirmed(bulk(told), where=where) == [OWN_TAGS]


def test_a_listed_table_is_asked_though_it_could_not_be_described():
    listing = whole(LIST, TableNames=[TABLE, OTHER, "elsewhere"])
    assert confirmed(bulk({TABLE: {"env": "prod"}}), listing) == [
        asked("dynamodb:ListTagsOfResource", ResourceArn=arn(OTHER))
    ]


def test_a_replica_of_another_region_is_not():
    there = whole(asked("dynamodb:DescribeTable", "eu-west-1", TableName=OTHER), Table=described(OTHER))
    assert not confirmed(bulk({TABLE: {"env": "prod"}}), there)


@pytest.mark.parametrize(
    ("code", "default", "doubtful"),
    [
        ({"env": "prod"}, None, False),
        ({"env": "uat"}, None, True),
        ({"env": "prod", "team": "data"}, None, True),
        ({}, {"team": "data"}, True),
        ({"env": None}, {"env": "prod"}, False),
        ({"env": "prod"}, {"env": "uat"}, False),
        (None, {"env": "prod"}, False),
        ({"env": "prod", "aws:made": "x", "none": None}, None, False),
        ({"env": Unknown(Reason.NOT_EVALUABLE, "later")}, None, False),
        (Unknown(Reason.NOT_EVALUABLE, "later"), {"env": "uat"}, False),
        ({"team": Unknown(Reason.NOT_EVALUABLE, "later")}, None, True),
        ({"aws:made": "x"}, None, True),
        (None, None, True),
    ],
)
def test_a_table_that_the_answer_about_all_shows_otherwise_than_the_code_is_asked_by_itself(code, default, doubtful):
    declared = [table(tags=code, facts={"default_tags": default})]
    assert confirmed(bulk({TABLE: {"env": "prod"}}), declared=declared) == [OWN_TAGS] * doubtful


def test_where_the_tags_of_all_are_denied_no_table_is_asked_by_itself():
    assert not confirmed(denied(TAGS))


# What the answers say.


def test_tags_of_all_pages_are_told():
    assert tags(bulk({OTHER: {"a": "b"}}, {TABLE: {"env": "prod", "aws:created": "x"}})) == {"env": "prod"}


@pytest.mark.parametrize("told", [{}, {TABLE: {}}, {TABLE: {"aws:created": "x"}}])
def test_that_there_are_none_is_unknown_until_the_table_itself_says_so(told):
    found = tags(bulk(told))
    assert isinstance(found, Unknown)
    assert (found.reason, found.api) == (Reason.NOT_READ, "dynamodb:ListTagsOfResource")
    assert tags(bulk(told), own({})) == {}
    assert tags(bulk(told), own({"env": "prod"})) == {"env": "prod"}
    refused = tags(bulk(told), denied(OWN_TAGS))
    assert (refused.reason, refused.action) == (Reason.DENIED, "dynamodb:ListTagsOfResource")
    assert tags(bulk(told), failed(OWN_TAGS, "InternalServerError")).code == "InternalServerError"


def test_the_table_s_own_answer_has_the_last_word():
    stale = bulk({TABLE: {"env": "uat", "gone": "x"}})
    assert tags(stale, own({"env": "prod"})) == {"env": "prod"}
    assert tags(stale, own({})) == {}


def test_a_doubt_that_was_not_cleared_stays_one():
    assert isinstance(tags(bulk({TABLE: {"env": "uat"}}), denied(OWN_TAGS)), Unknown)


@pytest.mark.parametrize("broken", [denied(TAGS), failed(TAGS, "BadAnswer")])
def test_where_the_answer_about_all_did_not_come_whole_tags_are_unknown(broken):
    found = tags(broken)
    assert isinstance(found, Unknown)
    assert (found.code, found.api) == (broken.code, TAGS.api)
    assert tags(broken, own({"env": "prod"})) == {"env": "prod"}


def test_the_evidence_names_the_answer_that_told():
    (late,) = KIND.read(reading(bulk({TABLE: {"env": "prod"}})), scope())
    assert late.origin("tags").api == "resourcegroupstaggingapi:GetResources"
    (fresh,) = KIND.read(reading(bulk({}), own({"env": "prod"})), scope())
    assert fresh.origin("tags") == ApiField("dynamodb:ListTagsOfResource", "Tags", "2026-11-24T02:00:09Z", "R9")
