"""A signature is the one that botocore itself would make."""

from datetime import UTC, datetime

import botocore.auth
import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials

from auditor.aws import signing
from auditor.aws.operations import OPERATIONS
from auditor.aws.session import _laned

REGION = "eu-west-1"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def core():
    return botocore.session.Session()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: NOW)


def sent(core, service, operation, *, own, session=None, **params):
    """The headers and the body of a call that goes nowhere."""
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret", "aws_session_token": session}
    client = core.create_client(
        service, REGION, config=_laned(service).merge(Config(parameter_validation=False)), **keys
    )
    if own:
        signing.install(client)
    calls = []

    def keep(request, **_):
        calls.append(request)
        return AWSResponse(request.url, 200, {}, Raw())

    client.meta.events.register("before-send", keep)
    client._make_api_call(operation, params)
    (request,) = calls
    return {name.lower(): value for name, value in request.headers.items()}, request.body, request.url


class Raw:
    def stream(self):
        return [b"{}"]


FIRST = {each.service: each for each in reversed(OPERATIONS.values())}


@pytest.mark.parametrize("token", [None, "token"])
@pytest.mark.parametrize("service", sorted(set(FIRST) - {"iam", "cloudwatch"}))
def test_each_service_is_asked_with_botocore_s_own_signature(core, service, token, monkeypatch):
    params = {"TableName": "ünï"} if service == "dynamodb" else {}
    operation = "DescribeTable" if service == "dynamodb" else FIRST[service].name
    usual, mine = (sent(core, service, operation, own=own, session=token, **params) for own in (False, True))
    assert "aws4_request" in str(usual[0]["authorization"])
    assert {**mine[0], "amz-sdk-invocation-id": ""} == {**usual[0], "amz-sdk-invocation-id": ""}
    assert mine[1:] == usual[1:]
    monkeypatch.setattr(signing.Signer, "signature", lambda *_: "elsewhere")
    assert b"elsewhere" in sent(core, service, operation, own=True, session=token, **params)[0]["authorization"]


def test_a_signer_may_sign_again(core):
    request = botocore.awsrequest.AWSRequest("POST", "https://x.amazonaws.com/", {"X-Amz-Target": "a"}, b"{}")
    other = botocore.awsrequest.AWSRequest("GET", "https://y.amazonaws.com/?b=c", {"Accept": "d"}, None)
    mine = signing.Signer(Credentials("AKIDEXAMPLE", "secret"), "dynamodb", REGION)
    for each in (request, other, request):
        mine.add_auth(each)
        own = each.headers["Authorization"]
        SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), "dynamodb", REGION).add_auth(each)
        assert own == each.headers["Authorization"]


@pytest.mark.parametrize(
    "context", [{"payload_signing_enabled": False}, {"checksum": {"request_algorithm": {"in": "trailer"}}}]
)
def test_a_payload_that_is_not_signed_is_left_to_botocore(context):
    request = botocore.awsrequest.AWSRequest("PUT", "https://x.amazonaws.com/", {}, b"body")
    request.context.update(context)
    mine, usual = (each(Credentials("A", "b"), "s3", REGION) for each in (signing.Signer, SigV4Auth))
    assert mine.payload(request) == usual.payload(request)
    assert "UNSIGNED" in mine.payload(request)


def test_what_is_signed_otherwise_stays_so():
    assert signing._choose("v4") == signing.VERSION
    assert signing._choose("v4-query") is signing._choose(botocore.UNSIGNED) is None
