from sample_material import VALUES, both, declared, live, material, only, users, value

from auditor.model.values import Reason, Unknown

REFUSED = Unknown(Reason.DENIED)


def test_declared_tags_stand_over_those_of_the_provider():
    def tags(values, default_tags):
        ours = declared(VALUES | {"tags": values}, facts={"default_tags": default_tags})
        return value(material(both(ours, live())), "declared.tags")

    assert tags({"a": "own"}, {"a": "default", "b": "default"}) == {"a": "own", "b": "default"}
    assert tags(None, {"b": "default"}) == {"b": "default"}
    assert tags(REFUSED, {}) is REFUSED
    assert tags({}, REFUSED) is REFUSED
    assert value(material(both(declared(VALUES | {"tags": None}), live())), "declared.tags") == {}


def test_both_sides_have_the_same_paths():
    facts = only(users()).facts
    ours, theirs = (
        {path.removeprefix(side) for path in facts if path.startswith(side)} for side in ("declared.", "live.")
    )
    assert {"billing_mode", "ttl.enabled", "replica_regions", "server_side_encryption.kms_key_arn"} <= ours & theirs


def test_names_of_indexes():
    assert value(users(local_secondary_index={"b": {}, "a": {}}), "live.local_secondary_index_names") == ("a", "b")
    assert value(users(replica=REFUSED), "live.replica_regions") is REFUSED


def of_code(path, **values):
    return value(material(both(declared(VALUES | values), live())), f"declared.{path}")


ID = {"id": {"name": "id", "type": "S"}}


def test_attributes_and_keys_fit_together():
    mail = {"email": {"name": "email", "type": "S"}}
    assert of_code("unused_attributes", attribute=ID | mail) == ()
    assert of_code("unused_attributes", attribute=ID | mail | {"x": {}}) == ("x",)
    assert of_code("undefined_attributes", attribute=ID) == ("email",)
    assert of_code("undefined_attributes", attribute=ID | mail, range_key="at") == ("at",)
    assert of_code("undefined_attributes", attribute=REFUSED) is REFUSED
    assert of_code("unused_attributes", attribute=ID, global_secondary_index=REFUSED) is REFUSED
    assert of_code("unused_attributes", attribute=ID, hash_key=REFUSED) is REFUSED
    assert of_code("undefined_attributes", attribute=ID, global_secondary_index={"i": {"hash_key": REFUSED}}) is REFUSED


def test_type_of_the_attribute_that_items_expire_by():
    def type_of(name, attribute):
        return value(
            users(ttl={"enabled": True, "attribute_name": name}, attribute=attribute), "live.ttl.attribute_type"
        )

    assert type_of("id", ID) == "S"
    assert type_of("expires_at", ID) is None
    assert type_of("id", REFUSED) is REFUSED
    assert type_of(REFUSED, ID) is REFUSED
    assert of_code("ttl.attribute_type", attribute=ID, ttl={"attribute_name": "id"}) == "S"
