import json

import pytest

from auditor.compare.policy_documents import equivalent

ROOT = {"AWS": "arn:aws:iam::111122223333:root"}


def document(*statements, **members):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def statement(**changes):
    return {"Effect": "Allow", "Principal": ROOT, "Action": ["kms:*"], "Resource": "*"} | changes


A, B = statement(Sid="A"), statement(Sid="B")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "{}"),
        (document(A), f"[{document(A)}]"),
        (document(A), f"  {document(A)}\n"),
        (document(A), json.dumps({"Statement": A, "Version": "2012-10-17"})),
        (document(statement(Action=["a", "b"])), document(statement(Action=["b", "a"]))),
        (document(statement(Principal={"AWS": "111122223333"})), document(statement())),
        (document(statement(Effect="allow")), document(statement())),
        (document(A), document(A).replace(" ", "")),
        (document(A, A, B), document(A, B, B)),
        (document(statement(Principal="*")), document(statement(Principal="x"))),
        (
            document(statement(Condition={"Bool": {"k": True}})),
            document(statement(Condition={"Bool": {"k": ["true"]}})),
        ),
    ],
)
def test_documents_that_mean_the_same(one, other):
    assert equivalent(one, other)
    assert equivalent(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (document(A), document(B)),
        (document(A), document(A, B)),
        (document(A), document(A, Id="x")),
        (document(A), json.dumps({"Version": "2008-10-17", "Statement": A})),
        (document(statement(Action="a")), document(statement(Action=["a", "a"]))),
        (document(statement(Principal="*")), document(statement(Principal={"AWS": "*"}))),
        (document(statement(Principal=ROOT | {"Service": "x"})), document(statement())),
        (document(statement(Condition={})), document(statement())),
        (document(statement(Condition={"Bool": "odd"})), document(statement(Condition={"Bool": "other"}))),
        (document("odd"), document(A)),
        ("not JSON", "no JSON"),
        ("not JSON", document(A)),
    ],
)
def test_documents_that_do_not(one, other):
    assert not equivalent(one, other)
    assert not equivalent(other, one)
