"""Notes on where else a resource may be: built alike under another name, or declared by another environment."""

import pytest
from msgspec.structs import replace
from sample_tables import (
    ACCOUNT,
    DESCRIBE,
    KINDS,
    LIST,
    REGION,
    answers,
    asked,
    described,
    failed,
    read,
    resource,
    scope,
    table,
    whole,
)

from auditor.compare import compare, shadowed
from auditor.model.drift import Existence
from auditor.model.facts import Identity
from auditor.model.values import Reason, Unknown

NEW, MORE = "koneksi-prod-people", "koneksi-prod-others"


def notes(*names, declared=(), **members):
    """What is told of missing tables and of undeclared ones of these names."""
    told = [whole(asked(DESCRIBE.api, TableName=name), Table=described(name, **members)) for name in names]
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=list(names)), *told)
    compared = compare([table(), *declared], read(found), found, KINDS.values(), scope())
    return {str(each.identity.name): each.note for each in compared}


def test_a_table_that_is_built_alike_may_be_the_missing_one():
    assert notes(NEW) == {
        "koneksi-prod-users": f"{NEW} is built alike: perhaps it was renamed",
        NEW: "koneksi-prod-users is built alike: perhaps it was renamed",
    }


def test_where_several_fit_nothing_is_guessed():
    assert set(notes(NEW, MORE).values()) == {""}


def test_a_table_that_nobody_could_describe_is_not_guessed_at():
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[NEW]))
    compared = compare([table()], read(found), found, KINDS.values(), scope())
    assert {each.note for each in compared} == {""}


def test_a_table_of_another_key_is_another_table():
    members = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    assert set(notes(NEW, **members).values()) == {""}


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        (Identity(ACCOUNT, REGION, "koneksi-prod-users"), True),
        (Identity(ACCOUNT, "eu-west-1", "koneksi-prod-users"), False),
        (Identity("999999999999", REGION, "koneksi-prod-users"), False),
        (Identity("", REGION, "koneksi-prod-users"), False),
        (Identity(ACCOUNT, REGION, Unknown(Reason.NOT_EVALUABLE, "a variable")), False),
    ],
)
def test_what_another_environment_declares_too_is_told_with_its_place(identity, told):
    found = answers()
    compared = compare([table()], read(found), found, KINDS.values(), scope())
    (comparison,) = shadowed(compared, {"uat": [resource(identity=identity)]})
    assert comparison.existence is Existence.BOTH
    assert comparison.note == ("environment uat declares it too, at main.tf:1:1" if told else "")
    (noted,) = shadowed([replace(comparison, note="before")], {"uat": [resource(identity=identity)]})
    assert noted.note.startswith("before")


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        (Identity(ACCOUNT, REGION, "koneksi-prod-users"), "declares it too, at main.tf:1:1"),
        (
            Identity(ACCOUNT, "eu-west-1", "koneksi-prod-users"),
            f"declares its namesake in eu-west-1 of account {ACCOUNT}",
        ),
        (
            Identity("999999999999", REGION, "koneksi-prod-users"),
            f"declares its namesake in {REGION} of account 999999",
        ),
        (Identity("", "eu-west-1", "koneksi-prod-users"), ""),
        (Identity(ACCOUNT, "eu-west-1", "koneksi-prod-orders"), ""),
    ],
)
def test_of_a_missing_one_its_namesake_of_another_place_is_told(identity, told):
    found = answers(failed(DESCRIBE, "ResourceNotFoundException"), whole(LIST, TableNames=[]))
    (missing,) = shadowed(
        compare([table()], read(found), found, KINDS.values(), scope()), {"uat": [resource(identity=identity)]}
    )
    assert missing.existence is Existence.MISSING
    assert told in missing.note
    assert bool(missing.note) is bool(told)
