"""A state in both forms, what it binds, and what it never tells."""

import json

import pytest

from auditor import state
from auditor.model.errors import SourceError
from auditor.model.facts import Identity, Resource, Side
from auditor.model.values import Reason, Unknown

ADDRESS = 'module.m["a"].aws_kms_key.this[0]'
ARN = "arn:aws:kms:eu-west-1:111122223333:key/1"
VALUES = {"arn": ARN, "key_id": "1", "description": "hidden", "tags": {"a": "b"}}
VERSION_4 = {
    "version": 4,
    "resources": [
        {
            "module": 'module.m["a"]',
            "mode": "managed",
            "type": "aws_kms_key",
            "name": "this",
            "instances": [
                {
                    "index_key": 0,
                    "attributes": VALUES,
                    "sensitive_attributes": [[{"type": "get_attr", "value": "description"}]],
                },
                {"index_key": 0, "deposed": "00000000", "attributes": {"arn": "old"}},
            ],
        },
        {"mode": "data", "type": "aws_kms_key", "name": "d", "instances": []},
    ],
}
SHOWN = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "child_modules": [
                {
                    "resources": [
                        {
                            "address": ADDRESS,
                            "type": "aws_kms_key",
                            "mode": "managed",
                            "values": VALUES,
                            "sensitive_values": {"description": True, "tags": {}},
                        }
                    ]
                }
            ]
        }
    },
}
PLAN = {"format_version": "1.2", "planned_values": {}, "prior_state": SHOWN}


@pytest.fixture
def written(tmp_path):
    def written(document):
        path = tmp_path / "terraform.tfstate"
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return state.read(path, "terraform.tfstate")

    return written


@pytest.mark.parametrize("document", [VERSION_4, SHOWN, PLAN], ids=["version 4", "shown state", "shown plan"])
def test_scalars_by_reference_but_none_that_is_sensitive(written, document):
    noted = written(document)
    assert noted.values == {f"{ADDRESS}.arn": ARN, f"{ADDRESS}.key_id": "1"}
    deposed = {f"{ADDRESS} (deposed)": {"arn": "old"}} if document is VERSION_4 else {}
    assert noted.applied == {ADDRESS: {"arn": ARN, "key_id": "1", "tags": {"a": "b"}}} | deposed
    assert len(noted.sha256) == 64


@pytest.mark.parametrize(("marks", "kept"), [([{}, {}], True), ([{}, {"b": True}], False), ({"b": [True]}, False)])
def test_blocks_are_left_out_where_something_in_them_is_sensitive(written, marks, kept):
    managed = {"address": "a.b", "mode": "managed", "type": "aws_dynamodb_table"}
    blocks = {"values": {"ttl": [{"enabled": True}], "id": "x"}, "sensitive_values": {"ttl": marks}}
    shown = {"format_version": "1.0", "values": {"root_module": {"resources": [managed | blocks]}}}
    assert written(shown).applied == {"a.b": {"ttl": [{"enabled": True}]} if kept else {}}


def test_resources_that_are_not_compared_are_not_kept(written):
    managed = {
        "address": "aws_lambda_function.f",
        "mode": "managed",
        "type": "aws_lambda_function",
        "values": {"a": "b"},
    }
    noted = written({"format_version": "1.0", "values": {"root_module": {"resources": [managed]}}})
    assert (noted.applied, noted.values) == ({}, {"aws_lambda_function.f.a": "b"})


def test_a_plan_of_what_is_not_there_yet_notes_nothing(written):
    assert written({"format_version": "1.2", "planned_values": {}}).values == {}


def unknown(attribute, reason=Reason.COMPUTED_BY_AWS):
    reference = f"{ADDRESS}.{attribute}"
    return Unknown(reason, "later", (reference,))


def resource(name, **values):
    return Resource(side=Side.DECLARED, kind="aws_kms_key", identity=Identity("1", "r", name), values=values)


def test_references_and_identities_are_bound(written):
    given = resource(unknown("key_id"), a=unknown("arn"), b={"c": (unknown("arn"), 1)})
    (bound,) = written(VERSION_4).bind([given])
    assert bound.identity.name == "1"
    assert bound.values == {"a": ARN, "b": {"c": (ARN, 1)}}


@pytest.mark.parametrize(
    "value",
    [
        unknown("id"),
        unknown("description"),
        unknown("arn", Reason.NOT_EVALUABLE),
        Unknown(Reason.COMPUTED_BY_AWS, "two", (f"{ADDRESS}.arn", f"{ADDRESS}.key_id")),
    ],
)
def test_what_is_not_one_noted_reference_stays_unknown(written, value):
    (bound,) = written(VERSION_4).bind([resource("n", a=value)])
    assert bound.values["a"] is value


@pytest.mark.parametrize(
    "document",
    ["", "[1]", "{}", '{"version": 3}', '{"version": 4}', {"version": 4, "resources": [1]}, "[" * 100_000,
     {"version": 4, "resources": [{"mode": "managed"}]}, {"format_version": "1.0", "values": 7}],
)  # fmt: skip
def test_what_is_no_state_is_one_clear_error(written, document):
    with pytest.raises(SourceError) as caught:
        written(document)
    assert "no state of Terraform" in str(caught.value)
    assert "terraform show -json" in caught.value.hint


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="can't be read"):
        state.read(tmp_path / "none", "none")


def test_what_has_moved_is_found_by_its_address_of_now():
    known = state.State("s", 1, "", {"aws_kms_key.a.arn": "old", "aws_kms_key.c.arn": "kept"})
    moved = known.moved(lambda reference: reference.replace(".a.", ".b.").replace(".c.", ".a."))
    assert moved.values == {
        "aws_kms_key.a.arn": "old",
        "aws_kms_key.b.arn": "old",
        "aws_kms_key.c.arn": "kept",
    }


TABLES = {
    "aws_dynamodb_table.a": {"name": "one"},
    'module.m["x"].aws_dynamodb_table.b[0]': {"name": "two"},
    "aws_kms_alias.c": {"name": "alias/c"},
    "aws_dynamodb_table.d": {},
}


def test_what_the_code_imports_and_forgets():
    known = state.State("s", 1, "", {}, TABLES)
    imported = {"aws_dynamodb_table.new": "new", "aws_dynamodb_table.some": None, "aws_dynamodb_table.a": "a"}
    told = known.told(imported, ["module.m", "aws_kms_alias.c"])
    assert told.applied == {
        "aws_dynamodb_table.new": {"id": "new"},
        "aws_dynamodb_table.some": {"id": None},
        "aws_dynamodb_table.a": {"name": "one"},
        "aws_dynamodb_table.d": {},
    }
    assert known.told({}, ["aws_dynamodb_table.aa"]).applied == TABLES


def test_names_that_the_code_does_not_have():
    own = Resource(Side.DECLARED, "aws_dynamodb_table", Identity("", "", "one"), {})
    known = state.State("s", 1, "", {}, TABLES)
    assert known.names([own]) == {"aws_dynamodb_table": ("two",), "aws_kms_alias": ("alias/c",)}
    assert known.names([])["aws_dynamodb_table"] == ("one", "two")


def test_moved_resources_have_their_new_addresses_alone():
    known = state.State("s", 1, "", {}, {"aws_dynamodb_table.a": {"name": "one"}})
    assert known.moved(lambda address: address.replace(".a", ".b")).applied == {"aws_dynamodb_table.b": {"name": "one"}}


def told(**instance):
    found = {"mode": "managed", "type": "aws_dynamodb_table", "name": "t", "instances": [{"attributes": {}} | instance]}
    return {"version": 4, "resources": [found]}


def test_what_is_tainted_or_deposed(written):
    assert written(told(status="tainted")).tainted == ("aws_dynamodb_table.t",)
    assert written(told(deposed="1", attributes={"name": "old"})).applied == {
        "aws_dynamodb_table.t (deposed)": {"name": "old"}
    }
    shown = {
        "address": "aws_dynamodb_table.t",
        "mode": "managed",
        "type": "aws_dynamodb_table",
        "values": {"name": "t"},
    }
    both = {"resources": [shown | {"tainted": True}, shown | {"deposed_key": "1"}]}
    noted = written({"format_version": "1.0", "values": {"root_module": both}})
    assert noted.tainted == ("aws_dynamodb_table.t",)
    assert [*noted.applied] == ["aws_dynamodb_table.t", "aws_dynamodb_table.t (deposed)"]
    assert noted.told({}, ["aws_dynamodb_table.t"]).applied == {}


def test_data_of_terraforms_own_is_kept_without_the_types_beside_it(written):
    value = {"value": ["1"], "type": ["tuple", ["string"]]}
    own = {"mode": "managed", "type": "terraform_data", "name": "d"}
    document = {
        "version": 4,
        "resources": [own | {"instances": [{"attributes": {"id": "x", "input": value, "triggers_replace": None}}]}],
    }
    assert written(document).applied == {"terraform_data.d": {"input": ["1"], "triggers_replace": None}}


def test_what_gets_a_count_or_loses_it_moves_by_itself():
    known = state.State("s", 1, "", {"aws_x.a.arn": "1"}, {"aws_x.a": {}, "aws_x.b[0]": {}}, ("aws_x.a",))
    moved = known.counted(["aws_x.a[0]", "aws_x.b"], ())
    assert (*moved.applied, *moved.tainted) == ("aws_x.a[0]", "aws_x.b", "aws_x.a[0]")
    assert moved.values == {"aws_x.a[0].arn": "1", "aws_x.a.arn": "1"}
    assert [*known.counted(["aws_x.a[0]", "aws_x.b"], ["aws_x.a", "aws_x.b[0]"]).applied] == ["aws_x.a", "aws_x.b[0]"]
    assert [*known.counted(["aws_x.a", "aws_x.b[1]"], ()).applied] == ["aws_x.a", "aws_x.b[0]"]


def test_what_would_move_to_where_something_is_stays():
    known = state.State("s", 1, "", {}, {"aws_x.a": {"name": "1"}, "aws_x.b": {"name": "2"}})
    assert known.moved(lambda address: address.replace(".a", ".b")).applied == known.applied
