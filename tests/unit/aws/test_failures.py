import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError

from auditor.aws.failures import TREATMENTS, Failure, Treatment, classify, one_line
from auditor.aws.guard import BadAnswer
from auditor.aws.lock import Refused
from auditor.model.values import Reason


def client_error(code, status=400, message="told"):
    metadata = {"HTTPStatusCode": status, "RequestId": "R1"}
    return exceptions.ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, "Op")


@pytest.mark.parametrize(("code", "treatment"), TREATMENTS.items())
def test_every_known_code_has_its_treatment(code, treatment):
    assert classify(client_error(code)) == Failure(code, "told", treatment, "R1")


@pytest.mark.parametrize(
    ("status", "treatment"),
    [(400, Treatment.FINAL), (500, Treatment.TRANSIENT), (504, Treatment.TRANSIENT), (501, Treatment.UNSUPPORTED)],
)
def test_an_unknown_code_is_treated_by_its_status(status, treatment):
    assert classify(client_error("Odd", status)).treatment is treatment


@pytest.mark.parametrize(
    ("error", "code", "treatment"),
    [
        (BadAnswer("short"), "BadAnswer", Treatment.TRANSIENT),
        (ResponseParserError("no XML"), "BadAnswer", Treatment.TRANSIENT),
        (exceptions.ReadTimeoutError(endpoint_url="u"), "Timeout", Treatment.TRANSIENT),
        (exceptions.ConnectTimeoutError(endpoint_url="u"), "Timeout", Treatment.TRANSIENT),
        (exceptions.EndpointConnectionError(endpoint_url="u"), "ConnectionError", Treatment.TRANSIENT),
        (exceptions.ConnectionClosedError(endpoint_url="u"), "ConnectionError", Treatment.TRANSIENT),
        (exceptions.NoCredentialsError(), "NoCredentials", Treatment.CREDENTIALS),
        (exceptions.UnauthorizedSSOTokenError(), "NoCredentials", Treatment.CREDENTIALS),
        (Refused("dynamodb:Scan"), "Refused", Treatment.FINAL),
        (KeyError("x"), "KeyError", Treatment.FINAL),
    ],
)
def test_every_other_error_has_its_treatment(error, code, treatment):
    failure = classify(error)
    assert (failure.code, failure.treatment) == (code, treatment)


@pytest.mark.parametrize(
    ("treatment", "reason"),
    [
        (Treatment.DENIED, Reason.DENIED),
        (Treatment.UNSUPPORTED, Reason.NOT_SUPPORTED),
        (Treatment.ANSWERED, Reason.FAILED),
        (Treatment.THROTTLED, Reason.FAILED),
    ],
)
def test_the_reason_tells_denied_from_failed(treatment, reason):
    assert Failure("c", "d", treatment).reason is reason


def test_an_answer_without_an_error_document_is_told_by_its_status():
    error = exceptions.ClientError({"ResponseMetadata": {"HTTPStatusCode": 502}}, "Op")
    assert classify(error) == Failure("", "status 502", Treatment.TRANSIENT, "")


def test_an_endpoint_that_has_no_such_path_does_not_know_the_operation():
    assert classify(client_error("404", 404)).treatment is Treatment.UNSUPPORTED
    assert classify(client_error("ResourceNotFoundException", 404)).treatment is Treatment.ANSWERED
    assert classify(client_error("Odd", 404)).treatment is Treatment.FINAL


def test_foreign_text_becomes_one_bounded_line():
    assert one_line("a\x1b[2J\r\n::error::b\u202ec") == "a [2J ::error::b c"
    assert len(one_line("x" * 10_000)) == 500
