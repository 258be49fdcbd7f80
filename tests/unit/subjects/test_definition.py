import pytest

from auditor.model.catalogue import FactType
from auditor.model.facts import ApiField, Default, Fact
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.definition import (
    LazyFacts,
    analysed,
    at_path,
    decided,
    lifted,
    makers_of,
    names_of,
    origin_of,
    spec,
)


def test_source_is_an_operation_or_an_analysis():
    told = spec("live.x", FactType.STRING, "X.", "dynamodb:DescribeTable Table.X")
    assert (told.api, told.field) == ("dynamodb:DescribeTable", "Table.X")
    assert origin_of(told) == ApiField("dynamodb:DescribeTable", "Table.X")
    computed = spec("x", FactType.STRING, "X.", "names of all environments")
    assert (computed.api, computed.field) == ("", "names of all environments")
    assert origin_of(computed) == Default("names of all environments")


def test_facts_are_made_once_and_when_asked_for():
    made = []
    facts = LazyFacts(
        makers_of([analysed(spec("x", FactType.STRING, "X.", "y"), lambda text: made.append(text) or text)]), "v"
    )
    assert (len(facts), list(facts), made) == (1, ["x"], [])
    assert facts["x"] == facts["x"] == Fact("v", Default("y"))
    assert facts.plain["x"] == "v"
    assert made == ["v"]
    with pytest.raises(KeyError):
        facts["y"]


def test_one_path_has_one_definition():
    one = analysed(spec("x", FactType.STRING, "X.", "y"), str)
    with pytest.raises(ValueError, match="x is defined twice"):
        makers_of([one, one])


def test_path_through_blocks():
    values = {"block": {"inner": 1}, "unknown": Unknown(Reason.DENIED), "none": None}
    assert at_path(values, ("block", "inner")) == 1
    assert at_path(values, ("block", "other")) is None
    assert at_path(values, ("none", "inner")) is None
    assert at_path(values, ("unknown", "inner")) is values["unknown"]


@pytest.mark.parametrize("value", [None, NOT_APPLICABLE, Unknown(Reason.DENIED)])
def test_what_is_not_known_is_not_changed(value):
    assert lifted(value, lambda _: "changed") is value
    assert lifted("known", lambda _: "changed") == "changed"


def test_nothing_but_unknowns_may_be_nothing():
    unknown = Unknown(Reason.DENIED)
    assert decided([]) == ()
    assert decided([unknown]) is unknown
    assert decided([unknown, "certain"]) == (unknown, "certain")


def test_names_of_blocks():
    assert names_of(None) == ()
    assert names_of({"b": {}, "a": {}}) == ("a", "b")
    assert isinstance(names_of(Unknown(Reason.DENIED)), Unknown)
