import json

from sample_material import FACTS, TABLE_ARN, VALUES, both, declared, failed, live, material, value

from auditor.model.answers import Request
from auditor.model.drift import Existence
from auditor.model.values import NOT_APPLICABLE, Reason, Unknown

OTHER = "444455556666"
STREAM = f"{TABLE_ARN}/stream/2026-01-01T00:00:00.000"
KIND = "aws_dynamodb_resource_policy"


def document(*principals, action="dynamodb:GetItem"):
    statement = {
        "Sid": "S",
        "Effect": "Allow",
        "Action": action,
        "Resource": "*",
        "Principal": {"AWS": list(principals)},
    }
    return json.dumps({"Statement": [statement]})


def attached(arn, policy):
    return live({"resource_arn": arn, "policy": policy}, kind=KIND, name=arn, facts={})


def live_fact(path, *policies, facts=None, **more):
    table = live(VALUES, facts=FACTS | {"stream_arn": STREAM} | (facts or {}))
    return value(material(both(declared(), table), live=policies, **more), f"live.{path}")


def test_policy_of_the_table():
    policy = attached(TABLE_ARN, document("*", OTHER, action="dynamodb:*"))
    assert live_fact("resource_policy.public_statements", policy) == ("S",)
    assert live_fact("resource_policy.foreign_accounts", policy) == (OTHER,)
    assert live_fact("resource_policy.broad_statements", policy) == ("S",)
    assert live_fact("stream_policy.public_statements", policy).reason is Reason.NOT_READ


def test_policy_of_the_stream():
    policy = attached(STREAM, document(OTHER))
    assert live_fact("stream_policy.foreign_accounts", policy) == (OTHER,)
    assert live_fact("stream_policy.public_statements", policy) == ()
    none = failed(Request.of("dynamodb:GetResourcePolicy", ResourceArn=STREAM), "PolicyNotFoundException", "failed")
    assert live_fact("stream_policy.foreign_accounts", answers=none) == ()


def test_a_table_without_a_stream():
    assert live_fact("stream_policy.foreign_accounts", facts={"stream_arn": None}) is NOT_APPLICABLE
    unknown = Unknown(Reason.DENIED)
    assert live_fact("stream_policy.foreign_accounts", facts={"stream_arn": unknown}) is unknown


def of_code(path, *policies):
    ours = [
        both(declared(values, kind=KIND, name=f"p{number}", address=f"{KIND}.p{number}"), existence=Existence.MISSING)
        for number, values in enumerate(policies)
    ]
    found = material(both(declared(), live()), *ours)
    return value(found, f"declared.resource_policy.{path}")


def reference(attribute, address="aws_dynamodb_table.this"):
    return Unknown(Reason.COMPUTED_BY_AWS, references=(f"{address}.{attribute}",))


def test_declared_policies_of_table_and_stream():
    table = {"resource_arn": reference("arn"), "policy": document("*")}
    stream = {"resource_arn": reference("stream_arn"), "policy": document(OTHER)}
    elsewhere = {"resource_arn": reference("arn", "aws_dynamodb_table.other"), "policy": document("*")}
    assert of_code("public_statements", table, stream) == ("S",)
    assert of_code("foreign_accounts", table, stream) == (OTHER,)
    assert of_code("public_statements", elsewhere) == ()
    assert of_code("public_statements") == ()


def test_declared_policies_by_arn():
    for arn, found in ((TABLE_ARN, ("S",)), (STREAM, ("S",)), (f"{TABLE_ARN}-other", ())):
        assert of_code("public_statements", {"resource_arn": arn, "policy": document("*")}) == found


def test_declared_policies_that_are_not_evaluable():
    unknown = Unknown(Reason.NOT_EVALUABLE)
    assert of_code("public_statements", {"resource_arn": unknown, "policy": document("*")}) is unknown
    assert of_code("public_statements", {"resource_arn": reference("arn"), "policy": unknown}) is unknown
    both_ = ({"resource_arn": TABLE_ARN, "policy": document("*")}, {"resource_arn": unknown, "policy": "{}"})
    assert of_code("public_statements", *both_) == ("S", unknown)
