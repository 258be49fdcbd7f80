from sample_material import both, declared, live, material

from auditor.model.drift import Existence
from auditor.subjects.facts import build


def test_every_comparison_is_a_resource():
    alias = declared({"name": "alias/x"}, kind="aws_kms_alias", name="alias/x")
    found = build(material(both(declared(), live()), both(alias, existence=Existence.MISSING)))["resource"]
    assert [subject.facts["resource.kind"].value for subject in found] == ["aws_dynamodb_table", "aws_kms_alias"]
    assert [subject.facts["live.exists"].value for subject in found] == [True, False]
    assert all(subject.comparison is not None for subject in found)


def test_a_table_has_the_same_identity_as_resource_and_as_table():
    found = build(material(both(declared(), live())))
    assert found["resource"][0].identity == found["table"][0].identity
