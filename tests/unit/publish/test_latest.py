"""The last delivered bundle comes back whole, or not at all."""

import boto3
import pytest

from auditor.model.errors import AccessError, BundleError
from auditor.publish.contents import contents
from auditor.publish.delivery import Destination, deliver
from auditor.publish.latest import bring_back

DESTINATION = Destination(bucket="reports", region="eu-west-1", prefix="audits")


def session():
    return boto3.Session(region_name="eu-west-1")


@pytest.fixture
def nights(aws, folder):
    """Three nights, delivered; the first goes last, for what counts is when a run began."""
    bundles = [contents(each) for each in sorted(folder.parent.iterdir())]
    for each in reversed(bundles):
        deliver(each, DESTINATION, session())
    return bundles


def key(bundle, name):
    return DESTINATION.key(bundle, name)


def test_the_latest_run_counts(nights, tmp_path):
    place = bring_back("prod", DESTINATION, session(), tmp_path / "bundle")
    assert place == f"s3://reports/audits/prod/{nights[-1].run}/"
    assert dict(contents(tmp_path / "bundle").files) == dict(nights[-1].files)


def test_one_that_did_not_arrive_whole_does_not_count(aws, nights, tmp_path):
    aws.s3.delete_object(Bucket="reports", Key=key(nights[-1], "manifest.json"))
    bring_back("prod", DESTINATION, session(), tmp_path / "bundle")
    assert contents(tmp_path / "bundle").run == nights[-2].run


def test_a_signature_comes_along(aws, nights, tmp_path):
    aws.s3.put_object(
        Bucket="reports", Key=key(nights[-1], "manifest.json.sig"), Body=b"signed", ChecksumAlgorithm="SHA256"
    )
    bring_back("prod", DESTINATION, session(), tmp_path / "bundle")
    assert (tmp_path / "bundle" / "manifest.json.sig").read_bytes() == b"signed"


def test_a_file_that_was_changed_is_told_and_nothing_is_written(aws, nights, tmp_path):
    aws.s3.put_object(Bucket="reports", Key=key(nights[-1], "report.html"), Body=b"x", ChecksumAlgorithm="SHA256")
    with pytest.raises(BundleError, match=r"report\.html is not the file its manifest names"):
        bring_back("prod", DESTINATION, session(), tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_a_bucket_that_cannot_be_listed(aws, tmp_path):
    nowhere = Destination(bucket="nowhere", region="eu-west-1")
    with pytest.raises(AccessError, match="can't list s3://nowhere/prod"):
        bring_back("prod", nowhere, session(), tmp_path / "bundle")
