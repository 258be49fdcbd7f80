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


def test_when_imported_material_expires():
    assert facts_of(key(valid_to="2026-03-31T13:00:00Z"))["live.valid_days"].value == 30
    assert facts_of(key(valid_to="2026-03-31T11:00:00Z"))["live.valid_days"].value == 29
    assert facts_of(key(valid_to=None))["live.valid_days"].value is None


def of_code(values, *others):
    ours = declared(values, kind="aws_kms_key", name="k")
    compared = [both(one, existence=Existence.MISSING) for one in (ours, *others)]
    (subject,) = build(material(*compared))["key"]
    return {path: fact.value for path, fact in subject.facts.items() if path.startswith("declared.policy")}


OPEN = json.dumps({"Statement": [{"Sid": "Open", "Effect": "Allow", "Principal": {"AWS": ["*", OTHER]}}]})


def test_policy_in_code():
    found = of_code({"policy": OPEN})
    assert found["declared.policy.public_statements"] == ("Open",)
    assert found["declared.policy.foreign_accounts"] == (OTHER,)
    assert found["declared.policy.written"] is True
    none = of_code({"policy": None})
    assert set(none.values()) == {(), False}


def test_policy_in_a_resource_of_its_own():
    named = Unknown(Reason.COMPUTED_BY_AWS, references=("aws_kms_key.this.key_id",))
    companion = declared({"key_id": named, "policy": OPEN}, kind="aws_kms_key_policy", name="p")
    assert of_code({"policy": None}, companion)["declared.policy.public_statements"] == ("Open",)
    elsewhere = declared({"key_id": "other", "policy": OPEN}, kind="aws_kms_key_policy", name="p")
    assert of_code({"policy": None}, elsewhere)["declared.policy.written"] is False


def test_policy_with_references():
    def text(reference):
        return Unknown(Reason.NOT_EVALUABLE, text=OPEN.replace(OTHER, f"\ue000{reference}\ue001"))

    ours = of_code({"policy": text("aws_iam_role.x.arn")})
    assert ours["declared.policy.public_statements"] == ("Open",)
    assert ours["declared.policy.foreign_accounts"] == ()
    other = of_code({"policy": text("data.aws_iam_role.x.arn")})
    assert other["declared.policy.public_statements"][0] == "Open"
    assert isinstance(other["declared.policy.foreign_accounts"], Unknown)


def test_grants_by_which_somebody_may_use_it():
    told = ({"id": "g1", "grantee": "arn:aws:iam::111122223333:user/eve", "operations": ("Decrypt",)},)
    assert facts_of(key(grants=told))["live.direct_grants"].value == (f"{told[0]['grantee']} by grant g1",)
    refused = Unknown(Reason.DENIED)
    assert facts_of(key(grants=refused))["live.direct_grants"].value is refused


def material_days(**facts):
    return facts_of(key(created="2025-01-01T00:00:00Z", **facts))["live.material_days"].value


def test_days_since_the_material_was_made_or_renewed():
    assert material_days(rotated=()) == 424
    assert material_days(rotated=("2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z")) == 28
    assert material_days(rotated=NOT_APPLICABLE) is NOT_APPLICABLE
    refused = Unknown(Reason.DENIED)
    assert material_days(rotated=refused) is refused
    assert isinstance(facts_of(key(created=None, rotated=()))["live.material_days"].value, Unknown)
