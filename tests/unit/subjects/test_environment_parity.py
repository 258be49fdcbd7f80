import pytest
from msgspec.structs import replace
from sample_material import ACCOUNT, VALUES, both, declared, environment, live, material, value

from auditor.model.values import NOT_APPLICABLE, REFERENCE, Reason, Unknown

OPEN = Unknown(Reason.NOT_EVALUABLE, "nothing decides it")
OTHER = "444455556666"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"


def fact(path, *others, ours=None, **more):
    sides = () if ours is None else (both(ours, live()),)
    return value(material(*sides, others=others, **more), f"environment.{path}", "environment")


def encrypted(key):
    return declared(VALUES | {"server_side_encryption": {"enabled": True, "kms_key_arn": key}})


ALL = ("module_differences", "version_differences", "keys_shared_with", "account_shared_with", "foreign_names")


@pytest.mark.parametrize("path", ALL)
def test_alone_there_is_nothing_to_compare(path):
    assert fact(path) is NOT_APPLICABLE


@pytest.mark.parametrize("path", ALL)
def test_code_that_could_not_be_read(path):
    assert fact(path, environment("uat", failed=OPEN)) is OPEN
    assert fact(path, environment("uat"), failed=OPEN) is OPEN


def test_modules():
    ours = {"tables": "acme/tables/aws 2.0.0", "alarms": "modules/alarms", "own": "modules/own"}
    theirs = environment("uat", modules={"tables": "acme/tables/aws 1.0.0", "alarms": "modules/alarms"})
    told = "tables: acme/tables/aws 2.0.0 here, acme/tables/aws 1.0.0 in uat"
    assert fact("module_differences", theirs, modules=ours) == (told,)
    assert fact("module_differences", theirs, modules={"alarms": "modules/alarms"}) == ()


def test_versions():
    ours = {
        "providers": {"hashicorp/aws": "~> 5.100", "hashicorp/null": "3"},
        "locked_versions": {"hashicorp/aws": "5.1"},
    }
    theirs = environment("uat", providers={"hashicorp/aws": "~> 5.90"}, required_version=">= 1.10")
    assert fact("version_differences", theirs, **ours) == (
        "Terraform: none here, >= 1.10 in uat",
        "hashicorp/aws: ~> 5.100 here, ~> 5.90 in uat",
        "lock of hashicorp/aws: 5.1 here, none in uat",
    )
    same = environment("uat", **ours)
    assert fact("version_differences", same, **ours) == ()


def test_keys():
    theirs = environment("uat", resources=(encrypted(KEY),))
    assert fact("keys_shared_with", theirs, ours=encrypted(KEY)) == ("uat",)
    assert fact("keys_shared_with", theirs, ours=encrypted(KEY + "2")) == ()
    assert fact("keys_shared_with", theirs, ours=encrypted(OPEN)) is OPEN
    open_ = environment("uat", resources=(encrypted(OPEN),))
    assert fact("keys_shared_with", open_, ours=encrypted(KEY)) is OPEN
    assert fact("keys_shared_with", open_, ours=encrypted(None)) == ()


def test_keys_that_an_environment_makes_are_its_own():
    made = Unknown(Reason.COMPUTED_BY_AWS, references=("aws_kms_key.this.arn",))
    theirs = environment("uat", resources=(encrypted(made),))
    assert fact("keys_shared_with", theirs, ours=encrypted(made)) == ()
    assert fact("keys_shared_with", theirs, ours=encrypted(KEY)) == ()


def test_accounts():
    assert fact("account_shared_with", environment("uat", account=ACCOUNT), account=ACCOUNT) == ("uat",)
    assert fact("account_shared_with", environment("uat", account=OTHER), account=ACCOUNT) == ()
    assert isinstance(fact("account_shared_with", environment("uat"), account=ACCOUNT), Unknown)
    assert isinstance(fact("account_shared_with", environment("uat", account=OTHER)), Unknown)


UAT = replace(environment("uat", account=OTHER), patterns=("acme-uat-*",))


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("acme-uat-users", True),
        ("table/acme-uat-users", True),
        (f"arn:aws:iam::{OTHER}:root", True),
        ("acme-uat", False),
        ("myacme-uat-users", False),
        (f"1{OTHER}", False),
        ("for uat", False),
    ],
)
def test_names_of_another_environment(named, found):
    ours = declared(VALUES | {"tags": {"for": (named,)}})
    told = ("aws_dynamodb_table.this: tags names uat",) if found else ()
    assert fact("foreign_names", UAT, ours=ours, account=ACCOUNT) == told


def test_keys_of_maps_backend_and_provider_are_looked_at():
    ours = declared(VALUES | {"tags": {"acme-uat-x": "y"}})
    assert fact("foreign_names", UAT, ours=ours) == ("aws_dynamodb_table.this: tags names uat",)
    assert fact("foreign_names", UAT, backend={"bucket": "acme-uat-state"}) == ("backend: bucket names uat",)
    assert fact("foreign_names", UAT, provider={"profile": "acme-uat-admin"}) == ("provider: profile names uat",)


def test_the_same_account_and_names_that_begin_alike_tell_nothing():
    ours = declared(VALUES | {"tags": {"owner": ACCOUNT, "table": "acme-production"}})
    for patterns in (("acme-*",), ("acme-prod-eu-*",), ("*-uat",), ("acme-[ab]*",), ("acme-uat",), ()):
        theirs = replace(environment("uat", account=ACCOUNT), patterns=patterns)
        assert fact("foreign_names", theirs, ours=ours, account=ACCOUNT) == ()


def test_what_the_code_does_not_decide_may_name_another_environment():
    begin, end = REFERENCE
    made = Unknown(Reason.COMPUTED_BY_AWS, references=("aws_kms_key.this.arn",))
    joined = Unknown(
        Reason.NOT_EVALUABLE, references=("aws_sns_topic.this.arn",), text=f"x {begin}aws_sns_topic.this.arn{end}"
    )
    read = Unknown(Reason.NOT_EVALUABLE, references=("data.aws_sns_topic.this.arn",))
    naming = replace(joined, text=joined.text + " acme-uat-users")
    assert fact("foreign_names", UAT, ours=declared(VALUES | {"tags": {"a": made, "b": joined}})) == ()
    assert fact("foreign_names", UAT, ours=declared(VALUES | {"tags": {"a": read}})) is read
    told = fact("foreign_names", UAT, ours=declared(VALUES | {"tags": {"a": read, "b": naming}}))
    assert told == ("aws_dynamodb_table.this: tags names uat",)
