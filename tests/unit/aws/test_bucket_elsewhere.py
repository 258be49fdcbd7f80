"""A bucket in another Region than the one that is audited: S3 says where, and only the same read is sent there."""

import io

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from auditor.aws.delivered import Delivered
from auditor.aws.session import Access
from auditor.aws.state_object import fetch
from auditor.model.errors import AccessError

HERE, THERE = "ap-southeast-1", "eu-west-1"
IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>U</UserId>"
    "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
LISTED = (
    "<ListBucketResult><Name>reports</Name><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount>"
    "<CommonPrefixes><Prefix>audits/night-1/</Prefix></CommonPrefixes></ListBucketResult>"
)
ELSEWHERE = "<Error><Code>PermanentRedirect</Code><Message>use the endpoint of its Region</Message></Error>"


class Said(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_):
        """Yield all of it."""
        yield self.read()


@pytest.fixture
def sent(monkeypatch):
    """The requests that leave, as method and host; the bucket answers in its own Region alone."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    seen, told = [], {"x-amz-bucket-region": THERE}

    def send(_, request):
        host = request.url.split("/")[2]
        seen.append((request.method, host))
        text, status, more = LISTED if "list-type" in request.url else "{}", 200, {}
        if host.startswith("sts."):
            text = IDENTITY
        elif THERE not in host:
            text, status, more = ELSEWHERE, 301, told
        return AWSResponse(request.url, status, {"Content-Length": str(len(text)), **more}, Said(text.encode()))

    monkeypatch.setattr(URLLib3Session, "send", send)
    return lambda: [each for each in seen if ".s3." in each[1]], told


def test_a_state_is_read_where_it_lies(sent):
    requests, _ = sent
    assert fetch(Access(region=HERE), "states", "prod.tfstate", 100) == b"{}"
    assert requests() == [("GET", f"states.s3.{region}.amazonaws.com") for region in (HERE, THERE)]


def test_bundles_are_listed_where_they_lie(sent):
    requests, _ = sent
    assert Delivered(Access(region=HERE), "reports").folders("audits/") == ("night-1",)
    assert requests() == [("GET", f"reports.s3.{region}.amazonaws.com") for region in (HERE, THERE)]


def test_where_s3_does_not_say_where_nothing_else_is_asked(sent):
    """botocore would ask HeadBucket, which the lock does not let out."""
    requests, told = sent
    told.clear()
    with pytest.raises(AccessError, match="can't be read"):
        fetch(Access(region=HERE), "states", "prod.tfstate", 100)
    assert requests() == [("GET", f"states.s3.{HERE}.amazonaws.com")]
