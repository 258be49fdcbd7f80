from auditor.model.answers import Answer, Answers, Request, Scope
from auditor.model.values import Reason

ONE = Request.of("dynamodb:DescribeTable", TableName="users")
OTHER = Request.of("dynamodb:DescribeTable", TableName="orders")
LIST = Request.of("dynamodb:ListTables")


def test_a_request_is_its_parameters_in_any_order():
    assert Request.of("x:Y", B=1, A="a") == Request.of("x:Y", A="a", B=1)
    assert Request.of("x:Y", B=1, A=("a", "b")).key == "A=a+b,B=1"
    assert Request.of("x:Y", "eu-west-1", A="a").key == "eu-west-1:A=a"


def test_what_was_not_asked_is_an_answer_that_is_not_ok():
    missing = Answers().get(ONE)
    assert (missing.ok, missing.reason, missing.code) == (False, Reason.NOT_READ, "NotRead")
    assert missing.unknown.detail == "dynamodb:DescribeTable was not called for TableName=users"
    assert "this Region" in Answers().get(LIST).detail


def test_what_an_answer_should_have_told_is_one_unknown_for_all_who_ask():
    denied = Answer(OTHER, ok=False, code="AccessDeniedException", reason=Reason.DENIED)
    absent = Answer(LIST, ok=False, code="ResourceNotFoundException", reason=Reason.FAILED)
    answers = Answers({OTHER: denied, LIST: absent, ONE: Answer(ONE)})
    assert [answers.told(each) for each in (ONE, OTHER, LIST, Request.of("x:Y"))] == [True, False, True, False]
    assert answers.unknown(OTHER) == denied.unknown
    assert answers.unknown(OTHER) is answers.unknown(OTHER)
    assert Answers().unknown(ONE) is not answers.unknown(ONE)
    assert Answers().unknown(ONE).detail == "dynamodb:DescribeTable was not called for TableName=users"


def test_answers_are_ordered():
    answers = Answers({request: Answer(request) for request in (LIST, ONE, OTHER)})
    assert [answer.request for answer in answers] == [OTHER, ONE, LIST]
    assert [answer.request for answer in answers.of("dynamodb:DescribeTable")] == [OTHER, ONE]
    assert answers.get(ONE).request is ONE


def test_a_denied_answer_names_the_action_to_grant():
    denied = Answer(ONE, ok=False, code="AccessDeniedException", reason=Reason.DENIED, detail="no").unknown
    assert (denied.reason, denied.action, denied.code) == (Reason.DENIED, ONE.api, "AccessDeniedException")
    failed = Answer(ONE, ok=False, code="Timeout").unknown
    assert (failed.reason, failed.action) == (Reason.FAILED, "")


def test_scope_names():
    scope = Scope("1", "r", declared={"aws_dynamodb_table": ("users",)})
    assert scope.names("aws_dynamodb_table") == ("users",)
    assert scope.names("aws_kms_key") == ()


def test_what_does_not_exist_is_an_answer():
    assert Answer(ONE).answered
    assert Answer(ONE, ok=False, code="ResourceNotFoundException").answered
    assert not Answer(ONE, ok=False, code="AccessDeniedException", reason=Reason.DENIED).answered


def test_the_action_to_grant_may_be_named_otherwise_than_the_operation():
    denied = Answer(ONE, ok=False, code="AccessDeniedException", reason=Reason.DENIED, action="tag:GetResources")
    assert denied.unknown.action == "tag:GetResources"
