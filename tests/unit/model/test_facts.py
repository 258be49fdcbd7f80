import pytest

from auditor.model.facts import Default, Fact, Facts, Identity, Resource, Side, SourceRange, Written
from auditor.model.values import Reason, Unknown

PLACE = SourceRange("terraform/main.tf", 3, 5)
TABLE, INDEX, KEY = (Written((SourceRange("main.tf", line),)) for line in (1, 2, 3))


def resource(**more):
    return Resource(Side.DECLARED, "aws_dynamodb_table", Identity("1", "r", "users"), {}, **more)


def test_a_place_reads_like_a_compilers():
    assert str(PLACE) == "terraform/main.tf:3:5"
    assert SourceRange("a", 1, 2) < SourceRange("a", 2, 1) < SourceRange("b", 1, 1)


def test_the_deciding_place_is_the_first_of_the_chain():
    assert Written((PLACE, SourceRange("variables.tf", 1))).deciding == PLACE


def test_identity_as_text():
    assert str(Identity("1", "ap-southeast-1", "users")) == "1/ap-southeast-1/users"
    assert str(Identity("1", "ap-southeast-1", Unknown(Reason.NOT_EVALUABLE))) == "1/ap-southeast-1/(unknown)"


ORIGINS = {"": TABLE, 'global_secondary_index["by.email"]': INDEX, 'global_secondary_index["by.email"].hash_key': KEY}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ('global_secondary_index["by.email"].hash_key', KEY),
        ('global_secondary_index["by.email"].range_key', INDEX),
        ('global_secondary_index["other"].range_key', TABLE),
        ("billing_mode", TABLE),
        ("", TABLE),
    ],
)
def test_a_path_without_origin_has_its_parents(path, expected):
    assert resource(origins=ORIGINS).origin(path) == expected


def test_without_any_origin_the_block_is_the_place():
    assert resource(place=PLACE).origin("ttl") == Written((PLACE,))
    assert resource().origin("ttl") == Default("hashicorp/aws")


def test_facts_are_counted_and_give_their_values_alone():
    facts = Facts({"name": Fact("users", Default("x")), "tags": Fact((), Default("x"), sensitive=True)})
    assert (len(facts), list(facts)) == (2, ["name", "tags"])
    assert facts.plain == {"name": "users", "tags": ()}
    assert [facts.sensitive(path) for path in facts] == [False, True]
