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
