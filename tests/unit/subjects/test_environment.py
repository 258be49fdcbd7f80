import pytest
from msgspec.structs import replace
from sample_material import RUN, environment, material, value

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

UNKNOWN = Unknown(Reason.NOT_EVALUABLE)


def fact(path, **more):
    return value(material(**more), f"environment.{path}", "environment")


def test_backend_and_provider():
    backend = {"type": "s3", "bucket": "state", "encrypt": True, "use_lockfile": True}
    provider = {"region": "eu-west-1", "allowed_account_ids": ("1",), "default_tags": {"b": "x", "a": "y"}}
    given = {"backend": backend, "provider": provider}
    assert fact("backend.type", **given) == "s3"
    assert fact("backend.encrypt", **given) is True
    assert fact("provider.region", **given) == "eu-west-1"
    assert fact("provider.allowed_account_ids", **given) == ("1",)
    assert fact("provider.default_tag_keys", **given) == ("a", "b")
    assert fact("backend.key", **given) is None


def test_nothing_said():
    assert fact("backend.type") is None
    assert fact("provider.default_tag_keys") is None
    assert fact("tier") == "production"


@pytest.mark.parametrize(
    ("backend", "locked"),
    [
        ({"use_lockfile": True}, True),
        ({"dynamodb_table": "locks"}, True),
        ({"use_lockfile": False}, False),
        ({}, False),
        ({"use_lockfile": UNKNOWN}, UNKNOWN),
        ({"use_lockfile": False, "dynamodb_table": UNKNOWN}, UNKNOWN),
        ({"use_lockfile": UNKNOWN, "dynamodb_table": "locks"}, True),
    ],
)
def test_locks(backend, locked):
    assert fact("backend.locked", backend=backend) is locked


def test_code_that_could_not_be_read():
    assert fact("backend.type", failed=UNKNOWN) is UNKNOWN
    assert fact("name", failed=UNKNOWN) == "prod"


def elsewhere(name, **backend):
    return environment(name, backend={"type": "s3", **backend})


S3 = {"type": "s3", "bucket": "state", "key": "prod"}


def test_states_in_the_same_place():
    others = (elsewhere("uat", bucket="state", key="prod"), elsewhere("staging", bucket="state", key="staging"))
    assert fact("backend.shared_with", backend=S3, others=others) == ("uat",)
    assert fact("backend.shared_with", backend=S3, others=(environment("local"),)) == ()
    assert fact("backend.shared_with", others=others) is NOT_APPLICABLE


def test_a_state_of_which_the_place_is_unknown():
    unsure = elsewhere("uat", bucket=UNKNOWN, key="prod")
    apart = elsewhere("uat", bucket=UNKNOWN, key="uat")
    assert fact("backend.shared_with", backend=S3, others=(unsure,)) is UNKNOWN
    assert fact("backend.shared_with", backend=S3, others=(apart,)) == ()
    assert fact("backend.shared_with", backend=S3, others=(environment("uat", failed=UNKNOWN),)) is UNKNOWN


def test_accounts():
    assert fact("accounts") == ("111122223333",)
    assert fact("accounts", run=replace(RUN, expected_account=None)) is NOT_APPLICABLE


def test_values_that_no_variable_takes():
    assert fact("undeclared_values") == ()
    assert fact("undeclared_values", undeclared_values=("terraform.tfvars:1:1: x",)) == ("terraform.tfvars:1:1: x",)
    assert fact("undeclared_values", failed=UNKNOWN) is UNKNOWN


def test_conditions_that_are_not_met():
    assert fact("unmet_conditions") == ()
    assert fact("unmet_conditions", unmet_conditions=("main.tf:1:1: x",)) == ("main.tf:1:1: x",)
    assert fact("unmet_conditions", failed=UNKNOWN) is UNKNOWN


@pytest.mark.parametrize(
    ("constraints", "bounded"),
    [
        ("~> 5.100", True),
        ("5.100.0", True),
        ("= 5.100.0", True),
        (">= 5, < 6", True),
        (">= 5,<=6", True),
        (">= 5", False),
        ("> 5, != 5.7", False),
        ("", False),
    ],
)
def test_providers_without_an_upper_bound(constraints, bounded):
    told = () if bounded else (f"hashicorp/aws: {constraints or 'any version'}",)
    assert fact("unbounded_providers", providers={"hashicorp/aws": constraints}) == told


def test_versions_of_the_code():
    given = {"providers": {"hashicorp/aws": "", "hashicorp/null": ""}, "locked_versions": {"hashicorp/null": "3.2.0"}}
    assert fact("unlocked_providers", **given) == ("hashicorp/aws",)
    assert fact("required_version") is None
    assert fact("required_version", required_version=">= 1.10") == ">= 1.10"


def test_defaults_that_switch_something_off():
    given = (("a.tf:1:1: p", "enabled"), ("a.tf:1:1: p", "actions_enabled"), ("b.tf:1:1: q", "enabled"))
    assert fact("off_by_default", off_by_default=given) == ("actions_enabled", "enabled")
    assert fact("defaults_off", off_by_default=given)[0] == "a.tf:1:1: p (enabled)"


@pytest.mark.parametrize(
    "path",
    [
        "required_version",
        "unbounded_providers",
        "unlocked_providers",
        "untyped_variables",
        "off_by_default",
        "defaults_off",
        "leaks",
    ],
)
def test_what_unread_code_says_is_unknown(path):
    assert fact(path, failed=UNKNOWN) is UNKNOWN
    assert fact(path) in (None, ())
