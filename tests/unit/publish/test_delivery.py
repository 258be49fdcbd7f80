"""A bundle arrives whole and once, is verified where it stands, and the message is sent once."""

import json
import re

import boto3
import pytest

from auditor.model.errors import AccessError, ReportError
from auditor.publish.contents import contents
from auditor.publish.delivery import Destination, deliver


@pytest.fixture
def bundle(folder):
    return contents(folder)


@pytest.fixture
def destination(aws):
    return Destination(bucket="reports", region="eu-west-1", prefix="audits/", topic=aws.topic)


def session():
    return boto3.Session(region_name="eu-west-1")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Retries are made; what lies between them is botocore's."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def test_everything_arrives_and_the_topic_is_told_once(aws, bundle, destination):
    done = deliver(bundle, destination, session())
    base = f"audits/{bundle.environment}/{bundle.run}/"
    found = aws.objects()
    assert {key.removeprefix(base): body for key, body in found.items() if not key.endswith("delivery.json")} == dict(
        bundle.files
    )
    assert (done.location, done.written, done.told) == (f"s3://reports/{base}", len(bundle.files), True)

    (sent,) = aws.messages()
    told = json.loads(sent["Message"])
    assert told["manifest_sha256"] == bundle.digest
    assert told["location"] == done.location
    assert told["link"] == done.link
    assert sent["Subject"].startswith("audit of ")
    assert sent["MessageAttributes"]["state"]["Value"] == told["state"]
    assert json.loads(found[base + "delivery.json"])["message"] == sent["MessageId"]

    again = deliver(bundle, destination, session())
    assert (again.written, again.told) == (0, False)
    assert aws.messages() == []
    assert aws.objects() == found
    versions = aws.s3.list_object_versions(Bucket="reports")["Versions"]
    assert len(versions) == len(found)


def test_the_manifest_is_written_last(aws, bundle, destination):
    order = []
    opened = session()
    opened.events.register("before-call.s3.PutObject", lambda params, **_: order.append(params["url_path"]))
    deliver(bundle, destination, opened)
    assert [re.sub(r".*/", "", path) for path in order] == [*bundle.files, "delivery.json"]


def test_without_a_topic_nobody_is_told(aws, bundle):
    done = deliver(bundle, Destination(bucket="reports", region="eu-west-1"), session())
    assert done.told is None
    assert not [key for key in aws.objects() if key.endswith("delivery.json")]


def test_a_delivery_that_was_cut_short_is_made_whole(aws, bundle, destination):
    aws.server.fail("Publish", "InternalError", status=500)
    with pytest.raises(AccessError, match="can't publish to") as failed:
        deliver(bundle, destination, session())
    assert "deliver again" in failed.value.hint
    assert aws.messages() == []
    aws.server.heal()
    done = deliver(bundle, destination, session())
    assert (done.written, done.told) == (0, True)
    assert len(aws.messages()) == 1


def test_a_failure_that_passes_is_tried_again(aws, bundle, destination):
    aws.server.fail("Publish", "InternalError", status=500, times=3)
    assert deliver(bundle, destination, session()).told is True
    assert aws.server.counts["sns:Publish"] == 4


def test_something_else_in_its_place_is_neither_replaced_nor_told(aws, bundle, destination):
    key = f"audits/{bundle.environment}/{bundle.run}/report.html"
    aws.s3.put_object(Bucket="reports", Key=key, Body=b"another", ChecksumAlgorithm="SHA256")
    with pytest.raises(ReportError, match=r"report\.html holds something else"):
        deliver(bundle, destination, session())
    assert aws.objects()[key] == b"another"
    assert aws.messages() == []


def test_what_has_no_digest_is_read_back(aws, bundle, destination):
    """Objects that another program put there need not have a checksum of S3's."""
    opened = session()
    opened.events.register("after-call.s3.HeadObject", lambda parsed, **_: parsed.pop("ChecksumSHA256", None))
    assert deliver(bundle, destination, opened).told is True


def test_no_bucket_and_no_network(aws, bundle, monkeypatch):
    with pytest.raises(AccessError, match="can't write s3://nowhere/") as failed:
        deliver(bundle, Destination(bucket="nowhere", region="eu-west-1"), session())
    assert "NoSuchBucket" in failed.value.detail
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(AccessError, match="can't write s3://reports/"):
        deliver(bundle, Destination(bucket="reports", region="eu-west-1"), session())


def test_a_denied_step_says_whose_right_is_missing(aws, bundle, destination):
    aws.server.fail("Publish", "AuthorizationError", status=403)
    with pytest.raises(AccessError) as failed:
        deliver(bundle, destination, session())
    assert failed.value.hint == "the publisher's role must allow it"


def test_links_are_no_credentials():
    console = Destination(bucket="reports", region="eu-west-1").link("prod/run 1/report.html")
    assert console == (
        "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix=prod%2Frun+1%2Freport.html"
    )
    portal = Destination(bucket="reports", region="eu-west-1", portal="https://audits.example.org/").link("a/b c.html")
    assert portal == "https://audits.example.org/a/b%20c.html"
