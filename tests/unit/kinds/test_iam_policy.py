import pytest

from auditor.kinds.iam_policy import KIND
from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.values import Reason, Unknown

ROOT = "arn:aws:iam::111122223333:policy/"
SCOPE = Scope("111122223333", "eu-west-1", declared={"aws_iam_policy": ("team/read", "write")})


def getting(name):
    return Request.of("iam:GetPolicy", PolicyArn=ROOT + name)


def policy(name, path="/"):
    return {"PolicyName": name, "Path": path, "Arn": ROOT + path.lstrip("/") + name, "DefaultVersionId": "v3"}


def version(name, document):
    request = Request.of("iam:GetPolicyVersion", PolicyArn=ROOT + name, VersionId="v3")
    return Answer(request, ({"PolicyVersion": {"Document": document}},))


def read(*answers):
    return list(KIND.read(Answers({answer.request: answer for answer in answers}), SCOPE))


def test_declared_policies_are_asked_for_by_arn():
    assert list(KIND.requests(SCOPE)) == [getting("team/read"), getting("write")]
    assert list(KIND.requests(Scope("1", "r"))) == []


def test_the_document_that_holds_is_asked_for():
    found = Answer(getting("write"), ({"Policy": policy("write")},))
    assert list(KIND.follow(SCOPE, found)) == [version("write", {}).request]


def test_the_path_is_a_part_of_the_name_unless_it_is_the_root():
    assert KIND.name({"name": "write"}, "") == "write"
    assert KIND.name({"name": "write", "path": "/"}, "") == "write"
    assert KIND.name({"name": "read", "path": "/team/"}, "") == "team/read"


def test_a_policy_is_read_with_its_document():
    (found,) = read(
        Answer(getting("team/read"), ({"Policy": policy("read", "/team/")},)), version("team/read", {"a": 1})
    )
    assert found.identity.name == "team/read"
    assert found.values["policy"] == '{"a": 1}'
    assert found.facts["version"] == "v3"


def test_a_document_that_was_not_told_is_unknown():
    (found,) = read(Answer(getting("write"), ({"Policy": policy("write")},)))
    assert isinstance(found.values["policy"], Unknown)
    assert found.values["name"] == "write"


@pytest.mark.parametrize(("code", "missing"), [("NoSuchEntity", True), ("AccessDenied", False)])
def test_only_aws_s_word_makes_a_policy_missing(code, missing):
    answer = Answer(getting("write"), ok=False, code=code, reason=Reason.DENIED)
    absence = KIND.absence(Answers({answer.request: answer}), SCOPE, "write")
    assert (absence is None) is missing
