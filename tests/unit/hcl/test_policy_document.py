"""Policy documents beyond what the recorded plans hold."""

import json

import pytest

from auditor.hcl.errors import EvaluationError
from auditor.hcl.policy_document import policy_document


def statement(**given):
    return json.loads(policy_document({"statement": [given]})["json"])["Statement"][0]


def test_one_action_stands_alone_and_several_descend():
    assert statement(actions=["a:b"])["Action"] == "a:b"
    assert statement(actions=["a:b", "a:c"])["Action"] == ["a:c", "a:b"]


def test_two_conditions_on_one_key_are_joined():
    rows = [{"test": "T", "variable": "v", "values": ["1"]}, {"test": "T", "variable": "v", "values": ["2"]}]
    assert statement(condition=rows)["Condition"] == {"T": {"v": ["1", "2"]}}


def test_variables_are_replaced_in_the_new_language_only():
    assert statement(resources=["&{x}"])["Resource"] == "${x}"
    old = policy_document({"version": "2008-10-17", "statement": [{"resources": ["&{x}"]}]})["json"]
    assert json.loads(old)["Statement"][0]["Resource"] == "&{x}"


def test_ids_of_statements_are_unique():
    with pytest.raises(EvaluationError, match="Duplicate statement id"):
        policy_document({"statement": [{"sid": "a"}, {"sid": "a"}]})


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": [1]}'])
def test_documents_that_are_none_are_refused(text):
    with pytest.raises(EvaluationError, match="Invalid policy document"):
        policy_document({"source_policy_documents": [text]})


def test_an_empty_document_adds_nothing():
    statement = {"statement": [{"sid": "a"}]}
    given = {"source_policy_documents": ["", None], "override_policy_documents": [""]}
    assert policy_document(given | statement) == policy_document(statement)


def test_an_empty_text_is_kept_where_actions_and_resources_stand():
    made = statement(sid="", actions=[""], resources=[""])
    assert made == {"Effect": "Allow", "Action": "", "Resource": ""}


def test_the_later_version_of_merged_documents_stays():
    source = policy_document({"version": "2012-10-17"})["json"]
    merged = policy_document({"version": "2008-10-17", "source_policy_documents": [source]})
    assert json.loads(merged["json"])["Version"] == "2012-10-17"
