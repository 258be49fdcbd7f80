import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sample_material import NAME, VALUES, both, declared, environment, live, material

from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.across_environments import logical_name
from auditor.subjects.facts import build
from auditor.subjects.logical_table import same

UNKNOWN = Unknown(Reason.NOT_EVALUABLE)
ON = {"enabled": True}


def table(environment_name, short="users", **values):
    name = f"acme-{environment_name}-{short}"
    return declared(VALUES | {"name": name, "server_side_encryption": ON} | values, name=name)


def other(name, *resources, **more):
    return environment(name, "preproduction", resources, **more)


def facts(*others, here=None, short="users"):
    ours = here or table("prod")
    subjects = build(material(both(ours, live()), others=others))["logical_table"]
    (found,) = [subject for subject in subjects if subject.name == f"acme-{short}"]
    return {path: fact.value for path, fact in found.facts.items()}


@pytest.mark.parametrize(
    ("name", "environment_name", "patterns", "expected"),
    [
        ("acme-prod-users", "prod", (), "acme-users"),
        ("prod-users", "prod", (), "users"),
        ("users-prod", "prod", (), "users"),
        ("users.prod", "prod", (), "users"),
        ("prod", "prod", (), "prod"),
        ("acme-production-users", "prod", ("acme-production-*",), "users"),
        ("acme-production-users", "prod", ("*-users",), "acme-production-users"),
        ("acme-production-", "prod", ("acme-production-*",), "acme-production-"),
        ("product-users", "prod", (), "product-users"),
    ],
)
def test_logical_name(name, environment_name, patterns, expected):
    assert logical_name(name, replace(environment(environment_name), patterns=patterns)) == expected


def test_everywhere():
    found = facts(other("uat", table("uat")))
    assert found["parity.environments"] == ("prod", "uat")
    assert found["parity.missing_in"] == ()
    assert found["parity.declared_here"] is True
    assert found["parity.same_encryption_mode"] is True
    assert found["parity.same_keys"] is True
    assert found["parity.same_indexes"] is True


def test_missing_elsewhere():
    found = facts(other("uat"))
    assert found["parity.missing_in"] == ("uat",)
    assert found["parity.same_encryption_mode"] is NOT_APPLICABLE


def test_missing_here():
    found = facts(other("uat", table("uat", "orders")), short="orders")
    assert found["parity.missing_in"] == ("prod",)
    assert found["parity.declared_here"] is False


def test_an_environment_that_could_not_be_read_may_have_it():
    found = facts(other("uat", failed=UNKNOWN))
    assert found["parity.missing_in"] is UNKNOWN
    assert found["parity.same_encryption_mode"] is UNKNOWN


def test_a_name_that_the_code_does_not_decide_may_be_it():
    nameless = declared(VALUES, name=UNKNOWN)
    assert facts(other("uat", nameless))["parity.missing_in"] is UNKNOWN


def test_one_that_lacks_it_decides_whatever_is_unknown():
    found = facts(other("uat"), other("staging", failed=UNKNOWN))
    assert found["parity.missing_in"] == (UNKNOWN, "uat")


def test_encryption_that_differs():
    found = facts(other("uat", table("uat", server_side_encryption=None)))
    assert found["parity.encryption_modes"] == {"prod": "AWS_MANAGED", "uat": "AWS_OWNED"}
    assert found["parity.same_encryption_mode"] is False


def test_two_that_differ_decide_whatever_is_unknown():
    found = facts(other("uat", table("uat", server_side_encryption=None)), other("staging", failed=UNKNOWN))
    assert found["parity.same_encryption_mode"] is False


def test_keys_and_indexes_that_differ():
    found = facts(other("uat", table("uat", range_key="sk", global_secondary_index={})))
    assert found["parity.same_keys"] is False
    assert found["parity.same_indexes"] is False
    assert facts(other("uat", table("uat", range_key=UNKNOWN)))["parity.same_keys"] is UNKNOWN


def test_identity_is_the_table_s_here():
    subjects = build(material(both(declared(), live()), others=(other("uat", table("uat", "orders")),)))[
        "logical_table"
    ]
    assert [subject.identity for subject in subjects] == [
        "logical table/acme-orders",
        f"111122223333/ap-southeast-1/{NAME}",
    ]


def test_protections_that_are_weaker_in_production():
    weak = table("prod", deletion_protection_enabled=False, point_in_time_recovery=None, server_side_encryption=None)
    assert facts(other("uat", table("uat")), here=weak)["parity.weaker"] == (
        "deletion_protection_enabled: prod < uat",
        "point_in_time_recovery.enabled: prod < uat",
        "server_side_encryption.kms_key_arn: prod < uat",
    )
    assert facts(other("uat", weak_elsewhere()))["parity.weaker"] == ()


def weak_elsewhere():
    return table("uat", deletion_protection_enabled=None, point_in_time_recovery=None, server_side_encryption=None)


def test_environments_of_one_tier_are_not_ranked():
    same = environment("blue", "production", (table("blue", deletion_protection_enabled=False),))
    assert facts(same)["parity.weaker"] == ()


def test_a_table_that_is_missing_is_not_weak():
    assert facts(other("uat"))["parity.weaker"] is NOT_APPLICABLE


def test_protections_that_the_code_does_not_decide():
    unsure = table("uat", deletion_protection_enabled=UNKNOWN)
    assert facts(other("uat", unsure))["parity.weaker"] is UNKNOWN
    assert facts(other("uat", failed=UNKNOWN))["parity.weaker"] is UNKNOWN
    weak = table("prod", point_in_time_recovery=None)
    assert facts(other("uat", unsure), here=weak)["parity.weaker"] == (
        UNKNOWN,
        "point_in_time_recovery.enabled: prod < uat",
    )


CELLS = st.lists(st.sampled_from(["a", "b", None, UNKNOWN]), max_size=5)


@given(CELLS, st.lists(st.sampled_from(["a", "b", None]), min_size=5, max_size=5))
def test_knowing_more_never_turns_a_certain_answer(values, later):
    certain = same(values)
    known = same([later[at] if value is UNKNOWN else value for at, value in enumerate(values)])
    assert isinstance(certain, Unknown) or certain is known


@given(CELLS, st.randoms(use_true_random=False))
def test_order_does_not_matter(values, random):
    shuffled = random.sample(values, len(values))
    assert same(values) == same(shuffled)


def settings(*others, here=None):
    found = {}
    for record in facts(*others, here=here)["parity.settings"]:
        found.setdefault(record["setting"], {})[record["environment"]] = record["value"]
    return found


def test_settings_stand_side_by_side():
    indexes = {"by-email": {"hash_key": "email"}, "by-age": {"hash_key": "age"}}
    found = settings(other("uat", table("uat", deletion_protection_enabled=True, global_secondary_index=indexes)))
    assert found["exists"] == {"prod": "declared", "uat": "declared"}
    assert found["deletion_protection_enabled"]["uat"] == "true"
    assert found["global_secondary_index"]["uat"] == "by-age, by-email"
    assert found["server_side_encryption.kms_key_arn"] == {"prod": "AWS_MANAGED", "uat": "AWS_MANAGED"}
    assert found["table_class"] == {"prod": "STANDARD", "uat": "STANDARD"}


def test_settings_of_an_environment_that_lacks_the_table_are_not_there():
    found = settings(other("uat"))
    assert found["exists"] == {"prod": "declared", "uat": "not declared"}
    assert {tuple(values) for setting, values in found.items() if setting != "exists"} == {("prod",)}


@pytest.mark.parametrize("setting", ["deletion_protection_enabled", "billing_mode", "global_secondary_index"])
def test_a_setting_that_the_code_does_not_decide_is_unknown(setting):
    assert settings(other("uat", table("uat", **{setting: UNKNOWN})))[setting]["uat"] is UNKNOWN


def test_a_sensitive_setting_of_another_environment_is_not_told():
    secret = replace(table("uat", hash_key="word-1f0c"), sensitive=frozenset({"hash_key"}))
    found = settings(other("uat", secret))
    assert isinstance(found["hash_key"]["uat"], Unknown)
    assert "word-1f0c" not in repr(found)


def test_whether_unread_code_declares_the_table_is_unknown():
    unread = replace(other("uat"), failed=UNKNOWN)
    assert settings(unread)["exists"] == {"prod": "declared", "uat": UNKNOWN}


def differences(*others, **more):
    return facts(*others, **more)["parity.differences"]


def test_settings_that_differ_from_another_environment():
    dev = table("dev", billing_mode="PROVISIONED", ttl={"enabled": True, "attribute_name": "expires"})
    assert differences(other("uat", table("uat"))) == ()
    assert differences(other("uat", table("uat")), other("dev", dev)) == (
        "billing_mode",
        "ttl.attribute_name",
        "ttl.enabled",
    )


def test_what_other_parity_facts_tell_is_left_to_them():
    uat = table("uat", hash_key="other", server_side_encryption=None)
    assert differences(other("uat", uat)) == ()


def test_differences_need_two_declarations():
    assert differences(other("uat")) is NOT_APPLICABLE
    assert differences(other("uat", table("uat", "orders")), short="orders") is NOT_APPLICABLE
    assert differences(other("uat", failed=UNKNOWN)) is UNKNOWN
    nameless = replace(table("prod"), undetermined=UNKNOWN)
    assert differences(other("uat", table("uat")), here=nameless) is UNKNOWN


def test_a_certain_difference_stands_beside_what_is_not_decided():
    uat = table("uat", billing_mode=UNKNOWN, table_class="STANDARD_INFREQUENT_ACCESS")
    assert differences(other("uat", uat)) == ("table_class", UNKNOWN)
    assert differences(other("uat", table("uat", billing_mode=UNKNOWN))) is UNKNOWN
