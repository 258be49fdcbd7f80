"""Earlier bundles out of a bucket, as audit-publish laid them there: compared with, told, and never silently none."""

import json
import os
import re
import shutil
import subprocess
import sys

import boto3
import pytest
import sample_bundles
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session
from msgspec.structs import replace

from auditor import history, pipeline
from auditor.archive import Archive
from auditor.aws import lock
from auditor.aws.delivered import Delivered
from auditor.aws.session import Access, Connection
from auditor.demo.stand_in.server import MotoServer
from auditor.inputs import Inputs
from auditor.model.errors import AccessError, BundleError
from auditor.publish.contents import contents
from auditor.publish.delivery import Destination, deliver
from auditor.settings import load

REGION = "us-east-1"
DESTINATION = Destination(bucket="reports", region=REGION, prefix="audits")
ARCHIVE = Archive.of("s3://reports/audits/")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folders of three nights."""
    folder = tmp_path_factory.mktemp("nights")
    return sample_bundles.nights(folder / "out", sample_bundles.project(folder / "project"), 3)


@pytest.fixture(scope="module")
def server():
    """A stand-in of AWS."""
    with MotoServer("444455556666") as server:
        yield server


@pytest.fixture(scope="module")
def s3(server):
    """A client of a bucket for bundles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        client = boto3.client("s3", region_name=REGION)
        client.create_bucket(Bucket="reports")
        yield client


@pytest.fixture(scope="module")
def nights(s3, made):
    """The ids of three runs that were delivered, the first night first."""
    bundles = [contents(each) for each in made]
    for each in bundles:
        deliver(each, DESTINATION, boto3.Session(region_name=REGION))
    return [each.run for each in bundles]


@pytest.fixture
def spoil(s3):
    """Put something else, or nothing, into the place of an object, for one test."""
    kept = {}

    def put(key, content):
        kept[key] = s3.get_object(Bucket="reports", Key=key)["Body"].read()
        s3.delete_object(Bucket="reports", Key=key)
        if content is not None:
            s3.put_object(Bucket="reports", Key=key, Body=content)

    yield put
    for key, content in kept.items():
        s3.put_object(Bucket="reports", Key=key, Body=content)


@pytest.fixture
def shelf(server):
    return history.delivered(ARCHIVE, "prod", Access(region=REGION, endpoint=server.url))


@pytest.fixture
def run(made):
    """A run of the night after."""
    told = history.opened(history.Folder(made[-1])).run
    return {**told, "started": "2026-01-18T02:00:00.000Z"}


def earlier(run, *shelves):
    return history.earlier(run, demonstration=False, shelves=shelves)


def object_of(run, name):
    return ARCHIVE.key("prod", run, name)


def test_what_was_delivered_is_what_is_compared_with(nights, shelf, run):
    assert earlier(run, shelf)["previous"]["run"] == nights[-1]
    assert earlier(run, shelf)["skipped"] == []
    assert earlier({**run, "started": "2026-01-17T02:00:00.000Z"}, shelf)["previous"]["run"] == nights[-2]
    assert earlier({**run, "region": "eu-west-1"}, shelf) is None


@pytest.fixture
def out(made, tmp_path):
    """The first and the third night."""
    for night in made[::2]:
        shutil.copytree(night, tmp_path / night.name)
    return tmp_path


def test_the_latest_of_folder_and_bucket_is_taken(nights, spoil, shelf, run, out):
    spoil(object_of(nights[-1], "report.json"), None)
    found = earlier(run, history.Shelf.of(history.folders(out)), shelf)
    assert found["previous"]["run"] == nights[-1], "the folder has the whole of it"
    assert [each["folder"] for each in found["skipped"]] == [nights[-1]]
    shutil.rmtree(max(out.iterdir()))
    assert earlier(run, history.Shelf.of(history.folders(out)), shelf)["previous"]["run"] == nights[-2]


@pytest.mark.parametrize(
    "broken",
    [
        ("manifest.json", None, "can't read manifest.json: NoSuchKey"),
        ("manifest.json", b"{}", "this is no manifest that this version reads"),
        ("report.json", None, "can't read report.json: NoSuchKey"),
        ("report.json", b"{}", "report.json is not the one that the manifest names"),
    ],
)
def test_a_broken_one_is_told_and_costs_no_other(nights, spoil, shelf, run, broken):
    name, content, why = broken
    spoil(object_of(nights[-1], name), content)
    found = earlier(run, shelf)
    assert found["skipped"] == [{"folder": nights[-1], "why": why}]
    assert found["previous"]["run"] == nights[-2]


def test_a_bucket_that_is_not_there_is_not_no_history(server, s3, run):
    shelf = history.delivered(Archive("nowhere", "p"), "prod", Access(region=REGION, endpoint=server.url))
    assert earlier(run, shelf) == {
        "previous": None,
        "skipped": [{"folder": "s3://nowhere/p/prod/", "why": "can't list s3://nowhere/p/prod/: NoSuchBucket"}],
    }
    with pytest.raises(AccessError, match="can't list"):
        history.everywhere(None, [shelf])


class Said:
    """The body of an answer, as urllib3 hands it over."""

    def __init__(self, text):
        self.text = text

    def stream(self):
        yield self.text.encode()


@pytest.fixture
def answer():
    """Let S3 answer requests whose address has some text otherwise."""
    real = URLLib3Session.send

    def say(where, status, text):
        def send(self, request):
            if where in request.url:
                return AWSResponse(request.url, status, {"Content-Length": str(len(text))}, Said(text))
            return real(self, request)

        patch.setattr(URLLib3Session, "send", send)

    with pytest.MonkeyPatch.context() as patch:
        yield say


DENIED = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"


@pytest.mark.parametrize("page", ["", "<html></html>", "<ListBucketResult/>"])
def test_an_empty_or_foreign_answer_is_not_no_history(nights, run, shelf, answer, page):
    answer("list-type", 200, page)
    (skipped,) = earlier(run, shelf)["skipped"]
    assert skipped["why"] == "can't list s3://reports/audits/prod/: BadAnswer"


def test_a_denied_list_is_not_no_history(nights, run, shelf, answer):
    answer("list-type", 403, DENIED)
    (skipped,) = earlier(run, shelf)["skipped"]
    assert skipped == {
        "folder": "s3://reports/audits/prod/",
        "why": "can't list s3://reports/audits/prod/: AccessDenied",
    }
    with pytest.raises(AccessError, match="AccessDenied") as error:
        history.everywhere(None, [shelf])
    assert "s3:ListBucket" in error.value.hint


def test_denied_objects_are_told_one_by_one(nights, run, shelf, answer):
    answer("manifest.json", 403, DENIED)
    found = earlier(run, shelf)
    assert found["previous"] is None
    assert [each["folder"] for each in found["skipped"]] == nights[::-1]
    assert {each["why"] for each in found["skipped"]} == {"can't read manifest.json: AccessDenied"}


def test_no_credentials_are_not_no_history(s3, run, shelf, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (skipped,) = earlier(run, shelf)["skipped"]
    assert skipped["why"] == "there are no AWS credentials"


def test_no_run_at_all_is_no_history(server, s3, run):
    assert earlier(run, history.delivered(ARCHIVE, "uat", Access(region=REGION, endpoint=server.url))) is None


def test_history_tells_of_both_and_of_each_once(nights, spoil, shelf, made):
    local = made[0].parent
    found, unusable = history.everywhere(local, [shelf])
    assert ([each.run["id"] for each in found], unusable) == (nights[::-1], ())
    assert all(isinstance(each.place, history.Folder) for each in found)
    spoil(object_of(nights[0], "manifest.json"), b"7")
    found, unusable = history.everywhere(None, [shelf])
    assert [str(each.place) for each in found] == [f"s3://reports/audits/prod/{each}" for each in nights[:0:-1]]
    assert unusable == ((f"s3://reports/audits/prod/{nights[0]}", "this is no manifest of a bundle"),)


def test_too_large_an_object_is_not_read(server, nights):
    delivered = Delivered(Access(region=REGION, endpoint=server.url), "reports")
    with pytest.raises(BundleError, match="more than 3 bytes"):
        delivered.read(object_of(nights[0], "manifest.json"), 3)
    delivered.close()


def test_the_client_can_list_and_read_and_nothing_else(server, nights):
    access = Access(region=REGION, endpoint=server.url)
    own = Connection(access, lock.IDENTITY | lock.BUNDLES)
    for call, more in (("put_object", {"Body": b""}), ("delete_object", {}), ("head_object", {})):
        with pytest.raises(lock.Refused):
            getattr(own.client("s3"), call)(Bucket="reports", Key=object_of(nights[0], "manifest.json"), **more)
    with pytest.raises(lock.Refused):
        own.client("dynamodb").list_tables()
    other = Connection(access, lock.allowlist(("dynamodb:ListTables",)) | {lock.STATE})
    with pytest.raises(lock.Refused):
        other.client("s3").list_objects_v2(Bucket="reports")
    own.close()
    other.close()


@pytest.fixture
def project(tmp_path):
    return sample_bundles.project(tmp_path / "project")


@pytest.fixture
def audit(server, project):
    def run(*arguments):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ACCESS_KEY_ID": "111122223333",
            "AWS_SECRET_ACCESS_KEY": "testing",
        }
        command = [sys.executable, "-m", "auditor", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


PLACE = "s3://reports/nightly"
AUDIT = ("--env", "prod", "--no-second-reader", "--earlier")


def test_a_run_in_an_empty_place_tells_what_became_since(audit, project, s3):
    first = audit(*AUDIT, PLACE)
    assert first.returncode == 4, first.stderr
    assert "is not used" not in first.stderr
    (folder,) = (project / "reports" / "out" / "prod").iterdir()
    bundle = contents(folder)
    deliver(bundle, replace(DESTINATION, prefix="nightly"), boto3.Session(region_name=REGION))
    shutil.rmtree(project / "reports")

    second = audit(*AUDIT, PLACE)
    assert re.search(r"since \d{4}-\d\d-\d\d: 0 new, 0 resolved, \d+ unchanged\n", second.stdout), second.stderr
    (folder,) = (project / "reports" / "out" / "prod").iterdir()
    told = json.loads((folder / "manifest.json").read_bytes())
    assert told["previous"]["manifest"] == bundle.digest, "the chain goes on"
    listed = audit("history", "--env", "prod", "--earlier", PLACE, "--html", "past.html", "--json")
    assert listed.returncode == 0, listed.stderr
    (environment,) = json.loads(listed.stdout)["environments"]
    assert [each["folder"].startswith("s3://") for each in environment["runs"]] == [True, False]
    page = (project / "past.html").read_text()
    assert page.count("/report.html") == 1, "what lies in a bucket is no link"
    assert f"/{bundle.run}" in page.replace("<wbr>", "")


def test_a_place_that_can_not_be_read_is_told_and_the_audit_is_done(audit, project):
    done = audit(*AUDIT, "s3://nowhere/x")
    assert done.returncode == 4
    assert "past   s3://nowhere/x/prod/ is not used: can't list s3://nowhere/x/prod/: NoSuchBucket" in done.stderr
    assert "not compared with an earlier run" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--earlier", "reports"), "is not s3://BUCKET/PREFIX"),
        (("--earlier", PLACE, "--declared-only"), "AWS, which is not to be asked"),
    ],
)
def test_wrong_usage(audit, arguments, words):
    done = audit("--env", "prod", *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_permissions_name_prefix_and_environment_and_only_where_they_are_asked_for(project):
    settings = load(project, {})
    inputs = Inputs(now=sample_bundles.FIRST)
    prod = settings.environment("prod")
    assert "s3:" not in json.dumps(pipeline.permissions(settings, prod, inputs))
    policy = pipeline.permissions(settings, prod, replace(inputs, earlier=ARCHIVE))
    told = {each["Sid"]: each for each in policy["Statement"] if "EarlierBundles" in each["Sid"]}
    assert told["ReadEarlierBundles"]["Action"] == ["s3:GetObject"]
    assert told["ReadEarlierBundles"]["Resource"] == ["arn:aws:s3:::reports/audits/prod/*"]
    assert told["ListEarlierBundles"]["Action"] == ["s3:ListBucket"]
    assert told["ListEarlierBundles"]["Resource"] == ["arn:aws:s3:::reports"]
    assert told["ListEarlierBundles"]["Condition"] == {"StringEquals": {"s3:prefix": "audits/prod/"}}


@pytest.mark.parametrize(
    ("text", "root"),
    [("s3://reports", "prod/"), ("s3://reports/", "prod/"), ("s3://reports/a/b/", "a/b/prod/")],
)
def test_a_place_is_a_bucket_and_what_keys_begin_with(text, root):
    assert Archive.of(text).root("prod") == root
    assert Archive.of(str(Archive.of(text))) == Archive.of(text)


@pytest.mark.parametrize("text", ["", "reports", "s3://", "s3://R/x", "https://reports/x", "s3://reports/a\nb"])
def test_what_is_no_place(text):
    assert Archive.of(text) is None
