from decimal import Decimal

import pytest

from auditor.model.answers import Answer, Answers, Request
from auditor.model.facts import ApiField
from auditor.model.kind import Attribute, Shape
from auditor.model.members import REDACTED, LiveOrigins, answers_of, items, number, own_tags, pairs, sources, untold
from auditor.model.values import Reason

REQUEST = Request.of("s:List")


def test_items_of_all_pages_and_none_of_an_answer_that_is_not_whole():
    assert list(items(Answer(REQUEST, ({"A": [1]}, {}, {"A": [2]})), "A")) == [1, 2]
    assert list(items(Answer(REQUEST, ok=False), "A")) == []


def test_answers_of_one_operation():
    other = Request.of("s:Other")
    answers = Answers({REQUEST: Answer(REQUEST), other: Answer(other)})
    assert [answer.request for answer in answers_of(answers, "s:Other")] == [other]


def test_pairs_come_by_key_and_aws_s_own_tags_go():
    tags = pairs([{"Key": "b", "Value": "1"}, {"Key": "aws:a", "Value": "2"}])
    assert list(tags) == ["aws:a", "b"]
    assert own_tags(tags) == {"b": "1"}
    assert pairs(None) == {}


@pytest.mark.parametrize(
    ("told", "exact"), [(None, None), (5, 5), (70.0, 70), (0.1, Decimal("0.1")), ("2.50", Decimal("2.50"))]
)
def test_numbers_are_exact(told, exact):
    assert number(told) == exact
    assert type(number(told)) is type(exact)


def test_origins_are_made_on_demand_by_path_without_keys():
    child = Attribute(name="c", shape=Shape.STRING, doc="", api="s:List", field="A[].C")
    told = sources((Attribute(name="b", shape=Shape.BLOCKS, doc="", children=(child,)),))
    origins = LiveOrigins(told, {"s:List": Answer(REQUEST, at="now", request_id="R")})
    assert dict(told) == {"b.c": ("s:List", "A[].C")}
    assert origins['b["x.y"].c'] == ApiField("s:List", "A[].C", "now", "R")
    assert LiveOrigins(told, {})["b.c"] == ApiField("s:List", "A[].C")
    assert (list(origins), len(origins), "nothing" in origins) == (["b.c"], 1, False)


def test_a_tag_that_was_taken_out_of_a_snapshot_is_unknown():
    told = own_tags({"aws:x": "1", "Owner": f"{REDACTED}1f", "Team": "data"})
    assert told["Team"] == "data"
    assert told["Owner"].reason is Reason.NOT_READ
    assert set(told) == {"Owner", "Team"}


def test_what_a_table_that_is_being_deleted_does_not_tell_is_unknown():
    going = {"TableStatus": "DELETING", "ItemCount": 0, "Replicas": []}
    assert untold(going, "ItemCount", "Replicas") is None
    told = untold(going, "ItemCount", "SSEDescription", "KeySchema")
    assert told.detail == "of a table that is being deleted AWS does not tell SSEDescription"
    assert untold({"TableStatus": "ACTIVE"}, "SSEDescription") is untold({}, "SSEDescription") is None
