from sample_tables import resource, whole

from auditor.model.answers import Answers
from auditor.model.tags import ALARM_TAGS, TABLE_TAGS, Tags, declared_tags
from auditor.model.values import Reason, Unknown

LATER = Unknown(Reason.NOT_EVALUABLE, "later")


def test_each_type_is_asked_by_its_own_operation():
    assert ALARM_TAGS.of("a").key == "ResourceARN=a"
    assert TABLE_TAGS.of("a").key == "ResourceArn=a"
    assert TABLE_TAGS.of_all.key == "ResourceTypeFilters=dynamodb:table"


def test_a_doubt_about_one_is_told_once_and_in_order():
    told = whole(TABLE_TAGS.of_all, ResourceTagMappingList=[{"ResourceARN": "x", "Tags": [{"Key": "a", "Value": "b"}]}])
    tags = Tags.of(TABLE_TAGS, Answers({told.request: told}))
    declared = [resource(name=name, values={"tags": {"a": "c"}}) for name in ("X", "Z", "X", LATER)]
    assert list(tags.doubts({"Z": "z", "X": "x", "Y": "y"}, declared)) == [*map(TABLE_TAGS.of, "xyz")]
    assert list(tags.doubts({"X": "x"}, ())) == []


def test_the_code_s_tags_are_the_resource_s_over_the_provider_s():
    def written(tags, default=None):
        return declared_tags(resource(values={"tags": tags}, facts={"default_tags": default}))

    assert written(None) == {}
    assert written({"a": "1", "b": None, "aws:c": "3"}, {"a": "2", "b": "4"}) == {"a": "1", "b": "4"}
    assert written({"a": LATER}) == {"a": LATER}
    assert written(LATER, {"a": "2"}) is LATER
    assert written({"a": "1"}, LATER) is LATER
