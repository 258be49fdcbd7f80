import json

from sample_material import KEY_ID, NAME, both, declared, key, live, material

from auditor.model.drift import Existence
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown
from auditor.subjects.facts import build

OTHER = "444455556666"


def facts_of(told):
    found = material(both(declared(), live()), both(None, told, existence=Existence.UNMANAGED))
    (subject,) = build(found)["key"]
    return subject.facts


def with_policy(policy):
    told = key()
    return facts_of(live({**told.values, "policy": policy}, kind=told.kind, name=told.identity.name, facts=told.facts))


def test_facts_by_the_kind_s_names():
    facts = facts_of(key(key_state="PendingDeletion", deletion_date="2026-04-01T00:00:00Z"))
    assert facts["live.state"].value == "PendingDeletion"
    assert facts["live.deletion_date"].value == "2026-04-01T00:00:00Z"
    assert facts["live.manager"].value == "CUSTOMER"
    assert facts["live.spec"].value == "SYMMETRIC_DEFAULT"
    assert facts["live.origin"].value == "AWS_KMS"
    assert facts["live.enable_key_rotation"].value is True
    assert facts["live.tables"].value == (NAME,)


def test_policy():
    statements = [
        {"Sid": "Open", "Effect": "Allow", "Principal": "*"},
        {"Effect": "Allow", "Principal": {"AWS": [OTHER, "111122223333"]}},
    ]
    facts = with_policy(json.dumps({"Statement": statements}))
    assert facts["live.policy.public_statements"].value == ("Open",)
    assert facts["live.policy.foreign_accounts"].value == (OTHER,)


def test_a_policy_that_was_not_told():
    refused = Unknown(Reason.DENIED)
    facts = with_policy(refused)
    assert facts["live.policy.public_statements"].value is refused
    assert facts["live.policy.foreign_accounts"].value is refused


def test_a_key_that_is_declared_alone():
    ours = declared({"enable_key_rotation": None}, kind="aws_kms_key", name="k")
    (subject,) = build(material(both(ours, existence=Existence.MISSING)))["key"]
    assert subject.facts["declared.enable_key_rotation"].value is None
    assert subject.facts["live.exists"].value is False


def test_facts_of_a_key_that_is_not_live_do_not_apply():
    ours = declared({}, kind="aws_kms_key", name="k")
    (subject,) = build(material(both(ours, existence=Existence.MISSING)))["key"]
    for path in ("tables", "policy.public_statements", "policy.foreign_accounts", "state"):
        assert subject.facts[f"live.{path}"].value is NOT_APPLICABLE, path


def test_a_key_is_called_by_its_alias():
    def name(aliases):
        found = material(both(declared(), live()), live=(key(aliases=aliases),))
        return build(found)["key"][0].name

    assert name(("alias/acme-prod", "alias/other")) == "alias/acme-prod"
    assert name(()) == KEY_ID
    assert name(Unknown(Reason.DENIED)) == KEY_ID
